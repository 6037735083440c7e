"""Which extractor sees which data?"""

from collections.abc import Callable

from keras_gan.datasets.gaussians import GAUSSIANS
from keras_gan.features.classifiers import CLASSIFIERS, classifier
from keras_gan.features.efficientnet import imagenet
from keras_gan.features.extractor import Extractor
from keras_gan.features.stacked import stacked_classifier
from keras_gan.features.vectors import gaussians, vectors

__all__ = ["EXTRACTOR_OF", "NAMED", "extractor_for", "named_extractor"]

EXTRACTOR_OF = {
    "fashion_mnist": "fashion_mnist",
    "fashion_mnist_sample": "fashion_mnist",
    "outlines": "fashion_mnist",
    "small_clothes": "fashion_mnist",
    "sneakers_to_boots": "fashion_mnist",
    "mnist": "mnist",
    "digits": "mnist",
    "stacked_mnist": "stacked_mnist",
    **{name: name for name in GAUSSIANS},
}
"""Data sets, each with the name of the extractor that knows it."""

_OTHERS: dict[str, Callable[[], Extractor]] = {
    "stacked_mnist": stacked_classifier,
    "imagenet": imagenet,
}

NAMED = (*CLASSIFIERS, "stacked_mnist", *GAUSSIANS, "imagenet")
"""The extractors that have a name, and need no argument."""


def named_extractor(name: str) -> Extractor:
    """Makes an extractor by its name.

    Args:
        name: One of `NAMED`.
    """
    if name in CLASSIFIERS:
        return classifier(name)
    return gaussians(name) if name in GAUSSIANS else _OTHERS[name]()


def extractor_for(data: str, shape: tuple[int, ...]) -> Extractor:
    """Makes the extractor that is best for some data.

    Args:
        data: The name of the data set, or any other text.
        shape: The shape of one image or vector.

    Returns:
        The one that knows the data set; else that of all vectors, or of
        ImageNet.
    """
    if data in EXTRACTOR_OF:
        return named_extractor(EXTRACTOR_OF[data])
    return vectors(shape[0]) if len(shape) == 1 else imagenet()
