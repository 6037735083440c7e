"""How many images are made, of which latents, and in which parts?"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops
from numpy.typing import NDArray

from keras_gan._arrays import numbers
from keras_gan._checks import seed_or_none, whole_number
from keras_gan._typing import Tensor
from keras_gan.models.batch import Condition
from keras_gan.models.fixed_samples import to_pixels

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN

Array = np.ndarray[Any, Any]

_MOST_LATENTS = 2**31 - 1
"""Latent values drawn at once: 8 GiB of float32."""

_PART = 512
"""Images made at a time where only their pixels are kept."""

_SHOWN = 16
"""How many images are made where nothing says how many."""


def made(
    gan: "GAN",
    n: int | None,
    latents: Any,
    labels: Any,
    seed: int | None,
    batch_size: int,
    make: Callable[[Any], Any],
) -> Array:
    """Generates images by `make`, a part at a time; see `GAN.generate`."""
    batch_size = whole_number("batch_size", batch_size, 1)
    seed = seed_or_none("seed", seed)
    labels = gan._class_numbers(labels)
    n = wanted_count(n, latents, labels, gan.latent_dim)
    if latents is None:
        latents = gan.latents(n, seed)
    latents = shaped_latents(latents, gan.latent_shape)
    inputs = gan._sampling_inputs(latents, labels)
    if n == 0:
        return np.zeros((0, *gan.image_shape), "float32")
    pictures = [
        np.asarray(make(part), "float32")[:size]
        for part, size in batches(inputs, n, batch_size)
    ]
    return np.concatenate(pictures)


def pixels(
    gan: "GAN", n: int, labels: Any, seed: int | None
) -> NDArray[np.uint8]:
    """Generates images as pixels; see `GAN.generate_pixels`."""
    labels = gan._class_numbers(labels)
    if labels is None:
        labels = gan._default_labels(n)
    some = [
        to_pixels(gan, gan.generate(**part))
        for part in parts(gan.latents(n, seed), labels)
    ]
    return np.concatenate(some)


def by_average(
    gan: "GAN", batch: tuple[Tensor, Condition], outputs: Mapping[str, Tensor]
) -> Tensor:
    """Returns images of a batch's condition as `generate` would make them.

    Args:
        gan: The GAN.
        batch: As from `unpack`.
        outputs: As from `make`: by weights that are not averaged.
    """
    if gan.ema_generator is None:
        return outputs["fake"]
    real, condition = batch
    latents = gan.draw_latents(ops.shape(real)[0], training=False)
    images = gan.call_generator(gan.ema_generator, latents, condition, False)
    return ops.cast(images, "float32")


def normal_latents(n: int, latent_dim: int, seed: int | None) -> Array:
    """Draws standard normal latents; see `GAN.latents`."""
    n = whole_number("n", n, 0, _MOST_LATENTS // latent_dim)
    generator = np.random.default_rng(seed_or_none("seed", seed))
    return generator.standard_normal((n, latent_dim), dtype="float32")


def wanted_count(
    n: int | None, latents: Any, labels: Any, latent_dim: int
) -> int:
    """Returns how many images are asked for.

    Raises:
        ValueError: If `n`, `latents` and `labels` disagree.
    """
    sizes = {
        f"len({name})": _rows(name, value)
        for name, value in (("latents", latents), ("labels", labels))
        if value is not None
    }
    if n is not None:
        sizes["n"] = whole_number("n", n, 0, _MOST_LATENTS // latent_dim)
    if len(set(sizes.values())) > 1:
        said = ", ".join(f"{name}={size}" for name, size in sizes.items())
        raise ValueError(
            "`n`, `latents` and `labels` must be equally many, where "
            f"several are given. Received: {said}"
        )
    return next(iter(sizes.values()), _SHOWN)


def shaped_latents(latents: Any, shape: tuple[int, ...]) -> Array:
    """Returns latents as the generator takes them.

    Raises:
        ValueError: If they have another size.
    """
    array = numbers("latents", latents).astype("float32")
    size, latent_dim = math.prod(array.shape[1:]), math.prod(shape)
    if array.ndim < 2 or size != latent_dim:
        raise ValueError(
            f"`latents` must have shape (n, {latent_dim}), as the "
            f"generator takes them. Received: shape {array.shape}"
        )
    return array.reshape(-1, *shape)


def parts(latents: Array, labels: Any) -> Iterator[dict[str, Any]]:
    """Cuts latents and labels into arguments of several calls of `generate`.

    They are whole batches of it, so that one call for all makes the same
    images.
    """
    for start in range(0, len(latents), _PART):
        part = slice(start, start + _PART)
        some = None if labels is None else labels[part]
        yield {"latents": latents[part], "labels": some}


def _rows(name: str, value: Any) -> int:
    array = numbers(name, value)
    if array.ndim == 0:
        raise ValueError(
            f"`{name}` must have a row for each image. Received: {name}={value}"
        )
    return len(array)


def batches(
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
