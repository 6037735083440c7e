"""The weight clipping of the original Wasserstein GAN."""

from typing import Any

import keras
from keras import ops

from keras_gan._checks import number_in
from keras_gan._typing import Tensor
from keras_gan.callbacks._configurable import Configurable
from keras_gan.callbacks._players import player_name, players, retrace


@keras.saving.register_keras_serializable("keras_gan")
class WeightClipping(Configurable, keras.callbacks.Callback):
    """Puts a player's weights back into `[-value, value]` after each update.

    `w <- min(max(w, -value), value)`. This is how the original Wasserstein GAN
    keeps its critic Lipschitz. A gradient penalty (`WGANGP`) does it better;
    this is for reproducing that paper.

    It acts on all trainable weights, inside the compiled step: each gets
    a constraint for the length of `fit`, after one that it has of its own.

    Args:
        value: Largest weight, above 0.
        player: A player's name, such as `"discriminator"` or `"generator"`, or
            `"both"` for all.

    Raises:
        ValueError: If the value is not positive, or `fit` trains a model
            without such a player.

    Example:
        >>> gan.compile("rmsprop", "rmsprop", loss="wasserstein")
        >>> gan.fit(images, callbacks=[keras_gan.callbacks.WeightClipping()])

    Reference: Arjovsky et al., 2017, arXiv 1701.07875, Algorithm 1.
    """

    def __init__(
        self, value: float = 0.01, *, player: str = "discriminator"
    ) -> None:
        super().__init__()
        self.value = number_in("value", value)
        self.player = player_name(player)
        self._saved: list[tuple[keras.Variable, Any]] = []

    def on_train_begin(self, logs: Any = None) -> None:
        """Sets the constraints, and has the step compiled with them."""
        model = self.model
        self._restore()  # An exception ended the last `fit`.
        for player in players(model, self.player):
            for variable in player.trainable_variables:
                self._saved.append((variable, variable.constraint))
                variable.constraint = _Clip(self.value, variable.constraint)
        retrace(model)

    def on_train_end(self, logs: Any = None) -> None:
        """Takes the constraints away."""
        self._restore()
        self.model.train_function = None

    def _restore(self) -> None:
        for variable, constraint in self._saved:
            variable.constraint = constraint
        self._saved = []

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"value": self.value, "player": self.player}


class _Clip(keras.constraints.Constraint):
    """Clips a weight, after the constraint that it has of its own."""

    def __init__(self, value: float, first: Any = None) -> None:
        self.value = value
        self.first = first

    def __call__(self, w: Tensor) -> Tensor:
        if self.first is not None:
            w = self.first(w)
        return ops.clip(w, -self.value, self.value)
