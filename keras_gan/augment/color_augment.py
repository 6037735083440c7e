"""Colour augmentation of images, as ADA has it."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from keras_gan._checks import value_range_of
from keras_gan._typing import Tensor
from keras_gan.augment.diff_augment import DEFAULT_RANGE
from keras_gan.augment.separate_transforms import Drawn, SeparateTransforms

__all__ = ["COLOR", "ColorAugment"]

COLOR = ("brightness", "contrast", "luma_flip", "hue", "saturation")


class _Change(NamedTuple):
    """What happens to the grey and to the colour of n images, each (n,).

    Args:
        added: What is added to the grey first.
        grey: What the grey is multiplied by.
        turned: The angle by which the colour is turned.
        color: What the colour is multiplied by.
    """

    added: Tensor = 0.0
    grey: Tensor = 1.0
    turned: Tensor = 0.0
    color: Tensor = 1.0


@keras.saving.register_keras_serializable("keras_gan")
class ColorAugment(SeparateTransforms):
    """ADA's colour augmentation: brightness, contrast, luma flip, hue, colour.

    Each image meets each transform with a probability, with its own random
    numbers. `m` is the mean of a pixel's channels, from the middle of the value
    range, `d` the rest of the pixel, and `z` a standard normal number:

    - brightness: `m + 0.1 * z` of the value range;
    - contrast: `m` and `d` times `2^(z / 2)`;
    - luma_flip: `-m`, in half of the cases: dark for bright, in the same hue;
    - hue: `d` turned about the grey axis by any angle (of three channels);
    - saturation: `d` times `2^z`.

    Stronger than the colours of `DiffAugment`, and meant for `AdaptiveAugment`,
    which sets the probability. The generator keeps the colours of real images
    as long as most images show these.

    Of grey images, hue and saturation change nothing. The result is affine in
    the image, so that gradients are exact to any order on all backends.

    Args:
        transforms: names of transforms. They are applied in the order above,
            which is the paper's.
        probability: float in [0, 1], that of each transform where the layer
            stands alone. `AdaptiveAugment` uses its own in its place.
        value_range: (low, high) of the images, or None: a GAN takes that of its
            generator's last activation, a recipe its own; else it is (-1, 1).
        seed: int for repeatable random numbers, or None.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Raises:
        TypeError: `transforms` is no sequence.
        ValueError: a transform is unknown or named twice, a number out of
            range, or the data are not images.

    Example:
        >>> augment = keras_gan.augment.AdaptiveAugment(
        ...     keras_gan.augment.ColorAugment(("brightness", "contrast"))
        ... )

    Reference: Karras et al., 2020, arXiv 2006.06676, appendix B.
    """

    known = COLOR

    def __init__(
        self,
        transforms: Sequence[str] = COLOR,
        *,
        probability: float = 0.5,
        value_range: Sequence[float] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            transforms, probability=probability, seed=seed, **kwargs
        )
        self.value_range = (
            None
            if value_range is None
            else value_range_of("value_range", value_range)
        )

    def change(self, images: Tensor, chance: Tensor) -> Tensor:
        """Returns changed images; each transform is met with the chance."""
        drawn = self.draw(images, len(self.transforms))
        chosen = [name for name in COLOR if name in self.transforms]
        changes = [
            _CHANGES[name](each, chance)
            for name, each in zip(chosen, drawn, strict=True)
        ]
        low, high = self.value_range or DEFAULT_RANGE
        # No transform mixes grey and colour, so that the order of the others
        # does not matter: only brightness adds, and it comes first.
        added, grey, turned, color = (
            _for_each_pixel(value, images.dtype)
            for value in (
                sum(each.added for each in changes) * (high - low) / 2,
                math.prod(each.grey for each in changes),
                sum(each.turned for each in changes),
                math.prod(each.color for each in changes),
            )
        )
        middle = (low + high) / 2
        mean = ops.mean(images, axis=-1, keepdims=True)
        rest = images - mean
        if images.shape[-1] == 3:
            rest = ops.cos(turned) * rest + ops.sin(turned) * _across(rest)
        return grey * (mean - middle + added) + color * rest + middle

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "value_range": self.value_range}


def _for_each_pixel(value: Tensor, dtype: str) -> Tensor:
    """Numbers `(n,)` of the images as `(n, 1, 1, 1)`."""
    return ops.cast(
        ops.reshape(ops.convert_to_tensor(value, "float32"), (-1, 1, 1, 1)),
        dtype,
    )


def _across(rest: Tensor) -> Tensor:
    """Colours turned by a right angle about the grey axis."""
    ahead, behind = ops.roll(rest, 1, axis=-1), ops.roll(rest, -1, axis=-1)
    return (ahead - behind) / math.sqrt(3.0)


def _brightness(drawn: Drawn, chance: Tensor) -> _Change:
    return _Change(added=drawn.where(chance, 0.2 * drawn.normal[:, 0]))


def _contrast(drawn: Drawn, chance: Tensor) -> _Change:
    factor = ops.power(2.0, drawn.where(chance, 0.5 * drawn.normal[:, 0]))
    return _Change(grey=factor, color=factor)


def _luma_flip(drawn: Drawn, chance: Tensor) -> _Change:
    flipped = drawn.where(chance, ops.floor(2.0 * drawn.uniform[:, 0]))
    return _Change(grey=1.0 - 2.0 * flipped)


def _hue(drawn: Drawn, chance: Tensor) -> _Change:
    angle = math.pi * (2.0 * drawn.uniform[:, 0] - 1.0)
    return _Change(turned=drawn.where(chance, angle))


def _saturation(drawn: Drawn, chance: Tensor) -> _Change:
    octaves = drawn.where(chance, drawn.normal[:, 0])
    return _Change(color=ops.power(2.0, octaves))


_CHANGES: dict[str, Callable[[Drawn, Tensor], _Change]] = {
    "brightness": _brightness,
    "contrast": _contrast,
    "luma_flip": _luma_flip,
    "hue": _hue,
    "saturation": _saturation,
}
