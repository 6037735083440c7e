"""Batches that other processes make before they are asked for."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan.datasets.look import Look
from keras_gan.datasets.streamed import UnreadableRowError
from keras_gan.datasets.workers import in_order

__all__ = ["LookingAhead"]

Batch = tuple[NDArray[np.uint8], ...]


class LookingAhead:
    """The batches of one epoch, made by the processes that their rows have.

    The next ones are made ahead where a batch follows the one that was asked
    for before it, or is the first. Rows that have no processes are made in
    this one.

    Args:
        looks: Returns what batch `index` shows, of each kind of rows.
        count: How many batches there are.
    """

    def __init__(self, looks: Callable[[int], list[Look]], count: int) -> None:
        self._looks = looks
        self._count = count
        self._next = 0
        self._coming: Iterator[Batch | UnreadableRowError] | None = None
        # A framework may ask from a thread of its own.
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Returns what a copy is made of: it looks ahead anew."""
        return type(self), (self._looks, self._count)

    def batch(self, index: int) -> Batch:
        """Returns a batch, (k, H, W, C) of each of its images."""
        looks = self._looks(index)
        num_workers = max(look.num_workers for look in looks)
        if not num_workers:
            return _seen_here(looks)
        with self._lock:
            found = self._found(index, num_workers)
        if isinstance(found, UnreadableRowError):
            # Here all rows are known, of which one takes its place.
            return _seen_here(looks)
        return found

    def _found(
        self, index: int, num_workers: int
    ) -> Batch | UnreadableRowError:
        follows, self._next = index == self._next, index + 1
        coming = self._coming if follows else None
        self._coming = None
        if coming is None:
            last = index + 1 if index and not follows else self._count
            coming = _made(map(self._looks, range(index, last)), num_workers)
        found = next(coming)
        # After an error there is no more of it.
        self._coming = coming
        return found


def _seen_here(looks: list[Look]) -> Batch:
    return tuple(array for look in looks for array in look.seen())


def _made(
    batches: Iterable[list[Look]], num_workers: int
) -> Iterator[Batch | UnreadableRowError]:
    """Makes batches in other processes, of pieces."""
    begun: deque[list[tuple[Look, int]]] = deque()

    def tasks() -> Iterator[Callable[[], Any]]:
        for looks in batches:
            pieces = [
                look.pieces() if look.num_workers else [] for look in looks
            ]
            begun.append(list(zip(looks, map(len, pieces), strict=True)))
            for piece in (piece for each in pieces for piece in each):
                yield partial(_seen_or_error, piece)

    results = in_order(tasks(), num_workers)
    for first in results:
        counts = begun.popleft()
        rest = sum(count for _, count in counts) - 1
        yield _joined(counts, iter([first, *islice(results, rest)]))


def _seen_or_error(piece: Look) -> Batch | UnreadableRowError:
    try:
        return piece.seen()
    except UnreadableRowError as error:
        return error


def _joined(
    counts: list[tuple[Look, int]],
    results: Iterator[Batch | UnreadableRowError],
) -> Batch | UnreadableRowError:
    joined: list[NDArray[np.uint8]] = []
    for look, count in counts:
        pieces: list[Batch] = []
        for result in islice(results, count):
            if isinstance(result, UnreadableRowError):
                return result
            pieces.append(result)
        if not pieces:
            joined += look.seen()
        elif len(pieces) == 1:
            joined += pieces[0]
        else:
            joined += map(np.concatenate, zip(*pieces, strict=True))
    return tuple(joined)
