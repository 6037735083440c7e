"""How far is an image from another?"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._typing import Tensor

__all__ = ["Distance"]

Array = np.ndarray[Any, Any]
Features = Callable[[Tensor], Tensor]

_EPSILON = 1e-8
"""Keeps the slope of a root at 0 finite."""


class Distance:
    """How far images are from others, one by one.

    `rms(made - given)` over the values of an image, in the generator's range;
    and, where there are features, as much as `weight` of
    `|f(made) - f(given)| / |f(given)|`.

    Args:
        features: A differentiable function of images in the generator's
            range, to vectors; or `None`.
        weight: Factor of the features' part.
        variables: The variables that `features` reads.
    """

    def __init__(
        self,
        features: Features | None = None,
        weight: float = 1.0,
        variables: list[keras.Variable] | None = None,
    ) -> None:
        self._features = features
        self._weight = weight
        self.variables = variables or []

    def seen(self, images: Array, batch_size: int) -> Array:
        """Returns what the features are of given images, `(n, d)`.

        Without features `d` is 0.
        """
        if self._features is None:
            return np.zeros((len(images), 0), "float32")
        parts = [
            ops.convert_to_numpy(
                self._features(
                    ops.convert_to_tensor(images[start : start + batch_size])
                )
            )
            for start in range(0, len(images), batch_size)
        ]
        return np.concatenate(parts).reshape(len(images), -1)

    def __call__(self, made: Tensor, given: Tensor, seen: Tensor) -> Tensor:
        """Returns the distances, differentiable in what was made.

        Args:
            made: Float32 images `(n, ...)`.
            given: As many.
            seen: The features of those given.
        """
        axes = tuple(range(1, len(made.shape)))
        squares = ops.mean(ops.square(made - given), axis=axes)
        distance = ops.sqrt(squares + _EPSILON**2)
        if self._features is None:
            return distance
        found = ops.reshape(self._features(made), ops.shape(seen))
        return distance + self._weight * _relative(found, seen)

    def each(
        self, arrays: tuple[Array, Array, Array], batch_size: int
    ) -> Array:
        """Returns the distances of many images, float32 `(n,)`.

        Args:
            arrays: What was made, what was given, and the features of that.
            batch_size: Images at a time.
        """
        parts = []
        for start in range(0, len(arrays[0]), batch_size):
            some = (each[start : start + batch_size] for each in arrays)
            found = self(*(ops.convert_to_tensor(each) for each in some))
            parts.append(ops.convert_to_numpy(found))
        return np.concatenate(parts)

    def table(
        self, given: tuple[Array, Array], others: tuple[Array, Array]
    ) -> Array:
        """Returns the distance of each given image to each of others.

        Args:
            given: Images `(n, ...)`, and their features.
            others: Images `(m, ...)`, and their features.

        Returns:
            Shape `(n, m)`.
        """
        size = max(1, int(np.prod(given[0].shape[1:])))
        distances: Array = _pairwise(given[0], others[0]) / np.sqrt(size)
        if self._features is None:
            return distances
        lengths = np.linalg.norm(given[1], axis=1, keepdims=True)
        relative = _pairwise(given[1], others[1]) / (lengths + _EPSILON)
        return np.asarray(distances + self._weight * relative)


def _relative(found: Tensor, seen: Tensor) -> Tensor:
    apart = ops.sum(ops.square(found - seen), axis=1)
    length = ops.sqrt(ops.sum(ops.square(seen), axis=1))
    return ops.sqrt(apart + _EPSILON**2) / (length + _EPSILON)


def _pairwise(one: Array, other: Array) -> Array:
    """The Euclidean distances of rows, `(n, m)`."""
    a = one.reshape(len(one), -1).astype("float64")
    b = other.reshape(len(other), -1).astype("float64")
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))
