"""Drawing points of the plane: real ones pale, made ones in front."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from keras_gan._drawing import (
    GRID_LINE,
    INK,
    LINE,
    MADE,
    REAL,
    SOFT_INK,
    font,
    marks,
)

__all__ = ["Frame", "frame_of", "scatter"]

Floats = NDArray[np.floating[Any]]

_SIDE = 512
"""Pixels of the square in which points are drawn."""
_LEFT, _RIGHT, _ABOVE, _BELOW = 40, 16, 58, 30
_FINER = 2
"""Points are drawn on a grid this much finer, so that their edges are soft."""

_MADE_OPACITY, _REAL_OPACITY = 0.55, 0.05
_REAL_DENSEST = 0.5
"""How much of a pixel real points hide at most: they stay pale."""
_MADE_RADIUS, _REAL_RADIUS = 1.4, 4.5
_MARGIN = 0.08
"""Of the width of the real points, left free on each side."""
_LEAST_WIDTH = 1e-6


@dataclass(frozen=True)
class Frame:
    """The square of the plane that a picture shows.

    Attributes:
        left: The least value along the first axis.
        bottom: The least value along the second axis.
        width: How much it shows along both axes.
    """

    left: float
    bottom: float
    width: float

    def places(self, points: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Returns places (n, 2) in 0..1, from the upper left, and which fit."""
        with np.errstate(all="ignore"):
            across = (points[:, 0] - self.left) / self.width
            down = 1 - (points[:, 1] - self.bottom) / self.width
        places = np.stack([across, down], axis=1)
        fits: NDArray[np.bool_] = np.all((places >= 0) & (places < 1), axis=1)
        return places, fits


def frame_of(points: Floats) -> Frame:
    """Returns the square around points, with a margin.

    Args:
        points: (n, d), d at least 2. The first two numbers are drawn.
    """
    first_two = np.asarray(points, np.float64)[:, :2]
    finite = first_two[np.isfinite(first_two).all(axis=1)]
    if not len(finite):
        finite = np.zeros((1, 2))
    low, high = finite.min(axis=0), finite.max(axis=0)
    widest = float((high - low).max())
    width = max(widest * (1 + 2 * _MARGIN), _LEAST_WIDTH)
    left, bottom = ((low + high - width) / 2).tolist()
    return Frame(left, bottom, width)


def scatter(
    made: Floats | None,
    real: Floats | None,
    frame: Frame,
    title: str = "",
    subtitle: str = "",
) -> Image.Image:
    """Draws points in a frame with equal axes.

    Args:
        made: Generated points, (n, d), or None.
        real: Real points, (n, d), or None. They lie behind.
        frame: What is shown. Points outside are counted in the picture.
        title: Its first line.
        subtitle: Its second line.

    Returns:
        A picture of 568 x 600 pixels.
    """
    size = (_LEFT + _SIDE + _RIGHT, _ABOVE + _SIDE + _BELOW)
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    square = Image.new("RGB", (_SIDE, _SIDE), "white")
    _draw_grid_lines(ImageDraw.Draw(square), frame)
    canvas = np.asarray(square, np.float32)
    outside = 0
    if real is not None:
        spots = _spots(real, frame, _REAL_RADIUS, _REAL_OPACITY)[0]
        canvas = _over(canvas, REAL, _REAL_DENSEST * spots)
    if made is not None:
        spots, outside = _spots(made, frame, _MADE_RADIUS, _MADE_OPACITY)
        canvas = _over(canvas, MADE, spots)
    picture.paste(Image.fromarray(canvas.round().astype(np.uint8)), _CORNER)
    _draw_axes(draw, frame)
    _draw_titles(draw, title, subtitle, outside)
    _draw_legend(draw, made is not None, real is not None)
    return picture


_CORNER = (_LEFT, _ABOVE)


def _spots(
    points: Floats, frame: Frame, radius: float, opacity: float
) -> tuple[NDArray[np.float32], int]:
    """Returns how much of each pixel points hide, and how many lie outside."""
    places, fits = frame.places(np.asarray(points, np.float64)[:, :2])
    fine = _SIDE * _FINER
    centers = (places[fits] * fine).astype(np.int64)
    disc = _disc(radius * _FINER)
    covered = centers[:, None] + disc
    inside = ((covered >= 0) & (covered < fine)).all(axis=2)
    across, down = covered[inside].T
    counts = np.bincount(down * fine + across, minlength=fine**2)
    # A power for each number of points is quicker than one for each pixel.
    table = 1 - (1 - opacity) ** np.arange(counts.max() + 1)
    hidden = table.astype(np.float32)[counts.reshape(fine, fine)]
    halves = hidden.reshape(_SIDE, _FINER, fine).mean(axis=1)
    pixels = halves.reshape(_SIDE, _SIDE, _FINER).mean(axis=2)
    return pixels, int((~fits).sum())


@cache
def _disc(radius: float) -> NDArray[np.int64]:
    """Returns the pixels of a disc about (0, 0), (k, 2)."""
    reach = math.ceil(radius)
    steps = np.arange(-reach, reach + 1)
    pairs = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    near: NDArray[np.int64] = pairs[(pairs**2).sum(axis=1) <= radius**2]
    return near


def _over(
    canvas: NDArray[np.float32],
    colour: tuple[int, int, int],
    hidden: NDArray[np.float32],
) -> NDArray[np.float32]:
    share = hidden[..., None]
    return canvas * (1 - share) + np.array(colour, np.float32) * share


def _draw_grid_lines(draw: ImageDraw.ImageDraw, frame: Frame) -> None:
    for across, _ in _ticks(frame.left, frame.width):
        draw.line([(across, 0), (across, _SIDE)], GRID_LINE)
    for up, _ in _ticks(frame.bottom, frame.width):
        draw.line([(0, _SIDE - up), (_SIDE, _SIDE - up)], GRID_LINE)


def _draw_axes(draw: ImageDraw.ImageDraw, frame: Frame) -> None:
    right, below = _LEFT + _SIDE, _ABOVE + _SIDE
    draw.rectangle([_CORNER, (right - 1, below - 1)], outline=LINE)
    letters = font(12)
    for across, number in _ticks(frame.left, frame.width):
        place = (_LEFT + across, below + 6)
        draw.text(place, number, SOFT_INK, letters, anchor="mt")
    for up, number in _ticks(frame.bottom, frame.width):
        place = (_LEFT - 6, below - up)
        draw.text(place, number, SOFT_INK, letters, anchor="rm")


def _draw_titles(
    draw: ImageDraw.ImageDraw, title: str, subtitle: str, outside: int
) -> None:
    if outside:
        said = f"{outside:,} outside"
        subtitle = f"{subtitle}, {said}" if subtitle else said
    draw.text((_LEFT, 12), title, INK, font(17))
    draw.text((_LEFT, 35), subtitle, SOFT_INK, font(13))


def _draw_legend(draw: ImageDraw.ImageDraw, made: bool, real: bool) -> None:
    right, letters = _LEFT + _SIDE, font(13)
    pale = tuple(round(255 - 0.35 * (255 - part)) for part in REAL)
    shown = [("generated", MADE, made), ("real", pale, real)]
    for words, colour, present in shown:
        if not present:
            continue
        draw.text((right, 14), words, INK, letters, anchor="rt")
        right -= round(draw.textlength(words, letters)) + 12
        draw.ellipse([(right - 2, 16), (right + 6, 24)], colour)
        right -= 16


def _ticks(start: float, width: float) -> list[tuple[int, str]]:
    """Returns the marks of an axis: pixels from its start, and numbers."""
    return [
        (round((mark - start) / width * _SIDE), f"{mark:.6g}")
        for mark in marks(start, width)
    ]
