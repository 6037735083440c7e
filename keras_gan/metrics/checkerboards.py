"""How much of the checkerboard of upsampling layers is in images?"""

import numpy as np

from keras_gan._arrays import Array, images
from keras_gan._checks import whole_number

__all__ = ["checkerboard", "grid_power"]

_ROUNDING = 1e-12
"""The squared deviation from the mean that images of one colour may have."""


def checkerboard(real: Array, fake: Array, *, period: int = 4) -> float:
    """Compares the power at a grid's frequencies with that of real images.

    Transposed convolutions of stride 2 leave a woven texture: a pattern that
    repeats every 2 pixels, and every 4 where two of them follow each other. The
    value is `grid_power(fake) / grid_power(real)`: 1 is right, 2 is twice the
    power that real images have there, and blurred images are below 1.

    Args:
        real: uint8 images, (n, H, W, C).
        fake: uint8 images, (m, H, W, C).
        period: Pixels after which the pattern repeats, at least 2. The images
            must be at least four periods high and wide.

    Returns:
        The ratio, a float. Infinity where only `fake` has such power, and 1
        where neither has.

    Raises:
        ValueError: If they are not such images, of different sizes, or smaller
            than four periods.

    Example:
        >>> checkerboard(test_images, gan.generate_pixels(1000))

    Reference: Odena et al., 2016, "Deconvolution and checkerboard artifacts";
    power spectra as in Durall et al., 2020, arXiv 2003.01826.
    """
    real, fake = images("real", real), images("fake", fake)
    if real.shape[1:] != fake.shape[1:]:
        raise ValueError(
            "`real` and `fake` must be images of one size. Received: "
            f"real.shape={real.shape}, fake.shape={fake.shape}"
        )
    expected, found = grid_power(real, period), grid_power(fake, period)
    if expected == 0:
        return 1.0 if found == 0 else float("inf")
    return found / expected


def grid_power(fake: Array, period: int = 4) -> float:
    """Computes the share of the power that is at a grid's frequencies.

    These are all multiples of `1 / period`, on both axes, but the mean. Each
    channel has its mean taken off and fades out at the borders (a Hann window),
    which would be edges otherwise. The power is averaged over the images before
    the share is taken.

    Args:
        fake: uint8 images, (m, H, W, C); real ones are taken, too.
        period: Pixels after which the pattern repeats, at least 2. The images
            must be at least four periods high and wide.

    Returns:
        The share, a float from 0 to 1; 0 for images of one colour each.

    Raises:
        ValueError: If they are not such images, or smaller than four periods.
    """
    fake = images("fake", fake)
    height, width = fake.shape[1:3]
    whole_number("period", period, 2)
    if min(height, width) < 4 * period:
        raise ValueError(
            f"`fake` must be at least four times `period`, {4 * period} "
            "pixels, high and wide, or `period` smaller. "
            f"Received: fake.shape={fake.shape}, period={period}"
        )
    window = np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1])
    window = window[..., None]
    down = -height % period
    right = -width % period
    of_grid, whole = 0.0, 0.0
    for image in fake:
        mean = (image * window).sum(axis=(0, 1)) / window.sum()
        faded = (image - mean) * window
        whole += float((faded**2).sum())
        # Pixels that a grid's pattern does not tell apart are added up.
        cells = np.pad(faded, ((0, down), (0, right), (0, 0)))
        cells = cells.reshape(
            -1, period, (width + right) // period, period, faded.shape[-1]
        ).sum(axis=(0, 2))
        # Its mean is 0 already.
        spectrum = np.abs(np.fft.fft2(cells, axes=(0, 1))) ** 2
        of_grid += float(spectrum.sum()) / (height * width)
    return of_grid / whole if whole > _ROUNDING else 0.0
