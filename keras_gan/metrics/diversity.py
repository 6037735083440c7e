"""How different generated images are from each other."""

import numpy as np

from keras_gan._arrays import Array, images
from keras_gan._checks import LARGEST_SEED, whole_number
from keras_gan.metrics.similarity import ms_ssim

__all__ = ["ms_ssim_diversity"]


def ms_ssim_diversity(
    fake: Array, *, num_pairs: int = 1000, seed: int = 0
) -> float:
    """Returns one minus the mean MS-SSIM of random pairs of generated images.

    0 where all images are the same; compare with the value of as many real
    images, within one class where classes differ much. A lower value than the
    real one's means collapse, a higher one may be noise.

    Args:
        fake: uint8 images, (n, H, W, C), at least 2.
        num_pairs: Pairs of different images that are drawn, up to 10^7.
        seed: Seeds the choice of pairs.

    Returns:
        A number in 0..1 (in theory up to 2), in float64.

    Raises:
        ValueError: If they are not such images, or smaller than 11 pixels.

    Example:
        >>> ms_ssim_diversity(np.zeros((9, 28, 28, 1), "uint8"))
        0.0

    Reference: Odena et al., 2017, arXiv 1610.09585, section 4.2.
    """
    fake = images("fake", fake)
    num_pairs = whole_number("num_pairs", num_pairs, 1, 10**7)
    seed = whole_number("seed", seed, 0, LARGEST_SEED)
    if len(fake) < 2:
        raise ValueError(
            "`fake` must hold at least 2 images. "
            f"Received: len(fake)={len(fake)}"
        )
    rng = np.random.default_rng(seed)
    first = rng.integers(len(fake), size=num_pairs)
    second = (first + rng.integers(1, len(fake), size=num_pairs)) % len(fake)
    total = 0.0
    for part in np.array_split(np.arange(num_pairs), -(-num_pairs // 128)):
        total += float(ms_ssim(fake[first[part]], fake[second[part]]).sum())
    return 1.0 - total / num_pairs
