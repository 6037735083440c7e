"""One checkpoint on disk: a record of the run, its weights, a checksum."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import keras

from keras_gan._atomic_write import write_bytes
from keras_gan.run_folder.damaged_file import DamagedFileError
from keras_gan.run_folder.named_memory import NamedMemory

__all__ = ["Checkpoint", "read", "updates_in", "write"]

_TITLE = b"keras-gan checkpoint 1\n"
_CHECKSUM_LINE = b"sha256 %s\n"
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_STEP_COUNTER = "optimizer/vars/iterations"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that is sound.

    Args:
        path: Its file.
        epoch: The epoch that it was saved after.
        updates: How many steps of training the weights have seen.
        record: What was saved with the weights; None in a file of version
            0.1.0, which has no checksum either.
    """

    path: Path
    epoch: int
    updates: int
    record: dict[str, Any] | None


def write(model: keras.Model, path: Path, record: dict[str, Any]) -> None:
    """Writes a model's whole state, or leaves what was there.

    HDF5 leaves the start of a file to its user, if that is 512 bytes long or
    twice, four times, ... as much. There the record is, and a checksum of all
    that follows it, so that weights and record are one file, which
    `load_weights` reads.

    Args:
        model: The model.
        path: The file, ending in `.weights.h5`.
        record: What else to keep, as JSON takes it.

    Raises:
        OSError: If it can't be written.
    """
    memory = NamedMemory(path.name)
    model.save_weights(memory)
    weights = memory.getbuffer()
    text = json.dumps(record).encode() + b"\n"
    before = len(_TITLE) + len(_CHECKSUM_LINE % (b"0" * 64))
    size = 512
    while size < before + len(text):
        size *= 2
    text = text.ljust(size - before - 1) + b"\n"
    digest = hashlib.sha256(text)
    digest.update(weights)
    head = _TITLE + _CHECKSUM_LINE % digest.hexdigest().encode()
    write_bytes(path, head, text, weights)


def read(path: Path, epoch: int) -> Checkpoint:
    """Reads a checkpoint, all but the weights, and checks all of it.

    Args:
        path: The file.
        epoch: The epoch that its name says.

    Raises:
        DamagedFileError: If it is not what was written.
        OSError: If it can't be read.
    """
    content = path.read_bytes()
    old = content.startswith(_HDF5_SIGNATURE)
    record = None if old else _verified_record(content, path)
    return Checkpoint(path, epoch, updates_in(content, path), record)


def updates_in(weights: bytes, path: Path) -> int:
    """Returns how many steps of training are in the bytes of a weights file.

    Args:
        weights: HDF5, as Keras writes it.
        path: What to call it in an error.

    Raises:
        DamagedFileError: If they are not the state of a GAN in training.
    """
    try:
        with h5py.File(io.BytesIO(weights)) as file:
            return int(file[_STEP_COUNTER][()])
    # Damage makes h5py fail in many ways.
    except Exception as error:
        raise DamagedFileError(path, error) from error


def _verified_record(content: bytes, path: Path) -> dict[str, Any]:
    start = len(_TITLE) + len(_CHECKSUM_LINE % (b"0" * 64))
    rest = memoryview(content)[start:]
    digest = hashlib.sha256(rest).hexdigest().encode()
    if content[:start] != _TITLE + _CHECKSUM_LINE % digest:
        raise DamagedFileError(path, "its checksum is not that of its content")
    found: dict[str, Any] = json.loads(
        content[start : content.index(_HDF5_SIGNATURE)]
    )
    return found
