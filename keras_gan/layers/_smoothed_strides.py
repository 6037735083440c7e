"""Convolutions of stride 2 that are smoothed against aliasing."""

from typing import Any

import numpy as np
from keras import ops

from keras_gan._typing import Tensor
from keras_gan.layers.bilinear_resampling import resampled

__all__ = ["doubled", "halved", "matrix_size"]

_FILTER = (1 / 8, 3 / 8, 3 / 8, 1 / 8)


def doubled(images: Tensor, kernel: Tensor) -> Tensor:
    """Convolves to twice the size: transposed, stride 2, then smoothed.

    It equals a convolution of the images with zeros between their pixels,
    smoothed by `[1, 3, 3, 1] / 4` along both axes, at a quarter of the cost.

    Args:
        images: Shape `(n, H, W, c)`.
        kernel: Shape `(k, k, c, d)`, `k` odd.

    Returns:
        Shape `(n, 2H, 2W, d)`.
    """
    size = kernel.shape[0]
    # `conv_transpose` is the adjoint of a convolution: its kernel is turned,
    # and has the output's channels first.
    turned = ops.flip(ops.transpose(kernel, (0, 1, 3, 2)), axis=(0, 1))
    x = ops.conv_transpose(images, turned, strides=2, padding="valid")
    offset = 2 - (size - 1) // 2
    matrices = (
        2 * _smoothing(found, 2 * given, offset)
        for found, given in zip(x.shape[1:3], images.shape[1:3], strict=True)
    )
    return resampled(x, *matrices)


def halved(images: Tensor, kernel: Tensor) -> Tensor:
    """Convolves to half the size: smoothed, then with stride 2.

    It is smoothed by `[1, 3, 3, 1] / 8` along both axes. Outside of the images
    are zeros.

    Args:
        images: Shape `(n, H, W, c)`.
        kernel: Shape `(k, k, c, d)`, `k` odd.

    Returns:
        Shape `(n, ceil(H / 2), ceil(W / 2), d)`.
    """
    size = kernel.shape[0]
    offset = (size - 1) // 2 + 1
    matrices = (
        _smoothing(given, 2 * ((given + 1) // 2) + size - 2, offset)
        for given in images.shape[1:3]
    )
    smooth = resampled(images, *matrices)
    return ops.conv(smooth, kernel, strides=2, padding="valid")


def matrix_size(size: int) -> int:
    """How many values the matrix of an axis has, about, at the larger size."""
    return (size + 1) ** 2


def _smoothing(size: int, new_size: int, offset: int) -> np.ndarray[Any, Any]:
    """The matrix of `y[j] = sum_k filter[k] x[j + k - offset]`, zeros outside.

    Args:
        size: Of the axis of `x`.
        new_size: Of the axis of `y`.
        offset: How many pixels before its own the filter begins.
    """
    matrix = np.zeros((new_size, size))
    for row in range(new_size):
        for tap, share in enumerate(_FILTER):
            column = row + tap - offset
            if 0 <= column < size:
                matrix[row, column] += share
    return matrix
