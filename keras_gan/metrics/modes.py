"""Mode coverage: are all modes of the data there, and alike often?"""

from typing import Any

import numpy as np

from keras_gan._arrays import Array, features, numbers
from keras_gan._checks import number_in, received, whole_number
from keras_gan._typing import Tensor
from keras_gan.features.vectors import nearest_centers

__all__ = ["gaussian_coverage", "high_quality_share", "mode_coverage"]

_MOST_MODES = 2**31 - 1


def mode_coverage(
    modes: Tensor,
    num_modes: int,
    *,
    counted: Tensor | None = None,
    reference: Tensor | None = None,
) -> dict[str, float]:
    """Counts the modes that samples show, and compares how often.

    The protocol of stacked MNIST: 26,000 samples; a classifier of digits looks
    at each plane, `keras_gan.features.stacked_classifier()` here; a mode is
    found if a single sample shows it; the KL is to all modes alike. Perfect
    sampling does not give a KL of 0: with n samples it is about
    (num_modes - 1) / (2 n), which is 0.019 there. MNIST's digits are not alike
    often, which adds 0.004, so that samples of the very data have 0.023. So the
    KL compares only at equal n. The classifier's mistakes find modes, too, and
    make the KL smaller where modes are missing.

    Args:
        modes: The number of each sample's mode, integers (n,) from 0 to
            `num_modes - 1`.
        num_modes: How many modes the data have.
        counted: Bools (n,): the samples that find a mode. Default: all. All of
            them count for the KL.
        reference: How often each mode is in the data, numbers (num_modes,):
            shares or counts. Default: all alike.

    Returns:
        `{"modes": ..., "kl": ...}`: the number of modes found, and the reverse
        KL divergence KL(samples || data) over the modes, in nats. It is
        infinite if samples show a mode that `reference` does not have.

    Raises:
        ValueError: If modes are no such integers, or an argument does not fit.

    Example:
        >>> mode_coverage([0, 0, 1, 1], 4)
        {'modes': 2.0, 'kl': 0.6931471805599453}

    Reference: Srivastava et al., 2017, arXiv 1705.07761, section 4; Lin et
    al., 2018 (PacGAN), arXiv 1712.04086, sections 4.1 and 4.2.
    """
    num_modes = whole_number("num_modes", num_modes, 1, _MOST_MODES)
    found = _modes(modes, num_modes)
    expected = _reference(reference, num_modes)
    counts = np.bincount(found, minlength=num_modes)
    finding = counts
    if counted is not None:
        chosen = found[_mask(counted, len(found))]
        finding = np.bincount(chosen, minlength=num_modes)
    shares = counts / len(found)
    shown = shares > 0
    with np.errstate(divide="ignore"):
        logarithms = np.log(shares[shown]) - np.log(expected[shown])
    return {
        "modes": float((finding > 0).sum()),
        "kl": float((shares[shown] * logarithms).sum()),
    }


def high_quality_share(
    points: Tensor, centers: Tensor, deviation: float, *, within: float = 3.0
) -> float:
    """Returns the share of points near a mode of a mixture of Gaussians.

    A point is of high quality if it lies within three standard deviations of
    its nearest center. In the plane, 1 - exp(-9 / 2) = 98.9 % of perfect
    samples do.

    Args:
        points: Generated points, (n, d).
        centers: The middle of each Gaussian, (k, d).
        deviation: The standard deviation along each axis, of all Gaussians.
        within: How many deviations are near.

    Returns:
        A share in 0..1.

    Raises:
        ValueError: If an argument is out of range, or shapes don't fit.

    Example:
        >>> high_quality_share([[0.0, 0.1], [0.0, 1.0]], [[0.0, 0.0]], 0.1)
        0.5

    Reference: Lin et al., 2018 (PacGAN), arXiv 1712.04086, section 4.1.
    """
    _, near = _nearest(points, centers, deviation, within)
    return float(near.mean())


def gaussian_coverage(
    points: Tensor, centers: Tensor, deviation: float, *, within: float = 3.0
) -> dict[str, float]:
    """Measures points against the modes of a mixture of Gaussians.

    PacGAN's protocol for the ring and the grid: 2,500 samples; a mode is found
    if at least one sample of high quality lies there, see `high_quality_share`;
    for the KL, each sample belongs to its nearest mode, near or not, and all
    modes of the data are alike often.

    Args:
        points: Generated points, (n, d).
        centers: The middle of each Gaussian, (k, d).
        deviation: The standard deviation along each axis, of all Gaussians.
        within: How many deviations are near.

    Returns:
        `{"modes": ..., "kl": ..., "high_quality": ...}`: the number of modes
        found, the reverse KL divergence as in `mode_coverage`, and the share of
        samples of high quality.

    Raises:
        ValueError: If an argument is out of range, or shapes don't fit.

    Example:
        >>> points, _ = keras_gan.datasets.load("grid", "test")
        >>> grid = keras_gan.datasets.GAUSSIANS["grid"]
        >>> gaussian_coverage(points, grid.centers, grid.deviation)["modes"]
        25.0

    Reference: Lin et al., 2018 (PacGAN), arXiv 1712.04086, section 4.1.
    """
    nearest, near = _nearest(points, centers, deviation, within)
    num_modes = len(numbers("centers", centers))
    covered = mode_coverage(nearest, num_modes, counted=near)
    return {**covered, "high_quality": float(near.mean())}


def _nearest(
    points: Any, centers: Any, deviation: float, within: float
) -> tuple[Array, Array]:
    """Returns each point's nearest center, and whether it is near enough."""
    deviation = number_in("deviation", deviation)
    within = number_in("within", within)
    rows = features("points", points)
    middles = numbers("centers", centers).astype(np.float64)
    fits = middles.ndim == 2 and middles.shape[1:] == rows.shape[1:]
    if not fits or not len(middles) or not np.isfinite(middles).all():
        raise ValueError(
            "`centers` must be finite, one row of as many numbers as a point "
            f"has for each Gaussian, (k, {rows.shape[1]}). Received: "
            f"centers.shape={middles.shape}"
        )
    nearest, distance = nearest_centers(rows, middles)
    return nearest, distance <= within * deviation


def _modes(modes: Any, num_modes: int) -> Array:
    found = numbers("modes", modes)
    if found.ndim != 1 or found.dtype.kind not in "iu" or not len(found):
        raise ValueError(
            "`modes` must be integers, one for each sample, (n,). Received: "
            f"modes.shape={found.shape}, dtype={found.dtype}"
        )
    if found.min() < 0 or found.max() >= num_modes:
        raise ValueError(
            f"`modes` must be in 0..{num_modes - 1}. Received: modes from "
            f"{found.min()} to {found.max()}"
        )
    return found.astype(np.int64)


def _mask(counted: Any, count: int) -> Array:
    mask = numbers("counted", counted)
    if mask.shape != (count,) or mask.dtype != bool:
        raise ValueError(
            f"`counted` must be {count} bools, one for each sample. Received: "
            f"counted.shape={mask.shape}, dtype={mask.dtype}"
        )
    return mask


def _reference(reference: Any, num_modes: int) -> Array:
    if reference is None:
        return np.full(num_modes, 1 / num_modes)
    shares = numbers("reference", reference).astype(np.float64)
    fits = shares.shape == (num_modes,) and np.isfinite(shares).all()
    if not fits or (shares < 0).any() or not (shares > 0).any():
        raise ValueError(
            f"`reference` must be {num_modes} numbers of at least 0, not all "
            f"of them 0. {received('reference', reference)}"
        )
    # Their sum may be too large for a float.
    shares /= shares.max()
    scaled: Array = shares / shares.sum()
    return scaled
