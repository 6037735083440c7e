"""What may be given as `augment=`."""

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import received, value_range_of
from keras_gan._copies import copied
from keras_gan.augment.adaptive_augment import AdaptiveAugment
from keras_gan.augment.color_augment import ColorAugment
from keras_gan.augment.compose import Compose
from keras_gan.augment.diff_augment import DEFAULT_RANGE, DiffAugment
from keras_gan.augment.geometric_augment import GeometricAugment
from keras_gan.augment.gradients import check_gradient, sizes_to_try
from keras_gan.augment.pipelines import PIPELINES
from keras_gan.augment.random_apply import RandomApply

__all__ = ["get", "maker"]

Identifier: TypeAlias = (
    str | keras.layers.Layer | Sequence[str | keras.layers.Layer] | None
)


def get(
    identifier: Identifier,
    image_shape: Sequence[int | None] = (16, 16, 3),
    value_range: tuple[float, float] | None = None,
) -> keras.layers.Layer | None:
    """Returns an augmentation layer that a generator can learn through.

    Args:
        identifier: None; "diffaugment"; "geometric"; "ada"; "ada-b", "ada-bg",
            "ada-bgc" with one of the sets of `AdaptiveAugment`;
            "random_apply"; a `DiffAugment`
            policy such as "color,translation"; any augmentation layer of
            `keras.layers`, `keras_cv.layers` or your own that keeps the images'
            shape; or a sequence of these, to be applied in turn.
        image_shape: shape of one image, on which unknown layers are tried.
        value_range: (low, high) of the images, where it is known; every
            `DiffAugment` and `ColorAugment` that was given none has it in what
            is returned. A layer that was given stays as it is: in its place
            comes a copy, unless it has that range anyway.

    Returns:
        A layer, or None.

    Raises:
        ValueError: a name is unknown, a layer's gradient is wrong on the
            active backend, see `check_gradient`, or `image_shape` or
            `value_range` is none.
        TypeError: anything else was given.

    Example:
        >>> keras_gan.augment.get("diffaugment").policy
        'color,translation,cutout'
    """
    sizes_to_try(image_shape)
    if value_range is not None:
        value_range = value_range_of("value_range", value_range)
    if identifier is None:
        return None
    layer = _made(identifier)
    check_gradient(layer, image_shape)
    if value_range is None or tuple(value_range) == DEFAULT_RANGE:
        return layer
    if not _without_range(layer):
        return layer
    # Another GAN may use the same object, for images of another range.
    bound = _twin(layer)
    for each in _without_range(bound):
        each.value_range = value_range
    return bound


def _without_range(
    layer: keras.layers.Layer,
) -> list[DiffAugment | ColorAugment]:
    return [
        each
        for each in backend.flat_layers(layer)
        if isinstance(each, DiffAugment | ColorAugment)
        and each.value_range is None
    ]


def _twin(layer: keras.layers.Layer) -> Any:
    """A copy that would draw what the layer would."""
    before = random.getstate()
    twin = copied(layer)
    # Keras draws the seeds of what has none from it.
    random.setstate(before)
    if len(twin.variables) == len(layer.variables):
        for mine, its in zip(twin.variables, layer.variables, strict=True):
            mine.assign(ops.copy(its))
    return twin


def _made(identifier: Identifier) -> keras.layers.Layer:
    if isinstance(identifier, str):
        return maker(identifier)()
    if isinstance(identifier, keras.layers.Layer):
        return identifier
    if isinstance(identifier, (list, tuple)):
        return Compose([_made(each) for each in identifier])
    raise TypeError(
        "`augment` must be None, a policy such as 'color,translation,cutout', "
        "'diffaugment', 'geometric', 'ada', 'ada-bgc', 'random_apply', an "
        "augmentation layer, or a sequence of them. "
        f"{received('augment', identifier)} (of type {type(identifier)})"
    )


def maker(name: str) -> Callable[..., keras.layers.Layer]:
    """Returns what makes the layer of a name, with the layer's arguments.

    A name that is no other is a policy of `DiffAugment`.
    """
    return _NAMED.get(name) or partial(DiffAugment, policy=name)


_NAMED: dict[str, Callable[..., keras.layers.Layer]] = {
    "diffaugment": DiffAugment,
    "geometric": GeometricAugment,
    "ada": AdaptiveAugment,
    "random_apply": RandomApply,
    **{
        f"ada-{name}": partial(AdaptiveAugment, augment=name)
        for name in PIPELINES
    },
}
