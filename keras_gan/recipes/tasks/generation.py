"""Images and vectors from latents."""

from typing import Any, ClassVar

import keras

from keras_gan import augment as augmentation
from keras_gan import datasets, features
from keras_gan._checks import LARGEST_INT32, received, whole_number
from keras_gan.callbacks import Evaluation
from keras_gan.datasets import Decoding, ImageBatches, Source, VectorBatches
from keras_gan.datasets.arrays import pixel_shape
from keras_gan.datasets.vectors import holds_vectors
from keras_gan.features.of_data import (
    EXTRACTOR_OF,
    extractor_for,
    named_extractor,
)
from keras_gan.models import GAN, WGANGP
from keras_gan.models.packing import packed_shape
from keras_gan.recipes.components import make_component
from keras_gan.recipes.scheduled_settings import Updates
from keras_gan.recipes.tasks import measuring
from keras_gan.recipes.tasks.task import (
    Networks,
    Shape,
    Shapes,
    Task,
    fills_a_batch,
    size_in_words,
)

__all__ = ["Generation"]

_MOST_REAL_IMAGES = 10_000
_FOR_VECTORS = "dense"
"""The networks that know nothing of height and width."""
_NO_SOURCE = "it makes images of latents, and has no sources"


class Generation(Task):
    """A GAN makes images or vectors from latents."""

    model = GAN
    command = "generate"
    unused: ClassVar = {
        **dict.fromkeys(
            ("direction", "scale", "source_channels", "jitter"), _NO_SOURCE
        ),
        "clothes": "its data are named by `data` itself",
    }

    def load(
        self,
        split: str = "train",
        *,
        limit: int | None = None,
        decoding: Decoding | None = None,
    ) -> Source:
        """Returns the images or vectors of the recipe."""
        recipe = self.recipe
        assert recipe.data is not None
        return datasets.source(
            recipe.data,
            split,
            image_size=recipe.image_size,
            channels=recipe.channels,
            label=recipe.label,
            limit=recipe.limit if split == "train" else limit,
            decoding=decoding,
        )

    def in_words(self, data: Source) -> str:
        """Returns how many images of which size there are."""
        size = size_in_words(data.image_shape)
        what = f"vectors of {size}" if data.holds_vectors else f"images {size}"
        return f"{len(data):,} {what}"

    def shapes(self, data: Source) -> Shapes:
        """Returns the shape of an image."""
        return Shapes(data.image_shape)

    def completed(
        self, image_shape: Shape, source_shape: Shape | None
    ) -> Shapes:
        """Returns the shape of an image."""
        if source_shape is not None:
            raise ValueError(
                "`source_shape` must be None for the model "
                f"{self.recipe.model['name']}: {_NO_SOURCE}. "
                f"{received('source_shape', source_shape)}"
            )
        return Shapes(image_shape)

    def networks(
        self, shapes: Shapes, num_classes: int | None, seed: int | None
    ) -> Networks:
        """Makes generator and discriminator."""
        shape = shapes.image
        if len(shape) == 1 and self.recipe.networks["name"] != _FOR_VECTORS:
            raise ValueError(
                f"The networks of {self.recipe.name} are for images, and the "
                "data are vectors: use the recipe grid, or --set "
                "networks=dense --set networks.output_activation=none. "
                f"{received('image_shape', shape)}"
            )
        classes = self._class_argument(num_classes)
        pair = self._pair(shape, seed, classes)
        pack = self.recipe.model.get("pack", 1)
        pack = whole_number("model.pack", pack, 1, LARGEST_INT32)
        if pack > 1:
            # It sees several images, and their classes, side by side.
            many = {name: pack * count for name, count in classes.items()}
            wide = self._pair(packed_shape(shape, pack), seed, many)
            pair = pair[0], wide[1]
        critic = issubclass(self.recipe.model_class, WGANGP)
        judge = "critic" if critic else "discriminator"
        return Networks({"generator": pair[0]}, {judge: pair[1]})

    def _pair(
        self, image_shape: Shape, seed: int | None, classes: dict[str, Any]
    ) -> tuple[keras.Model, keras.Model]:
        pair: tuple[keras.Model, keras.Model] = make_component(
            "networks",
            self.recipe.networks,
            image_shape=image_shape,
            seed=seed,
            **classes,
        )
        return pair

    def model_arguments(
        self,
        shapes: Shapes,
        num_classes: int | None,
        updates: Updates,
        seed: int | None,
    ) -> dict[str, Any]:
        """Returns the augmentation, and the number of classes."""
        settings = self.recipe.augment
        augment = augmentation.get(
            settings
            and make_component("augment", settings, updates=updates, seed=seed),
            shapes.image,
            self.recipe.value_range,
        )
        return {"augment": augment, **self._class_argument(num_classes)}

    def batches(
        self, images: Any, labels: Any, *, seed: int, part: tuple[int, int]
    ) -> ImageBatches | VectorBatches:
        """Returns batches of images with labels, or of vectors."""
        recipe = self.recipe
        if isinstance(images, Source):
            images, labels = images.images, images.labels
        vectors = holds_vectors(images)
        count = len(images) if vectors else pixel_shape(images)[0]
        if recipe.conditional and labels is None:
            raise self._classes_missing("labels")
        labels = labels if recipe.conditional else None
        drop_remainder = fills_a_batch(recipe, count)
        if vectors and recipe.flip:
            raise ValueError(
                "`flip` mirrors images, and the data are vectors. "
                f"{received('flip', recipe.flip)}"
            )
        if vectors:
            return VectorBatches(
                images,
                labels,
                batch_size=recipe.batch_size,
                seed=seed,
                drop_remainder=drop_remainder,
                part=part,
                steps_per_epoch=recipe.steps_per_epoch,
            )
        return ImageBatches(
            images,
            labels,
            batch_size=recipe.batch_size,
            seed=seed,
            value_range=recipe.value_range,
            drop_remainder=drop_remainder,
            flip=recipe.flip,
            part=part,
            steps_per_epoch=recipe.steps_per_epoch,
        )

    def evaluation(self, data: Source) -> list[Evaluation]:
        """Returns what compares with the training images.

        A test set that is used to choose the best epoch is no longer one.
        """
        settings = self.recipe.evaluation
        if settings is None:
            return []
        settings = {"extractor": EXTRACTOR_OF.get(data.name), **settings}
        if settings["extractor"] is None and not data.holds_vectors:
            return []
        real = data.select(limit=_MOST_REAL_IMAGES).images[:]
        if len(real) < 2:
            raise ValueError(
                "A distance needs at least 2 real images; --set "
                "evaluation=none measures nothing. "
                f"Received: {len(real)}"
            )
        name = settings["name"]
        # No metric that a recipe may name looks at neighbours.
        settings["k"] = min(settings.get("k", 1), len(real) - 1)
        # A setting that is wrong is named by what it is called in recipes.
        checked = make_component(
            "evaluation", settings, metrics=name, real=real
        )
        extractor = _loaded_extractor(checked.extractor, name, data.image_shape)
        names = [name, *_measured_with(name, extractor)]
        found = make_component("evaluation", settings, metrics=names, real=real)
        found.extractor = extractor
        return [found]

    def measurement_in_words(self, data: Source, metrics: list[str]) -> str:
        """Returns what is measured in training, and what is not and why."""
        real = min(len(data), _MOST_REAL_IMAGES)
        return measuring.of_generated(self.recipe, data, metrics, real)

    def example(self, data: Source) -> str:
        """Returns arguments of `command` as an example, without the model."""
        return "--out points.npz" if data.holds_vectors else "-n 64"

    def shown(self, data: Source) -> dict[str, Any]:
        """Returns how many images make a picture that fits a screen."""
        classes = data.num_classes if self.recipe.conditional else None
        columns = min(100 // classes, 10) if classes else 0
        # With a single column per class, the picture would be too narrow.
        rows = classes if classes and columns > 1 else None
        return {"num_images": 16 if rows is None else rows * columns}

    def _class_argument(self, num_classes: int | None) -> dict[str, Any]:
        if not self.recipe.conditional:
            return {}
        if num_classes is None:
            raise self._classes_missing("num_classes")
        return {"num_classes": num_classes}

    def _classes_missing(self, argument: str) -> ValueError:
        return ValueError(
            f"The recipe {self.recipe.name} trains on classes, and the data "
            "have none. Put the images of each class into a subfolder of its "
            "own, or add an array of labels to the .npz. "
            f"{received(argument, None)}"
        )


def _loaded_extractor(
    chosen: str | None, metric: str, shape: tuple[int, ...]
) -> features.Extractor:
    """Returns an extractor, with its weights loaded already.

    An error then comes now, not after the first epoch.
    """
    found = (
        extractor_for("", shape) if chosen is None else named_extractor(chosen)
    )
    if metric == "kl" and found.num_classes is None:
        raise ValueError(
            "The modes that `evaluation` by kl counts are known of "
            f"{', '.join(EXTRACTOR_OF)}. --set evaluation=fid measures other "
            f"data, too. Received: evaluation.extractor={found.name}"
        )
    found.load()
    return found


def _measured_with(metric: str, extractor: features.Extractor) -> list[str]:
    """Returns what is measured beside a metric, at hardly any cost."""
    if metric != "kl":
        return []
    points = isinstance(extractor, features.GaussiansExtractor)
    return ["modes", "high_quality"] if points else ["modes"]
