"""Gradient clipping, per player, inside the compiled step."""

from typing import Any

import keras

from keras_gan._checks import number_in, received
from keras_gan.callbacks._configurable import Configurable
from keras_gan.callbacks._players import (
    player_name,
    players,
    retrace,
    working_optimizer,
)
from keras_gan.models import AdversarialModel

_SETTINGS = ("clipvalue", "clipnorm", "global_clipnorm")


@keras.saving.register_keras_serializable("keras_gan")
class GradientClipping(Configurable, keras.callbacks.Callback):
    """Clips the gradients of one player or both before each update.

    Exactly one of three rules, with gradients `g`:

    * `value`: each entry is put into `[-value, value]`;
    * `norm`: each variable's gradient becomes `g * min(1, norm / |g|)`;
    * `global_norm`: the same with one norm over all of a player's gradients,
      which keeps their direction.

    Gradients exist only inside the compiled step. This callback therefore sets
    the optimizers' own clipping for the length of `fit`, and has the step
    compiled with it; afterwards the optimizers are as they were. Under loss
    scaling the gradients are clipped after they are scaled back.

    Args:
        value: Largest entry, above 0.
        norm: Largest norm of one variable's gradient, above 0.
        global_norm: Largest norm of all gradients of a player, above 0.
        player: A player's name, such as `"discriminator"` or `"generator"`, or
            `"both"` for all.

    Raises:
        ValueError: If not exactly one rule is given, a threshold is not
            a positive number, or `fit` trains a model without such a player.

    Example:
        >>> clip = keras_gan.callbacks.GradientClipping(
        ...     1.0, player="discriminator"
        ... )
        >>> gan.fit(images, callbacks=[clip])
    """

    def __init__(
        self,
        value: float | None = None,
        *,
        norm: float | None = None,
        global_norm: float | None = None,
        player: str = "both",
    ) -> None:
        super().__init__()
        given = {"value": value, "norm": norm, "global_norm": global_norm}
        _require_one(given)
        self.value = _plain(value)
        self.norm = _plain(norm)
        self.global_norm = _plain(global_norm)
        self.player = player_name(player)
        self._saved: dict[str, dict[str, Any]] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        """Sets the clipping, and has the step compiled with it."""
        model = self.model
        self._restore(model)  # An exception ended the last `fit`.
        thresholds = (self.value, self.norm, self.global_norm)
        for player in players(model, self.player):
            optimizer = working_optimizer(model, player.name)
            self._saved[player.name] = {
                name: getattr(optimizer, name) for name in _SETTINGS
            }
            for name, threshold in zip(_SETTINGS, thresholds, strict=True):
                setattr(optimizer, name, threshold)
        retrace(model)

    def on_train_end(self, logs: Any = None) -> None:
        """Restores the optimizers' own clipping."""
        model = self.model
        self._restore(model)
        model.train_function = None

    def _restore(self, model: AdversarialModel) -> None:
        for player, settings in self._saved.items():
            optimizer = working_optimizer(model, player)
            for name, value in settings.items():
                setattr(optimizer, name, value)
        self._saved = {}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "value": self.value,
            "norm": self.norm,
            "global_norm": self.global_norm,
            "player": self.player,
        }


def _require_one(given: dict[str, float | None]) -> None:
    chosen = {k: v for k, v in given.items() if v is not None}
    if len(chosen) != 1:
        raise ValueError(
            "Gradients are clipped by exactly one of `value`, `norm` and "
            "`global_norm`. Received: "
            + (
                "; ".join(
                    received(*each).removeprefix("Received: ")
                    for each in chosen.items()
                )
                or "none of them"
            )
        )
    ((name, threshold),) = chosen.items()
    number_in(name, threshold)


def _plain(threshold: float | None) -> float | None:
    return None if threshold is None else float(threshold)
