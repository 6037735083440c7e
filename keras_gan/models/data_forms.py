"""In which forms may data come? Brought into the few that Keras takes."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from keras_gan.datasets.pair_sources import Pairs, Unpaired
from keras_gan.datasets.sources import Source
from keras_gan.models.pixel_bytes import ChangedBatches, as_floats

Array = np.ndarray[Any, Any]

_IMAGE = ("image", "images")
_LABEL = ("label", "labels")


def images_and_labels(data: Any) -> tuple[Any, Any]:
    """Splits what a data set yields into images and labels, or `None`."""
    if isinstance(data, dict):
        return _named(data, _IMAGE), _named(data, _LABEL)
    images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
    if isinstance(images, (dict, list, tuple)):
        images, inner = images_and_labels(images)
        labels = inner if labels is None else labels
    return images, labels


def as_unpacked(data: Any) -> Any:
    """Returns a batch in the form that `unpack` is called with.

    Keras hands it over in several forms. Here it is `x` alone or the tuple
    `(x, y)`, as tensors, and bytes of pixels are scaled.

    Args:
        data: A batch, as a step of training is given it.
    """
    data = as_floats(data)
    if isinstance(data, (list, tuple)):
        parts = list(data)
        while len(parts) > 1 and parts[-1] is None:
            parts.pop()
        data = parts[0] if len(parts) == 1 else tuple(parts)
    return keras.tree.map_structure(_tensor, data)


def _tensor(value: Any) -> Any:
    """Returns numbers as a tensor, of Keras' own precision at most."""
    if value is None or is_text(value):
        return value
    if isinstance(value, np.ndarray):
        value = keras.ops.convert_to_tensor(value)
    # NumPy makes float64 of bytes that are divided.
    kind = getattr(value, "dtype", None)
    if kind is not None and "float64" in str(kind):
        return keras.ops.cast(value, keras.config.floatx())
    return value


def _named(data: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((data[name] for name in names if name in data), None)


class Forms:
    """What a model's data may look like, and what is made of it.

    Args:
        shape: The shape of one image, without the batch.
        told: Whether labels are used.
        own: Whether the model splits batches by an `unpack` of its own, which
            may use whatever they hold.
    """

    def __init__(
        self, shape: tuple[int | None, ...], told: bool, own: bool
    ) -> None:
        self._shape = shape
        self._told = told
        self._own = own

    # ----------------------------------------------------- all data, in arrays

    def arrays(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Returns `x` and `y`, which are in memory, as arrays.

        Args:
            x: An array or a table, a list of pictures, `[images]`,
                `(images, labels)`, or a dict of arrays.
            y: Labels, or `None`.

        Returns:
            Images, or a dict of arrays; and labels, or `None`.
        """
        if isinstance(x, (list, tuple)):
            if self._is_list_of_pictures(x):
                x = self._stacked(x)
            elif self._own:
                # Keras would make one input of the pair.
                return (x[0], x[1]) if len(x) == 2 and y is None else (x, y)
            else:
                x, y = self._from_sequence(x, y)
        if isinstance(x, Mapping):
            columns = {k: _array(v) for k, v in x.items() if v is not None}
            x = self._without_text(columns)
        else:
            x = self._array_of_pictures(x)
        return x, self._useful(None if y is None else _array(y))

    def _from_sequence(self, x: Sequence[Any], y: Any) -> tuple[Any, Any]:
        _refuse_weights(x)
        if len(x) > 1 and y is not None:
            raise ValueError(
                "`x` must be images where labels are given as `y`. Received: "
                f"x of {len(x)} arrays, and y"
            )
        return x[0], (x[1] if len(x) > 1 else y)

    def _array_of_pictures(self, x: Any) -> Any:
        x = _array(x)
        if _holds_objects(x) and len(x):
            return self._stacked(list(x))
        return x

    def _is_list_of_pictures(self, x: Sequence[Any]) -> bool:
        if len(x) == 0:
            raise ValueError("The data are empty. Received: x=[]")
        if isinstance(x[0], Mapping) or x[0] is None:
            return False
        refuse_names(x[0])
        first = _shape(x[0])
        # Arrays of images and of labels differ in rank.
        alike = all(
            each is not None and len(_shape(each)) == len(first) for each in x
        )
        if len(first) == len(self._shape) and self._fits(first):
            return alike
        return alike and not self._own and len(first) <= len(self._shape)

    def _fits(self, shape: tuple[int, ...]) -> bool:
        return all(
            want in (None, have)
            for want, have in zip(self._shape, shape, strict=True)
        )

    def _stacked(self, pictures: Sequence[Any]) -> Array:
        arrays = [_array(each) for each in pictures]
        arrays = [np.asarray(_numpy(each)) for each in arrays]
        shapes = {each.shape for each in arrays}
        if len(shapes) > 1:
            some = ", ".join(str(shape) for shape in sorted(shapes)[:3])
            raise ValueError(
                "The images of a list must have one shape, "
                f"{self._shape}. Received: {len(arrays)} images of "
                f"{len(shapes)} shapes, such as {some}. Resize them, then "
                "np.stack them."
            )
        return np.stack(arrays)

    # ------------------------------------------------------------ data sets

    def adapted(self, data: Any, first: Any) -> Any:
        """Returns a data set whose batches are of a form that Keras takes.

        Args:
            data: A data set: tf.data, a `keras.utils.PyDataset`, a torch
                DataLoader or a generator.
            first: Its first batch.
        """
        if isinstance(data, Iterator):
            # Of no images a mean is NaN, and all weights would be with it.
            made = (self.batch(each) for each in data)
            return (each for each in made if not _is_empty(each))
        if isinstance(data, keras.utils.PyDataset):
            alone = isinstance(first, (np.ndarray, dict))
            if self._is_taken(first, alone):
                return data
            return ChangedBatches(data, self.batch)
        if hasattr(data, "collate_fn"):
            # Keras makes a tuple of what the others get, in its own way.
            alone = keras.backend.backend() == "torch"
            if self._is_taken(first, alone):
                return data
            loader = copy.copy(data)
            loader.collate_fn = _Then(data.collate_fn, self.batch)
            return loader
        if hasattr(data, "element_spec") and hasattr(data, "map"):
            if self._is_taken(first, alone=True):
                return data
            return data.map(lambda *parts: self.batch(_whole(parts)))
        return data

    def batch(self, batch: Any) -> tuple[Any, ...]:
        """Returns a batch as `(images,)`, `(images, labels)` or `({...},)`."""
        if isinstance(batch, Mapping):
            return (self._without_text(dict(batch)),)
        if not isinstance(batch, (list, tuple)):
            return (batch,)
        if self._is_list_of_pictures(batch):
            stacked = self._stacked(batch)
            # From a DataLoader, Keras wants tensors of torch.
            as_those = getattr(batch[0], "new_tensor", lambda array: array)
            return (as_those(stacked),)
        parts = [
            self._without_text(dict(each))
            if isinstance(each, Mapping)
            else each
            for each in batch
        ]
        if len(parts) > 1 and self._useful(parts[1]) is None:
            del parts[1:]
        return tuple(parts)

    def _is_taken(self, batch: Any, alone: bool) -> bool:
        """Whether Keras and `unpack` take the batch as it is.

        Args:
            batch: A batch.
            alone: Whether what is not in a tuple is taken.
        """
        several = isinstance(batch, (list, tuple))
        if several and self._is_list_of_pictures(batch):
            return False
        return (several or alone) and not self._has_text(batch)

    def _has_text(self, batch: Any) -> bool:
        if self._own and keras.backend.backend() == "tensorflow":
            return False
        parts = batch if isinstance(batch, (list, tuple)) else [batch]
        columns = [
            column
            for part in parts
            for column in (part.values() if isinstance(part, dict) else [part])
        ]
        return any(is_text(column) for column in columns)

    # ----------------------------------------------------------------- text

    def _without_text(self, columns: dict[str, Any]) -> dict[str, Any]:
        """Leaves out text beside the images, which no device can hold."""
        text = [name for name, value in columns.items() if is_text(value)]
        kept = [n for n in text if self._own or (self._told and n in _LABEL)]
        if self._own and text and keras.backend.backend() != "tensorflow":
            raise ValueError(
                f"Columns of text cannot be trained on. Received: {text}. "
                "Leave them out of the data."
            )
        return {k: v for k, v in columns.items() if k not in text or k in kept}

    def _useful(self, labels: Any) -> Any:
        """Leaves out labels of text where labels are not used anyway."""
        unused = not self._told and not self._own
        return None if unused and is_text(labels) else labels


def _is_empty(batch: tuple[Any, ...]) -> bool:
    """Whether no column of a batch holds a row."""
    columns = [each for each in keras.tree.flatten(batch) if each is not None]
    return all(_shape(each)[:1] == (0,) for each in columns)


class _Then:
    """One function after another, in a form that workers can be sent.

    Args:
        first: Called on what is given.
        second: Called on what `first` returns.
    """

    def __init__(
        self, first: Callable[[Any], Any], second: Callable[[Any], Any]
    ) -> None:
        self._first = first
        self._second = second

    def __call__(self, value: Any) -> Any:
        return self._second(self._first(value))


def refuse_weights(settings: dict[str, Any]) -> None:
    """Raises `ValueError` where a call of Keras is given weights of samples."""
    for name in ("sample_weight", "class_weight"):
        if settings.get(name) is not None:
            raise ValueError(
                f"A GAN takes no `{name}`: its losses are means over the "
                "samples. Show what counts for more several times "
                "(images[np.random.choice(len(images), size, p=...)]), or "
                "override `discriminator_loss`. "
                f"Received: {name} of type {type(settings[name]).__name__}"
            )


def _refuse_weights(batch: Sequence[Any]) -> None:
    if len(batch) > 3:
        raise ValueError(
            "Data are images, (images, labels) or a dict. Received: "
            f"{len(batch)} arrays. Name them in a dict, with 'image' and "
            "'label', and override `unpack` to use others."
        )
    if len(batch) == 3:
        refuse_weights({"sample_weight": batch[2]})


def refuse_names(value: Any) -> None:
    """Raises `ValueError` where a file or folder is named in place of data."""
    if isinstance(value, (str, bytes)) or hasattr(value, "__fspath__"):
        raise ValueError(
            "Data must be images, not the names of files or folders. Received: "
            f"{str(value)!r}. Read a folder by keras_gan.datasets.load, pairs "
            "of images by datasets.pairs, two sides by datasets.unpaired."
        )
    batches = [b for kind, b in _BATCHES_OF.items() if isinstance(value, kind)]
    if batches:
        raise ValueError(
            "Data must be batches or arrays, and this says where they are: "
            f"give keras_gan.datasets.{batches[0]}. Received: "
            f"{type(value).__name__} {value.name!r} of {len(value):,} images"
        )


_BATCHES_OF: dict[type, str] = {
    Pairs: "PairBatches(pairs), which takes it whole",
    Unpaired: "UnpairedBatches(sides), which takes it whole",
    Source: "ImageBatches(source.images, source.labels)",
}
"""What `fit` takes of what loaders return."""


def check_weights(batch: Any) -> None:
    """Raises `ValueError` where a batch holds weights of its samples."""
    if isinstance(batch, (list, tuple)):
        _refuse_weights(batch)


def form_of(data: Any) -> Any:
    """Returns what tells apart arrays that must each be looked at.

    Args:
        data: Arrays, tensors or `None`, nested in tuples.

    Returns:
        Their shapes and types; `None` for what must be brought into a form.
    """
    flat = keras.tree.flatten(data)
    if isinstance(data[0], (list, tuple, dict)):
        return None
    if not all(each is None or hasattr(each, "dtype") for each in flat):
        return None
    return tuple(
        None if each is None else (_shape(each)[1:], str(each.dtype))
        for each in flat
    )


def as_array(value: Any) -> Array | None:
    """Returns a tensor of any backend as a numpy array; text as it is."""
    return None if value is None else np.asarray(_numpy(value))


def _numpy(value: Any) -> Any:
    if isinstance(value, np.ndarray) or is_text(value):
        return value
    try:
        return keras.ops.convert_to_numpy(value)
    except (AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(
            "The data hold what is no array. Received: "
            f"{type(value).__name__}: {error}"
        ) from error


def _array(value: Any) -> Any:
    """Returns tables, lists and pictures of Pillow as arrays."""
    if hasattr(value, "to_numpy"):
        return value.to_numpy()
    if hasattr(value, "shape"):
        return value
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            "The data must be arrays, of one shape in every row. Received: "
            f"{type(value).__name__}: {error}"
        ) from error


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(
        np.shape(value) if not hasattr(value, "shape") else value.shape
    )


def _holds_objects(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "O"


def is_text(value: Any) -> bool:
    """Whether data are text, which no device can hold."""
    if isinstance(value, (str, bytes)):
        return True
    if isinstance(value, (list, tuple)):
        return bool(value) and is_text(value[0])
    kind = getattr(value, "dtype", None)
    if kind is None:
        return False
    if isinstance(kind, np.dtype):
        if _holds_objects(value):
            flat = np.asarray(value).ravel()
            return bool(flat.size) and isinstance(flat[0], (str, bytes))
        return kind.kind in "USO"
    return getattr(kind, "name", "") == "string"


def _whole(parts: tuple[Any, ...]) -> Any:
    """Returns an element of tf.data, which `map` hands over in parts."""
    return parts[0] if len(parts) == 1 else parts
