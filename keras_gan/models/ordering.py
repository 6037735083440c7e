"""In which order does `fit` see the user's arrays?"""

from typing import Any

import keras
import numpy as np

_KERAS_OWN = (
    "sample_weight",
    "class_weight",
    "validation_split",
    "steps_per_epoch",
)


class ArrayBatches(keras.utils.PyDataset):
    """Batches of arrays, in an order that only the seed and the epoch decide.

    Keras' own shuffling cannot be resumed exactly, and repeats one order in
    every epoch on TensorFlow after `keras.utils.set_random_seed`.

    Args:
        arrays: Arrays of one length: images, or images and labels.
        batch_size: Samples in a batch; the last one may be smaller.
        seed: A non-negative integer.
    """

    def __init__(
        self,
        arrays: tuple[np.ndarray[Any, Any], ...],
        batch_size: int,
        seed: int,
    ) -> None:
        super().__init__()
        self._arrays = arrays
        self._batch_size = batch_size
        self._seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Takes on the order of an epoch, counted from 0."""
        generator = np.random.default_rng([self._seed, epoch])
        self._order = generator.permutation(len(self._arrays[0]))

    def __len__(self) -> int:
        return -(-len(self._arrays[0]) // self._batch_size)

    def __getitem__(self, index: int) -> Any:
        start = index * self._batch_size
        chosen = self._order[start : start + self._batch_size]
        batch = tuple(array[chosen] for array in self._arrays)
        return batch if len(batch) > 1 else batch[0]


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


def _shuffled_arrays(x: Any, y: Any, settings: dict[str, Any]) -> bool:
    return (
        isinstance(x, np.ndarray)
        and (y is None or isinstance(y, np.ndarray))
        and settings.get("shuffle", True) is True
        and not any(settings.get(name) for name in _KERAS_OWN)
    )


def _without_warning(x: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """Leaves shuffling to data sets that do it themselves.

    Keras would warn that its own default is ignored, or shuffle batches whose
    order is fixed by the epoch once more.
    """
    if hasattr(x, "__array__") and not hasattr(x, "set_epoch"):
        return settings
    if isinstance(x, keras.utils.PyDataset) and not hasattr(x, "set_epoch"):
        return settings
    return {"shuffle": False, **settings}
