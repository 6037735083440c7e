"""How does tf.data hand out batches to a GAN that trains?"""

from typing import Any

import tensorflow as tf


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
