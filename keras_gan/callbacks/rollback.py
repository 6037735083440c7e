"""Rescue of a run that goes wrong."""

import warnings
from pathlib import Path
from typing import Any

import keras

from keras_gan import backend
from keras_gan._checks import file_path, flag, number_in, whole_number
from keras_gan.callbacks._configurable import Configurable
from keras_gan.callbacks._diagnosis import (
    Collapse,
    Saturation,
    Trouble,
    exploding,
    not_finite,
)
from keras_gan.callbacks._gradient_watch import GradientWatch
from keras_gan.callbacks._players import retrace, working_optimizer
from keras_gan.callbacks._scaled_schedule import ScaledSchedule
from keras_gan.callbacks._state import LastGood, TrainingState
from keras_gan.callbacks._values import rate_of
from keras_gan.models import AdversarialModel
from keras_gan.models.image_to_image import ImageToImage
from keras_gan.models.several_workers import looking_on


@keras.saving.register_keras_serializable("keras_gan")
class Rollback(Configurable, keras.callbacks.Callback):
    """Returns a run that goes wrong to its last good state, or stops it.

    It says, in a warning, what is wrong and what usually helps:

    * logs that are NaN or infinite, after the very step;
    * an exploding gradient norm;
    * a discriminator that has won: nearly always right for `patience` epochs
      (under losses that have a `boundary`; others do not ask it to classify;
      nor does a generator whose `adversarial_weight` is still 0);
    * collapsing variety: generated images that have become all alike.

    Then weights, averages, both optimizers, seeds and running metrics go back
    to the end of the last epoch without trouble (or to the start), and both
    learning rates are multiplied by `factor`. After `max_returns` of these the
    next trouble restores the last good state once more, saves it if asked to,
    and ends training; `reason` says why.

    The last good state is kept in memory: about four times the weights that
    are trained with Adam and an average. Where keeping it takes more than 1 %
    of the time, because epochs are short, it may be some epochs old. At each
    epoch's end 64 images are generated and scored. Put this callback before
    those that save.

    Args:
        restore: Whether to return; else it warns once of each trouble.
        max_returns: How often to return before training ends.
        factor: What the learning rates are multiplied by at a return, in
            `(0, 1]`; where there is a schedule, each of its rates to come.
        gradient_norm: Largest global norm of a player's gradients, or `None`
            not to watch them.
        accuracy: Share of right answers, in `(0.5, 1]`, from which on the
            discriminator has won.
        patience: For how many epochs in a row it has to be that accurate.
        variety: Least variety of generated images, as a share of the real
            ones', in `(0, 1]`.
        filepath: Where to save the last good model when training ends for
            a reason, such as `"best.keras"`.

    Raises:
        ValueError: If a number is out of range.

    Example:
        >>> rescue = keras_gan.callbacks.Rollback(filepath="best.keras")
        >>> gan.fit(images, epochs=100, callbacks=[rescue])
        >>> rescue.reason  # None, or why training ended early
    """

    async_safe = True
    # A mean that is not finite stays so.
    wants_each_batch = False

    def __init__(
        self,
        *,
        restore: bool = True,
        max_returns: int = 3,
        factor: float = 0.5,
        gradient_norm: float | None = 1e4,
        accuracy: float = 0.995,
        patience: int = 10,
        variety: float = 0.1,
        filepath: str | Path | None = None,
    ) -> None:
        super().__init__()
        self.restore = flag("restore", restore)
        self.max_returns = whole_number("max_returns", max_returns, 0)
        self.factor = number_in("factor", factor, "(0, 1]")
        self.gradient_norm = (
            None
            if gradient_norm is None
            else number_in("gradient_norm", gradient_norm)
        )
        self.accuracy = number_in("accuracy", accuracy, "(0.5, 1]")
        self.patience = whole_number("patience", patience, 1)
        self.variety = number_in("variety", variety, "(0, 1]")
        self.filepath = (
            None if filepath is None else str(file_path("filepath", filepath))
        )
        self.returns = 0
        self.reason: str | None = None
        self._seen: Trouble | None = None
        self._good: LastGood | None = None
        self._since = 0
        self._watch = GradientWatch()
        self._start_anew()

    def on_train_begin(self, logs: Any = None) -> None:
        """Keeps the state at the start."""
        self._start_anew()
        if self.gradient_norm is not None:
            self._watch.begin(self.model)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Keeps the state at the start of training."""
        self._since = 0
        self._epoch = epoch + 1
        if self._good is None and self.restore:
            self._good = LastGood(self.model, epoch)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Acts on what was seen after the last batch."""
        if self._seen is not None:
            # What comes in late from steps before this one is known.
            self._since = batch
            self._act(self._seen)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Looks at the logs; safe to be called while the next step runs."""
        if self._seen is None and batch >= self._since:
            self._seen = not_finite(logs or {})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Looks at the epoch, and keeps its state where all is well."""
        if self.reason is not None:
            # `fit` makes one more step before it ends.
            self._restored(self.model)
            return
        trouble = self._seen or self._examine(logs or {})
        if trouble is not None:
            self._act(trouble)
        elif self._good is not None:
            self._renew(self._good, epoch + 1)

    def on_train_end(self, logs: Any = None) -> None:
        """Lets go of the state."""
        self._good = None
        self._watch.end(self.model)

    def _renew(self, good: LastGood, epoch: int) -> None:
        model = self.model
        # Several workers must all go back to the same epoch.
        if backend.by_first_worker(model, good.is_cheap, "Rollback"):
            good.renew(model, epoch)

    def _start_anew(self) -> None:
        self.returns = 0
        self.reason = None
        self._seen = self._good = None
        self._since = 0
        self._epoch = 1
        self._warned: set[str] = set()
        self._saturation = Saturation(self.accuracy, self.patience)
        self._collapse = Collapse(self.variety)

    def _examine(self, logs: dict[str, float]) -> Trouble | None:
        trouble = not_finite(logs) or exploding(
            logs, self.gradient_norm, self.model.players
        )
        if trouble is not None:
            return trouble
        # Each of several workers would see samples of its own.
        said = backend.by_first_worker(
            self.model, self._look_at_samples, "Rollback"
        )
        return None if said is None else Trouble(*said)

    def _look_at_samples(self) -> Trouble | None:
        model = self.model
        with looking_on(model):
            samples = model.scored_samples(seed=0)
        if samples is None:
            return None
        boundary = model.adversarial_loss.boundary
        if not _pays(model):
            boundary = None
        trouble = self._collapse.check(samples) or self._saturation.check(
            samples, boundary
        )
        if trouble is not None and isinstance(model, ImageToImage):
            return trouble.of_translation()
        return trouble

    def _act(self, trouble: Trouble) -> None:
        self._seen = None
        known = trouble.kind in self._warned
        self._warned.add(trouble.kind)
        if not self.restore:
            if not known:
                _warn(f"Epoch {self._epoch}: {trouble.in_full()}")
            return
        model = self.model
        self._restored(model)
        self._saturation.reset()
        if self.returns == self.max_returns:
            self._stop(model, trouble)
        else:
            self._return(model, trouble.words if known else trouble.in_full())

    def _restored(self, model: AdversarialModel) -> None:
        assert self._good is not None
        self._good.state.restore(model)
        # The means of an epoch start with what is trained from now on.
        model.reset_metrics()

    def _return(self, model: AdversarialModel, words: str) -> None:
        assert self._good is not None
        self.returns += 1
        lowered = _lower(model, self.factor)
        # Another return to this state must lower the rates further.
        state = TrainingState(model, self._good.state.epoch)
        self._good.state = state
        _warn(
            f"Epoch {self._epoch}: {words} "
            f"Returned to {_place(self._good.state)} "
            f"({self.returns} of {self.max_returns}), learning rates now: "
            f"{', '.join(lowered)}."
        )

    def _stop(self, model: AdversarialModel, trouble: Trouble) -> None:
        assert self._good is not None
        self.reason = f"Epoch {self._epoch}: {trouble.in_full()}"
        model.stop_training = True
        end = f"Training ends with {_place(self._good.state)}"
        if self.max_returns:
            end += f", after {self.max_returns} returns that did not help"
        if self.filepath is not None:
            if backend.worker(model)[0] == 0:
                model.save(self.filepath)
            end += f". The model is saved in {self.filepath}"
        _warn(f"{self.reason} {end}.")

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "restore": self.restore,
            "max_returns": self.max_returns,
            "factor": self.factor,
            "gradient_norm": self.gradient_norm,
            "accuracy": self.accuracy,
            "patience": self.patience,
            "variety": self.variety,
            "filepath": self.filepath,
        }


def _lower(model: AdversarialModel, factor: float) -> list[str]:
    """Multiplies all players' learning rates, and returns them as text."""
    lowered = []
    scheduled = False
    for player in model.players:
        optimizer = working_optimizer(model, player)
        rate = optimizer.get_config()["learning_rate"]
        if isinstance(rate, dict):
            schedule = keras.optimizers.schedules.deserialize(rate)
            optimizer.learning_rate = ScaledSchedule(schedule, factor)
            scheduled = True
        else:
            optimizer.learning_rate = rate_of(optimizer) * factor
        lowered.append(f"{player} {rate_of(optimizer):.3g}")
    if scheduled and factor < 1.0:
        # A schedule is compiled into the step.
        retrace(model)
    return lowered


def _pays(model: AdversarialModel) -> bool:
    """Whether the generators train for the discriminators' verdict now.

    Super-resolution begins by content alone, and the verdict is nothing to it.
    """
    if not isinstance(model, ImageToImage):
        return True
    return bool(keras.ops.convert_to_numpy(model.weight("adversarial_weight")))


def _place(state: TrainingState) -> str:
    if state.epoch == 0:
        return "the state at the start"
    return f"the state after epoch {state.epoch}"


def _warn(words: str) -> None:
    warnings.warn(words, stacklevel=4)
