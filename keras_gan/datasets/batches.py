"""Batches of images or vectors, in an order that seed and epoch fix."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import flag, value_range_of
from keras_gan.datasets.arrays import pixel_shape
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.look import Look
from keras_gan.datasets.ordered_batches import OrderedBatches
from keras_gan.datasets.vectors import Vectors, as_vectors
from keras_gan.datasets.views import Views
from keras_gan.images import to_float

__all__ = ["ImageBatches", "VectorBatches"]

Floats = NDArray[np.float32]


class ImageBatches(OrderedBatches):
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

    Give `steps_per_epoch` here, not to `fit`: there, Keras continues with the
    rest of an epoch under the next one's number.

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
        steps_per_epoch: Batches in an epoch, at most the full ones of the
            data. So large data have several epochs a pass, with what is done
            at their ends. The order and all else that is random is that of
            the pass, whose number takes the place of the epoch's, and each
            epoch sees the next part of it. Batches of a pass that do not fill
            an epoch are left out, without `shuffle` the same ones each time.
            None makes an epoch of all data.

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
        steps_per_epoch: int | None = None,
    ) -> None:
        pixel_shape(images)
        self.flip = flag("flip", flip)
        super().__init__(
            images,
            labels,
            batch_size,
            seed,
            shuffle,
            drop_remainder,
            part,
            steps_per_epoch,
        )
        self.value_range = value_range_of("value_range", value_range)

    @property
    def images(self) -> NDArray[np.uint8] | ImageFolder:
        """All images, in their own order."""
        images: NDArray[np.uint8] | ImageFolder = self.data
        return images

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch, with its order and the images that are mirrored."""
        super().set_epoch(epoch)
        self._views = Views(
            len(self.data), self.seed, self.data_pass, flip=self.flip
        )

    def order(self) -> tuple[NDArray[Any], ...]:
        """Returns the epoch's rows, and with `flip` which are mirrored."""
        (rows,) = super().order()
        mirrored = self._views.of(rows).mirrored
        return (rows,) if mirrored is None else (rows, mirrored)

    def __getitem__(self, index: int) -> Floats | tuple[Floats, NDArray[Any]]:
        """Returns batch `index`: images, or (images, labels)."""
        batch = self.pixels(index)
        if self.labels is None:
            return to_float(batch, self.value_range)
        return to_float(batch[0], self.value_range), batch[1]

    def pixels(self, index: int) -> Any:
        """Returns batch `index` with uint8 images, mirrored where they are."""
        return self._batch(index)

    def _looks(self, index: int) -> list[Look]:
        chosen = self.chosen(index)
        return [Look(self.data, chosen, self._views.of(chosen))]

    def as_uint8(self) -> "PixelBatches":
        """Returns the same batches with uint8 images, a quarter of the bytes.

        `fit` of this package's models uses them, and scales them on the
        device.
        """
        return PixelBatches(self)


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


class VectorBatches(OrderedBatches):
    """Batches of vectors for `fit`, in an order fixed by seed and epoch.

    What `ImageBatches` is for images: the same order, the same rules for `fit`.

    Args:
        vectors: Floats (n, d), such as the points of `datasets.load("grid")`.
        labels: Class numbers (n,), (n, 1) or one-hot (n, classes), or None
            for batches of vectors alone.
        batch_size: Vectors in a batch, at most 2**31 - 1. The last one of an
            epoch holds the rest.
        seed: Whole number from 0 to 2**31 - 1.
        shuffle: False visits the vectors in their own order.
        drop_remainder: Whether to leave out a last batch that is not full.
        part: `(i, n)`: only the i-th of n parts of each batch, for one of n
            processes that train together.
        steps_per_epoch: Batches in an epoch, at most the full ones of the
            data. So large data have several epochs a pass, with what is done
            at their ends. The order and all else that is random is that of
            the pass, whose number takes the place of the epoch's, and each
            epoch sees the next part of it. Batches of a pass that do not fill
            an epoch are left out, without `shuffle` the same ones each time.
            None makes an epoch of all data.

    Raises:
        ValueError: If they are no vectors, the labels are not as many or no
            class numbers, or another argument is not what it must be.

    Example:
        >>> points, modes = datasets.load("grid")
        >>> gan.fit(VectorBatches(points, batch_size=100), epochs=5)
    """

    def __init__(
        self,
        vectors: Vectors,
        labels: Sequence[int] | NDArray[Any] | None = None,
        *,
        batch_size: int = 64,
        seed: int = 0,
        shuffle: bool = True,
        drop_remainder: bool = False,
        part: tuple[int, int] = (0, 1),
        steps_per_epoch: int | None = None,
    ) -> None:
        vectors = as_vectors("vectors", vectors)
        super().__init__(
            vectors,
            labels,
            batch_size,
            seed,
            shuffle,
            drop_remainder,
            part,
            steps_per_epoch,
        )

    @property
    def vectors(self) -> Vectors:
        """All vectors, in their own order."""
        vectors: Vectors = self.data
        return vectors

    def __getitem__(self, index: int) -> Vectors | tuple[Vectors, NDArray[Any]]:
        """Returns batch `index`: vectors, or (vectors, labels)."""
        batch: Vectors | tuple[Vectors, NDArray[Any]] = self._batch(index)
        return batch
