"""Vectors as their own features, with or without known modes."""

from typing import Any

import keras
import numpy as np

from keras_gan._arrays import Array
from keras_gan._checks import choice, whole_number
from keras_gan.datasets.gaussians import GAUSSIANS
from keras_gan.datasets.vectors import as_vectors
from keras_gan.features.extractor import Extracted, Extractor, Progress

__all__ = [
    "GaussiansExtractor",
    "VectorExtractor",
    "gaussians",
    "nearest_centers",
    "vectors",
]

_LARGEST_DIM = 2**15
_ROWS_AT_ONCE = 2**12


def vectors(dim: int) -> "VectorExtractor":
    """Returns the extractor of vectors, whose features are they themselves.

    The Frechet distance, precision, recall and their like then compare the
    vectors as they are. Where their modes are known, take `gaussians`.

    Args:
        dim: How many numbers a vector has, from 1 to 32,768.

    Returns:
        An extractor of floats (n, dim).

    Raises:
        ValueError: If `dim` is out of range.

    Example:
        >>> extractor = vectors(2)
        >>> extractor(np.zeros((5, 2))).shape
        (5, 2)
    """
    return VectorExtractor(dim)


def gaussians(dataset: str) -> "GaussiansExtractor":
    """Returns the extractor of the points of a mixture of Gaussians.

    It knows the modes: the class of a point is its nearest Gaussian.

    Args:
        dataset: `"ring"` or `"grid"`.

    Returns:
        An extractor of points, floats (n, 2).

    Raises:
        ValueError: If there is no mixture of that name.

    Example:
        >>> gaussians("grid").num_classes
        25
    """
    return GaussiansExtractor(dataset)


@keras.saving.register_keras_serializable("keras_gan")
class VectorExtractor(Extractor):
    """Vectors as their own features; see `vectors`."""

    takes_vectors = True

    def __init__(self, dim: int) -> None:
        super().__init__()
        self._dim = whole_number("dim", dim, 1, _LARGEST_DIM)

    @property
    def name(self) -> str:
        """For example `vectors of 2`."""
        return f"vectors of {self._dim}"

    @property
    def dim(self) -> int:
        """How many numbers a vector has."""
        return self._dim

    @property
    def num_classes(self) -> int | None:
        """None: no modes are known."""
        return None

    def load(self) -> None:
        """Does nothing: there is no network."""

    def extract(
        self, pixels: Array, *, progress: Progress | None = None
    ) -> Extracted:
        """Returns the vectors, and the mode of each where modes are known.

        Args:
            pixels: Vectors, floats (n, d).
            progress: Called once, with vectors done and in total.

        Raises:
            ValueError: If they are no such vectors.
        """
        rows = self.checked("vectors", pixels)
        extracted = Extracted(rows, self._probabilities(rows))
        if progress is not None:
            progress(len(rows), len(rows))
        return extracted

    def checked(self, name: str, data: Any) -> Array:
        """Returns data if they are vectors of this size, as float32.

        Args:
            name: The argument, for the message.
            data: What was given.

        Raises:
            ValueError: If they are something else.
        """
        rows = as_vectors(name, data)
        if rows.shape[1] != self.dim:
            raise ValueError(
                f"`{name}` must be vectors of {self.dim} numbers. Received: "
                f"{name}.shape={rows.shape}"
            )
        return rows

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"dim": self._dim}

    def _probabilities(self, rows: Array) -> Array | None:
        del rows
        return None


@keras.saving.register_keras_serializable("keras_gan")
class GaussiansExtractor(VectorExtractor):
    """Points of a mixture whose Gaussians are known; see `gaussians`."""

    def __init__(self, dataset: str) -> None:
        self.dataset: str = choice("dataset", dataset, tuple(GAUSSIANS))
        self.mixture = GAUSSIANS[self.dataset]
        super().__init__(self.mixture.centers.shape[1])

    @property
    def name(self) -> str:
        """For example `grid: nearest of 25 Gaussians`."""
        return f"{self.dataset}: nearest of {self.num_classes} Gaussians"

    @property
    def num_classes(self) -> int:
        """How many Gaussians there are."""
        return len(self.mixture.centers)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"dataset": self.dataset}

    def _probabilities(self, rows: Array) -> Array:
        modes, _ = nearest_centers(rows, self.mixture.centers)
        return np.eye(self.num_classes, dtype=np.float32)[modes]


def nearest_centers(points: Array, centers: Array) -> tuple[Array, Array]:
    """Returns the number of the nearest center of each point, and how far.

    Args:
        points: Floats (n, d).
        centers: Floats (k, d).

    Returns:
        Numbers of centers (n,), and Euclidean distances (n,), float64.
    """
    nearest = np.empty(len(points), np.int64)
    distance = np.empty(len(points))
    for start in range(0, len(points), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        offsets = points[part, None].astype(np.float64) - centers
        squares = (offsets**2).sum(axis=2)
        nearest[part] = squares.argmin(axis=1)
        distance[part] = np.sqrt(squares.min(axis=1))
    return nearest, distance
