"""Outlines: what a pen would draw of an image on a black ground."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["outlines"]

_IMAGES_AT_ONCE = 256
_LEAST_SLOPE = 0.15
"""The least slope of a line, as a part of the steepest in the image."""

_DIRECTIONS = np.array([(0, 1), (1, 1), (1, 0), (1, -1)])
"""(down, right) of a slope's angle, in steps of 45 degrees."""

Floats = NDArray[np.floating[Any]]
Lines = NDArray[np.bool_]


def outlines(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Draws the outlines of images as light lines on black.

    Where the brightness changes fastest, there is a line, as in Canny's edge
    detector. The square root of the brightness, which shows dark cloth on the
    black ground, is smoothed by the weights (1, 2, 1) / 4 along rows and
    columns, and its slopes are taken by Sobel's filter. A pixel is drawn where
    its slope is the largest among its two neighbours in the slope's direction,
    and at least 0.15 of the image's steepest. Pixels that touch no other
    are left out.

    Args:
        images: uint8 (n, H, W, 1).

    Returns:
        uint8 (n, H, W, 1), each pixel 0 or 255.

    Reference: Canny, 1986, "A Computational Approach to Edge Detection",
    without its second, lower threshold.
    """
    drawn = np.empty(images.shape, np.uint8)
    # Floats of all images would take gigabytes.
    for start in range(0, len(images), _IMAGES_AT_ONCE):
        chunk = images[start : start + _IMAGES_AT_ONCE, ..., 0]
        lines = _without_specks(_edges(chunk))
        drawn[start : start + len(chunk), ..., 0] = lines * np.uint8(255)
    return drawn


def _edges(images: NDArray[np.uint8]) -> Lines:
    brightness = np.sqrt(images.astype(np.float32))
    smooth = _weighted(_weighted(brightness, 1), 2)
    down = _weighted(_difference(smooth, 1), 2)
    right = _weighted(_difference(smooth, 2), 1)
    slope = np.sqrt(down**2 + right**2)
    steepest = slope.max(axis=(1, 2), keepdims=True)
    lines: Lines = (slope >= _LEAST_SLOPE * steepest) & (slope > 0)
    strong = np.nonzero(lines)
    lines[strong] = _are_ridges(slope, down[strong], right[strong], strong)
    return lines


def _are_ridges(
    slope: Floats, down: Floats, right: Floats, places: tuple[Any, ...]
) -> Lines:
    """Whether no neighbour in the slope's direction is steeper."""
    angle = np.rint(np.arctan2(down, right) * (4 / np.pi)).astype(int) % 4
    step = _DIRECTIONS[angle].T
    around = _framed(slope)
    image, row, column = places
    here = slope[places]
    ahead = around[image, row + 1 + step[0], column + 1 + step[1]]
    behind = around[image, row + 1 - step[0], column + 1 - step[1]]
    # Of two equal ones, one is kept.
    ridges: Lines = (here > ahead) & (here >= behind)
    return ridges


def _without_specks(lines: Lines) -> Lines:
    counts = lines.astype(np.float32)
    near = _weighted(_weighted(counts, 1), 2)
    # A pixel alone has the weight of the middle, 2/4 * 2/4.
    return lines & (near > 0.25)


def _weighted(values: Floats, axis: int) -> Floats:
    before, after = _neighbours(values, axis)
    weighted: Floats = (before + 2 * values + after) / 4
    return weighted


def _difference(values: Floats, axis: int) -> Floats:
    before, after = _neighbours(values, axis)
    return after - before


def _neighbours(values: Floats, axis: int) -> tuple[Floats, Floats]:
    """Returns for each pixel the one before it and after it, 0 outside."""
    framed = _framed(values)
    if axis == 1:
        return framed[:, :-2, 1:-1], framed[:, 2:, 1:-1]
    return framed[:, 1:-1, :-2], framed[:, 1:-1, 2:]


def _framed(values: Floats) -> Floats:
    return np.pad(values, ((0, 0), (1, 1), (1, 1)))
