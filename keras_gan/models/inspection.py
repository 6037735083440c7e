"""What are the user's two networks made of, and what do they take?"""

import math
from typing import Any

import keras

from keras_gan import backend
from keras_gan._checks import LARGEST_INT32, received, whole_number
from keras_gan._typing import Tensor


def latent_shape(
    generator: keras.Model, latent_dim: int | None, index: int = 0
) -> tuple[int, ...]:
    """Returns the shape of one latent sample.

    Args:
        generator: The generator.
        latent_dim: The user's own figure, needed where the generator is
            neither Sequential with an input nor functional.
        index: Which of its inputs takes the latents.

    Raises:
        ValueError: If the size is neither given nor to be read off, or if the
            two disagree.
    """
    found = _input_shape(generator, index)
    if latent_dim is not None:
        latent_dim = whole_number("latent_dim", latent_dim, 1, LARGEST_INT32)
    if found is None and latent_dim is None:
        raise ValueError(
            "The generator does not say the size of its latents (it is "
            "subclassed, or has no keras.Input). Pass latent_dim=..., for "
            f"example latent_dim=100. {received('generator', generator)}"
        )
    if found is None:
        assert latent_dim is not None
        return (latent_dim,)
    if latent_dim is not None and math.prod(found) != latent_dim:
        raise ValueError(
            f"The generator's input has shape {found}, that is "
            f"{math.prod(found)} latent values. Received: "
            f"latent_dim={latent_dim}. Leave it out, or make them agree."
        )
    return found


def _input_shape(network: keras.Model, index: int) -> tuple[int, ...] | None:
    inputs = symbolic_inputs(network)
    if not inputs:
        return None
    shape = tuple(inputs[index].shape[1:])
    if None in shape:
        raise ValueError(
            "The generator's input needs a fixed shape, so that latents can be "
            f"drawn. Received: an input of shape {(None, *shape)}. Were the "
            "generator and the discriminator swapped?"
        )
    return shape


def symbolic_inputs(network: keras.Model) -> list[Tensor]:
    """Returns the declared inputs, or nothing for networks without any."""
    try:
        inputs = network.inputs
    except (AttributeError, ValueError):
        return []
    return list(keras.tree.flatten(inputs)) if inputs else []


def packed(network: keras.Model, tensors: list[Tensor]) -> Any:
    """Returns inputs in the structure that a network is called on.

    Args:
        network: The network.
        tensors: Its inputs, in the order of `symbolic_inputs`.
    """
    wanted = structure(network)
    if isinstance(wanted, dict):
        return keras.tree.pack_sequence_as(wanted, tensors)
    return tensors if len(tensors) > 1 else tensors[0]


def structure(network: keras.Model) -> Any:
    """Returns a network's symbolic inputs as they were given, if any."""
    try:
        return network.input
    except (AttributeError, ValueError):
        return None


def output_shape(network: keras.Model) -> tuple[int | None, ...] | None:
    """Returns the shape of one sample of a network's only output, if known."""
    try:
        outputs = network.outputs
    except (AttributeError, ValueError):
        return None
    if not outputs or len(outputs) != 1:
        return None
    return tuple(outputs[0].shape[1:])


def shared_layers(
    first: keras.layers.Layer, second: keras.layers.Layer
) -> list[str]:
    """Names the layers with weights that two networks have in common."""
    theirs = {id(layer) for layer in backend.flat_layers(second)}
    return [
        layer.name
        for layer in backend.flat_layers(first)
        if id(layer) in theirs and layer.variables
    ]


def per_sample_penalty_risk(critic: keras.layers.Layer) -> list[str]:
    """Names the layers under which a gradient penalty is not what it says.

    Batch normalisation mixes the samples whose gradients are penalised, on
    every backend.
    """
    return [
        layer.name
        for layer in backend.flat_layers(critic)
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
