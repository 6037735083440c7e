"""Loading a data set by its name or path."""

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import file_path, number_in, received, whole_number
from keras_gan._printable import bytes_in_words
from keras_gan.datasets.arrays import as_pixels, read_arrays
from keras_gan.datasets.decode import check_channels, resize, size_pair
from keras_gan.datasets.decoding import Decoding, checked_decoding
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.listing import (
    is_folder,
    path_text,
    scan,
    warn_of_skipped,
)
from keras_gan.datasets.named import CLASS_NAMES, READERS, refuse_path
from keras_gan.datasets.sources import Source, check_split, choose
from keras_gan.datasets.vectors import Vectors, holds_vectors

__all__ = ["MEMORY", "NAMES", "as_path", "load", "read_if_it_fits", "source"]

NAMES = tuple(READERS)
"""The data sets that have a name. Anything else is a path."""

MEMORY = 2**30
"""Up to so many bytes of pixels, a folder is read into memory."""


def load(
    name: str | Path,
    split: str = "train",
    *,
    path: str | Path | None = None,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    label: int | None = None,
    limit: int | None = None,
) -> tuple[NDArray[np.uint8] | Vectors, NDArray[np.int64] | None]:
    """Loads a data set of real images, or of vectors, into memory.

    | name | images or vectors | found |
    |---|---|---|
    | `"fashion_mnist"` | 60,000 + 10,000 of clothes, 28x28 | on the machine, \
or downloaded |
    | `"fashion_mnist_sample"` | 10,000 + 2,000 of these, balanced | in the \
package: no network |
    | `"mnist"` | 60,000 + 10,000 digits, 28x28 | on the machine, or \
downloaded |
    | `"stacked_mnist"` | 128,000 + 26,000 of three random digits, one in each \
colour, 28x28x3; 1,000 classes | as `"mnist"` |
    | `"digits"` | 1,797 digits, 8x8, one split | in scikit-learn |
    | `"ring"` | 100,000 + 10,000 points of 8 Gaussians on a circle, radius 1, \
deviation 0.01 | drawn: no network |
    | `"grid"` | 100,000 + 10,000 points of 25 Gaussians, 2 apart, from -4 to \
4, deviation 0.05 | drawn: no network |
    | a folder | image files; subfolders are classes | |
    | `.npz`, `.npy` | arrays, uint8 or floats in [0, 1] or [-1, 1]; vectors: \
floats (n, d) | |

    Stacked MNIST, the ring and the grid are the benchmarks of mode collapse;
    their triples and points are drawn with the fixed seeds 0 (training) and 1
    (test), so that they are the same each time. A label of stacked MNIST is
    100 * red + 10 * green + blue; of a point, the number of its Gaussian.

    Fashion-MNIST and MNIST are looked for in `path`, in
    `/usr/share/datasets` (Debian's package `dataset-fashion-mnist`), in
    `$KERAS_HOME/datasets` (`~/.keras/datasets`), and downloaded by Keras
    last. A folder that has subfolders `train` and `test` has these splits,
    as has an `.npz` with `x_train` and `x_test`.

    Args:
        name: One of `NAMES`, or the path of a folder, `.npz` or `.npy`.
        split: `"train"` or `"test"`.
        path: For `"fashion_mnist"`, `"mnist"` and `"stacked_mnist"`: a folder
            with the idx files, or an `.npz`, to read in place of searching.
        image_size: Height and width, or one number for both, to scale and
            crop the images to: at most 2**28 pixels. Defaults to their own; a
            folder whose images differ in size needs one. Not for vectors.
        channels: 1 for grey, 3 for colour. Defaults to what the images are.
            Not for vectors.
        label: Keep the images of this class alone.
        limit: Keep so many images at most, evenly spread.

    Returns:
        `(images, labels)`: uint8 (n, H, W, C) from 0 to 255, or vectors,
        float32 (n, d); and class numbers (n,), or None where there are none.

    Raises:
        ValueError: If the data set is unknown, not found, broken, has no such
            split, or is a folder that needs over 1 GiB (use `source`), or
            another argument is not what it must be.

    Example:
        >>> images, labels = load("fashion_mnist_sample")
        >>> images.shape, labels.shape
        ((10000, 28, 28, 1), (10000,))
    """
    found = source(
        name,
        split,
        path=path,
        image_size=image_size,
        channels=channels,
        label=label,
        limit=limit,
    )
    if isinstance(found.images, ImageFolder):
        raise ValueError(
            f"{name} needs {bytes_in_words(math.prod(found.images.shape))} "
            "in memory. "
            "Give a smaller `image_size` or a `limit`, or let "
            "`keras_gan.datasets.source` read it piece by piece. "
            f"Received: images of shape {found.images.shape}"
        )
    data: Any = np.array(found.images)
    return data, found.labels


def source(
    name: str | Path,
    split: str = "train",
    *,
    path: str | Path | None = None,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    label: int | None = None,
    limit: int | None = None,
    memory: float = MEMORY,
    decoding: Decoding | None = None,
) -> Source:
    """Finds a data set and describes it. Large folders stay on the disk.

    Takes what `load` takes. Where `load` refuses a folder that does not fit
    into memory, the images of this source are an `ImageFolder`, which
    `ImageBatches` takes in place of an array.

    Args:
        name: As for `load`.
        split: As for `load`.
        path: As for `load`.
        image_size: As for `load`.
        channels: As for `load`.
        label: As for `load`.
        limit: As for `load`.
        memory: Bytes of decoded pixels up to which a folder is read into
            memory, from 0 on, 1 GiB by default.
        decoding: How a folder is decoded, and whether the pixels are kept.
            Default: in this process, whenever they are needed.

    Returns:
        A `Source`.

    Raises:
        TypeError: If `decoding` is none.
        ValueError: As `load`, except for size.
        ChildProcessError: If a process that decodes was ended from outside.

    Example:
        >>> faces = source("faces", image_size=64)
        >>> batches = ImageBatches(faces.images, faces.labels, batch_size=64)
    """
    check_split(split)
    if path is not None:
        path = file_path("path", path)
    size = None if image_size is None else size_pair(image_size)
    if channels is not None:
        channels = check_channels(channels)
    if limit is not None:
        limit = whole_number("limit", limit, 1)
    memory = number_in("memory", memory, "[0, inf)")
    decoding = checked_decoding(decoding)
    if isinstance(name, str | Path) and str(name) in READERS:
        found = _by_name(str(name), split, path)
    else:
        file = _existing_path(name, path)
        found = (
            _from_folder(file, split, size, channels)
            if file.is_dir()
            else _from_arrays(file, split, label, limit)
        )
    found = found.select(label=label, limit=limit)
    if isinstance(found.images, ImageFolder):
        return read_if_it_fits(found, found.images, memory, decoding)
    if found.holds_vectors:
        _refuse_image_settings(found.name, size, channels)
        return found
    pixels: Any = found.images
    _, height, width, depth = pixels.shape
    resized = resize(pixels, size or (height, width), channels or depth)
    return replace(found, images=resized)


def _by_name(name: str, split: str, path: Path | None) -> Source:
    images, labels, origin = READERS[name](split, path)
    try:
        data = images if holds_vectors(images) else as_pixels(images)
        classes = CLASS_NAMES[name]
        return Source(name, split, data, labels, classes, origin)
    except ValueError as error:
        raise ValueError(f"{name} in {origin}: {error}") from error


def _refuse_image_settings(
    name: str, size: tuple[int, int] | None, channels: int | None
) -> None:
    given = {"image_size": size, "channels": channels}
    for setting, value in given.items():
        if value is not None:
            raise ValueError(
                f"`{setting}` is for images, and {name} holds vectors: leave "
                f"it out. {received(setting, value)}"
            )


def _existing_path(name: Any, path: Path | None) -> Path:
    """Returns the folder or the file of arrays that `name` is the path of."""
    file = as_path(name)
    try:
        is_arrays = file is not None and (
            file.is_file() and file.suffix in (".npz", ".npy")
        )
        is_folder = file is not None and file.is_dir()
    except OSError as error:
        raise ValueError(
            f"`name`: {path_text(name)} can't be read ({error.strerror}). "
            f"{received('name', name)}"
        ) from error
    if file is None or not (is_arrays or is_folder):
        raise ValueError(
            f"`name` must be one of {list(NAMES)}, or a folder / .npz / .npy "
            f"path that exists. {received('name', name)}"
        )
    refuse_path(path_text(name), path)
    return file


def as_path(name: Any) -> Path | None:
    """Returns a text or path as a path with `~` expanded, else None."""
    if not isinstance(name, str | Path) or not str(name).strip():
        return None
    try:
        return Path(name).expanduser()
    # There is no user of that name.
    except RuntimeError:
        return Path(name)


def _from_arrays(
    file: Path, split: str, label: int | None, limit: int | None
) -> Source:
    wanted = partial(choose, file.name, label=label, limit=limit)
    images, labels = read_arrays(file, split, wanted)
    name, origin = path_text(file.name), path_text(file)
    return Source(name, split, images, labels, None, origin)


def _from_folder(
    path: Path,
    split: str,
    size: tuple[int, int] | None,
    channels: int | None,
) -> Source:
    folder = _split_folder(path, split)
    listing = scan(folder)
    images = ImageFolder(folder, size, channels, listing=listing)
    name, origin = path_text(path.resolve().name), path_text(folder)
    names = listing.class_names
    return Source(name, split, images, images.labels, names, origin)


def read_if_it_fits(
    found: Source, folder: ImageFolder, memory: float, decoding: Decoding
) -> Source:
    """Reads a folder if it fits in memory, and warns of unreadable files."""
    folder = decoding.applied(folder)
    if np.prod(folder.shape, dtype=np.float64) > memory:
        warn_of_skipped(folder.path, folder.skipped, "left out")
        return replace(found, images=folder)
    images, readable = folder.read()
    broken = [
        f"{folder.name_of(index)} (it can't be decoded)"
        for index, whole in enumerate(readable)
        if not whole
    ]
    warn_of_skipped(folder.path, [*folder.skipped, *broken], "left out")
    if not readable.any():
        raise ValueError(
            f"{folder.path} holds no image that can be decoded. "
            f"Received: {len(readable)} files"
        )
    labels = None if found.labels is None else found.labels[readable]
    return replace(found, images=images, labels=labels)


def _split_folder(path: Path, split: str) -> Path:
    if all(is_folder(path / name) for name in ("train", "test")):
        return path / split
    if split == "test":
        raise ValueError(
            f'{path} has no test split. Use split="train", or divide it into '
            "subfolders `train` and `test`. Received: split='test'"
        )
    return path
