"""Trained GANs that are in the package."""

import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from keras_gan import recipes
from keras_gan._checks import choice
from keras_gan.recipes.assembling import compile_by

if TYPE_CHECKING:
    from keras_gan.models import GAN

__all__ = ["NAMES", "card", "from_preset", "named_by"]

NAMES: tuple[str, ...] = tuple(
    sorted(
        each.name.removesuffix(".keras")
        for each in (files("keras_gan") / "assets" / "presets").iterdir()
        if each.name.endswith(".keras")
    )
)
"""The names of the presets."""


def from_preset(name: str) -> "GAN":
    """Loads a trained GAN that is in the package.

    Its weights were rounded to float16 to be small, and are float32 again in
    the model. Its generator has the averaged weights, so that there is no
    average beside it. It is compiled with the loss and the optimizers of the
    recipe on its card, at their first rates: `fit` goes on training it as it
    was trained. Optimizers start anew. To train it in another way, call
    `compile`.

    Args:
        name: One of `keras_gan.presets.NAMES`, such as
            `"quick_fashion_mnist"`. [Presets](presets.md) shows what each
            makes.

    Returns:
        The model: a `GAN`, an `ACGAN` or another of the package.

    Raises:
        ValueError: If there is no preset of that name.

    Example:
        >>> gan = keras_gan.from_preset("quick_fashion_mnist")
        >>> gan.generate(4, seed=0).shape
        (4, 28, 28, 1)
    """
    with as_file(_asset(name, "keras")) as path:
        gan: GAN = keras.saving.load_model(path)
    compile_by(recipes.get(card(name)["recipe"]), gan)
    return gan


def card(name: str) -> dict[str, Any]:
    """Returns what is known of a preset.

    Args:
        name: One of `keras_gan.presets.NAMES`.

    Returns:
        Its `description`, `data`, `licence` of the data, `image_shape`,
        `command` that trains it, `recipe`, `epochs`, `seed`, `scores` with how
        they were measured, `versions`, and `classes`, the names of the
        classes, where it has any.

    Raises:
        ValueError: If there is no preset of that name.

    Example:
        >>> keras_gan.presets.card("quick_fashion_mnist")["recipe"]
        'quick'
    """
    text = _asset(name, "json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def named_by(path: Path) -> str | None:
    """Returns the preset that a path names, if any.

    Args:
        path: What a user gave as a model. What exists comes first.
    """
    return str(path) if str(path) in NAMES and not path.exists() else None


def _asset(name: str, ending: str) -> Any:
    name = choice("name", name, NAMES, why=", the trained models")
    return files("keras_gan") / "assets" / "presets" / f"{name}.{ending}"
