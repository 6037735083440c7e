"""Which points lie between two latents, and beside one?"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from keras_gan._arrays import numbers
from keras_gan._checks import choice, received, whole_number

__all__ = ["METHODS", "linear", "spherical", "through", "traverse"]

Array = np.ndarray[Any, Any]

_MOST_STEPS = 2**16
_SMALLEST_SINE = 1e-4


def linear(start: Any, end: Any, steps: int) -> Array:
    """Walks from one point to another on the straight line between them.

    `(1 - t) * start + t * end`. Right for styles, which have no sphere.

    Args:
        start: Any shape, such as `(latent_dim,)`.
        end: The same shape.
        steps: How many points, the two ends included; at least 1.

    Returns:
        Float32, shape `(steps, *shape)`.

    Raises:
        ValueError: If the two have different shapes, or `steps` is below 1.

    Example:
        >>> linear([0.0], [1.0], 3)
        array([[0. ], [0.5], [1. ]], dtype=float32)
    """
    start, end, share = _ends(start, end, steps)
    return np.asarray((1.0 - share) * start + share * end, "float32")


def spherical(start: Any, end: Any, steps: int) -> Array:
    """Walks from one latent to another on the sphere between them.

    `sin((1 - t) a) / sin(a) * start + sin(t a) / sin(a) * end`, with the angle
    `a` between the two. A straight line would pass through latents shorter
    than any that the generator was trained on.

    Args:
        start: Shape `(latent_dim,)`.
        end: Shape `(latent_dim,)`.
        steps: How many points, the two ends included; at least 1.

    Returns:
        Float32, shape `(steps, latent_dim)`.

    Raises:
        ValueError: If the two have different shapes, or `steps` is below 1.

    Reference: White, 2016, arXiv 1609.04468, section 2.
    """
    start, end, share = _ends(start, end, steps)
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    cosine = np.vdot(start, end) / max(float(lengths), 1e-12)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(angle) < _SMALLEST_SINE:  # The same direction, or opposite ones.
        return linear(start, end, steps)
    path = (
        np.sin((1.0 - share) * angle) * start + np.sin(share * angle) * end
    ) / np.sin(angle)
    return np.asarray(path, "float32")


METHODS: dict[str, Callable[[Any, Any, int], Array]] = {
    "linear": linear,
    "spherical": spherical,
}


def through(points: Array, steps: int, method: str, closed: bool) -> Array:
    """Walks from each point to the next.

    Args:
        points: Shape `(n, ...)`, at least two.
        steps: Points of each walk, both ends included.
        method: `"linear"` or `"spherical"`.
        closed: Whether a last walk leads back to the first point.

    Returns:
        A row for each walk, float32, shape `(rows, steps, ...)`.

    Raises:
        ValueError: If there are less than two points, or `steps` or `method`
            is none of these.
    """
    walk = METHODS[choice("method", method, tuple(METHODS))]
    if len(points) < 2:
        raise ValueError(
            "An interpolation needs at least 2 points to walk between. "
            f"Received: {len(points)}"
        )
    ends = [*points, points[0]] if closed else [*points]
    return np.stack([walk(a, b, steps) for a, b in pairwise(ends)])


def traverse(latent: Array, dimension: int, steps: int) -> Array:
    """Moves one dimension of a latent from -2 to 2, the others fixed.

    Args:
        latent: Shape `(latent_dim,)`.
        dimension: Which one.
        steps: How many points.

    Returns:
        Shape `(steps, latent_dim)`.
    """
    path = np.repeat(latent[None], steps, axis=0)
    path[:, dimension] = np.linspace(-2.0, 2.0, steps)
    return path


def _ends(start: Any, end: Any, steps: int) -> tuple[Array, Array, Array]:
    """Returns both ends, and the share of the second one at each step."""
    start, end = numbers("start", start), numbers("end", end)
    if start.shape != end.shape:
        raise ValueError(
            "`start` and `end` must have the same shape. "
            f"{received('start.shape', start.shape)}, end.shape={end.shape}"
        )
    steps = whole_number("steps", steps, 1, _MOST_STEPS)
    share = np.linspace(0.0, 1.0, steps).reshape(-1, *(1 for _ in start.shape))
    return start.astype("float64"), end.astype("float64"), share
