"""In which order does `fit` see the user's arrays?"""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel


Array = np.ndarray[Any, Any]


class ArrayBatches(keras.utils.PyDataset):
    """Batches of arrays, in an order that only the seed and the epoch decide.

    Keras' own shuffling cannot be resumed exactly, and repeats one order in
    every epoch on TensorFlow after `keras.utils.set_random_seed`.

    Args:
        arrays: Images, images and labels, or nested ones, such as a dict:
            arrays of one length.
        batch_size: Samples in a batch; the last one may be smaller.
        seed: A non-negative integer.
    """

    def __init__(
        self, arrays: tuple[Any, ...], batch_size: int, seed: int
    ) -> None:
        super().__init__()
        self._arrays = arrays
        self._length = len(keras.tree.flatten(arrays)[0])
        self.batch_size = batch_size
        self._seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Takes on the order of an epoch, counted from 0."""
        generator = np.random.default_rng([self._seed, epoch])
        self._order = generator.permutation(self._length)

    def columns(self) -> Any:
        """Returns all rows, as a batch holds some."""
        return self._arrays if len(self._arrays) > 1 else self._arrays[0]

    def order(self) -> tuple[Array, ...]:
        """Returns which rows the epoch's batches hold, one after the other."""
        return (self._order.astype(np.int32),)

    def __len__(self) -> int:
        return -(-self._length // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        start = index * self.batch_size
        chosen = self._order[start : start + self.batch_size]
        return keras.tree.map_structure(
            lambda array: array[chosen], self.columns()
        )


class EpochOrder(keras.callbacks.Callback):
    """Tells data whose order depends on the epoch which epoch it is.

    An epoch is counted over all calls of `fit`, so that `fit(x, epochs=1)` in
    a loop sees another order each time. One that goes on at `initial_epoch`
    goes on with the order of that epoch.

    Args:
        model: The GAN that is trained. It keeps the count in
            `epochs_ordered`, which is saved with its weights.
        data: With a method `set_epoch`.
    """

    def __init__(self, model: "AdversarialModel", data: Any) -> None:
        super().__init__()
        self._trained = model
        self._data = data
        self._before: int | None = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Takes on the order of the epoch."""
        if self._before is None:
            # Not sooner: a backup is restored when training begins.
            self._before = max(0, self._trained.epochs_ordered - epoch)
        self._data.set_epoch(epoch + self._before)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Counts the epoch, before any other callback saves the model."""
        self._trained.epochs_ordered = epoch + (self._before or 0) + 1


def in_epoch_order(
    x: Any, y: Any, seed: int | None, settings: dict[str, Any]
) -> tuple[Any, Any, dict[str, Any]]:
    """Puts arrays that are to be shuffled into an order that can be resumed.

    Args:
        x: What `fit` was given.
        y: What `fit` was given.
        seed: The model's seed.
        settings: The other arguments of `fit`.

    Returns:
        What to pass to Keras' own `fit`: `x`, `y` and the other arguments.
    """
    if not _shuffled_arrays(x, y, settings):
        return x, y, _without_warning(x, settings)
    settings = dict(settings)
    batch_size = settings.pop("batch_size", None) or 32
    if settings.get("validation_batch_size") is None:
        settings["validation_batch_size"] = batch_size
    settings["shuffle"] = False
    arrays = (x,) if y is None else (x, y)
    return ArrayBatches(arrays, batch_size, seed or 0), None, settings


def with_epochs(model: "AdversarialModel", data: Any, callbacks: Any) -> Any:
    """Returns the callbacks of `fit`, `EpochOrder` first where it is needed."""
    if not hasattr(data, "set_epoch"):
        return callbacks
    order = EpochOrder(model, data)
    if isinstance(callbacks, keras.callbacks.CallbackList):
        # Of an earlier call of `fit` with this list, too.
        others = [
            each
            for each in callbacks.callbacks
            if not isinstance(each, EpochOrder)
        ]
        callbacks.callbacks = [order, *others]
        return callbacks
    given = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    return [order, *(each for each in given if each is not None)]


def split(x: Any, y: Any, share: float) -> tuple[Any, Any]:
    """Takes the last part of arrays for validation, as Keras does.

    Args:
        x: Arrays, or nested ones.
        y: Labels, or `None`.
        share: Which share is for validation, in (0, 1).

    Returns:
        `(x, y)` to train on, and `(x, y)` for validation.

    Raises:
        ValueError: If a part would be empty, or the data are not arrays.
    """
    flat = keras.tree.flatten((x, y))
    if not all(hasattr(each, "shape") for each in flat if each is not None):
        raise ValueError(
            "`validation_split` takes a part of arrays. Received: data of "
            f"type {type(x).__name__}. Pass validation_data instead."
        )
    count = len(keras.tree.flatten(x)[0])
    if not 0 < share < 1:
        raise ValueError(
            "`validation_split` must lie in (0, 1). "
            f"Received: validation_split={share!r}"
        )
    at = int(np.floor(count * (1.0 - share)))
    if at in (0, count):
        raise ValueError(
            "`validation_split` leaves a part empty. Received: "
            f"validation_split={share!r} of {count} images"
        )

    def part(which: slice) -> Any:
        return keras.tree.map_structure(
            lambda each: None if each is None else each[which], (x, y)
        )

    return part(slice(at)), part(slice(at, None))


def _shuffled_arrays(x: Any, y: Any, settings: dict[str, Any]) -> bool:
    arrays = keras.tree.flatten(x) if isinstance(x, dict) else [x]
    return (
        all(isinstance(each, np.ndarray) for each in arrays)
        and (y is None or isinstance(y, np.ndarray))
        and settings.get("shuffle", True) is True
        and not settings.get("steps_per_epoch")
    )


def _without_warning(x: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """Leaves shuffling to data sets that do it themselves.

    Keras would warn that its own default is ignored, or shuffle batches whose
    order is fixed by the epoch once more.
    """
    if isinstance(x, dict):
        return settings
    if hasattr(x, "__array__") and not hasattr(x, "set_epoch"):
        return settings
    if isinstance(x, keras.utils.PyDataset) and not hasattr(x, "set_epoch"):
        return settings
    return {"shuffle": False, **settings}
