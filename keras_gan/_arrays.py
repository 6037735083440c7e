"""What the metrics ask of the arrays they are given."""

from typing import Any, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

from keras_gan._typing import Tensor

Array: TypeAlias = NDArray[Any]
"""A numpy array of any number type."""


def feature_pair(real: Tensor, fake: Tensor) -> tuple[Array, Array]:
    """Both feature sets as numpy arrays that can be compared.

    Args:
        real: Features of real images, (n, d).
        fake: Features of generated images, (m, d).

    Returns:
        The two arrays, float32 where they were float32, else float64.

    Raises:
        ValueError: If a set is not a finite (n, d) matrix of at least two
            rows, or the two disagree on d.
    """
    real, fake = features("real", real), features("fake", fake)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(
            "`real` and `fake` must hold features of the same dimension, "
            "from the same extractor. Received: "
            f"real.shape={real.shape}, fake.shape={fake.shape}"
        )
    return real, fake


def features(name: str, value: Tensor) -> Array:
    """One checked feature set; `name` is the argument the errors speak of."""
    array = _floating(name, _regular(name, value))
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
    """One checked set of uint8 images, (n, H, W, C)."""
    array = _regular(name, value)
    if array.dtype != np.uint8:
        raise ValueError(
            f"`{name}` must be uint8 images in 0..255; convert floats with "
            "`keras_gan.images.to_uint8(images, value_range)`. "
            f"Received: dtype={array.dtype}"
        )
    if array.ndim != 4 or array.shape[-1] not in (1, 3) or not array.size:
        raise ValueError(
            f"`{name}` must have shape (n, height, width, channels) with 1 "
            f"or 3 channels. Received: {name}.shape={array.shape}"
        )
    return array


def neighbour_count(k: int, **sets: Array) -> None:
    """Refuses a `k` that some set has too few samples for."""
    fewest = min(sets, key=lambda name: len(sets[name]))
    if not isinstance(k, int | np.integer) or not 1 <= k < len(sets[fewest]):
        raise ValueError(
            "`k` must be an integer of at least 1 and smaller than the number "
            f"of samples. Received: k={k!r}, len({fewest})={len(sets[fewest])}"
        )


def as_numpy(value: Tensor) -> Array:
    """The numpy array of a tensor of any backend, or of a nested list."""
    if isinstance(value, np.ndarray):
        return value
    array: Array = keras.ops.convert_to_numpy(value)
    return array


def _regular(name: str, value: Tensor) -> Array:
    """The numpy array of something that has a value in every place."""
    if np.ma.is_masked(value):
        raise ValueError(
            f"`{name}` must not have masked values. Received: "
            f"{int(np.ma.getmaskarray(value).sum())} masked values"
        )
    try:
        return np.asarray(as_numpy(value))
    except ValueError as error:
        raise ValueError(
            f"`{name}` must be an array. Received: {type(value).__name__} "
            f"that is no array ({error})"
        ) from error


def _floating(name: str, array: Array) -> Array:
    if array.dtype == np.float32:
        return array
    try:
        # numpy would take times for numbers, and half of a complex one.
        if array.dtype.kind in "cmM":
            raise TypeError(array.dtype)
        return array.astype(np.float64, casting="unsafe", copy=False)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`{name}` must be numbers. Received: dtype={array.dtype}"
        ) from error
