"""Sets of augmentations that have a name."""

from collections.abc import Sequence
from typing import TypeAlias

import keras

from keras_gan._checks import LARGEST_SEED, choice
from keras_gan.augment.color_augment import COLOR, ColorAugment
from keras_gan.augment.composite import layers_of
from keras_gan.augment.diff_augment import DiffAugment
from keras_gan.augment.geometric_augment import (
    BLIT,
    GENERAL,
    GeometricAugment,
)

__all__ = ["PIPELINES", "Layers", "chosen_layers"]

Layers: TypeAlias = (
    keras.layers.Layer | Sequence[keras.layers.Layer] | str | None
)
"""What may be given: layers, one layer, or the name of a set."""

_DEFAULT = ("brightness", "saturation", "contrast", "translation", "cutout")

PIPELINES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "b": (BLIT, ()),
    "bg": ((*BLIT, *GENERAL), ()),
    "bgc": ((*BLIT, *GENERAL), COLOR),
}
"""The paper's sets of transforms by its names: geometric, and of colour."""


def chosen_layers(
    argument: str, given: Layers, seed: int | None
) -> list[keras.layers.Layer]:
    """Returns the augmentation layers that a user meant.

    Args:
        argument: What they were given as, for the message.
        given: Layers, one layer, the name of one of `PIPELINES`, or None for
            the default set.
        seed: int for repeatable random numbers of a set, or None.

    Raises:
        TypeError: They are no layers.
        ValueError: There is no set of that name.
    """
    if given is None or isinstance(given, str):
        given = _named_layers(argument, given, seed)
    if isinstance(given, keras.layers.Layer):
        given = [given]
    return layers_of(argument, given)


def _named_layers(
    argument: str, name: str | None, seed: int | None
) -> list[keras.layers.Layer]:
    """Returns the layers of a set; each has a seed of its own."""
    if name is None:
        return _diff_augments(_DEFAULT, seed)
    geometric, color = PIPELINES[choice(argument, name, tuple(PIPELINES))]
    layers: list[keras.layers.Layer] = [
        GeometricAugment(geometric, seed=_seed(seed, 1))
    ]
    if color:
        layers.append(ColorAugment(color, seed=_seed(seed, 2)))
    return layers


def _diff_augments(
    names: Sequence[str], seed: int | None
) -> list[keras.layers.Layer]:
    return [
        DiffAugment(name, seed=_seed(seed, index))
        for index, name in enumerate(names, start=1)
    ]


def _seed(seed: int | None, index: int) -> int | None:
    """A seed for the layer of that number; what holds them has the first."""
    return None if seed is None else (seed + index) % (LARGEST_SEED + 1)
