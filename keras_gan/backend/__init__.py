"""The port: all that differs between TensorFlow, JAX and torch.

Each adapter defines the names of `port.Port`. The rest of the package is
written in `keras.ops` and these functions, and never asks which backend runs.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import keras
from keras import ops

from keras_gan._typing import Tensor
from keras_gan.backend.port import Port
from keras_gan.backend.port import Recording as Recording
from keras_gan.backend.workers import Workers as Workers

_BACKENDS = ("tensorflow", "jax", "torch")
_OLDEST = (3, 15)
"""Before, a transposed convolution of stride 2 with an odd kernel is shifted by
a pixel on torch: a model trained elsewhere would draw other pictures there."""

if tuple(int(part) for part in keras.__version__.split(".")[:2]) < _OLDEST:
    raise ImportError(
        "keras_gan needs Keras 3.15 or later: below it the backends do not "
        "agree, and a model draws other pictures on torch than on TensorFlow. "
        f"Received: keras.__version__={keras.__version__!r}. Upgrade it: "
        "pip install 'keras>=3.15'"
    )

if keras.backend.backend() not in _BACKENDS:
    raise ImportError(
        "keras_gan trains on the tensorflow, jax and torch backends of Keras. "
        f"Received: KERAS_BACKEND={keras.backend.backend()!r}. Set "
        "KERAS_BACKEND to one of the three before keras is imported."
    )

_adapter = cast(
    Port,
    importlib.import_module(f"keras_gan.backend.{keras.backend.backend()}"),
)

if TYPE_CHECKING:
    from keras_gan.backend import jax, tensorflow, torch

    _adapters: tuple[Port, ...] = (jax, tensorflow, torch)

__all__ = [
    "Adam",
    "HeldRows",
    "Recording",
    "Stepper",
    "Workers",
    "all_sum",
    "apply_gradients",
    "average",
    "batch_share",
    "compiled",
    "constant",
    "convolves_groups_apart",
    "distributed",
    "draw",
    "eagerly",
    "flat_layers",
    "gathered",
    "generator_states",
    "global_mean",
    "holds_rows",
    "input_gradient",
    "merges_steps",
    "outputs_and_gradient",
    "predict_any_size",
    "producer",
    "random_state",
    "record",
    "refuse_optimizer",
    "refuse_unsupported",
    "replica",
    "resolve_jit_compile",
    "set_random_state",
    "strategy_scope",
    "update_if",
    "value_and_grad",
]

Adam: Any = _adapter.Adam
HeldRows: Any = _adapter.HeldRows
Stepper: Any = _adapter.Stepper
all_sum = _adapter.all_sum
apply_gradients = _adapter.apply_gradients
compiled = _adapter.compiled
constant = _adapter.constant
convolves_groups_apart = _adapter.convolves_groups_apart
distributed = _adapter.distributed
eagerly = _adapter.eagerly
holds_rows = _adapter.holds_rows
predict_any_size = _adapter.predict_any_size
merges_steps = _adapter.merges_steps
outputs_and_gradient = _adapter.outputs_and_gradient
random_state = _adapter.random_state
record = _adapter.record
refuse_optimizer = _adapter.refuse_optimizer
refuse_unsupported = _adapter.refuse_unsupported
replica = _adapter.replica
resolve_jit_compile = _adapter.resolve_jit_compile
set_random_state = _adapter.set_random_state
strategy_scope = _adapter.strategy_scope
update_if = _adapter.update_if
value_and_grad = _adapter.value_and_grad


def input_gradient(critic: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Returns d sum(critic(x)) / dx, itself differentiable.

    Args:
        critic: Takes `x` and returns scores. If it changes variables (batch
            statistics, dropout seeds), it names them in its attribute
            `variables`.
        x: A tensor, such as images.
    """
    _, gradient = outputs_and_gradient(
        lambda images: (critic(images), ()), x, getattr(critic, "variables", ())
    )
    return gradient


def draw(
    distribution: Callable[..., Tensor],
    shape: Sequence[Tensor],
    seed: keras.random.SeedGenerator,
) -> Tensor:
    """Draws random numbers, on each replica its own part of one global draw.

    Replicas hold equal seed states, so their own draws would be equal too.

    Args:
        distribution: A function of `keras.random`, such as
            `keras.random.normal`.
        shape: The shape for this replica; the first entry is the batch size.
        seed: The tracked generator to draw from.

    Returns:
        A tensor of shape `shape`.
    """
    index, count = replica()
    if count == 1:
        return distribution(tuple(shape), seed=seed)
    size, rest = shape[0], tuple(shape[1:])
    sizes = _sizes_of_replicas(size)
    start = ops.sum(sizes[:index])
    whole = distribution((ops.sum(sizes), *rest), seed=seed)
    return whole[start : start + size]


def batch_share(size: Tensor) -> Tensor:
    """Returns what a mean over this replica's samples counts for.

    It is 1 where all replicas hold equally many. The mean of `batch_share *
    replica's mean` over the replicas is the mean over the global batch, also
    where the last batch does not divide evenly.

    Args:
        size: How many samples this replica holds.
    """
    _, count = replica()
    if count == 1:
        return 1.0
    total = ops.sum(_sizes_of_replicas(size))
    return ops.cast(size, "float32") * count / ops.cast(total, "float32")


def average(values: Sequence[Tensor], size: Tensor) -> list[Tensor]:
    """Returns means over this replica's samples as means over all samples.

    Args:
        values: Scalars; differentiable.
        size: How many samples this replica holds.
    """
    _, count = replica()
    if count == 1:
        return list(values)
    shared = batch_share(size) * ops.stack(list(values))
    return list(ops.unstack(all_sum(shared) / count))


def gathered(values: Tensor) -> tuple[Tensor, Tensor]:
    """Returns what all replicas hold, joined along the batch, as a constant.

    Args:
        values: This replica's part, shape `(n, ...)`, float.

    Returns:
        All parts in the order of the replicas, equal on each of them; and
        where this replica's part begins.
    """
    values = ops.stop_gradient(values)
    index, count = replica()
    if count == 1:
        return values, 0
    sizes = _sizes_of_replicas(ops.shape(values)[0])
    before = ops.sum(sizes[:index])
    after = ops.sum(sizes) - before - ops.shape(values)[0]
    rest = tuple(values.shape[1:])
    around = [ops.zeros((n, *rest), values.dtype) for n in (before, after)]
    whole = ops.concatenate([around[0], values, around[1]])
    # What comes from the others is added to zeros.
    return all_sum(whole), before


def global_mean(values: Tensor) -> Tensor:
    """Returns the mean over the samples of all replicas, differentiable."""
    (mean,) = average([ops.mean(values)], ops.shape(values)[0])
    return mean


def _sizes_of_replicas(size: Tensor) -> Tensor:
    """How many samples each replica holds, int32 (replicas,)."""
    index, count = replica()
    mine = ops.one_hot(index, count, dtype="int32")
    return all_sum(mine * ops.cast(size, "int32"))


def generator_states(network: keras.layers.Layer) -> list[Any]:
    """Returns the states of random generators that Keras does not see.

    Those of the network's layers at any depth, each once where they share it.
    They are read and assigned as `keras.Variable`s are.
    """
    found = {
        id(state): state
        for layer in flat_layers(network)
        for state in _adapter.layer_generator_states(layer)
    }
    return list(found.values())


def flat_layers(network: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """Yields the network and every layer inside it, at any depth."""
    # Keras has no public walk that enters wrappers and composite layers.
    yield from network._flatten_layers()


def producer(output: Tensor) -> Any:
    """Returns the layer or operation that made a symbolic tensor.

    Args:
        output: An output of a Sequential or functional model.
    """
    # Keras has no public way from a tensor back to its layer.
    return output._keras_history.operation
