"""Continuing a run: its state, and repair of its files from checkpoints."""

import warnings
from dataclasses import dataclass, field
from typing import Any

from keras_gan import run_folder
from keras_gan.cli.errors import UsageError
from keras_gan.cli.planning import Plan
from keras_gan.models import AdversarialModel
from keras_gan.run_folder import (
    Checkpoint,
    DamagedFileError,
    MetricsFile,
    Row,
    RunFolder,
)

__all__ = ["RunState", "is_current", "monitor", "restore", "updates"]


@dataclass(frozen=True)
class RunState:
    """How far a run has come.

    Args:
        done: The number of epochs that are done.
        rows: Their rows of metrics.csv.
        best_since: The first epoch that counts for best.keras.
    """

    done: int = 0
    rows: list[Row] = field(default_factory=list)
    best_since: int = 1

    @property
    def best_among(self) -> list[Row]:
        """The rows of the epochs that count for best.keras."""
        return [row for row in self.rows if row["epoch"] >= self.best_since]


def restore(plan: Plan, gan: AdversarialModel, writes_files: bool) -> RunState:
    """Brings a model and the run's files to the last epoch that is done.

    Args:
        plan: The run, resumed.
        gan: The compiled model, fresh from the recipe.
        writes_files: Whether this process writes the run's files.

    Raises:
        UsageError: If the run can't go on.
        ValueError: If no checkpoint can be read.
        OSError: If a file can't be written.
    """
    folder = plan.folder
    done = run_folder.restore(gan, folder.backup)
    checkpoint = _checkpoint_of(folder, done)
    record = checkpoint.record if checkpoint else None
    if not done:
        record = _restored_from_model(gan, folder)
        done = 0 if record is None else record["rows"][-1]["epoch"]
    state = RunState()
    if record is not None:
        state = RunState(done, record["rows"], record["best_since"])
    elif done:
        state = RunState(done, _rows_without_record(folder, done))
    if writes_files:
        folder.forget_after(done)
        run_folder.prune(folder.backup, done)
        _repair_metrics(folder, state)
        state = _repair_best(plan, gan, state)
    return state


def monitor(plan: Plan) -> str:
    """Returns the metric that chooses best.keras."""
    return plan.task.monitor


def updates(gan: AdversarialModel) -> int:
    """Returns how many steps a model was trained."""
    return int(gan.optimizer.iterations.numpy())


def is_current(folder: RunFolder, name: str, gan: AdversarialModel) -> bool:
    """Whether a file of the run holds the model as it is now.

    Args:
        folder: The run.
        name: `model` or `best`.
        gan: The model at the end of its run.
    """
    path = getattr(folder, name)
    try:
        return path.exists() and run_folder.updates_of(path) == updates(gan)
    except DamagedFileError as error:
        warnings.warn(
            f"{error}. It is written anew from the checkpoint.", stacklevel=2
        )
        return False


def _restored_from_model(
    gan: AdversarialModel, folder: RunFolder
) -> dict[str, Any] | None:
    """Restores the end of a run that keeps no checkpoints.

    Returns:
        The record in model.keras; None if there is no such file.

    Raises:
        UsageError: If a new start would overwrite a finished model.
    """
    record = run_folder.record_of(folder.model)
    if record is not None and record["rows"]:
        gan.load_weights(folder.model)
        return record
    if folder.model.exists():
        raise UsageError(
            f"{folder.model} is there, but {folder.backup} holds no "
            "checkpoint to go on from. To train anew, choose another --out."
        )
    return None


def _checkpoint_of(folder: RunFolder, epoch: int) -> Checkpoint | None:
    found = run_folder.sound_checkpoints(folder.backup)
    return next((each for each in found if each.epoch == epoch), None)


def _rows_without_record(folder: RunFolder, done: int) -> list[Row]:
    """Reads metrics.csv. Checkpoints of version 0.1.0 hold no copy of it."""
    try:
        rows = run_folder.read_metrics(folder.metrics, done)
        problem = f"{folder.metrics} lacks rows."
    except DamagedFileError as error:
        rows, problem = [], f"{error}."
    if [row["epoch"] for row in rows] == list(range(1, done + 1)):
        return rows
    if folder.best.exists():
        raise UsageError(
            f"{problem} Without them it isn't known how good {folder.best} is, "
            "so that a worse one would take its place. Put a copy of "
            "metrics.csv back, or move best.keras elsewhere."
        )
    warnings.warn(
        f"{problem} Training goes on without the rows before.", stacklevel=2
    )
    return []


def _repair_metrics(folder: RunFolder, state: RunState) -> None:
    rows, problem = state.rows, None
    if not rows:
        folder.metrics.unlink(missing_ok=True)
        return
    try:
        found = run_folder.read_metrics(folder.metrics)
        kept = [row for row in found if row["epoch"] <= state.done]
        # Rows of epochs that will be done again are dropped without a word.
        if not run_folder.same_rows(kept, rows):
            problem = f"{folder.metrics} is not what the checkpoint says."
    except DamagedFileError as error:
        found, problem = [], f"{error}."
    if problem is None and run_folder.same_rows(found, rows):
        return
    if problem is not None:
        warnings.warn(f"{problem} It is written anew from there.", stacklevel=2)
    MetricsFile(folder.metrics, rows).write()


def _repair_best(
    plan: Plan, gan: AdversarialModel, state: RunState
) -> RunState:
    """Writes best.keras anew if it is not from the epoch that the rows name."""
    folder = plan.folder
    row = run_folder.best_row(state.best_among, monitor(plan))
    if row is None:
        return state
    steps = updates(gan) // state.done
    found, problem = _updates_of_best(folder)
    if found == row["epoch"] * steps:
        return state
    if row["epoch"] == state.done and not folder.best.exists():
        problem = None  # The run was killed before best.keras was written.
    kept = {
        each.epoch: each for each in run_folder.sound_checkpoints(folder.backup)
    }
    if row["epoch"] not in kept:
        if problem is None or not kept:
            # That epoch will be done again, or nothing is left of it.
            if problem is not None:
                warnings.warn(
                    f"{problem} Nothing is left to write it anew from.",
                    stacklevel=2,
                )
            return state
        state = RunState(state.done, state.rows, min(kept))
        problem += " Nor is there a checkpoint of its epoch any more."
        row = run_folder.best_row(state.best_among, monitor(plan))
        if row is None:
            warnings.warn(problem, stacklevel=2)
            return state
    if problem is not None:
        warnings.warn(
            f"{problem} It is written anew from the checkpoint of epoch "
            f"{row['epoch']}.",
            stacklevel=2,
        )
    _save_best(folder, gan, kept, int(row["epoch"]), state.done)
    return state


def _save_best(
    folder: RunFolder,
    gan: AdversarialModel,
    kept: dict[int, Checkpoint],
    epoch: int,
    done: int,
) -> None:
    gan.load_weights(kept[epoch].path)
    run_folder.save_model(gan, folder.best)
    gan.load_weights(kept[done].path)


def _updates_of_best(folder: RunFolder) -> tuple[int | None, Any]:
    if not folder.best.exists():
        return None, f"{folder.best} is missing."
    try:
        return run_folder.updates_of(folder.best), None
    except DamagedFileError as error:
        return None, f"{error}."
