"""A lock that lets one process at a time train into a folder."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["FolderInUseError", "locked"]

_LOCK_FILE = ".lock"


class FolderInUseError(ValueError):
    """Another process trains into the folder."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Locks a folder for this process inside the `with` block.

    The operating system holds the lock, and releases it when the process ends,
    also after a crash.

    Args:
        folder: The folder, which must exist.

    Raises:
        FolderInUseError: If another process has locked it.
        OSError: If the folder can't be written.
    """
    path = folder / _LOCK_FILE
    handle = _open_and_lock(path)
    try:
        yield
    finally:
        # A process that has opened the file by now sees that it is gone, and
        # tries again.
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _open_and_lock(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _try_to_lock(handle, path)
            if _is_file_at(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _try_to_lock(handle: int, path: Path) -> None:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        raise FolderInUseError(
            f"{path.parent} is in use: another process trains into it. Wait "
            "for it to end, or choose another --out."
        ) from error
    except OSError as error:
        warnings.warn(
            f"{path.parent} can't be locked ({error.strerror}), so nothing "
            "keeps a second run out of it. Start only one.",
            stacklevel=2,
        )


def _is_file_at(handle: int, path: Path) -> bool:
    """Whether there is still this file at the path."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
