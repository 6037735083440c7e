"""Reading the arrays of an `.npz` piece by piece."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Member", "members", "pieces"]

_BYTES_AT_ONCE = 2**22
"""Bytes that are read at once."""

_SUFFIX = ".npy"


class Member:
    """An array in an `.npz` that is read piece by piece.

    Args:
        path: The archive.
        name: The array's name.

    Raises:
        ValueError: If it is damaged, or holds Python objects.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        with self._opened() as (file, size):
            self.shape, self._fortran, self.dtype = _read_header(file)
            if self.dtype.hasobject:
                raise ValueError("it holds Python objects, which are not read")
            stated = file.tell() + self._row_bytes * self._rows
            if stated != size:
                raise ValueError(
                    f"its header speaks of {stated} bytes, it has {size}"
                )

    def __array__(self, dtype: Any = None, copy: Any = None) -> NDArray[Any]:
        with self._opened() as (file, _):
            whole: NDArray[Any] = np.lib.format.read_array(
                file, allow_pickle=False
            )
            _require_end(file)
        return whole if dtype is None else whole.astype(dtype)

    def pieces(self) -> Iterator[NDArray[Any]]:
        """Reads the rows in order, as many at a time as fit into 4 MiB."""
        if self._fortran or not self.shape:
            yield from pieces(np.asarray(self))
            return
        with self._opened() as (file, _):
            _read_header(file)
            for count in _rows_at_once(self._rows, self._row_bytes):
                content = file.read(count * self._row_bytes)
                if len(content) < count * self._row_bytes:
                    raise ValueError("it ends early")
                rows = np.frombuffer(content, self.dtype)
                yield rows.reshape(count, *self.shape[1:])
            _require_end(file)

    @property
    def _rows(self) -> int:
        return self.shape[0] if self.shape else 1

    @property
    def _row_bytes(self) -> int:
        values = 1
        # numpy's product would overflow if the header is damaged.
        for size in self.shape[1:]:
            values *= size
        return values * self.dtype.itemsize

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], int]]:
        with (
            _readable(self.name),
            zipfile.ZipFile(self.path) as archive,
            archive.open(self.name + _SUFFIX) as file,
        ):
            yield file, archive.getinfo(self.name + _SUFFIX).file_size


def members(path: Path) -> tuple[str, ...]:
    """Returns the names of the arrays in an `.npz`.

    Raises:
        ValueError: If it can't be read.
    """
    with _readable(), zipfile.ZipFile(path) as archive:
        return tuple(
            name.removesuffix(_SUFFIX)
            for name in archive.namelist()
            if name.endswith(_SUFFIX)
        )


def pieces(array: NDArray[Any] | Member) -> Iterator[NDArray[Any]]:
    """Returns an array's rows in order, some MiB at a time."""
    if isinstance(array, Member):
        yield from array.pieces()
        return
    start = 0
    for count in _rows_at_once(len(array), array[:1].nbytes):
        yield array[start : start + count]
        start += count


def _rows_at_once(rows: int, row_bytes: int) -> Iterator[int]:
    most = max(1, _BYTES_AT_ONCE // max(1, row_bytes))
    for start in range(0, rows, most):
        yield min(most, rows - start)


def _read_header(
    file: IO[bytes],
) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    return np.lib.format.read_array_header_2_0(file)


def _require_end(file: IO[bytes]) -> None:
    # Reading to the end makes zipfile compare the checksum.
    if file.read(1):
        raise ValueError("it goes on after its end")


@contextmanager
def _readable(name: str | None = None) -> Iterator[None]:
    try:
        yield
    # A damaged file raises errors of zipfile, zlib or numpy.
    except Exception as error:
        of_it = "" if name is None else f"{name}: "
        raise ValueError(
            f"can't be read as numpy arrays ({of_it}{error})"
        ) from error
