"""Pixels travel to the device as bytes, and become floats there."""

from typing import Any

import keras
from keras import ops

Range = tuple[float, float]


def as_bytes(data: Any) -> tuple[Any, Range | None]:
    """Returns data that can be sent as bytes in that form.

    Args:
        data: What `fit` was given. With a method `as_uint8` and a
            `value_range`, such as `datasets.ImageBatches`, it gives a quarter
            of the bytes.

    Returns:
        The data to train on, and what their bytes 0 and 255 stand for; None
        where they are floats.
    """
    if not hasattr(data, "as_uint8"):
        return data, None
    return data.as_uint8(), data.value_range


def as_floats(data: Any, value_range: Range | None) -> Any:
    """Scales the uint8 tensors of a batch, and leaves all others as they are.

    Args:
        data: Nested tensors.
        value_range: What 0 and 255 stand for, or None for no change.
    """
    if value_range is None:
        return data
    low, high = value_range

    def scaled(tensor: Any) -> Any:
        if keras.backend.standardize_dtype(tensor.dtype) != "uint8":
            return tensor
        return low + ops.cast(tensor, "float32") * ((high - low) / 255)

    return keras.tree.map_structure(scaled, data)
