"""Nearest neighbours of samples, found exactly by float32 products.

Squared distances `|x|^2 + |y|^2 - 2 x.y` come from float32 matrix products
with a bound on their rounding error. What the bound leaves open is computed
again in float64 from the difference of the two rows. So the answers are those
of float64, while nearly all of the work runs at the speed of float32.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from keras_gan._arrays import Array, feature_pair
from keras_gan._typing import Tensor

__all__ = ["nearest_neighbor_distances"]

_BLOCK = 2048
# Candidates kept beyond the k nearest, so that near ties rarely overflow.
_SPARE = 8


def nearest_neighbor_distances(train: Tensor, fake: Tensor) -> Array:
    """Returns each generated sample's distance to its nearest training sample.

    Small distances are a sign of memorisation, but only in comparison: compare
    their median with that of held-out real samples to the same training
    samples. A model that copies lies clearly below it.

    Args:
        train: Features or flattened pixels of the training images, (n, d).
        fake: The same of generated images, (m, d).

    Returns:
        Euclidean distances, float64, (m,). An exact copy has exactly 0.

    Raises:
        ValueError: If the arrays are not finite (n, d) matrices of at least
            two rows and equal d.

    Example:
        >>> train = np.eye(3)
        >>> nearest_neighbor_distances(train, train[:2])
        array([0., 0.])
    """
    train, fake = feature_pair(train, fake, ("train", "fake"))
    points, others = Points.pair(fake, train)
    nearest = _Nearest(len(points), min(1 + _SPARE, len(others)))
    for rows in _blocks(points):
        for columns in _blocks(others):
            bounds = _lower_bounds(points.part(rows), others.part(columns))
            nearest.merge(rows, columns, bounds)
    return np.sqrt(nearest.squared_distance(points, others, 0))


@dataclass(frozen=True)
class Points:
    """Samples prepared for many distances.

    Attributes:
        exact: The samples as they were given, (n, d).
        centred: The same about a common centre, float32: the smaller the
            norms, the tighter the error bounds.
        norms: Squared norms of `centred`, float32, (n,).
    """

    exact: Array
    centred: Array
    norms: Array

    @classmethod
    def pair(cls, x: Array, y: Array) -> tuple["Points", "Points"]:
        """Returns two sets of samples about the centre of the first."""
        centre = x.mean(axis=0, dtype=np.float64).astype(x.dtype)
        return cls._about(x, centre), cls._about(y, centre)

    @classmethod
    def _about(cls, samples: Array, centre: Array) -> "Points":
        centred = (samples - centre).astype(np.float32, copy=False)
        norms = np.einsum("ij,ij->i", centred, centred, dtype=np.float64)
        return cls(samples, centred, norms.astype(np.float32))

    def part(self, rows: slice) -> "Points":
        """Returns the samples of some rows, without copying them."""
        return Points(self.exact[rows], self.centred[rows], self.norms[rows])

    def __len__(self) -> int:
        return len(self.exact)


def squared_radii(points: Points, k: int) -> Array:
    """Returns each sample's squared distance to its k-th nearest, (n,)."""
    nearest = _Nearest(len(points), min(k + 1 + _SPARE, len(points)))
    blocks = list(_blocks(points))
    for i, rows in enumerate(blocks):
        for columns in blocks[i:]:
            bounds = _lower_bounds(points.part(rows), points.part(columns))
            nearest.merge(rows, columns, bounds)
            if columns != rows:
                nearest.merge(columns, rows, bounds.T)
    # The nearest of all is the sample itself.
    return nearest.squared_distance(points, points, k)


@dataclass(frozen=True)
class Containment:
    """Which samples lie strictly inside which balls.

    Attributes:
        balls_around_fake: Number of real samples' balls that hold each
            generated sample, (m,).
        holds_fake: Whether a real sample's ball holds any generated one, (n,).
        in_fake: Whether any generated sample's ball holds a real one, (n,).
    """

    balls_around_fake: Array
    holds_fake: Array
    in_fake: Array


def containment(
    real: Points, real_radii: Array, fake: Points, fake_radii: Array | None
) -> Containment:
    """Counts over all pairs which sample is inside which ball.

    Args:
        real: n samples.
        real_radii: Their squared radii, (n,).
        fake: m samples, of the same `Points.pair`.
        fake_radii: Their squared radii, (m,), or None to leave `in_fake` out.

    Returns:
        The counts.
    """
    counts = np.zeros(len(fake), np.int64)
    holds, inside = np.zeros(len(real), bool), np.zeros(len(real), bool)
    for rows in _blocks(real):
        for columns in _blocks(fake):
            pair = real.part(rows), fake.part(columns)
            bounds = _lower_bounds(*pair)
            limits = real_radii[rows, np.newaxis]
            row, column = _closer_than(limits, *pair, bounds)
            counts[columns] += np.bincount(column, minlength=len(pair[1]))
            holds[rows.start + row] = True
            if fake_radii is not None:
                limits = fake_radii[np.newaxis, columns]
                row, _ = _closer_than(limits, *pair, bounds)
                inside[rows.start + row] = True
    return Containment(counts, holds, inside)


def _closer_than(
    limits: Array, x: Points, y: Points, bounds: Array
) -> tuple[Array, Array]:
    """Returns the pairs whose squared distance is below a limit."""
    above = np.nextafter(limits.astype(np.float32), np.float32(np.inf))
    rows, columns = np.divmod(np.flatnonzero(bounds < above), len(y))
    limit = np.broadcast_to(limits, bounds.shape)[rows, columns]
    upper = bounds[rows, columns] + _slack(x, y, rows, columns)
    closer = upper < limit
    unsure = np.flatnonzero(~closer)
    exact = _squared_distances(x, y, rows[unsure], columns[unsure])
    closer[unsure] = exact < limit[unsure]
    return rows[closer], columns[closer]


class _Nearest:
    """The nearest candidates of each sample, by lower bounds."""

    def __init__(self, num_samples: int, size: int) -> None:
        self.bounds = np.full((num_samples, size), np.inf, np.float32)
        self.indices = np.zeros((num_samples, size), np.int64)

    def merge(self, rows: slice, columns: slice, bounds: Array) -> None:
        """Adds the candidates `columns` of the samples `rows`."""
        size = self.bounds.shape[1]
        if bounds.shape[1] > size:
            best = np.argpartition(bounds, size - 1, axis=1)[:, :size]
            bounds = np.take_along_axis(bounds, best, axis=1)
        else:
            best = np.broadcast_to(np.arange(bounds.shape[1]), bounds.shape)
        bounds = np.hstack([self.bounds[rows], bounds])
        indices = np.hstack([self.indices[rows], best + columns.start])
        best = np.argpartition(bounds, size - 1, axis=1)[:, :size]
        self.bounds[rows] = np.take_along_axis(bounds, best, axis=1)
        self.indices[rows] = np.take_along_axis(indices, best, axis=1)

    def squared_distance(self, x: Points, y: Points, position: int) -> Array:
        """Returns squared distances of `x` to the `position`-th nearest of `y`.

        That distance is between the `position`-th lower and upper bound, so
        only candidates whose bounds reach into this range are computed.
        """
        rows = np.arange(len(x))[:, np.newaxis]
        upper = self.bounds + _slack(x, y, rows, self.indices)
        least = np.sort(self.bounds, axis=1)[:, position, np.newaxis]
        most = np.sort(upper, axis=1)[:, position, np.newaxis]
        squared = np.where(upper < least, -np.inf, np.inf)
        row, place = np.nonzero((upper >= least) & (self.bounds <= most))
        squared[row, place] = _squared_distances(
            x, y, row, self.indices[row, place]
        )
        result: Array = np.sort(squared, axis=1)[:, position]
        if self.bounds.shape[1] < len(y):
            # What was not kept is at least as far as the last candidate.
            sure = (result <= self.bounds.max(axis=1)) | (result == 0.0)
            for start in np.flatnonzero(~sure):
                everything = _float64_distances(x.exact[[start]], y.exact)
                result[start] = np.sort(everything)[0, position]
        return result


def _lower_bounds(x: Points, y: Points) -> Array:
    """Returns lower bounds of squared distances, float32, (len x, len y)."""
    share = np.float32(1.0 - _relative_error(x))
    bounds: Array = x.centred @ (-2.0 * y.centred.T)
    bounds += share * x.norms[:, np.newaxis]
    bounds += share * y.norms
    return bounds


def _slack(x: Points, y: Points, rows: Array, columns: Array) -> Array:
    """Returns by how much a squared distance may exceed its lower bound."""
    norms = x.norms[rows].astype(np.float64) + y.norms[columns]
    slack: Array = 2.0 * _relative_error(x) * norms
    return slack


def _relative_error(points: Points) -> float:
    """Bounds the error of a squared distance, relative to both norms.

    A sum of d products errs by at most d units of roundoff times the sum of
    their sizes, which is at most the sum of the norms for `2 x.y`; 16 more
    pay for rounding the input and the norms, and for the additions.
    """
    dim = points.exact.shape[1]
    return float((dim + 16) * np.finfo(np.float32).eps / 2)


def _squared_distances(
    x: Points, y: Points, rows: Array, columns: Array
) -> Array:
    """Computes squared distances of pairs in float64; equal rows give 0."""
    if len(rows) > len(x) * len(y) / 16 and len(rows) > _BLOCK:
        everything = _float64_distances(x.exact, y.exact)
        return everything[rows, columns]
    result = np.empty(len(rows))
    step = max(1, 2**20 // x.exact.shape[1])
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        difference = np.subtract(
            x.exact[rows[part]], y.exact[columns[part]], dtype=np.float64
        )
        result[part] = np.einsum("ij,ij->i", difference, difference)
    return result


def _float64_distances(x: Array, y: Array) -> Array:
    from scipy.spatial.distance import cdist

    distances: Array = cdist(x, y, "sqeuclidean")
    return distances


def _blocks(points: Points) -> Iterator[slice]:
    for start in range(0, len(points), _BLOCK):
        yield slice(start, min(start + _BLOCK, len(points)))
