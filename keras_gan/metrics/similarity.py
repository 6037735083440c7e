"""How alike are two images, pixel by pixel?"""

import numpy as np

from keras_gan._arrays import Array, images

__all__ = ["ms_ssim", "psnr", "ssim"]

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_WINDOW, _SIGMA = 11, 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def psnr(x: Array, y: Array) -> Array:
    """Computes the peak signal-to-noise ratio of pairs of images, in decibels.

    `10 log10(255^2 / mean((x - y)^2))`, the mean over all pixels and channels
    of an image. It rises by 6 where the error halves. Blurred images have a
    high one.

    Args:
        x: uint8 images, (n, H, W, C).
        y: As many images of the same shape.

    Returns:
        float64, (n,): infinity for equal images.

    Raises:
        ValueError: If they are not such images.

    Example:
        >>> psnr(targets, gan.translate(sources)).mean()
    """
    x, y = _pairs(x, y, 1)
    errors = x.astype(np.float64) - y
    with np.errstate(divide="ignore"):
        found: Array = 10 * np.log10(255**2 / (errors**2).mean(axis=(1, 2, 3)))
    return found


def ssim(x: Array, y: Array) -> Array:
    """Computes the structural similarity of pairs of images.

    With the standard window (11 pixels, sigma 1.5) and constants, over all
    windows inside the image; colour images have the mean of their channels.

    Args:
        x: uint8 images, (n, H, W, C), at least 11 pixels high and wide.
        y: As many images of the same shape.

    Returns:
        float64, (n,): 1 for equal images, in theory down to -1.

    Raises:
        ValueError: If they are not such images.

    Example:
        >>> ssim(targets, gan.translate(sources)).mean()

    Reference: Wang et al., 2004, "Image quality assessment: from error
    visibility to structural similarity", eq. 13.
    """
    x, y = _pairs(x, y, _WINDOW)
    found = np.empty(len(x))
    for start in range(0, len(x), 128):
        part = slice(start, start + 128)
        terms = _terms(_channels_first(x[part]), _channels_first(y[part]))
        found[part] = (terms[0] * terms[1]).mean(axis=(1, 2, 3))
    return found


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
    x, y = _pairs(x, y, _WINDOW)
    smallest = min(x.shape[1:3])
    num_scales = min(len(_WEIGHTS), int(np.log2(smallest / _WINDOW)) + 1)
    weights = np.array(_WEIGHTS[:num_scales])
    weights /= weights.sum()
    return _similarity(_channels_first(x), _channels_first(y), weights)


def _pairs(x: Array, y: Array, smallest: int) -> tuple[Array, Array]:
    x, y = images("x", x), images("y", y)
    if x.shape != y.shape or min(x.shape[1:3]) < smallest:
        raise ValueError(
            f"`x` and `y` must be of one shape and at least {smallest} pixels "
            f"wide. Received: x.shape={x.shape}, y.shape={y.shape}"
        )
    return x, y


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
