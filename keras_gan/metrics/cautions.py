"""Which of the measured numbers say something, and which don't?"""

from typing import Any

import numpy as np

from keras_gan._arrays import Array
from keras_gan.features.classifiers import ClassifierExtractor
from keras_gan.metrics.evaluation import Evaluator
from keras_gan.metrics.few_images import listed, of_few
from keras_gan.metrics.neighbors import Points, containment, squared_radii

__all__ = ["cautions"]

_FADED = 0.25
"""The share of the real images' contrast below which others look grey."""
_LARGEST_OF_CLASSIFIERS = 32
"""Pixels of images that may be those of its data, with an edge around."""
_BY_BALLS = ("precision", "density")


def cautions(
    evaluator: Evaluator, fake_images: Array, scores: dict[str, Any]
) -> list[str]:
    """Returns what to know before numbers are believed, a sentence each.

    Args:
        evaluator: What measured them.
        fake_images: What it measured.
        scores: The numbers.
    """
    found = of_few(scores)
    if not evaluator.extractor.takes_vectors:
        found += _of_grey(evaluator, fake_images, scores)
        found += _of_other_data(evaluator)
    return found


def _of_other_data(evaluator: Evaluator) -> list[str]:
    extractor, shape = evaluator.extractor, evaluator.real_images.shape[1:]
    if not isinstance(extractor, ClassifierExtractor):
        return []
    if shape[-1] == 1 and max(shape[:2]) <= _LARGEST_OF_CLASSIFIERS:
        return []
    return [
        f"the classifier of {extractor.dataset} has seen grey images of 28x28 "
        "pixels alone: what it sees in others says little of their quality. "
        "imagenet is for photos and pictures in colour"
    ]


def _of_grey(
    evaluator: Evaluator, fake_images: Array, scores: dict[str, Any]
) -> list[str]:
    real, fake = _contrast(evaluator.real_images), _contrast(fake_images)
    balls = [name for name in _BY_BALLS if name in scores]
    found = []
    if fake < _FADED * real:
        nothing = f": {_say(balls)} nothing of them" if balls else ""
        found.append(
            f"the generated images are nearly of one colour, with a contrast "
            f"of {fake:.1f} grey levels beside {real:.1f} of real ones"
            f"{nothing}"
        )
    elif balls and _takes_grey_for_real(evaluator):
        found.append(
            f"a plain grey image passes for a real one here, as real ones lie "
            f"far apart in the features: {_say(balls)} little. Look at "
            "recall and coverage"
        )
    return found


def _contrast(images: Array) -> float:
    """Returns the middle of all images' standard deviations."""
    each = [image.reshape(-1, image.shape[-1]).std(axis=0) for image in images]
    return float(np.median(np.mean(each, axis=-1)))


def _takes_grey_for_real(evaluator: Evaluator) -> bool:
    images = evaluator.real_images
    color = images.mean(axis=(0, 1, 2)).round().astype("uint8")
    # Two, as one row is no set of features.
    grey = np.broadcast_to(color, (2, *images.shape[1:]))
    features = evaluator.extractor.extract(np.ascontiguousarray(grey)).features
    points, others = Points.pair(evaluator.prepare().features, features)
    inside = containment(
        points, squared_radii(points, evaluator.k), others, None
    )
    return bool(inside.balls_around_fake.any())


def _say(names: list[str]) -> str:
    return f"{listed(names)} say{'s' * (len(names) == 1)}"
