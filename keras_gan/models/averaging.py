"""An exponential moving average of a network."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan import backend, schedules
from keras_gan._copies import copied
from keras_gan._typing import Tensor
from keras_gan.schedules import HalfLife, Number

_HALF = {"float16": "mixed_float16", "bfloat16": "mixed_bfloat16"}


class Average:
    """The rule by which averaged weights follow the trained ones.

    Args:
        decay: Share of the average that stays at each generator update, in
            `[0, 1)`: a number, a schedule, or a `HalfLife`; `None` for no
            average.
    """

    def __init__(self, decay: Number | HalfLife | None) -> None:
        self.decay: Number | HalfLife | None = decay
        if not isinstance(decay, HalfLife | None):
            self.decay = schedules.number_or_schedule(
                "ema_decay",
                decay,
                "[0, 1)",
                why=": the share of the average that stays at each generator "
                "update; 0.999 is usual",
            )

    @property
    def counts_images(self) -> bool:
        """Whether it moves by how many images were trained on."""
        return isinstance(self.decay, HalfLife)

    def twin(
        self, generator: keras.Model, build: Callable[[keras.Model], Any]
    ) -> keras.Model:
        """Returns a copy of a network to hold the average.

        It computes as the generator does, but holds float32 where that holds
        float16 or bfloat16, in which small steps would be rounded away.

        Args:
            generator: The trained network, built.
            build: Builds the copy.

        Raises:
            ValueError: If the generator cannot be copied, or not so.
        """
        # Else its variables' paths would equal the generator's.
        with keras.name_scope("ema"):
            twin = _copy(generator)
            build(twin)
        _refuse_half(twin)
        # Through numpy: a shared buffer could not be donated twice on JAX.
        twin.set_weights(generator.get_weights())
        twin.trainable = False
        return twin

    def update(
        self,
        average: keras.Model,
        generator: keras.Model,
        updates: Tensor,
        images: Tensor | None = None,
    ) -> None:
        """Moves the average towards the generator.

        Batch statistics are averaged like the weights that they belong to. What
        a layer with `before_update` keeps beside its weights is found anew from
        the averaged ones: a mean of unit vectors is none.

        Args:
            average: What `twin` returned.
            generator: The trained network.
            updates: How often the generator has been updated.
            images: Real images that were trained on since its last update,
                where `counts_images`.
        """
        keep = self._kept(updates, images)
        own = {id(v) for layer in _following(generator) for v in _state(layer)}
        for mean, value in zip(average.weights, generator.weights, strict=True):
            if id(value) in own:
                continue
            if keras.backend.is_float_dtype(mean.dtype):
                away = ops.cast(value, mean.dtype) - mean
                mean.assign(mean + ops.cast(1.0 - keep, mean.dtype) * away)
            else:
                mean.assign(ops.copy(value))
        for layer in _following(average):
            layer.before_update()

    def _kept(self, updates: Tensor, images: Tensor | None) -> Tensor:
        """The share of the average that stays, after so many updates."""
        assert self.decay is not None
        # Schedules count the updates before the one that was just made.
        step = updates - 1
        decay: Any = self.decay
        number = decay
        if isinstance(decay, HalfLife):
            number, decay = decay.images, decay.decay(step, images)
        if schedules.is_schedule(number):
            return schedules.at(decay, step)
        count = ops.cast(updates, "float32")
        return ops.minimum(decay, (1.0 + count) / (20.0 + count))


def _following(network: keras.Model) -> list[Any]:
    """The layers whose own state follows their weights."""
    layers = backend.flat_layers(network)
    return [layer for layer in layers if hasattr(layer, "before_update")]


def _state(layer: keras.layers.Layer) -> list[keras.Variable]:
    """What a layer holds beside the weights that are trained."""
    inside = list(backend.flat_layers(layer))[1:]
    others = {id(v) for each in inside for v in each.weights}
    return [v for v in layer.non_trainable_weights if id(v) not in others]


def _refuse_half(twin: keras.Model) -> None:
    half = [v.path for v in twin.weights if v.dtype in _HALF]
    if half:
        raise ValueError(
            "`ema_decay` needs an average that is kept in float32, but copies "
            f"of {half} are float16 or bfloat16, in which small steps are "
            'rounded away. Use the dtype policy "mixed_float16" or '
            '"mixed_bfloat16", or leave `ema_decay` out.'
        )


def _copy(generator: keras.Model) -> Any:
    wrapped = [
        layer.name
        for layer in backend.flat_layers(generator)
        if isinstance(layer, keras.layers.TorchModuleWrapper)
    ]
    if wrapped:
        raise ValueError(
            "`ema_decay` cannot average a torch module, whose batch statistics "
            "and other buffers Keras does not see. Received: a generator with "
            f"TorchModuleWrapper {wrapped}. Leave `ema_decay` out, or write "
            "the layers in Keras."
        )
    try:
        return copied(generator, lambda name: _HALF.get(name, name))
    except (TypeError, NotImplementedError) as error:
        raise ValueError(
            "`ema_decay` needs a copy of the generator, and the generator "
            f"could not be copied: {error}. Give its class "
            f"({type(generator).__name__}) a `get_config` that returns its "
            "constructor's arguments, or leave `ema_decay` out."
        ) from error
