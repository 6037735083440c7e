"""Writing a file so that it is there whole or not at all.

All files of the package are written this way, so that a process that is
killed, or a machine that loses power, leaves the old file or the new one.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

__all__ = ["replacing", "write_bytes", "write_json", "write_text"]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary name to write to, which then replaces `path`.

    Args:
        path: The file, or a folder that does not exist yet. The folder that
            it is in must exist.

    Yields:
        A hidden name in the same folder, with the same ending.

    Raises:
        OSError: If it can't be written. The error names `path`.
    """
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if _is_about_another_file(error, temporary):
            raise
        # An error while writing, such as a full disk, names no file.
        reason = error.strerror or str(error)
        raise OSError(error.errno, reason, str(path)) from error
    finally:
        _remove(temporary)


def write_bytes(path: Path, *parts: Any) -> None:
    """Writes bytes, one part after the other, or leaves the old file."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        for part in parts:
            file.write(part)


def write_text(path: Path, text: str) -> None:
    """Writes a text file in UTF-8, or leaves the old file."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Writes a value as JSON, or leaves the old file."""
    write_text(path, json.dumps(value, indent=2) + "\n")


def _sync(path: Path) -> None:
    """Waits until a file, or each file in a folder, is on the disk."""
    if path.is_dir():
        for each in path.rglob("*"):
            if each.is_file():
                _sync(each)
        _sync_folder(path)
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(path: Path) -> None:
    """Waits until the names in a folder are on the disk, where it can."""
    # Some file systems can't sync a folder; the rename is still atomic.
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_about_another_file(error: OSError, temporary: Path) -> bool:
    """Whether an error names a file that is read while writing this one."""
    named = error.filename
    if not isinstance(named, str | bytes | os.PathLike):
        return False
    return not Path(os.fsdecode(named)).is_relative_to(temporary)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
