"""A game of a discriminator and a generator, as `compile` speaks of it."""

from typing import Any

import keras

from keras_gan._checks import received
from keras_gan.models.adversarial_model import AdversarialModel
from keras_gan.models.player import Player


class TwoPlayers(AdversarialModel):
    """A game whose players are called discriminator and generator.

    Each has one optimizer, however many networks it has. `AdversarialModel`
    says what holds for all games.
    """

    discriminator_steps: int
    """Discriminator updates for each generator update."""

    def compile(  # type: ignore[override]  # Two players have names.
        self,
        d_opt: Any = None,
        g_opt: Any = None,
        loss: Any = None,
        *,
        metrics: Any = None,
        steps_per_execution: int | str = "auto",
        jit_compile: bool | str = "auto",
        run_eagerly: bool = False,
        auto_scale_loss: bool = True,
        **unknown: Any,
    ) -> None:
        """Configures the two players' training.

        Args:
            d_opt: The optimizer of all discriminators, an instance or a name.
                Default: `default_optimizer`, Adam at 2e-4, beta_1 0.5.
            g_opt: The optimizer of all generators, another instance or a name.
            loss: A name or instance from `keras_gan.losses`, a Keras loss, or
                a pair `(d_loss(real_scores, fake_scores),
                g_loss(fake_scores))`. Default: `default_loss`.
            metrics: Keras metrics with `update_state(real, fake)` on images;
                updated by `evaluate` and validation.
            steps_per_execution: As in `AdversarialModel.compile`, and so
                `jit_compile`, `run_eagerly` and `auto_scale_loss`.
            jit_compile: As there.
            run_eagerly: As there.
            auto_scale_loss: As there.
            **unknown: Refused.

        Raises:
            TypeError: If an argument is none of these, such as `optimizer`.
            ValueError: If a loss or optimizer is unknown, both players share
                an optimizer, a network has nothing to train, or the backend
                cannot do what is asked.
        """
        if unknown:
            raise TypeError(
                "`compile` takes d_opt and g_opt, an optimizer for each "
                "player, and loss; all else is as in keras.Model.compile. "
                f"Received: {sorted(unknown)}"
            )
        super().compile(
            {"discriminator": d_opt, "generator": g_opt},
            loss,
            metrics=metrics,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            run_eagerly=run_eagerly,
            auto_scale_loss=auto_scale_loss,
        )

    def get_compile_config(self) -> dict[str, Any]:
        """Returns what `compile` was called with."""
        config = super().get_compile_config()
        optimizers = config.pop("optimizers", None)
        if optimizers is None:
            return config
        players = {
            "d_opt": optimizers["discriminator"],
            "g_opt": optimizers["generator"],
        }
        return {**players, **config}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles as `get_compile_config` described."""
        config = dict(config)
        restore = keras.saving.deserialize_keras_object
        for key in ("d_opt", "g_opt", "loss"):
            config[key] = restore(config[key])
        config["metrics"] = [restore(each) for each in config["metrics"]]
        self.compile(**config)

    def _every_by_name(self, player: Player) -> str:
        return f"discriminator_steps={player.every}"


def require_kind(argument: str, player: Player, kind: Any) -> None:
    """Raises `ValueError` where a penalty is not for this player."""
    for each in player.regularizers:
        if not isinstance(each, kind):
            raise ValueError(
                f"`{argument}` is a penalty on the {player.name}, a subclass "
                f"of keras_gan.regularizers.{kind.__name__}. "
                f"{received(argument, each)}"
            )
