"""Bilinear enlargement and its counterpart, right to the second derivative."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import channels_last
from keras_gan._method_names import without_class
from keras_gan._typing import Tensor

__all__ = ["BilinearDownSampling2D", "BilinearUpSampling2D"]


@without_class
class _Resampling(keras.layers.Layer):
    """Multiplies rows, then columns, with a fixed matrix.

    A product of matrices has derivatives of any order on all backends, and on
    a CPU it trains faster than shifted sums or a convolution.
    """

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Makes the matrices; there are no weights."""
        name = type(self).__name__
        channels_last(name)
        if len(input_shape) != 4 or None in input_shape[1:]:
            raise ValueError(
                f"{name} expects images (n, H, W, C) of a known size. "
                f"Received: input_shape={tuple(input_shape)}"
            )
        self._matrices = tuple(
            self._matrix(int(size)) for size in input_shape[1:3] if size
        )

    def call(self, inputs: Tensor) -> Tensor:
        """Resamples images of shape `(n, H, W, C)`."""
        return resampled(inputs, *self._matrices)

    def compute_output_shape(
        self, input_shape: Sequence[int]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        n, height, width, channels = input_shape
        return (n, self._size(height), self._size(width), channels)

    def matrix_size(self, size: int) -> int:
        """How many values the matrix for one axis of that size has."""
        return size * self._size(size)

    def _size(self, size: int) -> int:
        raise NotImplementedError

    def _matrix(self, size: int) -> np.ndarray[Any, Any]:
        raise NotImplementedError


@keras.saving.register_keras_serializable("keras_gan")
class BilinearUpSampling2D(_Resampling):
    """Doubles height and width by bilinear interpolation.

    `y[2i] = (x[i - 1] + 3 x[i]) / 4`, `y[2i + 1] = (3 x[i] + x[i + 1]) / 4`
    along both axes, the border pixels repeated outwards: each pixel twice, then
    the filter `[1, 2, 1] / 4`.

    The same as `keras.layers.UpSampling2D(interpolation="bilinear")`, which has
    no second derivative on TensorFlow, so that a penalty on gradients trains
    wrong there. This layer has it.

    It takes `name` and `dtype` of `keras.layers.Layer`.

    Example:
        >>> keras_gan.layers.BilinearUpSampling2D()(features).shape
        (8, 14, 14, 64)

    Reference: Karras et al., 2019, arXiv 1812.04948.
    """

    def _size(self, size: int) -> int:
        return 2 * size

    def _matrix(self, size: int) -> np.ndarray[Any, Any]:
        return _doubling(size)


@keras.saving.register_keras_serializable("keras_gan")
class BilinearDownSampling2D(_Resampling):
    """Halves height and width without aliasing.

    `y[i] = (x[2i - 1] + 3 x[2i] + 3 x[2i + 1] + x[2i + 2]) / 8` along both
    axes, the border pixels repeated outwards: the filter `[1, 2, 1] / 4`, then
    the mean of 2 x 2 pixels. A size that is odd is first made even by repeating
    the last row or column.

    The counterpart of `BilinearUpSampling2D`: on even sizes a quarter of its
    transpose.

    It takes `name` and `dtype` of `keras.layers.Layer`.

    Example:
        >>> keras_gan.layers.BilinearDownSampling2D()(features).shape
        (8, 7, 7, 64)

    Reference: Zhang, 2019, arXiv 1904.11486, section 3.
    """

    def _size(self, size: int) -> int:
        return (size + 1) // 2

    def _matrix(self, size: int) -> np.ndarray[Any, Any]:
        matrix = _doubling((size + 1) // 2).T / 2
        if size % 2:
            matrix[:, -2] += matrix[:, -1]
        return matrix[:, :size]


def resampled(
    images: Tensor,
    row_matrix: np.ndarray[Any, Any],
    column_matrix: np.ndarray[Any, Any],
) -> Tensor:
    """Multiplies the rows of images, then their columns, with fixed matrices.

    Args:
        images: Shape `(n, H, W, C)`.
        row_matrix: Shape `(new height, H)`.
        column_matrix: Shape `(new width, W)`.

    Returns:
        Images, shape `(n, new height, new width, C)`.
    """
    rows, columns = (
        ops.convert_to_tensor(matrix, dtype=images.dtype)
        for matrix in (row_matrix, column_matrix)
    )
    height, width, channels = images.shape[1:]
    x = ops.reshape(images, (-1, height, width * channels))
    x = ops.matmul(rows, x)
    x = ops.reshape(x, (-1, width, channels))
    x = ops.matmul(columns, x)
    return ops.reshape(x, (-1, rows.shape[0], columns.shape[0], channels))


def _doubling(size: int) -> np.ndarray[Any, Any]:
    """The matrix (2 * size, size) that doubles one axis."""
    matrix = np.zeros((2 * size, size))
    for i in range(size):
        before, after = max(i - 1, 0), min(i + 1, size - 1)
        matrix[2 * i : 2 * i + 2, i] += 0.75
        matrix[2 * i, before] += 0.25
        matrix[2 * i + 1, after] += 0.25
    return matrix
