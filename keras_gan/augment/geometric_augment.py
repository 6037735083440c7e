"""Geometric augmentation of images."""

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import keras
from keras import ops

from keras_gan._checks import number_in
from keras_gan._typing import Tensor
from keras_gan.augment.resampling import (
    product,
    resample,
    rotation,
    scaling,
    shift,
)
from keras_gan.augment.separate_transforms import Drawn, SeparateTransforms

__all__ = ["BLIT", "GENERAL", "GeometricAugment"]

BLIT = ("flip", "quarter_turn", "integer_translation")
"""The transforms that move pixels, and make no new ones."""
GENERAL = (
    "isotropic_scaling",
    "rotation",
    "anisotropic_scaling",
    "fractional_translation",
)


@keras.saving.register_keras_serializable("keras_gan")
class GeometricAugment(SeparateTransforms):
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

    known = (*BLIT, *GENERAL)

    def __init__(
        self,
        transforms: Sequence[str] = (*BLIT, *GENERAL),
        *,
        probability: float = 0.5,
        translation: float = 0.125,
        scaling: float = 0.2,
        rotation: float = 180.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            transforms, probability=probability, seed=seed, **kwargs
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

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Refuses what is not images."""
        super().build(input_shape)
        if any(size == 1 for size in input_shape[1:3]):
            raise ValueError(
                "GeometricAugment needs images of at least 2x2 pixels. "
                f"Received: images of shape {tuple(input_shape)}"
            )

    def change(self, images: Tensor, chance: Tensor) -> Tensor:
        """Returns changed images; each transform is met with the chance."""
        size = [ops.cast(side, "float32") for side in ops.shape(images)[2:0:-1]]
        steps = self._steps()
        drawn = self.draw(images, len(steps))
        maps = [
            step(each, chance, size)
            for step, each in zip(steps, drawn, strict=True)
        ]
        # As in the paper, the inverses stand in the order of the transforms.
        return resample(images, reduce(product, maps))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "translation": self.translation,
            "scaling": self.scaling,
            "rotation": self.rotation,
        }

    def _steps(self) -> list[Callable[[Drawn, Tensor, Any], Tensor]]:
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

    def _flip(self, drawn: Drawn, chance: Tensor, size: Any) -> Tensor:
        mirrored = drawn.where(chance, ops.floor(2.0 * drawn.uniform[:, 0]))
        return scaling(1.0 - 2.0 * mirrored, 1)

    def _quarter_turn(self, drawn: Drawn, chance: Tensor, size: Any) -> Tensor:
        turns = drawn.where(chance, ops.floor(4.0 * drawn.uniform[:, 0]))
        # Cosine and sine of 0 to 3 right angles, in whole numbers.
        return rotation(ops.abs(turns - 2.0) - 1.0, 1.0 - ops.abs(turns - 1.0))

    def _integer_translation(
        self, drawn: Drawn, chance: Tensor, size: Any
    ) -> Tensor:
        shares = self.translation * (2.0 * drawn.uniform - 1.0)
        return shift(
            *(
                drawn.where(chance, ops.round(shares[:, axis] * side))
                for axis, side in enumerate(size)
            )
        )

    def _isotropic_scaling(
        self, drawn: Drawn, chance: Tensor, size: Any
    ) -> Tensor:
        scale = self._scale(drawn, chance)
        return scaling(1.0 / scale, 1.0 / scale)

    def _rotation(self, drawn: Drawn, chance: Tensor, size: Any) -> Tensor:
        angle = math.radians(self.rotation) * (2.0 * drawn.uniform[:, 0] - 1.0)
        # At least one of the two happens with the probability `chance`.
        angle = drawn.where(1.0 - ops.sqrt(1.0 - chance), angle)
        return rotation(ops.cos(angle), ops.sin(angle))

    def _anisotropic_scaling(
        self, drawn: Drawn, chance: Tensor, size: Any
    ) -> Tensor:
        scale = self._scale(drawn, chance)
        return scaling(1.0 / scale, scale)

    def _fractional_translation(
        self, drawn: Drawn, chance: Tensor, size: Any
    ) -> Tensor:
        shares = self.translation * drawn.normal
        return shift(
            *(
                drawn.where(chance, shares[:, axis] * side)
                for axis, side in enumerate(size)
            )
        )

    def _scale(self, drawn: Drawn, chance: Tensor) -> Tensor:
        octaves = drawn.where(chance, self.scaling * drawn.normal[:, 0])
        return ops.power(2.0, octaves)
