"""Decoding image files to pixels of one size and colour mode."""

import contextlib
import functools
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from keras_gan._checks import received, whole_number, whole_numbers
from keras_gan.datasets.budget import pixel_budget

__all__ = [
    "as_picture",
    "check_channels",
    "decode",
    "decode_halves",
    "from_picture",
    "open_image",
    "reason_unreadable",
    "resize",
    "size_pair",
    "upright_size",
]

Pixels = NDArray[np.uint8]

_WHITE = (255, 255, 255, 255)
_MOST_PIXELS = 2**28
"""The largest image size. Pillow reads no image of so many pixels."""
_STRIP_PIXELS = 2**20
"""Pixels whose colour mode is converted at once."""

_FORMATS = (
    *("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "JPEG2000", "AVIF"),
    *("HEIF", "JXL", "ICO", "ICNS", "CUR", "DIB", "DDS", "DCX", "PCX", "PSD"),
    *("QOI", "SGI", "SUN", "XBM", "XPM", "MSP", "IM", "SPIDER", "FITS", "TGA"),
)
"""Grids of pixels that Pillow, or a plugin of it, reads by itself.

Not what another program would draw, such as Ghostscript for EPS.
"""

_SIDEWAYS = {5, 6, 7, 8}
"""The EXIF orientations whose height is stored as width."""

_LATE_METADATA = {b"eXIf", b"iTXt", b"zTXt"}


@contextmanager
def open_image(path: str | Path) -> Iterator[Image.Image]:
    """Opens an image file, and reads its header.

    Raises:
        OSError: If it can't be read.
        ValueError: If it is a pipe, a socket or a device.
        Exception: Any error that Pillow raises on a damaged header.
    """
    # Opening a pipe would wait for a writer.
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
        raise ValueError("not a regular file")
    Image.init()
    # Given a path, Pillow would map the file into memory: if the file is cut
    # while it is read, the process ends, and rotated TIFF files are wrong.
    with (
        # To make a `Path` takes a twentieth of the time of a small picture.
        open(path, "rb") as file,  # noqa: PTH123
        Image.open(file, formats=_known_formats(len(Image.OPEN))) as image,
    ):
        yield image


@functools.cache
def _known_formats(count: int) -> list[str]:
    """Returns what can be read, where Pillow and its plugins know so many."""
    return [name for name in _FORMATS if name in Image.OPEN]


def reason_unreadable(error: Exception) -> str:
    """Returns in a few words why an image can't be read."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, UnidentifiedImageError):
        return "no known image format"
    text = str(error)
    # Of Pillow's, an OSError says what is wrong with the file.
    plain = (ValueError, OSError, Image.DecompressionBombError)
    is_plain = isinstance(error, plain) and 0 < len(text) < 100
    return text if is_plain else type(error).__name__


def upright_size(path: str | Path, image: Image.Image) -> tuple[int, int]:
    """Returns the height and width of an opened image once it is upright.

    Reads no pixels, except of a PNG file that has metadata behind them.
    """
    width, height = image.size
    if image.format == "TIFF":
        # Some versions of Pillow return the rotated size, some the stored one.
        tags: Any = image
        width, height = tags.tag_v2[256], tags.tag_v2[257]
    if image.format == "PNG" and not _has_late_metadata(path):
        # `getexif` of a PNG would decode the pixels to read on after them.
        exif = Image.Image.getexif(image)
    else:
        exif = image.getexif()
    turned = exif.get(ExifTags.Base.Orientation) in _SIDEWAYS
    return (width, height) if turned else (height, width)


def _has_late_metadata(path: str | Path) -> bool:
    with Path(path).open("rb") as file:
        file.seek(8)
        seen = False
        while len(header := file.read(8)) == 8:
            kind = header[4:]
            seen |= kind == b"IDAT"
            if seen and kind in _LATE_METADATA:
                return True
            file.seek(int.from_bytes(header[:4], "big") + 4, 1)
    return False


def decode(path: str | Path, size: tuple[int, int], channels: int) -> Pixels:
    """Reads an image file as pixels (H, W, C).

    It is rotated by its EXIF orientation, laid on white if it is transparent,
    converted from 16 bit to 8, scaled to cover `size`, and cropped at its
    centre. Only as many threads decode at the same time as memory allows.

    Args:
        path: The file.
        size: Height and width of the result.
        channels: 1 for grey, 3 for colour.
    """
    with _upright(path, max(size)) as image:
        return _scaled_and_cropped(_grey_or_colour(image, channels), size)


def decode_halves(
    path: str | Path, size: tuple[int, int], channels: tuple[int, int]
) -> tuple[Pixels, Pixels]:
    """Reads the left and the right half of an image file, as `decode` does.

    Args:
        path: The file.
        size: Height and width of each half.
        channels: Those of the left half and of the right one.
    """
    with _upright(path, 2 * max(size)) as image:
        middle = image.width // 2
        left, right = (
            image.crop((start, 0, start + middle, image.height))
            for start in (0, image.width - middle)
        )
        return (
            _scaled_and_cropped(_grey_or_colour(left, channels[0]), size),
            _scaled_and_cropped(_grey_or_colour(right, channels[1]), size),
        )


@contextmanager
def _upright(path: str | Path, longest: int) -> Iterator[Image.Image]:
    """Opens an image, turned by its EXIF orientation, when memory allows."""
    with open_image(path) as image:
        # A JPEG file decodes several times faster at a fraction of its size.
        # Twice the wanted size leaves enough pixels to average.
        image.draft(None, (2 * longest, 2 * longest))
        with pixel_budget().spent(image.width * image.height):
            ImageOps.exif_transpose(image, in_place=True)
            yield image


def resize(images: Pixels, size: tuple[int, int], channels: int) -> Pixels:
    """Brings an array of images (n, H, W, C) to one size and colour mode."""
    if images.shape[1:] == (*size, channels):
        return images
    resized = np.empty((len(images), *size, channels), np.uint8)
    for index, pixels in enumerate(images):
        image = as_picture(pixels)
        resized[index] = _scaled_and_cropped(
            _grey_or_colour(image, channels), size
        )
    return resized


def as_picture(pixels: Pixels) -> Image.Image:
    """Returns pixels (H, W, C), C of 1 or 3, as an image of Pillow."""
    squeezed = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    return Image.fromarray(np.ascontiguousarray(squeezed))


def from_picture(image: Image.Image) -> Pixels:
    """Returns an image of Pillow, grey or colour, as pixels (H, W, C)."""
    pixels = np.array(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def size_pair(image_size: Any) -> tuple[int, int]:
    """Returns (height, width) from a pair or one number for both.

    Raises:
        ValueError: If it is neither, not above 0, or more pixels than an image
            that can be computed with.
    """
    one = isinstance(image_size, Integral)
    pair = (image_size, image_size) if one else image_size
    with contextlib.suppress(ValueError):
        height, width = whole_numbers("image_size", pair, 1, length=(2, 2))
        if height * width <= _MOST_PIXELS:
            return height, width
    raise ValueError(
        "`image_size` must be a whole number of pixels above 0, or a pair "
        f"(height, width), of at most {_MOST_PIXELS} pixels in all. "
        f"{received('image_size', image_size)}"
    )


def check_channels(channels: Any, name: str = "channels") -> int:
    """Returns the number of channels if images can have it.

    Args:
        channels: What was given.
        name: The argument, for the message.

    Raises:
        ValueError: If it is neither 1 nor 3.
    """
    with contextlib.suppress(ValueError):
        if whole_number(name, channels, 1, 3) != 2:
            return int(channels)
    raise ValueError(
        f"`{name}` must be 1 (grey) or 3 (colour). {received(name, channels)}"
    )


def _grey_or_colour(image: Image.Image, channels: int) -> Image.Image:
    """Returns the image in grey or colour, without transparency."""
    mode = "L" if channels == 1 else "RGB"
    if image.mode == mode and not image.has_transparency_data:
        return image
    width, height = image.size
    rows = max(1, _STRIP_PIXELS // width)
    if rows >= height:
        return _grey_or_colour_strip(image, mode)
    plain = Image.new(mode, image.size)
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(height, top + rows)))
        plain.paste(_grey_or_colour_strip(strip, mode), (0, top))
    return plain


def _grey_or_colour_strip(image: Image.Image, mode: str) -> Image.Image:
    if image.mode.startswith("I"):
        image = _from_16_bit(image)
    if image.mode == "F":
        raise ValueError("an image of floats has no known value range")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, _WHITE)
        image = Image.alpha_composite(white, image)
    if mode == "RGB" or image.mode in ("L", "RGB", "RGBA", "1"):
        return image.convert(mode)
    # Pillow converts palettes and CMYK to grey in another way than RGB.
    return image.convert("RGB").convert("L")


def _from_16_bit(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.float64)
    if values.min() < 0 or values.max() > 65535:
        raise ValueError("an image of 32-bit numbers has no known value range")
    return Image.fromarray(np.rint(values / 257).astype(np.uint8))


def _scaled_and_cropped(image: Image.Image, size: tuple[int, int]) -> Pixels:
    height, width = size
    if image.size != (width, height):
        image = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    return from_picture(image)
