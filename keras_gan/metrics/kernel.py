"""The kernel distance of two sets of features: a polynomial MMD."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from keras_gan._arrays import Array, feature_pair
from keras_gan._checks import LARGEST_SEED, whole_number
from keras_gan._typing import Tensor

__all__ = ["kernel_distance", "kernel_distance_subsets"]

_BLOCK = 1024
# Rows of a block whose cubes are taken while they are in the cache.
_STRIP = 64
# Up to so many multiplications, float64 takes seconds at most.
_FLOAT64_WORK = 1e11


def kernel_distance(real: Tensor, fake: Tensor) -> float:
    """Estimates the squared maximum mean discrepancy under `(x.y / d + 1)^3`.

    `mean_{i!=j} k(r_i, r_j) + mean_{i!=j} k(f_i, f_j) - 2 mean_{ij} k(r_i,
    f_j)`. On Inception features this is the KID. Its mean on equal
    distributions is 0 for any number of samples (so single values may fall
    slightly below 0), which makes it the better choice below 10,000 samples.

    It takes all pairs, so it has no randomness and the smallest variance;
    `kernel_distance_subsets` is the form most papers print, with its spread.

    Args:
        real: Features of real images, (n, d).
        fake: Features of generated images, (m, d).

    Returns:
        The estimate in float64. Papers often print it times 1,000.

    Raises:
        ValueError: If the arrays are not finite (n, d) matrices of at least
            two rows and equal d.

    Example:
        >>> real = np.random.default_rng(0).normal(size=(500, 8))
        >>> kernel_distance(real, real + 1.0) > 1.0
        True

    Reference: Binkowski et al., 2018, arXiv 1801.01401, section 4.
    """
    real, fake = feature_pair(real, fake)
    if real.shape[1] ** 2 < min(len(real), len(fake)):
        return _discrepancy_of_moments(real, fake)
    return _discrepancy(*_prepare(real, fake))


def kernel_distance_subsets(
    real: Tensor,
    fake: Tensor,
    *,
    num_subsets: int = 100,
    subset_size: int = 1000,
    seed: int = 0,
) -> dict[str, float]:
    """Returns mean and deviation of `kernel_distance` over random subsets.

    The protocol of the KID paper and of torch-fidelity.

    Args:
        real: Features of real images, (n, d).
        fake: Features of generated images, (m, d).
        num_subsets: How many pairs of subsets are drawn, up to 10^6.
        subset_size: Samples in a subset, without replacement; at most the
            smaller set.
        seed: Seeds the choice of subsets.

    Returns:
        `{"mean": ..., "std": ...}`. The deviation is that of single subsets,
        not of their mean.

    Raises:
        ValueError: As `kernel_distance`, and for subsets that can't be drawn.
    """
    real, fake = feature_pair(real, fake)
    whole_number(
        "subset_size",
        subset_size,
        2,
        min(len(real), len(fake)),
        why=", the smaller number of samples",
    )
    whole_number("num_subsets", num_subsets, 1, 10**6)
    seed = whole_number("seed", seed, 0, LARGEST_SEED)
    rng = np.random.default_rng(seed)
    distances = [
        _discrepancy(
            *_prepare(
                real[rng.choice(len(real), subset_size, replace=False)],
                fake[rng.choice(len(fake), subset_size, replace=False)],
                num_subsets,
            )
        )
        for _ in range(num_subsets)
    ]
    return {"mean": float(np.mean(distances)), "std": float(np.std(distances))}


def _discrepancy_of_moments(real: Array, fake: Array) -> float:
    """Computes the estimate without pairs, for few features.

    With z = (x / sqrt(d), 1) the kernel is (z.z')^3, the inner product of the
    third powers of z, so its sum over all pairs is that of their sums.
    """
    n, m = len(real), len(fake)
    (real_sum, real_self), (fake_sum, fake_self) = map(_cubes, (real, fake))
    return (
        (float(np.vdot(real_sum, real_sum)) - real_self) / (n * (n - 1))
        + (float(np.vdot(fake_sum, fake_sum)) - fake_self) / (m * (m - 1))
        - 2.0 * float(np.vdot(real_sum, fake_sum)) / (n * m)
    )


def _cubes(x: Array) -> tuple[Array, float]:
    """Returns the sums of z z z, equal pairs of factors once, and of |z|^6."""
    dim = x.shape[1]
    first, second = np.triu_indices(dim + 1)
    total, own = np.zeros((len(first), dim + 1)), 0.0
    for start in range(0, len(x), _BLOCK):
        z = x[start : start + _BLOCK].astype(np.float64) / np.sqrt(dim)
        z = np.pad(z, ((0, 0), (0, 1)), constant_values=1.0)
        total += (z[:, first] * z[:, second]).T @ z
        own += float((np.einsum("ij,ij->i", z, z) ** 3).sum())
    total *= np.where(first == second, 1.0, np.sqrt(2.0))[:, np.newaxis]
    return total, own


class _Centred(NamedTuple):
    """Samples about a common mean, such that x.y / d + 1 is u.v / d + a + b.

    Attributes:
        u: x - mean, over the square root of d, (n, d).
        a: mean.(u + mean / 2) / d + 1 / 2, float64, (n,).
    """

    u: Array
    a: Array


def _prepare(
    real: Array, fake: Array, times: int = 1
) -> tuple[_Centred, _Centred]:
    """Returns both sets about their common mean, one of so many pairs.

    The products of what is left are small and of either sign, so that float32
    serves where there are many; everything else is float64.
    """
    dim = real.shape[1]
    mean = np.mean([x.mean(axis=0, dtype=np.float64) for x in (real, fake)], 0)
    work = float(len(real) + len(fake)) ** 2 * dim * times
    dtype = np.float64 if work < _FLOAT64_WORK else np.float32
    return _centre(real, mean, dtype), _centre(fake, mean, dtype)


def _centre(x: Array, mean: Array, dtype: type[np.floating[Any]]) -> _Centred:
    dim = len(mean)
    u, a = np.empty(x.shape, dtype), np.empty(len(x))
    for start in range(0, len(x), _BLOCK):
        part = slice(start, start + _BLOCK)
        centred = x[part] - mean
        a[part] = (centred @ mean + mean @ mean / 2) / dim + 0.5
        u[part] = centred / np.sqrt(dim)
    return _Centred(u, a)


def _discrepancy(real: _Centred, fake: _Centred) -> float:
    n, m = len(real.u), len(fake.u)
    return (
        _sum_within(real) / (n * (n - 1))
        + _sum_within(fake) / (m * (m - 1))
        - 2.0 * _sum_between(real, fake) / (n * m)
    )


def _sum_within(x: _Centred) -> float:
    """Sums the kernel over ordered pairs of two different samples."""
    total = 0.0
    blocks = list(_blocks(x))
    for i, rows in enumerate(blocks):
        total += _sum_of_own_cubes(rows)
        for columns in blocks[i + 1 :]:
            total += 2.0 * _sum_of_cubes(rows, columns)
    return total


def _sum_between(x: _Centred, y: _Centred) -> float:
    total = 0.0
    for rows in _blocks(x):
        for columns in _blocks(y):
            total += _sum_of_cubes(rows, columns)
    return total


def _blocks(x: _Centred) -> Iterator[_Centred]:
    for start in range(0, len(x.u), _BLOCK):
        part = slice(start, start + _BLOCK)
        yield _Centred(x.u[part], x.a[part])


def _sum_of_cubes(x: _Centred, y: _Centred) -> float:
    """Sums (x.y / d + 1)^3 over all pairs, in float64."""
    products = x.u @ y.u.T
    total = 0.0
    for start in range(0, len(products), _STRIP):
        rows = slice(start, start + _STRIP)
        total += float(_cubes_of(products[rows], x.a[rows], y.a).sum())
    return total


def _sum_of_own_cubes(x: _Centred) -> float:
    """Sums the same in a block, over ordered pairs of different samples."""
    products = x.u @ x.u.T
    total = 0.0
    for start in range(0, len(products), _STRIP):
        rows = slice(start, start + _STRIP)
        # Pairs left of the strip were summed already, in the other order.
        cubes = _cubes_of(products[rows, start:], x.a[rows], x.a[start:])
        among = cubes[:, : len(cubes)]
        total += float(2.0 * cubes.sum() - among.sum() - np.trace(among))
    return total


def _cubes_of(products: Array, a: Array, b: Array) -> Array:
    base = np.add(products, b, dtype=np.float64)
    base += a[:, np.newaxis]
    cubes = base * base
    cubes *= base
    return cubes
