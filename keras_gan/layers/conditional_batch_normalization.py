"""Batch normalisation whose weights depend on the class."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import LARGEST_INT32, number_in, whole_number
from keras_gan._typing import Tensor

__all__ = ["ConditionalBatchNormalization"]


@keras.saving.register_keras_serializable("keras_gan")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Batch normalisation with its own scale and shift for every class.

    `gamma[label] * (x - mean) / sqrt(variance + epsilon) + beta[label]`, mean
    and variance over the batch, whatever the classes in it.

    Tells a generator its class at every depth; the partner of `Projection`.

    Args:
        num_classes: int above 1.
        momentum: float in [0, 1), weight of the past in the moving statistics.
        epsilon: positive float added to the variance.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with `[features (n, ..., d), labels]`, the labels integers of shape
    `(n,)` or `(n, 1)`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> layer = keras_gan.layers.ConditionalBatchNormalization(10)
        >>> layer([features, labels]).shape
        (8, 7, 7, 128)

    Reference: Dumoulin et al., 2017, arXiv 1610.07629, eq. 5; in GANs Miyato &
    Koyama, 2018, arXiv 1802.05637, section 4.
    """

    def __init__(
        self,
        num_classes: int,
        *,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_classes = whole_number(
            "num_classes", num_classes, 2, LARGEST_INT32
        )
        self.momentum = number_in("momentum", momentum, "[0, 1)")
        self.epsilon = number_in("epsilon", epsilon)
        self.normalization = keras.layers.BatchNormalization(
            momentum=self.momentum,
            epsilon=self.epsilon,
            center=False,
            scale=False,
            dtype=self.dtype_policy,
            name="normalization",
        )

    def build(self, input_shape: Sequence[Sequence[int | None]]) -> None:
        """Creates the weights."""
        features = input_shape[0]
        self.normalization.build(features)
        shape = (self.num_classes, features[-1])
        self.gamma = self.add_weight(
            name="gamma", shape=shape, initializer="ones"
        )
        self.beta = self.add_weight(
            name="beta", shape=shape, initializer="zeros"
        )

    def call(self, inputs: Sequence[Tensor], training: bool = False) -> Tensor:
        """Normalises `[features, labels]`."""
        features, labels = inputs
        x = self.normalization(features, training=training)
        return x * self._of_class(self.gamma, labels, x) + self._of_class(
            self.beta, labels, x
        )

    def compute_output_shape(
        self, input_shape: Sequence[Sequence[int | None]]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return tuple(input_shape[0])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }

    def _of_class(self, weight: Any, labels: Tensor, x: Tensor) -> Tensor:
        """A row of `weight` for each label, shaped to broadcast with `x`."""
        rows = ops.take(weight, ops.reshape(labels, (-1,)), axis=0)
        shape = (-1,) + (1,) * (len(x.shape) - 2) + (x.shape[-1],)
        return ops.cast(ops.reshape(rows, shape), x.dtype)
