"""Which of the two players does a callback act on?"""

from typing import Any

import keras

from keras_gan._checks import choice

PLAYERS = {
    "discriminator": ("discriminator",),
    "generator": ("generator",),
    "both": ("discriminator", "generator"),
}


def players(name: str) -> tuple[str, ...]:
    """Returns the players that `player="..."` means.

    Raises:
        ValueError: If it is none of the three names.
    """
    return PLAYERS[choice("player", name, tuple(PLAYERS))]


def working_optimizer(model: Any, player: str) -> keras.optimizers.Optimizer:
    """Returns the optimizer that updates a player's weights.

    Under loss scaling that is the inner one, which also does the clipping.
    """
    optimizer = getattr(model.optimizer, player)
    return getattr(optimizer, "inner_optimizer", optimizer)


def retrace(model: Any) -> None:
    """Has the training step compiled anew, for what changed inside it.

    `fit` made the train function before the callbacks' `on_train_begin`.
    """
    model.make_train_function(force=True)
