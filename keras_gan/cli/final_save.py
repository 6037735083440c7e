"""What is saved at the end of a run, and what is not needed any more then."""

from typing import Any

import keras

from keras_gan import run_folder
from keras_gan.cli import resuming
from keras_gan.cli.planning import Plan
from keras_gan.models import AdversarialModel
from keras_gan.run_folder import Interruption

__all__ = ["FinalSave"]

_LARGE = 50_000_000
"""Bytes from which on a finished run's folder keeps nothing twice."""


class FinalSave(keras.callbacks.Callback):
    """Saves model.keras after the last epoch, before any other callback.

    Args:
        plan: The run.
        record: What each checkpoint holds beside the state of training.
        interruption: If it stopped the run, nothing is saved.
    """

    def __init__(
        self, plan: Plan, record: dict[str, Any], interruption: Interruption
    ) -> None:
        super().__init__()
        self._folder = plan.folder
        self._monitor = resuming.monitor(plan)
        self._record = record
        self._interruption = interruption

    def on_train_end(self, logs: Any = None) -> None:
        """Saves the model, unless the run was interrupted."""
        if not self._interruption.requested:
            self.save(self.model)

    def save(self, gan: AdversarialModel) -> None:
        """Writes model.keras, and best.keras if that is the same model."""
        folder = self._folder
        run_folder.save_model(gan, folder.model, self._record)
        best = self._best
        # Without measurements, no epoch is known to be better.
        if best is None or (best == self._last and not folder.best.exists()):
            run_folder.same_model(folder.best, folder.model)

    def is_done(self, gan: AdversarialModel) -> bool:
        """Whether the files hold the model as it is now."""
        names = ("model", "best") if self._best is None else ("model",)
        return all(
            resuming.is_current(self._folder, name, gan) for name in names
        )

    def remove_what_is_double(self) -> None:
        """Removes the checkpoints of a large run: model.keras is one, too."""
        folder = self._folder
        if folder.size <= _LARGE:
            return
        kept = run_folder.record_of(folder.model)
        # Those of earlier versions lack the record.
        if kept is None or not kept["rows"]:
            return
        if self._best == self._last:
            run_folder.same_model(folder.best, folder.model)
        run_folder.remove_checkpoints(folder.backup)

    @property
    def _best(self) -> int | None:
        """The epoch of best.keras; None if nothing was measured."""
        rows = self._record["rows"]
        since = self._record["best_since"]
        counted = [row for row in rows if row["epoch"] >= since]
        best = run_folder.best_row(counted, self._monitor)
        return None if best is None else int(best["epoch"])

    @property
    def _last(self) -> int:
        return int(self._record["rows"][-1]["epoch"])
