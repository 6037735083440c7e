"""Scores and their gradient by the images, from one forward pass.

A penalty such as R1 wants the gradient of scores that the loss has computed
anyway. Once is exact where a second pass would give the same scores: where the
discriminator draws nothing and keeps no statistics.
"""

from collections.abc import Callable, Iterable
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor


class SharedPasses:
    """The passes of one player's loss, at the points that penalties ask for.

    Args:
        points: The tensors at which penalties are taken.
        variables: All that the discriminator may read or change.
        scale: Factor of the scores while they are differentiated, which keeps
            float16 gradients clear of underflow.
    """

    def __init__(
        self,
        points: Iterable[Tensor],
        variables: list[keras.Variable],
        scale: float,
    ) -> None:
        self._points = {id(point): point for point in points}
        self._variables = variables
        self._scale = scale
        self._gradients: dict[int, Tensor] = {}

    def outputs(
        self, images: Tensor, score: Callable[[Tensor], tuple[Tensor, Any]]
    ) -> Any:
        """Returns what the discriminator makes of images.

        Args:
            images: Shape `(n, ...)`.
            score: Returns the logits of images, and all outputs.
        """
        if id(images) not in self._points:
            return score(images)[1]

        def scaled(x: Tensor) -> tuple[Tensor, Any]:
            logits, outputs = score(x)
            return self._scale * ops.cast(logits, "float32"), outputs

        outputs, gradient = backend.outputs_and_gradient(
            scaled, images, self._variables
        )
        gradient = ops.cast(gradient, "float32") / self._scale
        self._gradients[id(images)] = gradient
        return outputs

    def gradient(self, images: Tensor) -> Tensor | None:
        """Returns d sum(logits) / d images, where they have been scored."""
        return self._gradients.get(id(images))


def repeats_itself(layers: Iterable[keras.layers.Layer]) -> bool:
    """Whether a second pass in training mode would give the same outputs.

    A layer with `before_update` changes its own state there, not in a pass.

    Args:
        layers: Networks.
    """
    moved = {
        id(v)
        for network in layers
        for layer in backend.flat_layers(network)
        if hasattr(layer, "before_update")
        for v in layer.non_trainable_variables
    }
    return all(
        v.trainable or id(v) in moved
        for network in layers
        for v in network.variables
    ) and not any(backend.generator_states(network) for network in layers)
