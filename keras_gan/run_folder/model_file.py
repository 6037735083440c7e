"""model.keras and best.keras: files that hold a whole GAN."""

import io
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import keras

from keras_gan._atomic_write import replacing, write_bytes
from keras_gan.run_folder.checkpoint_file import updates_in
from keras_gan.run_folder.damaged_file import DamagedFileError
from keras_gan.run_folder.named_memory import NamedMemory

__all__ = [
    "check_model",
    "record_of",
    "same_model",
    "save_model",
    "updates_of",
]

_WEIGHTS = "model.weights.h5"
_RECORD = "run.json"


def save_model(
    model: keras.Model, path: Path, record: dict[str, Any] | None = None
) -> None:
    """Saves a model, or leaves the old file.

    Args:
        model: The model.
        path: The `.keras` file.
        record: What else to save, as values that JSON can hold. With it the
            file is a checkpoint, too. Keras does not look at it.

    Raises:
        OSError: If it can't be written.
    """
    memory = NamedMemory(path.name)
    model.save(memory)
    packed = io.BytesIO()
    # Keras packs nothing. Of trained weights a twelfth is won, at once.
    with (
        zipfile.ZipFile(memory) as plain,
        zipfile.ZipFile(
            packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1
        ) as archive,
    ):
        for name in plain.namelist():
            archive.writestr(name, plain.read(name))
        if record is not None:
            archive.writestr(_RECORD, json.dumps(record))
    write_bytes(path, packed.getbuffer())


def same_model(path: Path, other: Path) -> None:
    """Makes a file the same as another one, without its bytes if possible.

    Args:
        path: The file that is made, or replaced.
        other: The file that it shall be.

    Raises:
        OSError: If it can't be written.
    """
    with replacing(path) as temporary:
        try:
            os.link(other, temporary)
        except OSError:  # Some file systems have no such links.
            shutil.copyfile(other, temporary)


def record_of(path: Path) -> dict[str, Any] | None:
    """Returns what was saved with a model.

    Args:
        path: A `.keras` file, or where one may be.

    Returns:
        The record; None where there is no file, or none in it.

    Raises:
        DamagedFileError: If the file is damaged.
        OSError: If it can't be read.
    """
    if not path.exists():
        return None
    check_model(path)
    with zipfile.ZipFile(path) as archive:
        if _RECORD not in archive.namelist():
            return None
        found: dict[str, Any] = json.loads(archive.read(_RECORD))
        return found


def check_model(path: Path) -> None:
    """Checks that a `.keras` file is as it was written.

    It is an archive with a checksum of each file in it. Keras does not check
    them when it loads a model.

    Raises:
        DamagedFileError: If it is not.
        OSError: If it can't be read.
    """
    _weights(path)


def updates_of(path: Path) -> int:
    """Returns how many steps the GAN in a file was trained.

    This number says which epoch of a run the file is from.

    Args:
        path: A `.keras` file.

    Raises:
        DamagedFileError: If the file is damaged, or holds no GAN.
        OSError: If it can't be read.
    """
    return updates_in(_weights(path), path)


def _weights(path: Path) -> bytes:
    content = io.BytesIO(path.read_bytes())
    try:
        with zipfile.ZipFile(content) as archive:
            torn = archive.testzip()
            if torn is None:
                return archive.read(_WEIGHTS)
    # A damaged file makes zipfile raise many kinds of errors.
    except Exception as error:
        raise DamagedFileError(path, error) from error
    raise DamagedFileError(path, f"the checksum of {torn} in it is wrong")
