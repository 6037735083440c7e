"""Finding and reading the data sets that have a name."""

import gzip
import math
import os
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan._checks import choice, received
from keras_gan.datasets import sample
from keras_gan.datasets.archive import Member
from keras_gan.datasets.arrays import as_pixels
from keras_gan.datasets.gaussians import GAUSSIANS, draw_points
from keras_gan.datasets.stacked import stack_digits

__all__ = [
    "CLASS_NAMES",
    "READERS",
    "SYSTEM",
    "digits",
    "fashion_mnist",
    "fashion_mnist_sample",
    "grid",
    "installed",
    "mnist",
    "refuse_path",
    "ring",
    "stacked_mnist",
]

_CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_DIGITS = tuple("0123456789")

# A label of stacked MNIST says its digits itself, and 1,000 names would fill a
# run's configuration.
CLASS_NAMES: dict[str, tuple[str, ...] | None] = {
    "stacked_mnist": None,
    "fashion_mnist": _CLOTHES,
    "fashion_mnist_sample": _CLOTHES,
    "mnist": _DIGITS,
    "digits": _DIGITS,
    **{
        name: tuple(map(str, range(len(mixture.centers))))
        for name, mixture in GAUSSIANS.items()
    },
}

Found = tuple[np.ndarray, np.ndarray, str]
"""Images uint8 (n, H, W) or (n, H, W, C), or vectors float32 (n, d); labels
(n,); and where they were found."""

SYSTEM = Path("/usr/share/datasets")
"""Where Debian's package `dataset-fashion-mnist` puts its files."""

_DOWNLOADED = {"fashion_mnist": "fashion-mnist", "mnist": "mnist"}
"""Data sets that Keras can download, with the folder of their idx files."""

_MADE_OF = {"stacked_mnist": "mnist"}
"""Data sets that are made of another one."""

_PREFIXES = {"train": "train", "test": "t10k"}
_IDX_UINT8 = b"\x00\x00\x08"
_BYTES_AT_ONCE = 2**24


def fashion_mnist(split: str, path: str | Path | None = None) -> Found:
    """Returns 60,000 training or 10,000 test images of clothes, 28x28."""
    return _found_or_downloaded("fashion_mnist", split, path)


def mnist(split: str, path: str | Path | None = None) -> Found:
    """Returns 60,000 training or 10,000 test images of digits, 28x28."""
    return _found_or_downloaded("mnist", split, path)


def stacked_mnist(split: str, path: str | Path | None = None) -> Found:
    """Returns 128,000 training or 26,000 test images of three digits each."""
    digits, labels, origin = mnist(split, path)
    planes = digits.reshape(digits.shape[:3])
    return *stack_digits(planes, labels, split), origin


def ring(split: str, path: str | Path | None = None) -> Found:
    """Returns 100,000 training or 10,000 test points around a circle."""
    refuse_path("ring", path)
    return *draw_points("ring", split), "keras_gan"


def grid(split: str, path: str | Path | None = None) -> Found:
    """Returns 100,000 training or 10,000 test points about a 5 x 5 grid."""
    refuse_path("grid", path)
    return *draw_points("grid", split), "keras_gan"


def fashion_mnist_sample(split: str, path: str | Path | None = None) -> Found:
    """Returns 10,000 training or 2,000 test images, as many of each class."""
    refuse_path("fashion_mnist_sample", path)
    images, labels = sample.read(split)
    return images, labels, "keras_gan"


def digits(split: str, path: str | Path | None = None) -> Found:
    """Returns scikit-learn's 1,797 digits, 8x8, as one training split."""
    refuse_path("digits", path)
    if split != "train":
        raise ValueError(
            '`digits` has no test split. Use split="train". '
            f"Received: split={split!r}"
        )
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ValueError(
            "The data set `digits` comes with scikit-learn, which is not "
            "installed: `pip install scikit-learn`."
        ) from error
    bunch = load_digits()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)
    return images, bunch.target, "scikit-learn"


READERS: dict[str, Callable[[str, str | Path | None], Found]] = {
    "fashion_mnist": fashion_mnist,
    "fashion_mnist_sample": fashion_mnist_sample,
    "mnist": mnist,
    "stacked_mnist": stacked_mnist,
    "digits": digits,
    "ring": ring,
    "grid": grid,
}


def refuse_path(name: str, path: str | Path | None) -> None:
    """Raises an error if a path is given for data not read from one."""
    if path is not None:
        raise ValueError(
            f"`{name}` is not read from a path: leave `path` out. "
            f"{received('path', path)}"
        )


def installed(name: str) -> bool:
    """Returns whether a named data set is on the machine already.

    Args:
        name: One of `keras_gan.datasets.NAMES`.

    Raises:
        ValueError: If there is none of that name.

    Example:
        >>> installed("fashion_mnist_sample")
        True
    """
    name = choice("name", name, tuple(READERS))
    if name == "digits":
        return find_spec("sklearn") is not None
    name = _MADE_OF.get(name, name)
    return name not in _DOWNLOADED or any(
        _is_file(place) or _idx_file(place, "train", "images")
        for place in _places(name)
    )


def _found_or_downloaded(
    name: str, split: str, path: str | Path | None
) -> Found:
    places = _places(name) if path is None else [Path(path)]
    for place in places:
        found = _read_place(place, split)
        if found is not None:
            return *found, str(place)
    if path is not None:
        raise ValueError(
            f"`path` holds no {split} split of {name}: expected an .npz with "
            f"x_{split} and y_{split}, or a folder with "
            f"{_idx_name(split, 'images')}.gz and "
            f"{_idx_name(split, 'labels')}.gz. Received: path={str(path)!r}"
        )
    return _download(name, split, places)


def _places(name: str) -> list[Path]:
    folder = _DOWNLOADED[name]
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return [
        SYSTEM / folder,
        home / "datasets" / folder,
        home / "datasets" / f"{name}.npz",
    ]


def _read_place(
    place: Path, split: str
) -> tuple[np.ndarray, np.ndarray] | None:
    if _is_file(place):
        return _read_npz(place, split)
    images = _idx_file(place, split, "images")
    labels = _idx_file(place, split, "labels")
    if images is None or labels is None:
        return None
    return _checked_pair(read_idx(images, 3), read_idx(labels, 1), place)


def _read_npz(path: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    try:
        images, labels = Member(path, f"x_{split}"), Member(path, f"y_{split}")
        return _checked_pair(as_pixels(images), np.asarray(labels), path)
    except ValueError as error:
        raise ValueError(
            f"{path} can't be read as an .npz with x_{split} and y_{split} "
            f"({error}). Delete or replace it."
        ) from error


def _checked_pair(
    images: np.ndarray, labels: np.ndarray, place: Path
) -> tuple[np.ndarray, np.ndarray]:
    count = labels.shape[0] if labels.ndim else 0
    if len(images) != count:
        raise ValueError(
            f"{place} holds {len(images)} images but {count} labels. "
            "Delete or replace it."
        )
    return images, labels


def _idx_name(split: str, kind: str) -> str:
    dimensions = {"images": 3, "labels": 1}[kind]
    return f"{_PREFIXES[split]}-{kind}-idx{dimensions}-ubyte"


def _idx_file(folder: Path, split: str, kind: str) -> Path | None:
    name = _idx_name(split, kind)
    for file in (folder / f"{name}.gz", folder / name):
        if _is_file(file):
            return file
    return None


def _is_file(path: Path) -> bool:
    """Whether there is such a file. False if it can't be read."""
    try:
        return path.is_file()
    # A folder that may not be read is treated as missing.
    except OSError:
        return False


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Reads an array of bytes in the idx format of MNIST, gzipped or plain."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            return _idx_array(file, dimensions)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ValueError(
            f"{path} can't be read ({error}). Delete or replace it."
        ) from error


def _idx_array(file: Any, dimensions: int) -> np.ndarray:
    if file.read(4) != _IDX_UINT8 + bytes([dimensions]):
        raise ValueError("not an idx file of bytes")
    header = file.read(4 * dimensions)
    shape = [int(size) for size in np.frombuffer(header, ">u4", dimensions)]
    size = math.prod(shape)
    content = bytearray()
    # A damaged header may name terabytes, so memory grows with what is read.
    while piece := file.read(min(_BYTES_AT_ONCE, size + 1 - len(content))):
        content += piece
    if len(content) != size:
        amount = "more" if len(content) > size else f"{len(content)}"
        raise ValueError(
            f"its header speaks of {size} bytes, there are {amount}"
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _download(name: str, split: str, places: list[Path]) -> Found:
    module = getattr(keras.datasets, name)
    try:
        train, test = module.load_data()
    # Keras raises a plain `Exception` for any failure of the network.
    except Exception as error:
        raise ValueError(_not_found(name, places, error)) from error
    images, labels = train if split == "train" else test
    return images, labels, "Keras' download"


def _not_found(name: str, places: list[Path], error: Exception) -> str:
    looked = "".join(f"\n  {place}" for place in places)
    debian = (
        "\n  install Debian's package: apt install dataset-fashion-mnist"
        if name == "fashion_mnist"
        else ""
    )
    return (
        f"{name} was not found on this machine and could not be downloaded "
        f"({error}). Looked at:{looked}\nWays out:{debian}"
        "\n  give a folder with the four idx files, or an .npz: path=..."
        f"\n  copy these into {places[1]}"
        "\n  use the 12,000 real images inside the package: "
        '"fashion_mnist_sample"'
    )
