"""Normalisations of single images, right to the second derivative."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import (
    channels_last,
    flag,
    number_in,
    received,
    whole_number,
)
from keras_gan._method_names import without_class
from keras_gan._typing import Tensor

__all__ = ["InstanceNormalization", "LayerNormalization"]

_MOST_AXES = 32
"""More than any backend's tensors have."""


@without_class
class _Normalization(keras.layers.Layer):
    """What the two have in common: `gamma * (x - mean) / std + beta`."""

    def __init__(
        self,
        *,
        epsilon: float,
        center: bool,
        scale: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.epsilon = number_in(
            "epsilon",
            epsilon,
            why=": it keeps the gradient finite where the input is constant",
        )
        self.center = flag("center", center)
        self.scale = flag("scale", scale)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the weights."""
        self._refuse_other_axes(len(input_shape))
        shape = tuple(input_shape[axis] for axis in self._weight_axes())
        if None in shape:
            raise ValueError(
                f"{type(self).__name__} needs a known size along its weights' "
                f"axes {self._weight_axes()}. Received: "
                f"input_shape={tuple(input_shape)}"
            )
        self._weight_shape = _broadcastable(input_shape, self._weight_axes())
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma", shape=shape, initializer="ones"
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta", shape=shape, initializer="zeros"
            )

    def call(self, inputs: Tensor) -> Tensor:
        """Normalises a tensor of any float dtype."""
        axes = self._moment_axes(len(inputs.shape))
        # Squares of float16 overflow at 256.
        x = ops.cast(inputs, _at_least_float32(inputs.dtype))
        # `keras.ops.moments` and `var` differ per backend in the second
        # derivative: TensorFlow's moments hold the mean constant. These do not.
        x = x - ops.mean(x, axis=axes, keepdims=True)
        variance = ops.mean(ops.square(x), axis=axes, keepdims=True)
        x = x * ops.rsqrt(variance + self.epsilon)
        if self.scale:
            x = x * ops.cast(
                ops.reshape(self.gamma, self._weight_shape), x.dtype
            )
        if self.center:
            x = x + ops.cast(
                ops.reshape(self.beta, self._weight_shape), x.dtype
            )
        return ops.cast(x, self.compute_dtype)

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
        }

    def _refuse_other_axes(self, rank: int) -> None:
        axes = self._weight_axes()
        places = {axis % rank for axis in axes if -rank <= axis < rank}
        if 0 in places or len(places) < len(axes):
            raise ValueError(
                "`axis` must name axes that the input has, each once, and not "
                f"the batch. Received: axis={axes} for an input of {rank} axes"
            )

    def _moment_axes(self, rank: int) -> tuple[int, ...]:
        raise NotImplementedError

    def _weight_axes(self) -> tuple[int, ...]:
        raise NotImplementedError


@keras.saving.register_keras_serializable("keras_gan")
class LayerNormalization(_Normalization):
    """Layer normalisation that stays right under a gradient penalty.

    `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, mean and variance of
    each sample alone, over `axis`.

    The normalisation for a critic with a gradient penalty: samples stay
    independent, and the penalty's own gradient, a second derivative, agrees on
    the three backends. `keras.layers.LayerNormalization` gives the same output
    and first derivative, but on TensorFlow a wrong second one.

    Args:
        axis: int or sequence of ints, the axes that are normalised together
            and that the weights span. -1 (the default) normalises each position
            over its channels; `(1, 2, 3)` a whole image.
        epsilon: positive float added to the variance.
        center: bool, whether to add the weight `beta`.
        scale: bool, whether to multiply with the weight `gamma`.
        **kwargs: `name`, `dtype`, `trainable` of `keras.layers.Layer`.

    Raises:
        ValueError: `epsilon` is not positive, or `axis` names the batch.

    Example:
        >>> keras_gan.layers.LayerNormalization()(images).shape
        (8, 28, 28, 3)

    Reference: Ba et al., 2016, arXiv 1607.06450, eq. 4; recommended for critics
    in Gulrajani et al., 2017, arXiv 1704.00028, section 4.
    """

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        *,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(epsilon=epsilon, center=center, scale=scale, **kwargs)
        self.axis = _axes(axis)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "axis": self.axis}

    def _moment_axes(self, rank: int) -> tuple[int, ...]:
        del rank
        return self._weight_axes()

    def _weight_axes(self) -> tuple[int, ...]:
        return (self.axis,) if isinstance(self.axis, int) else tuple(self.axis)


@keras.saving.register_keras_serializable("keras_gan")
class InstanceNormalization(_Normalization):
    """Normalises each channel of each image by its own mean and variance.

    `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, mean and variance
    over the spatial axes of one channel of one sample; one weight a channel.

    Removes an image's contrast, so it suits generators that change the style of
    an image. Like `LayerNormalization` here it may stand in a penalised critic.

    Args:
        epsilon: positive float added to the variance.
        center: bool, whether to add the weight `beta`.
        scale: bool, whether to multiply with the weight `gamma`.
        **kwargs: `name`, `dtype`, `trainable` of `keras.layers.Layer`.

    Raises:
        ValueError: the input has no spatial axes.

    Example:
        >>> keras_gan.layers.InstanceNormalization()(images).shape
        (8, 28, 28, 3)

    Reference: Ulyanov et al., 2016, arXiv 1607.08022, eq. 4.
    """

    def __init__(
        self,
        *,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(epsilon=epsilon, center=center, scale=scale, **kwargs)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the weights."""
        channels_last("InstanceNormalization")
        if len(input_shape) < 3:
            raise ValueError(
                "InstanceNormalization needs spatial axes between batch and "
                "channels; use LayerNormalization for vectors. Received: "
                f"input_shape={tuple(input_shape)}"
            )
        super().build(input_shape)

    def _moment_axes(self, rank: int) -> tuple[int, ...]:
        return tuple(range(1, rank - 1))

    def _weight_axes(self) -> tuple[int, ...]:
        return (-1,)


def _axes(axis: Any) -> int | list[int]:
    entries = axis if isinstance(axis, list | tuple) else [axis]
    try:
        found = [
            whole_number("axis", each, -_MOST_AXES, _MOST_AXES)
            for each in entries
        ]
    except ValueError:
        found = []
    if not found or len(set(found)) < len(found):
        raise ValueError(
            "`axis` must be a whole number, or several different ones. "
            f"{received('axis', axis)}"
        )
    if 0 in found:
        raise ValueError(
            "`axis` must leave out axis 0, the batch: samples are normalised "
            f"one by one. {received('axis', axis)}"
        )
    return found if isinstance(axis, list | tuple) else found[0]


def _broadcastable(
    input_shape: Sequence[int | None], axes: tuple[int, ...]
) -> tuple[int | None, ...]:
    """The shape with 1 for every axis that is not among `axes`."""
    rank = len(input_shape)
    kept = {axis % rank for axis in axes}
    return tuple(
        size if axis in kept else 1 for axis, size in enumerate(input_shape)
    )


def _at_least_float32(dtype: Any) -> str:
    return (
        "float64"
        if keras.backend.standardize_dtype(dtype) == "float64"
        else "float32"
    )
