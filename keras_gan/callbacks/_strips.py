"""Pictures of the latent space: interpolations and traversals."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def interpolate(start: Array, end: Array, steps: int) -> Array:
    """Walks from one latent to another on the sphere between them.

    `sin((1 - t) a) / sin(a) * start + sin(t a) / sin(a) * end`, with the angle
    `a` between the two. A straight line would pass through latents shorter
    than any that the generator was trained on.

    Args:
        start: Shape `(latent_dim,)`.
        end: Shape `(latent_dim,)`.
        steps: How many points, the two ends included.

    Returns:
        Shape `(steps, latent_dim)`.

    Reference: White, 2016, arXiv 1609.04468, section 2.
    """
    share = np.linspace(0.0, 1.0, steps)[:, None]
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    cosine = np.dot(start, end) / max(float(lengths), 1e-12)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(angle) < 1e-4:  # The same direction, or opposite ones.
        path = (1.0 - share) * start + share * end
    else:
        path = (
            np.sin((1.0 - share) * angle) * start + np.sin(share * angle) * end
        ) / np.sin(angle)
    return np.asarray(path, "float32")


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
