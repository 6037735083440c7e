"""The optimizers of all players, which Keras can treat as one."""

import json
from collections.abc import Mapping
from typing import Any, Self

import keras
import numpy as np

from keras_gan._checks import instance_of, text
from keras_gan._typing import Tensor

__all__ = ["GANOptimizer", "PlayersOptimizer", "serialize"]


@keras.saving.register_keras_serializable("keras_gan")
class PlayersOptimizer(keras.optimizers.Optimizer):
    """The optimizers of all players, as the one that Keras knows.

    Its `iterations` count train steps, which a skipped update under loss
    scaling does not change. Each player's optimizer is the attribute of its
    name. Callbacks that know `keras.optimizers.MultiOptimizer` find them in
    `optimizers`.

    Args:
        players: An optimizer for each player's name, in the order of turns.

    Raises:
        TypeError: If one of them is no Keras optimizer.
        ValueError: If two players are given the same instance, or a player has
            the name of something that every optimizer has.
    """

    def __init__(
        self,
        players: Mapping[str, keras.optimizers.Optimizer],
        name: str = "players_optimizer",
    ) -> None:
        instance_of(
            "players", players, Mapping, "a dictionary from names to optimizers"
        )
        for player, optimizer in players.items():
            instance_of(
                player,
                optimizer,
                keras.optimizers.Optimizer,
                "a Keras optimizer, such as keras.optimizers.Adam()",
            )
        text("name", name)
        self.refuse_shared(players)
        super().__init__(learning_rate=0.0, name=name)
        self._names = tuple(players)
        for player, optimizer in players.items():
            if player in dir(type(self)) or player in vars(self):
                raise ValueError(
                    "A player cannot be called as something that every "
                    f"optimizer has. Received: {player!r}"
                )
            setattr(self, player, optimizer)

    @staticmethod
    def refuse_shared(optimizers: Mapping[str, Any]) -> None:
        """Raises `ValueError` where two players have the same instance."""
        seen: dict[int, str] = {}
        for player, optimizer in optimizers.items():
            if optimizer is None or isinstance(optimizer, str):
                continue
            if id(optimizer) in seen:
                raise ValueError(
                    "Each player needs an optimizer of its own, because an "
                    "optimizer holds state for its variables. Received: the "
                    f"same instance twice, {optimizer!r}, for the "
                    f"{seen[id(optimizer)]} and the {player}. Make two."
                )
            seen[id(optimizer)] = player

    @staticmethod
    def refuse_used(
        player: str,
        optimizer: keras.optimizers.Optimizer,
        variables: list[keras.Variable],
    ) -> None:
        """Raises `ValueError` where an optimizer holds other weights' state.

        Args:
            player: Whose it is to be.
            optimizer: The optimizer; one that is not built fits any player.
            variables: What it is to train.
        """
        inner = getattr(optimizer, "inner_optimizer", optimizer)
        known = _variable_ids(inner) if inner.built else None
        if known is not None and any(id(v) not in known for v in variables):
            raise ValueError(
                f"The {player}'s optimizer was built for other weights, such "
                "as those of another model, and holds state for them alone. "
                f"Received: {optimizer!r}. Make a new one: "
                f"keras.optimizers.{type(inner).__name__}(...)."
            )

    @property
    def players(self) -> dict[str, keras.optimizers.Optimizer]:
        """Each player's optimizer by its name."""
        return {name: getattr(self, name) for name in self._names}

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """All optimizers, in the order of turns."""
        return list(self.players.values())

    @property
    def learning_rate(self) -> Any:
        """Refused, as by Keras' `MultiOptimizer`: each player has its own.

        Raises:
            AttributeError: When it is read or set.
        """
        raise AttributeError(self._rates())

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(self._rates())

    def _rates(self) -> str:
        count = "two" if len(self._names) == 2 else str(len(self._names))
        each = " and ".join(
            f"`gan.optimizer.{name}.learning_rate`" for name in self._names
        )
        return (
            f"A GAN has {count} learning rates. Read or set {each}, or those "
            "of all of `gan.optimizer.optimizers`."
        )

    @property
    def variables(self) -> list[keras.Variable]:
        """The step counter and all optimizers' variables."""
        own: list[keras.Variable] = list(super().variables)
        return [*own, *(v for each in self.optimizers for v in each.variables)]

    def build(self, variables: list[keras.Variable]) -> None:
        """Does nothing: the GAN builds each player on its own variables."""
        self.built = True

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Raises: one player is updated at a time."""
        each = " or ".join(f"`gan.optimizer.{name}`" for name in self._names)
        raise NotImplementedError(
            f"A GAN has {len(self._names)} optimizers. Use {each}."
        )

    def finalize_variable_values(self, var_list: list[keras.Variable]) -> None:
        """Lets each player with `use_ema` take over its averaged weights."""
        for optimizer in self.optimizers:
            inner = getattr(optimizer, "inner_optimizer", optimizer)
            known = _variable_ids(inner)
            optimizer.finalize_variable_values(
                [v for v in var_list if id(v) in known]
            )

    def save_own_variables(self, store: dict[str, Any]) -> None:
        """Saves the step counter; the players are saved as children."""
        store["iterations"] = self.iterations.numpy()
        store["signature"] = np.frombuffer(
            self._signature().encode(), dtype="uint8"
        )

    def load_own_variables(self, store: dict[str, Tensor]) -> None:
        """Restores the step counter.

        Raises:
            ValueError: If the file was saved with other optimizers: Keras
                would only warn, and go on with theirs reset.
        """
        saved = bytes(np.array(store["signature"])).decode()
        if saved != self._signature():
            raise ValueError(
                "The file holds the state of other optimizers, so training "
                f"could not go on from it. Expected: {saved}. Received: "
                f"{self._signature()}. Compile the model with the optimizers "
                "of the saved run before loading."
            )
        self.iterations.assign(store["iterations"][()])

    def _signature(self) -> str:
        return json.dumps(
            {
                player: [type(optimizer).__name__, _shapes(optimizer)]
                for player, optimizer in self.players.items()
            }
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        players = {
            player: serialize(each) for player, each in self.players.items()
        }
        return {"players": players, "name": self.name}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> Self:
        """Makes what `get_config` described."""
        return cls(_restored(config["players"], custom_objects), config["name"])


@keras.saving.register_keras_serializable("keras_gan")
class GANOptimizer(PlayersOptimizer):
    """The optimizers of a GAN's two players.

    Args:
        discriminator: The discriminator's optimizer.
        generator: The generator's optimizer, another instance.

    Raises:
        TypeError: If one of them is no Keras optimizer.
        ValueError: If both players are given the same instance.
    """

    def __init__(
        self,
        discriminator: keras.optimizers.Optimizer,
        generator: keras.optimizers.Optimizer,
        name: str = "gan_optimizer",
    ) -> None:
        players = {"discriminator": discriminator, "generator": generator}
        super().__init__(players, name=name)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        return {**config.pop("players"), **config}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> Self:
        """Makes what `get_config` described."""
        players = {k: v for k, v in config.items() if k != "name"}
        return cls(**_restored(players, custom_objects), name=config["name"])


def _restored(
    players: Mapping[str, Any], custom_objects: Any
) -> dict[str, keras.optimizers.Optimizer]:
    restore = keras.saving.deserialize_keras_object
    return {
        player: restore(config, custom_objects=custom_objects)
        for player, config in players.items()
    }


def serialize(optimizer: keras.optimizers.Optimizer) -> dict[str, Any]:
    """Serializes an optimizer under its public name.

    On torch Keras names its own torch subclasses, which no other backend can
    load.
    """
    config: dict[str, Any] = keras.saving.serialize_keras_object(optimizer)
    for each in (config, config["config"].get("inner_optimizer")):
        if each and ".torch." in (each.get("module") or ""):
            each["module"] = "keras.optimizers"
    return config


def _shapes(optimizer: keras.optimizers.Optimizer) -> list[list[int]]:
    inner = getattr(optimizer, "inner_optimizer", None)
    variables = [*optimizer.variables, *(inner.variables if inner else [])]
    return [list(v.shape) for v in variables]


def _variable_ids(optimizer: keras.optimizers.Optimizer) -> set[int]:
    """Returns the identities of the weights that an optimizer is built on."""
    return {id(v) for v in optimizer._trainable_variables}
