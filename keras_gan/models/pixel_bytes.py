"""Pixels travel to the device as bytes, and become floats there."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

Range = tuple[float, float]

_MARK = "pixels from {} to {}"


class ChangedBatches(keras.utils.PyDataset):
    """The batches of another data set, each changed by a function.

    Args:
        batches: Whose order, epochs and workers it shares.
        change: Takes a batch and returns what to train on.
    """

    def __init__(
        self,
        batches: keras.utils.PyDataset,
        change: Callable[[Any], Any],
    ) -> None:
        super().__init__(
            workers=batches.workers,
            use_multiprocessing=batches.use_multiprocessing,
            max_queue_size=batches.max_queue_size,
        )
        self._batches = batches
        self._change = change
        self.on_epoch_begin = batches.on_epoch_begin
        self.on_epoch_end = batches.on_epoch_end
        if hasattr(batches, "set_epoch"):
            self.set_epoch = batches.set_epoch

    @property
    def num_batches(self) -> int | None:
        """How many batches there are, `None` for an infinite data set."""
        count: int | None = self._batches.num_batches
        return count

    def __getitem__(self, index: int) -> Any:
        return self._change(self._batches[index])


def as_bytes(data: Any) -> Any:
    """Returns data that can be sent as bytes in that form.

    What the bytes 0 and 255 stand for travels with each batch, as the name of
    the images: what a model was trained on before says nothing of the data at
    hand, and bytes that are no images stay as they are.

    Args:
        data: What `fit` was given. With a method `as_uint8` and a
            `value_range`, such as `datasets.ImageBatches`, it gives a quarter
            of the bytes.
    """
    if not hasattr(data, "as_uint8"):
        return data
    return ChangedBatches(data.as_uint8(), Marking(data.value_range))


class Marking:
    """Puts the images of a batch, bytes, under the name of their range.

    Args:
        value_range: What the bytes 0 and 255 stand for.
    """

    def __init__(self, value_range: Range) -> None:
        low, high = (float(value) for value in value_range)
        self._name = _MARK.format(low, high)

    def __call__(self, batch: Any) -> Any:
        """Returns images, or (images, labels), with the images' name."""
        if isinstance(batch, tuple):
            return ({self._name: batch[0]}, *batch[1:])
        return {self._name: batch}


def as_floats(data: Any) -> Any:
    """Scales the images of a marked batch, and leaves all else as it is.

    Args:
        data: A batch, as a step is given it.
    """
    if isinstance(data, (list, tuple)) and any(map(_marked, data)):
        # On torch, Keras makes a list of them.
        return tuple(_scaled(each) for each in data)
    return _scaled(data)


def _scaled(data: Any) -> Any:
    bounds = _marked(data)
    if bounds is None:
        return data
    low, high = bounds
    (images,) = data.values()
    return low + ops.cast(images, "float32") * ((high - low) / 255)


def _marked(data: Any) -> Range | None:
    if not (isinstance(data, dict) and len(data) == 1):
        return None
    (name,) = data
    words = str(name).split()
    if len(words) != 5:
        return None
    low, high = words[2], words[4]
    if name != _MARK.format(low, high):
        return None
    return float(low), float(high)
