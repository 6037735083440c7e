"""Numbers that change while a model trains: schedules in place of numbers.

Papers let more than the learning rate change. Where one of these arguments
takes a number, it also takes a schedule, any
`keras.optimizers.schedules.LearningRateSchedule`:

| argument | of |
|---|---|
| `weight` | each penalty of `keras_gan.regularizers` |
| `gp_weight` | `WGANGP`, `ConditionalWGANGP` |
| `l1_weight`, `adversarial_weight` | `Pix2Pix` |
| `cycle_weight`, `identity_weight`, `adversarial_weight` | `CycleGAN` |
| `ema_decay` | all models, `Player` |
| `images` | `HalfLife`, for `ema_decay` |
| `probability` | `keras_gan.augment.RandomApply` |
| `beta_1`, `beta_2` | `keras_gan.optimizers.Adam` |
| `learning_rate` | every optimizer of Keras |

A schedule is a function of the step. The step is how many updates the player
has made: the discriminator for its penalties, its optimizer and augmentation,
the generator for its own and for its average. The first update sees step 0.
With `discriminator_steps=5` the generator's steps are a fifth of the
discriminator's. An update that is left out, because gradients in float16
overflowed, does not count, and with `gradient_accumulation_steps=k` every
`k`-th batch is an update. (Keras' learning rates alone count each batch then.)

`evaluate` uses the present value. Steps are saved with the model, so a resumed
run goes on as if it had not been interrupted.
"""

import math
from typing import Any, Self, TypeAlias

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import LARGEST_INT32, number_in, received, whole_number
from keras_gan._typing import Tensor

__all__ = ["Cosine", "HalfLife"]

Number: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule
"""A number, or a schedule of it."""

register = keras.saving.register_keras_serializable("keras_gan")


@register
class Cosine(keras.optimizers.schedules.LearningRateSchedule):
    """Goes from one number to another by half a cosine, up or down.

    `start + (end - start) * (1 - cos(pi * t)) / 2`, where `t` goes from 0 to 1
    in `steps` updates, of which the first `hold` stay at 0. Afterwards it stays
    at `end`. Keras' own `CosineDecay` multiplies its first number, so it cannot
    rise from 0.

    Args:
        start: The number at step 0.
        end: The number from step `steps` on.
        steps: Updates to get there, at least 1.
        hold: Updates at the beginning that stay at `start`, fewer than
            `steps`.

    Raises:
        ValueError: If one of them is out of range.

    Example:
        >>> weight = keras_gan.schedules.Cosine(0.05, 0.005, 10_000)
        >>> penalty = keras_gan.regularizers.R1(weight)

    Reference: Loshchilov & Hutter, 2017, arXiv 1608.03983, eq. 5, without
    restarts.
    """

    def __init__(
        self, start: float, end: float, steps: int, *, hold: int = 0
    ) -> None:
        self.start = number_in("start", start, "(-inf, inf)")
        self.end = number_in("end", end, "(-inf, inf)")
        self.steps = whole_number("steps", steps, 1, LARGEST_INT32)
        self.hold = whole_number(
            "hold", hold, 0, self.steps - 1, why=", fewer than `steps`"
        )

    def __call__(self, step: Tensor) -> Tensor:
        """Returns the number at a step, float32."""
        past = ops.cast(step, "float32") - self.hold
        done = ops.clip(past / (self.steps - self.hold), 0.0, 1.0)
        share = 0.5 * (1.0 - ops.cos(math.pi * done))
        return self.start + (self.end - self.start) * share

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "start": self.start,
            "end": self.end,
            "steps": self.steps,
            "hold": self.hold,
        }

    def __repr__(self) -> str:
        held = f", hold={self.hold}" if self.hold else ""
        return f"Cosine({self.start:g}, {self.end:g}, {self.steps}{held})"


@register
class HalfLife:
    """The decay of an average, given as a half-life in images.

    After `images` more real images of training, the weights of now count half
    as much in the average: `decay = 0.5 ** (n / images)`, where `n` is how many
    the model is trained on between two updates of the generator. That is the
    batch size, times `discriminator_steps` and the optimizer's
    `gradient_accumulation_steps` where these are set. So the half-life stays
    what it is when the batch size changes.

    With a half-life of 0 the average is the generator itself.

    Args:
        images: The half-life, at least 0: a number, or a schedule. A number is
            ramped up as a plain `ema_decay` is; a schedule is taken as it is.

    Raises:
        ValueError: If it is negative or not finite, a schedule's at step 0.

    Example:
        >>> half_life = keras_gan.schedules.Cosine(0.0, 500_000.0, 10_000)
        >>> gan = keras_gan.GAN(
        ...     generator,
        ...     discriminator,
        ...     ema_decay=keras_gan.schedules.HalfLife(half_life),
        ... )

    Reference: Karras et al., 2018, arXiv 1710.10196, appendix A; as a schedule:
    Huang et al., 2024, arXiv 2501.05441.
    """

    def __init__(self, images: Number) -> None:
        self.images = number_or_schedule("images", images, "[0, inf)")

    def decay(self, step: Tensor, images: Tensor) -> Tensor:
        """Returns the share of the average that stays.

        Args:
            step: The generator's updates before this one.
            images: Real images of training since the last one.
        """
        half_life = at(self.images, step)
        # A half-life of 0 leaves nothing: 0.5 to the power of infinity.
        return ops.power(0.5, images / ops.maximum(half_life, 1e-8))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"images": saved(self.images)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes what `get_config` described."""
        return cls(restored(config["images"]))

    def __repr__(self) -> str:
        return f"HalfLife({in_words(self.images)})"


def is_schedule(value: Any) -> bool:
    """Whether a value is a schedule rather than a number."""
    return isinstance(value, keras.optimizers.schedules.LearningRateSchedule)


def number_or_schedule(
    name: str, value: Any, interval: str, why: str = ""
) -> Number:
    """Returns a number as a float, or a schedule as it is.

    A schedule is looked at where that is possible: at step 0, and a `Cosine`
    at its end.

    Args:
        name: The argument, for the message.
        value: What was given.
        interval: As for `_checks.number_in`.
        why: The reason, as words that go on after the range.

    Raises:
        ValueError: If it is neither, or a schedule's value is out of range.
    """
    if not is_schedule(value):
        return number_in(
            name, value, interval, why=f"{why}; or a schedule of such numbers"
        )
    ends = {"begins": value_at(value, 0)}
    if isinstance(value, Cosine):
        ends["ends"] = value.end
    for verb, number in ends.items():
        try:
            number_in(name, number, interval, why)
        except ValueError as error:
            words, _, _ = str(error).partition(" Received:")
            raise ValueError(
                f"{words} A schedule must stay in this range, and this one "
                f"{verb} with {number:g}. {received(name, value)}"
            ) from None
    return value


def at(number: Any, step: Tensor) -> Tensor:
    """Returns a number as it is, and a schedule's at a step as a constant."""
    if not is_schedule(number):
        return number
    return ops.stop_gradient(ops.cast(number(step), "float32"))


def value_at(number: Any, step: int) -> float:
    """Returns a number, or a schedule's at a step, outside of compiled code."""
    if not is_schedule(number):
        return float(number)

    def evaluate() -> Tensor:
        value = number(ops.convert_to_tensor(step, dtype="int32"))
        return ops.convert_to_tensor(value, dtype="float32")

    return float(ops.convert_to_numpy(backend.eagerly(evaluate)))


def saved(number: Number) -> Any:
    """Returns a number as it is, and a schedule in the form of a config."""
    return keras.saving.serialize_keras_object(number)


def restored(value: Any) -> Any:
    """Returns what `saved` was given."""
    return keras.saving.deserialize_keras_object(value)


def in_words(number: Number | HalfLife) -> str:
    """Returns a number in a few digits, and a schedule by its name."""
    if isinstance(number, Cosine | HalfLife):
        return repr(number)
    if is_schedule(number):
        return f"{type(number).__name__} from {value_at(number, 0):g}"
    return f"{number:g}"
