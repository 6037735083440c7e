"""Translation that is learned from pairs."""

from functools import cached_property
from typing import Any

import keras

from keras_gan import datasets
from keras_gan._checks import received
from keras_gan.datasets import PAIR_NAMES, Decoding, PairBatches, Pairs
from keras_gan.datasets.pair_rows import factor_of
from keras_gan.metrics import METRICS
from keras_gan.models import Pix2Pix
from keras_gan.networks.unet import unet_stages
from keras_gan.recipes.components import make_component
from keras_gan.recipes.tasks.task import (
    Networks,
    Shape,
    Shapes,
    fills_a_batch,
    size_in_words,
)
from keras_gan.recipes.tasks.translation import Translation, longest

__all__ = ["PairedTranslation"]


class PairedTranslation(Translation):
    """Sources become targets, of which pairs are known."""

    model = Pix2Pix

    def load(
        self,
        split: str = "train",
        *,
        limit: int | None = None,
        decoding: Decoding | None = None,
    ) -> Pairs:
        """Returns the pairs of the recipe."""
        recipe = self.recipe
        assert recipe.data is not None
        return datasets.pairs(
            recipe.data,
            split,
            direction=recipe.direction,
            clothes=recipe.clothes,
            scale=recipe.scale,
            image_size=recipe.image_size,
            channels=recipe.channels,
            source_channels=recipe.source_channels,
            label=recipe.label,
            limit=recipe.limit if split == "train" else limit,
            decoding=decoding,
        )

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """Those of "train", "val" and "test" that the data have."""
        name = self.recipe.data
        assert name is not None
        if name in PAIR_NAMES:
            return "train", "test"
        if self.recipe.scale is None:
            return datasets.pair_folder(name).splits
        try:
            datasets.source(name, "test", limit=1)
        except ValueError:
            return ("train",)
        return "train", "test"

    def in_words(self, data: Pairs) -> str:
        """Returns how many pairs of which sizes there are."""
        source, target = map(
            size_in_words, (data.source_shape, data.target_shape)
        )
        return f"{len(data):,} pairs {source} to {target}"

    def shapes(self, data: Pairs) -> Shapes:
        """Returns the shapes of target and source."""
        return Shapes(data.target_shape, data.source_shape)

    def completed(
        self, image_shape: Shape, source_shape: Shape | None
    ) -> Shapes:
        """Returns the shapes of target and source."""
        if len(image_shape) != 3:
            raise ValueError(
                "`image_shape` must be (height, width, channels) of targets. "
                f"{received('image_shape', image_shape)}"
            )
        height, width, channels = image_shape
        scale = self.recipe.scale or 1
        if height % scale or width % scale:
            raise ValueError(
                f"`scale` must divide the height and the width of the images, "
                f"{height} and {width}. {received('scale', scale)}"
            )
        own = (
            height // scale,
            width // scale,
            self.recipe.source_channels or channels,
        )
        return Shapes(image_shape, source_shape or own)

    def networks(
        self, shapes: Shapes, num_classes: int | None, seed: int | None
    ) -> Networks:
        """Makes generator and discriminator."""
        target, source = shapes.image, shapes.source
        assert source is not None
        given = (
            self._enlarging(source, target)
            if self.recipe.networks["name"] == "srgan"
            else self._of_one_size(source, target)
        )
        generator, discriminator = make_component(
            "networks", self.recipe.networks, seed=seed, **given
        )
        return Networks(
            {"generator": generator}, {"discriminator": discriminator}
        )

    def generators_of_any_size(self, shapes: Shapes) -> dict[str, keras.Model]:
        """Makes the generator for images of any size."""
        settings = dict(self.recipe.networks)
        target, source = shapes.image, shapes.source
        assert source is not None
        if settings["name"] == "srgan":
            given = self._enlarging(source, target)
            given["source_shape"] = (None, None, source[2])
        else:
            given = self._of_one_size(source, target)
            given["image_shape"] = (None, None, target[-1])
            height, width, channels = target
            settings["stages"] = unet_stages(
                (height, width, channels), settings.get("stages")
            )
        made = make_component("networks", settings, **given)
        return {"generator": made[0]}

    def _enlarging(self, source: Shape, target: Shape) -> dict[str, Any]:
        scale = factor_of(source[:2], target[:2])
        smaller = source[0] < target[0]
        if scale is None or not smaller or source[2] != target[2]:
            raise ValueError(
                "The networks srgan enlarge images by a whole number, and keep "
                "their channels. Take pairs of other shapes with --set "
                "networks=pix2pix; or --set scale=4 to make small sources of "
                f"the targets. Received: sources {size_in_words(source)} and "
                f"targets {size_in_words(target)}"
            )
        return {"source_shape": source, "scale": scale}

    def _of_one_size(self, source: Shape, target: Shape) -> dict[str, Any]:
        if source[:2] != target[:2]:
            raise ValueError(
                "The networks pix2pix translate images into others of their "
                "size. Take pairs of two sizes with --set networks=srgan, or "
                "the recipe super-resolution. Received: sources "
                f"{size_in_words(source)} and targets {size_in_words(target)}"
            )
        return {"image_shape": target, "source_channels": source[2]}

    def batches(
        self, images: Any, labels: Any, *, seed: int, part: tuple[int, int]
    ) -> PairBatches:
        """Returns batches of pairs."""
        recipe = self.recipe
        self.require_no_labels(labels)
        are_pairs = isinstance(images, Pairs | tuple | list)
        return PairBatches(
            images,
            scale=None if are_pairs else recipe.scale,
            batch_size=recipe.batch_size,
            seed=seed,
            value_range=recipe.value_range,
            drop_remainder=fills_a_batch(recipe, longest(images)),
            jitter=recipe.jitter,
            flip=recipe.flip,
            part=part,
            steps_per_epoch=recipe.steps_per_epoch,
        )

    def metrics(self, data: Pairs) -> list[str]:
        """Returns what is measured of pairs beside a distance."""
        smallest = min(data.target_shape[:2])
        return [
            name
            for name in ("psnr", "ssim")
            if smallest >= METRICS[name].smallest
        ]

    def compared(self, data: Pairs) -> list[dict[str, Any]]:
        """Returns the sources to translate, and their targets."""
        source, target = data.arrays()
        return [{"sources": source, "real": target}]
