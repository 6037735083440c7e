"""Arrays of images that a user has: `.npz`, `.npy`, or in memory."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_labels", "as_pixels", "read_arrays"]

_IMAGES = {
    "train": ("x_train", "images_train", "images", "x", "arr_0"),
    "test": ("x_test", "images_test"),
}
_LABELS = {
    "train": ("y_train", "labels_train", "labels", "y", "arr_1"),
    "test": ("y_test", "labels_test"),
}


def read_arrays(
    path: Path, split: str
) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    """Reads images (n, H, W, C) uint8 and labels (n,) or None from a file.

    A `.npy` file of uint8 stays on the disk and is read where it is indexed.
    """
    try:
        images, labels = _read(path, split)
        pixels = as_pixels(images)
        if labels is None:
            return pixels, None
        return pixels, as_labels(labels, len(pixels))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def as_pixels(images: NDArray[Any]) -> NDArray[np.uint8]:
    """Converts an array of images to uint8 (n, H, W, C).

    Args:
        images: (n, H, W) or (n, H, W, C) with C of 1 or 3; integers from 0 to
            255, or floats in [0, 1] or [-1, 1].

    Raises:
        ValueError: If the shape, the type or the range is another.
    """
    shape = np.shape(images)
    if len(shape) == 3:
        images = images[..., None]
    if len(shape) not in (3, 4) or images.shape[-1] not in (1, 3):
        hint = ""
        if len(shape) == 4 and shape[1] in (1, 3):
            hint = " Channels come last: numpy.moveaxis(images, 1, -1)."
        raise ValueError(
            "images must be (n, H, W) or (n, H, W, C) with C of 1 or 3."
            f"{hint} Received: shape={shape}"
        )
    if not images.size:
        raise ValueError(f"there are no images. Received: shape={shape}")
    return _as_uint8(images)


def as_labels(labels: Any, count: int) -> NDArray[np.int64]:
    """Converts class numbers (n,), (n, 1) or one-hot (n, k) to integers (n,).

    Raises:
        ValueError: If they are not whole numbers from 0 on, or not `count`.
    """
    labels = np.asarray(labels)
    shape = labels.shape
    if labels.ndim == 2:
        one_hot = labels.shape[1] > 1
        labels = labels.argmax(axis=1) if one_hot else labels[:, 0]
    if labels.shape != (count,):
        raise ValueError(
            f"labels must be one for each of the {count} images: (n,), (n, 1) "
            f"or one-hot (n, classes). Received: shape={shape}"
        )
    if not np.issubdtype(labels.dtype, np.number):
        raise ValueError(
            "labels must be whole numbers from 0 on. "
            f"Received: dtype={labels.dtype}"
        )
    if (labels < 0).any() or (labels != np.floor(labels)).any():
        raise ValueError(
            "labels must be whole numbers from 0 on. "
            f"Received: {labels.min()} to {labels.max()}"
        )
    numbers: NDArray[np.int64] = labels.astype(np.int64)
    return numbers


def _read(path: Path, split: str) -> tuple[Any, Any]:
    try:
        arrays = _stored(path, {*_IMAGES[split], *_LABELS[split]})
    # A torn file fails in zipfile, zlib or numpy, each in its own way.
    except Exception as error:
        raise ValueError(f"can't be read as numpy arrays ({error})") from error
    images = _first(arrays, _IMAGES[split])
    if images is None and split != "train":
        raise ValueError(
            'there is no test split. Use split="train", or store one as '
            f"x_test. Received: arrays {list(arrays)}"
        )
    if images is None:
        raise ValueError(
            f"expected an array named one of {list(_IMAGES[split])}. "
            f"Received: arrays {list(arrays)}"
        )
    return images, _first(arrays, _LABELS[split])


def _stored(path: Path, wanted: set[str]) -> dict[str, NDArray[Any] | None]:
    """Reads the wanted arrays, and of the others the names."""
    if path.suffix == ".npy":
        return {"arr_0": np.load(path, mmap_mode="r")}
    # numpy leaves a torn archive open unless the file is ours.
    with path.open("rb") as file, np.load(file) as arrays:
        return {
            name: arrays[name] if name in wanted else None
            for name in arrays.files
        }


def _first(
    arrays: dict[str, NDArray[Any] | None], names: tuple[str, ...]
) -> NDArray[Any] | None:
    return next((arrays[name] for name in names if name in arrays), None)


def _as_uint8(images: NDArray[Any]) -> NDArray[np.uint8]:
    if images.dtype == np.uint8:
        return images
    low, high = images.min(), images.max()
    if np.issubdtype(images.dtype, np.integer) and low >= 0 and high <= 255:
        return images.astype(np.uint8)
    if np.issubdtype(images.dtype, np.floating) and low >= -1 and high <= 1:
        signed = low < 0
        unit = (images.astype(np.float32) + 1) / 2 if signed else images
        return np.rint(unit * 255).astype(np.uint8)
    raise ValueError(
        "images must be integers from 0 to 255 or floats in [0, 1] or "
        f"[-1, 1]. Received: {images.dtype} from {low} to {high}"
    )
