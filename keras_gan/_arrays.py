"""Checks of arrays, such as features and images, for the metrics."""

from typing import Any, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import received, whole_number
from keras_gan._typing import Tensor

Array: TypeAlias = NDArray[Any]
"""A numpy array of any number type."""


def feature_pair(
    real: Tensor, fake: Tensor, names: tuple[str, str] = ("real", "fake")
) -> tuple[Array, Array]:
    """Returns both feature sets as numpy arrays that can be compared.

    Args:
        real: Features of real images, (n, d).
        fake: Features of generated images, (m, d).
        names: What the arguments are called, for the messages.

    Returns:
        The two arrays, float32 where they were float32, else float64.

    Raises:
        ValueError: If a set is not a finite (n, d) matrix of at least two
            rows, or the two disagree on d.
    """
    first, second = names
    real, fake = features(first, real), features(second, fake)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            f"`{first}` and `{second}` must hold features of the same "
            "dimension, from the same extractor. Received: "
            f"{first}.shape={real.shape}, {second}.shape={fake.shape}"
        )
    return real, fake


def features(name: str, value: Tensor) -> Array:
    """Returns one checked feature set; `name` is the argument in errors."""
    array = _floating(numbers(name, value))
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(
            f"`{name}` must be features of shape (n, d); pass images through "
            f"a `keras_gan.features` extractor first. Received: "
            f"{name}.shape={array.shape}"
        )
    if len(array) < 2:
        raise ValueError(
            f"`{name}` must hold at least 2 samples. Received: "
            f"{name}.shape={array.shape}"
        )
    # A sum is finite only where every term is, and needs no mask.
    with np.errstate(over="ignore"):
        total = array.sum(dtype=np.float64)
    strange = 0 if np.isfinite(total) else int((~np.isfinite(array)).sum())
    if strange:
        raise ValueError(
            f"`{name}` must be finite. Received: "
            f"{strange} NaN or infinite values"
        )
    return array


def images(name: str, value: Tensor) -> Array:
    """Returns one checked set of uint8 images, (n, H, W, C)."""
    array = numbers(name, value)
    if array.dtype != np.uint8:
        raise ValueError(
            f"`{name}` must be uint8 images in 0..255; convert floats with "
            "`keras_gan.images.to_uint8(images, value_range)`. "
            f"Received: {name}.dtype={array.dtype}"
        )
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or not array.size:
        raise ValueError(
            f"`{name}` must have shape (n, height, width, channels) with 1 "
            f"or 3 channels. Received: {name}.shape={array.shape}"
        )
    return array


def neighbour_count(k: int, **sets: Array) -> int:
    """Returns `k`, unless some set has too few samples for it."""
    fewest = min(sets, key=lambda name: len(sets[name]))
    try:
        return whole_number("k", k, 1, len(sets[fewest]) - 1)
    except ValueError as error:
        raise ValueError(
            "`k` must be an integer of at least 1 and smaller than the number "
            f"of samples. {received('k', k)}, "
            f"len({fewest})={len(sets[fewest])}"
        ) from error


def as_numpy(value: Tensor) -> Array:
    """Returns a tensor of any backend, or a nested list, as a numpy array."""
    if isinstance(value, np.ndarray):
        return value
    array: Array = keras.ops.convert_to_numpy(value)
    return array


def numbers(name: str, value: Tensor) -> Array:
    """Returns the numpy array of real numbers that an argument holds.

    Args:
        name: The argument, for the message.
        value: A tensor of any backend, an array, or a nested list.

    Raises:
        ValueError: If it is something else, such as text or complex numbers.
    """
    if np.ma.is_masked(value):
        raise ValueError(
            f"`{name}` must not have masked values. Received: "
            f"{int(np.ma.getmaskarray(value).sum())} masked values"
        )
    try:
        array = np.asarray(as_numpy(value))
        if array.dtype.kind not in "biufO":
            # The floats of 16 bits that JAX and torch have beside NumPy's.
            array = array.astype(np.float32, casting="same_kind")
        elif array.dtype.kind == "O":
            array = array.astype(np.float64)
    except Exception as error:
        # Each backend fails in its own way on what is no array.
        raise ValueError(
            f"`{name}` must be an array of real numbers, all rows equally "
            f"long. {received(name, value)}"
        ) from error
    return array


def _floating(array: Array) -> Array:
    if array.dtype == np.float32:
        return array
    return array.astype(np.float64, copy=False)
