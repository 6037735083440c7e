"""The sliced Wasserstein distance of pixels, without a network."""

import numpy as np

from keras_gan._arrays import Array, images
from keras_gan._checks import LARGEST_SEED, whole_number

__all__ = ["sliced_wasserstein"]


def sliced_wasserstein(
    real: Array, fake: Array, *, num_projections: int = 256, seed: int = 0
) -> float:
    """Computes the mean Wasserstein-1 distance along random directions.

    `mean_v W_1({v.r}, {v.f})` over unit vectors v of pixel space, with pixels
    in 0..1. Needs no extractor, so it can be compared between any two
    projects; it sees brightness, contrast and large shapes, hardly details.

    Args:
        real: uint8 images, (n, H, W, C).
        fake: uint8 images, (m, H, W, C).
        num_projections: Random directions, up to 2^16.
        seed: Seeds the directions.

    Returns:
        The distance in float64; its floor on equal distributions falls as
        one over the root of the number of images.

    Raises:
        ValueError: If they are not such images, or of different sizes.

    Example:
        >>> real = np.zeros((9, 4, 4, 1), "uint8")
        >>> sliced_wasserstein(real, real)
        0.0

    Reference: Rabin et al., 2011, "Wasserstein barycenter and its application
    to texture mixing", section 3; on raw pixels rather than on patches as in
    Karras et al., 2018, arXiv 1710.10196, section 5.
    """
    from scipy.stats import wasserstein_distance

    real, fake = images("real", real), images("fake", fake)
    whole_number("num_projections", num_projections, 1, 2**16)
    seed = whole_number("seed", seed, 0, LARGEST_SEED)
    if real.shape[1:] != fake.shape[1:]:
        raise ValueError(
            "`real` and `fake` must be images of one size. Received: "
            f"real.shape={real.shape}, fake.shape={fake.shape}"
        )
    rng = np.random.default_rng(seed)
    directions = rng.standard_normal((real[0].size, num_projections))
    directions /= np.linalg.norm(directions, axis=0)
    pairs = zip(
        _project(real, directions), _project(fake, directions), strict=True
    )
    return float(np.mean([wasserstein_distance(r, f) for r, f in pairs]))


def _project(pixels: Array, directions: Array) -> Array:
    """Returns the images along each direction, (projections, n)."""
    scaled = (directions / 255.0).astype(np.float32)
    projected = np.empty((directions.shape[1], len(pixels)))
    for start in range(0, len(pixels), 1024):
        part = pixels[start : start + 1024].reshape(-1, len(directions))
        projected[:, start : start + 1024] = (part.astype("float32") @ scaled).T
    return projected
