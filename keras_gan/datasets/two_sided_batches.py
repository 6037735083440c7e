"""Batches of two arrays of images, as `fit` of a translation takes them."""

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import flag, value_range_of, whole_number
from keras_gan._method_names import without_class
from keras_gan.datasets.ordered_batches import SeededBatches
from keras_gan.images import to_float

__all__ = ["TwoSidedBatches"]

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

_MOST_JITTER = 2**12


@without_class
class TwoSidedBatches(SeededBatches):
    """Batches of two arrays of images, cropped and mirrored when they load.

    Args:
        count: How many images of each side an epoch has.
        batch_size: As for `PairBatches`, and so all that follows.
        seed: As there.
        shuffle: As there.
        value_range: As there.
        drop_remainder: As there.
        jitter: As there.
        flip: As there.
        part: As there.
        steps_per_epoch: As there.

    Raises:
        ValueError: If an argument is not what it must be.
    """

    def __init__(
        self,
        count: int,
        batch_size: int,
        seed: int,
        shuffle: bool,
        value_range: tuple[float, float],
        drop_remainder: bool,
        jitter: int,
        flip: bool,
        part: tuple[int, int],
        steps_per_epoch: int | None,
    ) -> None:
        self.value_range = value_range_of("value_range", value_range)
        self.jitter = whole_number("jitter", jitter, 0, _MOST_JITTER)
        self.flip = flag("flip", flip)
        super().__init__(
            count,
            batch_size,
            seed,
            shuffle,
            drop_remainder,
            part,
            steps_per_epoch,
        )

    @abstractmethod
    def arrays(self) -> tuple[Pixels, Pixels]:
        """Returns all images of both sides, uint8 (n, H, W, C).

        In their own order, neither cropped nor mirrored.
        """

    def pixels(self, index: int) -> tuple[Pixels, Pixels]:
        """Returns batch `index` as pixels, uint8."""
        first, second = self._seen(index)
        return first, second

    def __getitem__(self, index: int) -> Any:
        """Returns batch `index`, float32 in the value range."""
        first, second = self.pixels(index)
        # As one array: the memory of two is returned to the system after each
        # batch, and to get it again takes longer than all else.
        both = np.concatenate([first.ravel(), second.ravel()])
        floats = to_float(both, self.value_range)
        return (
            floats[: first.size].reshape(first.shape),
            floats[first.size :].reshape(second.shape),
        )
