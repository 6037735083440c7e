"""What do images look like that take some styles from others?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keras_gan import images as pictures
from keras_gan._checks import received, whole_numbers
from keras_gan.latents.picture_repr import PictureRepr
from keras_gan.latents.pixels import drawable

__all__ = ["LEVELS", "StyleMixing", "taken_styles"]

Array = np.ndarray[Any, Any]

LEVELS = ("coarse", "middle", "fine")
"""The first, second and last third of the styles, in the order of sizes."""


@dataclass(frozen=True, repr=False)
class StyleMixing(PictureRepr):
    """A grid of images that have some styles of their row, others of a column.

    Attributes:
        images: Float32, `(rows, columns, height, width, channels)`: the row's
            image, with the chosen styles of the column's.
        row_images: What the rows' own styles make, `(rows, ...)`.
        column_images: What the columns' own styles make, `(columns, ...)`.
        taken: Which styles are the column's: the first, and the one behind the
            last.
        bounds: The values of black and white.

    Reference: Karras et al., 2019, arXiv 1812.04948, figure 3.
    """

    images: Array
    row_images: Array
    column_images: Array
    taken: tuple[int, int]
    bounds: tuple[float, float]

    def grid(self) -> Image.Image:
        """Returns a picture: the mixed images, with their sources at the edge.

        Raises:
            ValueError: If the images are no pictures.
        """
        top = drawable(self.column_images, 1, self.bounds)
        left = drawable(self.row_images, 1, self.bounds)
        mixed = drawable(self.images, 2, self.bounds)
        corner = np.full_like(top[:1], 255)
        first = np.concatenate([corner, top])[None]
        rest = np.concatenate([left[:, None], mixed], axis=1)
        cells = np.concatenate([first, rest])
        return pictures.grid(
            cells.reshape(-1, *cells.shape[2:]), cells.shape[1]
        )

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


def taken_styles(levels: Any, num_styles: int) -> tuple[int, int]:
    """Returns which styles are meant: the first, and the one behind the last.

    Args:
        levels: `"coarse"`, `"middle"`, `"fine"`, or a pair of numbers.
        num_styles: How many styles there are.

    Raises:
        ValueError: If it is neither, or out of range.
    """
    if isinstance(levels, str) and levels in LEVELS:
        third = LEVELS.index(levels)
        bounds = [round(num_styles * part / 3) for part in range(4)]
        # Of less than three styles, none is of no level.
        start = min(bounds[third], num_styles - 1)
        return start, max(bounds[third + 1], start + 1)
    if not isinstance(levels, str):
        start, stop = whole_numbers(
            "levels", levels, 0, num_styles, length=(2, 2)
        )
        if start < stop:
            return start, stop
    raise ValueError(
        f"`levels` must be one of {', '.join(LEVELS)}, or a pair (first, "
        f"behind the last) of the {num_styles} styles. "
        f"{received('levels', levels)}"
    )
