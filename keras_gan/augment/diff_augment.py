"""Differentiable augmentation."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import (
    channels_last,
    number_in,
    received,
    seed_or_none,
    value_range_of,
)
from keras_gan._typing import Tensor

__all__ = ["DiffAugment"]

_COLOR = ("brightness", "saturation", "contrast")
_TRANSFORMS = (*_COLOR, "translation", "cutout")

DEFAULT_RANGE = (-1.0, 1.0)
"""What images span where nobody says."""


@keras.saving.register_keras_serializable("keras_gan")
class DiffAugment(keras.layers.Layer):
    """Differentiable augmentation: colour, translation and cutout.

    With its own random numbers for each image:

    - brightness: `x + b`, `b` up to a quarter of the value range up or down;
    - saturation: `s * (x - mean_channels) + mean_channels`, `s` in [0, 2]
      (nothing happens to grey images);
    - contrast: `c * (x - mean_image) + mean_image`, `c` in [0.5, 1.5];
    - translation: a shift by whole pixels, filled with the middle of the range;
    - cutout: a square of the middle of the range, anywhere.

    Lets a GAN learn from hundreds of images rather than tens of thousands: the
    discriminator cannot learn them by heart, and as it sees generated images
    through the same changes, the generator need not imitate these. Each
    transform is affine in the image, so gradients are exact to any order on all
    backends.

    Args:
        policy: names separated by commas, applied in this order: "brightness",
            "saturation", "contrast", "translation", "cutout"; "color" stands
            for the first three.
        translation: float in [0, 1], the largest shift, as a part of the size.
        cutout: float in [0, 1], the side of the square, as a part of the size.
        value_range: (low, high) of the images, or None: a GAN takes that of its
            generator's last activation, a recipe its own; else it is (-1, 1).
        seed: int for repeatable random numbers, or None.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Raises:
        ValueError: a name in `policy` is unknown, a number out of range, or the
            data are not images.

    Example:
        >>> gan = keras_gan.GAN(
        ...     generator, discriminator, augment="color,translation,cutout"
        ... )

    Reference: Zhao et al., 2020, arXiv 2006.10738, section 3.
    """

    def __init__(
        self,
        policy: str = "color,translation,cutout",
        *,
        translation: float = 0.125,
        cutout: float = 0.5,
        value_range: Sequence[float] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.policy = policy
        self.translation = _share(translation, "translation")
        self.cutout = _share(cutout, "cutout")
        self.value_range = (
            None
            if value_range is None
            else value_range_of("value_range", value_range)
        )
        self.seed = seed_or_none("seed", seed)
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        transforms = {
            "brightness": self._brightness,
            "saturation": self._saturation,
            "contrast": self._contrast,
            "translation": self._translation,
            "cutout": self._cutout,
        }
        self._transforms = [transforms[name] for name in _names(policy)]

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Refuses what is not images."""
        if len(input_shape) != 4:
            raise ValueError(
                "DiffAugment changes images, (n, H, W, C). Received: data of "
                f"shape {tuple(input_shape)}. For others use "
                "keras_gan.augment.InstanceNoise, or "
                "AdaptiveAugment([InstanceNoise()])."
            )
        channels_last("DiffAugment")

    def call(self, images: Tensor, training: bool = True) -> Tensor:
        """Changes images `(n, H, W, C)` in training."""
        if training:
            for transform in self._transforms:
                images = transform(images)
        return images

    def compute_output_shape(
        self, input_shape: Sequence[int | None]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "policy": self.policy,
            "translation": self.translation,
            "cutout": self.cutout,
            "value_range": self.value_range,
            "seed": self.seed,
        }

    @property
    def _bounds(self) -> Sequence[float]:
        return self.value_range or DEFAULT_RANGE

    @property
    def _middle(self) -> float:
        return (self._bounds[0] + self._bounds[1]) / 2

    def _brightness(self, images: Tensor) -> Tensor:
        size = (self._bounds[1] - self._bounds[0]) / 4
        return images + self._uniform(images, -size, size)

    def _saturation(self, images: Tensor) -> Tensor:
        if images.shape[-1] == 1:
            return images
        grey = ops.mean(images, axis=-1, keepdims=True)
        return (images - grey) * self._uniform(images, 0.0, 2.0) + grey

    def _contrast(self, images: Tensor) -> Tensor:
        mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        return (images - mean) * self._uniform(images, 0.5, 1.5) + mean

    def _translation(self, images: Tensor) -> Tensor:
        rows, columns = (
            self._shift(images, size) for size in images.shape[1:3]
        )
        # Matrix products rather than gathers: the same shifts, with
        # derivatives of any order on every backend.
        moved = ops.einsum("nij,njwc->niwc", rows, images - self._middle)
        return ops.einsum("nvw,niwc->nivc", columns, moved) + self._middle

    def _cutout(self, images: Tensor) -> Tensor:
        rows, columns = (
            self._window(images, size) for size in images.shape[1:3]
        )
        kept = 1.0 - rows[:, :, None, None] * columns[:, None, :, None]
        return (images - self._middle) * kept + self._middle

    def _shift(self, images: Tensor, size: int) -> Tensor:
        """A matrix for each image that moves `size` rows, `(n, size, size)`."""
        largest = _pixels(self.translation, size)
        offset = self._integer(images, -largest, 2 * largest + 1)
        index = ops.arange(size, dtype="int32")
        distance = index[:, None] - index[None, :]
        return ops.cast(
            ops.equal(distance[None], offset[:, None, None]), images.dtype
        )

    def _window(self, images: Tensor, size: int) -> Tensor:
        """1 where a row is cut out, else 0, `(n, size)`."""
        side = _pixels(self.cutout, size)
        # The square's centre is anywhere on the image.
        start = self._integer(images, -(side // 2), size + 1 - side % 2)
        distance = ops.arange(size, dtype="int32")[None] - start[:, None]
        inside = ops.logical_and(distance >= 0, distance < side)
        return ops.cast(inside, images.dtype)

    def _uniform(self, images: Tensor, low: float, high: float) -> Tensor:
        """A number for each image, `(n, 1, 1, 1)`."""
        unit = self._unit((ops.shape(images)[0], 1, 1, 1))
        return ops.cast(low + (high - low) * unit, images.dtype)

    def _integer(self, images: Tensor, low: int, count: int) -> Tensor:
        """One of `count` integers from `low` up for each image, `(n,)`."""
        unit = self._unit((ops.shape(images)[0],))
        return low + ops.cast(ops.floor(unit * count), "int32")

    def _unit(self, shape: tuple[Any, ...]) -> Tensor:
        return backend.draw(_uniform_float32, shape, self.seed_generator)


def _uniform_float32(shape: tuple[Any, ...], seed: Any) -> Tensor:
    return keras.random.uniform(shape, seed=seed, dtype="float32")


def _names(policy: str) -> list[str]:
    names: list[str] = []
    given = policy if isinstance(policy, str) else ""
    for name in given.replace(" ", "").split(","):
        names.extend(_COLOR if name == "color" else (name,))
    unknown = [name for name in names if name not in _TRANSFORMS]
    if unknown:
        raise ValueError(
            "`policy` must name transforms, separated by commas, of: color, "
            f"{', '.join(_TRANSFORMS)}. {received('policy', policy)}"
        )
    return names


def _share(value: float, name: str) -> float:
    why = ", as it is a part of the image's size"
    return number_in(name, value, "[0, 1]", why=why)


def _pixels(share: float, size: int) -> int:
    return int(share * size + 0.5)
