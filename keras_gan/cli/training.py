"""One training run, from its folder to its last file."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import keras

from keras_gan import callbacks, report, run_folder
from keras_gan.backend import Workers
from keras_gan.cli.console import console, duration, labelled, quoted
from keras_gan.cli.errors import UsageError
from keras_gan.cli.planning import Plan
from keras_gan.cli.preparing import Prepared
from keras_gan.cli.progress import Progress
from keras_gan.models import GAN
from keras_gan.run_folder import Interruption, MetricsFile, RunFolder

__all__ = ["train"]

DONE, INTERRUPTED = 0, 130


def train(plan: Plan, prepared: Prepared, workers: Workers) -> int:
    """Trains, and writes all that belongs into the run's folder.

    Args:
        plan: The run.
        prepared: What it needs, fresh from the recipe.
        workers: Those who train it together. All do the same, since measuring
            and drawing are steps that they take together, too; what others
            than the first write is dropped.

    Returns:
        The exit code: 0, or 130 when a signal ended it.
    """
    done = _resume(plan, prepared.gan, workers)
    try:
        if workers.rank == 0:
            return _train(plan, prepared, done)
        with tempfile.TemporaryDirectory() as path:
            aside = replace(plan, folder=RunFolder(Path(path)), resumed=False)
            return _train(aside, prepared, done)
    except workers.losses as error:
        raise UsageError(
            "Training by several workers failed, as it does when one is lost. "
            "All epochs that ended are saved: start all workers again with "
            f"--resume. Received: {' '.join(str(error).split())[:200]}"
        ) from error


def _train(plan: Plan, prepared: Prepared, done: int) -> int:
    start = time.monotonic()
    folder, out, gan = plan.folder, console(), prepared.gan
    folder.create(plan.config())
    epochs = plan.recipe.epochs or 0
    if done >= epochs and folder.model.is_file():
        out.print(f"{folder.path} is finished already: {done} epochs are done.")
        return DONE
    interruption = Interruption(
        lambda name: out.print(f"{name}: stopping after this batch ...")
    )
    rows = run_folder.read_metrics(folder.metrics, done)
    metrics = MetricsFile(folder.metrics, rows, interruption)
    if done < epochs:
        with interruption.listening():
            gan.fit(
                prepared.data,
                epochs=epochs,
                initial_epoch=done,
                shuffle=False,
                verbose=0,
                callbacks=_callbacks(plan, prepared, metrics, interruption),
            )
    run_folder.draw_losses(metrics.rows, folder.losses)
    report.write_report(folder.path)
    if interruption.requested:
        _say_how_to_resume(folder, len(metrics.rows))
        return INTERRUPTED
    _finish(plan, gan, metrics.rows)
    _say_where(plan, time.monotonic() - start)
    return DONE


def _resume(plan: Plan, gan: GAN, workers: Workers) -> int:
    """Brings the model to where its run is; returns the epochs done."""
    if not plan.resumed:
        return 0
    done = run_folder.restore(gan, plan.folder.backup)
    if workers.rank == 0:
        plan.folder.forget_after(done)
    console().print(
        f"Resuming after epoch {done}."
        if done
        else "No epoch was finished, so training starts anew."
    )
    return done


def _callbacks(
    plan: Plan,
    prepared: Prepared,
    metrics: MetricsFile,
    interruption: Interruption,
) -> list[keras.callbacks.Callback]:
    # In this order: an epoch counts once its checkpoint, the last, is there.
    folder, recipe = plan.folder, plan.recipe
    return [
        interruption,
        *prepared.clipping,
        callbacks.ImageSnapshot(
            folder.images,
            num_images=_in_a_picture(plan.num_classes),
            gif=str(folder.progress),
        ),
        *prepared.evaluation,
        callbacks.TensorBoard(str(folder.tensorboard)),
        Progress(
            len(plan.source.images) // recipe.batch_size * recipe.batch_size
        ),
        run_folder.BestModel(
            folder.best, _monitor(plan), metrics.rows, interruption
        ),
        metrics,
        run_folder.Checkpoints(folder.backup, interruption),
    ]


def _in_a_picture(classes: int | None) -> int:
    """Returns how many images make a picture that fits a screen."""
    columns = min(100 // classes, 10) if classes else 0
    # Two narrow columns of many classes would be too small to see.
    return classes * columns if classes and columns > 1 else 16


def _finish(plan: Plan, gan: GAN, rows: list[dict[str, float]]) -> None:
    folder = plan.folder
    run_folder.save_model(gan, folder.model)
    if not any(_monitor(plan) in row for row in rows):
        # Nothing was measured, so the last epoch is as good as any.
        run_folder.save_model(gan, folder.best)


def _monitor(plan: Plan) -> str:
    return str((plan.recipe.evaluation or {"name": "fid"})["name"])


def _say_how_to_resume(folder: RunFolder, done: int) -> None:
    out = console()
    kept = f"{done} epochs are saved" if done else "no epoch was finished"
    out.print(f"Interrupted: {kept}. To go on:")
    path = quoted(folder.path)
    out.print(f"  keras-gan train --resume --out {path}")


def _say_where(plan: Plan, seconds: float) -> None:
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
    out.print(labelled("Next", f"keras-gan generate {path} -n 64"))
