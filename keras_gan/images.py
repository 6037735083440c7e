"""Pictures as numbers and files: value ranges, grids, PNG and GIF."""

import math
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from keras_gan._checks import uint8_pixels, whole_number

__all__ = ["gif", "grid", "save", "to_float", "to_uint8"]

Pixels = NDArray[np.uint8]

_VISIBLE = 56
"""Cells of a grid are enlarged to about this many pixels."""


def to_float(
    images: Pixels, value_range: tuple[float, float] = (-1.0, 1.0)
) -> NDArray[np.float32]:
    """Converts uint8 pixels to float32 in a range: 0 -> low, 255 -> high.

    `low + (high - low) * images / 255`. A generator that ends in tanh needs
    (-1, 1), one that ends in a sigmoid (0, 1).

    Args:
        images: Pixels, any shape, uint8.
        value_range: The floats that stand for black and white.

    Returns:
        float32 of the same shape.

    Raises:
        TypeError: If the images are not uint8.
        ValueError: If the range is not two finite numbers, low < high.

    Example:
        >>> to_float(np.array([0, 51, 255], np.uint8), (0, 1))
        array([0. , 0.2, 1. ], dtype=float32)
    """
    low, high = _checked_range(value_range)
    images = uint8_pixels(images)
    levels = np.linspace(low, high, 256, dtype=np.float32)
    return np.take(levels, images)


def to_uint8(
    images: ArrayLike, value_range: tuple[float, float] = (-1.0, 1.0)
) -> Pixels:
    """Converts floats in a range to uint8 pixels: low -> 0, high -> 255.

    Rounds to the nearest pixel value and clips what lies outside the range,
    so that `to_uint8(to_float(images, r), r)` gives `images` back.

    Args:
        images: Floats, any shape.
        value_range: The floats that stand for black and white.

    Returns:
        uint8 of the same shape.

    Raises:
        TypeError: If the images are not floats.
        ValueError: If an image holds NaN, or the range is not two finite
            numbers, low < high.
    """
    low, high = _checked_range(value_range)
    floats = np.asarray(images)
    if not np.issubdtype(floats.dtype, np.floating):
        raise TypeError(
            f"`images` must be floats in {(low, high)}. uint8 pixels need no "
            f"conversion. Received: images.dtype={floats.dtype}"
        )
    scaled = (floats.astype(np.float32) - low) * (255 / (high - low))
    if np.isnan(scaled).any():
        raise ValueError(
            "`images` must be numbers, but some are NaN: the network that "
            "made them has diverged. Received: "
            f"{np.isnan(scaled).sum()} NaN of {scaled.size} values"
        )
    pixels: Pixels = np.rint(scaled.clip(0, 255)).astype(np.uint8)
    return pixels


def grid(
    images: Pixels,
    columns: int | None = None,
    *,
    padding: int = 2,
    scale: int | None = None,
    background: int = 255,
) -> Image.Image:
    """Lays images out row by row in one picture.

    Args:
        images: uint8, (n, H, W, C) with C of 1 or 3, or (n, H, W).
        columns: Images in a row. Defaults to a square grid.
        padding: Pixels between the images and around them.
        scale: How many pixels wide and high one pixel is drawn, a whole
            number. Defaults to what makes small images visible: 2 for
            28x28, 1 from 56x56 on.
        background: Grey value of padding and empty cells, 0 to 255.

    Returns:
        A Pillow image, mode "L" for grey and "RGB" for colour.

    Raises:
        TypeError: If the images are not uint8.
        ValueError: If there are none, their shape is another, or `columns`,
            `padding`, `scale` or `background` are out of range.

    Example:
        >>> save(grid(to_uint8(gan.generate(16)), columns=4), "samples.png")
    """
    cells = _cells(images)
    count, height, width, channels = cells.shape
    columns = math.ceil(math.sqrt(count)) if columns is None else columns
    whole_number("columns", columns, 1)
    whole_number("padding", padding, 0)
    scale = _default_scale(height, width) if scale is None else scale
    whole_number("scale", scale, 1)
    whole_number("background", background, 0, 255)
    rows = math.ceil(count / columns)
    cells = cells.repeat(scale, axis=1).repeat(scale, axis=2)
    row_step, column_step = height * scale + padding, width * scale + padding
    canvas = np.full(
        (rows * row_step + padding, columns * column_step + padding, channels),
        background,
        np.uint8,
    )
    for index, cell in enumerate(cells):
        top = index // columns * row_step + padding
        left = index % columns * column_step + padding
        canvas[top : top + len(cell), left : left + cell.shape[1]] = cell
    return Image.fromarray(canvas[..., 0] if channels == 1 else canvas)


def save(image: Image.Image, path: str | Path) -> Path:
    """Writes a picture, or leaves what was there: never half a file.

    Args:
        image: A Pillow image.
        path: The file; its ending names the format. Missing folders are made.

    Returns:
        The path.
    """
    with _replacing(Path(path)) as temporary:
        image.save(temporary)
    return Path(path)


def gif(
    frames: Iterable[Image.Image], path: str | Path, duration: int = 200
) -> Path:
    """Writes frames as an endlessly looping animation, whole or not at all.

    Args:
        frames: Pillow images of one size, read one at a time.
        path: The file, ending in `.gif`. Missing folders are made.
        duration: Milliseconds a frame is shown, at least 20.

    Returns:
        The path.

    Raises:
        ValueError: If there are no frames, or the duration is too short.
    """
    whole_number("duration", duration, 20)
    remaining = iter(frames)
    first = next(remaining, None)
    if first is None:
        raise ValueError("`frames` must hold at least one image. Received: 0")
    with _replacing(Path(path)) as temporary:
        first.save(
            temporary,
            format="GIF",
            save_all=True,
            append_images=remaining,
            duration=duration,
            loop=0,
        )
    return Path(path)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending stays last: Pillow reads the format off it.
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _checked_range(value_range: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(value) for value in value_range)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(
            "`value_range` must be two finite numbers (low, high), "
            f"low < high. Received: value_range={value_range!r}"
        )
    return low, high


def _cells(images: Any) -> Pixels:
    cells = uint8_pixels(images)
    if cells.ndim == 3:
        cells = cells[..., None]
    if cells.ndim != 4 or cells.shape[-1] not in (1, 3) or not cells.size:
        raise ValueError(
            "`images` must be (n, H, W, C) with C of 1 or 3, or (n, H, W), "
            f"and not empty. Received: images.shape={images.shape}"
        )
    return cells


def _default_scale(height: int, width: int) -> int:
    return max(1, round(_VISIBLE / max(height, width)))
