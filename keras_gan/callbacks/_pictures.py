"""The same latents each time, and what a model makes of them."""

import math
import warnings
from typing import Any

import numpy as np
from PIL import Image

from keras_gan import images as pictures
from keras_gan._arrays import numbers
from keras_gan.models.sampling import measured_range, usual_range

MOST_IMAGES = 2**16
"""Images of a grid."""

Array = np.ndarray[Any, Any]

_TOLERANCE = 0.01


class FixedSamples:
    """Latents and labels that are drawn once and generated from many times.

    Where the model is conditional, each class gets a row and each latent a
    column, so that a row shows a class and a column one latent in all classes.

    Args:
        model: The GAN to sample from.
        num_images: How many, rounded up to full rows.
        latents: The user's own, shape `(n, latent_dim)`, or `None`.
        labels: The user's own, `n` integers or one-hot rows, or `None`.
        seed: Seed of latents that are not given.
        across: Whether classes get columns and latents rows instead, where
            neither is the user's own: many classes fit a screen better so.

    Raises:
        ValueError: If they don't fit the model.
    """

    def __init__(
        self,
        model: Any,
        num_images: int,
        latents: Any,
        labels: Any,
        seed: int,
        across: bool = False,
    ) -> None:
        classes = getattr(model, "num_classes", None)
        across = across and latents is None and labels is None
        self.columns: int | None = None
        count = num_images if latents is None else len(latents)
        if labels is None and classes is not None:
            labels, self.columns = _row_per_class(count, classes, latents)
        elif labels is not None:
            self.columns = _run_length(labels)
        self.labels = None if labels is None else np.asarray(labels)
        if latents is not None:
            self.latents = np.asarray(latents, "float32")
            return
        count = num_images if labels is None else len(labels)
        self.latents = model.latents(self.columns or count, seed)
        if self.columns is not None:
            rows = math.ceil(count / self.columns)
            self.latents = np.tile(self.latents, (rows, 1))[:count]
        if self.labels is not None and self.columns is not None and across:
            self._turn(self.labels, self.columns)

    def _turn(self, labels: Array, columns: int) -> None:
        order = np.arange(len(labels)).reshape(-1, columns).T.ravel()
        self.labels, self.latents = labels[order], self.latents[order]
        self.columns = len(labels) // columns

    def grid(self, model: Any) -> Image.Image:
        """Returns what the model makes of them now, as one picture."""
        made = model.generate(latents=self.latents, labels=self.labels)
        return pictures.grid(pixels(model, made), self.columns)


def own_samples(name: str, value: Any) -> Any:
    """Returns latents or labels of the user's own unchanged, or None.

    Raises:
        ValueError: If they are no numbers, or none at all.
    """
    if value is not None:
        array = numbers(name, value)
        if array.ndim == 0 or not array.size:
            raise ValueError(
                f"`{name}` must be an array with a row for each image, and "
                f"not empty. Received: {name}.shape={array.shape}"
            )
    return value


def require_images(model: Any, who: str) -> None:
    """Raises `ValueError` where the model's samples are not pictures."""
    if not makes_images(model):
        raise ValueError(
            f"{who} draws pictures, of shape (height, width), or (height, "
            "width, channels) with 1 or 3 channels. Received: a generator of "
            f"samples of shape {model.image_shape}"
        )


def makes_images(model: Any) -> bool:
    """Returns whether the model's samples can be drawn."""
    shape = model.image_shape
    return len(shape) == 2 or (len(shape) == 3 and shape[-1] in (1, 3))


def pixels(model: Any, images: Array) -> Array:
    """Returns images in the generator's range as uint8.

    What is not a number, because the networks have diverged, becomes black.
    """
    bounds = model.pixel_range
    if bounds is None:
        bounds = usual_range(images) or measured_range(images)
    finite = np.nan_to_num(images, nan=bounds[0])
    return pictures.to_uint8(finite, bounds)


def real_pixels(model: Any, images: Array, who: str) -> Array:
    """Returns real images as uint8, and warns where that cuts values off.

    Args:
        model: A GAN, in whose `pixel_range` the images should be.
        images: uint8, or floats.
        who: What measures them.
    """
    if images.dtype == np.uint8:
        return images
    bounds = model.pixel_range
    if bounds is not None:
        slack = _TOLERANCE * (bounds[1] - bounds[0])
        outside = (images < bounds[0] - slack) | (images > bounds[1] + slack)
        if outside.any():
            warnings.warn(
                f"{who} compares images of 256 grey levels, black and white at "
                f"{bounds[0]:g} and {bounds[1]:g}, and cuts off "
                f"{100 * outside.mean():.3g} % of the values of the real "
                f"images, which lie between {images.min():g} and "
                f"{images.max():g}: the numbers are not those of these images. "
                "Set gan.pixel_range = (low, high) to the values of black and "
                "white, or give real images as uint8.",
                stacklevel=4,
            )
        elif bounds[0] < 0 <= images.min():
            warnings.warn(
                f"{who} compares with real images that have no negative value, "
                f"but black is {bounds[0]:g}: they are taken for too bright. "
                "For images in [0, 1] give images * 2 - 1, or real images as "
                "uint8.",
                stacklevel=4,
            )
    return pixels(model, np.asarray(images, "float32"))


def matching(batch: Any, count: int, labels: Any) -> Array:
    """Returns real images, of wanted classes as far as there are any.

    Where there are not as many of a class, black ones take their places.

    Args:
        batch: A `FirstBatch`.
        count: How many images, at most.
        labels: The wanted classes in their order, or `None`.
    """
    if labels is None or batch.labels is None:
        return np.asarray(batch.images[:count])
    images = np.asarray(batch.images)
    left = dict(enumerate(_classes(batch.labels)))
    shown = np.full((len(labels), *images.shape[1:]), images.min())
    for place, label in enumerate(_classes(labels)):
        fitting = [i for i, found in left.items() if found == label]
        if fitting:
            shown[place] = images[fitting[0]]
            del left[fitting[0]]
    return shown


def plain(value: Any) -> Any:
    """Returns an array as the nested lists that JSON takes."""
    return None if value is None else np.asarray(value).tolist()


def _classes(labels: Any) -> Array:
    array = np.asarray(labels)
    if array.ndim == 2 and array.shape[1] > 1:
        array = array.argmax(axis=1)
    return array.reshape(-1)


def _row_per_class(
    count: int, classes: int, latents: Any
) -> tuple[Array, int | None]:
    if latents is not None:
        columns = count // classes if count % classes == 0 else None
        return np.sort(np.arange(count) % classes), columns
    if count < classes:
        return np.arange(count), None
    columns = math.ceil(count / classes)
    return np.repeat(np.arange(classes), columns), columns


def _run_length(labels: Any) -> int | None:
    """Returns how often each label comes in a row, if equally often."""
    flat = _classes(labels)
    changes = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *changes, len(flat)])
    equal = len(set(runs.tolist())) == 1
    return int(runs[0]) if equal and 1 < runs[0] < len(flat) else None
