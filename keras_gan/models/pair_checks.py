"""Do a generator and a discriminator fit each other?"""

from collections.abc import Callable
from typing import Any

import keras

from keras_gan._checks import received
from keras_gan._typing import Tensor
from keras_gan.models import inspection
from keras_gan.models.packing import packed_shape

_IN_ONE_LIST = (
    "A network of your own takes several inputs in one list: def call(self, "
    "inputs, training=False)."
)


def built_generator(
    generator: keras.Model, call: Callable[[], Tensor], called_on: str
) -> Tensor:
    """Builds a generator by a call, and returns its symbolic images.

    Args:
        generator: The generator.
        call: Calls it on symbolic inputs.
        called_on: What these are, in words.

    Raises:
        ValueError: If it cannot be called so, or has several outputs.
    """
    try:
        fake = call()
    except TypeError as error:
        raise ValueError(
            f"The generator cannot be called on {called_on}: {error}. "
            f"{_IN_ONE_LIST} {received('generator', generator)}"
        ) from error
    if isinstance(fake, (list, tuple, dict)):
        _refuse_several(fake, "generator", "images")
    return fake


def build_discriminator(
    discriminator: keras.Model,
    call: Callable[[], Any],
    called_on: str,
    image_shape: tuple[int, ...],
    pack: int = 1,
) -> Any:
    """Builds a discriminator by a call, and returns its outputs.

    Args:
        discriminator: The discriminator.
        call: Calls it on the generator's symbolic images.
        called_on: What it is called on, in words.
        image_shape: The shape of one image.
        pack: How many of them it is called on at once.

    Raises:
        ValueError: If it cannot be called so.
    """
    try:
        return call()
    except Exception as error:
        shape = (None, *packed_shape(image_shape, pack))
        raise ValueError(
            f"The discriminator cannot be called on {called_on}, the images "
            f"being {_made(pack)} of shape {shape}: {error}. "
            f"{_IN_ONE_LIST} {received('discriminator', discriminator)}"
        ) from error


def require_one_output(outputs: Any) -> None:
    """Raises `ValueError` where a discriminator has more than its scores."""
    if isinstance(outputs, (list, tuple, dict)):
        _refuse_several(outputs, "discriminator", "scores")


def _refuse_several(outputs: Any, role: str, what: str) -> None:
    shapes = [tuple(each.shape) for each in keras.tree.flatten(outputs)]
    raise ValueError(
        f"The {role} must have one output, its {what}. Received: outputs "
        f"of shape {shapes}. A discriminator of [scores, class_logits] is "
        "for ACGAN; else make a keras.Model of the one output, or override "
        "call_discriminator and return the scores first."
    )


def refuse_other_inputs(
    network: keras.Model, role: str, most: int, model: str
) -> None:
    """Raises `ValueError` where a network has more inputs than it is given."""
    inputs = inspection.symbolic_inputs(network)
    if len(inputs) > most:
        raise ValueError(
            f"{model} calls its networks on one input. "
            f"Received: a {role} with {len(inputs)}. For networks that "
            "take labels use ConditionalGAN, ConditionalWGANGP or "
            "ConditionalStyleGAN."
        )


def _made(pack: int) -> str:
    return "the generator's" if pack == 1 else f"packs of {pack} generated ones"


def refuse_misfit(
    discriminator: keras.Model,
    image_shape: tuple[int, ...],
    main_input: int,
    pack: int = 1,
) -> None:
    """Raises `ValueError` where it takes images of another shape."""
    inputs = inspection.symbolic_inputs(discriminator)
    if not inputs:
        return
    takes = tuple(inputs[main_input].shape[1:])
    given = packed_shape(image_shape, pack)
    if len(takes) == len(given) and all(
        wanted in (None, made)
        for wanted, made in zip(takes, given, strict=True)
    ):
        return
    if pack > 1:
        raise ValueError(
            f"With pack={pack} the discriminator sees {pack} samples of shape "
            f"{image_shape} at once, joined along the last axis, so it must "
            f"take {given}. Received: a discriminator that takes {takes}"
        )
    hint = (
        " The two seem to be swapped: pass the generator first."
        if _seem_swapped(discriminator, takes, image_shape)
        else " Make their shapes agree."
    )
    raise ValueError(
        f"The generator makes samples of shape {image_shape}, but "
        f"the discriminator takes {takes}.{hint}"
    )


def _seem_swapped(
    discriminator: keras.Model,
    takes: tuple[int | None, ...],
    image_shape: tuple[int, ...],
) -> bool:
    made_by_discriminator = tuple(discriminator.output_shape)[1:]
    return len(takes) == 1 and (
        image_shape == (1,) or len(made_by_discriminator) > 1
    )


def refuse_reshaping(augment: Any, image_shape: tuple[int, ...]) -> None:
    """Raises `ValueError` where an augmentation changes the images' shape."""
    changed = augment(keras.Input(image_shape), training=True)
    if tuple(changed.shape[1:]) != image_shape:
        raise ValueError(
            "`augment` must keep the shape of the images, "
            f"{image_shape}. Received: a layer that makes "
            f"{tuple(changed.shape[1:])}, {augment}"
        )
