"""Translation that is learned from two sides without pairs."""

from functools import cached_property
from typing import Any, ClassVar

import keras

from keras_gan import datasets
from keras_gan._checks import received
from keras_gan.datasets import (
    UNPAIRED_NAMES,
    Decoding,
    Unpaired,
    UnpairedBatches,
)
from keras_gan.models import CycleGAN
from keras_gan.networks.resnet_generator import resnet_blocks
from keras_gan.recipes.components import make_component
from keras_gan.recipes.tasks.task import (
    Networks,
    Shape,
    Shapes,
    fills_a_batch,
    size_in_words,
)
from keras_gan.recipes.tasks.translation import Translation, longest

__all__ = ["UnpairedTranslation"]

_GENERATORS = ("generator_ab", "generator_ba")
_DISCRIMINATORS = ("discriminator_a", "discriminator_b")


class UnpairedTranslation(Translation):
    """Images of side a become images of side b, and back."""

    model = CycleGAN
    unused: ClassVar = {
        **Translation.unused,
        "label": "two sides without pairs have no classes",
        "scale": "both sides must be of one size",
    }

    def load(
        self,
        split: str = "train",
        *,
        limit: int | None = None,
        decoding: Decoding | None = None,
    ) -> Unpaired:
        """Returns both sides of the recipe."""
        recipe = self.recipe
        assert recipe.data is not None
        depths = [recipe.source_channels or recipe.channels, recipe.channels]
        if recipe.direction == "ba":
            # These are of the sides as they are called in the end.
            depths.reverse()
        return datasets.unpaired(
            recipe.data,
            split,
            direction=recipe.direction,
            clothes=recipe.clothes,
            image_size=recipe.image_size,
            channels=depths[0],
            channels_b=depths[1],
            limit=recipe.limit if split == "train" else limit,
            decoding=decoding,
        )

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """Those of "train", "val" and "test" that the data have."""
        name = self.recipe.data
        assert name is not None
        if name in UNPAIRED_NAMES:
            return "train", "test"
        return datasets.pair_folder(name).splits

    def in_words(self, data: Unpaired) -> str:
        """Returns how many images of which sizes there are."""
        sides = [
            f"{len(side):,} images {size_in_words(side.image_shape)}"
            for side in (data.a, data.b)
        ]
        return " and ".join(sides)

    def shapes(self, data: Unpaired) -> Shapes:
        """Returns the shapes of side b and of side a."""
        return Shapes(data.shape_b, data.shape_a)

    def completed(
        self, image_shape: Shape, source_shape: Shape | None
    ) -> Shapes:
        """Returns the shapes of side b and of side a."""
        if len(image_shape) != 3:
            raise ValueError(
                "`image_shape` must be (height, width, channels) of side b. "
                f"{received('image_shape', image_shape)}"
            )
        channels = self.recipe.source_channels or image_shape[2]
        own = (*image_shape[:2], channels)
        return Shapes(image_shape, source_shape or own)

    def networks(
        self, shapes: Shapes, num_classes: int | None, seed: int | None
    ) -> Networks:
        """Makes two generators and two discriminators."""
        side_a, side_b = shapes.source, shapes.image
        assert side_a is not None
        if side_a[:2] != side_b[:2]:
            raise ValueError(
                "Both sides must be of one height and width: bring them to one "
                "by `image_size`. Received: images of "
                f"{size_in_words(side_a)} and {size_in_words(side_b)}"
            )
        made = make_component(
            "networks",
            self.recipe.networks,
            image_shape=side_a,
            channels_b=side_b[2],
            seed=seed,
        )
        return Networks(
            dict(zip(_GENERATORS, made[:2], strict=True)),
            dict(zip(_DISCRIMINATORS, made[2:], strict=True)),
        )

    def generators_of_any_size(self, shapes: Shapes) -> dict[str, keras.Model]:
        """Makes both generators for images of any size."""
        settings = dict(self.recipe.networks)
        side_a, side_b = shapes.source, shapes.image
        assert side_a is not None
        height, width, channels = side_a
        settings["blocks"] = resnet_blocks(
            (height, width, channels), settings.get("blocks")
        )
        made = make_component(
            "networks",
            settings,
            image_shape=(None, None, channels),
            channels_b=side_b[2],
        )
        return dict(zip(_GENERATORS, made[:2], strict=True))

    def batches(
        self, images: Any, labels: Any, *, seed: int, part: tuple[int, int]
    ) -> UnpairedBatches:
        """Returns batches of both sides."""
        recipe = self.recipe
        self.require_no_labels(labels)
        return UnpairedBatches(
            images,
            batch_size=recipe.batch_size,
            seed=seed,
            value_range=recipe.value_range,
            drop_remainder=fills_a_batch(recipe, longest(images)),
            jitter=recipe.jitter,
            flip=recipe.flip,
            part=part,
            steps_per_epoch=recipe.steps_per_epoch,
        )

    def metrics(self, data: Unpaired) -> list[str]:
        """Returns nothing: without pairs there is no right answer."""
        return []

    def compared(self, data: Unpaired) -> list[dict[str, Any]]:
        """Returns the images of both sides, each as sources once."""
        a, b = data.arrays()
        return [
            {"sources": a, "real": b, "direction": "ab"},
            {"sources": b, "real": a, "direction": "ba"},
        ]

    @property
    def monitor(self) -> str:
        """The log that chooses the best epoch: the distance from side b."""
        return f"{super().monitor}_b"
