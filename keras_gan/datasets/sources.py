"""From the name of a data set, or a path, to its images and labels."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan.datasets.arrays import as_pixels, read_arrays
from keras_gan.datasets.decode import resize
from keras_gan.datasets.folder import ImageFolder, image_size_of, read_folder
from keras_gan.datasets.listing import scan
from keras_gan.datasets.named import CLASS_NAMES, READERS

__all__ = ["NAMES", "Source", "load", "source"]

NAMES = tuple(READERS)
"""The data sets that have a name; anything else is a path."""

_MEMORY = 2**30


@dataclass(frozen=True)
class Source:
    """Real images, with what a program has to know about them.

    Args:
        name: The data set's name, or the path's last part.
        split: `"train"` or `"test"`.
        images: uint8 (n, H, W, C): an array, or an `ImageFolder` that decodes
            what it is asked for.
        labels: Class numbers (n,), or None.
        class_names: What the numbers stand for, where that is known.
        origin: Where the images were found.
    """

    name: str
    split: str
    images: NDArray[np.uint8] | ImageFolder
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...] | None
    origin: str

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(H, W, C)."""
        _, height, width, channels = self.images.shape
        return height, width, channels

    @property
    def num_classes(self) -> int | None:
        """How many classes the labels name; None without labels."""
        if self.labels is None:
            return None
        if self.class_names is not None:
            return len(self.class_names)
        return int(self.labels.max()) + 1

    def select(
        self, *, label: int | None = None, limit: int | None = None
    ) -> "Source":
        """Returns a part: one class alone, or `limit` images evenly spread.

        Args:
            label: Keep the images of this class.
            limit: Keep so many, at even distances in the order there is, so
                that a folder sorted by classes keeps all of them.

        Raises:
            ValueError: If there are no labels, none is `label`, or the limit
                is below 1.
        """
        chosen = np.arange(len(self.images))
        if label is not None:
            chosen = chosen[self._has(label)]
        if limit is not None:
            _check_whole("limit", limit)
            chosen = chosen[_evenly(len(chosen), limit)]
        if len(chosen) == len(self.images):
            return self
        images = (
            self.images.select(chosen)
            if isinstance(self.images, ImageFolder)
            else self.images[chosen]
        )
        labels = None if self.labels is None else self.labels[chosen]
        return replace(self, images=images, labels=labels)

    def _has(self, label: int) -> NDArray[np.bool_]:
        if self.labels is None:
            raise ValueError(
                f"{self.name} has no labels, so none can be chosen. "
                f"Received: label={label!r}"
            )
        found: NDArray[np.bool_] = self.labels == label
        if not found.any():
            raise ValueError(
                f"`label` must be one of {self.name}'s labels, "
                f"{np.unique(self.labels).tolist()}. Received: label={label!r}"
            )
        return found


def load(
    name: str | Path,
    split: str = "train",
    *,
    path: str | Path | None = None,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    label: int | None = None,
    limit: int | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    """Loads a data set of real images into memory.

    | name | images | found |
    |---|---|---|
    | `"fashion_mnist"` | 60,000 + 10,000 of clothes, 28x28 | on the machine, \
or downloaded |
    | `"fashion_mnist_sample"` | 10,000 + 2,000 of these, balanced | in the \
package: no network |
    | `"mnist"` | 60,000 + 10,000 digits, 28x28 | on the machine, or \
downloaded |
    | `"digits"` | 1,797 digits, 8x8, one split | in scikit-learn |
    | a folder | image files; subfolders are classes | |
    | `.npz`, `.npy` | arrays, uint8 or floats in [0, 1] or [-1, 1] | |

    Fashion-MNIST and MNIST are looked for in `path`, in
    `/usr/share/datasets` (Debian's package `dataset-fashion-mnist`), in
    `$KERAS_HOME/datasets` (`~/.keras/datasets`), and downloaded by Keras
    last. A folder that has subfolders `train` and `test` has these splits,
    as has an `.npz` with `x_train` and `x_test`.

    Args:
        name: One of `NAMES`, or the path of a folder, `.npz` or `.npy`.
        split: `"train"` or `"test"`.
        path: For `"fashion_mnist"` and `"mnist"`: a folder with the idx
            files, or an `.npz`, to read in place of searching.
        image_size: Height and width, or one number for both, to scale and
            crop the images to. Defaults to their own; a folder whose images
            differ in size needs one.
        channels: 1 for grey, 3 for colour. Defaults to what the images are.
        label: Keep the images of this class alone.
        limit: Keep so many images at most, evenly spread.

    Returns:
        `(images, labels)`: uint8 (n, H, W, C) from 0 to 255, and class
        numbers (n,), or None where there are none.

    Raises:
        ValueError: If the data set is unknown, not found, broken, has no such
            split, or is a folder that needs over 1 GiB (use `source`).

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
            f"{name} needs {_gibibytes(found.images.shape):.1f} GiB in memory. "
            "Give a smaller `image_size` or a `limit`, or let "
            "`keras_gan.datasets.source` read it piece by piece. "
            f"Received: images of shape {found.images.shape}"
        )
    return np.array(found.images), found.labels


def source(
    name: str | Path,
    split: str = "train",
    *,
    path: str | Path | None = None,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    label: int | None = None,
    limit: int | None = None,
    memory: int = _MEMORY,
) -> Source:
    """Finds a data set and describes it; large folders stay on the disk.

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
            memory, 1 GiB by default.

    Returns:
        A `Source`.

    Raises:
        ValueError: As `load`, except for size.

    Example:
        >>> faces = source("faces", image_size=64)
        >>> batches = ImageBatches(faces.images, faces.labels, batch_size=64)
    """
    if split not in ("train", "test"):
        raise ValueError(
            f'`split` must be "train" or "test". Received: split={split!r}'
        )
    size = _checked_size(image_size)
    if channels not in (None, 1, 3):
        raise ValueError(
            "`channels` must be 1 (grey) or 3 (colour). "
            f"Received: channels={channels!r}"
        )
    if str(name) in READERS:
        found = _named(str(name), split, path)
    else:
        found = _from_path(name, split, path, size, channels, memory)
    found = found.select(label=label, limit=limit)
    if isinstance(found.images, ImageFolder):
        return found
    shape = found.image_shape
    resized = resize(found.images, size or shape[:2], channels or shape[2])
    return replace(found, images=resized)


def _named(name: str, split: str, path: str | Path | None) -> Source:
    images, labels, origin = READERS[name](split, path)
    return Source(
        name=name,
        split=split,
        images=as_pixels(images),
        labels=labels.astype(np.int64),
        class_names=CLASS_NAMES[name],
        origin=origin,
    )


def _from_path(
    name: str | Path,
    split: str,
    path: str | Path | None,
    size: tuple[int, int] | None,
    channels: int | None,
    memory: int,
) -> Source:
    file = Path(name).expanduser()
    is_arrays = file.is_file() and file.suffix in (".npz", ".npy")
    if path is not None or not (is_arrays or file.is_dir()):
        raise ValueError(
            f"`name` must be one of {list(NAMES)}, or a folder / .npz / .npy "
            f"path that exists. Received: name={str(name)!r}"
        )
    if is_arrays:
        images, labels = read_arrays(file, split)
        return Source(file.name, split, images, labels, None, str(file))
    return _from_folder(file, split, size, channels, memory)


def _from_folder(
    path: Path,
    split: str,
    size: tuple[int, int] | None,
    channels: int | None,
    memory: int,
) -> Source:
    folder = _split_folder(path, split)
    listing = scan(folder)
    size = image_size_of(listing, size)
    channels = channels or (1 if listing.grey else 3)
    images: NDArray[np.uint8] | ImageFolder
    if len(listing.files) * size[0] * size[1] * channels <= memory:
        images, labels = read_folder(folder, listing, size, channels)
    else:
        images = ImageFolder(folder, size, channels, listing=listing)
        labels = images.labels
    name = path.resolve().name
    return Source(name, split, images, labels, listing.class_names, str(folder))


def _split_folder(path: Path, split: str) -> Path:
    if all((path / name).is_dir() for name in ("train", "test")):
        return path / split
    if split == "test":
        raise ValueError(
            f'{path} has no test split. Use split="train", or divide it into '
            "subfolders `train` and `test`. Received: split='test'"
        )
    return path


def _checked_size(
    image_size: int | tuple[int, int] | None,
) -> tuple[int, int] | None:
    if image_size is None:
        return None
    pair: Any = image_size
    if isinstance(image_size, (int, np.integer)):
        pair = (image_size, image_size)
    if not (
        isinstance(pair, (tuple, list))
        and len(pair) == 2
        and all(isinstance(side, (int, np.integer)) for side in pair)
        and min(pair) > 0
    ):
        raise ValueError(
            "`image_size` must be a whole number of pixels above 0, or a pair "
            f"(height, width). Received: image_size={image_size!r}"
        )
    return int(pair[0]), int(pair[1])


def _check_whole(name: str, value: Any) -> None:
    if not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(
            f"`{name}` must be a whole number of at least 1. "
            f"Received: {name}={value!r}"
        )


def _evenly(count: int, limit: int) -> NDArray[np.int64]:
    kept = min(count, limit)
    return np.arange(kept) * count // max(kept, 1)


def _gibibytes(shape: tuple[int, ...]) -> float:
    return float(np.prod(shape, dtype=np.float64)) / 2**30
