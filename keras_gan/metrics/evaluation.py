"""Measuring images or vectors by several metrics at once."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from keras_gan._arrays import Array, neighbour_count
from keras_gan._checks import file_path, instance_of, meant, received, text
from keras_gan.datasets.gaussians import GAUSSIANS
from keras_gan.features.extractor import (
    Extracted,
    Extractor,
    NoExtractor,
    Progress,
)
from keras_gan.features.of_data import EXTRACTOR_OF
from keras_gan.features.stacked import StackedClassifierExtractor
from keras_gan.features.vectors import GaussiansExtractor, vectors
from keras_gan.metrics.cache import cached_features
from keras_gan.metrics.checkerboards import checkerboard
from keras_gan.metrics.classes import class_balance, label_accuracy
from keras_gan.metrics.diversity import ms_ssim_diversity
from keras_gan.metrics.few_images import of_few
from keras_gan.metrics.frechet import frechet_distance
from keras_gan.metrics.inception import inception_score
from keras_gan.metrics.kernel import kernel_distance
from keras_gan.metrics.manifold import Manifolds
from keras_gan.metrics.modes import gaussian_coverage, mode_coverage
from keras_gan.metrics.neighbors import (
    Points,
    nearest_neighbor_distances,
    squared_radii,
)
from keras_gan.metrics.own_metrics import is_own, name_of_own, own_score
from keras_gan.metrics.similarity import psnr, ssim
from keras_gan.metrics.wasserstein import sliced_wasserstein

__all__ = ["DEFAULT_METRICS", "METRICS", "Evaluator", "Samples", "evaluate"]


@dataclass(frozen=True)
class Samples:
    """The data that metrics need. Each part is computed once, when needed.

    Attributes:
        evaluator: Holds the real images and their features.
        fake_images: uint8, (m, H, W, C); or vectors, (m, d).
        labels: The classes the generator was given, (m,), or None.
        progress: Called with images done and in total.
    """

    evaluator: "Evaluator"
    fake_images: Array
    labels: Array | None = None
    progress: Progress | None = None

    @property
    def real_images(self) -> Array:
        """uint8 images, (n, H, W, C), or vectors, (n, d)."""
        real: Array = self.evaluator.real_images
        return real

    @property
    def real(self) -> Array:
        """Features of the real images, (n, d)."""
        return self.evaluator.prepare().features

    @property
    def fake(self) -> Array:
        """Features of the generated images, (m, d)."""
        return self._extracted.features

    @property
    def probabilities(self) -> Array:
        """Class probabilities of the generated images, (m, classes)."""
        assert self._extracted.probabilities is not None
        return self._extracted.probabilities

    @cached_property
    def manifolds(self) -> Manifolds:
        """Precision, recall, density and coverage."""
        return Manifolds(
            self.real,
            self.fake,
            self.evaluator.k,
            real_radii=self.evaluator.real_radii,
        )

    @cached_property
    def balance(self) -> dict[str, float]:
        """Number and entropy of predicted classes."""
        return class_balance(self.probabilities)

    @cached_property
    def mode_coverage(self) -> dict[str, float]:
        """Modes found, their divergence, and the share of good samples."""
        extractor = self.evaluator.extractor
        if isinstance(extractor, GaussiansExtractor):
            mixture = extractor.mixture
            return gaussian_coverage(
                self.fake, mixture.centers, mixture.deviation
            )
        predicted = self.probabilities.argmax(axis=1)
        covered = mode_coverage(predicted, self.probabilities.shape[1])
        if isinstance(extractor, StackedClassifierExtractor):
            return covered
        # Ten classes would all be found by the classifier's mistakes.
        return {**covered, "modes": self.balance["modes"]}

    @cached_property
    def _extracted(self) -> Extracted:
        return self.evaluator.extractor.extract(
            self.fake_images, progress=self.progress
        )


class Score(NamedTuple):
    """A metric: the function that computes it, and what else it needs.

    Attributes:
        compute: The function.
        needs: `"classes"`, `"labels"`, `"gaussians"`, `"images"` or `"pairs"`:
            images of which each belongs to the real one at its place.
        compares: Whether it looks at features of the real data, too.
        smallest: Pixels that images must have, at least, in height and width.
    """

    compute: Callable[[Samples], float]
    needs: str | None = None
    compares: bool = True
    smallest: int = 1


METRICS: dict[str, Score] = {
    "fid": Score(lambda s: frechet_distance(s.real, s.fake)),
    "kid": Score(lambda s: kernel_distance(s.real, s.fake)),
    "precision": Score(lambda s: s.manifolds.precision),
    "recall": Score(lambda s: s.manifolds.recall),
    "density": Score(lambda s: s.manifolds.density),
    "coverage": Score(lambda s: s.manifolds.coverage),
    "inception_score": Score(
        lambda s: inception_score(s.probabilities), "classes", False
    ),
    "modes": Score(lambda s: s.mode_coverage["modes"], "classes", False),
    "kl": Score(lambda s: s.mode_coverage["kl"], "classes", False),
    "high_quality": Score(
        lambda s: s.mode_coverage["high_quality"], "gaussians", False
    ),
    "class_entropy": Score(
        lambda s: s.balance["class_entropy"], "classes", False
    ),
    "label_accuracy": Score(
        lambda s: label_accuracy(s.labels, s.probabilities), "labels", False
    ),
    "ms_ssim_diversity": Score(
        lambda s: ms_ssim_diversity(s.fake_images), "images", False, 11
    ),
    "sliced_wasserstein": Score(
        lambda s: sliced_wasserstein(s.real_images, s.fake_images),
        "images",
        False,
    ),
    "psnr": Score(
        lambda s: float(psnr(s.real_images, s.fake_images).mean()),
        "pairs",
        False,
    ),
    "ssim": Score(
        lambda s: float(ssim(s.real_images, s.fake_images).mean()),
        "pairs",
        False,
        11,
    ),
    "checkerboard": Score(
        lambda s: checkerboard(s.real_images, s.fake_images),
        "images",
        False,
        16,
    ),
    "nearest_neighbor": Score(
        lambda s: float(np.median(nearest_neighbor_distances(s.real, s.fake)))
    ),
}
"""All metrics that `evaluate` knows, by name."""

DEFAULT_METRICS = ("fid", "kid", "precision", "recall", "density", "coverage")
"""What `evaluate` measures where it is not told."""


def evaluate(
    real_images: Array,
    fake_images: Array,
    *,
    extractor: Extractor | None = None,
    metrics: Any = DEFAULT_METRICS,
    labels: Array | None = None,
    k: int = 5,
    real_split: str | None = None,
    cache: str | Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measures generated images against real ones.

    All metrics share one pass of each set through the extractor. To measure
    again and again against the same real images, keep an `Evaluator`. A warning
    names the numbers that say little, as they are of few images.

    Args:
        real_images: uint8 images, (n, H, W, C), or vectors, floats (n, d).
        fake_images: The same, (m, ...).
        extractor: One of `keras_gan.features`. Vectors have their own:
            `features.gaussians`, `features.vectors`. It can be left out where
            no metric looks at features or classes, such as `"psnr"` or a
            function of your own.
        metrics: Names out of `METRICS`; functions of your own, called as
            `function(real_images, fake_images)`, that return a number and
            have a name; Keras metrics, updated by batches of as many real and
            generated images, as floats in [0, 255]; or one of these.
        labels: The classes the generator was given, integers (m,), for
            `"label_accuracy"`.
        k: Neighbours for precision, recall, density and coverage.
        real_split: Which real images these are, such as `"test"`. It is only
            repeated in the result.
        cache: Directory in which features of real images are kept.
        progress: Called with images done and in total.

    Returns:
        The numbers by name, and what must be equal to compare them:
        `extractor`, `num_real`, `num_fake`, `real_split` and `k`.

    Raises:
        ValueError: If a metric is unknown, can't be had with this extractor
            or without labels, or if the images or `k` don't fit.

    Example:
        >>> evaluate(
        ...     test_images,
        ...     samples,
        ...     extractor=keras_gan.features.classifier("fashion_mnist"),
        ... )["fid"]
    """
    evaluator = Evaluator(
        real_images,
        extractor=extractor,
        metrics=metrics,
        k=k,
        real_split=real_split,
        cache=cache,
    )
    scores = evaluator(fake_images, labels=labels, progress=progress)
    for caution in of_few(scores):
        warnings.warn(f"{caution}.", stacklevel=2)
    return scores


class Evaluator:
    """Measures sets of generated images against the same real ones.

    The numbers of the real images are computed once: at the first call, or by
    `prepare`.

    Args:
        real_images: uint8 images, (n, H, W, C), or vectors, floats (n, d).
        extractor: As in `evaluate`.
        metrics: As in `evaluate`.
        k: Neighbours for precision, recall, density and coverage.
        real_split: Which real images these are. Repeated in the result.
        cache: Directory in which features of real images are kept, or None.

    Raises:
        ValueError: If a metric is unknown or can't be had with this
            extractor, or if the images or `k` don't fit.
    """

    def __init__(
        self,
        real_images: Array,
        *,
        extractor: Extractor | None = None,
        metrics: Any = DEFAULT_METRICS,
        k: int = 5,
        real_split: str | None = None,
        cache: str | Path | None = None,
    ) -> None:
        self.scores = scores_of(metrics)
        self.extractor = self._chosen(extractor, real_images)
        self.real_images = self.extractor.checked("real_images", real_images)
        self.k = neighbour_count(k, real_images=self.real_images)
        self.metrics = tuple(self.scores)
        self.real_split = (
            None if real_split is None else text("real_split", real_split)
        )
        self.cache = None if cache is None else file_path("cache", cache)
        self._real: Extracted | None = None
        for name in self.metrics:
            self._check(name)

    def __call__(
        self,
        fake_images: Array,
        *,
        labels: Array | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Measures some generated images; see `evaluate`."""
        fake_images = self.extractor.checked("fake_images", fake_images)
        neighbour_count(self.k, fake_images=fake_images)
        self._refuse_other_shape(fake_images)
        for name in self.metrics:
            if self.scores[name].needs == "labels" and labels is None:
                raise ValueError(
                    f"{name!r} needs `labels`, the classes the generator was "
                    "given; in an .npz they are an array of that name. "
                    "Received: labels=None"
                )
        self._refuse_no_pairs(fake_images)
        if self.compares:
            self.prepare(progress=progress)
        samples = Samples(self, fake_images, labels, progress)
        return {
            **{k: score.compute(samples) for k, score in self.scores.items()},
            "extractor": self.extractor.name,
            "num_real": len(self.real_images),
            "num_fake": len(fake_images),
            "real_split": self.real_split,
            "k": self.k,
        }

    @property
    def compares(self) -> bool:
        """Whether a metric looks at features of the real images."""
        return any(score.compares for score in self.scores.values())

    def prepare(self, *, progress: Progress | None = None) -> Extracted:
        """Returns what the extractor says about the real images.

        Args:
            progress: Called with images done and in total, where they are not
                in the cache.

        Returns:
            Features, and class probabilities if the extractor has any.
        """
        if self._real is None:
            self._real = cached_features(
                self.real_images, self.extractor, self.cache, progress=progress
            )
        return self._real

    @cached_property
    def real_radii(self) -> Array:
        """Squared radii of the balls around real samples, (n,)."""
        features = self.prepare().features
        return squared_radii(Points.pair(features, features)[0], self.k)

    def _chosen(self, extractor: Any, real_images: Any) -> Extractor:
        """Returns the extractor, or one without features where none is asked.

        Raises:
            ValueError: If a metric needs one, and there is none.
        """
        needing = needing_extractor(self.scores)
        if extractor is None and needing:
            raise ValueError(
                "What a network sees in images decides about "
                f"{', '.join(map(repr, needing))}. Say which network by "
                "`extractor`, one of keras_gan.features: imagenet(), for "
                "example, or classifier('fashion_mnist'). Received: "
                "extractor=None"
            )
        if extractor is None:
            shape = np.shape(real_images)
            return vectors(shape[1]) if len(shape) == 2 else NoExtractor()
        chosen: Extractor = instance_of(
            "extractor", extractor, Extractor, "one of keras_gan.features"
        )
        return chosen

    def _refuse_other_shape(self, fake_images: Array) -> None:
        real, fake = self.real_images.shape[1:], fake_images.shape[1:]
        if real != fake:
            raise ValueError(
                "Real and generated images must have one shape, or the numbers "
                "would measure the difference in size or colour. Received: "
                f"real images of {real}, generated ones of {fake}"
            )

    def _refuse_no_pairs(self, fake_images: Array) -> None:
        paired = paired_names(self.scores)
        if paired and fake_images.shape != self.real_images.shape:
            raise ValueError(
                "Each image is compared with the real one at its place by "
                f"{' and '.join(map(repr, paired))}, so there must be as many, "
                "of one size. Received: shapes "
                f"{fake_images.shape} and {self.real_images.shape}"
            )

    def _check(self, name: str) -> None:
        needs = self.scores[name].needs
        if needs is None:
            return
        extractor = self.extractor
        fits = {
            "images": not extractor.takes_vectors,
            "pairs": not extractor.takes_vectors,
            "gaussians": isinstance(extractor, GaussiansExtractor),
        }.get(needs, extractor.num_classes is not None)
        if not fits:
            raise ValueError(
                f"{name!r} in `metrics` needs {_NEEDED.get(needs, _CLASSES)}. "
                f"Received: extractor={extractor.name}"
            )
        smallest = self.scores[name].smallest
        if min(self.real_images.shape[1:3]) < smallest:
            raise ValueError(
                f"{name!r} in `metrics` needs images of at least {smallest} "
                f"pixels. Received: images of {self.real_images.shape[1:]}"
            )


_CLASSES = (
    "a classifier of the data as `extractor`, or data whose modes are known, "
    f"such as {', '.join(EXTRACTOR_OF)}"
)
_NEEDED = {
    "images": "images, and these are vectors",
    "pairs": "images, and these are vectors",
    "gaussians": (
        "points of a mixture of Gaussians that is known, "
        f"{' or '.join(GAUSSIANS)}, and their extractor, "
        "keras_gan.features.gaussians"
    ),
}


def scores_of(metrics: Any) -> dict[str, Score]:
    """Returns the metrics that are asked for, one or several, by name.

    Args:
        metrics: Names, functions and Keras metrics, or one of these.

    Raises:
        ValueError: If there are none, one is unknown, or two have one name.
    """
    if isinstance(metrics, str) or is_own(metrics):
        metrics = [metrics]
    try:
        given = tuple(metrics)
    except Exception:
        given = ()  # Some classes have an `__iter__` that only raises.
    known = all(
        is_own(each) or (isinstance(each, str) and each in METRICS)
        for each in given
    )
    if not given or not known:
        raise ValueError(
            f"`metrics` must be names out of {', '.join(METRICS)}, functions "
            "(real_images, fake_images), or Keras metrics. "
            f"{_meant(given)}{received('metrics', metrics)}"
        )
    found: dict[str, Score] = {}
    for each in given:
        name = each if isinstance(each, str) else name_of_own(each)
        if name in found and not isinstance(each, str):
            raise ValueError(
                f"Two of `metrics` are called {name!r}. Give one of them "
                f"another name. {received('metrics', metrics)}"
            )
        found[name] = METRICS[each] if isinstance(each, str) else _own(each)
    return found


def _meant(given: tuple[Any, ...]) -> str:
    names = (each for each in given if isinstance(each, str))
    return "".join(meant(n, METRICS) for n in names if n not in METRICS)


def needing_extractor(scores: Mapping[str, Score]) -> list[str]:
    """Returns the metrics that look at features or classes."""
    return [
        name
        for name, score in scores.items()
        if score.compares or score.needs in ("classes", "labels", "gaussians")
    ]


def paired_names(scores: Mapping[str, Score]) -> list[str]:
    """Returns the metrics of images that belong to a real one each."""
    return [name for name, score in scores.items() if score.needs == "pairs"]


def _own(given: Any) -> Score:
    measure = own_score(given)
    return Score(
        lambda samples: measure(samples.real_images, samples.fake_images),
        compares=False,
    )
