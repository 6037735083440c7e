"""Drawing curves of training, as small charts in one picture."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from keras_gan._drawing import (
    CURVES,
    GRID_LINE,
    INK,
    LINE,
    SOFT_INK,
    font,
    marks,
)

__all__ = ["charts"]

Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 340, 190
"""Pixels of the frame in which curves are drawn."""
_LEFT, _RIGHT, _ABOVE, _BELOW = 56, 18, 50, 40
_FINER = 3
"""Curves are drawn on a grid this much finer, so that their edges are soft."""
_STROKE, _DOT = 2, 3
_DOTTED = 40
"""Curves of fewer points have dots."""
_MARGIN = 0.06


@dataclass(frozen=True)
class _Window:
    """What part of the plane a chart shows."""

    left: float
    bottom: float
    width: float
    height: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Returns where a point is, in pixels of the frame."""
        return (
            (x - self.left) / self.width * _WIDTH,
            (1 - (y - self.bottom) / self.height) * _HEIGHT,
        )


def charts(
    curves: Mapping[str, Mapping[str, Points]],
    across: str = "epoch",
    columns: int = 2,
) -> Image.Image:
    """Draws charts side by side and below each other.

    Args:
        curves: The points (x, y) of each curve, by the title of its chart and
            its own name. What is not finite is left out.
        across: What the horizontal axis counts.
        columns: How many charts stand side by side, at most.

    Returns:
        A picture of 414 x 280 pixels for each chart.
    """
    columns = max(1, min(columns, len(curves)))
    rows = max(1, -(-len(curves) // columns))
    width, height = _LEFT + _WIDTH + _RIGHT, _ABOVE + _HEIGHT + _BELOW
    picture = Image.new("RGB", (columns * width, rows * height), "white")
    for index, (title, named) in enumerate(curves.items()):
        corner = (index % columns * width, index // columns * height)
        picture.paste(_chart(title, named, across), corner)
    return picture


def _chart(title: str, named: Mapping[str, Points], across: str) -> Image.Image:
    size = (_LEFT + _WIDTH + _RIGHT, _ABOVE + _HEIGHT + _BELOW)
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    finite = {
        name: [(x, y) for x, y in points if math.isfinite(y)]
        for name, points in named.items()
    }
    window = _window([each for points in finite.values() for each in points])
    picture.paste(_framed(finite, window), (_LEFT, _ABOVE))
    _draw_axes(draw, window, across)
    draw.text((_LEFT, 8), title, INK, font(15))
    _draw_legend(draw, list(named))
    return picture


def _window(points: Points) -> _Window:
    """Returns what holds all points, with a margin above and below."""
    across = [x for x, _ in points] or [0.0]
    up = [y for _, y in points] or [0.0]
    low, high = min(up), max(up)
    margin = _MARGIN * (high - low) or abs(high) / 2 or 0.5
    width = max(across) - min(across)
    left = min(across) if width else across[0] - 0.5
    bottom = low - margin
    return _Window(left, bottom, width or 1.0, high + margin - bottom)


def _framed(named: Mapping[str, Points], window: _Window) -> Image.Image:
    """Returns the frame with its curves."""
    size = (_WIDTH * _FINER, _HEIGHT * _FINER)
    fine = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(fine)
    for x, _ in _marks_across(window):
        draw.line([(x * _FINER, 0), (x * _FINER, size[1])], GRID_LINE, _FINER)
    for y, _ in _marks_up(window):
        draw.line([(0, y * _FINER), (size[0], y * _FINER)], GRID_LINE, _FINER)
    for index, points in enumerate(named.values()):
        places = [
            (x * _FINER, y * _FINER)
            for x, y in (window.place(*each) for each in points)
        ]
        _draw_curve(draw, places, CURVES[index % len(CURVES)])
    return fine.resize((_WIDTH, _HEIGHT), Image.Resampling.BOX)


def _draw_curve(
    draw: ImageDraw.ImageDraw, places: Points, colour: tuple[int, int, int]
) -> None:
    if len(places) > 1:
        draw.line(list(places), colour, _STROKE * _FINER, joint="curve")
    if len(places) >= _DOTTED:
        return
    reach = _DOT * _FINER
    for x, y in places:
        draw.ellipse([(x - reach, y - reach), (x + reach, y + reach)], colour)


def _draw_axes(draw: ImageDraw.ImageDraw, window: _Window, across: str) -> None:
    right, below = _LEFT + _WIDTH, _ABOVE + _HEIGHT
    draw.rectangle([(_LEFT, _ABOVE), (right - 1, below - 1)], outline=LINE)
    letters = font(12)
    for x, number in _marks_across(window):
        draw.text((_LEFT + x, below + 5), number, SOFT_INK, letters, "mt")
    for y, number in _marks_up(window):
        draw.text((_LEFT - 6, _ABOVE + y), number, SOFT_INK, letters, "rm")
    middle = _LEFT + _WIDTH / 2
    draw.text((middle, below + 21), across, SOFT_INK, letters, "mt")


def _draw_legend(draw: ImageDraw.ImageDraw, names: Sequence[str]) -> None:
    x, letters = _LEFT + 0.0, font(12)
    for index, name in enumerate(names):
        colour = CURVES[index % len(CURVES)]
        draw.line([(x, 38), (x + 14, 38)], colour, 3)
        draw.text((x + 19, 38), name, INK, letters, "lm")
        x += 34 + draw.textlength(name, letters)


def _marks_across(window: _Window) -> list[tuple[float, str]]:
    found = marks(window.left, window.width)
    if window.width >= 1:
        # There is no half of an epoch, but where less than one is shown.
        found = [mark for mark in found if mark == int(mark)]
    return [(window.place(mark, 0)[0], f"{mark:,.6g}") for mark in found]


def _marks_up(window: _Window) -> list[tuple[float, str]]:
    found = marks(window.bottom, window.height)
    return [(window.place(0, mark)[1], f"{mark:.4g}") for mark in found]
