"""The same latents each time, and the points that a model makes of them."""

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from keras_gan._scatter import frame_of, scatter

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN

Array = np.ndarray[Any, Any]

MOST_REAL = 2500
"""Real points that are drawn."""

_LEAST_MADE = 2500
"""Fewer points than that show no density."""


class FixedPoints:
    """Latents that are drawn once, and the points made of them as a picture.

    Real points lie behind. The frame is theirs, so that it is the same in all
    pictures of a run. Of vectors of more than two numbers, the first two are
    drawn.

    Args:
        model: The GAN to sample from.
        num_points: How many points, 2,500 at least.
        latents: The user's own, shape `(n, latent_dim)`, or `None`.
        labels: The user's own, `n` integers or one-hot rows, or `None`.
        seed: Seed of latents that are not given.

    Raises:
        ValueError: If they don't fit the model, or vectors have one number.
    """

    def __init__(
        self,
        model: "GAN",
        num_points: int,
        latents: Any,
        labels: Any,
        seed: int,
    ) -> None:
        if not model.makes_pictures:
            raise ValueError(
                "Points are drawn in the plane, so a vector must have two "
                "numbers or more. Received: a generator of vectors of shape "
                f"{model.image_shape}"
            )
        self._model = model
        count = max(num_points, _LEAST_MADE)
        for given in (labels, latents):
            count = count if given is None else len(given)
        classes = getattr(model, "num_classes", None)
        if labels is None and classes is not None:
            labels = np.arange(count) % classes
        self.labels = None if labels is None else np.asarray(labels)
        self.latents = (
            model.latents(count, seed)
            if latents is None
            else np.asarray(latents, "float32")
        )
        real = model.real_points
        self._frame = None if real is None else frame_of(real)

    def grid(self, title: str = "", subtitle: str = "") -> Image.Image:
        """Returns what the model makes of the latents now, as one picture.

        Args:
            title: The picture's first line.
            subtitle: The picture's second line.
        """
        made = self._model.generate(latents=self.latents, labels=self.labels)
        if self._frame is None:
            self._frame = frame_of(made)
        real = self._model.real_points
        return scatter(made, real, self._frame, title, subtitle)

    def real_grid(self) -> Image.Image | None:
        """Returns the real points in the same frame, if there are any."""
        real = self._model.real_points
        if real is None or self._frame is None:
            return None
        return scatter(None, real, self._frame)


def drawn(made: Array, real: Array | None) -> Image.Image:
    """Returns points as a picture, in the frame of real ones if there are any.

    Args:
        made: Generated points, (n, d), d at least 2.
        real: Real points, (n, d), of which some are drawn, or None.
    """
    title = f"{len(made):,} points"
    if real is None:
        return scatter(made, None, frame_of(made), title)
    real = some_points(real)
    return scatter(made, real, frame_of(real), title)


def some_points(data: Any) -> Array:
    """Returns points to draw, evenly spread over the data.

    Args:
        data: Points as an array (n, d).
    """
    points = np.asarray(data)
    kept = min(len(points), MOST_REAL)
    chosen = np.arange(kept) * len(points) // max(kept, 1)
    return np.array(points[chosen], "float32")
