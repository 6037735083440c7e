"""Which values can the output of a network take?

Read off its last layer where that says it, and measured otherwise: a sigmoid
may be applied inside `call`, by `keras.ops`, or before a pooling, and one in
the middle of a network says nothing of its output.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor
from keras_gan.layers import (
    EqualizedDense,
    Projection,
    SpectralNormalization,
)

Array = np.ndarray[Any, Any]


class Values(NamedTuple):
    """What an output can be.

    Attributes:
        low: The least value, `-inf` where there is none.
        high: The largest value, `inf` where there is none.
        shares: Whether each row sums to 1, as after a softmax.
    """

    low: float
    high: float
    shares: bool = False

    @property
    def bounded(self) -> bool:
        """Whether there is a least and a largest value."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def probabilities(self) -> bool:
        """Whether all values lie in [0, 1]."""
        return self.low >= 0.0 and self.high <= 1.0


_ANY = Values(-math.inf, math.inf)
_NOT_NEGATIVE = Values(0.0, math.inf)
_UNIT = Values(0.0, 1.0)

_ACTIVATIONS = {
    "tanh": Values(-1.0, 1.0),
    "softsign": Values(-1.0, 1.0),
    "hard_tanh": Values(-1.0, 1.0),
    "sigmoid": _UNIT,
    "hard_sigmoid": _UNIT,
    "softmax": Values(0.0, 1.0, shares=True),
    "linear": _ANY,
    "leaky_relu": _ANY,
    "relu": _NOT_NEGATIVE,
    "softplus": _NOT_NEGATIVE,
    "relu6": Values(0.0, 6.0),
}
"""By the name of a function of `keras.activations`, or of an operation."""

# Layers whose output is that of their `activation`.
_ACTIVATED = (
    keras.layers.Activation,
    keras.layers.Dense,
    keras.layers.EinsumDense,
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
    keras.layers.DepthwiseConv1D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv1D,
    keras.layers.SeparableConv2D,
)

# Layers that move or drop values but do not change them.
_PASSIVE = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
    keras.layers.Cropping3D,
    keras.layers.UpSampling1D,
    keras.layers.UpSampling2D,
    keras.layers.UpSampling3D,
    keras.layers.GlobalMaxPooling1D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.GlobalMaxPooling3D,
)


def output_values(
    network: keras.layers.Layer, run: Callable[[int], Any], index: int = 0
) -> Values | None:
    """Returns which values an output of a network can take.

    Args:
        network: A built network.
        run: Calls the network in inference mode on so many random inputs, and
            returns its output, or all of them.
        index: Which of its outputs.

    Returns:
        The values, or `None` where they cannot be told: the network fails on
        such inputs, or its output does not depend on its weights and inputs.
    """
    return _stated(network, index) or _measured(network, run, index)


# ------------------------------------------------------ read off the network


def _stated(network: keras.layers.Layer, index: int = 0) -> Values | None:
    """Returns what the last layer says; `None` where it says nothing."""
    if isinstance(network, SpectralNormalization):
        return _stated(network.layer)
    if isinstance(network, (EqualizedDense, Projection)):
        return _ANY
    if isinstance(network, _ACTIVATED):
        return _ACTIVATIONS.get(getattr(network.activation, "__name__", ""))
    outputs = _symbolic_outputs(network)
    if index < len(outputs):
        return _stated_by(outputs[index])
    return None


def _stated_by(output: Tensor) -> Values | None:
    """Follows a symbolic tensor back to the layer that made its values."""
    layer = backend.producer(output)
    while isinstance(layer, _PASSIVE):
        layer = backend.producer(layer.input)
    if isinstance(layer, keras.layers.Layer):
        outputs = _symbolic_outputs(layer)
        return _stated(layer) if len(outputs) < 2 else None
    return None


def _symbolic_outputs(network: keras.layers.Layer) -> list[Tensor]:
    """Returns the outputs of a Sequential or functional model."""
    try:
        outputs = network.outputs
    except (AttributeError, ValueError):
        return []
    return list(keras.tree.flatten(outputs)) if outputs else []


# ----------------------------------------------------------------- measured

_DRAWS, _SAMPLES = 4, 4
# How much larger each kernel is than what keeps the size of what passes: the
# first of these under which a deep network does not overflow.
_GAINS = (1e3, 30.0, 4.0, 2.0, 1.3)
_STABLE = 0.02
"""The share of all values' distance that a bound may move, or be missed by."""
_OFTEN = 0.05
"""Share of the values that lie at a bound, under large weights."""
_USUAL = (_UNIT, Values(-1.0, 1.0))

_FAILURES = (ValueError, TypeError, RuntimeError, ArithmeticError, LookupError)


def _measured(
    network: keras.layers.Layer, run: Callable[[int], Any], index: int
) -> Values | None:
    """Tries large random weights: what is bounded stays so."""
    for gain in _GAINS:
        large = _outputs(network, run, index, gain)
        small = _outputs(network, run, index, gain / 2)
        if large is not None and small is not None:
            return _values(small, large)
    return None


def _outputs(
    network: keras.layers.Layer,
    run: Callable[[int], Any],
    index: int,
    gain: float,
) -> Array | None:
    """Returns an output `(n, values)`; `None` where it is not finite."""
    found = []
    for draw in range(_DRAWS):
        weights = _random_weights(network, gain, np.random.default_rng(draw))
        try:
            with keras.StatelessScope(weights):
                outputs = backend.constant(lambda: run(_SAMPLES))
        except _FAILURES:
            return None
        output = keras.tree.flatten(outputs)[index]
        values = ops.convert_to_numpy(ops.cast(output, "float32"))
        if not np.isfinite(values).all():
            return None
        found.append(values.astype("float64").reshape(-1, values.shape[-1]))
    return np.concatenate(found)


def _random_weights(
    network: keras.layers.Layer, gain: float, random: np.random.Generator
) -> list[tuple[Any, Tensor]]:
    """Draws kernels. Vectors keep their values: some are batch statistics."""
    drawn = []
    for variable in network.variables:
        shape = variable.shape
        floating = keras.backend.is_float_dtype(variable.dtype)
        if floating and len(shape) > 1 and math.prod(shape):
            size = gain * (2 / math.prod(shape[:-1])) ** 0.5
            values = size * random.standard_normal(shape)
            drawn.append(
                (variable, ops.convert_to_tensor(values, variable.dtype))
            )
    return drawn


def _values(small: Array, large: Array) -> Values | None:
    """Compares outputs under smaller and larger weights."""
    both = np.concatenate([small, large])
    low, high = both.min(), both.max()
    if high - low < 1e-6 * max(1.0, abs(low), abs(high)):
        return None
    if low >= 0 and np.allclose(both.sum(axis=-1), 1.0, atol=1e-2):
        return _UNIT._replace(shares=both.shape[-1] > 1)
    for usual in _USUAL:
        if usual.low <= low and high <= usual.high:
            return usual
    span = float(large.max() - large.min())
    # What one side grows by must not hide that the other moves a little.
    tolerance = _STABLE * span if _stays(small, large, span) else 1e-6 * span
    return Values(
        0.0 - _largest(-small, -large, tolerance),
        _largest(small, large, tolerance),
    )


def _stays(small: Array, large: Array, span: float) -> bool:
    """Whether larger weights make no larger outputs, on either side."""
    moved = max(
        abs(float(large.max() - small.max())),
        abs(float(large.min() - small.min())),
    )
    return moved <= _STABLE * span


def _largest(small: Array, large: Array, tolerance: float) -> float:
    """Returns the value that none exceeds, or `inf`."""
    end, before = float(large.max()), float(small.max())
    at_end = float(np.mean(large >= end - tolerance))
    if abs(end - before) > tolerance or at_end < _OFTEN:
        return math.inf
    # tanh ends a little below 1.
    near = round(2 * end) / 2
    return near if abs(end - near) <= tolerance else end
