"""Batches in an order that depends on seed and epoch alone."""

import math
import warnings
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import (
    LARGEST_INT32,
    LARGEST_SEED,
    flag,
    received,
    whole_number,
    whole_numbers,
)
from keras_gan._method_names import without_class
from keras_gan.datasets.labels import as_labels
from keras_gan.datasets.look import Look
from keras_gan.datasets.looking_ahead import LookingAhead
from keras_gan.datasets.views import View

__all__ = ["OrderedBatches", "SeededBatches"]


@without_class
class SeededBatches(keras.utils.PyDataset):
    """Batches for `fit`, in an order fixed by seed and epoch.

    Epoch e visits the rows in the order
    `numpy.random.default_rng([seed, e]).permutation(n)`. With
    `steps_per_epoch` that is the order of pass e over the data, and a pass has
    several epochs.

    Args:
        count: How many rows there are.
        batch_size: As for `ImageBatches`, and so all that follows.
        seed: As there.
        shuffle: As there.
        drop_remainder: As there.
        part: As there.
        steps_per_epoch: As there.

    Attributes:
        failure: Why a batch could not be made, or None.

    Raises:
        ValueError: If an argument is not what it must be.
    """

    def __init__(
        self,
        count: int,
        batch_size: int,
        seed: int,
        shuffle: bool,
        drop_remainder: bool,
        part: tuple[int, int],
        steps_per_epoch: int | None,
    ) -> None:
        # Keras' worker threads may return batches of an epoch that is over,
        # because they keep what they have prepared.
        super().__init__(workers=1, use_multiprocessing=False)
        self._count = count
        self.batch_size = whole_number(
            "batch_size", batch_size, 1, LARGEST_INT32
        )
        self.seed = whole_number("seed", seed, 0, LARGEST_SEED)
        self.shuffle = flag("shuffle", shuffle)
        self.drop_remainder = flag("drop_remainder", drop_remainder)
        if self.drop_remainder and self.batch_size > count:
            raise ValueError(
                "`batch_size` must not exceed the number of images where "
                "`drop_remainder=True`: no batch would be left. "
                f"Received: batch_size={self.batch_size} for {count} images"
            )
        self.part = _checked_part(part, self.batch_size)
        self.steps_per_epoch = _checked_steps(
            steps_per_epoch, count, self.batch_size
        )
        self.failure: Exception | None = None
        self._begun = False
        self._first_seen = True
        self.set_epoch(0)

    @property
    def epoch(self) -> int:
        """The epoch whose order the batches follow, from 0 on."""
        return self._epoch

    @property
    def data_pass(self) -> int:
        """The pass over the data that the epoch belongs to, from 0 on."""
        return self._epoch // self._epochs_of_a_pass

    @property
    def _epochs_of_a_pass(self) -> int:
        if self.steps_per_epoch is None:
            return 1
        return self._count // self.batch_size // self.steps_per_epoch

    @property
    def _first_row(self) -> int:
        """At which place of the pass the epoch begins."""
        before = self._epoch % self._epochs_of_a_pass
        return before * (self.steps_per_epoch or 0) * self.batch_size

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch, and with it the order of the data.

        Args:
            epoch: Whole number from 0 on, as `fit` counts.

        Raises:
            ValueError: If it is something else.
        """
        before = getattr(self, "_epoch", None)
        self._epoch = whole_number("epoch", epoch, 0)
        if self._epoch != before:
            self._ahead = LookingAhead(self._looks, len(self))
        order = np.arange(self._count)
        if self.shuffle:
            generator = np.random.default_rng([self.seed, self.data_pass])
            order = generator.permutation(order)
        self._order = order

    def __len__(self) -> int:
        if self.steps_per_epoch is not None:
            return self.steps_per_epoch
        batches = self._count / self.batch_size
        return (
            math.floor(batches) if self.drop_remainder else math.ceil(batches)
        )

    def __repr__(self) -> str:
        order = f"shuffled, seed={self.seed}" if self.shuffle else "in order"
        some = "" if self.steps_per_epoch is None else " some of"
        return (
            f"<{type(self).__name__}:{some} {self._count:,} rows in "
            f"{len(self):,} batches of {self.batch_size}, {order}>"
        )

    @abstractmethod
    def _looks(self, index: int) -> list[Look]:
        """Returns what batch `index` shows, of each kind of rows."""

    def _seen(self, index: int) -> tuple[NDArray[Any], ...]:
        """Returns batch `index` as it is seen in this epoch."""
        self._notice_shuffling(index)
        try:
            return self._ahead.batch(index)
        except Exception as error:
            # TensorFlow raises another one, in which this is a text.
            self.failure = error
            raise

    def order(self) -> tuple[NDArray[Any], ...]:
        """Returns which rows the epoch's batches hold, one after the other.

        Where the batches are parts of larger ones, of the whole ones.
        """
        first = self._first_row
        rows = self._order[first : first + len(self) * self.batch_size]
        return (rows.astype(np.int32),)

    def chosen(self, index: int) -> NDArray[np.int64]:
        """Returns where the rows of batch `index` are in the data."""
        return self._order[self._places(index)]

    def _places(self, index: int) -> NDArray[np.int64]:
        """Returns at which places of the pass the rows of a batch are."""
        if not 0 <= index < len(self):
            raise IndexError(
                f"There are {len(self)} batches. Received: {index}"
            )
        start = self._first_row + index * self.batch_size
        end = min(start + self.batch_size, self._count)
        which, parts = self.part
        part: NDArray[np.int64] = np.array_split(np.arange(start, end), parts)[
            which
        ]
        return part

    def on_epoch_begin(self) -> None:
        """Notes that `fit` begins an epoch."""
        self._begun = True
        self._first_seen = False

    def on_epoch_end(self) -> None:
        """Moves on to the next epoch's order."""
        # Keras also calls this once before the first epoch.
        if self._begun:
            self._begun = False
            self._first_seen = True
            self.set_epoch(self._epoch + 1)

    def _notice_shuffling(self, index: int) -> None:
        if not self._first_seen:
            self._first_seen = True
            if index != 0:
                warnings.warn(
                    "`fit` shuffles these batches once more, from Python's "
                    "global random state, so that a resumed run differs from "
                    "an uninterrupted one. Pass `shuffle=False` to `fit`.",
                    UserWarning,
                    stacklevel=2,
                )


@without_class
class OrderedBatches(SeededBatches):
    """Batches of one kind of data, with or without labels.

    Args:
        data: An array, or what is indexed like one, of n rows.
        labels: As for `ImageBatches`, and so all that follows.
        batch_size: As there.
        seed: As there.
        shuffle: As there.
        drop_remainder: As there.
        part: As there.
        steps_per_epoch: As there.

    Raises:
        ValueError: If an argument is not what it must be.
    """

    def __init__(
        self,
        data: Any,
        labels: Sequence[int] | NDArray[Any] | None,
        batch_size: int,
        seed: int,
        shuffle: bool,
        drop_remainder: bool,
        part: tuple[int, int],
        steps_per_epoch: int | None,
    ) -> None:
        count = len(data)
        self._data = data
        self.labels = None if labels is None else as_labels(labels, count)
        super().__init__(
            count,
            batch_size,
            seed,
            shuffle,
            drop_remainder,
            part,
            steps_per_epoch,
        )

    @property
    def data(self) -> Any:
        """All data, in their own order."""
        return self._data

    def columns(self) -> Any:
        """Returns all rows, as a batch holds some: data, or (data, labels)."""
        if self.labels is None:
            return self._data
        return self._data, self.labels.astype(np.int32)

    def rows(self, index: int) -> Any:
        """Returns batch `index` as it is stored: data, or (data, labels)."""
        return self._labelled(index, self._data[self.chosen(index)])

    def _batch(self, index: int) -> Any:
        """Returns batch `index` as it is seen: data, or (data, labels)."""
        (data,) = self._seen(index)
        return self._labelled(index, data)

    def _labelled(self, index: int, data: Any) -> Any:
        if self.labels is None:
            return data
        return data, self.labels[self.chosen(index)].astype(np.int32)

    def _looks(self, index: int) -> list[Look]:
        return [Look(self._data, self.chosen(index), View())]


def _checked_part(part: Any, batch_size: int) -> tuple[int, int]:
    why = ": (i, n), the i-th of n parts, counted from 0"
    which, parts = whole_numbers("part", part, 0, length=(2, 2), why=why)
    if not which < parts <= batch_size:
        raise ValueError(
            "`part` must be (i, n) with i from 0 to n - 1 and n at most the "
            f"batch size. {received('part', part)}, batch_size={batch_size}"
        )
    return which, parts


def _checked_steps(steps: Any, count: int, batch_size: int) -> int | None:
    if steps is None:
        return None
    checked = whole_number("steps_per_epoch", steps, 1)
    most = count // batch_size
    if checked > most:
        raise ValueError(
            "`steps_per_epoch` must not exceed the full batches that the data "
            f"have, {most}: give less, or None for all of them. "
            f"{received('steps_per_epoch', steps)}, batch_size={batch_size} "
            f"for {count:,} rows"
        )
    return checked
