"""How different generated images are from each other."""

import numpy as np

from keras_gan._arrays import Array, images
from keras_gan._checks import LARGEST_SEED, whole_number

__all__ = ["ms_ssim", "ms_ssim_diversity"]

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_WINDOW, _SIGMA = 11, 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


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


def ms_ssim(x: Array, y: Array) -> Array:
    """Computes the multi-scale structural similarity of pairs of images.

    With the standard window (11 pixels, sigma 1.5), constants and weights.
    Images below 176 pixels have fewer than five scales: as many as leave
    room for the window, with the first weights, scaled to sum to 1.

    Args:
        x: uint8 images, (n, H, W, C), at least 11 pixels high and wide.
        y: As many images of the same shape.

    Returns:
        float64, (n,): 1 for equal images. Negative similarities count as 0.

    Raises:
        ValueError: If they are not such images.

    Reference: Wang et al., 2003, "Multi-scale structural similarity for image
    quality assessment", eq. 7.
    """
    x, y = images("x", x), images("y", y)
    smallest = min(x.shape[1:3])
    if x.shape != y.shape or smallest < _WINDOW:
        raise ValueError(
            f"`x` and `y` must be of one shape and at least {_WINDOW} pixels "
            f"wide. Received: x.shape={x.shape}, y.shape={y.shape}"
        )
    num_scales = min(len(_WEIGHTS), int(np.log2(smallest / _WINDOW)) + 1)
    weights = np.array(_WEIGHTS[:num_scales])
    weights /= weights.sum()
    return _similarity(_channels_first(x), _channels_first(y), weights)


def _similarity(x: Array, y: Array, weights: Array) -> Array:
    result = np.ones(x.shape[:2])
    for scale, weight in enumerate(weights):
        luminance, structure = _terms(x, y)
        similarity = structure
        if scale == len(weights) - 1:
            similarity = luminance * structure
        result *= similarity.mean(axis=(2, 3)).clip(0.0) ** weight
        x, y = _halve(x), _halve(y)
    mean: Array = result.mean(axis=1)
    return mean


def _terms(x: Array, y: Array) -> tuple[Array, Array]:
    """Returns SSIM's luminance term, and its contrast and structure term."""
    mean_x, mean_y = _blur(x), _blur(y)
    product = mean_x * mean_y
    squares = mean_x**2 + mean_y**2
    covariance = _blur(x * y) - product
    variances = _blur(x * x + y * y) - squares
    luminance = (2.0 * product + _C1) / (squares + _C1)
    return luminance, (2.0 * covariance + _C2) / (variances + _C2)


def _blur(x: Array) -> Array:
    """Returns Gaussian means over all windows, (n, C, H - 10, W - 10)."""
    blurred: Array = _band(x.shape[2]) @ x @ _band(x.shape[3]).T
    return blurred


def _band(size: int) -> Array:
    offsets = np.arange(_WINDOW) - _WINDOW // 2
    window = np.exp(-0.5 * (offsets / _SIGMA) ** 2)
    window /= window.sum()
    band = np.zeros((size - _WINDOW + 1, size))
    for i, row in enumerate(band):
        row[i : i + _WINDOW] = window
    return band


def _halve(x: Array) -> Array:
    """Returns means of 2x2 pixels, without a last odd row or column."""
    n, channels, height, width = x.shape
    x = x[:, :, : height // 2 * 2, : width // 2 * 2]
    shape = (n, channels, height // 2, 2, width // 2, 2)
    means: Array = x.reshape(shape).mean(axis=(3, 5))
    return means


def _channels_first(x: Array) -> Array:
    return np.moveaxis(x, -1, 1).astype(np.float64)
