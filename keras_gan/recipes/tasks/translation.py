"""What translation with pairs and without have in common."""

from abc import abstractmethod
from functools import cached_property
from typing import Any, ClassVar

import keras

from keras_gan._checks import received
from keras_gan.callbacks import Evaluation
from keras_gan.features.of_data import (
    EXTRACTOR_OF,
    named_extractor,
)
from keras_gan.recipes.components import default_settings, make_component
from keras_gan.recipes.scheduled_settings import Updates
from keras_gan.recipes.tasks import measuring
from keras_gan.recipes.tasks.task import Shapes, Task

__all__ = ["Translation", "longest"]

_ROWS = 6
"""Images of a snapshot, each in a row of its own."""


class Translation(Task):
    """Images are made from images."""

    command = "translate"
    unused: ClassVar = {
        "augment": "augmentations are for images that are made of latents",
    }

    def model_arguments(
        self,
        shapes: Shapes,
        num_classes: int | None,
        updates: Updates,
        seed: int | None,
    ) -> dict[str, Any]:
        """Returns nothing: translations have no arguments of their own."""
        if num_classes is not None:
            raise ValueError(
                f"`num_classes` must be None for the model "
                f"{self.recipe.model['name']}, whose networks are not told "
                f"the class. {received('num_classes', num_classes)}"
            )
        return {}

    @abstractmethod
    def generators_of_any_size(self, shapes: Shapes) -> dict[str, keras.Model]:
        """Makes generators with as many layers, for images of any size.

        They hold the same weights, in the same order, as those of `networks`.

        Args:
            shapes: What the networks of the recipe are made for.
        """

    def require_no_labels(self, labels: Any) -> None:
        """Raises an error if labels are given.

        Raises:
            ValueError: With what was received.
        """
        if labels is not None:
            raise ValueError(
                f"`labels` must be None for the model "
                f"{self.recipe.model['name']}, which is not told the class. "
                f"{received('labels', labels)}"
            )

    def held_out(self, *splits: str, limit: int | None = None) -> Any:
        """Returns images that are not trained on, or None.

        Args:
            *splits: Which are looked for, in this order.
            limit: The most images or pairs. Default: all.
        """
        for split in splits:
            if split in self.splits:
                return self.load(split, limit=limit)
        return None

    @property
    @abstractmethod
    def splits(self) -> tuple[str, ...]:
        """Those of "train", "val" and "test" that the data have."""

    @abstractmethod
    def metrics(self, data: Any) -> list[str]:
        """Returns what is measured beside the recipe's metric."""

    @abstractmethod
    def compared(self, data: Any) -> list[dict[str, Any]]:
        """Returns the arguments of `Evaluation` that are images.

        Returns:
            Them for each direction, the first one that which is monitored.
        """

    def measured(self, data: Any) -> Any:
        """Returns the images that are measured and shown while training.

        Those of the split `val`, which so remains of use to choose the best
        epoch by; else of `test`; else some that are trained on.

        Args:
            data: What the model is trained on.
        """
        held = self._held_out_in_training
        return data.select(limit=self._most_measured) if held is None else held

    def measured_in_words(self, data: Any) -> str | None:
        """Returns which images are translated and compared."""
        if self.recipe.evaluation is None:
            return None
        measured = self.measured(data)
        return f"{self.in_words(measured)}, of the split {measured.split}"

    def measurement_in_words(self, data: Any, metrics: list[str]) -> str:
        """Returns what is measured in training, and what is not and why."""
        images = self.measured_in_words(data)
        if images is not None and self.measured(data).split == data.split:
            images += ", that it trains on: there is no other"
        return measuring.of_translated(self.recipe, data, metrics, images)

    @cached_property
    def _held_out_in_training(self) -> Any:
        return self.held_out("val", "test", limit=self._most_measured)

    @property
    def _most_measured(self) -> int:
        settings = self.recipe.evaluation or {"name": "kid"}
        known = default_settings("evaluation", settings["name"])
        most: int = settings.get("num_samples", known["num_samples"])
        return most

    def example(self, data: Any) -> str:
        """Returns arguments of `command` as an example, without the model."""
        return "PICTURES --out translated"

    def shown(self, data: Any) -> dict[str, Any]:
        """Returns images to translate, with what they should become."""
        first, second = self.measured(data).select(limit=_ROWS).arrays()
        # Sides without pairs may be of different lengths.
        count = min(len(first), len(second))
        return {"sources": (first[:count], second[:count])}

    def evaluation(self, data: Any) -> list[Evaluation]:
        """Returns what measures translations of held-out images.

        Where nothing knows the images, what needs no features is measured.
        """
        if self.recipe.evaluation is None:
            return []
        settings = {
            "extractor": EXTRACTOR_OF.get(data.name),
            **self.recipe.evaluation,
        }
        chosen = settings["extractor"]
        metrics = self.metrics(data)
        if chosen is not None:
            metrics = [settings["name"], *metrics]
        if not metrics:
            return []
        measured = self.measured(data)
        compared = self.compared(measured)
        fewest = min(len(each["real"]) for each in compared)
        if fewest < 2:
            raise ValueError(
                "A distance needs at least 2 images; --set evaluation=none "
                f"measures nothing. Received: {fewest} of the split "
                f"{measured.split}"
            )
        # No metric that a recipe may name looks at neighbours.
        settings["k"] = min(settings.get("k", 1), fewest - 1)
        found = [
            make_component("evaluation", settings, metrics=metrics, **images)
            for images in compared
        ]
        if chosen is not None:
            extractor = named_extractor(chosen)
            # An error comes now, not after the first epoch.
            extractor.load()
            for each in found:
                each.extractor = extractor
        return found


def longest(images: Any) -> int:
    """Returns the length of data, or of the longer one of two arrays.

    Args:
        images: As for batches, which refuse what has no length.
    """
    several = isinstance(images, tuple | list)
    try:
        return max(map(len, images)) if several else len(images)
    except (TypeError, ValueError):
        return 0
