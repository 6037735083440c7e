"""Rows of data that are decoded from files when they are wanted."""

import copy
import hashlib
import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import PIL
from numpy.typing import NDArray

from keras_gan._method_names import without_class
from keras_gan.datasets.decoded_cache import DecodedCache, DecodedRows
from keras_gan.datasets.file_states import file_states
from keras_gan.datasets.listing import is_folder, path_text, warn_of_skipped
from keras_gan.datasets.workers import in_order

__all__ = ["StreamedRows", "UnreadableRowError"]

_FORMAT = "1"
"""Changes where pixels are made of files in another way, or kept in another."""
_ROWS_AT_ONCE = 64
_MOST_REPLACEMENTS_TRIED = 64
"""How many rows are tried as a replacement for an unreadable one."""


class UnreadableRowError(ValueError):
    """A row can't be decoded, and what could replace it is not known here."""


@without_class
class StreamedRows(ABC):
    """Rows below a folder, of which unreadable ones are replaced.

    Attributes:
        path: The folder.
        labels: The class of each row, (n,), or None.
        num_workers: How many processes decode; 0 for threads of this one.
    """

    path: Path
    labels: NDArray[np.int64] | None
    num_workers: int = 0
    _stand_ins: dict[int, int]
    """Rows that can't be decoded, with those that replace them."""
    _is_part: bool = False
    """Whether there are other rows, which are not known here."""
    _decoded: DecodedRows | None = None
    """The rows' pixels, where they are in a cache."""

    @abstractmethod
    def __len__(self) -> int:
        """Returns how many rows there are."""

    @abstractmethod
    def name_of(self, index: int) -> str:
        """Returns a row's file below the folder, as printable text."""

    @abstractmethod
    def _path_of(self, row: int) -> str:
        """Returns a row's file, as printable text."""

    @property
    @abstractmethod
    def _all_files(self) -> list[str]:
        """The files of all rows, in order."""

    @property
    @abstractmethod
    def row_shapes(self) -> tuple[tuple[int, int, int], ...]:
        """(H, W, C) of each image of a row."""

    @property
    def _way(self) -> str:
        """What else decides which pixels are made of the files."""
        return ""

    @abstractmethod
    def _decode_files(self, rows: Sequence[int]) -> list[Any]:
        """Decodes rows. A text in place of one says why it can't be."""

    def _decode(self, rows: Sequence[int]) -> list[Any]:
        """Returns rows, the images of each, or a text that says why not."""
        if self._decoded is None:
            return self._decode_files(rows)
        found = (self._decoded[row] for row in rows)
        return [
            each if isinstance(each, str) else _unpacked(each, self.row_shapes)
            for each in found
        ]

    def part(self, rows: NDArray[np.int64]) -> Self:
        """Returns these rows alone, for another process to decode.

        There, one that can't be decoded is an `UnreadableRowError`.
        """
        known = [self._stand_ins.get(row, row) for row in rows.tolist()]
        part = self._chosen(np.array(known, np.int64))
        part._is_part, part.num_workers, part.labels = True, 0, None
        return part

    def cached(
        self,
        cache: DecodedCache,
        progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Returns the same rows, with their pixels in a cache.

        Args:
            cache: The cache, where they are decoded to if they are not there.
            progress: Called with how many were decoded, of how many.

        Raises:
            ValueError: If they don't fit, or a file can't be read any more.
            OSError: If they can't be written.
        """
        size = sum(map(math.prod, self.row_shapes))
        packed = partial(self._packed, progress)
        cached = copy.copy(self)
        cached._decoded = cache.rows(self._key(), (len(self), size), packed)
        return cached

    def _key(self) -> str:
        """Returns a name that is another one for other pixels."""
        # Another version of Pillow may decode or scale in another way.
        parts = [
            _FORMAT,
            PIL.__version__,
            self._way,
            *map(str, self.row_shapes),
        ]
        digest = hashlib.sha256("\0".join(parts).encode())
        try:
            for each in file_states(self.path, self._all_files):
                digest.update(each.state)
        except OSError as error:
            raise ValueError(
                f"{path_text(error.filename)} can't be read ({error.strerror})"
            ) from error
        return digest.hexdigest()[:32]

    def _packed(
        self, progress: Callable[[int, int], None] | None
    ) -> Iterator[NDArray[np.uint8] | str]:
        """Decodes all rows, each to the bytes of its images."""
        for row, content in self._each_row():
            if progress is not None and row % _ROWS_AT_ONCE == 0:
                progress(row, len(self))
            if isinstance(content, str):
                yield content
            else:
                images = [content] if len(self.row_shapes) == 1 else content
                yield np.concatenate([image.ravel() for image in images])

    @abstractmethod
    def _chosen(self, rows: NDArray[np.int64]) -> Self:
        """Returns these rows alone, in this order."""

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
        starts = range(0, len(self), _ROWS_AT_ONCE)
        pieces = (
            np.arange(start, min(start + _ROWS_AT_ONCE, len(self)))
            for start in starts
        )
        if self.num_workers and self._decoded is None:
            parts = map(self.part, pieces)
            tasks = (partial(part._decode, range(len(part))) for part in parts)
            decoded = in_order(tasks, self.num_workers)
        else:
            decoded = map(self._decode, map(np.ndarray.tolist, pieces))
        rows = itertools.chain.from_iterable(decoded)
        yield from zip(range(len(self)), rows, strict=True)

    def _require_folder(self) -> None:
        if not is_folder(self.path):
            raise ValueError(
                f"The folder {path_text(self.path)} is not there any more: its "
                "images are read while they are used. Bring it back."
            )

    def _replace(self, index: int, reason: str) -> Any:
        """Finds the next readable row of the same class."""
        if self._is_part:
            raise UnreadableRowError(f"{self._path_of(index)} ({reason})")
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
                    "replaced by another",
                )
                return content
        raise ValueError(
            f"{self._path_of(index)} can't be decoded ({reason}), and "
            f"no image of this class that could replace it: {len(others)} more "
            "were tried. Bring the images back, or take them out of the folder."
        )


def _unpacked(
    flat: NDArray[np.uint8], shapes: tuple[tuple[int, int, int], ...]
) -> Any:
    """Returns the images of a row: one, or a list of several."""
    ends = list(itertools.accumulate(map(math.prod, shapes)))
    images = [
        part.reshape(shape)
        for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)
    ]
    return images[0] if len(images) == 1 else images
