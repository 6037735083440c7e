"""Batches of images, in an order that depends on seed and epoch alone."""

import math
import warnings
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
    value_range_of,
    whole_number,
    whole_numbers,
)
from keras_gan.datasets.arrays import pixel_shape
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.labels import as_labels
from keras_gan.images import to_float

__all__ = ["ImageBatches"]

Floats = NDArray[np.float32]


class ImageBatches(keras.utils.PyDataset):
    """Batches of images for `fit`, in an order fixed by seed and epoch.

    Epoch e visits the images in the order
    `numpy.random.default_rng([seed, e]).permutation(n)`. A run that is
    resumed at epoch e therefore sees what the uninterrupted run would have
    seen, on every backend. Images stay uint8 in memory (or on the disk, for
    an `ImageFolder`) and become float32 batch by batch.

    `fit` must not shuffle the batches again, and must call `set_epoch`. The
    models of this package do both, and count epochs over all calls of `fit`.
    With any other model:

    ```python
    follow = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: batches.set_epoch(epoch)
    )
    model.fit(batches, shuffle=False, callbacks=[follow])
    ```

    Leave `steps_per_epoch` out: with it, Keras continues with the rest of an
    epoch under the next one's number.

    Without the callback the order still changes from epoch to epoch, but it
    starts at the epoch of this object, not at `initial_epoch`.

    Args:
        images: uint8 (n, H, W, C): an array or an `ImageFolder`.
        labels: Class numbers (n,), (n, 1) or one-hot (n, classes), or None
            for batches of images alone.
        batch_size: Images in a batch, at most 2**31 - 1. The last one of an
            epoch holds the rest.
        seed: Whole number from 0 to 2**31 - 1.
        shuffle: False visits the images in their own order.
        value_range: The floats that stand for black and white: (-1, 1) for a
            generator that ends in tanh, (0, 1) for a sigmoid.
        drop_remainder: Whether to leave out a last batch that is not full.
        flip: True mirrors images left to right, each with probability 1/2 in
            each epoch: image i in epoch e where entry i of
            `numpy.random.default_rng([seed, e, 1]).random(n)` is below 0.5.
            For pictures that are as likely either way round, which then count
            twice; not for digits or writing.
        part: `(i, n)`: only the i-th of n parts of each batch, for one of n
            processes that train together, such as under `torchrun`.

    Raises:
        TypeError: If the images are not uint8.
        ValueError: If there are no images, the labels are not as many or no
            class numbers, or another argument is not what it must be.

    Example:
        >>> images, labels = datasets.load("fashion_mnist_sample")
        >>> gan.fit(ImageBatches(images, batch_size=64, seed=1), epochs=5)
    """

    def __init__(
        self,
        images: NDArray[np.uint8] | ImageFolder,
        labels: Sequence[int] | NDArray[Any] | None = None,
        *,
        batch_size: int = 64,
        seed: int = 0,
        shuffle: bool = True,
        value_range: tuple[float, float] = (-1.0, 1.0),
        drop_remainder: bool = False,
        flip: bool = False,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        # Keras' worker threads may return batches of an epoch that is over,
        # because they keep what they have prepared.
        super().__init__(workers=1, use_multiprocessing=False)
        count = pixel_shape(images)[0]
        self.images = images
        self.labels = None if labels is None else as_labels(labels, count)
        self.batch_size = whole_number(
            "batch_size", batch_size, 1, LARGEST_INT32
        )
        self.seed = whole_number("seed", seed, 0, LARGEST_SEED)
        self.shuffle = flag("shuffle", shuffle)
        self.value_range = value_range_of("value_range", value_range)
        self.drop_remainder = flag("drop_remainder", drop_remainder)
        self.flip = flag("flip", flip)
        if self.drop_remainder and self.batch_size > count:
            raise ValueError(
                "`batch_size` must not exceed the number of images where "
                "`drop_remainder=True`: no batch would be left. "
                f"Received: batch_size={self.batch_size} for {count} images"
            )
        self.part = _checked_part(part, self.batch_size)
        self._begun = False
        self._first_seen = True
        self.set_epoch(0)

    @property
    def epoch(self) -> int:
        """The epoch whose order the batches follow, from 0 on."""
        return self._epoch

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch, and with it the order of the images.

        Args:
            epoch: Whole number from 0 on, as `fit` counts.

        Raises:
            ValueError: If it is something else.
        """
        self._epoch = whole_number("epoch", epoch, 0)
        order = np.arange(len(self.images))
        if self.shuffle:
            generator = np.random.default_rng([self.seed, self._epoch])
            order = generator.permutation(order)
        self._order = order
        if self.flip:
            # Not the numbers of the order: the same images would be mirrored.
            generator = np.random.default_rng([self.seed, self._epoch, 1])
            self._mirrored = generator.random(len(order)) < 0.5

    def __len__(self) -> int:
        batches = len(self.images) / self.batch_size
        return (
            math.floor(batches) if self.drop_remainder else math.ceil(batches)
        )

    def __getitem__(self, index: int) -> Floats | tuple[Floats, NDArray[Any]]:
        """Returns batch `index`: images, or (images, labels)."""
        batch = self.pixels(index)
        if self.labels is None:
            return to_float(batch, self.value_range)
        return to_float(batch[0], self.value_range), batch[1]

    def pixels(self, index: int) -> Any:
        """Returns batch `index` with the images as they are stored, uint8."""
        if not 0 <= index < len(self):
            raise IndexError(
                f"There are {len(self)} batches. Received: {index}"
            )
        self._notice_shuffling(index)
        start = index * self.batch_size
        chosen = self._order[start : start + self.batch_size]
        which, parts = self.part
        chosen = np.array_split(chosen, parts)[which]
        images = self.images[chosen]
        if self.flip:
            mirrored = self._mirrored[chosen]
            images[mirrored] = images[mirrored, :, ::-1]
        if self.labels is None:
            return images
        return images, self.labels[chosen].astype(np.int32)

    def as_uint8(self) -> "PixelBatches":
        """Returns the same batches with uint8 images, a quarter of the bytes.

        `fit` of this package's models uses them, and scales them on the
        device.
        """
        return PixelBatches(self)

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


class PixelBatches(keras.utils.PyDataset):
    """The batches of an `ImageBatches` with uint8 images.

    Args:
        batches: The batches, whose order and epoch it shares.
    """

    def __init__(self, batches: ImageBatches) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self._batches = batches
        self.set_epoch = batches.set_epoch
        self.on_epoch_begin = batches.on_epoch_begin
        self.on_epoch_end = batches.on_epoch_end

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> Any:
        return self._batches.pixels(index)


def _checked_part(part: Any, batch_size: int) -> tuple[int, int]:
    why = ": (i, n), the i-th of n parts, counted from 0"
    which, parts = whole_numbers("part", part, 0, length=(2, 2), why=why)
    if not which < parts <= batch_size:
        raise ValueError(
            "`part` must be (i, n) with i from 0 to n - 1 and n at most the "
            f"batch size. {received('part', part)}, batch_size={batch_size}"
        )
    return which, parts
