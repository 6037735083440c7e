"""Can this data be trained on? Asked once, before training starts."""

import itertools
import types
import warnings
from typing import Any, NamedTuple

import keras
import numpy as np

from keras_gan import backend
from keras_gan.datasets import ImageBatches

Array = np.ndarray[Any, Any]

_TOLERANCE = 0.01
_KEPT = 64


class FirstBatch(NamedTuple):
    """What callbacks may show of the real data: they never see a batch.

    Attributes:
        images: At most 64 real images.
        labels: Theirs, or `None`.
        size: How many images a batch holds.
    """

    images: Array
    labels: Array | None
    size: int


def check_first_batch(
    model: Any, x: Any, y: Any, batch_size: int | None
) -> Any:
    """Looks at the first batch of the data and refuses what cannot work.

    Labels that are at hand as an array are looked at one and all: one that is
    out of range would train as no class at all.

    Args:
        model: The GAN to be trained.
        x: The data, as given to `fit`.
        y: The labels, where `x` is an array.
        batch_size: How much of an array to look at.

    Returns:
        The data to train on: `x`, or a generator that yields the same.

    Raises:
        ValueError: If there are no data, or they are of the wrong shape or
            type, are not finite, or lack the labels that the model needs.
    """
    x, batch = _peek(x, y, batch_size or 32)
    if batch is None:
        return x
    images, labels = _arrays(batch)
    if images is None:
        raise ValueError(
            "The data hold no images. Expected: images, (images, labels), or a "
            'dict with "image". Received: a batch of '
            f"{type(batch).__name__}"
        )
    _check_shape(images, model.image_shape)
    _check_values(images, model.output_range)
    model._real_range = _likely_range(images)
    _check_labels(model, *(_at_hand(x, y) or (images, labels)))
    kept = None if labels is None else labels[:_KEPT]
    model.first_batch = FirstBatch(images[:_KEPT], kept, len(images))
    return x


def _peek(x: Any, y: Any, batch_size: int) -> tuple[Any, Any]:
    """Returns the data and their first batch, which stays in the data."""
    if _is_array(x):
        if len(x) == 0:
            _refuse_empty()
        labels = None if y is None else y[:batch_size]
        return x, (x[:batch_size], labels)
    if isinstance(x, keras.utils.PyDataset):
        if x.num_batches == 0:
            _refuse_empty()
        return x, x[0]
    if isinstance(x, types.GeneratorType):
        first = next(x, None)
        if first is None:
            _refuse_empty()
        return _again(first, x), first
    if hasattr(x, "__iter__") and not isinstance(x, (list, tuple, dict)):
        return x, _first(x)
    return x, None


def _at_hand(x: Any, y: Any) -> tuple[Any, Any] | None:
    """Returns all images and labels, where no batch has to be made for it."""
    if isinstance(x, ImageBatches):
        return x.images, x.labels
    return (x, _array(y)) if _is_array(x) else None


def _is_array(x: Any) -> bool:
    return hasattr(x, "shape") and hasattr(x, "__getitem__")


def _first(data: Any) -> Any:
    # Starting a torch DataLoader draws from the global generator.
    state = backend.random_state()
    try:
        for batch in data:
            return batch
    finally:
        backend.set_random_state(state)
    return _refuse_empty()


def _again(first: Any, rest: Any) -> Any:
    yield from itertools.chain([first], rest)


def _refuse_empty() -> None:
    raise ValueError(
        "The data are empty: there is no batch to train on. With "
        "drop_remainder, a data set smaller than the batch size has none."
    )


def _arrays(batch: Any) -> tuple[Array | None, Array | None]:
    from keras_gan.models.gan import images_and_labels

    images, labels = images_and_labels(batch)
    return _array(images), _array(labels)


def _array(value: Any) -> Array | None:
    return (
        None if value is None else np.asarray(keras.ops.convert_to_numpy(value))
    )


def _check_shape(images: Array, expected: tuple[int, ...]) -> None:
    if len(images) == 0:
        _refuse_empty()
    got = images.shape[1:]
    fits = len(got) == len(expected) and all(
        want in (None, have) for want, have in zip(expected, got, strict=True)
    )
    if fits:
        return
    hint = "Resize them, or change the networks."
    if (*got, 1) == expected:
        hint = "Add the channel axis: images[..., None]."
    elif got[:-1] == expected[:-1]:
        hint = (
            f"They have {got[-1]} channels where the networks have "
            f"{expected[-1]}: convert between grey and colour."
        )
    elif sorted(got) == sorted(expected):
        hint = "The channels come last: transpose the images."
    raise ValueError(
        f"The networks are made for images of shape {expected}. "
        f"Received: images of shape {got}. {hint}"
    )


def _check_values(images: Array, bounds: tuple[float, float] | None) -> None:
    if images.dtype.kind not in "fiub" and images.dtype.name != "bfloat16":
        raise ValueError(
            f"Images must be numbers. Received: dtype {images.dtype}"
        )
    values = images.astype("float32")
    if not np.isfinite(values).all():
        count = int((~np.isfinite(values)).sum())
        raise ValueError(
            f"Images must be finite. Received: {count} NaN or infinite values "
            "in the first batch. Look at where they come from before training."
        )
    if bounds is not None:
        _check_range(images, float(values.min()), float(values.max()), bounds)


def _check_range(
    images: Array, low: float, high: float, bounds: tuple[float, float]
) -> None:
    least, most = bounds
    fix = (
        "images.astype('float32') / 127.5 - 1"
        if least < 0
        else "images.astype('float32') / 255"
    )
    said = f"Received: {images.dtype} images from {low:g} to {high:g}"
    if images.dtype.kind in "iu" and high > most:
        raise ValueError(
            f"The generator's images lie in [{least:g}, {most:g}], so real "
            f"ones must too. {said}. For 0..255 use {fix}."
        )
    if low < least - _TOLERANCE or high > most + _TOLERANCE:
        warnings.warn(
            f"The generator's images lie in [{least:g}, {most:g}], so it can "
            f"never match these. {said}. For 0..255 use {fix}.",
            stacklevel=5,
        )
    elif least < 0 <= low:
        warnings.warn(
            f"The generator's images lie in [{least:g}, {most:g}], but the "
            f"first batch has no negative value. {said}. For images in "
            "[0, 1] use images * 2 - 1, or end the generator in a sigmoid.",
            stacklevel=5,
        )


def _likely_range(images: Array) -> tuple[float, float]:
    """Returns which of the usual ranges the images are in."""
    if images.min() < 0:
        return (-1.0, 1.0)
    return (0.0, 255.0) if images.max() > 2 else (0.0, 1.0)


def _check_labels(model: Any, images: Any, labels: Array | None) -> None:
    check = getattr(model, "check_labels", None)
    if check is None:
        return
    if labels is None:
        raise ValueError(
            f"{type(model).__name__} needs labels: train it on (images, "
            "labels). Received: images alone. For data without labels use GAN "
            "or WGANGP."
        )
    if len(labels) != len(images):
        raise ValueError(
            "Images and labels must be equally many. "
            f"Received: {len(images)} images and {len(labels)} labels"
        )
    check(labels)
