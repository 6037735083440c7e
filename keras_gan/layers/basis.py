"""A vector to a small image and back, by one learned picture per channel."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import (
    LARGEST_INT32,
    channels_last,
    initializer,
    whole_number,
)
from keras_gan._typing import Tensor

__all__ = ["BasisExpansion", "BasisReduction"]


@keras.saving.register_keras_serializable("keras_gan")
class BasisExpansion(keras.layers.Layer):
    """Makes a vector an image: each number times a learned picture of its own.

    `y[n, h, w, c] = basis[h, w, c] * x[n, c]`.

    The start of a generator, after a dense layer that makes the vector. It has
    far fewer weights than a dense layer for all pixels.

    Args:
        height: positive int, of the image.
        width: positive int, of the image.
        basis_initializer: initializer of the pictures. By default normal, with
            a standard deviation of 1: the output starts with the variance of
            the input.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with vectors `(n, c)`. Returns images `(n, height, width, c)`.

    Raises:
        ValueError: a size is below 1, or the initializer is unknown.

    Example:
        >>> keras_gan.layers.BasisExpansion(4, 4)(vectors).shape
        (8, 4, 4, 256)

    Reference: Huang et al., 2024, arXiv 2501.05441, section 4.
    """

    def __init__(
        self,
        height: int,
        width: int,
        *,
        basis_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if basis_initializer is None:
            basis_initializer = keras.initializers.RandomNormal(stddev=1.0)
        self.height = whole_number("height", height, 1, LARGEST_INT32)
        self.width = whole_number("width", width, 1, LARGEST_INT32)
        self.basis_initializer = initializer(
            "basis_initializer", basis_initializer
        )

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the pictures."""
        channels_last("BasisExpansion")
        if len(input_shape) != 2:
            raise ValueError(
                "BasisExpansion expects vectors (n, c). Received: "
                f"input_shape={tuple(input_shape)}"
            )
        self.basis = self.add_weight(
            name="basis",
            shape=(self.height, self.width, input_shape[-1]),
            initializer=self.basis_initializer,
        )

    def call(self, inputs: Tensor) -> Tensor:
        """Makes images of vectors of shape `(n, c)`."""
        basis = ops.cast(self.basis, inputs.dtype)
        return basis * inputs[:, None, None, :]

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return (input_shape[0], self.height, self.width, input_shape[1])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "height": self.height,
            "width": self.width,
            "basis_initializer": keras.initializers.serialize(
                self.basis_initializer
            ),
        }


@keras.saving.register_keras_serializable("keras_gan")
class BasisReduction(keras.layers.Layer):
    """Makes an image a vector: how much of a learned picture each channel has.

    `y[n, c] = sum(basis[h, w, c] * x[n, h, w, c])` over all pixels.

    The end of a discriminator, before the dense layer that scores; the mirror
    of `BasisExpansion`.

    Args:
        basis_initializer: initializer of the pictures. By default the output
            starts with the variance of the input.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with images `(n, H, W, c)`. Returns vectors `(n, c)`.

    Raises:
        ValueError: the initializer is unknown.

    Example:
        >>> keras_gan.layers.BasisReduction()(features).shape
        (8, 256)

    Reference: Huang et al., 2024, arXiv 2501.05441, section 4.
    """

    def __init__(
        self, *, basis_initializer: Any = "lecun_normal", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.basis_initializer = initializer(
            "basis_initializer", basis_initializer
        )

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the pictures."""
        channels_last("BasisReduction")
        if len(input_shape) != 4 or None in input_shape[1:]:
            raise ValueError(
                "BasisReduction expects images (n, H, W, c) of a known size. "
                f"Received: input_shape={tuple(input_shape)}"
            )
        self.basis = self.add_weight(
            name="basis",
            shape=tuple(input_shape[1:]),
            initializer=self.basis_initializer,
        )

    def call(self, inputs: Tensor) -> Tensor:
        """Makes vectors of images of shape `(n, H, W, c)`."""
        return ops.sum(inputs * ops.cast(self.basis, inputs.dtype), axis=(1, 2))

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return (input_shape[0], input_shape[3])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "basis_initializer": keras.initializers.serialize(
                self.basis_initializer
            ),
        }
