"""The discriminator as a function of images alone."""

from collections.abc import Callable

import keras

from keras_gan._typing import Tensor


class Critic:
    """A discriminator with its condition bound: `critic(images) -> scores`.

    This is what a regulariser sees. It tells the port which variables a call
    may change, and the precision that the network computes in.

    Args:
        score: Maps images, shape `(n, ...)`, to float32 scores.
        layers: The layers that `score` runs.
    """

    def __init__(
        self,
        score: Callable[[Tensor], Tensor],
        layers: list[keras.layers.Layer],
    ) -> None:
        self._score = score
        self._layers = layers

    @property
    def variables(self) -> list[keras.Variable]:
        """Every variable that a call may read or change."""
        return [v for layer in self._layers for v in layer.variables]

    @property
    def compute_dtype(self) -> str:
        """The precision that the discriminator computes in."""
        return str(self._layers[0].compute_dtype)

    def __call__(self, images: Tensor) -> Tensor:
        """Returns the scores of images."""
        return self._score(images)
