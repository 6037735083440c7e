"""Reading and converting arrays of images or vectors: `.npz`, `.npy`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import received, uint8_pixels
from keras_gan.datasets.archive import Member, members, pieces
from keras_gan.datasets.labels import as_labels
from keras_gan.datasets.listing import path_text
from keras_gan.datasets.vectors import Vectors, as_vectors, holds_vectors

__all__ = [
    "Choice",
    "as_pixels",
    "pixel_shape",
    "pixels_of",
    "read_arrays",
]

_MAGIC = b"\x93NUMPY"
"""How a `.npy` file begins (numpy.lib.format)."""

Indices: TypeAlias = NDArray[np.int64]

Choice: TypeAlias = Callable[[int, NDArray[np.int64] | None], Indices]
"""From the number of images and their labels to ascending indices."""

_IMAGE_NAMES = {
    "train": (
        *("x_train", "images_train", "vectors_train"),
        *("images", "vectors", "x", "arr_0"),
    ),
    "test": ("x_test", "images_test", "vectors_test"),
}
_LABEL_NAMES = {
    "train": ("y_train", "labels_train", "labels", "y", "arr_1"),
    "test": ("y_test", "labels_test"),
}


def read_arrays(
    path: Path, split: str, choose: Choice | None = None
) -> tuple[NDArray[np.uint8] | Vectors, NDArray[np.int64] | None]:
    """Reads images (n, H, W, C) uint8 and labels (n,) or None from a file.

    An array of floats (n, d) holds vectors, which become float32. A `.npy` file
    of uint8 stays on the disk, and is read when it is indexed. Of any other
    file, only the images that are wanted are kept in memory.

    Args:
        path: The `.npz` or `.npy` file.
        split: `"train"` or `"test"`.
        choose: Returns the indices of the images to read. Default: all.

    Raises:
        ValueError: If the file is damaged, or holds no images or vectors, or
            ones or labels that can't be used.
    """
    try:
        images, stored = _open_arrays(path, split)
        are_vectors = holds_vectors(images)
        count = images.shape[0] if are_vectors else _checked_shape(images)[0]
        labels = None if stored is None else as_labels(stored, count)
        chosen = None if choose is None else choose(count, labels)
        found: Any = (
            _chosen_vectors(images, chosen)
            if are_vectors
            else as_pixels(images, chosen)
        )
    except ValueError as error:
        raise ValueError(f"{path_text(path)}: {error}") from error
    if labels is None or chosen is None:
        return found, labels
    return found, labels[chosen]


def as_pixels(
    images: NDArray[Any] | Member, chosen: Indices | None = None
) -> NDArray[np.uint8]:
    """Converts an array of images to uint8 (n, H, W, C).

    Args:
        images: (n, H, W) or (n, H, W, C) with C of 1 or 3; integers from 0 to
            255, or floats in [0, 1] or [-1, 1].
        chosen: Ascending indices of the images to keep. Default: all. Whether
            floats are in [0, 1] or [-1, 1] is decided by all images.

    Raises:
        ValueError: If the shape, the type or the range is another.
    """
    shape = _checked_shape(images)
    if isinstance(images, np.ndarray) and images.dtype == np.uint8:
        pixels = images.reshape(shape)
        if chosen is None or len(chosen) == len(pixels):
            return pixels
        return np.asarray(pixels[chosen])
    signed = _is_signed(images)
    if chosen is None:
        chosen = np.arange(shape[0])
    kept = np.empty((len(chosen), *shape[1:]), np.uint8)
    start = 0
    for piece in pieces(images):
        end = start + len(piece)
        first, last = np.searchsorted(chosen, (start, end))
        if first < last:
            rows = piece[chosen[first:last] - start]
            kept[first:last] = _as_uint8(rows, signed).reshape(-1, *shape[1:])
        start = end
    return kept


def pixels_of(images: Any) -> NDArray[np.uint8]:
    """Converts what can be made an array of images to uint8 (n, H, W, C).

    Args:
        images: As for `as_pixels`, or a list or tensor of them.

    Raises:
        ValueError: If the shape, the type or the range is another.
    """
    if isinstance(images, np.ndarray):
        return as_pixels(images)
    try:
        given = np.asarray(images)
    except Exception as error:
        # Rows of different lengths, or a tensor on another device.
        raise ValueError(
            f"images must be an array. {received('images', images)}"
        ) from error
    return as_pixels(given)


def pixel_shape(images: Any) -> tuple[int, int, int, int]:
    """Returns the shape of images in the form that the package uses.

    Args:
        images: uint8 (n, H, W, C), not empty: an array, or an `ImageFolder`.

    Raises:
        TypeError: If they are not uint8.
        ValueError: If they have another shape, or there are none.
    """
    shape = uint8_pixels(images).shape
    if len(shape) != 4 or 0 in shape:
        raise ValueError(
            "`images` must be (n, H, W, C) and not empty. "
            f"Received: images.shape={shape}"
        )
    return shape


def _require_numpy(path: Path) -> None:
    """Raises `ValueError` where a file is none that `np.save` wrote.

    NumPy takes any other one for pickled objects.
    """
    with path.open("rb") as file:
        begins = file.read(len(_MAGIC))
    if begins != _MAGIC:
        raise ValueError(
            "can't be read as a numpy array: it does not begin as `np.save` "
            f"writes it. Received: {path.stat().st_size:,} bytes, which begin "
            f"with {begins!r}"
        )


def _open_arrays(path: Path, split: str) -> tuple[Any, Any]:
    """Returns the images and the labels, or None, without reading them."""
    if path.suffix == ".npy":
        _require_numpy(path)
        try:
            array = np.load(path, mmap_mode="r")
        # A damaged file raises errors of mmap or numpy.
        except Exception as error:
            raise ValueError(
                f"can't be read as a numpy array ({error})"
            ) from error
        names: tuple[str, ...] = ("arr_0",)
    else:
        names = members(path)
    images = _first_known(names, _IMAGE_NAMES[split])
    if images is None and split != "train":
        raise ValueError(
            'there is no test split. Use split="train", or store one as '
            f"x_test. Received: arrays {list(names)}"
        )
    if images is None:
        raise ValueError(
            f"expected an array named one of {list(_IMAGE_NAMES[split])}. "
            f"Received: arrays {list(names)}"
        )
    if path.suffix == ".npy":
        return array, None
    labels = _first_known(names, _LABEL_NAMES[split])
    stored = None if labels is None else np.asarray(Member(path, labels))
    return Member(path, images), stored


def _chosen_vectors(
    vectors: NDArray[Any] | Member, chosen: Indices | None
) -> Vectors:
    every = as_vectors("vectors", np.asarray(vectors))
    return every if chosen is None else every[chosen]


def _first_known(names: tuple[str, ...], wanted: tuple[str, ...]) -> str | None:
    return next((name for name in wanted if name in names), None)


def _checked_shape(
    images: NDArray[Any] | Member,
) -> tuple[int, int, int, int]:
    shape: tuple[int, ...] = images.shape
    full = (*shape, 1) if len(shape) == 3 else shape
    if len(full) != 4 or full[-1] not in (1, 3):
        hint = ""
        if len(shape) == 4 and shape[1] in (1, 3):
            hint = " Channels come last: numpy.moveaxis(images, 1, -1)."
        raise ValueError(
            "images must be (n, H, W) or (n, H, W, C) with C of 1 or 3, and "
            "vectors floats (n, d)."
            f"{hint} Received: shape={shape}"
        )
    if 0 in shape:
        raise ValueError(f"there are no images. Received: shape={shape}")
    return full[0], full[1], full[2], full[3]


def _is_signed(images: NDArray[Any] | Member) -> bool:
    """Whether floats are in [-1, 1], not [0, 1]. Others are an error."""
    dtype = images.dtype
    known = {"u": (0, 255), "i": (0, 255), "f": (-1, 1)}
    if dtype == np.uint8:
        return False
    received = f"{dtype}"
    if dtype.kind in known:
        extremes = [(piece.min(), piece.max()) for piece in pieces(images)]
        low = np.min([pair[0] for pair in extremes])
        high = np.max([pair[1] for pair in extremes])
        smallest, largest = known[dtype.kind]
        if low >= smallest and high <= largest:
            return dtype.kind == "f" and bool(low < 0)
        received = f"{dtype} from {low} to {high}"
    raise ValueError(
        "images must be integers from 0 to 255 or floats in [0, 1] or "
        f"[-1, 1]. Received: {received}"
    )


def _as_uint8(images: NDArray[Any], signed: bool) -> NDArray[np.uint8]:
    if images.dtype.kind != "f":
        return images.astype(np.uint8, copy=False)
    unit = (images.astype(np.float32) + 1) / 2 if signed else images
    return np.rint(unit * 255).astype(np.uint8)
