"""The same samples each time, and what a model makes of them."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
from keras import ops
from PIL import Image

from keras_gan import images as pictures
from keras_gan.models import saved_state
from keras_gan.models.first_batch import as_tensors
from keras_gan.models.pixel_range import measured_range, usual_range
from keras_gan.models.vector_pictures import unrolled

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel
    from keras_gan.models.gan import GAN

Array = np.ndarray[Any, Any]


class ScoredSamples(NamedTuple):
    """Real and made images, with what the discriminator says of them.

    Attributes:
        real: Real images of the first batch, at most 64.
        fake: As many generated ones.
        real_scores: Float32 scores of the real images.
        fake_scores: Float32 scores of the generated images.
    """

    real: Array
    fake: Array
    real_scores: Array
    fake_scores: Array


def scored(gan: "GAN", seed: int) -> ScoredSamples | None:
    """Scores real images and as many made ones; see `GAN.scored_samples`."""
    batch = gan.first_batch
    if batch is None:
        return None
    conditional = hasattr(gan, "num_classes")
    fake = gan.generate(
        latents=gan.latents(len(batch.images), seed),
        labels=batch.labels if conditional else None,
    )
    real, condition = as_tensors(tuple(batch.batch))
    scores = [
        ops.convert_to_numpy(gan.discriminate(each, condition, training=False))
        for each in (real, ops.convert_to_tensor(fake))
    ]
    return ScoredSamples(batch.images, fake, *scores)


class FixedRows:
    """Rows of pictures that a model makes of a batch.

    Args:
        model: The model.
        num_images: How many rows, as far as there are as many samples.
        batch: The batch, as from the model's `unpack`, as arrays. Default: the
            first one; `fit` has looked at it.

    Raises:
        ValueError: If the model has no pictures, or no data.
    """

    def __init__(
        self, model: "AdversarialModel", num_images: int, batch: Any = None
    ) -> None:
        if batch is None and model.first_batch is not None:
            batch = model.first_batch.batch
        if batch is None:
            raise ValueError(
                "Pictures are made of the first batch of the training data, "
                "and there is none: nothing was trained yet, or this data "
                "cannot be looked at before training. Give `fit` arrays or a "
                "data set."
            )
        self._model = model
        self._batch = keras.tree.map_structure(
            lambda each: None if each is None else each[:num_images], batch
        )
        if not self._columns():
            raise ValueError(
                f"{type(model).__name__} has no pictures to show: it must "
                "override `pictures(batch)`, which returns images by column."
            )

    def grid(self) -> Image.Image:
        """Returns what the model makes of them now, as one picture."""
        columns = _of_one_size(
            [_colour(each) for each in self._columns().values()]
        )
        rows = np.stack(columns, axis=1)
        cells = rows.reshape(-1, *rows.shape[2:])
        return pictures.grid(cells, len(columns))

    def real_grid(self) -> Image.Image | None:
        """Returns `None`: real images are among the columns."""
        return None

    def _columns(self) -> dict[str, Array]:
        batch = as_tensors(self._batch)
        with saved_state.seeds_kept(self._model):
            shown = self._model.pictures(batch)
        if not isinstance(shown, Mapping):
            raise TypeError(
                f"{type(self._model).__name__}.pictures must return a "
                "dictionary from names to images. Received: "
                f"{type(shown).__name__}"
            )
        return {
            name: to_pixels(self._model, ops.convert_to_numpy(each))
            for name, each in shown.items()
        }


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
        model: "GAN",
        num_images: int,
        latents: Any,
        labels: Any,
        seed: int,
        across: bool = False,
    ) -> None:
        shape = model.image_shape
        if not model.makes_pictures:
            raise ValueError(
                "Pictures have the shape (height, width), or (height, width, "
                "channels) with 1 or 3 channels. Received: a generator of "
                f"samples of shape {shape}"
            )
        self._model = model
        self.labels: Array | None = None
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

    def grid(self) -> Image.Image:
        """Returns what the model makes of them now, as one picture."""
        made = self._model.generate(latents=self.latents, labels=self.labels)
        return pictures.grid(as_pictures(self._model, made), self.columns)

    def real_grid(self) -> Image.Image | None:
        """Returns as many real images of the same classes, if there are any."""
        batch = self._model.first_batch
        if batch is None:
            return None
        real = _matching(batch, len(self.latents), self.labels)
        return pictures.grid(as_pictures(self._model, real), self.columns)


def as_pictures(model: "AdversarialModel", images: Array) -> Array:
    """Returns images as uint8, and vectors that are pictures in their shape."""
    return unrolled(to_pixels(model, images))


def to_pixels(model: "AdversarialModel", images: Array) -> Array:
    """Returns images in the generator's range as uint8.

    What is not a number, because the networks have diverged, becomes black.
    """
    bounds = black_and_white(model, images)
    finite = np.nan_to_num(images, nan=bounds[0])
    return pictures.to_uint8(finite, bounds)


def black_and_white(
    model: "AdversarialModel", images: Array
) -> tuple[float, float]:
    """Returns the model's values of black and white, or those of images."""
    known = model.pixel_range
    return known or usual_range(images) or measured_range(images)


def _matching(batch: Any, count: int, labels: Any) -> Array:
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


def _colour(images: Array) -> Array:
    """Returns grey pixels as three equal channels."""
    if images.ndim == 3:
        images = images[..., None]
    return np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images


def _of_one_size(columns: list[Array]) -> list[Array]:
    """Enlarges pictures to the largest ones, pixel by pixel."""
    height = max(each.shape[1] for each in columns)
    width = max(each.shape[2] for each in columns)
    return [
        each[:, np.arange(height) * each.shape[1] // height][
            :, :, np.arange(width) * each.shape[2] // width
        ]
        for each in columns
    ]
