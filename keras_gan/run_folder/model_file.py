"""model.keras and best.keras: files that hold a whole GAN."""

import io
import zipfile
from pathlib import Path

import keras

from keras_gan._atomic_write import write_bytes
from keras_gan.run_folder.checkpoint_file import updates_in
from keras_gan.run_folder.damaged_file import DamagedFileError
from keras_gan.run_folder.named_memory import NamedMemory

__all__ = ["check_model", "save_model", "updates_of"]

_WEIGHTS = "model.weights.h5"


def save_model(model: keras.Model, path: Path) -> None:
    """Saves a model, or leaves the old file.

    Raises:
        OSError: If it can't be written.
    """
    memory = NamedMemory(path.name)
    model.save(memory)
    write_bytes(path, memory.getbuffer())


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
