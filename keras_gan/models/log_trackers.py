"""Which numbers go from a training step into the logs?"""

from typing import Any

import keras
from keras import ops

from keras_gan._typing import Tensor


class LastingMean(keras.metrics.Mean):
    """A mean over samples, or the last value while there is no other.

    A generator that is updated at every fifth step, or a penalty that is taken
    at every sixteenth, would show 0 at the start of each epoch.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.last = self.add_variable(
            shape=(), initializer="zeros", name="last", aggregation="mean"
        )

    def update_state(self, values: Tensor, sample_weight: Any = None) -> None:
        """Takes one value into the mean.

        Args:
            values: The value of a step, a scalar.
            sample_weight: Of how many samples it is the mean. Default: 1.
        """
        super().update_state(values, sample_weight)

    def remember(self, value: Tensor) -> None:
        """Keeps a value to show until the first one of the next epoch."""
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
    """One mean over samples for each name in the logs.

    The value of a step counts as often as the step had real images, over all
    replicas, as in Keras: a mean over samples is exact, whatever the size of
    the last batch. This holds for every name. What is no mean over samples,
    such as a norm of gradients or a loss that is a sum, is averaged over the
    steps in the same way, and a penalty that is taken at every sixteenth step
    over the images of those steps.

    A plain object, so that Keras does not save them among the weights.

    Args:
        names: The keys of the logs, in their order.
        metrics: Keras' metrics that were given to `compile`: one, a list, or
            `None`.

    Raises:
        TypeError: If `metrics` holds something else.
    """

    def __init__(self, names: list[str], metrics: Any = None) -> None:
        self._means = {name: LastingMean(name) for name in names}
        self.compiled = _metrics(metrics)
        """The metrics given to `compile`."""

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The means, in the order of the logs, and the given metrics."""
        return [*self._means.values(), *self.compiled]

    @property
    def names(self) -> list[str]:
        """The keys of the logs."""
        return list(self._means)

    def update(
        self, logs: dict[str, Tensor], size: Tensor, training: bool
    ) -> None:
        """Takes a step's values in.

        Args:
            logs: Scalars by name.
            size: How many real images the step had.
            training: Whether it was a step of training. Others leave what is
                shown of the last one.

        Raises:
            ValueError: If a name was not announced by `log_names`.
        """
        for name, value in logs.items():
            mean = self._mean(name)
            mean.update_state(value, size)
            if training:
                mean.remember(value)

    def estimate(self, name: str, value: Tensor) -> None:
        """Sets what `name` shows until it gets a value."""
        self._mean(name).remember(value)

    def unknown(self, name: str) -> Tensor:
        """Returns whether `name` has nothing to show yet, a boolean.

        A value of exactly 0 counts as nothing: to find it again does no harm.
        """
        mean = self._mean(name)
        return ops.logical_and(
            ops.equal(ops.convert_to_tensor(mean.count), 0),
            ops.equal(ops.convert_to_tensor(mean.last), 0),
        )

    def logs(self, norms: bool, compiled: bool = False) -> dict[str, Tensor]:
        """Returns what goes into the logs now.

        Args:
            norms: Whether gradient norms are among them.
            compiled: Whether the given metrics are.
        """
        shown: list[keras.metrics.Metric] = [
            mean
            for name, mean in self._means.items()
            if norms or not name.endswith("_gradient_norm")
        ]
        logs: dict[str, Tensor] = {}
        for metric in [*shown, *(self.compiled if compiled else ())]:
            result = metric.result()
            several = isinstance(result, dict)
            logs.update(result if several else {metric.name: result})
        return logs

    def _mean(self, name: str) -> LastingMean:
        if name not in self._means:
            raise ValueError(
                f"An objective returned the log {name!r}, which was not "
                f"announced. Known: {self.names}. Add it to the property "
                "`log_names` of the model."
            )
        return self._means[name]


def _metrics(metrics: Any) -> tuple[keras.metrics.Metric, ...]:
    given = () if metrics is None else metrics
    given = given if isinstance(given, (list, tuple)) else [given]
    for metric in given:
        if not isinstance(metric, keras.metrics.Metric):
            raise TypeError(
                "`metrics` of a GAN are keras.metrics.Metric instances with "
                "update_state(real, fake), such as keras_gan.metrics' own. "
                f"Received: {metric!r}"
            )
    return tuple(given)
