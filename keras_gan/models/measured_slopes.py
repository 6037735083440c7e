"""Does a penalty have the slope along its weights that the backend says?"""

import random
import threading
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._copies import copied
from keras_gan._typing import Tensor
from keras_gan.models import inspection

Array = np.ndarray[Any, Any]

_BATCH = 4
# How far the weights move: from steps that meet no kink to steps that rise
# above the rounding of layers which compute in float32 whatever they are told.
_STEPS = (1e-6, 1e-5, 1e-4, 1e-3)
_DIRECTIONS = 5
_ENOUGH_RIGHT, _ENOUGH_WRONG = 3, 2
_TOLERANCE = 2e-4
# A slope by differences must be this many times surer than what it refutes.
_MARGIN = 8.0
_NO_DERIVATIVE = (LookupError, RuntimeError, TypeError, ValueError)


class Slope(NamedTuple):
    """The penalty's slope along one direction of the weights.

    Attributes:
        derivative: As the backend has it.
        difference: By finite differences.
        doubt: By how much the latter may be off.
        scale: What is typical for such a direction.
    """

    derivative: float
    difference: float
    doubt: float
    scale: float

    @property
    def size(self) -> float:
        """What errors are compared with."""
        return max(abs(self.derivative), abs(self.difference), self.scale)

    @property
    def agrees(self) -> bool:
        """Whether the two are equal but for rounding."""
        error = abs(self.derivative - self.difference)
        return error <= _TOLERANCE * self.size

    @property
    def disagrees(self) -> bool:
        """Whether the two surely differ."""
        error = abs(self.derivative - self.difference)
        return not self.agrees and error > _MARGIN * self.doubt


def measured_fault(
    network: keras.Model, image_shape: Sequence[int | None]
) -> str | None:
    """Says what is wrong with the second derivative of a network, if anything.

    The derivative of a penalty `sum(|d score / d images|^2)` along random
    directions of the weights is compared with finite differences of the
    penalty, on a few random images in training mode. All is done on a copy in
    float64: steps of the weights can be so small there that they meet no kink,
    where a derivative and differences rightly disagree. Where they cannot be
    told from rounding, nothing is said; neither of what cannot be copied or
    called.

    Args:
        network: The discriminator, built. It is left as it is.
        image_shape: The shape of one image.

    Returns:
        A clause, or `None`.
    """
    weights = network.get_weights()
    found: list[str | None] = [None]

    def measure() -> None:
        if backend.replica()[1] > 1:
            return  # Gradients would be averaged over torch's processes.
        try:
            penalty = _Penalty(network, weights, image_shape)
            found[0] = _fault(penalty)
        except Exception:
            # A copy that cannot be made or called says nothing of the network.
            found[0] = None

    before, framework = random.getstate(), backend.random_state()
    # In a thread of its own: out of any `tf.distribute` scope, and with names,
    # scopes and dtype policy of Keras' own, of which it keeps one for each.
    thread = threading.Thread(target=measure)
    thread.start()
    thread.join()
    random.setstate(before)
    backend.set_random_state(framework)
    return found[0]


def _fault(penalty: "_Penalty") -> str | None:
    try:
        gradient = penalty.gradient()
    except _NO_DERIVATIVE as error:
        reason = str(error).strip().splitlines()[0]
        return f"it cannot be taken: {reason}"
    wrong: list[Slope] = []
    right = 0
    for slope in penalty.slopes(gradient):
        wrong += [slope] if slope.disagrees else []
        right += slope.agrees
        if right == _ENOUGH_RIGHT:
            return None
        if len(wrong) == _ENOUGH_WRONG:
            return (
                "along a random direction of the weights, the derivative of a "
                f"penalty is {wrong[0].derivative:.5g}, by finite differences "
                f"{wrong[0].difference:.5g}"
            )
    return None


class _Penalty:
    """A penalty on the gradient of a float64 copy, by the copy's weights."""

    def __init__(
        self,
        network: keras.Model,
        weights: Sequence[Array],
        image_shape: Sequence[int | None],
    ) -> None:
        self._random = np.random.default_rng(0)
        self._network, self._structure = _in_float64(network, image_shape)
        specs = keras.tree.flatten(self._structure)
        self._inputs = [self._example(each) for each in specs]
        shapes = [tuple(each.shape[1:]) for each in specs]
        self._place = _place(shapes, tuple(image_shape))
        if not self._network.built:
            self._outputs(self._inputs[self._place])
        self._network.set_weights(weights)
        for layer in backend.flat_layers(self._network):
            if hasattr(layer, "expect_updates"):
                layer.expect_updates()
        self._wrt = [
            v
            for v in self._network.trainable_variables
            if keras.backend.is_float_dtype(v.dtype)
        ]
        held = {id(v) for v in self._wrt}
        self._state = [
            (v, ops.convert_to_numpy(v).copy())
            for v in self._network.variables
            if id(v) not in held
        ]
        self._framework = backend.random_state()
        self._start = [self._moved(ops.convert_to_numpy(v)) for v in self._wrt]
        outputs = self._outputs(self._inputs[self._place])
        self._weights = [self._normal(tuple(y.shape)) for y in outputs]

    # What `backend.input_gradient` sees: a critic.

    @property
    def variables(self) -> list[Any]:
        """Everything that a call may read or change."""
        return list(self._network.variables)

    def __call__(self, images: Tensor) -> Tensor:
        """The score whose gradient is penalised."""
        pairs = zip(self._outputs(images), self._weights, strict=True)
        return sum(
            ops.sum(ops.cast(y, "float64") * ops.convert_to_tensor(w))
            for y, w in pairs
        )

    def value(self, shift: Sequence[Array] | None = None) -> float:
        """The penalty with the weights moved by `shift`."""
        self._reset(shift)
        return float(ops.convert_to_numpy(self._penalty()))

    def gradient(self) -> list[Array]:
        """The penalty's gradient by the weights, as the backend has it."""
        self._reset()
        _, gradients = backend.value_and_grad(
            lambda: (self._penalty(), ()), self._wrt, self.variables
        )
        return [
            np.zeros(v.shape)
            if g is None
            else ops.convert_to_numpy(ops.convert_to_tensor(g))
            for g, v in zip(gradients, self._wrt, strict=True)
        ]

    def slopes(self, gradient: Sequence[Array]) -> Iterator[Slope]:
        """Yields slopes along random directions."""
        middle = self.value()
        if abs(self.value() - middle) > 1e-9 * middle:
            return  # It draws random numbers that cannot be held fixed.
        for _ in range(_DIRECTIONS):
            direction = [self._normal(v.shape) * _size(v) for v in self._start]
            parts = [
                np.sum(g * d) for g, d in zip(gradient, direction, strict=True)
            ]
            typical = [
                np.sum(np.square(g * d))
                for g, d in zip(gradient, direction, strict=True)
            ]
            yield self._slope(
                direction, middle, float(sum(parts)), float(sum(typical)) ** 0.5
            )

    def _slope(
        self,
        direction: Sequence[Array],
        middle: float,
        derivative: float,
        scale: float,
    ) -> Slope:
        """The surest of those by steps of several sizes."""
        best = Slope(derivative, derivative, np.inf, scale)
        for step in _STEPS:
            whole, doubt = self._difference(direction, step, middle)
            slope = Slope(derivative, whole, doubt, scale)
            if not slope.agrees:
                half, more = self._difference(direction, step / 2, middle)
                doubt = max(doubt, more, abs(whole - half))
                slope = Slope(derivative, half, doubt, scale)
            if slope.agrees or slope.doubt < 0.1 * _TOLERANCE * slope.size:
                return slope
            best = min(best, slope, key=lambda each: each.doubt / each.size)
        return best

    def _difference(
        self, direction: Sequence[Array], step: float, middle: float
    ) -> tuple[float, float]:
        """The slope by finite differences, and how far it may be off.

        Rounding, and the jump where a kink is met, show in the second
        difference as they do in the first.
        """
        ahead = self.value([step * d for d in direction])
        behind = self.value([-step * d for d in direction])
        slope = (ahead - behind) / (2 * step)
        return slope, abs(ahead + behind - 2 * middle) / (2 * step)

    def _penalty(self) -> Tensor:
        images = ops.convert_to_tensor(self._inputs[self._place])
        gradient = backend.input_gradient(self, images)
        return ops.sum(ops.square(ops.cast(gradient, "float64")))

    def _outputs(self, images: Tensor) -> list[Tensor]:
        inputs = [ops.convert_to_tensor(each) for each in self._inputs]
        inputs[self._place] = ops.convert_to_tensor(images)
        given = keras.tree.pack_sequence_as(self._structure, inputs)
        return [
            y
            for y in keras.tree.flatten(self._network(given, training=True))
            if keras.backend.is_float_dtype(y.dtype)
        ]

    def _reset(self, shift: Sequence[Array] | None = None) -> None:
        for variable, value in self._state:
            variable.assign(ops.convert_to_tensor(value, dtype=variable.dtype))
        backend.set_random_state(self._framework)
        for index, variable in enumerate(self._wrt):
            value = self._start[index]
            variable.assign(value if shift is None else value + shift[index])

    def _moved(self, value: Array) -> Array:
        """Near the value, but where nothing is zero by initialisation."""
        noise = self._normal(value.shape)
        return value.astype("float64") + 0.3 * _size(value) * noise

    def _example(self, spec: Any) -> Array:
        shape = (_BATCH, *(size or 8 for size in spec.shape[1:]))
        if not keras.backend.is_float_dtype(spec.dtype):
            return np.zeros(shape, spec.dtype)
        return self._random.uniform(-1.0, 1.0, shape)

    def _normal(self, shape: Sequence[int]) -> Array:
        return np.asarray(self._random.normal(size=tuple(shape)))


def _size(value: Array) -> float:
    """Of a typical weight; biases start at zero."""
    return float(np.sqrt(np.mean(np.square(value.astype("float64"))))) + 0.02


def _in_float64(
    network: keras.Model, image_shape: Sequence[int | None]
) -> tuple[Any, Any]:
    """Returns a copy, and its inputs: symbols in their structure."""
    declared = inspection.symbolic_inputs(network)
    if not declared:
        images = keras.Input(tuple(image_shape), dtype="float64")
        return copied(network, _float64), images
    sequential = isinstance(network, keras.Sequential)
    inputs = keras.tree.map_structure(
        lambda each: keras.Input(each.shape[1:], dtype=_float64(each.dtype)),
        declared[0] if sequential else network.input,
    )
    if type(network).__module__.split(".")[0] != "keras":
        return copied(network, _float64), inputs
    return copied(network, _float64, inputs), inputs


def _place(
    shapes: list[tuple[int | None, ...]], image_shape: tuple[int | None, ...]
) -> int:
    """Which of the inputs takes the images."""
    fitting = [
        index
        for index, shape in enumerate(shapes)
        if len(shape) == len(image_shape)
        and all(
            size in (None, wanted)
            for size, wanted in zip(shape, image_shape, strict=True)
        )
    ]
    return fitting[0]


def _float64(name: str) -> str:
    return "float64" if "float" in name else name
