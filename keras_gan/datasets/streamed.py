"""Rows of data that are decoded from files when they are wanted."""

import errno
import functools
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from keras_gan.datasets.decode import reason_unreadable
from keras_gan.datasets.listing import is_folder, path_text, warn_of_skipped

__all__ = ["StreamedRows", "attempt_each"]

_Result = TypeVar("_Result")

_ROWS_AT_ONCE = 256
_MOST_REPLACEMENTS_TRIED = 64
"""How many rows are tried as a replacement for an unreadable one."""
_LIMITS_OF_THE_PROCESS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""Errors that are not the fault of a file: the process is at a limit."""


class StreamedRows(ABC):
    """Rows below a folder, of which unreadable ones are replaced.

    Attributes:
        path: The folder.
        labels: The class of each row, (n,), or None.
    """

    path: Path
    labels: NDArray[np.int64] | None
    _stand_ins: dict[int, int]
    """Rows that can't be decoded, with those that replace them."""

    @abstractmethod
    def __len__(self) -> int:
        """Returns how many rows there are."""

    @abstractmethod
    def name_of(self, index: int) -> str:
        """Returns a row's file below the folder, as printable text."""

    @abstractmethod
    def _path_of(self, row: int) -> str:
        """Returns a row's file, as printable text."""

    @abstractmethod
    def _decode(self, rows: Sequence[int]) -> list[Any]:
        """Decodes rows. A text in place of one says why it can't be."""

    def _whole_rows(self, rows: Sequence[int]) -> Iterator[Any]:
        """Decodes rows, and replaces those that can't be."""
        decoded = self._decode([self._stand_ins.get(row, row) for row in rows])
        for row, content in zip(rows, decoded, strict=True):
            if isinstance(content, str):
                yield self._replace(row, content)
            else:
                yield content

    def _each_row(self) -> Iterator[tuple[int, Any]]:
        """Decodes all rows in order, some at a time."""
        for start in range(0, len(self), _ROWS_AT_ONCE):
            rows = range(start, min(start + _ROWS_AT_ONCE, len(self)))
            yield from zip(rows, self._decode(rows), strict=True)

    def _require_folder(self) -> None:
        if not is_folder(self.path):
            raise ValueError(
                f"The folder {path_text(self.path)} is not there any more: its "
                "images are read while they are used. Bring it back."
            )

    def _replace(self, index: int, reason: str) -> Any:
        """Finds the next readable row of the same class."""
        self._require_folder()
        others = np.roll(np.arange(len(self)), -index - 1)[:-1]
        if self.labels is not None:
            others = others[self.labels[others] == self.labels[index]]
        others = others[:_MOST_REPLACEMENTS_TRIED]
        for other in others.tolist():
            (content,) = self._decode([other])
            if not isinstance(content, str):
                self._stand_ins[index] = other
                warn_of_skipped(
                    self.path,
                    [f"{self.name_of(index)} ({reason})"],
                    "are replaced by another",
                )
                return content
        raise ValueError(
            f"{self._path_of(index)} can't be decoded ({reason}), and "
            f"no image of this class that could replace it: {len(others)} more "
            "were tried. Bring the images back, or take them out of the folder."
        )


def attempt_each(
    function: Callable[[int], _Result], rows: Sequence[int]
) -> list[_Result | str]:
    """Decodes rows in parallel. A text in place of one is an error.

    Raises:
        MemoryError: If there is too little memory.
        OSError: If too many files are open.
    """

    def attempt(row: int) -> _Result | str:
        try:
            return function(row)
        except MemoryError:
            raise
        # On damaged files, Pillow's decoders raise any kind of error.
        except Exception as error:
            if (
                isinstance(error, OSError)
                and error.errno in _LIMITS_OF_THE_PROCESS
            ):
                raise
            return reason_unreadable(error)

    return list(_readers().map(attempt, rows))


@functools.cache
def _readers() -> ThreadPoolExecutor:
    # Starting threads for each batch would double the time of small files.
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="decode")


if hasattr(os, "register_at_fork"):
    # A forked process has none of its parent's threads.
    os.register_at_fork(after_in_child=_readers.cache_clear)
