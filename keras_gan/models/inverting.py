"""Which latents does a generator make given images of?"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keras_gan import images as pictures
from keras_gan._arrays import numbers
from keras_gan._checks import (
    LARGEST_SEED,
    number_in,
    whole_number,
)
from keras_gan.latents import Inversion
from keras_gan.latents.distance import Distance
from keras_gan.latents.search import Batch, Report, Search
from keras_gan.models import saved_state
from keras_gan.models.fixed_samples import black_and_white
from keras_gan.models.latent_spaces import LatentSpace, Space, space_of
from keras_gan.models.pixel_range import usual_range
from keras_gan.models.seen_features import check_extractor, seen_by

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN

__all__ = ["Settings", "inverted"]

Array = np.ndarray[Any, Any]

_CANDIDATES = 512
"""Random images among which each search finds its starts."""
_CANDIDATES_OF_EACH = 64
"""At least so many of each of several conditions."""
_MOST_VALUES = 2**25
"""Values of all the random images together: 128 MiB."""
_FIRST_SHARE = 1 / 3
"""The share of the steps after which each image's best start goes on alone."""


@dataclass(frozen=True)
class Settings:
    """How a search is made; see `GAN.invert`."""

    space: Any
    extractor: Any
    feature_weight: float
    steps: int
    starts: int
    learning_rate: float
    seed: int
    batch_size: int
    verbose: int

    def __post_init__(self) -> None:
        """Checks all of them.

        Raises:
            TypeError: If the extractor is none.
            ValueError: If another one is out of range.
        """
        if self.extractor is not None:
            check_extractor(self.extractor)
        number_in("feature_weight", self.feature_weight, "[0, inf)")
        whole_number("steps", self.steps, 1, 10**6)
        whole_number("starts", self.starts, 1, _CANDIDATES)
        number_in("learning_rate", self.learning_rate, "(0, inf)")
        whole_number("seed", self.seed, 0, LARGEST_SEED)
        whole_number("batch_size", self.batch_size, 1, 2**14)
        if not isinstance(self.verbose, bool | np.bool_):
            whole_number("verbose", self.verbose, 0, 2)


def inverted(
    gan: "GAN", images: Any, labels: Any, settings: Settings
) -> Inversion:
    """Searches for the latents or styles of images; see `GAN.invert`."""
    space = space_of(gan, settings.space)
    given, bounds = _given(gan, images)
    if labels is not None:
        labels = _checked_labels(gan, labels, len(given))
    distance = _distance(gan, settings, bounds)
    with saved_state.seeds_kept(gan):
        return _searched(gan, space, distance, given, labels, bounds, settings)


def _searched(
    gan: "GAN",
    space: Space,
    distance: Distance,
    given: Array,
    labels: Any,
    bounds: tuple[float, float],
    settings: Settings,
) -> Inversion:
    """Searches in latents from several starts, then on from the best of them.

    The second search is in styles where these are wanted: they reach images
    that no latents make.
    """
    seen = distance.seen(given, settings.batch_size)
    starts, told = _starts(gan, distance, (given, seen), labels, settings)
    first = max(1, round(_FIRST_SHARE * settings.steps))
    rows = np.repeat(np.arange(len(given)), settings.starts)
    stages = (
        _Stage(LatentSpace(gan), len(rows), first, settings),
        _Stage(space, len(given), settings.steps - first, settings),
    )
    report = _progress(sum(each.total for each in stages), settings.verbose)
    found, distances = stages[0].run(
        distance, starts, told, given[rows], seen[rows], report
    )
    by_image = distances.reshape(len(given), settings.starts)
    best = by_image.argmin(1) + np.arange(len(given)) * settings.starts
    latents = found[best]
    labels = None if told is None else told[best]
    points, _ = stages[1].run(
        distance,
        space.of_latents(latents, labels),
        labels,
        given,
        seen,
        report,
    )
    made = space.images(points, labels, settings.batch_size)
    return Inversion(
        latents=points if isinstance(space, LatentSpace) else latents,
        distances=distance.each((made, given, seen), settings.batch_size),
        images=made,
        given=given,
        bounds=bounds,
        labels=labels,
        styles=None if isinstance(space, LatentSpace) else points,
    )


class _Stage:
    """A search for all images, in batches of one size.

    Args:
        space: What is searched.
        count: From how many points.
        steps: How many updates; 0 leaves the points as they are.
        settings: All else.
    """

    def __init__(
        self, space: Space, count: int, steps: int, settings: Settings
    ) -> None:
        self._space, self._steps = space, steps
        self._size = min(settings.batch_size, count)
        self._learning_rate = float(settings.learning_rate)
        self.total = -(-count // self._size) * steps

    def run(
        self,
        distance: Distance,
        points: Array,
        labels: Any,
        given: Array,
        seen: Array,
        report: Report,
    ) -> tuple[Array, Array]:
        """Returns the best points, and how far each is from its image."""
        if not self._steps:
            return points, np.zeros(len(points), "float32")
        search, found = None, []
        for start in range(0, len(points), self._size):
            # The last batch is filled up, so that one compiled step serves all.
            rows = np.arange(start, start + self._size) % len(points)
            told = None if labels is None else labels[rows]
            condition = self._space.condition(points[rows], told)
            batch = Batch(points[rows], condition, given[rows], seen[rows])
            search = search or Search(
                self._space.make,
                distance,
                self._space.variables,
                batch,
                steps=self._steps,
                learning_rate=self._learning_rate,
            )
            found.append(search.run(batch, report))
        best, distances = (
            np.concatenate(each)[: len(points)]
            for each in zip(*found, strict=True)
        )
        return best, distances


def _starts(
    gan: "GAN",
    distance: Distance,
    given: tuple[Array, Array],
    labels: Any,
    settings: Settings,
) -> tuple[Array, Any]:
    """Returns, of random latents, those whose images are closest to each one.

    Args:
        gan: The GAN.
        distance: The distance of images.
        given: The images, and their features.
        labels: What each shows, or `None`: then the labels are found, too.
        settings: How many starts, and the seed.

    Returns:
        The starts of the first image, then of the next; and their labels.
    """
    n, count = len(given[0]), settings.starts
    latents = np.empty((n, count, gan.latent_dim), "float32")
    told: list[Any] = [None] * n
    for rows, tried in _tried(gan, labels, n, count):
        many = len(tried) if tried is not None else _candidates(gan, count)
        drawn = gan.latents(many, settings.seed)
        made = gan.generate(latents=drawn, labels=tried)
        others = made, distance.seen(made, settings.batch_size)
        table = distance.table((given[0][rows], given[1][rows]), others)
        closest = table.argsort(axis=1)[:, :count]
        for row, chosen in zip(rows, closest, strict=True):
            latents[row] = drawn[chosen]
            told[row] = None if tried is None else tried[chosen]
    flat = latents.reshape(n * count, -1)
    return flat, None if told[0] is None else np.concatenate(told)


def _tried(
    gan: "GAN", labels: Any, n: int, starts: int
) -> Iterator[tuple[Array, Any]]:
    """Yields images by their number, and which labels to try for them."""
    if labels is None:
        classes = getattr(gan, "num_classes", None) or 0
        many = max(_candidates(gan, starts), 2 * classes)
        yield np.arange(n), gan._default_labels(many)
        return
    kinds, kind = np.unique(labels, axis=0, return_inverse=True)
    many = max(_candidates(gan, starts) // len(kinds), _CANDIDATES_OF_EACH)
    for index, each in enumerate(kinds):
        rows = np.flatnonzero(kind.reshape(-1) == index)
        yield rows, np.repeat(each[None], max(many, starts), axis=0)


def _candidates(gan: "GAN", starts: int) -> int:
    """How many random images are made: large ones take much memory."""
    fit = _MOST_VALUES // int(np.prod(gan.image_shape))
    return max(starts, min(_CANDIDATES, max(_CANDIDATES_OF_EACH, fit)))


def _given(gan: "GAN", images: Any) -> tuple[Array, tuple[float, float]]:
    """Returns images in the generator's range, and its black and white.

    Raises:
        ValueError: If they are of another shape or not finite, or pixels of
            which it is not known what they are to the generator.
    """
    array = numbers("images", images)
    if array.shape[1:] != gan.image_shape or not len(array):
        raise ValueError(
            "`images` must be at least one image of the shape that the "
            f"generator makes, (n, {', '.join(map(str, gan.image_shape))}). "
            f"Received: images.shape={array.shape}"
        )
    if array.dtype == np.uint8 and not gan.makes_vectors:
        known = gan.pixel_range
        if known is None:
            raise ValueError(
                "It is not known which values stand for black and white in "
                "the generator's images. Set gan.pixel_range = (low, high), or "
                "give `images` as floats in its range. Received: images of "
                "uint8"
            )
        return pictures.to_float(array, known), known
    floats = array.astype("float32")
    if not np.isfinite(floats).all():
        raise ValueError(
            "`images` must be finite. Received: "
            f"{int((~np.isfinite(floats)).sum())} NaN or infinite values"
        )
    bounds = black_and_white(gan, floats)
    if bounds[1] <= 1 and usual_range(floats) == (0.0, 255.0):
        raise ValueError(
            f"The generator's images lie in [{bounds[0]:g}, {bounds[1]:g}], so "
            "`images` must be uint8 pixels, or floats in this range. Received: "
            f"floats from {floats.min():g} to {floats.max():g}"
        )
    return floats, bounds


def _checked_labels(gan: "GAN", labels: Any, n: int) -> Array:
    """Returns labels of n images as an array.

    Raises:
        ValueError: If the GAN does not take them, or they are not as many.
    """
    gan._sampling_inputs(np.zeros((n, *gan.latent_shape), "float32"), labels)
    checked: Array = getattr(gan, "check_labels")(labels)  # noqa: B009
    return checked


def _distance(
    gan: "GAN", settings: Settings, bounds: tuple[float, float]
) -> Distance:
    """Returns the distance of images: of their values, and of features."""
    extractor = settings.extractor
    if extractor is None:
        return Distance()
    return Distance(
        seen_by(extractor, gan, bounds),
        settings.feature_weight,
        list(extractor.network.variables),
    )


def _progress(total: int, verbose: int) -> Report:
    """Returns what shows the progress, or nothing."""
    if not verbose:
        return lambda steps, distance: None
    # A bar that can't be overwritten would fill a log: one line at the end.
    movable = sys.stdout.isatty() or "ipykernel" in sys.modules
    bar = keras.utils.Progbar(
        total,
        verbose=1 if movable and verbose < 2 else 2,
        stateful_metrics=["distance"],
        unit_name="step",
    )
    return lambda steps, distance: bar.add(steps, [("distance", distance)])
