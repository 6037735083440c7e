"""Can this data be trained on? Asked before training starts."""

import copy
import itertools
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np

from keras_gan import backend
from keras_gan._checks import whole_number
from keras_gan.datasets.ordered_batches import OrderedBatches
from keras_gan.models import data_forms, saved_state
from keras_gan.models.pixel_range import usual_range

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel
    from keras_gan.models.gan import GAN

Array = np.ndarray[Any, Any]

_TOLERANCE = 0.01
_KEPT = 64
_ROWS_AT_ONCE = 1024


class FirstBatch(NamedTuple):
    """What callbacks may show of the real data: they never see a batch.

    Attributes:
        images: At most 64 real images; of a model that is no `GAN`, the first
            array of the batch.
        labels: Theirs, or `None`.
        size: How many images a batch holds.
        batch: The same rows of all that `unpack` returned, as arrays.
    """

    images: Array
    labels: Array | None
    size: int
    batch: Any = None


class Looked(NamedTuple):
    """Data that can be trained on, and what was seen of them.

    Attributes:
        x: The data, in a form that Keras takes.
        y: Labels, where `x` is an array.
        images: The first batch's images; `None` where there is no looking.
        first_batch: What callbacks are shown; `None` likewise.
    """

    x: Any
    y: Any
    images: Array | None = None
    first_batch: FirstBatch | None = None


def look_at(
    model: "AdversarialModel",
    x: Any,
    y: Any,
    batch_size: int | None,
    name: str = "",
) -> Looked:
    """Looks at the first batch of the data and refuses what cannot work.

    Labels that are at hand as an array are looked at one and all: one that is
    out of range would train as no class at all.

    Args:
        model: The GAN to be trained.
        x: The data, as given to `fit`.
        y: The labels, where `x` is an array.
        batch_size: How much of an array to look at.
        name: What the data are called in errors, where they are not `x`.

    Raises:
        ValueError: If there are no data, or they are of the wrong shape or
            type, are not finite, or lack the labels that the model needs; if
            the batch size is no whole number above 0.
    """
    if batch_size is not None:
        batch_size = whole_number("batch_size", batch_size, 1)
    try:
        return _look_at(model, x, y, batch_size or 32)
    except ValueError as error:
        if not name:
            raise
        raise ValueError(f"`{name}`: {error}") from error


def _look_at(
    model: "AdversarialModel", x: Any, y: Any, batch_size: int
) -> Looked:
    x, y, raw = _peek(model._data_forms(), x, y, batch_size)
    if raw is None:
        return Looked(x, y)
    if model._has_own_unpack():
        batch = _unpacked(model, raw)
        model.check_batch(batch)
        images, labels = _first_arrays(batch)
        size = len(images)
    else:
        data_forms.check_weights(raw)
        images, labels = check_pair(model, raw, at_hand(x, y))
        size = len(images)
        images = images[:_KEPT]
        batch = _unpacked(model, keras.tree.map_structure(_some_rows, raw))
    batch = keras.tree.map_structure(_some_rows, batch)
    labels = None if labels is None else labels[:_KEPT]
    kept = FirstBatch(images[:_KEPT], labels, size, batch)
    return Looked(x, y, images, kept)


def _unpacked(model: "AdversarialModel", raw: Any) -> Any:
    """Asks the model's own `unpack`, and draws nothing from its seeds."""

    def tensor(value: Any) -> Any:
        if value is None or data_forms.is_text(value):
            return value
        return keras.ops.convert_to_tensor(data_forms.as_array(value))

    tensors = keras.tree.map_structure(tensor, raw)
    form = data_forms.as_unpacked(tensors)
    with saved_state.seeds_kept(model):
        batch = backend.constant(lambda: model.unpack(form))
    return keras.tree.map_structure(
        lambda each: None if each is None else keras.ops.convert_to_numpy(each),
        batch,
    )


def as_tensors(batch: Any) -> Any:
    """Returns nested arrays as tensors."""
    return keras.tree.map_structure(
        lambda each: (
            None if each is None else keras.ops.convert_to_tensor(each)
        ),
        batch,
    )


def _some_rows(value: Any) -> Any:
    return None if value is None else value[:_KEPT]


def _first_arrays(batch: Any) -> tuple[Array, Array | None]:
    """The first array of a batch, and the second, which may be labels."""
    flat = [each for each in keras.tree.flatten(batch) if each is not None]
    return flat[0], (flat[1] if len(flat) > 1 else None)


def _peek(
    forms: data_forms.Forms, x: Any, y: Any, batch_size: int
) -> tuple[Any, Any, Any]:
    """Returns the data and their first batch, which stays in the data."""
    if x is None:
        raise ValueError("`x` must be the images to train on. Received: x=None")
    data_forms.refuse_names(x)
    if isinstance(x, keras.utils.PyDataset):
        if x.num_batches == 0:
            _refuse_empty()
        first = x[0]
        return forms.adapted(x, first), y, forms.batch(first)
    if isinstance(x, Iterator):
        first = next(x, None)
        if first is None:
            _refuse_empty()
        rest = itertools.chain([first], x)
        return forms.adapted(rest, first), y, forms.batch(first)
    if hasattr(x, "__iter__") and not _is_in_memory(x):
        first = _first(x)
        return forms.adapted(x, first), y, forms.batch(first)
    if not _is_in_memory(x):
        return x, y, None
    x, y = forms.arrays(x, y)
    flat = [each for each in keras.tree.flatten((x, y)) if each is not None]
    lengths = [len(each) for each in flat]
    if 0 in lengths:
        _refuse_empty()
    if len(set(lengths)) > 1:
        said = f"arrays of {lengths} rows"
        if y is not None and len(lengths) == 2:
            said = f"{lengths[0]} images and {lengths[1]} labels"
        raise ValueError(
            "Images and labels, and all arrays of the data, must be equally "
            f"many. Received: {said}"
        )
    batch = keras.tree.map_structure(
        lambda each: None if each is None else each[:batch_size], (x, y)
    )
    return x, y, batch


def _is_in_memory(x: Any) -> bool:
    is_array = hasattr(x, "shape") and hasattr(x, "__getitem__")
    return is_array or isinstance(x, (list, tuple, dict))


def at_hand(x: Any, y: Any) -> tuple[Any, Any] | None:
    """Returns all images and labels, where no batch has to be made for it."""
    if isinstance(x, OrderedBatches):
        return x.data, x.labels
    if not _is_in_memory(x):
        return None
    images, labels = data_forms.images_and_labels((x, y))
    return images, data_forms.as_array(labels)


def _first(data: Any) -> Any:
    # Starting a torch DataLoader draws from the global generator.
    state = backend.random_state()
    if hasattr(data, "collate_fn"):
        # One with persistent workers would keep those of now.
        data = copy.copy(data)
    try:
        for batch in data:
            return batch
    finally:
        backend.set_random_state(state)
    return _refuse_empty()


def _refuse_empty() -> None:
    raise ValueError(
        "The data are empty: there is no batch to train on. With "
        "drop_remainder, a data set smaller than the batch size has none."
    )


def _arrays(batch: Any) -> tuple[Array | None, Array | None]:
    images, labels = data_forms.images_and_labels(batch)
    return data_forms.as_array(images), data_forms.as_array(labels)


def _described(batch: Any) -> str:
    while isinstance(batch, (list, tuple)) and batch:
        batch = batch[0]
    if isinstance(batch, dict):
        return f"the columns {sorted(batch)}"
    return type(batch).__name__


def check_images(
    images: Array,
    shape: tuple[int | None, ...],
    bounds: tuple[float, float] | None,
) -> None:
    """Looks at real images.

    Args:
        images: A batch of them.
        shape: The shape that the networks are made for.
        bounds: The range of the generator's images, if it is bounded.

    Raises:
        ValueError: If they cannot be trained on.
    """
    _check_shape(images, shape)
    _check_values(images, bounds)


def check_pair(
    model: "GAN", raw: Any, all_data: tuple[Any, Any] | None
) -> tuple[Array, Array | None]:
    """Looks at real images and their labels, as the data set yields them.

    Args:
        model: The GAN to be trained.
        raw: The first batch.
        all_data: All images and labels, where they are at hand.

    Returns:
        The batch' images and labels.

    Raises:
        ValueError: If they cannot be trained on.
    """
    images, labels = _arrays(raw)
    if images is None:
        raise ValueError(
            "The data hold no images. Expected: images, (images, labels), or a "
            'dict with "image". Received: a batch of '
            f"{_described(raw)}"
        )
    check_images(images, model.image_shape, model.output_range)
    if all_data is not None:
        _check_all_finite(all_data[0])
    _check_labels(model, *(all_data or (images, labels)))
    return images, labels


def _check_shape(images: Array, expected: tuple[int | None, ...]) -> None:
    if _fits(images.shape, expected):
        raise ValueError(
            f"The networks are made for batches of images of shape {expected}. "
            "Received: single images, not batches. Call .batch(32) on a "
            "tf.data.Dataset, give a DataLoader a batch_size, or take "
            "image[None] for one image."
        )
    if images.ndim == 0:
        raise ValueError(
            f"The networks are made for images of shape {expected}. "
            "Received: single numbers"
        )
    if len(images) == 0:
        _refuse_empty()
    got = images.shape[1:]
    if _fits(got, expected):
        return
    hint = "Resize them, or change the networks."
    if (*got, 1) == expected:
        hint = "Add the channel axis: images[..., None]."
    elif got[:-1] == expected[:-1]:
        hint = (
            f"They have {got[-1]} channels where the networks have "
            f"{expected[-1]}: convert between grey and colour."
        )
    elif sorted(got) == sorted(each for each in expected if each):
        hint = "The channels come last: transpose the images."
    raise ValueError(
        f"The networks are made for images of shape {expected}. "
        f"Received: images of shape {got}. {hint}"
    )


def _fits(got: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    return len(got) == len(expected) and all(
        want in (None, have) for want, have in zip(expected, got, strict=True)
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


def _check_all_finite(images: Any) -> None:
    """Looks at all images of an array in memory: one NaN makes all weights NaN.

    A file that is mapped into memory is not read for it.
    """
    if not isinstance(images, np.ndarray) or isinstance(images, np.memmap):
        return
    if images.dtype.kind != "f":
        return
    for start in range(0, len(images), _ROWS_AT_ONCE):
        finite = np.isfinite(images[start : start + _ROWS_AT_ONCE])
        if not finite.all():
            row = start + int(np.argwhere(~finite)[0][0])
            raise ValueError(
                "Images must be finite. Received: NaN or infinite values, the "
                f"first in images[{row}]. Look at where they come from before "
                "training."
            )


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
    of_bytes = most <= 1 + _TOLERANCE and usual_range(images) == (0.0, 255.0)
    if of_bytes or (images.dtype.kind in "iu" and high > most):
        raise ValueError(
            f"The generator's images lie in [{least:g}, {most:g}], so real "
            f"ones must too. {said}. For 0..255 use {fix}."
        )
    if low < least - _TOLERANCE or high > most + _TOLERANCE:
        warnings.warn(
            f"The generator's images lie in [{least:g}, {most:g}], so it can "
            f"never match these. {said}. For 0..255 use {fix}.",
            stacklevel=6,
        )
    elif least < 0 <= low:
        warnings.warn(
            f"The generator's images lie in [{least:g}, {most:g}], but the "
            f"first batch has no negative value. {said}. For images in "
            "[0, 1] use images * 2 - 1, or end the generator in a sigmoid.",
            stacklevel=6,
        )


def _check_labels(model: "GAN", images: Any, labels: Array | None) -> None:
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
