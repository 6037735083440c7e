"""A border of pixels mirrored at the image's edge."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import keras
from keras import ops

from keras_gan._checks import channels_last, whole_number, whole_numbers
from keras_gan._typing import Tensor

__all__ = ["ReflectionPadding2D"]

_MOST = 1000


@keras.saving.register_keras_serializable("keras_gan")
class ReflectionPadding2D(keras.layers.Layer):
    """Adds a border that mirrors the image at its outermost pixels.

    The row `1 2 3` becomes `3 2 1 2 3 2 1` with a padding of 2: the outermost
    pixel itself is not repeated.

    Before a convolution without padding it keeps the image's size, and the
    convolution meets no zeros at the border, which would show as a frame in
    generated images.

    Args:
        padding: int from 0 to 1000, pixels on each side; or two of them, above
            and below, and left and right.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with images `(n, H, W, C)`; height and width must be larger than the
    padding, and need not be known before. Returns `(n, H + 2 * rows, W + 2 *
    columns, C)`.

    Raises:
        ValueError: `padding` is out of range, or not smaller than the image.

    Example:
        >>> keras_gan.layers.ReflectionPadding2D(3)(images).shape
        (8, 34, 34, 3)

    Reference: Zhu et al., 2017, arXiv 1703.10593, appendix 7.2.
    """

    def __init__(self, padding: int | Sequence[int] = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = _padding(padding)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Checks the image; there are no weights."""
        channels_last("ReflectionPadding2D")
        if len(input_shape) != 4:
            raise ValueError(
                "ReflectionPadding2D expects images (n, H, W, C). Received: "
                f"input_shape={tuple(input_shape)}"
            )

    def call(self, inputs: Tensor) -> Tensor:
        """Pads images of shape `(n, H, W, C)`."""
        self._refuse_small(inputs.shape)
        rows, columns = self.padding
        if rows == columns == 0:
            return inputs  # Torch refuses to mirror nothing.
        borders = ((0, 0), (rows, rows), (columns, columns), (0, 0))
        return ops.pad(inputs, borders, mode="reflect")

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        self._refuse_small(input_shape)
        n, *sizes, channels = input_shape
        height, width = (
            None if size is None else size + 2 * border
            for size, border in zip(sizes, self.padding, strict=True)
        )
        return (n, height, width, channels)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "padding": self.padding}

    def _refuse_small(self, shape: Sequence[int | None]) -> None:
        for size, border in zip(shape[1:3], self.padding, strict=True):
            # Without a border there is nothing to mirror.
            if size is not None and border and size <= border:
                raise ValueError(
                    "`padding` must be smaller than the image, which has not "
                    "more pixels than that to mirror. Received: "
                    f"padding={self.padding} for images of shape {tuple(shape)}"
                )


def _padding(value: Any) -> tuple[int, ...]:
    if isinstance(value, Integral):
        return (whole_number("padding", value, 0, _MOST),) * 2
    return whole_numbers(
        "padding",
        value,
        0,
        _MOST,
        length=(2, 2),
        why=": above and below, left and right, or one number for all",
    )
