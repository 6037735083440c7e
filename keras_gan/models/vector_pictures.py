"""Which vectors are pictures, with their rows one after another?"""

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_LEAST_SIDE = 8
"""Smaller squares may well be something else."""


def picture_shape(shape: tuple[int, ...]) -> tuple[int, int, int] | None:
    """Returns the shape of the picture that a vector holds, if it is one.

    Vectors of 784 numbers are pictures of 28 x 28, those of 3,072 pictures of
    32 x 32 in colour: a square of whole numbers, of at least 8 x 8.

    Args:
        shape: Of one sample.

    Returns:
        `(height, width, channels)`, or `None`.
    """
    if len(shape) != 1:
        return None
    for channels in (1, 3):
        side = math.isqrt(shape[0] // channels)
        if side >= _LEAST_SIDE and side * side * channels == shape[0]:
            return side, side, channels
    return None


def unrolled(samples: Array) -> Array:
    """Returns vectors that are pictures in their shape, all else unchanged.

    Args:
        samples: Shape `(n, d)`, or images.
    """
    shape = picture_shape(samples.shape[1:])
    return samples if shape is None else samples.reshape(-1, *shape)
