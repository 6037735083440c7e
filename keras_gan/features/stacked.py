"""Features of stacked MNIST: the classifier of MNIST, plane by plane."""

from functools import cached_property
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan._arrays import Array
from keras_gan.features.classifiers import ClassifierExtractor
from keras_gan.features.extractor import Extractor
from keras_gan.features.resize import bilinear, resize

__all__ = ["StackedClassifierExtractor", "stacked_classifier"]


def stacked_classifier(
    *, batch_size: int = 256
) -> "StackedClassifierExtractor":
    """Returns the extractor of `stacked_mnist`: three digits in one image.

    The shipped classifier of MNIST, `classifier("mnist")`, looks at the red,
    the green and the blue plane by itself. It is right for 99.1 % of MNIST's
    test images, and for 97.2 % of 26,000 triples of them. There are 3 * 64
    features, and 1,000 classes: 100 * red + 10 * green + blue, each as
    probable as its three digits together.

    Args:
        batch_size: Images in a batch.

    Returns:
        An extractor of uint8 images (n, H, W, 3) of any size: other sizes
        become 28x28 by antialiased bilinear resizing.

    Raises:
        ValueError: If `batch_size` is out of range.

    Example:
        >>> stacked_classifier().num_classes
        1000
    """
    return StackedClassifierExtractor(batch_size=batch_size)


@keras.saving.register_keras_serializable("keras_gan")
class StackedClassifierExtractor(Extractor):
    """MNIST's classifier, plane by plane; see `stacked_classifier`."""

    @cached_property
    def name(self) -> str:
        """For example `stacked mnist-classifier@0a1b2c3d/embedding`."""
        return f"stacked {self._plane.name}"

    @property
    def num_classes(self) -> int:
        """1,000: all triples of digits."""
        return 1000

    def checked(self, name: str, data: Any) -> Array:
        """Returns data if they are uint8 images of three planes.

        Args:
            name: The argument, for the message.
            data: What was given.

        Raises:
            ValueError: If they are something else.
        """
        pixels = super().checked(name, data)
        if pixels.shape[-1] != 3:
            raise ValueError(
                f"`{name}` must have three planes with a digit in each, shape "
                f"(n, height, width, 3). Received: {name}.shape={pixels.shape}"
            )
        return pixels

    @cached_property
    def _plane(self) -> ClassifierExtractor:
        return ClassifierExtractor("mnist", batch_size=self.batch_size)

    def _build(self) -> keras.Model:
        plane = self._plane.network
        inputs = keras.Input((28, 28, 3), dtype="float32", name="image")
        parts = [plane(inputs[..., i : i + 1]) for i in range(3)]
        features = ops.concatenate([part[0] for part in parts], axis=-1)
        red, green, blue = (part[1] for part in parts)
        pairs = red[:, :, None] * green[:, None, :]
        triples = pairs[:, :, :, None] * blue[:, None, None, :]
        probabilities = ops.reshape(triples, (-1, self.num_classes))
        return keras.Model(inputs, [features, probabilities], name="stacked")

    def _prepare(self, pixels: Array) -> Array:
        return resize(pixels.astype(np.float32), 28, _antialiased)


def _antialiased(source: int, target: int) -> Array:
    return bilinear(source, target, antialias=True)
