"""Files that are there whole or not at all, also after a power cut."""

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

__all__ = [
    "DamagedFileError",
    "NamedMemory",
    "replacing",
    "write_bytes",
    "write_json",
    "write_text",
]


class DamagedFileError(ValueError):
    """A file that is there, and is not what was written."""

    def __init__(self, path: Path, reason: Any) -> None:
        said = " ".join(str(reason).split())[:200] or type(reason).__name__
        super().__init__(f"{path} is damaged: {said}")
        self.path = path


class NamedMemory(io.BytesIO):
    """A file in memory that Keras saves into.

    Keras takes a file object for a path, and reads the format off the end of
    its name. HDF5 brings the process down where it can't write a file to its
    end; memory it can always write, and Python writes the disk.

    Args:
        name: With the ending that names the format.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __str__(self) -> str:
        """Returns the name."""
        return self._name


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a name to write to; what was written then replaces `path`.

    Args:
        path: The file. Its folder must exist.

    Yields:
        A hidden name beside it, with the same endings.

    Raises:
        OSError: If it can't be written. It names `path`.
    """
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        # What fails while writing, such as a full disk, names no file.
        reason = error.strerror or str(error)
        raise OSError(error.errno, reason, str(path)) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, *parts: Any) -> None:
    """Writes bytes, one part after the other, or leaves what was there."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        for part in parts:
            file.write(part)


def write_text(path: Path, text: str) -> None:
    """Writes a text file, or leaves what was there."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Writes JSON, or leaves what was there."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        # Some file systems can't sync a folder; the rename is still atomic.
        if not path.is_dir():
            raise
    finally:
        os.close(handle)
