"""What differs between a recipe that generates and one that translates."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import keras

from keras_gan._checks import received
from keras_gan.callbacks import Evaluation
from keras_gan.datasets import (
    Decoding,
    ImageBatches,
    PairBatches,
    Pairs,
    Source,
    Unpaired,
    UnpairedBatches,
    VectorBatches,
)
from keras_gan.models import AdversarialModel
from keras_gan.recipes.components import NETWORKS
from keras_gan.recipes.recipe import Recipe, default_of
from keras_gan.recipes.scheduled_settings import Updates

__all__ = [
    "Batches",
    "Data",
    "Networks",
    "Shape",
    "Shapes",
    "Task",
    "fills_a_batch",
    "size_in_words",
]

Data = Source | Pairs | Unpaired
Batches = ImageBatches | VectorBatches | PairBatches | UnpairedBatches
Shape = tuple[int, ...]


class Shapes(NamedTuple):
    """The shapes that networks are made for.

    Attributes:
        image: (H, W, C) of what is made; (d,) of vectors.
        source: (H, W, C) of what it is made from, where that is an image.
    """

    image: Shape
    source: Shape | None = None

    @property
    def kind(self) -> str:
        """What one of those that are made is called: "image" or "point"."""
        return "point" if len(self.image) == 1 else "image"


class Networks(NamedTuple):
    """The networks of a model, by its arguments that they are.

    Attributes:
        generators: Those that make images.
        discriminators: Those that judge them.
    """

    generators: dict[str, keras.Model]
    discriminators: dict[str, keras.Model]


class Task(ABC):
    """What a recipe's model learns, and all that follows from it.

    It is decided by the class of the model. A subclass says which data the
    recipe is trained on, for which networks, in which batches, and how its
    images are measured and shown.

    Args:
        recipe: The recipe.

    Raises:
        ValueError: If a setting does not fit the model.
    """

    model: ClassVar[type[AdversarialModel]]
    """The class of the model, or a base of it."""
    unused: ClassVar[dict[str, str]]
    """The recipe's keys that mean nothing here, each with the reason."""
    command: ClassVar[str]
    """The command that uses a trained model."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self._check_networks()
        for key, reason in self.unused.items():
            value = getattr(recipe, key)
            if value != default_of(key):
                raise ValueError(
                    f"`{key}` must be left out with the model "
                    f"{recipe.model['name']}: {reason}. {received(key, value)}"
                )

    def _check_networks(self) -> None:
        fitting = NETWORKS[self.model]
        name = self.recipe.networks["name"]
        if name not in fitting:
            raise ValueError(
                f"The networks of the model {self.recipe.model['name']} must "
                f"be {' or '.join(fitting)}. Received: networks={name}"
            )

    @abstractmethod
    def load(
        self,
        split: str = "train",
        *,
        limit: int | None = None,
        decoding: Decoding | None = None,
    ) -> Data:
        """Returns the data of the recipe.

        Args:
            split: `"train"`, `"val"` or `"test"`.
            limit: The most images or pairs. Default: the recipe's.
            decoding: How a folder is decoded, as `datasets.source` takes it.
        """

    @abstractmethod
    def in_words(self, data: Any) -> str:
        """Returns how many images of which size there are."""

    @abstractmethod
    def shapes(self, data: Any) -> Shapes:
        """Returns the shapes that networks are made for."""

    @abstractmethod
    def completed(
        self, image_shape: Shape, source_shape: Shape | None
    ) -> Shapes:
        """Returns the shapes that follow from what was given."""

    @abstractmethod
    def networks(
        self, shapes: Shapes, num_classes: int | None, seed: int | None
    ) -> Networks:
        """Makes the networks."""

    @abstractmethod
    def model_arguments(
        self,
        shapes: Shapes,
        num_classes: int | None,
        updates: Updates,
        seed: int | None,
    ) -> dict[str, Any]:
        """Returns what this kind of model alone takes, beside networks."""

    @abstractmethod
    def batches(
        self, images: Any, labels: Any, *, seed: int, part: tuple[int, int]
    ) -> Batches:
        """Returns the batches; see `keras_gan.recipes.batches`."""

    @abstractmethod
    def evaluation(self, data: Any) -> list[Evaluation]:
        """Returns the callbacks that measure while the model trains.

        Args:
            data: What it is trained on.
        """

    def measured_in_words(self, data: Any) -> str | None:
        """Returns which images `evaluation` compares with, if it says so.

        Args:
            data: What the model is trained on.
        """
        del data
        return None

    @abstractmethod
    def measurement_in_words(self, data: Any, metrics: list[str]) -> str:
        """Returns what is measured in training, and what is not and why.

        Args:
            data: What the model is trained on.
            metrics: The names of what `evaluation` measures.
        """

    @property
    def monitor(self) -> str:
        """The log that chooses the best epoch."""
        return str((self.recipe.evaluation or {"name": "fid"})["name"])

    @abstractmethod
    def example(self, data: Any) -> str:
        """Returns arguments of `command` as an example, without the model."""

    @abstractmethod
    def shown(self, data: Any) -> dict[str, Any]:
        """Returns what `ImageSnapshot` is to show, as its arguments."""


def size_in_words(shape: Sequence[int]) -> str:
    """Returns (28, 28, 1) as 28x28x1."""
    return "x".join(map(str, shape))


def fills_a_batch(recipe: Recipe, count: int) -> bool:
    """Whether a last batch that is not full is left out.

    One of another size would compile the step once more. The images that one
    epoch leaves out are in another.
    """
    return count >= recipe.batch_size
