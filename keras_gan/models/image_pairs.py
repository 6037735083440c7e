"""Two sets of images in a batch: are they those that a model translates?"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._typing import Tensor
from keras_gan.models import data_forms, first_batch, inspection

Array = np.ndarray[Any, Any]
Shape = tuple[int | None, ...]
Range = tuple[float, float]

_BRIGHT = 127.0
"""What the brightest pixel of a batch is above, in images from 0 to 255."""


class PairForms(data_forms.Forms):
    """The forms of data with two sets of images.

    Args:
        names: What the two are called.
        hint: What to do where they are not equally many.
    """

    def __init__(self, names: tuple[str, str], hint: str) -> None:
        super().__init__((), told=True, own=True)
        self._names = names
        self._hint = hint

    def arrays(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Returns `x` and `y` as arrays of one length."""
        x, y = super().arrays(x, y)
        parts = x.values() if isinstance(x, Mapping) else (x, y)
        counts = [len(each) for each in parts if each is not None]
        if len(set(counts)) > 1:
            first, second = self._names
            raise ValueError(
                f"`{first}` and `{second}` must be equally many, as the images "
                f"of a batch are. Received: {counts} images. {self._hint}"
            )
        return x, y


def unpacked(data: Any, names: tuple[str, str]) -> dict[str, Tensor]:
    """Splits a batch into its two sets of images, by their names.

    Args:
        data: A pair, or a dict with the two names.
        names: What the two are called.

    Raises:
        ValueError: If it is something else.
    """
    first, second = names
    if isinstance(data, Mapping) and set(names) <= set(data):
        pair: Sequence[Any] = [data[name] for name in names]
    elif isinstance(data, (list, tuple)) and len(data) == 2:
        pair = data
    else:
        raise ValueError(
            f"A batch must be ({first}, {second}), or a dict with "
            f"'{first}' and '{second}'. Received: {_described(data)}"
        )
    return {name: _floats(each) for name, each in zip(names, pair, strict=True)}


def _floats(images: Any) -> Tensor:
    """Returns float32; integers are left for the first batch's check."""
    images = ops.convert_to_tensor(images)
    if keras.backend.is_float_dtype(
        keras.backend.standardize_dtype(images.dtype)
    ):
        return ops.cast(images, "float32")
    return images


def _described(data: Any) -> str:
    if isinstance(data, Mapping):
        return f"a dict with {sorted(data)}"
    if isinstance(data, (list, tuple)):
        return f"{len(data)} arrays"
    return f"one array of shape {tuple(np.shape(data))}"


def check(
    batch: Mapping[str, Array],
    shapes: Mapping[str, Shape | None],
    ranges: Mapping[str, Range | None],
) -> None:
    """Looks at the first batch.

    Args:
        batch: Images by name.
        shapes: The shape of one image that the networks take, if known.
        ranges: The range of the images that a generator makes in their
            likeness, if it is bounded.

    Raises:
        ValueError: If they cannot be trained on.
    """
    _refuse_swapped(batch, shapes)
    for name, images in batch.items():
        shape, bounds = shapes[name], ranges[name]
        if images.dtype.kind not in "f" and "float" not in images.dtype.name:
            low, high = bounds or (-1.0, 1.0)
            raise ValueError(
                f"`{name}` must be floats, black at {low:g} and white at "
                f"{high:g}. Received: {images.dtype} images. Pixels from 0 to "
                "255 become such by keras_gan.images.to_float(images, "
                f"({low:g}, {high:g}))."
            )
        try:
            known = shape if shape is not None else images.shape[1:]
            first_batch.check_images(images, known, bounds)
        except ValueError as error:
            raise ValueError(f"`{name}`: {error}") from error
        if bounds is None:
            _warn_of_bytes(name, images)
    counts = [len(images) for images in batch.values()]
    if len(set(counts)) > 1:
        raise ValueError(
            f"{' and '.join(f'`{name}`' for name in batch)} must be equally "
            f"many in a batch. Received: {counts} images"
        )


def _warn_of_bytes(name: str, images: Array) -> None:
    """Warns of floats that look like pixels from 0 to 255."""
    low, high = float(images.min()), float(images.max())
    if low >= 0 and high > _BRIGHT:
        warnings.warn(
            f"`{name}` holds floats from {low:g} to {high:g}. Networks learn "
            "badly from such numbers: give them in [-1, 1], for 0..255 by "
            "images / 127.5 - 1.",
            stacklevel=6,
        )


def check_given(
    batch: Mapping[str, Array], shapes: Mapping[str, Shape | None]
) -> None:
    """Looks at images that a user gives to be shown.

    Args:
        batch: Images by name, the first ones at least.
        shapes: As for `check`.

    Raises:
        ValueError: If they do not fit the networks, or each other.
    """
    for name, images in batch.items():
        if not agree(images.shape[1:], shapes[name]):
            raise ValueError(
                f"`sources`: images of `{name}` must be of shape "
                f"{shapes[name]}. Received: images of shape {images.shape[1:]}"
            )
    counts = [len(images) for images in batch.values()]
    if len(set(counts)) > 1 or 0 in counts:
        raise ValueError(
            f"`sources` must be equally many of {list(batch)}, at least one. "
            f"Received: {counts} images"
        )


def _refuse_swapped(
    batch: Mapping[str, Array], shapes: Mapping[str, Shape | None]
) -> None:
    first, second = batch
    one, other = batch[first].shape[1:], batch[second].shape[1:]
    right = agree(one, shapes[first]) and agree(other, shapes[second])
    if not right and agree(one, shapes[second]) and agree(other, shapes[first]):
        raise ValueError(
            f"The data seem to be in the other order: a batch is ({first}, "
            f"{second}), of shapes {shapes[first]} and {shapes[second]}. "
            f"Received: images of shapes {one} and {other}"
        )


def agree(one: Shape | None, other: Shape | None) -> bool:
    """Whether two shapes may be of the same image: sizes may be unknown."""
    if one is None or other is None:
        return True
    return len(one) == len(other) and all(
        a is None or b is None or a == b
        for a, b in zip(one, other, strict=True)
    )


def shapes_of(network: keras.layers.Layer) -> tuple[list[Shape], Shape | None]:
    """Returns the shapes of what a network takes and gives, as far as known.

    Args:
        network: A network, built.

    Returns:
        The shape of one sample of each input, none where they are not
        declared, and of the only output, or `None`.
    """
    inputs = inspection.symbolic_inputs(network)
    taken = [tuple(each.shape[1:]) for each in inputs]
    return taken, inspection.output_shape(network)


def require_inputs(
    who: str, taken: Sequence[Shape], wanted: Sequence[str]
) -> None:
    """Raises `ValueError` where a network has another number of inputs.

    Args:
        who: What the network is called.
        taken: The shapes of its inputs; none where they are not declared.
        wanted: What it is called on, in words.
    """
    if taken and len(taken) != len(wanted):
        raise ValueError(
            f"`{who}` is called on {' and '.join(wanted)}, so it must have "
            f"{len(wanted)} input{'s' if len(wanted) > 1 else ''}. Received: "
            f"a network with {len(taken)}, of shapes {list(taken)}"
        )


def require_same(side: str, shapes: Mapping[str, Shape | None]) -> None:
    """Raises `ValueError` where networks are of images of different shapes.

    Args:
        side: The side that the images are of.
        shapes: The shape of one image, by what takes or makes it.
    """
    if not agree(*shapes.values()):
        raise ValueError(
            f"All networks must agree on the images of side {side}. Received: "
            f"{dict(shapes)}. Were two of the networks swapped?"
        )
