"""Data that fit stay on the device; `fit` sends which rows come next."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor
from keras_gan.backend.held_rows import ORDER, Kind, Order
from keras_gan.datasets import ImageBatches, VectorBatches
from keras_gan.models import pixel_bytes
from keras_gan.models.ordering import ArrayBatches

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel


Array = np.ndarray[Any, Any]

MOST_BYTES = 2**29
"""512 MiB: 170,000 color images of 32x32 as bytes, or 43,000 as floats."""
_TYPES = ("bool", "uint8", "int32", "int64", "float16", "float32")
_BATCHES = (ImageBatches, VectorBatches, ArrayBatches)


class HeldData:
    """A place on the device for data of one form.

    Args:
        form: The kind of each column's rows, nested as a batch is.
    """

    def __init__(self, form: Any) -> None:
        self.form = form
        self.store = backend.HeldRows(keras.tree.flatten(form))


@contextlib.contextmanager
def sent(
    model: "AdversarialModel", data: Any, settings: dict[str, Any]
) -> Iterator[Any]:
    """Brings data to the device while `fit` runs, where they fit.

    Args:
        model: The model that is trained.
        data: What it is trained on, in the order of the epochs.
        settings: The arguments of Keras' `fit`.

    Yields:
        What to give to Keras' `fit`: batches of the order, or of data that
        are not held batches of these, pixels as bytes.
    """
    columns = _columns(model, data, settings)
    if columns is None:
        yield pixel_bytes.as_bytes(data)
        return
    form = keras.tree.map_structure(
        lambda array: Kind(str(array.dtype), array.shape[1:]), columns
    )
    if model.held is None or model.held.form != form:
        model.held = HeldData(form)
        # It has been traced with the place of the others.
        model.train_function = None
    store = model.held.store
    store.fill(keras.tree.flatten(columns))

    def next_order() -> Order:
        data.on_epoch_begin()
        order: Order = data.order()
        data.on_epoch_end()
        return order

    try:
        yield store.batches(next_order, data.order(), data.batch_size)
    finally:
        store.clear()


def _columns(
    model: "AdversarialModel", data: Any, settings: dict[str, Any]
) -> Any:
    """Returns all of the data as a batch holds some, or `None`."""
    # A subclass may make its batches in another way.
    if type(data) not in _BATCHES or getattr(data, "part", (0, 1)) != (0, 1):
        return None
    if settings["shuffle"] or settings.get("steps_per_epoch"):
        # Keras shuffles the batches, or goes on in the middle of an order.
        return None
    columns = data.columns()
    arrays = keras.tree.flatten(columns)
    if not all(isinstance(array, np.ndarray) for array in arrays):
        return None
    if sum(array.nbytes for array in arrays) > MOST_BYTES:
        return None
    if not backend.holds_rows(model):
        return None
    if isinstance(data, ImageBatches):
        columns = pixel_bytes.Marking(data.value_range)(columns)
    columns = keras.tree.map_structure(_of_keras_precision, columns)
    known = all(
        str(each.dtype) in _TYPES for each in keras.tree.flatten(columns)
    )
    return columns if known else None


def _of_keras_precision(array: Array) -> Array:
    """Returns floats as a step would make them of what it is sent."""
    if array.dtype == np.float64:
        return array.astype(keras.config.floatx())
    return array


def taken(model: "AdversarialModel", data: Any) -> Any:
    """Takes the rows that a batch names, and leaves all else as it is.

    Args:
        model: The model that is trained.
        data: A batch, as a step is given it.
    """
    # On torch, Keras makes a list of it.
    batch = data[0] if isinstance(data, (list, tuple)) and data else data
    if model.held is None or not (isinstance(batch, dict) and ORDER in batch):
        return data
    rows = model.held.store.rows(batch)
    found = keras.tree.pack_sequence_as(model.held.form, rows)
    found = pixel_bytes.as_floats(found)
    if len(batch[ORDER]) == 1:
        return found
    mirrored = batch[ORDER][1]
    if isinstance(found, tuple):
        return (_mirrored(found[0], mirrored), *found[1:])
    return _mirrored(found, mirrored)


def _mirrored(images: Tensor, where: Tensor) -> Tensor:
    return ops.where(
        where[:, None, None, None], ops.flip(images, axis=2), images
    )
