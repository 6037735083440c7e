"""Transforms that meet an image or not, each by itself."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import (
    channels_last,
    number_in,
    received,
    seed_or_none,
)
from keras_gan._method_names import without_class
from keras_gan._typing import Tensor

__all__ = ["Drawn", "SeparateTransforms"]


class Drawn(NamedTuple):
    """The random numbers of one transform, for n images.

    Args:
        coin: (n,) in [0, 1), which decides whether an image meets it.
        uniform: (n, 2) in [0, 1).
        normal: (n, 2), standard normal.
    """

    coin: Tensor
    uniform: Tensor
    normal: Tensor

    def where(self, chance: Tensor, value: Tensor) -> Tensor:
        """Values (n,) of the images that meet it, 0 for the others."""
        return ops.where(self.coin < chance, value, 0.0)


@without_class
class SeparateTransforms(keras.layers.Layer):
    """The base of layers whose transforms each meet an image with a chance.

    Args:
        transforms: names out of `known`.
        probability: float in [0, 1], that of each transform where the layer
            stands alone.
        seed: int for repeatable random numbers, or None.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.
    """

    takes_probability = True
    """Says to `AdaptiveAugment` that `call` takes its probability."""

    known: ClassVar[tuple[str, ...]]

    def __init__(
        self,
        transforms: Sequence[str],
        *,
        probability: float,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.transforms = self._names(transforms)
        self.probability = number_in(
            "probability", probability, "[0, 1]", why=", as it is a probability"
        )
        self.seed = seed_or_none("seed", seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Refuses what is not images."""
        if len(input_shape) != 4:
            raise ValueError(
                f"{type(self).__name__} changes images, (n, H, W, C). "
                f"Received: data of shape {tuple(input_shape)}"
            )
        channels_last(type(self).__name__)

    def call(
        self,
        images: Tensor,
        training: bool = True,
        probability: Tensor | None = None,
    ) -> Tensor:
        """Changes images `(n, H, W, C)` in training.

        Args:
            images: The images.
            training: False returns them as they are.
            probability: Scalar, that of each transform, or None for the
                layer's own.
        """
        if not training:
            return images
        if probability is None:
            probability = self.probability
        return self.change(images, ops.cast(probability, "float32"))

    def change(self, images: Tensor, chance: Tensor) -> Tensor:
        """Returns changed images; each transform is met with the chance."""
        raise NotImplementedError

    def draw(self, images: Tensor, count: int) -> list[Drawn]:
        """Returns random numbers for `count` transforms of the images."""
        size = ops.shape(images)[0]
        # At once: each draw costs time, and most of all to compile.
        uniform = backend.draw(
            _uniform_float32, (size, count, 3), self.seed_generator
        )
        normal = backend.draw(
            _normal_float32, (size, count, 2), self.seed_generator
        )
        return [
            Drawn(uniform[:, i, 0], uniform[:, i, 1:], normal[:, i])
            for i in range(count)
        ]

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "transforms": self.transforms,
            "probability": self.probability,
            "seed": self.seed,
        }

    def _names(self, transforms: Any) -> tuple[str, ...]:
        if not isinstance(transforms, list | tuple) or not all(
            isinstance(name, str) for name in transforms
        ):
            raise TypeError(
                "`transforms` must be a list of names, such as "
                f"[{self.known[0]!r}]. {received('transforms', transforms)}"
            )
        once = len(set(transforms)) == len(transforms) > 0
        if not once or not set(transforms) <= set(self.known):
            raise ValueError(
                "`transforms` must name at least one of "
                f"{', '.join(self.known)}, each once. "
                f"{received('transforms', transforms)}"
            )
        return tuple(str(name) for name in transforms)


def _uniform_float32(shape: tuple[Any, ...], seed: Any) -> Tensor:
    return keras.random.uniform(shape, seed=seed, dtype="float32")


def _normal_float32(shape: tuple[Any, ...], seed: Any) -> Tensor:
    return keras.random.normal(shape, seed=seed, dtype="float32")
