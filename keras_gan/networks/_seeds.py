"""One seed for a pair of networks, another for each random thing in them."""

import random
from typing import Any

import keras

from keras_gan._checks import seed_or_none

__all__ = ["Seeds"]


class Seeds:
    """A stream of seeds that all follow from one.

    Every random layer gets its own: on torch an unseeded dropout draws from the
    process-wide generator, so that a resumed run would differ, and an
    initializer object used twice gives equal kernels.

    Args:
        seed: int, or None for a start that follows
            `keras.utils.set_random_seed`.
    """

    def __init__(self, seed: int | None) -> None:
        seed = seed_or_none("seed", seed)
        start = random.randrange(2**31) if seed is None else seed
        self._stream = random.Random(start)

    def next(self) -> int:
        """Returns a seed that was not returned before."""
        return self._stream.randrange(2**31)

    def initializer(self, identifier: Any) -> Any:
        """Returns the initializer with a seed of its own, if it takes one."""
        initializer = keras.initializers.get(identifier)
        if not isinstance(initializer, keras.initializers.Initializer):
            return initializer
        config = initializer.get_config()
        if "seed" not in config:
            return initializer
        return type(initializer).from_config({**config, "seed": self.next()})
