"""How many pictures does a run make? As many as one looks at."""

import math
from dataclasses import dataclass
from typing import Any, Self

from keras_gan import images
from keras_gan.cli.planning import Plan

__all__ = ["Rates"]

_MOST_PICTURES = 200
_LEAST_PICTURES = 24
_BYTES_OF_PICTURES = 3_000_000
_LEAST_GRIDS = 8
_HISTOGRAMS = 6
_EPOCHS_OF_HISTOGRAMS = 10
_POINTS = 2000
"""Twice as many as TensorBoard draws of a curve."""


@dataclass(frozen=True)
class Rates:
    """How often a run's pictures are made.

    They are counted by epochs, not by time, so that a run that was killed has
    the same pictures.

    Args:
        pictures: The most snapshots.
        grids_apart: Epochs between two grids in TensorBoard.
        histograms_apart: Epochs between two histograms in TensorBoard.
        points_apart: Steps between two points in TensorBoard, or "auto".
    """

    pictures: int
    grids_apart: int
    histograms_apart: int
    points_apart: int | str

    @classmethod
    def of(cls, plan: Plan, shown: dict[str, Any]) -> Self:
        """Returns those of a run: the larger its pictures, the fewer.

        Args:
            plan: The run.
            shown: What snapshots show, as arguments of `ImageSnapshot`.
        """
        epochs = plan.recipe.epochs or 1
        fitting = round(_BYTES_OF_PICTURES / _bytes_of_picture(plan, shown))
        pictures = min(max(fitting, _LEAST_PICTURES), _MOST_PICTURES)
        grids = max(pictures // 3, _LEAST_GRIDS)
        steps = epochs * plan.recipe.batches_of(len(plan.source))
        return cls(
            pictures,
            math.ceil(epochs / grids),
            max(math.ceil(epochs / _HISTOGRAMS), _EPOCHS_OF_HISTOGRAMS),
            "auto" if steps <= _POINTS else math.ceil(steps / _POINTS),
        )


def _bytes_of_picture(plan: Plan, shown: dict[str, Any]) -> float:
    """Returns about how many bytes the PNG of a snapshot has."""
    shape = plan.shapes.image
    if plan.shapes.kind == "point":
        return 50_000  # A chart of points.
    sources = shown.get("sources")
    cells = shown.get("num_images", 16)
    if sources is not None:
        # Each with what is made of it, and what that should be.
        cells = 3 * sum(map(len, sources))
    height, width, channels = shape
    scale = images.pixel_scale(height, width)
    # Pixels of photos do not repeat; enlarged ones do.
    return float(cells * height * width * channels * scale * 0.65)
