"""Checkpoints: the state of training, from which a run goes on exactly."""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras

from keras_gan.run_folder import checkpoint_file
from keras_gan.run_folder.checkpoint_file import Checkpoint
from keras_gan.run_folder.damaged_file import DamagedFileError
from keras_gan.run_folder.interruption import Interruption
from keras_gan.run_folder.save_points import SavePoints

__all__ = [
    "Checkpoints",
    "epochs_done",
    "prune",
    "remove_checkpoints",
    "restore",
    "sound_checkpoints",
]

_NAME = re.compile(r"epoch-(\d+)\.weights\.h5")
_NUMBER_KEPT = 2


class Checkpoints(keras.callbacks.Callback):
    """Saves all state of training after an epoch, into one file.

    The file holds weights, averages, both optimizers, counters and random
    states, and a checksum. Its name has the number of the epoch. It appears by
    a rename, so that a process that is killed at any moment leaves a complete
    checkpoint. The last two are kept.

    An epoch is done once it, or a later one, has a checkpoint. Callbacks that
    write other files of an epoch belong before this one in the list. Callbacks
    whose files can be made again from the state belong after it.

    Args:
        folder: The folder of the checkpoints.
        interruption: If it stopped an epoch, that epoch is not saved.
        record: Returns what else to save, as values that JSON can hold.
        save_points: Which epochs are saved. Default: all.
    """

    def __init__(
        self,
        folder: Path,
        interruption: Interruption | None = None,
        record: Callable[[], dict[str, Any]] = dict,
        save_points: SavePoints | None = None,
    ) -> None:
        super().__init__()
        self._folder = folder
        self._interruption = interruption
        self._record = record
        self._save_points = save_points

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Saves the state if the epoch is complete."""
        if self._interruption is not None and self._interruption.cut_short:
            return
        if self._save_points is not None and not self._save_points.due:
            return
        target = self._folder / f"epoch-{epoch + 1:04d}.weights.h5"
        checkpoint_file.write(self.model, target, self._record())
        prune(self._folder, epoch + 1)


def prune(folder: Path, done: int) -> None:
    """Removes the checkpoints before the last two.

    Args:
        folder: Where the checkpoints are.
        done: An epoch whose checkpoint is sound. It is kept, as are later
            ones.
    """
    for epoch, path in _checkpoint_files(folder)[:-_NUMBER_KEPT]:
        if epoch < done:
            path.unlink(missing_ok=True)


def remove_checkpoints(folder: Path) -> None:
    """Removes all checkpoints, of a run whose end is saved elsewhere.

    Args:
        folder: Where the checkpoints are.
    """
    for _, path in _checkpoint_files(folder):
        path.unlink(missing_ok=True)


def restore(model: keras.Model, folder: Path) -> int:
    """Restores a model from its last sound checkpoint.

    Args:
        model: The compiled GAN, made as it was for the run.
        folder: Where the checkpoints are.

    Returns:
        The number of epochs that are done. 0 if there is no checkpoint.

    Raises:
        ValueError: If there are checkpoints, and none can be read.
    """
    failures: list[str] = []
    for found in sound_checkpoints(folder, failures):
        try:
            model.load_weights(found.path)
        # A file of version 0.1.0 has no checksum that would tell damage.
        except (OSError, KeyError, RuntimeError, ValueError) as error:
            failures.append(str(DamagedFileError(found.path, error)))
            continue
        for failure in failures:
            warnings.warn(
                f"{failure}. The checkpoint of epoch {found.epoch} is used.",
                stacklevel=2,
            )
        return found.epoch
    if failures:
        raise ValueError(
            f"No checkpoint can be read. {'; '.join(failures)}. To train "
            "anew, choose another folder."
        )
    return 0


def sound_checkpoints(
    folder: Path, failures: list[str] | None = None
) -> Iterator[Checkpoint]:
    """Yields the checkpoints that can be read, from the last epoch on back.

    Args:
        folder: Where the checkpoints are.
        failures: A list to which the errors of the others are added.
    """
    for epoch, path in reversed(_checkpoint_files(folder)):
        try:
            yield checkpoint_file.read(path, epoch)
        except (DamagedFileError, OSError) as error:
            if failures is not None:
                failures.append(str(error))


def epochs_done(folder: Path) -> int:
    """Returns the epoch of the last checkpoint, or 0 if there is none."""
    found = _checkpoint_files(folder)
    return found[-1][0] if found else 0


def _checkpoint_files(folder: Path) -> list[tuple[int, Path]]:
    named = [(_NAME.fullmatch(path.name), path) for path in folder.glob("*")]
    return sorted((int(match[1]), path) for match, path in named if match)
