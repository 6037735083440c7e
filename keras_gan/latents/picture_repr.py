"""What a notebook shows of results that are pictures."""

from typing import Any

from PIL import Image

from keras_gan._short_repr import ShortRepr

__all__ = ["PictureRepr"]


class PictureRepr(ShortRepr):
    """A dataclass that a notebook shows as its picture."""

    def _picture(self) -> Image.Image:
        """Returns the picture.

        Raises:
            ValueError: If the images are no pictures.
        """
        raise NotImplementedError

    def _repr_png_(self) -> Any:
        try:
            return self._picture()._repr_png_()
        except ValueError:
            # Then the line of text is shown.
            return None
