"""Any image file or Pillow image to pixels of one size and colour mode."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

__all__ = ["check_channels", "decode", "resize", "size_pair"]

Pixels = NDArray[np.uint8]

_WHITE = (255, 255, 255, 255)


def decode(path: Path, size: tuple[int, int], channels: int) -> Pixels:
    """Reads an image file as pixels (H, W, C).

    Turns it upright by its EXIF orientation, lays transparent images on
    white, scales 16 bit to 8, scales the image to cover `size` and crops its
    centre.

    Args:
        path: The file.
        size: Height and width of the result.
        channels: 1 for grey, 3 for colour.
    """
    height, width = size
    with Image.open(path) as image:
        # A JPEG file decodes several times faster at a fraction of its size;
        # twice the wanted one leaves the filter something to average.
        longest = 2 * max(height, width)
        image.draft(None, (longest, longest))
        upright = ImageOps.exif_transpose(image)
        return _fit(_plain(upright, channels), size)


def resize(images: Pixels, size: tuple[int, int], channels: int) -> Pixels:
    """Brings an array of images (n, H, W, C) to one size and colour mode."""
    if images.shape[1:] == (*size, channels):
        return images
    resized = np.empty((len(images), *size, channels), np.uint8)
    for index, pixels in enumerate(images):
        squeezed = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
        image = Image.fromarray(np.ascontiguousarray(squeezed))
        resized[index] = _fit(_plain(image, channels), size)
    return resized


def size_pair(image_size: Any) -> tuple[int, int]:
    """Returns (height, width) from a pair or one number for both.

    Raises:
        ValueError: If it is neither, or not above 0.
    """
    pair = image_size
    if isinstance(image_size, int | np.integer):
        pair = (image_size, image_size)
    if not (
        isinstance(pair, tuple | list)
        and len(pair) == 2
        and all(isinstance(side, int | np.integer) for side in pair)
        and min(pair) > 0
    ):
        raise ValueError(
            "`image_size` must be a whole number of pixels above 0, or a pair "
            f"(height, width). Received: image_size={image_size!r}"
        )
    return int(pair[0]), int(pair[1])


def check_channels(channels: int) -> int:
    """Returns the number of channels if images can have it.

    Raises:
        ValueError: If it is neither 1 nor 3.
    """
    if channels not in (1, 3):
        raise ValueError(
            "`channels` must be 1 (grey) or 3 (colour). "
            f"Received: channels={channels!r}"
        )
    return channels


def _plain(image: Image.Image, channels: int) -> Image.Image:
    if image.mode.startswith("I"):
        image = _from_16_bit(image)
    if image.mode == "F":
        raise ValueError("an image of floats has no known value range")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, _WHITE)
        image = Image.alpha_composite(white, image)
    if channels == 3 or image.mode in ("L", "RGB", "RGBA", "1"):
        return image.convert("L" if channels == 1 else "RGB")
    # A palette or CMYK has no direct way to grey that matches the one of RGB.
    return image.convert("RGB").convert("L")


def _from_16_bit(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.float64)
    if values.min() < 0 or values.max() > 65535:
        raise ValueError("an image of 32-bit numbers has no known value range")
    return Image.fromarray(np.rint(values / 257).astype(np.uint8))


def _fit(image: Image.Image, size: tuple[int, int]) -> Pixels:
    height, width = size
    if image.size != (width, height):
        image = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    pixels = np.array(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels
