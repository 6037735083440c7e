"""A network as a function of one tensor, all else bound."""

from collections.abc import Callable

import keras

from keras_gan._typing import Tensor
from keras_gan.models.shared_passes import SharedPasses


class BoundNetwork:
    """A network with its condition bound: `critic(images) -> scores`.

    This is what a regulariser sees. It tells the port which variables a call
    may change, and the precision that the network computes in.

    Args:
        function: Maps a tensor, shape `(n, ...)`, to another.
        layers: The layers that `function` runs.
        seeds: What the function draws from, beside its layers' own seeds.
        shared: The passes that the player's loss has made already.
    """

    def __init__(
        self,
        function: Callable[[Tensor], Tensor],
        layers: list[keras.layers.Layer],
        seeds: tuple[keras.random.SeedGenerator, ...] = (),
        shared: SharedPasses | None = None,
    ) -> None:
        self._function = function
        self._layers = layers
        self._seeds = seeds
        self._shared = shared

    @property
    def variables(self) -> list[keras.Variable]:
        """Every variable that a call may read or change."""
        seeds = [seed.state for seed in self._seeds]
        return [*(v for layer in self._layers for v in layer.variables), *seeds]

    @property
    def compute_dtype(self) -> str:
        """The precision that the network computes in."""
        return str(self._layers[0].compute_dtype)

    def then(
        self,
        function: Callable[[Tensor], Tensor],
        seed: keras.random.SeedGenerator | None = None,
    ) -> "BoundNetwork":
        """Returns the network with a function of its output behind it.

        Args:
            function: Called on what the network returns.
            seed: What the function draws from, if it draws.
        """
        seeds = self._seeds if seed is None else (*self._seeds, seed)
        return BoundNetwork(
            lambda x: function(self._function(x)), self._layers, seeds
        )

    def shared_gradient(self, x: Tensor) -> Tensor | None:
        """Returns d sum(scores) / dx of a pass that the loss has made.

        Args:
            x: The tensor itself that the loss has scored.

        Returns:
            The gradient, float32, or `None` where there is no such pass.
        """
        return None if self._shared is None else self._shared.gradient(x)

    def __call__(self, x: Tensor) -> Tensor:
        """Returns what the network makes of a tensor."""
        return self._function(x)
