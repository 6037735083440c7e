"""Metrics of the samples in the logs, while a GAN trains."""

from collections.abc import Iterable
from os import PathLike
from typing import Any, Self

import keras
import numpy as np

from keras_gan import backend, datasets, features
from keras_gan._arrays import numbers
from keras_gan._checks import (
    LARGEST_SEED,
    choice,
    file_path,
    received,
    text,
    whole_number,
)
from keras_gan.callbacks import _compared as compared
from keras_gan.callbacks._configurable import Configurable
from keras_gan.callbacks._pictures import own_sources, plain, real_pixels
from keras_gan.datasets.sources import SPLITS, check_split
from keras_gan.datasets.vectors import holds_vectors
from keras_gan.features.of_data import (
    NAMED,
    extractor_for,
    named_extractor,
)
from keras_gan.metrics import Evaluator
from keras_gan.metrics.evaluation import (
    needing_extractor,
    paired_names,
    scores_of,
)
from keras_gan.models import GAN, CycleGAN, class_names
from keras_gan.models.fixed_samples import as_pictures, to_pixels
from keras_gan.models.image_to_image import ImageToImage
from keras_gan.models.several_workers import looking_on
from keras_gan.models.vector_pictures import picture_shape

Array = np.ndarray[Any, Any]

_MOST_SAMPLES = 10**7


@keras.saving.register_keras_serializable("keras_gan")
class Evaluation(Configurable, keras.callbacks.Callback):
    """Measures generated images against real ones, and logs the numbers.

    `fid`, `kid`, ... then are in the logs like any other, for what comes after
    it in the list of callbacks: `ModelCheckpoint(monitor="fid", mode="min")`,
    `EarlyStopping`, `CSVLogger`, `TensorBoard`. Put it before those.

    Evaluated is after the first epoch, every `every`-th and the last one. The
    epochs between show the last numbers, because those callbacks would
    complain of a missing one. The latents are the same each time. Where several
    workers train, the first one measures, and all log its numbers.

    A model that translates images is measured by what it makes of `sources`:
    against their targets in the same order, or against any images that its
    own shall be like. Take some that it is not trained on. `real` alone is
    enough where it holds both: `Evaluation("psnr", datasets.pairs("maps/",
    "test"))`. With two directions
    each number has its side in its name: `kid_b` of what shall be like b.

    Args:
        metrics: Names such as `("fid", "kid")`, or one; see
            `keras_gan.metrics.METRICS`. Those of pairs, `"psnr"` and
            `"ssim"`, need `sources`. Beside them functions of your own,
            called as `function(real_images, fake_images)` on uint8 images (or
            on vectors), which return a number and are logged by their name;
            and `keras.metrics.Metric` instances, which are updated by batches
            of as many real and generated ones, as floats in [0, 255].
        real: The name or path of a data set that `keras_gan.datasets.load`
            knows; or images, shape `(n, height, width, channels)`, uint8 or
            floats whose black and white are the model's `pixel_range`; or
            vectors, floats `(n, d)`. For a model that translates also what
            `datasets.pairs` and `datasets.unpaired` return or take (`"maps/"`,
            `"outlines"`), `PairBatches` or `UnpairedBatches`: the images of
            one side are then translated, those of the other are compared.
        every: How many epochs lie between two evaluations.
        num_samples: How many images are generated, at most 10^7; or how many
            of the sources are translated, at most. Numbers from different ones
            can't be compared.
        extractor: One of `keras_gan.features`, or the name of one without
            arguments: `"fashion_mnist"`, `"mnist"`, `"stacked_mnist"`,
            `"ring"`, `"grid"` or `"imagenet"`. Default: the one that knows the
            named data set; else `"imagenet"`, or `features.vectors`. Where no
            metric looks at features, as functions of your own, none.
        split: Which part of a named data set is taken: `"train"` or `"test"`,
            of pairs and two sides also `"val"`.
        labels: Classes to generate, `num_samples` integers or names, where
            conditional. Default: all in turn.
        sources: What models that translate are given: images, shape
            `(n, height, width, channels)`, uint8 or floats in `pixel_range`;
            the name or path of a data set; or data of two sides, as for
            `real`, of which it is the side to translate. Where pairs are
            measured, `real` holds as many, their targets. Default: those in
            `real`.
        direction: That of a CycleGAN: `"ab"` or `"ba"`.
        k: Neighbours for precision, recall, density and coverage.
        seed: Seed of the latents.
        cache: Directory in which features of real images are kept, or `None`.

    Raises:
        ValueError: If a metric or extractor is unknown, or a number is out of
            range.

    Example:
        >>> gan.fit(
        ...     images,
        ...     epochs=50,
        ...     callbacks=[
        ...         keras_gan.callbacks.Evaluation("fid", "fashion_mnist"),
        ...         keras.callbacks.ModelCheckpoint(
        ...             "best.keras",
        ...             monitor="fid",
        ...             mode="min",
        ...             save_best_only=True,
        ...         ),
        ...     ],
        ... )
    """

    def __init__(
        self,
        metrics: Any,
        real: Any,
        *,
        every: int = 1,
        num_samples: int = 10_000,
        extractor: Any = None,
        split: str = "train",
        labels: Any = None,
        sources: Any = None,
        direction: str = "ab",
        k: int = 5,
        seed: int = 0,
        cache: str | None = None,
    ) -> None:
        super().__init__()
        one = isinstance(metrics, str) or not isinstance(metrics, Iterable)
        self.metrics = [metrics] if one else metrics
        self._scores = scores_of(self.metrics)
        self.metrics = list(self.metrics)
        self.real = _real(real)
        self.every = whole_number("every", every, 1)
        self.num_samples = whole_number(
            "num_samples", num_samples, 2, _MOST_SAMPLES
        )
        self.extractor = extractor
        self.split = text("split", split)
        if isinstance(self.real, str):
            both = sources is None and compared.has_both(self.real)
            check_split(self.split, *([SPLITS] if both else []))
        self.labels = labels
        self.sources = _sources(sources)
        self.direction = choice("direction", direction, ("ab", "ba"))
        self.k = whole_number("k", k, 1)
        self.seed = whole_number("seed", seed, 0, LARGEST_SEED)
        self.cache = None if cache is None else str(file_path("cache", cache))
        self._check_arguments()
        self._prepared = False
        self._evaluator: Evaluator | None = None
        self._translates: Any = None
        self._last: dict[str, float] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        """Loads the real images and looks at them, once."""
        self._last = {}
        model = self.model
        self._check_model(model)
        if not self._prepared:
            what = f"What measures {', '.join(self._scores)}"
            backend.by_first_worker(model, lambda: self._prepare(model), what)
            self._prepared = True

    def _prepare(self, model: GAN | ImageToImage) -> None:
        with looking_on(model):
            real = self._data(model)
            if self._of_pairs:
                self._check_pairs(model, real.shape)
                real = real[: self.num_samples]
            self._evaluator = Evaluator(
                real,
                extractor=self._chosen_extractor(real.shape[1:]),
                metrics=self.metrics,
                k=self.k,
                real_split=self.split if isinstance(self.real, str) else None,
                cache=self.cache,
            )
            self._unrolls(model)
            if self._evaluator.compares:
                self._evaluator.prepare()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Puts the numbers into the logs."""
        last = epoch + 1 == (self.params or {}).get("epochs")
        if not self._last or last or (epoch + 1) % self.every == 0:
            self._last = self.evaluate(self.model)
        if logs is not None:
            logs.update(self._last)

    def evaluate(self, model: GAN | ImageToImage) -> dict[str, float]:
        """Measures a model now.

        Where several workers train it, all of them call this: the first one
        measures, and tells the others.

        Args:
            model: The model; `fit` has been called with this callback.

        Returns:
            The numbers by name; NaN where a vector is not finite.
        """
        if not self._prepared:
            raise RuntimeError("`evaluate` comes after `fit` has begun.")
        found: dict[str, float] = backend.by_first_worker(
            model,
            lambda: self._measured(model),
            f"Measuring {', '.join(self._scores)}",
        )
        return found

    def _measured(self, model: GAN | ImageToImage) -> dict[str, float]:
        assert self._evaluator is not None
        names = self._log_names(model)
        with looking_on(model):
            samples, labels = self._samples(model)
        if not np.isfinite(samples).all():
            return dict.fromkeys(names.values(), np.nan)
        if isinstance(model, ImageToImage):
            samples = to_pixels(model, samples)
        elif self._unrolls(model):
            samples = as_pictures(model, samples)
        found = self._evaluator(samples, labels=labels)
        return {name: float(found[key]) for key, name in names.items()}

    def _unrolls(self, model: GAN | ImageToImage) -> bool:
        """Whether images are compared with vectors that hold pictures.

        Raises:
            ValueError: If the vectors hold none.
        """
        assert self._evaluator is not None
        if isinstance(model, ImageToImage) or not model.makes_vectors:
            return False
        if self._evaluator.extractor.takes_vectors:
            return False
        if picture_shape(model.image_shape) is None:
            raise ValueError(
                "Vectors are compared with vectors: `real` must be an array "
                f"(n, d). Received: images of shape "
                f"{self._evaluator.real_images.shape[1:]}, for a generator "
                f"of vectors of {model.image_shape[0]} numbers"
            )
        return True

    def _samples(self, model: GAN | ImageToImage) -> tuple[Array, Any]:
        """Returns what the model makes, and of which classes."""
        if isinstance(model, ImageToImage):
            sources = self._translates[: self.num_samples]
            return self._translated(model, sources), None
        labels = self._labels(model)
        made = model.generate_as_data(
            self.num_samples, labels=labels, seed=self.seed
        )
        return made, labels

    def _translated(self, model: ImageToImage, sources: Array) -> Array:
        """Returns float images: where training has failed, not finite ones."""
        way = {"direction": self.direction} if _has_directions(model) else {}
        made: Array = model.translate(model.as_floats(sources), **way)
        return made

    def _log_names(self, model: GAN | ImageToImage) -> dict[str, str]:
        side = f"_{self.direction[1]}" if _has_directions(model) else ""
        return {name: f"{name}{side}" for name in self._scores}

    def _labels(self, model: GAN) -> Any:
        if self.labels is not None:
            return np.asarray(self.labels)
        classes = getattr(model, "num_classes", None)
        return (
            None if classes is None else np.arange(self.num_samples) % classes
        )

    def _data(self, model: GAN | ImageToImage) -> Any:
        """Returns the real data, and keeps those to translate."""
        real = self.real
        if isinstance(model, ImageToImage):
            real, self._translates = compared.translated_data(
                model, real, self.sources, self.direction, self.split
            )
        if isinstance(real, str):
            real, _ = datasets.load(real, self.split)
        real = np.asarray(real)
        if holds_vectors(real):
            if self._translates is not None:
                raise ValueError(
                    "`real` must be images, for `sources` are translated into "
                    f"images. {received('real', self.real)}"
                )
            return real
        if real.ndim == 3:
            real = real[..., None]
        return real_pixels(model, real, "Evaluation")

    def _chosen_extractor(
        self, shape: tuple[int, ...]
    ) -> features.Extractor | None:
        chosen = self.extractor
        if chosen is None and not needing_extractor(self._scores):
            return None
        if isinstance(chosen, features.Extractor):
            return chosen
        if chosen is not None:
            return named_extractor(chosen)
        return extractor_for(compared.name_of(self.real, shape), shape)

    @property
    def _of_pairs(self) -> list[str]:
        return paired_names(self._scores)

    def _check_arguments(self) -> None:
        compared.require_pairs(self.real, self._of_pairs)
        if self.sources is None and not compared.has_both(self.real):
            self._refuse_metrics_of_pairs()
        if self.sources is not None and self.labels is not None:
            raise ValueError(
                "`labels` are classes to generate, and `sources` are images to "
                "translate: give one of them. "
                f"{received('labels', self.labels)}"
            )
        if not isinstance(self.extractor, features.Extractor):
            choice(
                "extractor",
                self.extractor,
                (None, *NAMED),
                why=", or one of keras_gan.features",
            )
        if self.labels is None:
            return
        if class_names.are_names(self.labels):
            shape: tuple[int, ...] = (len(self.labels),)
        else:
            shape = numbers("labels", self.labels).shape
        if shape[:1] != (self.num_samples,):
            raise ValueError(
                f"`labels` must be {self.num_samples} classes, as many as "
                f"`num_samples`. Received: labels.shape={shape}"
            )

    def _refuse_metrics_of_pairs(self) -> None:
        if self._of_pairs:
            raise ValueError(
                "Images that belong together are measured by "
                f"{' and '.join(map(repr, self._of_pairs))}, and what a GAN "
                "generates belongs to no real image. "
                "Leave them out, or measure pairs by keras_gan.metrics.evaluate"
                "; or, of a model that translates images, give `sources`. "
                f"{received('metrics', self.metrics)}"
            )

    def _check_model(self, model: Any) -> None:
        """Refuses a model that cannot be measured in this way."""
        name = type(model).__name__
        if isinstance(model, ImageToImage):
            if self.sources is None and not compared.has_both(self.real):
                raise ValueError(
                    f"{name} translates images, so Evaluation needs those that "
                    "it shall translate: Evaluation(metrics, targets, sources="
                    "images), or Evaluation(metrics, datasets.pairs(...)). "
                    "Received: sources=None"
                )
            if self.direction == "ba" and not _has_directions(model):
                raise ValueError(
                    f"{name} translates in one direction, which is 'ab'. "
                    f"{received('direction', self.direction)}"
                )
            return
        if not hasattr(model, "generate_as_data"):
            raise ValueError(
                "Evaluation measures what a GAN, Pix2Pix or CycleGAN makes. "
                f"Received: a model of type {name}. Measure its images by "
                "keras_gan.metrics.evaluate."
            )
        if self.sources is not None:
            raise ValueError(
                "`sources` are images to translate, as Pix2Pix and CycleGAN "
                f"do. Received: sources for {name}. Leave them out."
            )
        if isinstance(self.real, compared.TWO_SIDED):
            raise ValueError(
                "`real` holds images to translate, too, as Pix2Pix and "
                f"CycleGAN do. Received: real of type "
                f"{type(self.real).__name__} for {name}. Give those that its "
                "images shall be like."
            )
        self._refuse_metrics_of_pairs()

    def _check_pairs(self, model: ImageToImage, real: tuple[int, ...]) -> None:
        """Refuses targets that are not one for each source, as large."""
        made = self._translated(model, self._translates[:1]).shape[1:]
        count = len(self._translates)
        if real != (count, *made):
            raise ValueError(
                "Each translated image is compared with the real one at its "
                f"place by {' and '.join(map(repr, self._of_pairs))}, so "
                "`real` must hold as many images as `sources`, of the size "
                f"that they are translated to. Received: {count} "
                f"sources, translated to images of shape {made}, and "
                f"real.shape={real}"
            )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "metrics": self.metrics,
            "real": self.real,
            "every": self.every,
            "num_samples": self.num_samples,
            "extractor": self.extractor,
            "split": self.split,
            "labels": plain(self.labels),
            "sources": (
                self.sources
                if isinstance(self.sources, (str, *compared.TWO_SIDED))
                else plain(self.sources)
            ),
            "direction": self.direction,
            "k": self.k,
            "seed": self.seed,
            "cache": self.cache,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the callback that `get_config` described."""
        restore = keras.saving.deserialize_keras_object
        metrics = [
            restore(each) if isinstance(each, dict) else each
            for each in config["metrics"]
        ]
        return cls(**{**config, "metrics": metrics})


def _real(real: Any) -> Any:
    """Returns the name of a data set as text, or the data unchanged."""
    if isinstance(real, str | PathLike):
        return str(file_path("real", real))
    if isinstance(real, compared.TWO_SIDED):
        return real
    array = numbers("real", real)
    are_images = array.ndim in (3, 4)
    if not (are_images or holds_vectors(array)) or len(array) < 2:
        raise ValueError(
            "`real` must be the name or path of a data set, or at least 2 "
            "images, (n, height, width, channels) or (n, height, width), or 2 "
            "vectors, floats (n, d); or, for a model that translates, what "
            "datasets.pairs or datasets.unpaired returns. "
            f"Received: real.shape={array.shape}"
        )
    return real


def _sources(sources: Any) -> Any:
    """Returns images to translate, checked; a name or a path; or None."""
    if isinstance(sources, str | PathLike):
        return str(file_path("sources", sources))
    if isinstance(sources, compared.TWO_SIDED):
        return sources
    given = own_sources(sources)
    if given is None:
        return None
    if len(given) > 1 or len(given[0]) < 2:
        raise ValueError(
            "`sources` must be at least 2 images to translate, of one side, in "
            f"one array. {received('sources', sources)}"
        )
    return given[0]


def _has_directions(model: Any) -> bool:
    return isinstance(model, CycleGAN)
