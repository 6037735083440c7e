"""A game of a discriminator and a generator, as `compile` speaks of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from keras_gan._checks import (
    LARGEST_INT32,
    received,
    value_range_of,
    whole_number,
)
from keras_gan._method_names import without_class
from keras_gan._typing import Tensor
from keras_gan.losses import to_logits
from keras_gan.models import compile_habits
from keras_gan.models.adversarial_model import AdversarialModel
from keras_gan.models.pixel_range import PixelRange
from keras_gan.models.player import Player
from keras_gan.optimizers import GANOptimizer, PlayersOptimizer
from keras_gan.regularizers import (
    GeneratorRegularizer,
    Penalty,
    Regularizer,
    for_generator,
)
from keras_gan.schedules import HalfLife, Number


@without_class
class TwoPlayers(AdversarialModel):
    """A game whose players are called discriminator and generator.

    Each has one optimizer, however many networks it has. `AdversarialModel`
    says what holds for all games.

    Args:
        discriminators: The networks of the one, by name.
        generators: The networks of the other, by name.
        regularizer: As in `GAN`, and so all that follow.
        generator_regularizer: As there.
        discriminator_steps: As there.
        generator_steps: As there.
        ema_decay: As there.
        seed: As there.
        name: As there.
        scheduled: Weights of the generators' loss that may be schedules.

    Raises:
        ValueError: If a penalty is for the other player, or an argument is out
            of range.
    """

    _default_pixel_range: tuple[float, float] | None = None
    """Black and white where nothing says what they are."""

    def __init__(
        self,
        discriminators: Mapping[str, keras.Model],
        generators: Mapping[str, keras.Model],
        *,
        regularizer: Any,
        generator_regularizer: Any,
        discriminator_steps: int,
        ema_decay: Number | HalfLife | None,
        seed: int | None,
        name: str | None,
        generator_steps: int = 1,
        scheduled: Sequence[Number] = (),
    ) -> None:
        self._pixels = PixelRange()
        self.discriminator_steps = whole_number(
            "discriminator_steps",
            discriminator_steps,
            1,
            LARGEST_INT32,
            why=": discriminator updates for each generator update",
        )
        self.generator_steps = whole_number(
            "generator_steps",
            generator_steps,
            1,
            LARGEST_INT32,
            why=": generator updates for each discriminator update",
        )
        if min(self.discriminator_steps, self.generator_steps) > 1:
            raise ValueError(
                "One player makes several updates for each of the other's, so "
                "one of `discriminator_steps` and `generator_steps` is 1. "
                f"Received: discriminator_steps={discriminator_steps}, "
                f"generator_steps={generator_steps}"
            )
        judge = Player(
            "discriminator",
            discriminators,
            regularizer=regularizer,
            every=self.generator_steps,
        )
        maker = Player(
            "generator",
            generators,
            regularizer=for_generator(generator_regularizer),
            every=self.discriminator_steps,
            ema_decay=ema_decay,
            scheduled=scheduled,
        )
        _require_kind("regularizer", judge, Regularizer)
        _require_kind("generator_regularizer", maker, GeneratorRegularizer)
        super().__init__([judge, maker], seed=seed, name=name)
        self.ema_decay = maker.average.decay

    @property
    def regularizers(self) -> tuple[Penalty, ...]:
        """The penalties on the discriminator."""
        return self.players["discriminator"].regularizers

    def _as_logits(self, network: str, scores: Tensor) -> Tensor:
        """Returns logits, which penalties see whatever the loss takes.

        Args:
            network: The name of the discriminator.
            scores: As from `scores`.
        """
        takes_logits = self.adversarial_loss.takes_logits
        if self.gives_probabilities(network) and not takes_logits:
            return to_logits(scores)
        return scores

    # -------------------------------------------------------------- compiling

    def compile(  # type: ignore[override]  # Two players have names.
        self,
        d_opt: Any = None,
        g_opt: Any = None,
        loss: Any = None,
        *more: Any,
        metrics: Any = None,
        steps_per_execution: int | str = "auto",
        jit_compile: bool | str = "auto",
        run_eagerly: bool = False,
        auto_scale_loss: bool = True,
        **unknown: Any,
    ) -> None:
        """Configures the two players' training.

        Args:
            d_opt: The discriminator's optimizer, an instance or a name.
                Default: Adam at 2e-4, beta_1 0.5 (1e-4, 0.0 and 0.9 for the
                WGAN-GP models).
            g_opt: The generator's optimizer, another instance or a name.
            loss: A name or instance from `keras_gan.losses`, a Keras loss, or
                a pair `(d_loss(real_scores, fake_scores),
                g_loss(fake_scores))`. Default: `"non_saturating"`
                (`"wasserstein"` for the WGAN-GP models, `"least_squares"` for
                `CycleGAN`).
            metrics: Keras metrics with `update_state(real, fake)` on images;
                updated by `evaluate` and validation.
            *more: Refused.
            steps_per_execution: As in `AdversarialModel.compile`, and so
                `jit_compile`, `run_eagerly` and `auto_scale_loss`.
            jit_compile: As there.
            run_eagerly: As there.
            auto_scale_loss: As there.
            **unknown: Refused.

        Raises:
            TypeError: If an argument is none of these, such as `optimizer`.
            ValueError: If a loss or optimizer is unknown, both players share
                an optimizer, one was built for other weights, a network has
                nothing to train, or the backend cannot do what is asked.
        """
        compile_habits.refuse_unknown(type(self).__name__, unknown)
        compile_habits.refuse_more(type(self).__name__, more)
        super().compile(
            {"discriminator": d_opt, "generator": g_opt},
            loss,
            metrics=metrics,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
            run_eagerly=run_eagerly,
            auto_scale_loss=auto_scale_loss,
        )

    def _joined(self, optimizers: dict[str, Any]) -> PlayersOptimizer:
        return GANOptimizer(**optimizers)

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
        other = (
            "generator" if player.name == "discriminator" else "discriminator"
        )
        return f"{other}_steps={player.every}"

    def _steps_config(self) -> dict[str, int]:
        """Returns how many updates a player makes for each of the other's."""
        found = {"discriminator_steps": self.discriminator_steps}
        if self.generator_steps > 1:
            # A subclass of the user's own may not take it.
            found["generator_steps"] = self.generator_steps
        return found

    # ----------------------------------------------------------------- pixels

    @property
    def output_range(self) -> tuple[float, float] | None:
        """The least and largest value that the generator can make.

        `None` where its output is not bounded on both sides.
        """
        raise NotImplementedError

    @property
    def pixel_range(self) -> tuple[float, float] | None:
        """The values of black and white, for pictures and metrics.

        The generator's range. Where that is unbounded, it is that of the real
        images it was last trained on: what `ImageBatches` say; (0, 255) for
        uint8; `[0, 1]`, `[-1, 1]` or `[0, 255]` where the first batch fits it;
        else, with a warning, from the least to the largest value of the first
        batch. Before, `None`, and (-1, 1) for models that translate images.
        Set it where you know better, such as for standardised images; it is
        saved with the model.
        """
        pixels = self._pixels
        known = pixels.given or self.output_range or pixels.real
        return known or self._default_pixel_range

    @pixel_range.setter
    def pixel_range(self, value: tuple[float, float] | None) -> None:
        if value is not None:
            value = value_range_of("pixel_range", value)
        self._pixels.given = value

    # ----------------------------------------------------------------- saving

    def save_own_variables(self, store: dict[str, Any]) -> None:
        """Saves, beside the weights, random state and the pixel range."""
        super().save_own_variables(store)
        self._pixels.save(store)

    def load_own_variables(self, store: Any) -> None:
        """Restores what `save_own_variables` saved."""
        super().load_own_variables(store)
        self._pixels.load(store)


def _require_kind(argument: str, player: Player, kind: Any) -> None:
    """Raises `ValueError` where a penalty is not for this player."""
    for each in player.regularizers:
        if not isinstance(each, kind):
            raise ValueError(
                f"`{argument}` is a penalty on the {player.name}, a subclass "
                f"of keras_gan.regularizers.{kind.__name__}. "
                f"{received(argument, each)}"
            )
