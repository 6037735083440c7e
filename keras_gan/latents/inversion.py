"""What does a search for given images find?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keras_gan import images as pictures
from keras_gan._checks import whole_number
from keras_gan.latents.picture_repr import PictureRepr
from keras_gan.latents.pixels import drawable

__all__ = ["Inversion"]

Array = np.ndarray[Any, Any]

_COLUMNS = 8


@dataclass(frozen=True, repr=False)
class Inversion(PictureRepr):
    """The latents of given images, as far as a generator can make them.

    Attributes:
        latents: Float32, shape `(n, latent_dim)`.
        distances: How far each image is from the given one, shape `(n,)`: the
            root of the mean squared difference of their values, and the part
            of the features where an extractor was given.
        images: What the generator makes of them, float32, shape
            `(n, height, width, channels)`. Of `styles`, where there are any.
        given: The images that were looked for, in the generator's range.
        bounds: The values of black and white.
        labels: The class of each image, where the GAN is conditional.
        styles: Of a generator with styles, what comes closer than the
            latents: float32, shape `(n, num_styles, style_dim)`.

    Example:
        >>> found = gan.invert(images)
        >>> found.save("inversion.png")  # given and found, one below the other
        >>> gan.interpolate(found.latents).save("walk.gif")
    """

    latents: Array
    distances: Array
    images: Array
    given: Array
    bounds: tuple[float, float]
    labels: Array | None = None
    styles: Array | None = None

    def grid(self, columns: int = _COLUMNS) -> Image.Image:
        """Returns a picture: below each row of given images, those found.

        Args:
            columns: Images in a row.

        Raises:
            ValueError: If the images are no pictures, or `columns` is out of
                range.
        """
        columns = whole_number("columns", columns, 1)
        columns = min(columns, len(self.images))
        rows = [
            _in_rows(drawable(each, 1, self.bounds), columns)
            for each in (self.given, self.images)
        ]
        cells = np.stack(rows, axis=1)
        return pictures.grid(cells.reshape(-1, *cells.shape[3:]), columns)

    def _picture(self) -> Image.Image:
        return self.grid()

    def save(self, path: str | Path) -> Path:
        """Writes `grid()`.

        Args:
            path: The file; its ending names the format.

        Returns:
            The path.

        Raises:
            ValueError: If the images are no pictures, or the ending is
                unknown.
        """
        return pictures.save(self.grid(), path)


def _in_rows(pixels: Array, columns: int) -> Array:
    """Returns images in rows, `(rows, columns, ...)`, filled up with white."""
    missing = -len(pixels) % columns
    white = np.full((missing, *pixels.shape[1:]), 255, np.uint8)
    filled = np.concatenate([pixels, white])
    return filled.reshape(-1, columns, *pixels.shape[1:])
