"""Checks of arguments that several modules share."""

import math
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["channels_last", "uint8_pixels", "whole_number"]


def whole_number(
    name: str, value: Any, minimum: int, maximum: float = math.inf
) -> int:
    """Returns a whole number in a range as an int.

    Raises:
        ValueError: If it is something else, with the argument's name.
    """
    valid = isinstance(value, int | np.integer)
    if not valid or not minimum <= value <= maximum:
        limit = "" if math.isinf(maximum) else f" and at most {maximum}"
        raise ValueError(
            f"`{name}` must be a whole number of at least {minimum}{limit}. "
            f"Received: {name}={value!r}"
        )
    return int(value)


def uint8_pixels(images: Any) -> NDArray[np.uint8]:
    """Returns images unchanged if they are uint8, from whatever array type.

    Raises:
        TypeError: If they are not uint8.
    """
    dtype = getattr(images, "dtype", None)
    if dtype != np.uint8:
        raise TypeError(
            "`images` must be an array of uint8 pixels from 0 to 255; convert "
            "floats with `keras_gan.images.to_uint8(images, value_range)`. "
            f"Received: {type(images).__name__} of {dtype}"
        )
    pixels: NDArray[np.uint8] = images
    return pixels


def channels_last(who: str) -> None:
    """Refuses Keras' setting for images whose channels come first.

    Args:
        who: What works on images whose channels come last.

    Raises:
        ValueError: If Keras is set to the other format.
    """
    if keras.config.image_data_format() == "channels_first":
        raise ValueError(
            f"{who} takes images whose channels come last, (n, H, W, C). "
            "Received: Keras is set to channels_first. Call "
            "keras.config.set_image_data_format('channels_last') first."
        )
