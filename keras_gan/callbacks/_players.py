"""Which players does a callback act on?"""

import keras

from keras_gan._checks import received, text
from keras_gan.models import AdversarialModel, Player


def player_name(name: str) -> str:
    """Returns a name of `player="..."`, checked.

    Raises:
        ValueError: If it is no name that a player can have.
    """
    word: str = text("player", name)
    if not word.isidentifier():
        raise ValueError(
            "`player` must be a player's name, such as 'discriminator' or "
            f"'generator', or 'both'. {received('player', name)}"
        )
    return word


def players(model: AdversarialModel, name: str) -> list[Player]:
    """Returns the players of a model that `player="..."` means.

    Raises:
        ValueError: If the model has no such player.
    """
    if name == "both":
        return list(model.players.values())
    if name not in model.players:
        raise ValueError(
            f"The model has no player {name!r}. Expected one of "
            f"{list(model.players)}, or 'both'."
        )
    return [model.players[name]]


def working_optimizer(
    model: AdversarialModel, player: str
) -> keras.optimizers.Optimizer:
    """Returns the optimizer that updates a player's weights.

    Under loss scaling that is the inner one, which also does the clipping.
    """
    optimizer = getattr(model.optimizer, player)
    return getattr(optimizer, "inner_optimizer", optimizer)


def retrace(model: AdversarialModel) -> None:
    """Has the training step compiled anew, for what changed inside it.

    `fit` made the train function before the callbacks' `on_train_begin`.
    """
    model.make_train_function(force=True)
