"""What drawings share: colours, letters and the marks of an axis."""

import math
from functools import cache
from typing import Any

from PIL import ImageFont

__all__ = [
    "CURVES",
    "GRID_LINE",
    "INK",
    "LINE",
    "MADE",
    "REAL",
    "SOFT_INK",
    "font",
    "marks",
]

# Blue and orange differ for people who are colour-blind, too (Okabe and Ito).
MADE, REAL = (213, 94, 0), (0, 114, 178)
CURVES = (
    *(REAL, MADE, (0, 158, 115), (204, 121, 167)),
    *((230, 159, 0), (86, 180, 233), (80, 80, 80)),
)
"""The colours of curves in one chart, in this order."""
_MARKS = 5
"""About how many marks an axis has."""
INK, SOFT_INK, LINE, GRID_LINE = "#222222", "#666666", "#999999", "#ececec"


def marks(start: float, width: float) -> list[float]:
    """Returns the round numbers that an axis shows.

    Args:
        start: The least value of the axis.
        width: How much it shows, above 0.
    """
    step = _nice(width / _MARKS)
    first, last = math.ceil(start / step), math.floor((start + width) / step)
    # A zero has no sign.
    return [number * step + 0.0 for number in range(first, last + 1)]


def _nice(step: float) -> float:
    """Returns 1, 2 or 5 times a power of ten, not below the step."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(
        (power * nice for nice in (1, 2, 5) if power * nice >= step), 10 * power
    )


@cache
def font(size: int) -> Any:
    """Returns the letters of Pillow, in a size in pixels."""
    return ImageFont.load_default(size)
