"""Reading pictures from files, in the size that a GAN makes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.cli.errors import UsageError
from keras_gan.cli.translation_jobs import decoded
from keras_gan.datasets.arrays import read_arrays
from keras_gan.datasets.decode import resize
from keras_gan.datasets.listing import path_text, scan, warn_of_skipped
from keras_gan.datasets.vectors import holds_vectors

__all__ = ["read_pictures"]

Array = np.ndarray[Any, Any]

_ARRAYS = (".npz", ".npy")


def read_pictures(paths: Sequence[Path], shape: tuple[int, ...]) -> Array:
    """Reads pictures, scaled and cropped to one size.

    Args:
        paths: Image files, folders of them, and arrays in `.npz` or `.npy`.
        shape: Height, width and channels.

    Returns:
        uint8, shape `(n, *shape)`, in the order of the paths.

    Raises:
        UsageError: If there are none.
        ValueError: If a file of arrays can't be read.
    """
    height, width, channels = shape
    found: list[Array] = []
    for path in paths:
        if path.suffix.lower() in _ARRAYS and path.is_file():
            found.append(_of_arrays(path, (height, width), channels))
            continue
        for file in _files_at(path):
            picture = decoded(file, (height, width), channels)
            if picture is not None:
                found.append(picture[None])
    if not found:
        raise UsageError("None of the images could be decoded.")
    return np.concatenate(found)


def _of_arrays(path: Path, size: tuple[int, int], channels: int) -> Array:
    images, _ = read_arrays(path, "train")
    if holds_vectors(images):
        raise UsageError(
            f"{path_text(path)} holds vectors. Expected images, (n, H, W, C)."
        )
    return resize(np.asarray(images), size, channels)


def _files_at(path: Path) -> list[Path]:
    if path.is_dir():
        listing = scan(path)
        warn_of_skipped(path, list(listing.skipped), "left out")
        return [Path(each) for each in listing.files]
    if path.is_file():
        return [path]
    raise UsageError(
        "Expected images, folders of images, or an .npz. There is no "
        f"{path_text(path)}."
    )
