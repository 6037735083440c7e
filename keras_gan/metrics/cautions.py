"""Which of the measured numbers say something, and which don't?"""

from typing import Any

import numpy as np

from keras_gan._arrays import Array
from keras_gan.metrics.evaluation import Evaluator
from keras_gan.metrics.neighbors import Points, containment, squared_radii

__all__ = ["cautions", "of_few"]

_FOR_FID = 2_000
"""Images below which its bias is larger than what one would compare."""
_FOR_KID = 300
"""Images below which it depends most on which ones they are."""
_FOR_NEIGHBOURS = 1_000
_FADED = 0.25
"""The share of the real images' contrast below which others look grey."""
_BY_BALLS = ("precision", "density")
_BY_NEIGHBOURS = (*_BY_BALLS, "recall", "coverage")


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
    return found


def of_few(scores: dict[str, Any]) -> list[str]:
    """Returns what to know of numbers of few images, a sentence each.

    Args:
        scores: The numbers, with `num_real` and `num_fake`.
    """
    counts = scores["num_real"], scores["num_fake"]
    few = f"of {counts[0]:,} real and {counts[1]:,} generated images"
    found = []
    if "fid" in scores and min(counts) < _FOR_FID:
        found.append(
            f"fid {few} says little: with so few it is far too high. kid is "
            "not biased"
        )
    kid = next((name for name in scores if name.startswith("kid")), None)
    if kid is not None and min(counts) < _FOR_KID:
        found.append(
            f"kid {few} says little: it would be another with other images"
        )
    named = [name for name in _BY_NEIGHBOURS if name in scores]
    if named and min(counts) < _FOR_NEIGHBOURS:
        found.append(
            f"{_listed(named)} {few} compare{'s' * (len(named) == 1)} only "
            "with numbers of exactly as many"
        )
    return found


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
    return f"{_listed(names)} say{'s' * (len(names) == 1)}"


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]][len(names) < 2 :])
