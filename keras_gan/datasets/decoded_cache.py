"""A folder of decoded images, which runs share."""

import functools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from keras_gan._atomic_write import replacing, write_json
from keras_gan._printable import bytes_in_words
from keras_gan.datasets.listing import path_text

__all__ = ["DecodedCache", "DecodedRows"]

Pixels = NDArray[np.uint8]
Indices = NDArray[np.int64]

_ROWS, _ABOUT = "rows.npy", "about.json"
_LEFT_FREE = 2**28
"""Bytes of the disk that are left to others."""
_ABANDONED = 3600.0
"""Seconds after which nobody writes a half entry any more."""


class DecodedRows:
    """Decoded rows in a file that is mapped into memory.

    Args:
        file: The file, of an array (n, bytes of a row).
        places: Where the rows are in it.
        unreadable: Why rows could not be decoded, by their places.
    """

    def __init__(
        self, file: Path, places: Indices, unreadable: Mapping[int, str]
    ) -> None:
        self._file = file
        self._places = places
        self._unreadable = unreadable

    def __getitem__(self, row: int) -> Pixels | str:
        """Returns the bytes of a row, or why there are none."""
        place = int(self._places[row])
        if place in self._unreadable:
            return self._unreadable[place]
        found: Pixels = _mapped(self._file)[place]
        return found

    def select(self, rows: Indices) -> "DecodedRows":
        """Returns these rows alone, in this order."""
        return DecodedRows(self._file, self._places[rows], self._unreadable)


@functools.lru_cache(maxsize=16)
def _mapped(file: Path) -> Pixels:
    # A plain array: one of the class `memmap` takes long to index.
    return np.asarray(np.load(file, mmap_mode="r"))


class DecodedCache:
    """A folder of decoded images, of at most so many bytes.

    An entry is written under another name and gets its own when it is whole,
    so that a process that is killed leaves none behind that is not. Where the
    limit would be exceeded, entries that were not used for longest are removed;
    a run that uses one at that time keeps what it has mapped.

    Args:
        folder: The folder, which is made if it is not there.
        limit: The most bytes of all entries.
    """

    def __init__(self, folder: Path, limit: float) -> None:
        self._folder = folder
        self._limit = limit

    def rows(
        self,
        key: str,
        shape: tuple[int, int],
        decoded: Callable[[], Iterator[Pixels | str]],
    ) -> DecodedRows:
        """Returns decoded rows, and decodes them if they are not there.

        Args:
            key: A name that is another one for other rows.
            shape: The number of rows, and the bytes of one.
            decoded: Yields the bytes of each row, or why there are none.

        Raises:
            ValueError: If they are more than the limit, or than the disk has
                left.
            OSError: If they can't be written.
        """
        entry = self._folder / key
        found = _opened(entry, shape)
        if found is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(shape[0] * shape[1])
            _remove(entry)
            try:
                with replacing(entry) as temporary:
                    _write(temporary, shape, decoded())
            except OSError:
                # Another process was faster, or the disk is full.
                if (found := _opened(entry, shape)) is None:
                    raise
            found = found or _opened(entry, shape)
            assert found is not None
        with suppress(OSError):
            os.utime(entry)
        return found

    def _make_room(self, size: int) -> None:
        if size > self._limit:
            raise ValueError(
                f"The decoded images take {bytes_in_words(size)}, more than "
                "`cache_limit` allows. Make it larger, or leave `cache` out. "
                f"Received: cache_limit={self._limit:.0f}, "
                f"{bytes_in_words(self._limit)}"
            )
        entries = sorted(self._entries())
        total = sum(taken for _, taken, _ in entries)
        while total + size > self._limit:
            _, taken, oldest = entries.pop(0)
            _remove(oldest)
            total -= taken
        free = shutil.disk_usage(self._folder).free
        if size + _LEFT_FREE > free:
            raise ValueError(
                f"The decoded images take {bytes_in_words(size)}, and the disk "
                f"of {path_text(self._folder)} has {bytes_in_words(free)} "
                "left. Choose another folder as `cache`, or leave it out."
            )

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        """Yields when each was used last, its bytes, and its folder.

        What killed processes have left is removed.
        """
        for rows in self._folder.glob(f"*/{_ROWS}"):
            with suppress(OSError):
                entry, status = rows.parent, rows.stat()
                if not entry.name.startswith("."):
                    yield entry.stat().st_mtime, status.st_size, entry
                elif time.time() - status.st_mtime > _ABANDONED:
                    _remove(entry)


def _opened(entry: Path, shape: tuple[int, int]) -> DecodedRows | None:
    """Returns an entry, or None if there is none that is whole."""
    try:
        about = json.loads((entry / _ABOUT).read_text("utf-8"))
        unreadable = {int(row): text for row, text in about.items()}
        whole = np.load(entry / _ROWS, mmap_mode="r").shape == shape
    # A damaged file raises errors of mmap, numpy or json.
    except (OSError, ValueError, AttributeError):
        return None
    if not whole:
        return None
    return DecodedRows(entry / _ROWS, np.arange(shape[0]), unreadable)


def _write(
    entry: Path, shape: tuple[int, int], rows: Iterator[Pixels | str]
) -> None:
    entry.mkdir()
    unreadable = {}
    # Written, not mapped: where the disk is full, that is an error.
    with (entry / _ROWS).open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        for number, row in enumerate(rows):
            if isinstance(row, str):
                unreadable[number] = row
                row = np.zeros(shape[1], np.uint8)
            file.write(row.data)
    write_json(entry / _ABOUT, unreadable)


def _remove(entry: Path) -> None:
    # Windows keeps files that are in use.
    shutil.rmtree(entry, ignore_errors=True)
