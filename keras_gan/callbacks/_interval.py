"""When is a callback's next turn? Every so many epochs or steps."""

from keras_gan._checks import choice, whole_number
from keras_gan.callbacks._values import value_of
from keras_gan.models import AdversarialModel

UNITS = ("epoch", "step")


class Interval:
    """Counts epochs and training steps, and says when it is time.

    Steps are counted by the optimizer over the whole life of the model, so
    that a resumed run goes on where it was.

    Args:
        every: How many units lie between two turns.
        unit: `"epoch"` or `"step"`.

    Raises:
        ValueError: If one of them is something else.
    """

    def __init__(self, every: int, unit: str) -> None:
        self.every = whole_number("every", every, 1)
        self.unit: str = choice("unit", unit, UNITS)
        self.step = 0
        self.batches = 0
        self._before = 0
        self._steps: int | None = None
        self._together = 1

    def begin_epoch(
        self, model: AdversarialModel, steps: int | None = None
    ) -> None:
        """Reads the step counter; call it at the start of each epoch.

        Args:
            model: The GAN.
            steps: Batches in the epoch, where that is known: after the last
                ones together Keras may count more.
        """
        self._steps = steps
        self.batches = 0
        self._before = self.step = int(value_of(model.optimizer.iterations))
        self._together = int(model.steps_per_execution)

    def after_batch(self, batch: int) -> bool:
        """Returns whether it is time after a batch (0 is an epoch's first)."""
        self.batches = min(batch + 1, self._steps or batch + 1)
        self.step = self._before + self.batches
        if self.unit != "step":
            return False
        # Several steps may run in one call: has it passed a multiple?
        last = self._before + batch // self._together * self._together
        return self.step // self.every > last // self.every

    def after_epoch(self, epoch: int) -> bool:
        """Returns whether it is time after an epoch (0 is the first)."""
        return self.unit == "epoch" and (epoch + 1) % self.every == 0
