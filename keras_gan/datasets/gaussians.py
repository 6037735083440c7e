"""Mixtures of Gaussians in the plane: data whose modes are known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import received
from keras_gan.datasets.vectors import Vectors

__all__ = ["GAUSSIANS", "Gaussians", "draw_points"]

_COUNTS = {"train": 100_000, "test": 10_000}
_SEEDS = {"train": 0, "test": 1}
_DIGITS = 12
"""Decimals of a centre: sines and cosines differ in the last on machines."""


@dataclass(frozen=True)
class Gaussians:
    """A mixture of round Gaussians, all equally often.

    Attributes:
        centers: The middle of each, (k, 2).
        deviation: The standard deviation along each axis, of all of them.
    """

    centers: NDArray[np.float64]
    deviation: float


def _ring() -> Gaussians:
    angles = 2 * np.pi * np.arange(8) / 8
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Gaussians(points.round(_DIGITS), 0.01)


def _grid() -> Gaussians:
    steps = np.arange(-4.0, 5.0, 2.0)
    points = [(x, y) for x in steps for y in steps]
    return Gaussians(np.array(points), 0.05)


GAUSSIANS = {"ring": _ring(), "grid": _grid()}
"""PacGAN's two mixtures (arXiv 1712.04086, section 4.1), by name."""


def draw_points(name: str, split: str) -> tuple[Vectors, NDArray[np.int64]]:
    """Draws the points of a mixture, the same each time.

    100,000 for training, as in PacGAN's code, and 10,000 for testing. The mode
    of each is drawn first, then its place:

    ```python
    random = numpy.random.default_rng(0)  # 1 for the test split
    modes = random.integers(len(centers), size=n)
    points = centers[modes] + deviation * random.standard_normal((n, 2))
    ```

    Args:
        name: One of `GAUSSIANS`.
        split: `"train"` or `"test"`.

    Returns:
        The points, float32 (n, 2), and the mode of each, (n,).

    Raises:
        ValueError: If there is no mixture of that name.
    """
    if name not in GAUSSIANS:
        raise ValueError(
            f"`name` must be one of {list(GAUSSIANS)}. {received('name', name)}"
        )
    mixture, count = GAUSSIANS[name], _COUNTS[split]
    random = np.random.default_rng(_SEEDS[split])
    modes = random.integers(len(mixture.centers), size=count)
    noise = random.standard_normal((count, 2))
    points = mixture.centers[modes] + mixture.deviation * noise
    return points.astype(np.float32), modes
