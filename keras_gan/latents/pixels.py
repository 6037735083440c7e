"""Images in a generator's range as pixels that can be drawn."""

from typing import Any

import numpy as np

from keras_gan.images import to_uint8

__all__ = ["drawable"]

Array = np.ndarray[Any, Any]


def drawable(images: Array, axes: int, bounds: tuple[float, float]) -> Array:
    """Returns images as uint8; what is not a number is black.

    Args:
        images: Floats; some axes, then those of an image: height, width, and
            perhaps channels.
        axes: How many axes come before those of an image.
        bounds: The values of black and white.

    Returns:
        uint8, the same shape, with an axis of channels.

    Raises:
        ValueError: If they are no pictures.
    """
    shape = images.shape[axes:]
    if len(shape) == 2:
        images = images[..., None]
    elif len(shape) != 3 or shape[-1] not in (1, 3):
        raise ValueError(
            "Pictures have the shape (height, width), or (height, width, "
            "channels) with 1 or 3 channels. Received: samples of shape "
            f"{shape}"
        )
    return to_uint8(np.nan_to_num(images, nan=bounds[0]), bounds)
