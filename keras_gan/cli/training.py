"""Training one run: folder, callbacks, and the files at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import shorten

import keras

from keras_gan import callbacks, memory, report, run_folder
from keras_gan.backend import Workers
from keras_gan.cli import resuming
from keras_gan.cli.console import console, counted, duration, labelled, quoted
from keras_gan.cli.errors import UsageError, as_usage_errors, in_one_line
from keras_gan.cli.final_save import FinalSave
from keras_gan.cli.planning import Plan
from keras_gan.cli.preparing import Prepared
from keras_gan.cli.progress import Progress
from keras_gan.cli.rates import Rates
from keras_gan.cli.real_picture import RealPicture
from keras_gan.cli.resuming import RunState
from keras_gan.models import AdversarialModel
from keras_gan.run_folder import (
    Interruption,
    MetricsFile,
    OptionalCallback,
    Row,
    RunFolder,
    SavePoints,
    warning_on_failure,
)

__all__ = ["train"]

DONE, INTERRUPTED = 0, 130


def train(prepared: Prepared, workers: Workers) -> int:
    """Trains a run, and writes all files of its folder.

    Args:
        prepared: The run, and what it needs. Its folder is locked for this
            process.
        workers: The processes or devices that train together. The first one
            measures, draws and writes; the others do the steps with it.

    Returns:
        The exit code: 0, or 130 when a signal ended it.
    """
    plan = prepared.plan
    state = _resume(plan, prepared.gan, workers)
    try:
        if workers.rank == 0:
            return _train(prepared, state, together=workers.processes > 1)
        return _train_along(prepared, state)
    except workers.connection_errors as error:
        raise UsageError(
            "Training by several workers failed, as it does when one is lost. "
            "What was trained until the last checkpoint is kept: start all "
            "workers again with --resume. "
            f"Received: {shorten(str(error), 200, placeholder=' ...')}"
        ) from error


def _resume(plan: Plan, gan: AdversarialModel, workers: Workers) -> RunState:
    """Restores the model and the run's files, if the run is resumed."""
    writes_files = workers.rank == 0
    if not plan.resumed:
        if writes_files:
            # A start that was killed may have left half a file.
            plan.folder.forget_after(0)
        return RunState()
    with as_usage_errors():
        state = resuming.restore(plan, gan, writes_files=writes_files)
    console().print(
        f"Resuming after epoch {state.done}."
        if state.done
        else "No epoch was finished, so training starts anew."
    )
    return state


def _train_along(prepared: Prepared, state: RunState) -> int:
    """Does the steps of a run that another process measures and writes."""
    interruption = Interruption(together=True)
    rates = Rates.of(prepared.plan, prepared.shown)
    order = [
        interruption,
        *prepared.clipping,
        *_measuring(prepared),
        _board(prepared, rates),
    ]
    _fit(prepared, state, interruption, order)
    return INTERRUPTED if interruption.requested else DONE


def _fit(
    prepared: Prepared,
    state: RunState,
    interruption: Interruption,
    order: list[keras.callbacks.Callback],
) -> None:
    epochs = prepared.plan.recipe.epochs or 0
    if state.done >= epochs:
        return
    with (
        interruption.listening(),
        memory.keep_freed(),
        _failed_batches(prepared),
    ):
        prepared.gan.fit(
            prepared.data,
            epochs=epochs,
            initial_epoch=state.done,
            shuffle=False,
            verbose=0,
            callbacks=order,
        )


@contextmanager
def _failed_batches(prepared: Prepared) -> Iterator[None]:
    """Says in one line why a batch could not be made, on any backend."""
    folder = prepared.plan.folder.path
    try:
        yield
    except Exception as error:
        failure = prepared.data.failure
        if failure is None:
            raise
        raise UsageError(
            f"{in_one_line(failure)} What is saved of the run is kept: "
            f"--resume --out {quoted(folder)} goes on with it."
        ) from error


def _train(prepared: Prepared, state: RunState, together: bool) -> int:
    start, plan = time.monotonic(), prepared.plan
    folder, out, gan = plan.folder, console(), prepared.gan
    config = plan.config()
    folder.create(config)
    interruption = Interruption(
        lambda name, what: out.print(f"{name}: stopping after this {what} ..."),
        together=together,
    )
    save_points = SavePoints(prepared.save_every, interruption)
    metrics = MetricsFile(folder.metrics, state.rows, interruption, save_points)
    rates = Rates.of(plan, prepared.shown)
    snapshot = callbacks.ImageSnapshot(
        folder.images,
        gif=False,
        most_pictures=rates.pictures,
        **prepared.shown,
    )
    record = {
        "config": config,
        "rows": metrics.rows,  # A list that grows.
        "best_since": state.best_since,
    }
    final_save = FinalSave(plan, record, interruption)
    finished = state.done >= (plan.recipe.epochs or 0)
    if finished:
        finished = final_save.is_done(gan)
        if not finished:
            final_save.save(gan)
    else:
        checkpoints = run_folder.Checkpoints(
            folder.backup, interruption, lambda: record, save_points
        )
        best = run_folder.BestModel(
            folder.best,
            resuming.monitor(plan),
            state.best_among,
            interruption,
        )
        # An epoch is done once its checkpoint is written. Callbacks before it
        # have then written their files; those after it write what can be made
        # anew from the checkpoint.
        order = [
            final_save,
            interruption,
            save_points,
            *_measuring_and_display(prepared, snapshot, rates, interruption),
            metrics,
            checkpoints,
            best,
        ]
        _fit(prepared, state, interruption, order)
    if not finished or not _report_is_current(folder):
        _write_pictures_and_report(folder, metrics.rows, snapshot)
    if interruption.requested:
        _print_how_to_resume(folder, run_folder.epochs_done(folder.backup))
        return INTERRUPTED
    final_save.remove_what_is_double()
    if finished:
        out.print(
            f"{folder.path} is finished already: "
            f"{_epochs_are_done(state.done)} done."
        )
        return DONE
    _print_where(plan, time.monotonic() - start)
    return DONE


def _measuring_and_display(
    prepared: Prepared,
    snapshot: callbacks.ImageSnapshot,
    rates: Rates,
    interruption: Interruption,
) -> list[keras.callbacks.Callback]:
    """Returns the callbacks that clip, measure and display."""
    plan = prepared.plan
    folder = plan.folder
    real = RealPicture(folder.real, plan.source, snapshot)
    return [
        *prepared.clipping,
        OptionalCallback(real, f"The picture {folder.real}"),
        *_measuring(prepared),
        # After what measures: pictures of points say how good they are.
        OptionalCallback(snapshot, f"A picture in {folder.images}"),
        _board(prepared, rates),
        Progress(
            plan.recipe.batches_of(len(plan.source)) * plan.recipe.batch_size,
            interruption,
            "img" if plan.shapes.kind == "image" else "points",
        ),
    ]


def _measuring(prepared: Prepared) -> list[keras.callbacks.Callback]:
    # A number that is missing is no reason to lose a training.
    return [
        OptionalCallback(each, f"What measures {', '.join(each.metrics)}")
        for each in prepared.evaluation
    ]


def _board(prepared: Prepared, rates: Rates) -> keras.callbacks.Callback:
    folder = prepared.plan.folder
    board = callbacks.TensorBoard(
        str(folder.tensorboard),
        histogram_freq=rates.histograms_apart,
        update_freq=rates.points_apart,
        images_freq=rates.grids_apart,
        sources=prepared.shown.get("sources"),
    )
    return OptionalCallback(board, f"What belongs into {folder.tensorboard}")


def _report_is_current(folder: RunFolder) -> bool:
    """Whether the report, the last file of a run, was written."""
    try:
        ended: int = folder.model.stat().st_mtime_ns
        reported: int = folder.report.stat().st_mtime_ns
    except FileNotFoundError:
        return False
    return ended <= reported


def _write_pictures_and_report(
    folder: RunFolder, rows: list[Row], snapshot: callbacks.ImageSnapshot
) -> None:
    """Writes the pictures and the report, which are made from other files."""
    with warning_on_failure(str(folder.losses)):
        run_folder.draw_losses(rows, folder.losses)
    with warning_on_failure(str(folder.progress)):
        snapshot.write_gif(folder.progress)
    with warning_on_failure(str(folder.report)):
        report.write_report(folder.path)


def _epochs_are_done(done: int) -> str:
    return counted(done, "epoch is", "epochs are")


def _print_how_to_resume(folder: RunFolder, done: int) -> None:
    out = console()
    kept = (
        f"{_epochs_are_done(done)} saved" if done else "no epoch was finished"
    )
    out.print(f"Interrupted: {kept}. To go on:")
    path = quoted(folder.path)
    out.print(f"  keras-gan train --resume --out {path}")


def _print_where(plan: Plan, seconds: float) -> None:
    out, folder = console(), plan.folder
    last = sorted(folder.images.glob("epoch-*.png"))[-1:]
    lines = [("Pictures", each) for each in last]
    lines += (
        [("In motion", folder.progress)] if folder.progress.exists() else []
    )
    lines += [("Report", folder.report), ("Model", folder.model)]
    out.print(f"Done in {duration(seconds)}.")
    for label, path in lines:
        out.print(labelled(label, path))
    path = quoted(folder.path)
    task = plan.task
    command = f"{task.command} {path} {task.example(plan.source)}"
    out.print(labelled("Next", f"keras-gan {command}"))
