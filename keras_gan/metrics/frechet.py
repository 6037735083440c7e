"""The Frechet distance of two sets of features, as two Gaussians."""

import numpy as np
import scipy.linalg

# numpy has its own BLAS, whose threads would compete with scipy's.
from scipy.linalg.blas import dgemm, dsyrk

from keras_gan._arrays import Array, feature_pair, numbers
from keras_gan._typing import Tensor

__all__ = ["frechet_distance", "frechet_distance_from_moments"]

_FEW_SAMPLES = 64
"""Up to so many features, singular values take less than a millisecond."""


def frechet_distance(real: Tensor, fake: Tensor) -> float:
    """Computes the Frechet distance of Gaussians fitted to two feature sets.

    `|m_r - m_f|^2 + tr(C_r) + tr(C_f) - 2 tr((C_r C_f)^(1/2))`, with unbiased
    covariances. On Inception features this is the FID. It falls as samples get
    better; its floor on equal distributions is above 0 and falls with the
    number of samples, so compare numbers of equal sample counts only.

    The covariances are never multiplied or rooted. With any `C = R'R`, the
    trace is the sum of the singular values of `R_r R_f'`, which stays exact
    for covariances without full rank.

    Args:
        real: Features of real images, (n, d).
        fake: Features of generated images, (m, d).

    Returns:
        The distance, at least 0, computed in float64.

    Raises:
        ValueError: If the arrays are not finite (n, d) matrices of at least
            two rows and equal d.

    Example:
        >>> real = np.random.default_rng(0).normal(size=(500, 8))
        >>> round(frechet_distance(real, real + 1.0), 6)
        8.0

    Reference: Heusel et al., 2017, arXiv 1706.08500, eq. 6.
    """
    real, fake = feature_pair(real, fake)
    real_mean, real_factor = _moments(real)
    fake_mean, fake_factor = _moments(fake)
    return _distance(real_mean - fake_mean, real_factor, fake_factor)


def frechet_distance_from_moments(
    real_mean: Array, real_cov: Array, fake_mean: Array, fake_cov: Array
) -> float:
    """Computes the Frechet distance of two Gaussians, by mean and covariance.

    For statistics that were kept instead of features. `frechet_distance` is
    more exact where a covariance lacks full rank.

    Args:
        real_mean: (d,).
        real_cov: (d, d), symmetric.
        fake_mean: (d,).
        fake_cov: (d, d), symmetric.

    Returns:
        The distance, computed in float64.

    Raises:
        ValueError: If the shapes do not fit together, or a number is not
            finite.
    """
    given = {
        "real_mean": real_mean,
        "real_cov": real_cov,
        "fake_mean": fake_mean,
        "fake_cov": fake_cov,
    }
    arrays = {name: _finite(name, value) for name, value in given.items()}
    shapes = [array.shape for array in arrays.values()]
    dim = shapes[0][:1]
    if not dim or shapes != 2 * [dim, 2 * dim]:
        raise ValueError(
            "Means must have shape (d,) and covariances (d, d). Received: "
            + ", ".join(f"{name}.shape={arrays[name].shape}" for name in arrays)
        )
    factors = [_square_root(arrays[f"{each}_cov"]) for each in ("real", "fake")]
    return _distance(arrays["real_mean"] - arrays["fake_mean"], *factors)


def _distance(difference: Array, real: Array, fake: Array) -> float:
    offset = float(difference @ difference)
    trace = float(np.vdot(real, real) + np.vdot(fake, fake))
    # Fewer rows first, for the smaller Gram matrix.
    real, fake = sorted((real, fake), key=len)
    product = dgemm(1.0, real, fake, trans_b=True)
    exact = max(product.shape) <= _FEW_SAMPLES
    if not exact:
        common, error = _nuclear_norm_by_gram(product)
        distance = offset + trace - 2.0 * common
        exact = error > max(1e-7 * distance, 1e-14 * trace)
    if exact:
        singular = scipy.linalg.svdvals(
            product, overwrite_a=True, check_finite=False
        )
        distance = offset + trace - 2.0 * float(singular.sum())
    # Rounding may leave it a little below 0.
    return max(distance, 0.0)


def _nuclear_norm_by_gram(product: Array) -> tuple[float, float]:
    """Returns the sum of singular values, four times as fast, and its error.

    Squaring costs half the digits of small singular values.
    """
    squares = scipy.linalg.eigh(
        dsyrk(1.0, product, lower=True),
        eigvals_only=True,
        overwrite_a=True,
        check_finite=False,
    )
    noise = 8.0 * np.finfo(np.float64).eps * squares[-1]
    roots = np.sqrt(np.maximum(squares, 0.0))
    error = noise / np.maximum(roots, np.sqrt(noise) + 1e-300)
    return float(roots.sum()), float(error.sum())


def _moments(features: Array) -> tuple[Array, Array]:
    """Returns the mean, and a factor R of the covariance R'R with few rows."""
    mean = features.mean(axis=0, dtype=np.float64)
    scale = np.sqrt(len(features) - 1)
    if len(features) > features.shape[1]:
        factor = _cholesky(features, mean)
        if factor is None:
            # X has small directions that X'X has lost.
            (factor,) = scipy.linalg.qr(
                features - mean, mode="r", overwrite_a=True, check_finite=False
            )
            factor = factor[: features.shape[1]]
    else:
        factor = features - mean
    factor /= scale
    return mean, factor


def _cholesky(features: Array, mean: Array) -> Array | None:
    """Returns a triangle R with R'R = X'X; None where rounding would show."""
    dim = len(mean)
    step = min(_rows_at_a_time(dim), len(features))
    scatter, buffer = np.zeros((dim, dim), order="F"), np.empty((step, dim))
    for start in range(0, len(features), step):
        part = features[start : start + step]
        centred = np.subtract(part, mean, out=buffer[: len(part)])
        scatter = dsyrk(1.0, centred.T, 1.0, scatter, overwrite_c=True)
    try:
        factor: Array = scipy.linalg.cholesky(
            scatter, overwrite_a=True, check_finite=False
        )
    except scipy.linalg.LinAlgError:
        return None
    diagonal = factor.diagonal()
    return factor if diagonal.min() > 1e-5 * diagonal.max() else None


def _rows_at_a_time(dim: int) -> int:
    # Above 2^18 multiplications BLAS uses threads. With few features, starting
    # them takes longer than they save.
    if dim <= 64:
        return 2**18 // (dim * (dim + 1))
    return max(2**20 // dim, 1)


def _finite(name: str, value: Array) -> Array:
    array = numbers(name, value).astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError(
            f"`{name}` must be finite. Received: {name} with "
            f"{int((~np.isfinite(array)).sum())} NaN or infinite values"
        )
    return array


def _square_root(covariance: Array) -> Array:
    values, vectors = scipy.linalg.eigh(np.asarray(covariance, "float64"))
    root: Array = (vectors * np.sqrt(np.maximum(values, 0.0))).T
    return root
