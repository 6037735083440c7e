"""Images as arrays and files: value ranges, grids, PNG, GIF and MP4."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from keras_gan import _mp4
from keras_gan._atomic_write import replacing
from keras_gan._checks import (
    file_path,
    instance_of,
    received,
    uint8_pixels,
    value_range_of,
    whole_number,
)

__all__ = ["gif", "grid", "mp4", "save", "to_float", "to_pil", "to_uint8"]

Pixels = NDArray[np.uint8]

_VISIBLE_PIXELS = 56
"""Cells of a grid are enlarged to about this many pixels."""

_MOST_PIXELS = 2**27
"""The largest grid, which fits in a gigabyte of memory."""

_MOST_MILLISECONDS = 655_350
"""A GIF file holds hundredths of a second as 16 bits."""


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
    low, high = value_range_of("value_range", value_range)
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
    low, high = value_range_of("value_range", value_range)
    floats = _as_array(images)
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


def to_pil(
    images: ArrayLike, value_range: tuple[float, float] = (-1.0, 1.0)
) -> list[Image.Image]:
    """Returns each image as a Pillow image.

    Args:
        images: uint8 pixels or floats in `value_range`, (n, H, W, C) with C of
            1 or 3, or (n, H, W).
        value_range: The floats that stand for black and white.

    Returns:
        n Pillow images, mode "L" for grey and "RGB" for colour.

    Raises:
        TypeError: If the images are neither uint8 nor floats.
        ValueError: If there are none, their shape is another, an image holds
            NaN, or the range is not two finite numbers, low < high.

    Example:
        >>> first, *others = to_pil(gan.generate(16))
        >>> first.save("first.png")
    """
    value_range_of("value_range", value_range)
    pixels = _as_array(images)
    if pixels.ndim == 3 and pixels.shape[-1] in (1, 3):
        raise ValueError(
            "`images` are several, (n, H, W, C) or (n, H, W). Give a single "
            f"image as images[None]. Received: images.shape={pixels.shape}"
        )
    if np.issubdtype(pixels.dtype, np.floating):
        pixels = to_uint8(pixels, value_range)
    cells = _as_cells(pixels)
    return [
        Image.fromarray(cell[..., 0] if cell.shape[-1] == 1 else cell)
        for cell in cells
    ]


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
            `padding`, `scale` or `background` are out of range, or ask for
            a picture of more than 2^27 pixels.

    Example:
        >>> save(grid(to_uint8(gan.generate(16)), columns=4), "samples.png")
    """
    cells = _as_cells(images)
    count, height, width, channels = cells.shape
    columns = math.ceil(math.sqrt(count)) if columns is None else columns
    columns = whole_number("columns", columns, 1, _MOST_PIXELS)
    padding = whole_number("padding", padding, 0, _MOST_PIXELS)
    scale = pixel_scale(height, width) if scale is None else scale
    scale = whole_number("scale", scale, 1, _MOST_PIXELS)
    background = whole_number("background", background, 0, 255)
    rows = -(-count // columns)
    row_step, column_step = height * scale + padding, width * scale + padding
    size = (rows * row_step + padding, columns * column_step + padding)
    if math.prod(size) > _MOST_PIXELS:
        raise ValueError(
            "`columns`, `padding` and `scale` must make a picture of at most "
            f"{_MOST_PIXELS} pixels. Received: columns={columns}, "
            f"padding={padding}, scale={scale} for {count} images of "
            f"{height} x {width}"
        )
    cells = cells.repeat(scale, axis=1).repeat(scale, axis=2)
    canvas = np.full((*size, channels), background, np.uint8)
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

    Raises:
        TypeError: If it is no Pillow image.
        ValueError: If the path is none, or no picture format has its ending.
    """
    instance_of("image", image, Image.Image, "a Pillow image")
    path = file_path("path", path)
    if path.suffix.lower() not in Image.registered_extensions():
        raise ValueError(
            "`path` must end in the name of a picture format, such as "
            f"`.png`. {received('path', str(path))}"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        image.save(temporary)
    return path


def gif(
    frames: Iterable[Image.Image], path: str | Path, duration: int = 200
) -> Path:
    """Writes frames as an endlessly looping animation, whole or not at all.

    Args:
        frames: Pillow images of one size, read one at a time.
        path: The file, ending in `.gif`. Missing folders are made.
        duration: Milliseconds a frame is shown, from 20 to 655,350.

    Returns:
        The path.

    Raises:
        TypeError: If the frames are no Pillow images.
        ValueError: If there are no frames, the path is none, or the duration
            is out of range.
    """
    duration = whole_number("duration", duration, 20, _MOST_MILLISECONDS)
    path = file_path("path", path)
    remaining = _each_image(frames)
    first = next(remaining, None)
    if first is None:
        raise ValueError("`frames` must hold at least one image. Received: 0")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        first.save(
            temporary,
            format="GIF",
            save_all=True,
            append_images=remaining,
            duration=duration,
            loop=0,
        )
    return path


def mp4(
    frames: Iterable[Image.Image], path: str | Path, duration: int = 200
) -> Path:
    """Writes frames as a film that browsers play, whole or not at all.

    The program ffmpeg writes it: the system's, or that of `pip install
    imageio-ffmpeg`.

    Args:
        frames: Pillow images of one size.
        path: The file, ending in `.mp4`. Missing folders are made.
        duration: Milliseconds a frame is shown, from 20 to 655,350.

    Returns:
        The path.

    Raises:
        TypeError: If the frames are no Pillow images.
        ValueError: If there is no ffmpeg, there are no frames, the path is
            none, or the duration is out of range.
    """
    duration = whole_number("duration", duration, 20, _MOST_MILLISECONDS)
    path = file_path("path", path)
    pictures = list(_each_image(frames))
    if not pictures:
        raise ValueError("`frames` must hold at least one image. Received: 0")
    _mp4.require_ffmpeg()
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        _mp4.write(pictures, temporary, 1000 / duration)
    return path


def _each_image(frames: Any) -> Iterator[Image.Image]:
    words = "several Pillow images"
    try:
        remaining = iter(frames)
    except Exception as error:
        # Some classes have an `__iter__` that only raises some error.
        raise TypeError(
            f"`frames` must be {words}. {received('frames', frames)}"
        ) from error
    return (
        instance_of("frames", frame, Image.Image, words) for frame in remaining
    )


def _as_array(images: Any) -> NDArray[Any]:
    try:
        return np.asarray(images)
    except Exception as error:
        # Rows of different lengths, or a tensor on another device.
        raise TypeError(
            f"`images` must be an array of floats. {received('images', images)}"
        ) from error


def _as_cells(images: Any) -> Pixels:
    cells = uint8_pixels(images)
    if cells.ndim == 3:
        cells = cells[..., None]
    if cells.ndim != 4 or cells.shape[-1] not in (1, 3) or not cells.size:
        raise ValueError(
            "`images` must be (n, H, W, C) with C of 1 or 3, or (n, H, W), "
            f"and not empty. Received: images.shape={images.shape}"
        )
    return cells


def pixel_scale(height: int, width: int) -> int:
    """Returns how many times `grid` enlarges images of a size."""
    return max(1, round(_VISIBLE_PIXELS / max(height, width)))
