"""Cuts an image to the size of another, known or not."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import channels_last
from keras_gan._typing import Tensor

__all__ = ["CropLike"]


@keras.saving.register_keras_serializable("keras_gan")
class CropLike(keras.layers.Layer):
    """Cuts images to the height and width of others.

    What is too much goes at the bottom and on the right. In a network for
    images of any size, an odd size that was halved and doubled again is one
    pixel larger than before; this takes the pixel off.

    It takes `name` and `dtype` of `keras.layers.Layer`.

    Call with `[images, like]`: `(n, H, W, C)` and `(n, h, w, c)`, where `h` is
    at most `H` and `w` at most `W`. Returns `(n, h, w, C)`.

    Raises:
        ValueError: the inputs are no two images, or the first are smaller.

    Example:
        >>> keras_gan.layers.CropLike()([decoded, encoded]).shape
        (8, 7, 7, 64)
    """

    def build(self, input_shape: Sequence[Sequence[int | None]]) -> None:
        """Checks the sizes; there are no weights."""
        channels_last("CropLike")
        self._refuse(input_shape)

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Cuts the first images to the size of the second."""
        images, like = inputs
        self._refuse([images.shape, like.shape])
        _, height, width, _ = ops.shape(like)
        return images[:, :height, :width]

    def compute_output_shape(
        self, input_shape: Sequence[Sequence[int | None]]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        images, like = input_shape
        return (images[0], like[1], like[2], images[3])

    def _refuse(self, shapes: Any) -> None:
        shapes = [tuple(shape) for shape in _pair(shapes)]
        if [len(shape) for shape in shapes] != [4, 4] or any(
            size is not None and wanted is not None and size < wanted
            for size, wanted in zip(shapes[0][1:3], shapes[1][1:3], strict=True)
        ):
            raise ValueError(
                "CropLike expects [images, like], both (n, H, W, C), the first "
                f"at least as high and wide. Received: shapes {shapes}"
            )


def _pair(shapes: Any) -> list[Any]:
    """The two shapes, or none where a single image was given."""
    found = list(shapes)
    if len(found) != 2 or any(
        each is None or isinstance(each, int) for each in found
    ):
        raise ValueError(
            "CropLike must be called with [images, like]. Received: one input "
            f"or more than two, of shape {shapes}"
        )
    return found
