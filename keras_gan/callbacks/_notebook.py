"""Is there a notebook, and how is a picture in it replaced?"""

import importlib
import sys
from typing import Any

from PIL import Image


def in_notebook() -> bool:
    """Whether this runs in a kernel of Jupyter, such as Colab's."""
    # Where it is not loaded, nothing can be shown.
    package = sys.modules.get("IPython")
    shell = package.get_ipython() if package is not None else None
    return getattr(shell, "kernel", None) is not None


class ReplacedPicture:
    """A picture in the output of a cell, which takes the place of the last."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, picture: Image.Image, words: str) -> None:
        """Shows a picture in the place of the one before.

        Args:
            picture: The picture.
            words: What is shown where there are no pictures.
        """
        display = importlib.import_module("IPython.display").display
        shown = _WithWords(picture, words)
        if self._handle is None:
            self._handle = display(shown, display_id=True)
        else:
            self._handle.update(shown)


class _WithWords:
    """A picture as IPython displays it, with words in its place."""

    def __init__(self, picture: Image.Image, words: str) -> None:
        self._picture = picture
        self._words = words

    def __repr__(self) -> str:
        return self._words

    def _repr_png_(self) -> Any:
        return self._picture._repr_png_()
