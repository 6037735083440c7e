"""Pictures on demand: one compiled sampler for callers outside training."""

import math
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_gan._arrays import numbers
from keras_gan._checks import seed_or_none, value_range_of, whole_number

Array = np.ndarray[Any, Any]
Range = tuple[float, float]

_TOLERANCE = 0.01

_MOST_LATENTS = 2**31 - 1
"""Latent values drawn at once: 8 GiB of float32."""

_SHOWN = 16
"""How many images are made where nothing says how many."""


class Sampling:
    """`generate` and `export`."""

    generator: keras.Model
    ema_generator: keras.Model | None
    _latent_shape: tuple[int, ...]
    _image_shape: tuple[int, ...]
    output_range: Any
    _given_range: Range | None = None
    """The pixel range that the user has set."""
    _real_range: Range | None = None
    """The pixel range of the real images that were trained on last."""

    @property
    def latent_dim(self) -> int:
        """How many latent values one image is made from."""
        return math.prod(self._latent_shape)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """The shape of one image, without the batch."""
        return self._image_shape

    @property
    def pixel_range(self) -> Range | None:
        """The values of black and white, for pictures and metrics.

        The generator's range. Where that is unbounded, it is that of the real
        images it was last trained on: what `ImageBatches` say; (0, 255) for
        uint8; `[0, 1]`, `[-1, 1]` or `[0, 255]` where the first batch fits it;
        else, with a warning, from the least to the largest value of the first
        batch. `None` before. Set it where you know better, such as for
        standardised images; it is saved with the model.
        """
        if self._given_range is not None:
            return self._given_range
        return self.output_range or self._real_range

    @pixel_range.setter
    def pixel_range(self, value: Range | None) -> None:
        if value is not None:
            value = value_range_of("pixel_range", value)
        self._given_range = value

    def _take_range(self, data: Any, images: Array, stacklevel: int) -> None:
        """Notes the range of the real images, and asks where it is unknown."""
        known = getattr(data, "value_range", None)
        found = usual_range(images)
        if known is not None:
            self._real_range = value_range_of("value_range", known)
            return
        before, measured = self._real_range, measured_range(images)
        self._real_range = found or measured
        if found is None and before is None and self._asks_for_range():
            low, high = measured
            warnings.warn(
                "The generator's images have no fixed range, and the real ones "
                f"of the first batch lie between {low:g} and {high:g}: these "
                "are taken for black and white in pictures and metrics, and "
                "what lies outside is cut off. Set gan.pixel_range = (low, "
                "high) to the values of black and white.",
                stacklevel=stacklevel + 1,
            )

    def _asks_for_range(self) -> bool:
        shape = self.image_shape
        pictures = len(shape) == 2 or (len(shape) == 3 and shape[-1] in (1, 3))
        unknown = self.output_range is None
        return pictures and unknown and self._given_range is None

    def latents(self, n: int, seed: int | None = None) -> Array:
        """Draws standard normal latents, the same on every backend.

        Args:
            n: How many.
            seed: Equal seeds give equal latents. Default: a random one.

        Returns:
            Float32, shape `(n, latent_dim)`.

        Raises:
            ValueError: If `n` or `seed` is out of range.
        """
        n = whole_number("n", n, 0, _MOST_LATENTS // self.latent_dim)
        generator = np.random.default_rng(seed_or_none("seed", seed))
        return generator.standard_normal((n, self.latent_dim), dtype="float32")

    def generate(
        self,
        n: int | None = None,
        *,
        latents: Any = None,
        labels: Any = None,
        seed: int | None = None,
        batch_size: int = 128,
    ) -> Array:
        """Generates images, by the averaged weights where there are any.

        Args:
            n: How many. Default: as many as there are `latents` or `labels`,
                or 16 where neither is given.
            latents: Latents of the user's own, shape `(n, latent_dim)`.
                Default: fresh ones.
            labels: Classes, integers or one-hot, where conditional. Default:
                all classes in turn.
            seed: Seed of fresh latents; equal seeds give equal images.
            batch_size: Images at a time.

        Returns:
            Float32 images in the generator's range, shape
            `(n, height, width, channels)`.

        Raises:
            ValueError: If `n`, `latents` and `labels` are not equally many,
                shapes don't fit, a number is out of range, or labels are given
                to a model without.
        """
        batch_size = whole_number("batch_size", batch_size, 1)
        seed = seed_or_none("seed", seed)
        n = self._count(n, latents, labels)
        if latents is None:
            latents = self.latents(n, seed)
        latents = self._shaped_latents(latents)
        inputs = self._sampling_inputs(latents, labels)
        if n == 0:
            return np.zeros((0, *self.image_shape), "float32")
        pictures = [
            np.asarray(self.predict_on_batch(part), "float32")[:size]  # type: ignore[attr-defined]
            for part, size in _batches(inputs, n, batch_size)
        ]
        return np.concatenate(pictures)

    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",  # noqa: A002
        **kwargs: Any,
    ) -> None:
        """Exports the generator, averaged if it is, for use without Keras.

        Args:
            filepath: Where to.
            format: `"tf_saved_model"`, `"onnx"` or another that
                `keras.Model.export` knows.
            **kwargs: As in `keras.Model.export`.
        """
        network = self.ema_generator or self.generator
        network.export(filepath, format=format, **kwargs)

    def _count(self, n: int | None, latents: Any, labels: Any) -> int:
        sizes = {
            f"len({name})": _rows(name, value)
            for name, value in (("latents", latents), ("labels", labels))
            if value is not None
        }
        if n is not None:
            sizes["n"] = whole_number(
                "n", n, 0, _MOST_LATENTS // self.latent_dim
            )
        if len(set(sizes.values())) > 1:
            said = ", ".join(f"{name}={size}" for name, size in sizes.items())
            raise ValueError(
                "`n`, `latents` and `labels` must be equally many, where "
                f"several are given. Received: {said}"
            )
        return next(iter(sizes.values()), _SHOWN)

    def _shaped_latents(self, latents: Any) -> Array:
        array = numbers("latents", latents).astype("float32")
        size = math.prod(array.shape[1:])
        if array.ndim < 2 or size != self.latent_dim:
            raise ValueError(
                f"`latents` must have shape (n, {self.latent_dim}), as the "
                f"generator takes them. Received: shape {array.shape}"
            )
        return array.reshape(-1, *self._latent_shape)

    def _sampling_inputs(self, latents: Array, labels: Any) -> list[Array]:
        if labels is not None:
            raise ValueError(
                "This model is not conditional, so it takes no labels. "
                "Received: labels. Use ConditionalGAN or ConditionalWGANGP."
            )
        return [latents]


def usual_range(images: Array) -> Range | None:
    """Returns which of the usual ranges images are in, `None` if in none."""
    if images.size == 0:
        return None
    if images.dtype == np.uint8:
        return (0.0, 255.0)
    low, high = float(np.min(images)), float(np.max(images))
    if low < 0:
        fits = low >= -1 - _TOLERANCE and high <= 1 + _TOLERANCE
        return (-1.0, 1.0) if fits else None
    if high <= 1 + _TOLERANCE:
        return (0.0, 1.0)
    # Half as bright as can be: else they may be in any range.
    return (0.0, 255.0) if 127 < high <= 255 + _TOLERANCE else None


def measured_range(images: Array) -> Range:
    """Returns the least and the largest finite value of images."""
    finite = images[np.isfinite(images)]
    if finite.size == 0:
        return (0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if low < high else (low, low + 1.0)


def _rows(name: str, value: Any) -> int:
    array = numbers(name, value)
    if array.ndim == 0:
        raise ValueError(
            f"`{name}` must have a row for each image. Received: {name}={value}"
        )
    return len(array)


def _batches(
    inputs: list[Array], n: int, batch_size: int
) -> Iterator[tuple[Any, int]]:
    """Cuts inputs into parts of one size, so that one sampler serves all."""
    size = max(1, min(n, batch_size))
    for start in range(0, n, size):
        parts = [array[start : start + size] for array in inputs]
        real = len(parts[0])
        if real < size:
            fill = size - real
            parts = [
                np.concatenate([part, np.repeat(part[-1:], fill, axis=0)])
                for part in parts
            ]
        yield parts[0] if len(parts) == 1 else parts, real
