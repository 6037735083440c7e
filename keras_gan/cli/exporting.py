"""What another program needs of a trained model: names, packages, facts."""

import importlib.util
from pathlib import Path
from typing import Any

import keras

from keras_gan._version import __version__
from keras_gan.cli.errors import UsageError
from keras_gan.cli.loading import Trained
from keras_gan.models import GAN

__all__ = ["facts", "named_network", "require_packages"]

_PACKAGES: dict[tuple[str, str], tuple[str, ...]] = {
    ("onnx", "tensorflow"): ("tf2onnx",),
    ("onnx", "jax"): ("tf2onnx", "tensorflow"),
    ("onnx", "torch"): ("onnx", "onnxscript"),
    ("litert", "torch"): ("litert_torch",),
    ("openvino", "tensorflow"): ("openvino",),
    ("openvino", "jax"): ("openvino", "tensorflow"),
    ("openvino", "torch"): ("openvino",),
    ("tf_saved_model", "jax"): ("tensorflow",),
    ("tf_saved_model", "torch"): ("tensorflow",),
}
"""What Keras needs for a format on a backend, beside the backend."""

_INPUTS = ("latents", "labels")
_OUTPUT = "images"


def require_packages(form: str) -> None:
    """Raises an error if a package is missing that a format needs.

    Args:
        form: The format.

    Raises:
        UsageError: With the command that installs what is missing.
    """
    backend = keras.backend.backend()
    needed = _PACKAGES.get((form, backend), ())
    missing = [
        name.replace("_", "-")
        for name in needed
        if importlib.util.find_spec(name) is None
    ]
    if missing:
        are = "packages that are" if len(missing) > 1 else "a package that is"
        raise UsageError(
            f"--format {form} on the {backend} backend needs {are} not "
            f"installed: pip install {' '.join(missing)}"
        )


def named_network(gan: GAN, form: str) -> keras.Model:
    """Returns a GAN's generator with names that tell what goes in and out.

    Args:
        gan: The GAN.
        form: The format.

    Returns:
        The generator, averaged if it is, from `latents` (and `labels`) to
        `images`; as it is where it does not tell its inputs.
    """
    network: keras.Model = gan.ema_generator or gan.generator
    try:
        tensors = list(network.inputs)
    except (AttributeError, ValueError, TypeError):
        return network  # Subclassed.
    if len(tensors) > len(_INPUTS):
        return network
    inputs = [
        keras.Input(tuple(each.shape)[1:], dtype=each.dtype, name=name)
        for each, name in zip(tensors, _INPUTS, strict=False)
    ]
    given = inputs if len(inputs) > 1 else inputs[0]
    images = network(given, training=False)
    # Those who read a SavedModel know its only output by its place.
    outputs = images if form == "tf_saved_model" else {_OUTPUT: images}
    named = keras.Model(given, outputs, name="generator")
    # Keras exports only what was called.
    named(given)
    return named


def facts(trained: Trained, form: str, target: Path) -> dict[str, Any]:
    """Returns what a program must know that uses an exported model.

    Args:
        trained: The model and its run.
        form: The format.
        target: The file or folder of the model.
    """
    gan, config = trained.gan, trained.config
    recipe = trained.recipe
    found: dict[str, Any] = {
        "model": target.name,
        "format": form,
        "recipe": None if recipe is None else recipe.name,
        "value_range": None,
        "image_size": None,
        "channels": None,
        "classes": None,
        "keras_gan": __version__,
        "keras": keras.version(),
    }
    shape = gan.image_shape if isinstance(gan, GAN) else None
    if config is not None:
        shape = config["image_shape"]
    if shape is not None and len(shape) == 3:
        found["image_size"] = list(shape[:2])
        found["channels"] = shape[2]
        found["value_range"] = list(trained.value_range)
    if trained.num_classes is not None:
        names = config and config["data"]["class_names"]
        found["classes"] = names or list(range(trained.num_classes))
    if isinstance(gan, GAN):
        found["inputs"] = _described(named_network(gan, form))
    return found


def _described(network: keras.Model) -> dict[str, Any]:
    """Returns shape and type of each input; None is any number."""
    try:
        inputs = list(network.inputs)
    except (AttributeError, ValueError, TypeError):
        return {}
    return {
        each.name: {"shape": list(each.shape), "dtype": str(each.dtype)}
        for each in inputs
    }
