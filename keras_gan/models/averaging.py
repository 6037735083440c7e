"""An exponential moving average of the generator."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan._checks import number_in
from keras_gan._typing import Tensor
from keras_gan.models import inspection


class Average:
    """The rule by which averaged weights follow the trained ones.

    Args:
        decay: Share of the average that stays at each generator update, in
            `[0, 1)`, or `None` for no average.
    """

    def __init__(self, decay: float | None) -> None:
        self.decay = (
            None
            if decay is None
            else number_in(
                "ema_decay",
                decay,
                "[0, 1)",
                why=": the share of the average that stays at each generator "
                "update; 0.999 is usual",
            )
        )

    def twin(
        self, generator: keras.Model, build: Callable[[keras.Model], Any]
    ) -> keras.Model | None:
        """Returns a copy of the generator to hold the average, if wanted.

        Args:
            generator: The trained network, built.
            build: Calls a generator symbolically, which builds it.
        """
        if self.decay is None:
            return None
        # Else its variables' paths would equal the generator's.
        with keras.name_scope("ema"):
            twin = _copy(generator)
            build(twin)
        # Through numpy: a shared buffer could not be donated twice on JAX.
        twin.set_weights(generator.get_weights())
        twin.trainable = False
        return twin

    def update(
        self,
        average: keras.Model | None,
        generator: keras.Model,
        updates: Tensor,
    ) -> None:
        """Moves the average towards the generator.

        Batch statistics are averaged like the weights that they belong to.

        Args:
            average: What `twin` returned.
            generator: The trained network.
            updates: How often the generator has been updated.
        """
        if average is None or self.decay is None:
            return
        count = ops.cast(updates, "float32")
        keep = ops.minimum(self.decay, (1.0 + count) / (20.0 + count))
        for mean, value in zip(average.weights, generator.weights, strict=True):
            if keras.backend.is_float_dtype(mean.dtype):
                step = ops.cast(1.0 - keep, mean.dtype) * (value - mean)
                mean.assign(mean + step)
            else:
                mean.assign(ops.copy(value))


def _copy(generator: keras.Model) -> keras.Model:
    try:
        if inspection.symbolic_inputs(generator):
            return keras.models.clone_model(generator)
        return type(generator).from_config(generator.get_config())
    except (TypeError, NotImplementedError) as error:
        raise ValueError(
            "`ema_decay` needs a copy of the generator, and the generator "
            f"could not be copied: {error}. Give its class "
            f"({type(generator).__name__}) a `get_config` that returns its "
            "constructor's arguments, or leave `ema_decay` out."
        ) from error
