"""The Inception score: images that a classifier finds clear and diverse."""

import numpy as np

from keras_gan._arrays import Array, numbers
from keras_gan._checks import whole_number
from keras_gan._typing import Tensor

__all__ = ["inception_score"]


def inception_score(probabilities: Tensor, *, num_splits: int = 1) -> float:
    """Computes the Inception score: `exp(E_x KL(p(y|x) || p(y)))`.

    Between 1 (every image gets the same prediction) and the number of classes
    (sure predictions, all classes equally often). It never looks at real
    images: it misses memorisation and every loss of diversity within a class.

    Args:
        probabilities: Class probabilities of generated images, (n, classes).
        num_splits: The score is the mean over this many consecutive parts.
            The original reports 10 parts of 5,000; parts lower the score.

    Returns:
        The score, computed in float64.

    Raises:
        ValueError: If rows are not probabilities, or parts would be empty.

    Example:
        >>> round(inception_score(np.eye(10)), 6)
        10.0

    Reference: Salimans et al., 2016, arXiv 1606.03498, section 4.
    """
    matrix = probability_matrix(probabilities)
    whole_number(
        "num_splits", num_splits, 1, len(matrix), why=", the number of samples"
    )
    parts = np.array_split(matrix, num_splits)
    return float(np.mean([np.exp(_information(part)) for part in parts]))


def _information(part: Array) -> float:
    """Returns the mutual information of image and class: H(y) - E_x H(y|x)."""
    information: float = entropy(part.mean(axis=0)) - entropy(part).mean()
    return information


def entropy(probabilities: Array) -> Array:
    """Returns the entropy in nats along the last axis, with 0 log 0 = 0."""
    logarithms = np.log(np.where(probabilities > 0.0, probabilities, 1.0))
    result: Array = -(probabilities * logarithms).sum(axis=-1)
    return result


def probability_matrix(probabilities: Tensor) -> Array:
    """Checks class probabilities, and returns them as float64.

    Args:
        probabilities: (n, classes); float32 rounding of the sums is removed.

    Returns:
        A float64 array of the same shape.

    Raises:
        ValueError: If the shape is another, or rows are not probabilities.
    """
    matrix = numbers("probabilities", probabilities).astype(np.float64)
    if matrix.ndim != 2 or not matrix.size:
        raise ValueError(
            "`probabilities` must have shape (n, classes). Received: "
            f"probabilities.shape={matrix.shape}"
        )
    totals = matrix.sum(axis=1, keepdims=True)
    if not (matrix >= 0.0).all() or not np.allclose(totals, 1.0, atol=1e-3):
        raise ValueError(
            "`probabilities` must be at least 0 and sum to 1 in each row; "
            "apply a softmax to logits. Received: probabilities of minimum "
            f"{matrix.min()}, row sums {totals.min()} to {totals.max()}"
        )
    matrix /= totals
    return matrix
