"""Is the second derivative of a discriminator right?

A penalty on a gradient is trained by the gradient of a gradient. JAX
differentiates what it has differentiated, and that is right. TensorFlow and
torch have a rule for the gradient of each operation. Some of these rules cannot
be differentiated again, or not rightly, mostly without any error.
"""

import json
from collections.abc import Hashable, Sequence
from typing import Any

import keras

from keras_gan import backend
from keras_gan.models.measured_slopes import measured_fault

# Measured as unknown ones are; see `tests/test_second_derivatives.py`.
_RIGHT = {
    *("Activation", "ActivityRegularization", "Add", "Average"),
    *("AveragePooling1D", "AveragePooling2D", "AveragePooling3D"),
    *("Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D"),
    *("Conv2DTranspose", "Conv3D", "Cropping1D", "Cropping2D", "Dense"),
    *("DepthwiseConv1D", "DepthwiseConv2D", "Dot", "Dropout", "ELU"),
    *("EinsumDense", "Embedding", "Flatten", "GaussianDropout"),
    *("GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D"),
    *("GlobalMaxPooling1D", "GlobalMaxPooling2D", "Identity", "InputLayer"),
    *("LeakyReLU", "MaxPooling1D", "MaxPooling2D", "Maximum", "Minimum"),
    *("Multiply", "PReLU", "Permute", "RMSNormalization", "ReLU"),
    *("RepeatVector", "Rescaling", "Reshape", "SeparableConv1D"),
    *("SeparableConv2D", "Softmax", "SpatialDropout1D", "SpatialDropout2D"),
    *("Subtract", "UnitNormalization", "UpSampling1D", "UpSampling2D"),
    *("ZeroPadding1D", "ZeroPadding2D"),
}
"""Keras' layers whose second derivative is right wherever TensorFlow's is not
known to be wrong."""

_RIGHT_OPERATIONS = {
    *("Add", "Subtract", "Multiply", "TrueDivide", "Negative", "Square"),
    *("Reshape", "Transpose", "Concatenate", "GetItem", "Matmul"),
    *("Mean", "Sum", "ExpandDims", "Squeeze"),
}
"""Of `keras.ops`, in functional models."""

_measured: dict[Hashable, str | None] = {}


def known_faults(network: keras.layers.Layer) -> list[str]:
    """Names the layers whose second derivative TensorFlow gets wrong.

    `tf.nn.moments` treats the mean inside the variance as a constant, and the
    gradient of a resize is not differentiable again. A penalty then trains on a
    wrong gradient, mostly without any error.
    """
    if keras.backend.backend() != "tensorflow":
        return []
    return [
        _title(layer)
        for layer in backend.flat_layers(network)
        if _wrong_on_tensorflow(layer)
    ]


def _wrong_on_tensorflow(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.BatchNormalization):
        return bool(layer.trainable)  # Frozen, it has no moments to take.
    if isinstance(layer, keras.layers.UpSampling2D):
        return str(layer.interpolation) != "nearest"
    return isinstance(
        layer,
        (
            keras.layers.LayerNormalization,
            keras.layers.GroupNormalization,
            keras.layers.Resizing,
        ),
    )


def unknown_parts(network: keras.Model) -> list[str]:
    """Names what is not known to have a right second derivative.

    Layers and functions of the user's own, and those of Keras that nobody has
    looked at; none with JAX.
    """
    if keras.backend.backend() == "jax":
        return []
    found = []
    for layer in backend.flat_layers(network):
        if not _is_right(layer):
            found.append(_title(layer))
        for operation in getattr(layer, "operations", ()):
            known = type(operation).__name__ in _RIGHT_OPERATIONS
            is_layer = isinstance(operation, keras.layers.Layer)
            if not is_layer and not (known and _family(operation) == "keras"):
                found.append(_title(operation))
    return found


def measured(
    network: keras.Model, image_shape: Sequence[int | None]
) -> str | None:
    """Says what is wrong with the second derivative, by measuring it once.

    Args:
        network: The discriminator, built.
        image_shape: The shape of one image.

    Returns:
        As `measured_fault`; from memory for a network of the same structure.
    """
    key = _structure(network, tuple(image_shape))
    if key is None:
        return measured_fault(network, image_shape)
    if key not in _measured:
        _measured[key] = measured_fault(network, image_shape)
    return _measured[key]


def _is_right(layer: Any) -> bool:
    family = _family(layer)
    if family == "keras_gan":
        return True
    if family != "keras":
        return False
    if isinstance(layer, keras.Model):
        return True  # Sequential or functional: its layers say.
    activation = getattr(layer, "activation", None)
    plain = activation is None or _family(activation) in ("keras", "keras_gan")
    return plain and type(layer).__name__ in _RIGHT


def _family(thing: Any) -> str:
    module = getattr(thing, "__module__", None) or type(thing).__module__
    return str(module).split(".")[0]


def _title(part: Any) -> str:
    return f"{part.name} ({type(part).__name__})"


def _structure(
    network: keras.Model, image_shape: tuple[int | None, ...]
) -> Hashable | None:
    """What networks of equal structure share; `None` where that is unknown."""
    layers = list(backend.flat_layers(network))
    parts = [p for each in layers for p in getattr(each, "operations", ())]
    names = {part.name: str(i) for i, part in enumerate([*layers, *parts])}

    def unnamed(config: Any) -> Any:
        if isinstance(config, dict):
            return {key: unnamed(value) for key, value in config.items()}
        if isinstance(config, (list, tuple)):
            return [unnamed(each) for each in config]
        return names.get(config, config) if isinstance(config, str) else config

    try:
        config = json.dumps(unnamed(network.get_config()), sort_keys=True)
    except (TypeError, ValueError, NotImplementedError):
        return None
    # Classes and functions themselves: a notebook makes others of one name.
    code = [
        (type(part), getattr(part, "function", None))
        for part in [*layers, *parts]
    ]
    activations = [getattr(layer, "activation", None) for layer in layers]
    held = [a for a in activations if not isinstance(a, keras.layers.Layer)]
    return image_shape, config, tuple(code), tuple(held)
