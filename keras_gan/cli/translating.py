"""Translating pixels with a trained model."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_gan.cli.errors import UsageError
from keras_gan.cli.loading import Trained
from keras_gan.datasets.decode import resize
from keras_gan.models import CycleGAN, translating
from keras_gan.recipes.tasks import Shapes, Translation, task_of

__all__ = ["Translator", "made_set", "translator"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Translator:
    """One generator of a trained model.

    Args:
        network: The generator.
        pixel_range: The floats that are black and white.
        batch_size: Images at a time.
    """

    network: keras.Model
    pixel_range: tuple[float, float]
    batch_size: int

    @property
    def channels(self) -> int:
        """How many channels its sources have."""
        found: int = self.network.input_shape[-1]
        return found

    def __call__(self, images: Array) -> Array:
        """Translates pixels, uint8 (n, H, W, C), grey or colour."""
        size = images.shape[1], images.shape[2]
        return translating.translate(
            self.network,
            resize(images, size, self.channels),
            self.pixel_range,
            self.batch_size,
        )


def translator(
    trained: Trained,
    direction: str | None,
    batch_size: int,
    sizes: Iterable[tuple[int, int]],
) -> Translator:
    """Returns one generator of a trained model, for images of some sizes.

    Args:
        trained: A model that translates.
        direction: `"ab"`, `"ba"`, or None for the first or only one.
        batch_size: Images at a time.
        sizes: The heights and widths that there are.

    Raises:
        UsageError: If it has no such direction.
        ValueError: If a size does not go through the network.
    """
    model: Any = trained.gan
    like = made_set(trained, direction)
    network = model.translator(like)
    height, width, channels = network.input_shape[1:]
    sizes = set(sizes)
    if any(size[0] > height or size[1] > width for size in sizes):
        network = _of_any_size(trained, model.makers[like], network)
    for size in sorted(sizes):
        translating.sizes_for(network, *size, channels)
    return Translator(network, trained.value_range, batch_size)


def made_set(trained: Trained, direction: str | None) -> str:
    """Returns the set that images are made like, in a direction.

    Args:
        trained: A model that translates.
        direction: As for `translator`.

    Raises:
        UsageError: If it has no such direction.
    """
    model: Any = trained.gan
    if isinstance(model, CycleGAN):
        return (direction or "ab")[1]
    if direction is not None:
        raise UsageError(
            f"{trained.origin} translates in one direction, the one that it "
            "was trained for, so it takes no --direction. Only a CycleGAN has "
            f"two. Received: --direction {direction}"
        )
    made: str = model.sets[1]
    return made


def _of_any_size(
    trained: Trained, name: str, network: keras.Model
) -> keras.Model:
    """Makes a generator anew, with the same weights, for larger images.

    Without the recipe it remains as it is, and says itself what it takes.
    """
    config = trained.config
    if trained.recipe is None or config is None:
        return network
    shapes = Shapes(tuple(config["image_shape"]), tuple(config["source_shape"]))
    task = task_of(trained.recipe)
    assert isinstance(task, Translation)
    made = task.generators_of_any_size(shapes)[name]
    made.set_weights(network.get_weights())
    return made
