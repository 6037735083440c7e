"""Two optimizers that Keras can treat as one."""

import json
from typing import Any, Self

import keras
import numpy as np

from keras_gan._checks import instance_of, text
from keras_gan._typing import Tensor

__all__ = ["GANOptimizer"]

_RATES = (
    "A GAN has two learning rates. Read or set "
    "`gan.optimizer.discriminator.learning_rate` and "
    "`gan.optimizer.generator.learning_rate`, or those of all of "
    "`gan.optimizer.optimizers`."
)


@keras.saving.register_keras_serializable("keras_gan")
class GANOptimizer(keras.optimizers.Optimizer):
    """Both players' optimizers, as the one that trainers and callbacks know.

    Its `iterations` count train steps, which a skipped update under loss
    scaling does not change. Callbacks that know
    `keras.optimizers.MultiOptimizer` find the players in `optimizers`.

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
        for player, optimizer in (
            ("discriminator", discriminator),
            ("generator", generator),
        ):
            instance_of(
                player,
                optimizer,
                keras.optimizers.Optimizer,
                "a Keras optimizer, such as keras.optimizers.Adam()",
            )
        text("name", name)
        if discriminator is generator:
            raise ValueError(
                "Each player needs an optimizer of its own, because an "
                "optimizer holds state for its variables. Received: the same "
                f"instance twice, {discriminator!r}. Make two."
            )
        super().__init__(learning_rate=0.0, name=name)
        self.discriminator = discriminator
        self.generator = generator

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """The discriminator's and the generator's optimizer."""
        return [self.discriminator, self.generator]

    @property
    def learning_rate(self) -> Any:
        """Refused, as by Keras' `MultiOptimizer`: each player has its own.

        Raises:
            AttributeError: When it is read or set.
        """
        raise AttributeError(_RATES)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(_RATES)

    @property
    def variables(self) -> list[keras.Variable]:
        """The step counter and both optimizers' variables."""
        own: list[keras.Variable] = list(super().variables)
        return [*own, *self.discriminator.variables, *self.generator.variables]

    def build(self, variables: list[keras.Variable]) -> None:
        """Does nothing: the GAN builds each player on its own variables."""
        self.built = True

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Raises: one player is updated at a time."""
        raise NotImplementedError(
            "A GAN has two optimizers. Use `gan.optimizer.discriminator` or "
            "`gan.optimizer.generator`."
        )

    def finalize_variable_values(self, var_list: list[keras.Variable]) -> None:
        """Lets each player with `use_ema` take over its averaged weights."""
        for optimizer in self.optimizers:
            inner = getattr(optimizer, "inner_optimizer", optimizer)
            paths = {id(v) for v in inner._trainable_variables}
            optimizer.finalize_variable_values(
                [v for v in var_list if id(v) in paths]
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
                for player, optimizer in (
                    ("discriminator", self.discriminator),
                    ("generator", self.generator),
                )
            }
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "discriminator": serialize(self.discriminator),
            "generator": serialize(self.generator),
            "name": self.name,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> Self:
        """Makes what `get_config` described."""
        restore = keras.saving.deserialize_keras_object
        return cls(
            restore(config["discriminator"], custom_objects=custom_objects),
            restore(config["generator"], custom_objects=custom_objects),
            name=config["name"],
        )


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
