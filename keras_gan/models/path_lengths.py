"""How far images change along a step of the latents, or of the styles."""

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan._checks import LARGEST_SEED, number_in, whole_number
from keras_gan.latents.distance import Distance
from keras_gan.latents.paths import between
from keras_gan.models.fixed_samples import black_and_white
from keras_gan.models.latent_spaces import LatentSpace, space_of
from keras_gan.models.seen_features import check_extractor, seen_by

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN

__all__ = ["measured_path_length"]

_MOST = 10**7


def measured_path_length(
    gan: "GAN",
    extractor: Any,
    n: int,
    space: Any,
    *,
    epsilon: float,
    seed: int,
    batch_size: int,
) -> float:
    """Measures the perceptual path length; see `GAN.path_length`."""
    check_extractor(extractor)
    n = whole_number("n", n, 1, _MOST)
    epsilon = number_in("epsilon", epsilon, "(0, 1)")
    seed = whole_number("seed", seed, 0, LARGEST_SEED)
    batch_size = whole_number("batch_size", batch_size, 1, 2**14)
    where = space_of(gan, space)
    method = "spherical" if isinstance(where, LatentSpace) else "linear"
    starts, ends = np.split(gan.latents(2 * n, seed), 2)
    shares = np.random.default_rng(seed).uniform(0.0, 1.0 - epsilon, n)
    # All classes in turn, where there are any.
    labels = gan._default_labels(n)
    total, distance = 0.0, None
    for first in range(0, n, batch_size):
        rows = slice(first, min(first + batch_size, n))
        told = None if labels is None else labels[rows]
        start, end = (
            where.of_latents(each[rows], told) for each in (starts, ends)
        )
        images = [
            where.images(
                between(start, end, shares[rows] + step, method),
                told,
                batch_size,
            )
            for step in (0.0, epsilon)
        ]
        if distance is None:
            bounds = black_and_white(gan, images[0])
            distance = Distance(seen_by(extractor, gan, bounds))
        here, there = (
            distance.seen(each, batch_size).astype("float64") for each in images
        )
        total += float(np.square(there - here).sum())
    return total / n / epsilon**2
