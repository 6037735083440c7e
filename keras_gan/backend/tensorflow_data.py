"""How does tf.data hand out batches to a GAN that trains?"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from keras_gan._typing import Tensor
from keras_gan.backend.held_rows import ORDER, Array, HeldRows, Kind, Order


class UntunedStrategy:
    """A strategy whose data tf.data does not tune, and so ends at once.

    tf.data tunes an iterator in a thread that often misses the word that the
    iterator is done with: it sleeps on, up to about as long as the epoch took
    and at most a minute, and the next epoch waits for it. Untuned pipelines
    have no such thread; `num_parallel_calls=tf.data.AUTOTUNE` then takes all
    cores, and `prefetch` still finds its own size.

    Tuned, short epochs of a dense GAN (10 to 40 steps) took 1.5 times as long
    by the clock on one core (1.4 to 1.7, the middle half of 15 rounds of
    `tests/benchmarks/savings.py`).
    """

    def __init__(self, strategy: tf.distribute.Strategy) -> None:
        self._strategy = strategy

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """The strategy's: Keras asks for it by `isinstance`."""
        return type(self._strategy)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._strategy, name)

    def experimental_distribute_dataset(
        self, dataset: tf.data.Dataset, options: Any = None
    ) -> Any:
        """Hands out a data set, untuned unless its own options say so."""
        if dataset.options().autotune.enabled is None:
            untuned = tf.data.Options()
            untuned.autotune.enabled = False
            dataset = dataset.with_options(untuned)
        return self._strategy.experimental_distribute_dataset(dataset, options)


class RowsInVariables(HeldRows):
    """Arrays in variables of any length, which the traced step reads.

    In a batch, as on the other backends, they would be copied at each step:
    batches of tf.data begin on the host. The batches of row numbers are made
    by tf.data alone. Python is called once an epoch, not for each batch.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        super().__init__(kinds)
        self._variables = [
            tf.Variable(
                _no_rows(kind), shape=(None, *kind.shape), trainable=False
            )
            for kind in kinds
        ]

    def fill(self, arrays: Sequence[Array]) -> None:
        """Brings arrays onto the device, equally many rows of each."""
        for variable, array in zip(self._variables, arrays, strict=True):
            variable.assign(
                array.astype(variable.dtype.as_numpy_dtype, copy=False)
            )

    def clear(self) -> None:
        """Gives their memory back."""
        for variable, kind in zip(self._variables, self._kinds, strict=True):
            variable.assign(_no_rows(kind))

    def batches(
        self,
        next_order: Callable[[], Order],
        like: Order,
        batch_size: int,
    ) -> tf.data.Dataset:
        """Returns batches of the order."""
        count = len(like[0])
        number, left = divmod(count, batch_size)

        def epoch() -> Any:
            yield tuple(
                (
                    each[: count - left].reshape(-1, batch_size),
                    each[count - left :],
                )
                for each in next_order()
            )

        def in_batches(*order: tuple[Tensor, Tensor]) -> tf.data.Dataset:
            # Slices of a matrix, which cost less than batching numbers.
            full = tf.data.Dataset.from_tensor_slices(
                {ORDER: tuple(each for each, _ in order)}
            )
            rest = tf.data.Dataset.from_tensors(
                {ORDER: tuple(each for _, each in order)}
            )
            return full.concatenate(rest) if left else full

        signature = tuple(
            (
                tf.TensorSpec((None, None), each.dtype),
                tf.TensorSpec((None,), each.dtype),
            )
            for each in like
        )
        epochs = tf.data.Dataset.from_generator(
            epoch, output_signature=signature
        )
        # Keras shows how many there are from the first epoch on.
        size = tf.data.experimental.assert_cardinality(number + bool(left))
        return epochs.flat_map(in_batches).apply(size)

    def rows(self, batch: dict[str, Any]) -> list[Tensor]:
        """Returns, in a step, the rows of each array that a batch names."""
        chosen = batch[ORDER][0]
        return [
            tf.cast(tf.gather(variable, chosen), kind.dtype)
            for variable, kind in zip(self._variables, self._kinds, strict=True)
        ]


def _no_rows(kind: Kind) -> Array:
    # TensorFlow leaves int32 variables on the host, where a step that XLA
    # compiled for a GPU can't read them.
    dtype = "int64" if kind.dtype == "int32" else kind.dtype
    return np.zeros((0, *kind.shape), dtype)
