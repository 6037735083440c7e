"""Precision, recall, density and coverage, by nearest neighbours."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from keras_gan._arrays import Array, feature_pair, neighbour_count
from keras_gan._typing import Tensor
from keras_gan.metrics.neighbors import (
    Containment,
    Points,
    containment,
    squared_radii,
)

__all__ = ["density_coverage", "precision_recall"]


def precision_recall(
    real: Tensor, fake: Tensor, k: int = 5
) -> dict[str, float]:
    """Returns the shares of fakes that look real and of reals covered.

    A ball around each sample reaches to its k-th nearest neighbour in its own
    set. Precision is the share of generated samples inside some real sample's
    ball (quality); recall the share of real samples inside some generated
    sample's ball (diversity). Both are in 0..1 and react to outliers, as one
    outlier has a huge ball; `density_coverage` does less.

    Args:
        real: Features of real images, (n, d).
        fake: Features of generated images, (m, d).
        k: Which neighbour sets the radius; below n and m. The paper takes 3
            of 50,000, prdc 5 of 10,000.

    Returns:
        `{"precision": ..., "recall": ...}`.

    Raises:
        ValueError: If the arrays are not finite (n, d) matrices of equal d,
            or `k` is too large for them.

    Example:
        >>> real = np.random.default_rng(0).normal(size=(500, 8))
        >>> precision_recall(real, real + 100.0)
        {'precision': 0.0, 'recall': 0.0}

    Reference: Kynkaanniemi et al., 2019, arXiv 1904.06991, eq. 1-3; balls are
    open as in Naeem et al.'s prdc.
    """
    manifolds = Manifolds(*feature_pair(real, fake), k)
    return {"precision": manifolds.precision, "recall": manifolds.recall}


def density_coverage(
    real: Tensor, fake: Tensor, k: int = 5
) -> dict[str, float]:
    """Measures how densely fakes lie among reals, and how many they cover.

    Density is the mean number of real samples' balls around a generated
    sample, over k: 1 for equal distributions, above it where fakes crowd at
    the densest parts. Coverage is the share of real samples whose ball holds
    a fake, in 0..1; it falls at once when modes are dropped.

    Args:
        real: Features of real images, (n, d).
        fake: Features of generated images, (m, d).
        k: Which neighbour sets the radius of a real ball; below n.

    Returns:
        `{"density": ..., "coverage": ...}`.

    Raises:
        ValueError: If the arrays are not finite (n, d) matrices of equal d,
            or `k` is too large for `real`.

    Example:
        >>> real = np.random.default_rng(0).normal(size=(500, 8))
        >>> density_coverage(real, real + 100.0)
        {'density': 0.0, 'coverage': 0.0}

    Reference: Naeem et al., 2020, arXiv 2002.09797, eq. 4 and 5.
    """
    real, fake = feature_pair(real, fake)
    k = neighbour_count(k, real=real)
    points = Points.pair(real, fake)
    inside = containment(
        points[0], squared_radii(points[0], k), points[1], None
    )
    return {
        "density": _density(inside, k),
        "coverage": float(inside.holds_fake.mean()),
    }


@dataclass(frozen=True)
class Manifolds:
    """All four numbers from one pass over the pairs.

    Attributes:
        real: Features of real images, (n, d).
        fake: Features of generated images, (m, d).
        k: Which neighbour sets the radii.
        real_radii: Squared radii around the real samples, if known, (n,).
    """

    real: Array
    fake: Array
    k: int = 5
    real_radii: Array | None = None

    def __post_init__(self) -> None:
        neighbour_count(self.k, real=self.real, fake=self.fake)

    @property
    def precision(self) -> float:
        """Share of fakes inside a real ball."""
        return float((self._inside.balls_around_fake > 0).mean())

    @property
    def recall(self) -> float:
        """Share of reals inside a fake ball."""
        return float(self._inside.in_fake.mean())

    @property
    def density(self) -> float:
        """Real balls around a fake, over k."""
        return _density(self._inside, self.k)

    @property
    def coverage(self) -> float:
        """Share of real balls that hold a fake."""
        return float(self._inside.holds_fake.mean())

    @cached_property
    def _inside(self) -> Containment:
        real, fake = Points.pair(self.real, self.fake)
        real_radii = self.real_radii
        if real_radii is None:
            real_radii = squared_radii(real, self.k)
        return containment(real, real_radii, fake, squared_radii(fake, self.k))


def _density(inside: Containment, k: int) -> float:
    return float(np.mean(inside.balls_around_fake) / k)
