"""Spectral normalisation as published."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._checks import instance_of, whole_number
from keras_gan._typing import Tensor

__all__ = ["SpectralNormalization"]

_TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)
_DEPTHWISE = (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)

# Power iterations at build, so that the first forward pass is normalised too.
_INITIAL_ITERATIONS = 30
_SMALLEST_NORM = 1e-12
_UNIT_TOLERANCE = 1e-5


@keras.saving.register_keras_serializable("keras_gan")
class SpectralNormalization(keras.layers.Wrapper):
    """Wraps a layer so that it works with `kernel / sigma(kernel)`.

    `sigma(W) = v^T W u` is the largest singular value of the kernel as a matrix
    of inputs x outputs. A power iteration `v <- W u / |W u|`,
    `u <- W^T v / |W^T v|` follows it while the kernel is trained. The raw
    kernel is what is stored and trained, and the gradient passes through
    `sigma` with `u` and `v` held constant; `u` and `v` are saved.

    The layer works with a kernel of spectral norm 1, as in the paper. A dense
    layer is then 1-Lipschitz; a convolution, whose kernel meets each value
    several times, need not be. With all layers of a discriminator wrapped,
    training is steadied at a small cost and without a penalty. It pairs well
    with the hinge loss. Unlike
    `keras.layers.SpectralNormalization`, which overwrites the kernel in the
    forward pass, it may be called several times before a gradient is taken,
    and trains alike on all backends.

    In a GAN of this package the kernel is followed once before each update of
    the network that holds the layer, and at no other time: all calls of one
    update (on reals, on fakes, in a penalty), and those of the other player's
    updates, see one function. A GAN says so when it is made, by
    `expect_updates`, and then calls `before_update`. In any other Keras model
    each call with `training=True` iterates first.

    Args:
        layer: layer with a `kernel` or `embeddings`: Dense, EinsumDense,
            convolutions (transposed, depthwise), Embedding. A depthwise kernel
            is taken as the matrix of its taps x its output channels, that of
            an EinsumDense as its equation has it.
        power_iterations: int from 1 to 1000, iterations for each update. One is
            enough, as the kernel moves little between updates.
        **kwargs: `name`, `dtype`, `trainable` of `keras.layers.Layer`.

    Raises:
        TypeError: `layer` is no Keras layer.
        ValueError: `power_iterations` is out of range, the layer has
            no kernel, or the kernel of an EinsumDense is no matrix from inputs
            to outputs, as in `"abc,bcd->abd"`: one for each b.

    Example:
        >>> layer = keras_gan.layers.SpectralNormalization(
        ...     keras.layers.Conv2D(64, 5, strides=2, padding="same")
        ... )
        >>> layer(images).shape
        (8, 14, 14, 64)

    Reference: Miyato et al., 2018, arXiv 1802.05957, section 2.1, eq. 12 and
    algorithm 1.
    """

    def __init__(
        self,
        layer: keras.layers.Layer,
        *,
        power_iterations: int = 1,
        **kwargs: Any,
    ) -> None:
        instance_of("layer", layer, keras.layers.Layer, "a Keras layer")
        super().__init__(layer, **kwargs)
        # Each is compiled into the step.
        self.power_iterations = whole_number(
            "power_iterations", power_iterations, 1, 1000
        )
        self._iterates_in_call = True

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Creates the weights."""
        super().build(input_shape)
        self._kernel = _kernel_of(self.layer)
        self._input_axes = _input_axes(self.layer, len(self._kernel.shape))
        inputs, outputs = self._matrix().shape
        # Initialisers, not values: inside a symbolic build the kernel gets its
        # value later, but always before these two.
        self.u = self._add_vector("u", outputs, self._initial_u)
        self.v = self._add_vector("v", inputs, self._initial_v)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Applies the layer with its kernel normalised."""
        if training and self._iterates_in_call:
            self.power_iteration()
        kernel = ops.cast(self._kernel, self._precision)
        kernel = kernel / self._divisor()
        values = [
            (variable, kernel if variable is self._kernel else variable.value)
            for variable in self.layer.variables
        ]
        with keras.StatelessScope(values):
            return self.layer(inputs)

    def expect_updates(self) -> None:
        """Leaves iterating to `before_update`: no call does so any more.

        To be called before any step is traced: what is compiled once must not
        depend on what was called before.
        """
        self._iterates_in_call = False

    def before_update(self) -> None:
        """Iterates, once for an update; whoever calls it is in charge of it."""
        self.expect_updates()
        self.power_iteration()

    def power_iteration(self) -> None:
        """Moves `u` and `v` towards the kernel's first singular vectors."""
        matrix = ops.stop_gradient(self._matrix())
        u, v = self._vectors()
        for _ in range(self.power_iterations):
            v = _unit(ops.matmul(matrix, u), otherwise=v)
            u = _unit(ops.matmul(v, matrix), otherwise=u)
        self.u.assign(u)
        self.v.assign(v)

    def sigma(self) -> Tensor:
        """The current estimate of the kernel's spectral norm, a scalar.

        Differentiable with respect to the kernel.
        """
        u, v = self._vectors()
        return ops.sum(v * ops.matmul(self._matrix(), u))

    def load_own_variables(self, store: Any) -> None:
        """Restores `u` and `v`, at length 1."""
        super().load_own_variables(store)
        # Files of version 0.1.0 hold means of unit vectors in their averaged
        # networks; what is a unit vector stays as it is, to the bit.
        for vector in (self.u, self.v):
            value = ops.copy(vector.value)
            length = float(ops.convert_to_numpy(ops.norm(value)))
            if abs(length - 1.0) > _UNIT_TOLERANCE:
                vector.assign(_unit(value, otherwise=value))

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        shape: tuple[int | None, ...] = self.layer.compute_output_shape(
            input_shape
        )
        return shape

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "power_iterations": self.power_iterations,
        }

    @property
    def _precision(self) -> str:
        return "float64" if self.variable_dtype == "float64" else "float32"

    def _add_vector(self, name: str, size: int, initializer: Any) -> Any:
        return self.add_weight(
            name=name,
            shape=(size,),
            initializer=initializer,
            trainable=False,
            dtype=self._precision,
            autocast=False,
            # Replicas hold the same kernel, so the mean is each one's value.
            aggregation="mean",
        )

    def _initial_u(self, shape: tuple[int], dtype: Any) -> Tensor:
        matrix = self._matrix()
        start = np.random.default_rng(0).normal(size=shape)
        u = ops.convert_to_tensor(start / np.linalg.norm(start), dtype)
        for _ in range(_INITIAL_ITERATIONS):
            # Not yet a unit vector, but of a size that can be squared.
            u = ops.matmul(ops.matmul(matrix, u), matrix)
            u = u / (ops.max(ops.abs(u)) + _SMALLEST_NORM)
        return _unit(u, otherwise=ops.full(shape, shape[0] ** -0.5, dtype))

    def _initial_v(self, shape: tuple[int], dtype: Any) -> Tensor:
        uniform = ops.full(shape, shape[0] ** -0.5, dtype)
        return _unit(ops.matmul(self._matrix(), self.u), otherwise=uniform)

    def _matrix(self) -> Tensor:
        """The kernel as (inputs, outputs)."""
        kernel = ops.cast(self._kernel, self._precision)
        axes, shape = self._input_axes, kernel.shape
        others = tuple(a for a in range(len(shape)) if a not in axes)
        inputs = math.prod(shape[axis] for axis in axes)
        return ops.reshape(ops.transpose(kernel, axes + others), (inputs, -1))

    def _vectors(self) -> tuple[Tensor, Tensor]:
        # Copies: torch keeps what a gradient needs by reference, and `assign`
        # writes in place.
        return ops.copy(self.u.value), ops.copy(self.v.value)

    def _divisor(self) -> Tensor:
        sigma = self.sigma()
        # A kernel of zeros stays one.
        return ops.where(ops.abs(sigma) > _SMALLEST_NORM, sigma, 1.0)


def _kernel_of(layer: keras.layers.Layer) -> Any:
    for name in ("kernel", "embeddings"):
        kernel = getattr(layer, name, None)
        if isinstance(kernel, keras.Variable) and len(kernel.shape) > 1:
            return kernel
    raise ValueError(
        "`layer` must have a variable called `kernel` or `embeddings` (Dense, "
        "Conv2D, Conv2DTranspose, Embedding, ...); wrap the parts of a "
        f"composed layer one by one. Received: layer={layer}"
    )


def _input_axes(layer: keras.layers.Layer, rank: int) -> tuple[int, ...]:
    """Returns the kernel's axes that are not the outputs'."""
    axes = tuple(range(rank))
    if isinstance(layer, _TRANSPOSED):
        return (*axes[:-2], axes[-1])
    if isinstance(layer, _DEPTHWISE):
        return axes[:-2]
    if isinstance(layer, keras.layers.EinsumDense):
        return _summed_axes(layer.equation)
    return axes[:-1]


def _summed_axes(equation: str) -> tuple[int, ...]:
    operands, output = equation.replace(" ", "").split("->")
    given, kernel = operands.split(",")
    for letter in kernel:
        if (letter in given) == (letter in output):
            raise ValueError(
                "`layer` must sum over its inputs by one matrix: each letter "
                "of an EinsumDense's kernel belongs either to its input or to "
                f"its output. Received: equation={equation!r}, where "
                f"{letter!r} belongs to {'both' if letter in given else 'none'}"
            )
    return tuple(a for a, letter in enumerate(kernel) if letter in given)


def _unit(vector: Tensor, *, otherwise: Tensor) -> Tensor:
    """The vector at length 1; `otherwise` where it has none to scale."""
    norm = ops.sqrt(ops.sum(ops.square(vector)))
    has_length = norm > _SMALLEST_NORM
    return ops.where(
        has_length, vector / ops.where(has_length, norm, 1.0), otherwise
    )
