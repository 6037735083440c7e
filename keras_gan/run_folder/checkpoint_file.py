"""The file of a checkpoint: a checksum, a record of the run, the weights."""

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
    """A checkpoint whose content was verified.

    Args:
        path: Its file.
        epoch: The epoch that it was saved after.
        updates: How many steps the weights were trained.
        record: What was saved with the weights. None in a file of version
            0.1.0, which has no checksum either.
    """

    path: Path
    epoch: int
    updates: int
    record: dict[str, Any] | None


def write(model: keras.Model, path: Path, record: dict[str, Any]) -> None:
    """Writes a model's whole state, or leaves the old file.

    An HDF5 file may begin with a block for its user, of 512 bytes or twice,
    four times, ... as many. The checksum and the record are in this block, so
    that weights and record are one file, which `load_weights` reads.

    Args:
        model: The model.
        path: The file, ending in `.weights.h5`.
        record: What else to save, as values that JSON can hold.

    Raises:
        OSError: If it can't be written.
    """
    memory = NamedMemory(path.name)
    model.save_weights(memory)
    weights = memory.getbuffer()
    text = json.dumps(record).encode()
    before = len(_TITLE) + len(_CHECKSUM_LINE % (b"0" * 64))
    size = 512
    while size < before + len(text) + 1:
        size *= 2
    text = text.ljust(size - before - 1) + b"\n"
    digest = hashlib.sha256(text)
    digest.update(weights)
    head = _TITLE + _CHECKSUM_LINE % digest.hexdigest().encode()
    write_bytes(path, head, text, weights)


def read(path: Path, epoch: int) -> Checkpoint:
    """Reads a checkpoint without its weights, and verifies all of it.

    Args:
        path: The file.
        epoch: The epoch in its name.

    Raises:
        DamagedFileError: If it is not as it was written.
        OSError: If it can't be read.
    """
    content = path.read_bytes()
    old = content.startswith(_HDF5_SIGNATURE)
    record = None if old else _verified_record(content, path)
    return Checkpoint(path, epoch, updates_in(content, path), record)


def updates_in(weights: bytes, path: Path) -> int:
    """Returns how many steps the weights in a file were trained.

    Args:
        weights: The content of an HDF5 file of weights.
        path: The file, for the error.

    Raises:
        DamagedFileError: If they are not the state of a GAN in training.
    """
    try:
        with h5py.File(io.BytesIO(weights)) as file:
            return int(file[_STEP_COUNTER][()])
    # A damaged file makes h5py raise many kinds of errors.
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
