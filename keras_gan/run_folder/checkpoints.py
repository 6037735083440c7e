"""The state of training, saved so that a killed run goes on exactly."""

import re
import warnings
from pathlib import Path
from typing import Any

import keras

from keras_gan.run_folder.files import replacing
from keras_gan.run_folder.interruption import Interruption

__all__ = ["Checkpoints", "epochs_done", "restore"]

_NAME = re.compile(r"epoch-(\d+)\.weights\.h5")
_KEPT = 2


class Checkpoints(keras.callbacks.Callback):
    """Saves all state after each epoch: one file, complete or not there.

    Weights, averages, both optimizers, counters and random states are in one
    file with the epoch in its name, which replaces its predecessor by a
    rename: a process that is killed at any moment leaves a whole checkpoint.
    The last two are kept. It belongs last among the callbacks, so that
    whatever the others write of an epoch is there before the epoch counts.

    Args:
        folder: Where to.
        interruption: An epoch that it cut short is not saved.
    """

    def __init__(
        self, folder: Path, interruption: Interruption | None = None
    ) -> None:
        super().__init__()
        self._folder = folder
        self._interruption = interruption

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Saves the state, if the epoch is complete."""
        if self._interruption is not None and self._interruption.requested:
            return
        target = self._folder / f"epoch-{epoch + 1:04d}.weights.h5"
        with replacing(target) as temporary:
            _save(self.model, temporary)
        for _, path in _found(self._folder)[:-_KEPT]:
            path.unlink()


def restore(model: keras.Model, folder: Path) -> int:
    """Brings a model back to its last checkpoint.

    Args:
        model: The compiled GAN, made as it was for the run.
        folder: Where the checkpoints are.

    Returns:
        The number of epochs that are done; 0 without a checkpoint.

    Raises:
        ValueError: If there are checkpoints, and none can be read.
    """
    failures = []
    for epoch, path in reversed(_found(folder)):
        try:
            model.load_weights(path)
        # A damaged disk makes h5py fail in many ways.
        except (OSError, KeyError, RuntimeError, ValueError) as error:
            failures.append(f"{path}: {error}")
            continue
        for failure in failures:
            warnings.warn(
                f"A checkpoint could not be read, so an older one is used. "
                f"{failure}",
                stacklevel=2,
            )
        return epoch
    if failures:
        raise ValueError(
            f"No checkpoint can be read. {' '.join(failures)} To train anew, "
            "choose another folder."
        )
    return 0


def epochs_done(folder: Path) -> int:
    """Returns the epoch of the last checkpoint; 0 without any."""
    found = _found(folder)
    return found[-1][0] if found else 0


def _found(folder: Path) -> list[tuple[int, Path]]:
    named = [(_NAME.fullmatch(path.name), path) for path in folder.glob("*")]
    return sorted((int(match[1]), path) for match, path in named if match)


def _save(model: keras.Model, path: Path) -> None:
    try:
        model.save_weights(path)
    except RuntimeError as error:
        # How HDF5 reports a disk that is full when it closes the file.
        raise OSError(f"{path.parent} can't be written: {error}") from error
