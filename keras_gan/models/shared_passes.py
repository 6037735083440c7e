"""Scores and their gradient by the images, from one forward pass.

A penalty such as R1 wants the gradient of scores that the loss has computed
anyway. Once is exact where a second pass would give the same scores: where the
discriminator draws nothing and keeps no statistics.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import keras
from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor
from keras_gan.models.packing import packed
from keras_gan.regularizers import Penalty, gradient_scale

if TYPE_CHECKING:
    from keras_gan.models.bound_network import BoundNetwork


class SharedPasses:
    """The passes of one player's loss, at the points that penalties ask for.

    Args:
        points: The images at which penalties are taken.
        pack: How many of them the discriminator sees at once.
        variables: All that the discriminator may read or change.
        scale: Factor of the scores while they are differentiated, which keeps
            float16 gradients clear of underflow.
    """

    def __init__(
        self,
        points: Sequence[Tensor],
        pack: int,
        variables: list[keras.Variable],
        scale: float,
    ) -> None:
        # Held, so that no other tensor gets the identity of one of them.
        self._images = points
        self._pack = pack
        self._packs = {id(each): packed(each, pack) for each in points}
        self._points = {id(each) for each in self._packs.values()}
        self._variables = variables
        self._scale = scale
        self._gradients: dict[int, Tensor] = {}

    @classmethod
    def wanted_by(
        cls,
        due: Sequence[Penalty],
        images: Mapping[str, Sequence[Tensor]],
        critic: "BoundNetwork",
        pack: int = 1,
    ) -> Self | None:
        """Returns the passes that penalties want, `None` if there are none.

        Args:
            due: The penalties.
            images: All images of the loss by what they are: "real", "fake".
            critic: The networks that score them.
            pack: How many of them are seen at once.
        """
        wanted = {each.taken_at for each in due if each.taken_at}
        if not wanted:
            return None
        points = [
            each for name in images if name in wanted for each in images[name]
        ]
        return cls(points, pack, critic.variables, gradient_scale(critic))

    def packed(self, images: Tensor) -> Tensor:
        """Returns packs of images, for each point always the same tensor."""
        known = self._packs.get(id(images))
        return packed(images, self._pack) if known is None else known

    def outputs(
        self, packs: Tensor, score: Callable[[Tensor], tuple[Tensor, Any]]
    ) -> Any:
        """Returns what the discriminator makes of packs.

        Args:
            packs: As from `packed`.
            score: Returns the logits of packs, and all outputs.
        """
        if id(packs) not in self._points:
            return score(packs)[1]

        def scaled(x: Tensor) -> tuple[Tensor, Any]:
            logits, outputs = score(x)
            return self._scale * ops.cast(logits, "float32"), outputs

        outputs, gradient = backend.outputs_and_gradient(
            scaled, packs, self._variables
        )
        gradient = ops.cast(gradient, "float32") / self._scale
        self._gradients[id(packs)] = gradient
        return outputs

    def gradient(self, packs: Tensor) -> Tensor | None:
        """Returns d sum(logits) / d packs, where they have been scored."""
        return self._gradients.get(id(packs))


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
