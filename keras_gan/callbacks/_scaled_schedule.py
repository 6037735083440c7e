"""A learning rate schedule that was lowered."""

from typing import Any, Self

import keras

from keras_gan._typing import Tensor


@keras.saving.register_keras_serializable("keras_gan")
class ScaledSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule times a factor.

    Args:
        schedule: The schedule.
        factor: What each of its rates is multiplied by.
    """

    def __init__(self, schedule: Any, factor: float) -> None:
        if isinstance(schedule, ScaledSchedule):
            factor *= schedule.factor
            schedule = schedule.schedule
        self.schedule: Any = schedule
        self.factor: float = factor

    def __call__(self, step: Tensor) -> Tensor:
        """Returns the learning rate at a step."""
        return self.schedule(step) * self.factor

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "schedule": keras.saving.serialize_keras_object(self.schedule),
            "factor": self.factor,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> Self:
        """Makes what `get_config` described."""
        schedule = keras.saving.deserialize_keras_object(
            config["schedule"], custom_objects=custom_objects
        )
        return cls(schedule, config["factor"])
