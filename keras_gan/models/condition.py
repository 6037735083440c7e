"""What are images conditioned on, and how does a network take it?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._checks import LARGEST_INT32, received, whole_number
from keras_gan._typing import Tensor
from keras_gan.layers import ConditionalBatchNormalization, Projection
from keras_gan.models import inspection

Array = np.ndarray[Any, Any]

_TOLD = (ConditionalBatchNormalization, Projection)
"""Layers that are made for a number of classes."""

_NAMES = ("label", "class", "condition")
"""What the name of an input that takes the condition has in it."""

_MAIN_NAMES = ("latent", "noise", "image", "picture")
"""What the name of the other input has in it."""


@dataclass(frozen=True)
class ConditionInput:
    """The input by which a network is told the condition.

    Attributes:
        shape: Of one condition; `None` where the network does not say it.
        dtype: An integer type for class numbers, else a float type.
        first: Whether it comes before the latents or images.
    """

    shape: tuple[int | None, ...] | None
    dtype: str = "float32"
    first: bool = False

    @property
    def by_index(self) -> bool:
        """Whether the network takes class numbers."""
        return not keras.backend.is_float_dtype(self.dtype)

    @property
    def one_number(self) -> bool:
        """Whether the network takes one number for each sample."""
        return self.shape in ((), (1,))

    @property
    def size(self) -> int | None:
        """How many numbers a vector has that the network takes, if it does."""
        vector = self.shape is not None and len(self.shape) == 1
        if not vector or self.by_index or self.one_number:
            return None
        assert self.shape is not None
        return self.shape[0]

    def join(self, main: Tensor, condition: Tensor) -> list[Tensor]:
        """Returns both inputs in the order of the network."""
        return [condition, main] if self.first else [main, condition]

    def encode(self, condition: Tensor, num_classes: int | None) -> Tensor:
        """Returns a condition in the form that the network takes.

        Args:
            condition: Classes `(n,)` or `(n, 1)`, one-hot rows, or what the
                network takes.
            num_classes: How many classes there are, if they are classes.
        """
        shape = (num_classes,) if self.shape is None else self.shape
        if tuple(condition.shape[1:]) == shape:
            return ops.cast(condition, self.dtype)
        one_hot = len(condition.shape) == 2 and condition.shape[1] not in (
            1,
            None,
        )
        if one_hot and (self.by_index or self.one_number):
            condition = ops.argmax(condition, axis=-1)
        if self.by_index or self.one_number:
            flat = ops.cast(condition, self.dtype)
            return ops.reshape(flat, (-1, *(1 for _ in shape)))
        flat = ops.reshape(ops.cast(condition, "int32"), (-1,))
        return ops.one_hot(flat, shape[-1], dtype=self.dtype)


def require_two_inputs(network: keras.Model, role: str, main: str) -> None:
    """Raises `ValueError` for a network that takes no condition."""
    inputs = inspection.symbolic_inputs(network)
    if len(inputs) not in (0, 2):
        raise ValueError(
            f"A conditional {role} takes two inputs, [{main}, labels]. "
            f"Received: {role}={network.name!r} with {len(inputs)}. For "
            "networks without labels use GAN or WGANGP, for a discriminator "
            "that names the class ACGAN."
        )


def condition_input(
    network: keras.Model,
    role: str,
    main: str,
    *,
    shape: tuple[int | None, ...] | None = None,
    sizes: tuple[int | None, int | None] = (None, None),
) -> ConditionInput:
    """Finds the input by which a network is told the condition.

    It is the one that takes integers, that has not the shape of the images,
    whose name says so, or that has the size of the condition; else the second.

    Args:
        network: The network.
        role: What errors call it.
        main: What its other input takes.
        shape: The shape of one image, for a discriminator.
        sizes: Of the other input, and of the condition, where they are known.

    Raises:
        ValueError: If it takes a dict, whose order says nothing, and nothing
            else does.
    """
    inputs = inspection.symbolic_inputs(network)
    if not inputs:
        return ConditionInput(None)
    first = _comes_first(inputs, shape, sizes)
    if first is None and isinstance(inspection.structure(network), dict):
        raise ValueError(
            f"It cannot be told which input of the {role} takes the {main} and "
            "which the labels. Received: inputs named "
            f"{[each.name for each in inputs]}. Give the one a name with "
            "'label' in it, pass num_classes=... or latent_dim=..., or make "
            f"the network of a list, [{main}, labels]."
        )
    spec = inputs[0 if first else 1]
    return ConditionInput(tuple(spec.shape[1:]), str(spec.dtype), bool(first))


def _comes_first(
    inputs: list[Tensor],
    shape: tuple[int | None, ...] | None,
    sizes: tuple[int | None, int | None],
) -> bool | None:
    """Whether the first of two inputs is the condition; `None`: unknown."""
    main_size, size = sizes
    widths = [
        each.shape[-1] if len(each.shape) == 2 else None for each in inputs
    ]
    names = [each.name.lower() for each in inputs]
    signs = (
        [not keras.backend.is_float_dtype(each.dtype) for each in inputs],
        [
            shape is not None and len(each.shape) - 1 != len(shape)
            for each in inputs
        ],
        [any(word in name for word in _NAMES) for name in names],
        [not any(word in name for word in _MAIN_NAMES) for name in names],
        [size is not None and width == size for width in widths],
        [main_size is None or width != main_size for width in widths],
    )
    for first, second in signs:
        if first != second:
            return first
    return None


def unstated_forms(
    network: keras.Model, num_classes: int | None
) -> list[ConditionInput]:
    """Returns what a network without symbolic inputs may take, likely first.

    Args:
        network: A subclassed network.
        num_classes: How many classes there are.
    """
    one_hot = ConditionInput((num_classes,))
    by_index = [ConditionInput((), "int32"), ConditionInput((1,), "int32")]
    embeds = any(
        isinstance(layer, (keras.layers.Embedding, *_TOLD))
        for layer in backend.flat_layers(network)
    )
    # An embedding would take the zeros and ones of a vector for classes.
    return [*by_index, one_hot] if embeds else [one_hot, *by_index]


# ------------------------------------------------------------ number of classes


def class_count(
    given: int | None,
    networks: tuple[keras.Model, ...],
    inputs: tuple[ConditionInput, ...],
) -> int | None:
    """Returns how many classes there are; `None` where it is one number.

    Args:
        given: The user's own figure.
        networks: The networks that are told the class.
        inputs: How they take it.

    Raises:
        ValueError: If it is no positive integer, contradicts the networks, or
            is neither given nor to be read off them.
    """
    if given is not None:
        given = whole_number("num_classes", given, 1, LARGEST_INT32)
    found = _count_in(networks, inputs)
    if given is not None and found is not None and given != found:
        raise ValueError(
            f"The networks are made for {found} classes. "
            f"Received: num_classes={given}"
        )
    # One deep inside may be of other things: a guess, which `given` overrules.
    count = given or found or _sole_embedding(networks, backend.flat_layers)
    plain = any(each.one_number and not each.by_index for each in inputs)
    if count is None and not plain:
        raise ValueError(
            "The networks do not say how many classes there are. Pass "
            "num_classes=..., for example num_classes=10. "
            f"{received('generator', networks[0])}"
        )
    return None if count is None else int(count)


def _count_in(
    networks: tuple[keras.Model, ...], inputs: tuple[ConditionInput, ...]
) -> int | None:
    for each in inputs:
        if each.size is not None:
            return each.size
    for network in networks:
        for layer in backend.flat_layers(network):
            if isinstance(layer, _TOLD):
                return int(layer.num_classes)
    return _sole_embedding(networks, lambda each: getattr(each, "layers", ()))


def _sole_embedding(
    networks: tuple[keras.Model, ...],
    layers_of: Callable[[keras.Model], Iterable[keras.layers.Layer]],
) -> int | None:
    """Returns the size of the embeddings, where a network has but one."""
    for network in networks:
        sizes = {
            layer.input_dim
            for layer in layers_of(network)
            if isinstance(layer, keras.layers.Embedding)
        }
        if len(sizes) == 1:
            return int(sizes.pop())
    return None


# --------------------------------------------------------------- given labels


def checked(
    labels: Any,
    inputs: tuple[ConditionInput, ...],
    num_classes: int | None,
) -> Array:
    """Returns labels as an array, if all networks can be told them.

    Args:
        labels: Classes, integers `(n,)` or one-hot `(n, num_classes)`, or what
            the networks take.
        inputs: How the networks take them.
        num_classes: How many classes there are, if any.

    Raises:
        ValueError: If they are of the wrong type, shape or range.
    """
    array = _numbers(labels)
    as_classes = False
    for each in inputs:
        flat = array.ndim == 1 or array.shape[1:] == (1,)
        number = each.one_number and num_classes is None
        if number and not flat:
            raise ValueError(
                "Labels must be one number for each image, shape (n,) or "
                f"(n, 1). Received: shape {array.shape}"
            )
        as_is = not each.by_index and array.shape[1:] == each.shape
        if not (number or as_is):
            _require_classes(array, num_classes)
            as_classes = flat
    return array.reshape(-1).astype("int32") if as_classes else array


def are_classes(labels: Any) -> bool:
    """Whether labels name classes: whole numbers, or one-hot rows."""
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] > 1:
        return bool(_one_hot_rows(array).all())
    flat = array.ndim == 1 or array.shape[1:] == (1,)
    return flat and bool(np.all(np.mod(array, 1) == 0))


def _numbers(labels: Any) -> Array:
    try:
        array = np.asarray(ops.convert_to_numpy(labels))
        finite = np.isfinite(array.astype("float64"))
    except (TypeError, ValueError) as error:
        raise ValueError(
            "Labels must be numbers. Number the classes first: names, labels = "
            "numpy.unique(labels, return_inverse=True). "
            f"Received: {_said(labels)}"
        ) from error
    if not finite.all():
        raise ValueError(
            "Labels must be finite. Received: "
            f"{int((~finite).sum())} NaN or infinite values"
        )
    return array if array.dtype.kind in "iub" else array.astype("float32")


def _said(labels: Any) -> str:
    first = np.asarray(labels, dtype=object).ravel()[:3].tolist()
    return f"labels such as {first}"


def _require_classes(array: Array, num_classes: int | None) -> None:
    if array.ndim == 2 and array.shape[1] == num_classes != 1:
        wrong = np.flatnonzero(~_one_hot_rows(array))
        if wrong.size:
            raise ValueError(
                "One-hot labels have a single 1 in each row, else 0. Received: "
                f"{array[wrong[0]].tolist()} in row {wrong[0]}"
            )
        return
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or not np.all(np.mod(array, 1) == 0):
        raise ValueError(
            "Labels must be integers of shape (n,) or one-hot of shape "
            f"(n, {num_classes}). Received: shape {array.shape}, "
            f"dtype {array.dtype}"
        )
    count = num_classes or 0
    if array.size and (array.min() < 0 or array.max() >= count):
        raise ValueError(
            f"Labels must lie in [0, {count}), the model's num_classes. "
            f"Received: labels from {array.min()} to {array.max()}"
        )


def _one_hot_rows(array: Array) -> Any:
    ones = (array == 1).sum(axis=1)
    zeros = (array == 0).sum(axis=1)
    return (ones == 1) & (ones + zeros == array.shape[1])
