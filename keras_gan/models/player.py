"""One side of an adversarial game."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras

from keras_gan import regularizers
from keras_gan._checks import LARGEST_INT32, received, text, whole_number
from keras_gan.models.averaging import Average
from keras_gan.schedules import (
    HalfLife,
    Number,
    is_schedule,
    number_or_schedule,
)


class Player:
    """Networks that are trained together, by one optimizer, on one loss.

    Args:
        name: What the player is called, such as `"discriminator"`. Its
            optimizer is `model.optimizer.<name>`. The name of its loss in the
            logs starts with the first letter: `d_loss`.
        networks: Its networks by name. Each becomes an attribute of the model.
        regularizer: Penalties that are added to its loss: a name, a
            `keras_gan.regularizers` instance, or a list. Default: none.
        every: It is updated at each `every`-th training step, the last one of
            so many. Default: 1, at each step.
        ema_decay: Decay of an exponential moving average of its networks'
            weights, in `[0, 1)`: a number, a schedule of its updates, or a
            `keras_gan.schedules.HalfLife`. The averaged network of `<name>` is
            the model's attribute `ema_<name>`. Default: none.
        scheduled: Numbers in its loss that may be schedules of its updates,
            such as the weight of a term. Where one is a schedule, `updates`
            counts them. Default: none.

    Raises:
        TypeError: If a network is not a Keras layer, or `scheduled` no list.
        ValueError: If a name is no Python identifier, there are no networks,
            or a number is out of range.
    """

    def __init__(
        self,
        name: str,
        networks: Mapping[str, keras.layers.Layer],
        *,
        regularizer: Any = None,
        every: int = 1,
        ema_decay: Number | HalfLife | None = None,
        scheduled: Sequence[Number] = (),
    ) -> None:
        self.name = _identifier("name", name)
        self.networks: dict[str, keras.layers.Layer] = {}
        if not isinstance(networks, Mapping) or not networks:
            raise ValueError(
                "`networks` must be a dictionary from names to Keras models, "
                f"with at least one. {received('networks', networks)}"
            )
        for key, network in networks.items():
            self.add(key, network)
        self.regularizers = regularizers.get(regularizer)
        self.every = whole_number("every", every, 1, LARGEST_INT32)
        self.average = Average(ema_decay)
        if not isinstance(scheduled, (list, tuple)):
            raise TypeError(
                "`scheduled` must be a list of numbers or schedules. "
                f"{received('scheduled', scheduled)}"
            )
        self.scheduled = tuple(
            number_or_schedule("scheduled", each, "(-inf, inf)")
            for each in scheduled
        )
        self.averaged: dict[str, keras.layers.Layer] = {}
        """The averaged networks, by the name of the network."""
        self.plays = False
        """Whether a model has it already."""
        self.updates: keras.Variable | None = None
        """How often it was updated, where a weight in its loss is scheduled."""
        # `compile` sets both.
        self.optimizer: Any = None
        self.trained: list[keras.Variable] = []
        """The variables that its optimizer updates."""

    def count_updates(self) -> list[keras.Variable]:
        """Makes the count of its updates, if a weight in its loss needs it.

        The optimizer has it as well, but what evaluates a model on JAX does
        not see optimizers.

        Returns:
            What is saved with the model.
        """
        weights = [each.weight for each in self.regularizers]
        if not any(is_schedule(each) for each in (*weights, *self.scheduled)):
            return []
        self.updates = keras.Variable(
            0,
            dtype="int",
            trainable=False,
            name=f"{self.name}_updates",
            aggregation="only_first_replica",
        )
        return [self.updates]

    def add(self, name: str, network: keras.layers.Layer) -> None:
        """Adds a network; use `AdversarialModel.add_network` instead."""
        require_network(network, name)
        if any(network is each for each in self.networks.values()):
            raise ValueError(
                "Each network of a player is named once. "
                f"{received('networks', name)}, which it has already"
            )
        self.networks[_identifier("networks", name)] = network

    @property
    def prefix(self) -> str:
        """What the names of its logs start with: the first letter."""
        return self.name[0]

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        """The variables of its networks that are trainable now."""
        found = {
            id(variable): variable
            for network in self.networks.values()
            for variable in network.trainable_variables
        }
        return list(found.values())

    def __repr__(self) -> str:
        return f"<Player {self.name}: {', '.join(self.networks)}>"


class Players(Mapping[str, Player]):
    """The players of a game by name, in the order in which they take turns.

    Keras does not look into it when it saves a model: the model holds the
    networks by their own names.

    Args:
        players: At least one.

    Raises:
        ValueError: If two players or two networks have the same name.
    """

    def __init__(self, players: Sequence[Player]) -> None:
        self._players = {player.name: player for player in players}
        prefixes = {player.prefix for player in players}
        names = [name for player in players for name in player.networks]
        if len(prefixes) < len(players):
            raise ValueError(
                "The names of `players` must "
                "start with different letters, which the logs are named by. "
                f"Received: {[player.name for player in players]}"
            )
        if len(set(names)) < len(names):
            raise ValueError(
                f"Each network needs a name of its own. Received: {names}"
            )

    def __getitem__(self, name: str) -> Player:
        return self._players[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._players)

    def __len__(self) -> int:
        return len(self._players)

    @property
    def judges(self) -> list[Player]:
        """All but the last one."""
        return list(self._players.values())[:-1]

    @property
    def maker(self) -> Player:
        """The last one, to whom `make` belongs."""
        return list(self._players.values())[-1]

    @property
    def networks(self) -> dict[str, keras.layers.Layer]:
        """All networks by name."""
        return {
            name: network
            for player in self.values()
            for name, network in player.networks.items()
        }


def require_network(network: Any, argument: str) -> Any:
    """Returns a Keras model or layer.

    Raises:
        TypeError: If it is something else.
    """
    if isinstance(network, keras.layers.Layer):
        return network
    kind = type(network)
    wrap = ""
    if any(each.__module__.startswith("torch.") for each in kind.__mro__):
        wrap = (
            " A torch module becomes one, on the torch backend, by "
            "keras.layers.TorchModuleWrapper(module)."
        )
    raise TypeError(
        f"`{argument}` must be a Keras model, such as keras.Sequential.{wrap} "
        f"{received(argument, network)} of type {kind.__name__}"
    )


def _identifier(argument: str, name: str) -> str:
    word: str = text(argument, name)
    if not word.isidentifier() or word.startswith(("_", "ema_")):
        raise ValueError(
            f"`{argument}`: a name must be a Python identifier that does not "
            "begin with an underscore, or with ema_, as averages do. "
            f"{received(argument, name)}"
        )
    return word
