"""The two players of a GAN."""

from typing import Any

import keras

from keras_gan._checks import received
from keras_gan.models.player import Player
from keras_gan.regularizers import GeneratorRegularizer, Regularizer
from keras_gan.schedules import HalfLife, Number


def judge_and_maker(
    generator: keras.Model,
    discriminator: keras.Model,
    *,
    regularizer: Any,
    generator_regularizer: Any,
    discriminator_steps: int,
    ema_decay: Number | HalfLife | None,
) -> tuple[Player, Player]:
    """Returns the players of a GAN, with the arguments that `GAN` takes.

    Raises:
        ValueError: If a penalty is for the other player, or the decay is out
            of range.
    """
    judge = Player(
        "discriminator",
        {"discriminator": discriminator},
        regularizer=regularizer,
    )
    maker = Player(
        "generator",
        {"generator": generator},
        regularizer=generator_regularizer,
        every=discriminator_steps,
        ema_decay=ema_decay,
    )
    _require_kind("regularizer", judge, Regularizer)
    _require_kind("generator_regularizer", maker, GeneratorRegularizer)
    return judge, maker


def _require_kind(argument: str, player: Player, kind: Any) -> None:
    """Raises `ValueError` where a penalty is not for this player."""
    for each in player.regularizers:
        if not isinstance(each, kind):
            raise ValueError(
                f"`{argument}` is a penalty on the {player.name}, a subclass "
                f"of keras_gan.regularizers.{kind.__name__}. "
                f"{received(argument, each)}"
            )
