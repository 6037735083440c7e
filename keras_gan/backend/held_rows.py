"""How do data that stay on the device come to a step? By rows of theirs."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_gan._typing import Tensor

Array = np.ndarray[Any, Any]
Order = tuple[Array, ...]
"""Arrays of one length: which rows come one after the other, int32, and what
else a step is told of each."""

ORDER = "order of held rows"
"""The name of the order in a batch."""
_HELD = "held rows"


@dataclass(frozen=True)
class Kind:
    """What the rows of an array are.

    Attributes:
        dtype: The type, such as `"uint8"`.
        shape: The shape of a row.
    """

    dtype: str
    shape: tuple[int, ...]


class HeldRows(ABC):
    """Arrays on the device, of which a step takes some rows.

    Args:
        kinds: What the rows of each array are.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = tuple(kinds)

    @abstractmethod
    def fill(self, arrays: Sequence[Array]) -> None:
        """Brings arrays onto the device, equally many rows of each."""

    @abstractmethod
    def clear(self) -> None:
        """Gives their memory back."""

    @abstractmethod
    def batches(
        self,
        next_order: Callable[[], Order],
        like: Order,
        batch_size: int,
    ) -> Any:
        """Returns what to give to Keras' `fit`.

        Args:
            next_order: Called as an epoch begins; returns its order.
            like: An order: all of them have its length and its types.
            batch_size: Rows in a batch; the last one may be smaller.

        Returns:
            Batches: dictionaries that hold a part of the order as `ORDER`.
        """

    @abstractmethod
    def rows(self, batch: dict[str, Any]) -> list[Tensor]:
        """Returns, in a step, the rows of each array that a batch names."""


class RowsInBatches(HeldRows):
    """Arrays that come to a step in each batch, for JAX and torch.

    They are on the device already, so that it costs nothing. A compiled
    function that held them itself would be another one for other data.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        super().__init__(kinds)
        self._arrays: tuple[Tensor, ...] = ()

    def fill(self, arrays: Sequence[Array]) -> None:
        """Brings arrays onto the device, equally many rows of each."""
        self._arrays = tuple(self.placed(array) for array in arrays)

    def clear(self) -> None:
        """Gives their memory back."""
        self._arrays = ()

    def batches(
        self,
        next_order: Callable[[], Order],
        like: Order,
        batch_size: int,
    ) -> Any:
        """Returns batches of the order, each beside the arrays."""
        return _RowBatches(self._arrays, next_order, like, batch_size)

    def rows(self, batch: dict[str, Any]) -> list[Tensor]:
        """Returns, in a step, the rows of each array that a batch names."""
        chosen = batch[ORDER][0]
        return [self.chosen(array, chosen) for array in batch[_HELD]]

    @staticmethod
    @abstractmethod
    def placed(array: Array) -> Tensor:
        """Brings an array onto the device."""

    @staticmethod
    @abstractmethod
    def chosen(array: Tensor, rows: Tensor) -> Tensor:
        """Returns some rows of an array on the device."""


class _RowBatches(keras.utils.PyDataset):
    """An epoch's order in batches, each beside the arrays that it is of."""

    def __init__(
        self,
        arrays: tuple[Tensor, ...],
        next_order: Callable[[], Order],
        like: Order,
        batch_size: int,
    ) -> None:
        super().__init__()
        self._arrays = arrays
        self._next_order = next_order
        self._order = like
        self._batch_size = batch_size

    def on_epoch_begin(self) -> None:
        self._order = self._next_order()

    def __len__(self) -> int:
        return -(-len(self._order[0]) // self._batch_size)

    def __getitem__(self, index: int) -> dict[str, Any]:
        start = index * self._batch_size
        part = slice(start, start + self._batch_size)
        return {
            _HELD: self._arrays,
            ORDER: tuple(each[part] for each in self._order),
        }
