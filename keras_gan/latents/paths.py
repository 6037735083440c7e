"""Which points lie between two latents, and beside one?"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from keras_gan._arrays import numbers
from keras_gan._checks import choice, received, whole_number

__all__ = ["METHODS", "between", "linear", "spherical", "through", "traverse"]

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
    return between(*_repeated(start, end, steps), "linear")


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
    return between(*_repeated(start, end, steps), "spherical")


METHODS: dict[str, Callable[[Any, Any, int], Array]] = {
    "linear": linear,
    "spherical": spherical,
}


def between(starts: Array, ends: Array, shares: Array, method: str) -> Array:
    """Returns a point on each of many walks.

    Args:
        starts: Shape `(n, ...)`.
        ends: The same shape.
        shares: How far along each walk, 0 to 1, shape `(n,)`.
        method: `"linear"` or `"spherical"`.

    Returns:
        Float32, the shape of the starts.
    """
    a, b = (
        each.reshape(len(each), -1).astype("float64") for each in (starts, ends)
    )
    t = shares[:, None].astype("float64")
    points = (1.0 - t) * a + t * b
    if method == "spherical":
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        cosines = (a * b).sum(1) / np.maximum(lengths, 1e-12)
        angles = np.arccos(np.clip(cosines, -1.0, 1.0))[:, None]
        sines = np.sin(angles)
        # Of the same direction, or opposite ones, the line is all there is.
        turning = sines >= _SMALLEST_SINE
        turned = np.sin((1.0 - t) * angles) * a + np.sin(t * angles) * b
        points = np.where(
            turning, turned / np.where(turning, sines, 1.0), points
        )
    return np.asarray(points.reshape(starts.shape), "float32")


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


def _repeated(start: Any, end: Any, steps: int) -> tuple[Array, Array, Array]:
    """Returns both ends for each step, and the share of the second one."""
    start, end = numbers("start", start), numbers("end", end)
    if start.shape != end.shape:
        raise ValueError(
            "`start` and `end` must have the same shape. "
            f"{received('start.shape', start.shape)}, end.shape={end.shape}"
        )
    steps = whole_number("steps", steps, 1, _MOST_STEPS)
    start, end = (np.stack([each] * steps) for each in (start, end))
    return start, end, np.linspace(0.0, 1.0, steps)
