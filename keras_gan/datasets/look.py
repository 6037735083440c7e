"""What a batch shows of some images: which ones, cropped and mirrored how.

It is made here, or piece by piece in other processes, of the same numbers.
"""

import itertools
from abc import ABC, abstractmethod
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from keras_gan.datasets.views import View

__all__ = ["Look", "SeenRows"]

Pixels = NDArray[np.uint8]
Indices = NDArray[np.int64]

_ROWS_AT_ONCE = 16
"""The fewest rows of a piece: to hand over a single one takes as long as to
decode a small one."""


class SeenRows(ABC):
    """Rows of one image or several, which are cropped and mirrored alike."""

    num_workers: int = 0
    """How many processes make these rows; 0 for this one."""

    @abstractmethod
    def seen(self, rows: Indices, view: View) -> tuple[Pixels, ...]:
        """Returns some rows as they are seen, (k, H, W, C) of each image."""

    @abstractmethod
    def part(self, rows: Indices) -> Self:
        """Returns some rows alone, with no more than another process needs.

        One that can't be decoded is an `UnreadableRowError` there.
        """


class Look(NamedTuple):
    """Some rows, as a batch shows them.

    Attributes:
        rows: All rows: an array (n, H, W, C), or `SeenRows`.
        chosen: Which ones, (k,).
        view: How they are seen.
    """

    rows: Any
    chosen: Indices
    view: View

    @property
    def num_workers(self) -> int:
        """How many processes make the rows; 0 for this one."""
        rows = self.rows
        return rows.num_workers if isinstance(rows, SeenRows) else 0

    def seen(self) -> tuple[Pixels, ...]:
        """Returns the rows as they are seen, (k, H, W, C) of each image."""
        if isinstance(self.rows, SeenRows):
            return self.rows.seen(self.chosen, self.view)
        return (self.view.seen(np.asarray(self.rows[self.chosen])),)

    def pieces(self) -> "list[Look]":
        """Returns the same in pieces that can be sent to other processes."""
        count = len(self.chosen)
        pieces = max(1, min(count // _ROWS_AT_ONCE, self.num_workers))
        ends = [count * piece // pieces for piece in range(pieces + 1)]
        return [
            Look(
                self.rows.part(self.chosen[start:end]),
                np.arange(end - start),
                self.view.part(start, end),
            )
            for start, end in itertools.pairwise(ends)
        ]
