"""What do the user's two networks take and give?"""

import math
from typing import Any

import keras

from keras_gan import backend
from keras_gan._checks import LARGEST_INT32, received, whole_number
from keras_gan._typing import Tensor

RANGES: dict[str, tuple[float, float]] = {
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
}
"""Value ranges of bounded activations."""

# Layers that move or drop values but do not change them.
_PASSIVE = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Cropping2D,
    keras.layers.Dropout,
    keras.layers.UpSampling2D,
)


def require_network(network: Any, argument: str) -> None:
    """Raises `TypeError` where `network` is not a Keras model or layer."""
    if isinstance(network, keras.layers.Layer):
        return
    raise TypeError(
        f"`{argument}` must be a Keras model, such as keras.Sequential. "
        f"{received(argument, network)} of type {type(network).__name__}"
    )


def latent_shape(
    generator: keras.Model, latent_dim: int | None
) -> tuple[int, ...]:
    """Returns the shape of one latent sample.

    Args:
        generator: The generator; its first input takes the latents.
        latent_dim: The user's own figure, needed where the generator is
            neither Sequential with an input nor functional.

    Raises:
        ValueError: If the size is neither given nor to be read off, or if the
            two disagree.
    """
    found = _first_input_shape(generator)
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


def _first_input_shape(network: keras.Model) -> tuple[int, ...] | None:
    inputs = symbolic_inputs(network)
    if not inputs:
        return None
    shape = tuple(inputs[0].shape[1:])
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


def final_activation(network: keras.layers.Layer) -> str | None:
    """Returns the name of the activation that makes the output, if any.

    It looks through layers that leave values as they are; what it cannot see
    into (a subclassed model) gives `None`.
    """
    if isinstance(network, keras.layers.TorchModuleWrapper):
        return None
    if len(getattr(network, "output_names", ())) > 1:
        # The score is the first output; others may classify.
        return final_activation(network.get_layer(network.output_names[0]))
    layers = getattr(network, "layers", None)
    if layers:
        for layer in reversed(layers):
            if not isinstance(layer, _PASSIVE):
                return final_activation(layer)
        return None
    if isinstance(network, keras.Model):
        return None
    activation = getattr(network, "activation", None)
    return getattr(activation, "__name__", None)


def output_range(generator: keras.layers.Layer) -> tuple[float, float] | None:
    """Returns the range of the generator's outputs, `None` if unbounded."""
    return RANGES.get(final_activation(generator) or "")


def ends_in_sigmoid(discriminator: keras.layers.Layer) -> bool:
    """Returns whether the discriminator gives probabilities."""
    return final_activation(discriminator) == "sigmoid"


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


def wrong_second_derivatives(network: keras.layers.Layer) -> list[str]:
    """Names the layers whose second derivative TensorFlow gets wrong.

    `tf.nn.moments` treats the mean inside the variance as a constant, and the
    gradient of a bilinear resize is not differentiable again. A gradient
    penalty then trains on a wrong gradient, without any error.
    """
    if keras.backend.backend() != "tensorflow":
        return []
    return [
        f"{layer.name} ({type(layer).__name__})"
        for layer in backend.flat_layers(network)
        if _wrong_on_tensorflow(layer)
    ]


def _wrong_on_tensorflow(layer: keras.layers.Layer) -> bool:
    if isinstance(
        layer,
        (keras.layers.LayerNormalization, keras.layers.GroupNormalization),
    ):
        return True
    resizes = (keras.layers.UpSampling2D, keras.layers.Resizing)
    return (
        isinstance(layer, resizes)
        and str(getattr(layer, "interpolation", "nearest")) != "nearest"
    )
