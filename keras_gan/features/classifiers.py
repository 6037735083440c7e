"""Features for MNIST-like images: small classifiers that are shipped."""

from functools import cached_property
from importlib.resources import files
from typing import Any

import keras
import numpy as np

from keras_gan._arrays import Array
from keras_gan._checks import choice
from keras_gan.features.extractor import Extractor, weights_digest
from keras_gan.features.resize import bilinear, grey, resize

__all__ = ["ClassifierExtractor", "classifier"]

CLASSIFIERS = ("fashion_mnist", "mnist")
"""The classifiers that are shipped, each named after its data set."""


def classifier(
    dataset: str = "fashion_mnist", *, batch_size: int = 256
) -> "ClassifierExtractor":
    """Returns the extractor of a shipped classifier, for small grey images.

    Inception features say little about grey images of 28x28 pixels. A small
    classifier of the same data says more, and also gives class probabilities.
    It has three strided convolutions, 64 features and 10 classes, and was
    trained on the training split. The features are taken before their ReLU,
    which would set a quarter of them to 0.

    Numbers from different extractors can't be compared.

    Args:
        dataset: `"fashion_mnist"` (test accuracy 0.91) or `"mnist"` (0.99).
        batch_size: Images in a batch.

    Returns:
        An extractor of uint8 images of any size: colour becomes luma, other
        sizes become 28x28 by antialiased bilinear resizing.

    Raises:
        ValueError: If there is no classifier of that name.

    Example:
        >>> extractor = classifier("fashion_mnist")
        >>> extractor(np.zeros((2, 28, 28, 1), "uint8")).shape
        (2, 64)
    """
    return ClassifierExtractor(dataset, batch_size=batch_size)


@keras.saving.register_keras_serializable("keras_gan")
class ClassifierExtractor(Extractor):
    """The shipped classifier of one data set; see `classifier`."""

    def __init__(
        self, dataset: str = "fashion_mnist", *, batch_size: int = 256
    ) -> None:
        super().__init__(batch_size=batch_size)
        self.dataset: str = choice(
            "dataset",
            dataset,
            CLASSIFIERS,
            why="; for other data give your own classifier to "
            "`keras_gan.features.from_model`",
        )

    @cached_property
    def name(self) -> str:
        """For example `fashion_mnist-classifier@0a1b2c3d/embedding`."""
        digest = weights_digest(self._weights)
        return f"{self.dataset}-classifier@{digest}/embedding"

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "dataset": self.dataset}

    def _build(self) -> keras.Model:
        model = network(kernel_initializer="zeros")
        model.set_weights([x.astype(np.float32) for x in self._weights])
        return model

    def _prepare(self, pixels: Array) -> Array:
        return prepare(pixels)

    @cached_property
    def _weights(self) -> list[Array]:
        asset = files("keras_gan") / "assets" / asset_name(self.dataset)
        with asset.open("rb") as file, np.load(file) as arrays:
            return [arrays[f"w{i}"] for i in range(len(arrays.files))]


def network(kernel_initializer: Any = "glorot_uniform") -> keras.Model:
    """Makes the classifier, untrained.

    From images (n, 28, 28, 1) in 0..255 to features (n, 64) and
    probabilities (n, 10). Layers are named and typed in full, so that no
    global policy changes them.
    """
    inputs = keras.Input((28, 28, 1), dtype="float32", name="image")
    # Pixels of Fashion-MNIST then have mean 0 and deviation 1.
    x = keras.layers.Rescaling(
        1 / 90, -0.81, dtype="float32", name="standardize"
    )(inputs)
    for i, filters in enumerate((32, 64, 64)):
        x = keras.layers.Conv2D(
            filters,
            3,
            strides=2,
            padding="same",
            activation="relu",
            data_format="channels_last",
            kernel_initializer=kernel_initializer,
            dtype="float32",
            name=f"conv{i}",
        )(x)
    x = keras.layers.Flatten("channels_last", dtype="float32", name="flat")(x)
    features = _dense(64, kernel_initializer, "embedding")(x)
    x = keras.layers.ReLU(dtype="float32", name="relu")(features)
    logits = _dense(10, kernel_initializer, "logits")(x)
    softmax = keras.layers.Softmax(dtype="float32", name="probabilities")
    return keras.Model(inputs, [features, softmax(logits)], name="classifier")


def prepare(pixels: Array) -> Array:
    """Returns uint8 images of any size as float32 (n, 28, 28, 1), 0..255."""
    return resize(grey(pixels.astype(np.float32)), 28, _antialiased)


def asset_name(dataset: str) -> str:
    """Returns the name of a classifier's file in `keras_gan/assets`."""
    return f"classifier_{dataset}.npz"


def _antialiased(source: int, target: int) -> Array:
    return bilinear(source, target, antialias=True)


def _dense(units: int, initializer: Any, name: str) -> keras.layers.Dense:
    return keras.layers.Dense(
        units, kernel_initializer=initializer, dtype="float32", name=name
    )
