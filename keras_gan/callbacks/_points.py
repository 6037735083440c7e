"""The points of curves by step, written in groups and within a budget."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Point = tuple[int, Mapping[str, float]]

_SECONDS = 1.0
"""How long points wait to be written."""

_LATE = 16
"""How many of the last points wait for others, which may come in late."""

_FREE, _SHARE = 0.5, 0.01
"""Seconds of writing that are free, and the share of the time after that."""


class Points:
    """Collects points while training runs, and writes them now and then.

    Args:
        write: Writes some points.
        limited: Whether to leave points out, evenly, where writing all of them
            would take more than 1 % of the time.
    """

    def __init__(
        self, write: Callable[[list[Point]], Any], limited: bool
    ) -> None:
        self._write = write
        self._limited = limited
        self._waiting: list[Point] = []
        self._began = self._flushed = time.perf_counter()
        self._spent = 0.0
        self._written = 0
        self._last = -1

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Takes a point; safe to call from another thread."""
        self._waiting.append((step, values))

    def flush_if_due(self) -> None:
        """Writes what is waiting, once a second."""
        if time.perf_counter() - self._flushed > _SECONDS:
            self._flush(late=_LATE)

    def flush(self) -> None:
        """Writes all that is waiting."""
        self._flush(late=0)

    def _flush(self, late: int) -> None:
        # Points may come in from several threads, but a curve is read in the
        # order of the file, and what goes back in steps replaces what was.
        waiting, self._waiting = self._waiting, []
        waiting.sort(key=lambda point: point[0])
        end = max(len(waiting) - late, 0)
        points = [point for point in waiting[:end] if point[0] > self._last]
        self._waiting.extend(waiting[end:])
        if points:
            self._last = points[-1][0]
        began = time.perf_counter()
        chosen = self._affordable(points, began - self._began)
        if chosen:
            self._write(chosen)
        self._flushed = time.perf_counter()
        self._spent += self._flushed - began
        self._written += len(chosen)

    def _affordable(self, points: list[Point], elapsed: float) -> list[Point]:
        if not self._limited or not self._written or not points:
            return points
        budget = _FREE + _SHARE * elapsed - self._spent
        count = math.floor(budget / (self._spent / self._written))
        if count >= len(points):
            return points
        # The last one is kept in any case.
        kept = np.linspace(len(points) - 1, 0, max(count, 1), endpoint=False)
        return [points[int(index)] for index in kept[::-1]]
