"""Geometric augmentation of images."""

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import (
    channels_last,
    number_in,
    received,
    seed_or_none,
)
from keras_gan._typing import Tensor
from keras_gan.augment.resampling import (
    product,
    resample,
    rotation,
    scaling,
    shift,
)

__all__ = ["BLIT", "GENERAL", "GeometricAugment"]

BLIT = ("flip", "quarter_turn", "integer_translation")
"""The transforms that move pixels, and make no new ones."""
GENERAL = (
    "isotropic_scaling",
    "rotation",
    "anisotropic_scaling",
    "fractional_translation",
)
_TRANSFORMS = (*BLIT, *GENERAL)


@keras.saving.register_keras_serializable("keras_gan")
class GeometricAugment(keras.layers.Layer):
    """Geometric augmentation: flips, turns, shifts, scaling and rotation.

    Each image meets each transform with a probability, with its own random
    numbers:

    - flip: mirrored left to right, in half of the cases;
    - quarter_turn: turned by 0, 90, 180 or 270 degrees;
    - integer_translation: shifted by whole pixels, up to `translation` of the
      size each way;
    - isotropic_scaling: made larger by `2^z`, `z` normal with the deviation
      `scaling`;
    - rotation: turned by up to `rotation` degrees either way, before the next
      transform, after it, or both; one of them with the probability;
    - anisotropic_scaling: made wider and lower by `2^z`, or the reverse;
    - fractional_translation: shifted each way by a normal share of the size,
      with the deviation `translation`.

    For few images, inside `AdaptiveAugment`, which sets the probability.
    Images that are wanted one way up keep it as long as the probability is
    well below 1: the generator then learns which way is the frequent one.

    All transforms of an image are one affine map, and it is resampled once: of
    four pixels each (bilinear), with the image mirrored at its edges. The
    result is linear in the image, so that gradients are exact to any order on
    all backends. Flips, quarter turns and shifts by whole pixels give each
    pixel as it was. An image that is not square keeps its shape: a quarter
    turn turns what is in it, cuts what leaves it, and mirrors what is left.

    The paper's code doubles the images by a filter of 12 taps before it
    resamples them, which keeps fine structure better, and mirrors them at most
    once. That takes several times as long.

    Args:
        transforms: names of transforms. They are applied in the order above,
            which is the paper's.
        probability: float in [0, 1], that of each transform where the layer
            stands alone. `AdaptiveAugment` uses its own in its place.
        translation: float in [0, 1], the size of shifts, as a part of the size.
        scaling: float in [0, 1], the deviation of both scalings, in octaves.
        rotation: float in [0, 180], the largest rotation, in degrees.
        seed: int for repeatable random numbers, or None.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Raises:
        TypeError: `transforms` is no sequence.
        ValueError: a transform is unknown or named twice, a number out of
            range, or the data are not images of at least 2x2 pixels.

    Example:
        >>> augment = keras_gan.augment.AdaptiveAugment(
        ...     keras_gan.augment.GeometricAugment(
        ...         ("flip", "isotropic_scaling", "rotation"), rotation=15
        ...     )
        ... )

    Reference: Karras et al., 2020, arXiv 2006.06676, appendix B.
    """

    takes_probability = True

    def __init__(
        self,
        transforms: Sequence[str] = _TRANSFORMS,
        *,
        probability: float = 0.5,
        translation: float = 0.125,
        scaling: float = 0.2,
        rotation: float = 180.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.transforms = _names(transforms)
        self.probability = number_in(
            "probability", probability, "[0, 1]", why=", as it is a probability"
        )
        why = ", as it is a part of the image's size"
        self.translation = number_in(
            "translation", translation, "[0, 1]", why=why
        )
        self.scaling = number_in(
            "scaling", scaling, "[0, 1]", why=", in octaves"
        )
        self.rotation = number_in(
            "rotation", rotation, "[0, 180]", why=", in degrees"
        )
        self.seed = seed_or_none("seed", seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Refuses what is not images."""
        shape = tuple(input_shape)
        if len(shape) != 4 or any(size == 1 for size in shape[1:3]):
            raise ValueError(
                "GeometricAugment changes images, (n, H, W, C), of at least "
                f"2x2 pixels. Received: data of shape {shape}"
            )
        channels_last("GeometricAugment")

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
        chance = ops.cast(probability, "float32")
        size = [ops.cast(side, "float32") for side in ops.shape(images)[2:0:-1]]
        steps = self._steps()
        drawn = self._drawn(ops.shape(images)[0], len(steps))
        maps = [
            step(each, chance, size)
            for step, each in zip(steps, drawn, strict=True)
        ]
        # As in the paper, the inverses stand in the order of the transforms.
        return resample(images, reduce(product, maps))

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
            "translation": self.translation,
            "scaling": self.scaling,
            "rotation": self.rotation,
            "seed": self.seed,
        }

    def _steps(self) -> list[Callable[["_Drawn", Tensor, Any], Tensor]]:
        steps = (
            ("flip", self._flip),
            ("quarter_turn", self._quarter_turn),
            ("integer_translation", self._integer_translation),
            ("isotropic_scaling", self._isotropic_scaling),
            # The paper rotates twice, so that images are stretched in any
            # direction, and what is stretched is turned in any direction.
            ("rotation", self._rotation),
            ("anisotropic_scaling", self._anisotropic_scaling),
            ("rotation", self._rotation),
            ("fractional_translation", self._fractional_translation),
        )
        return [step for name, step in steps if name in self.transforms]

    def _drawn(self, count: Tensor, steps: int) -> list["_Drawn"]:
        """Random numbers for `count` images and each of the steps."""
        # Drawn at once: each draw costs time, and most of all to compile.
        uniform = backend.draw(
            _uniform_float32, (count, steps, 3), self.seed_generator
        )
        normal = backend.draw(
            _normal_float32, (count, steps, 2), self.seed_generator
        )
        return [
            _Drawn(uniform[:, i, 0], uniform[:, i, 1:], normal[:, i])
            for i in range(steps)
        ]

    def _flip(self, drawn: "_Drawn", chance: Tensor, size: Any) -> Tensor:
        mirrored = drawn.where(chance, ops.floor(2.0 * drawn.uniform[:, 0]))
        return scaling(1.0 - 2.0 * mirrored, 1)

    def _quarter_turn(
        self, drawn: "_Drawn", chance: Tensor, size: Any
    ) -> Tensor:
        turns = drawn.where(chance, ops.floor(4.0 * drawn.uniform[:, 0]))
        # Cosine and sine of 0 to 3 right angles, in whole numbers.
        return rotation(ops.abs(turns - 2.0) - 1.0, 1.0 - ops.abs(turns - 1.0))

    def _integer_translation(
        self, drawn: "_Drawn", chance: Tensor, size: Any
    ) -> Tensor:
        shares = self.translation * (2.0 * drawn.uniform - 1.0)
        return shift(
            *(
                drawn.where(chance, ops.round(shares[:, axis] * side))
                for axis, side in enumerate(size)
            )
        )

    def _isotropic_scaling(
        self, drawn: "_Drawn", chance: Tensor, size: Any
    ) -> Tensor:
        scale = self._scale(drawn, chance)
        return scaling(1.0 / scale, 1.0 / scale)

    def _rotation(self, drawn: "_Drawn", chance: Tensor, size: Any) -> Tensor:
        angle = math.radians(self.rotation) * (2.0 * drawn.uniform[:, 0] - 1.0)
        # At least one of the two happens with the probability `chance`.
        angle = drawn.where(1.0 - ops.sqrt(1.0 - chance), angle)
        return rotation(ops.cos(angle), ops.sin(angle))

    def _anisotropic_scaling(
        self, drawn: "_Drawn", chance: Tensor, size: Any
    ) -> Tensor:
        scale = self._scale(drawn, chance)
        return scaling(1.0 / scale, scale)

    def _fractional_translation(
        self, drawn: "_Drawn", chance: Tensor, size: Any
    ) -> Tensor:
        shares = self.translation * drawn.normal
        return shift(
            *(
                drawn.where(chance, shares[:, axis] * side)
                for axis, side in enumerate(size)
            )
        )

    def _scale(self, drawn: "_Drawn", chance: Tensor) -> Tensor:
        octaves = drawn.where(chance, self.scaling * drawn.normal[:, 0])
        return ops.power(2.0, octaves)


class _Drawn(NamedTuple):
    """The random numbers of one transform.

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


def _uniform_float32(shape: tuple[Any, ...], seed: Any) -> Tensor:
    return keras.random.uniform(shape, seed=seed, dtype="float32")


def _normal_float32(shape: tuple[Any, ...], seed: Any) -> Tensor:
    return keras.random.normal(shape, seed=seed, dtype="float32")


def _names(transforms: Any) -> tuple[str, ...]:
    if not isinstance(transforms, list | tuple) or not all(
        isinstance(name, str) for name in transforms
    ):
        raise TypeError(
            "`transforms` must be a list of names, such as ['flip']. "
            f"{received('transforms', transforms)}"
        )
    once = len(set(transforms)) == len(transforms) > 0
    if not once or not set(transforms) <= set(_TRANSFORMS):
        raise ValueError(
            "`transforms` must name at least one of "
            f"{', '.join(_TRANSFORMS)}, each once. "
            f"{received('transforms', transforms)}"
        )
    return tuple(str(name) for name in transforms)
