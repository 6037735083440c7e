"""Decoding several files at a time, of which some may be damaged."""

import errno
import functools
import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from keras_gan.datasets.decode import reason_unreadable
from keras_gan.datasets.workers import is_worker

__all__ = ["attempt_each"]

_Result = TypeVar("_Result")

_PARTS_PER_CORE = 4
"""So many that files of different sizes take all cores."""
_LIMITS_OF_THE_PROCESS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""Errors that are not the fault of a file: the process is at a limit."""


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

    if is_worker():
        # There are as many of them as shall work at a time.
        return [attempt(row) for row in rows]
    # Given one by one, small files cost more to pass to threads than to read.
    size = max(1, len(rows) // (_PARTS_PER_CORE * (os.cpu_count() or 1)))
    parts = (rows[at : at + size] for at in range(0, len(rows), size))

    def of_part(part: Sequence[int]) -> list[_Result | str]:
        return [attempt(row) for row in part]

    return list(itertools.chain.from_iterable(_readers().map(of_part, parts)))


@functools.cache
def _readers() -> ThreadPoolExecutor:
    # Starting threads for each batch would double the time of small files.
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="decode")


if hasattr(os, "register_at_fork"):
    # A forked process has none of its parent's threads.
    os.register_at_fork(after_in_child=_readers.cache_clear)
