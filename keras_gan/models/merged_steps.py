"""How many training steps does one call of the compiled function make?"""

import contextlib
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import keras

from keras_gan import backend

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel


AUTO = "auto"

# About a third of a second on two CPU cores: short enough to show progress and
# to be interrupted, and long beside the milliseconds of a call.
_MULTIPLICATIONS = 1e10
_MOST = 32
_UNKNOWN = 32
"""Pixels along an axis, where a network takes any number."""
_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
)


def checked(requested: int | str) -> int:
    """Checks `steps_per_execution`; left open, it is 1 outside `fit`."""
    if requested == AUTO:
        return 1
    if isinstance(requested, str) or requested < 1:
        raise ValueError(
            "`steps_per_execution` must be a number of at least 1 or "
            f'"auto". Received: steps_per_execution={requested!r}'
        )
    return int(requested)


def choose(
    model: "AdversarialModel", data: Any, settings: dict[str, Any]
) -> int:
    """Returns how many steps to make together, as far as nobody notices.

    Args:
        model: A GAN that has seen its `first_batch`.
        data: What `fit` trains on.
        settings: The other arguments of `fit`.

    Returns:
        1 where steps are costly, where a callback wants each batch, and where
        the backend gains nothing.
    """
    batch = getattr(model, "first_batch", None)
    if batch is None or model.run_eagerly or not backend.merges_steps(model):
        return 1
    if any(_wants_each_batch(c) for c in _all(settings.get("callbacks"))):
        return 1
    most = max(
        1, min(_MOST, round(_MULTIPLICATIONS / _cost(model, batch.size)))
    )
    # Keras would go beyond a number of steps that isn't a multiple.
    named = ("steps_per_epoch", "validation_steps")
    steps = math.gcd(*(settings.get(name) or 0 for name in named))
    if steps == 0:
        return _alike(most, _batches(data))
    return max(k for k in range(1, most + 1) if steps % k == 0)


@contextlib.contextmanager
def together(model: "AdversarialModel", number: int) -> Iterator[None]:
    """Makes so many steps an execution, where `compile` left it open.

    Args:
        model: A compiled model.
        number: How many.
    """
    if model.compile_settings["steps_per_execution"] != AUTO:
        yield
        return
    if number != model.steps_traced:
        model.train_function = None
        model.steps_traced = number
    if number == 1:
        yield
        return
    model.steps_per_execution = number
    # Its number of steps is traced, too.
    model.test_function = None
    try:
        yield
    finally:
        model.test_function = None
        model.steps_per_execution = 1


def _alike(most: int, batches: int | None) -> int:
    """Returns how many steps to make in each call, none much shorter.

    Keras counts a last call that is cut short as a whole one: its progress bar
    would go far beyond its end. So it does by fewer steps than there are calls.
    """
    if not batches:
        return most
    return math.ceil(batches / math.ceil(batches / most))


def _batches(data: Any) -> int | None:
    """Returns how many batches an epoch has, where that is known."""
    if isinstance(data, keras.utils.PyDataset):
        return None if data.num_batches is None else int(data.num_batches)
    count = getattr(data, "cardinality", None)
    known = int(count()) if callable(count) else 0
    return known if known > 0 else None


def _all(callbacks: Any) -> Iterator[Any]:
    several = isinstance(callbacks, (list, tuple))
    given = (
        callbacks if several else getattr(callbacks, "callbacks", [callbacks])
    )
    return (each for each in given if each is not None)


def _wants_each_batch(callback: Any) -> bool:
    """Whether it looks at batches; one may say so by `wants_each_batch`."""
    said = getattr(callback, "wants_each_batch", None)
    if said is not None:
        return bool(said)
    # Those of Keras say so in other words.
    for name in ("save_freq", "update_freq"):
        if getattr(callback, name, None) == "epoch":
            return bool(getattr(callback, "profile_batch", 0))
    return any(_overridden(callback, name) for name in _HOOKS)


def _overridden(callback: Any, name: str) -> bool:
    base = getattr(keras.callbacks.Callback, name)
    found = getattr(callback, name, base)
    return getattr(found, "__func__", found) is not base


def _cost(model: "AdversarialModel", batch_size: int) -> float:
    """Multiplications of a step, roughly.

    Of the forward pass the last player takes three, as often as it is updated,
    and those before it eight.
    """
    passes = 0
    for player in model.players.values():
        each = 3 if player is model.players.maker else 8
        networks = player.networks.values()
        passes += each * sum(multiplications(network) for network in networks)
    return max(1, batch_size * passes)


def multiplications(network: keras.Model) -> int:
    """Returns about how many multiplications one sample takes."""
    return sum(
        math.prod(layer.kernel.shape) * _positions(layer)
        for layer in backend.flat_layers(network)
        if hasattr(layer, "kernel")
    )


def _positions(layer: Any) -> int:
    """At how many places a kernel is applied."""
    spatial = len(layer.kernel.shape) - 2
    if spatial < 1:
        return 1
    try:
        shapes = layer.input.shape, layer.output.shape
    except (AttributeError, ValueError):
        # Called by a subclass, or several times: too many rather than too few.
        return int(_UNKNOWN**spatial)
    # Strides divide the output's places, transposed ones the input's.
    return min(
        math.prod(
            _UNKNOWN if size is None else size for size in shape[1:][:spatial]
        )
        for shape in shapes
    )
