"""Names, sizes and times of files: do they seem to be what they were?"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["FileState", "file_states"]


class FileState(NamedTuple):
    """What is known of a file that is not read.

    Attributes:
        size: Its bytes.
        state: Its name below the folder, its size and the time of its last
            change, as bytes.
    """

    size: int
    state: bytes


def file_states(folder: Path, files: Iterable[str]) -> Iterator[FileState]:
    """Yields the states of files below a folder.

    Raises:
        OSError: If one can't be looked at any more.
    """
    for file in map(Path, files):
        status = file.stat()
        name = os.fsencode(file.relative_to(folder).as_posix())
        state = f"\0{status.st_size}\0{status.st_mtime_ns}\0"
        yield FileState(status.st_size, name + state.encode())
