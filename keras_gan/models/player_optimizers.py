"""Which optimizer updates which player's variables?"""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from keras_gan import backend
from keras_gan._checks import received
from keras_gan.models.player import Players
from keras_gan.optimizers import PlayersOptimizer


def for_players(
    players: Players,
    given: Mapping[str, Any],
    default: Callable[[], keras.optimizers.Optimizer],
    auto_scale_loss: bool,
) -> dict[str, keras.optimizers.Optimizer]:
    """Gives each player an optimizer, built on the player's own variables.

    Args:
        players: The players; `optimizer` and `trained` are set.
        given: Instances, names or `None` by player.
        default: Makes the optimizer of a player without any.
        auto_scale_loss: Whether optimizers scale their loss where a network
            computes in float16.

    Returns:
        Each player's optimizer by its name.

    Raises:
        ValueError: If a player is unknown or has nothing to train, two players
            share an optimizer, or one was built for other weights.
    """
    unknown = sorted(set(given) - set(players))
    if unknown:
        raise ValueError(
            "`optimizers` has names that are no players. Expected some of: "
            f"{list(players)}. Received: {unknown}"
        )
    PlayersOptimizer.refuse_shared(given)
    half = auto_scale_loss and any(
        layer.compute_dtype == "float16"
        for network in players.networks.values()
        for layer in backend.flat_layers(network)
    )
    for player in players.values():
        optimizer = _made(given.get(player.name), player.name, default)
        variables = player.trainable_variables
        if not variables:
            raise ValueError(
                f"The {player.name} has no trainable weights, so there is "
                "nothing to train. Is every layer frozen?"
            )
        scaled = keras.optimizers.LossScaleOptimizer
        if half and not isinstance(optimizer, scaled):
            optimizer = scaled(optimizer, name=f"{player.name}_loss_scale")
        backend.refuse_optimizer(optimizer)
        PlayersOptimizer.refuse_used(player.name, optimizer, variables)
        optimizer.build(variables)
        player.optimizer, player.trained = optimizer, variables
    return {name: player.optimizer for name, player in players.items()}


def _made(
    given: Any,
    player: str,
    default: Callable[[], keras.optimizers.Optimizer],
) -> keras.optimizers.Optimizer:
    if isinstance(given, keras.optimizers.Optimizer):
        return given
    optimizer = default() if given is None else _found(given, player)
    # The learning rates' keys in the logs are made from these names.
    config = {**optimizer.get_config(), "name": player}
    return type(optimizer).from_config(config)


def _found(given: Any, player: str) -> keras.optimizers.Optimizer:
    try:
        return keras.optimizers.get(given)
    except ValueError as error:
        raise ValueError(
            f"The {player}'s optimizer must be a Keras optimizer, such as "
            "keras.optimizers.Adam(2e-4, beta_1=0.5), or its name. "
            f"{received('optimizer', given)}"
        ) from error
