"""Which numbers go from a training step into the logs?"""

from typing import Any

import keras
from keras import ops

from keras_gan._typing import Tensor


class LastingMean(keras.metrics.Mean):
    """A mean that shows the last value while an epoch has brought no other.

    A generator that is updated at every fifth step, or a penalty that is taken
    at every sixteenth, would show 0 at the start of each epoch.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.last = self.add_variable(
            shape=(), initializer="zeros", name="last", aggregation="mean"
        )

    def update_state(self, values: Tensor, sample_weight: Any = None) -> None:
        """Takes one value into the mean."""
        super().update_state(values)
        self.last.assign(ops.cast(values, "float32"))

    def estimate(self, value: Tensor) -> None:
        """Sets what to show until the first value of this epoch."""
        self.last.assign(ops.cast(value, "float32"))

    def reset_state(self) -> None:
        """Starts a new mean; the last value stays."""
        self.total.assign(0)
        self.count.assign(0)

    def result(self) -> Tensor:
        """Returns the mean, or the last value where there is none yet."""
        seen = ops.greater(ops.convert_to_tensor(self.count), 0)
        last = ops.convert_to_tensor(self.last)
        return ops.where(seen, super().result(), last)


class Trackers:
    """One mean for each name in the logs.

    A plain object, so that Keras does not save them among the weights.

    Args:
        names: The keys of the logs, in their order.
    """

    def __init__(self, names: list[str]) -> None:
        self._means = {name: LastingMean(name) for name in names}
        self.compiled: tuple[keras.metrics.Metric, ...] = ()
        """The metrics given to `compile`."""

    @property
    def metrics(self) -> list[LastingMean]:
        """The means, in the order of the logs."""
        return list(self._means.values())

    @property
    def names(self) -> list[str]:
        """The keys of the logs."""
        return list(self._means)

    def update(self, logs: dict[str, Tensor]) -> None:
        """Takes a step's values in.

        Raises:
            ValueError: If a name was not announced by `log_names`.
        """
        for name, value in logs.items():
            self._mean(name).update_state(value)

    def estimate(self, name: str, value: Tensor) -> None:
        """Sets what `name` shows until it gets a value."""
        self._mean(name).estimate(value)

    def _mean(self, name: str) -> LastingMean:
        if name not in self._means:
            raise ValueError(
                f"An objective returned the log {name!r}, which was not "
                f"announced. Known: {self.names}. Add it to the property "
                "`log_names` of the model."
            )
        return self._means[name]
