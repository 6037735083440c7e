"""Metrics by a classifier: right labels, and all classes alike often."""

from typing import Any

import numpy as np

from keras_gan._arrays import Array, numbers
from keras_gan._checks import number_in
from keras_gan._typing import Tensor
from keras_gan.metrics.inception import entropy, probability_matrix

__all__ = ["class_balance", "class_confusion", "label_accuracy"]


def class_confusion(labels: Tensor, probabilities: Tensor) -> Array:
    """Counts how often a sample of each class was recognised as each class.

    Args:
        labels: The classes the generator was given, integers, (n,).
        probabilities: What a classifier of real images says, (n, classes).

    Returns:
        Counts, int64, (classes, classes): rows are the labels, columns the
        predicted classes.

    Raises:
        ValueError: If the labels are no classes, or not as many as rows.

    Example:
        >>> class_confusion([0, 1, 1], [[1, 0], [0, 1], [1, 0]])
        array([[1, 0],
               [1, 1]])
    """
    matrix = probability_matrix(probabilities)
    classes = _labels(labels, *matrix.shape)
    confusion = np.zeros((matrix.shape[1], matrix.shape[1]), np.int64)
    np.add.at(confusion, (classes, matrix.argmax(axis=1)), 1)
    return confusion


def label_accuracy(labels: Tensor, probabilities: Tensor) -> float:
    """Returns the share of samples recognised as the class asked for.

    The bound is the classifier's accuracy on real images. Says nothing about
    diversity within a class.

    Args:
        labels: The classes the generator was given, integers, (n,).
        probabilities: What a classifier of real images says, (n, classes).

    Returns:
        A share in 0..1.

    Raises:
        ValueError: As `class_confusion`.
    """
    confusion = class_confusion(labels, probabilities)
    return float(np.trace(confusion) / confusion.sum())


def class_balance(
    probabilities: Tensor, *, minimum_share: float = 0.1
) -> dict[str, float]:
    """Measures how many classes the samples show, and how evenly.

    Args:
        probabilities: What a classifier of real images says, (n, classes).
        minimum_share: A class counts as found if at least this share of its
            fair part, n / classes, is recognised as it. Without such a
            threshold the classifier's mistakes would find every class.

    Returns:
        `{"modes": ..., "class_entropy": ...}`: the number of classes found,
        and the entropy of predicted classes in nats, at most log(classes).

    Raises:
        ValueError: If rows are not probabilities, or the share not in 0..1.

    Example:
        >>> class_balance(np.eye(4)[[0, 0, 1, 1]])["modes"]
        2.0

    Reference: Srivastava et al., 2017, arXiv 1705.07761, section 4, counts
    modes of stacked MNIST so, with a threshold of one sample.
    """
    number_in("minimum_share", minimum_share, "(0, 1]")
    matrix = probability_matrix(probabilities)
    num_classes = matrix.shape[1]
    predicted = matrix.argmax(axis=1)
    shares = np.bincount(predicted, minlength=num_classes) / len(matrix)
    return {
        "modes": float((shares * num_classes >= minimum_share).sum()),
        "class_entropy": float(entropy(shares)),
    }


def _labels(labels: Any, num_samples: int, num_classes: int) -> Array:
    classes = numbers("labels", labels)
    if classes.shape != (num_samples,) or classes.dtype.kind not in "iu":
        raise ValueError(
            f"`labels` must be {num_samples} integers, one for each sample; "
            "use `argmax(axis=1)` on one-hot labels. Received: "
            f"labels.shape={classes.shape}, dtype={classes.dtype}"
        )
    if classes.min() < 0 or classes.max() >= num_classes:
        raise ValueError(
            f"`labels` must be in 0..{num_classes - 1}. Received: labels from "
            f"{classes.min()} to {classes.max()}"
        )
    return classes
