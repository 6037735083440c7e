"""Along which directions does a generator change most?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_gan._checks import received, whole_number
from keras_gan._short_repr import ShortRepr

__all__ = ["Directions", "factorised"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, repr=False)
class Directions(ShortRepr):
    """Directions in latents or styles that change images, the strongest first.

    Attributes:
        vectors: Each of length 1 and at right angles to the others, float32,
            shape `(n, latent_dim)`, or `(n, style_dim)` where the generator
            has styles.
        strengths: How far a step of length 1 moves what the first weights
            make of it, shape `(n,)`.
        space: `"latents"` or `"styles"`.

    Example:
        >>> directions = gan.directions(5)
        >>> gan.traverse(directions.vectors[0]).save("direction-1.png")

    Reference: Shen & Zhou, 2021, arXiv 2007.06600, section 3.
    """

    vectors: Array
    strengths: Array
    space: str


def factorised(weights: Array, n: int, space: str) -> Directions:
    """Returns the directions along which `weights` stretch most.

    They are the eigenvectors of `A^T A` with the largest eigenvalues, where
    `A` maps points to what the first layers make of them: the directions `v`
    of length 1 that maximise `|A v|`.

    Args:
        weights: `A^T`, as kernels are: shape `(inputs, outputs)`.
        n: How many.
        space: What the inputs are.

    Raises:
        ValueError: If `n` is not from 1 to the number of inputs.
    """
    n = whole_number(
        "n", n, 1, len(weights), why=f": the {space} have so many numbers"
    )
    weights = weights.astype("float64")
    if not np.isfinite(weights).all():
        raise ValueError(
            "The generator's first weights must be finite, but it has "
            f"diverged. {received('weights', weights.shape)}"
        )
    values, vectors = np.linalg.eigh(weights @ weights.T)
    values, vectors = values[::-1][:n], vectors.T[::-1][:n]
    # Of both signs, the one whose largest number is above 0.
    largest = np.take_along_axis(
        vectors, np.abs(vectors).argmax(1)[:, None], axis=1
    )
    vectors = vectors * np.where(largest < 0, -1.0, 1.0)
    strengths = np.sqrt(np.maximum(values, 0.0))
    return Directions(
        vectors.astype("float32"), strengths.astype("float32"), space
    )
