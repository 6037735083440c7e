"""Feature extractors: from images to features, batch by batch."""

import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple, Self

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._arrays import Array, images
from keras_gan._checks import (
    function,
    instance_of,
    received,
    shown,
    text,
    whole_number,
)
from keras_gan._typing import Tensor

__all__ = ["Extracted", "Extractor", "ModelExtractor", "from_model"]

Progress = Callable[[int, int], None]
"""Called with the numbers of images done and in total."""

_LARGEST_BATCH = 2**14


class Extracted(NamedTuple):
    """The features and class probabilities of n images.

    Attributes:
        features: float32, (n, d).
        probabilities: Class probabilities, float32 (n, classes), or None
            where the network is no classifier of the data at hand.
    """

    features: Array
    probabilities: Array | None


class Extractor:
    """Base of all feature extractors: a frozen network and its input format.

    A subclass has a `name`. `_build` makes its network, and `_prepare` turns
    uint8 images into the network's input. Extraction does not change the random
    state of training, so it may run inside `fit`.

    Args:
        batch_size: Images in a batch, up to 16,384. The last batch is padded,
            so that one compiled function is enough. The memory needed does not
            grow with the number of images.

    Raises:
        ValueError: If `batch_size` is out of range.
    """

    takes_vectors = False
    """Whether it takes floats (n, d) in place of images."""

    def __init__(self, *, batch_size: int = 256) -> None:
        self.batch_size = whole_number(
            "batch_size", batch_size, 1, _LARGEST_BATCH
        )

    @property
    def name(self) -> str:
        """The network, the version of its weights, and the layer."""
        raise NotImplementedError

    @property
    def dim(self) -> int:
        """Number of features of one image."""
        return int(self.network.outputs[0].shape[-1])

    @property
    def num_classes(self) -> int | None:
        """Number of classes it gives probabilities for, or None."""
        outputs = self.network.outputs
        return int(outputs[1].shape[-1]) if len(outputs) > 1 else None

    @cached_property
    def network(self) -> keras.Model:
        """The frozen network: features, and probabilities if it has any."""
        return self._build()

    def load(self) -> None:
        """Makes the network now, so that an error comes now."""
        self.network  # noqa: B018

    def checked(self, name: str, data: Any) -> Array:
        """Returns data if the extractor takes them.

        Args:
            name: The argument, for the message.
            data: What was given.

        Raises:
            ValueError: If they are no uint8 images, (n, H, W, 1) or
                (n, H, W, 3).
        """
        return images(name, data)

    def __call__(
        self, pixels: Array, *, progress: Progress | None = None
    ) -> Array:
        """Returns the features of some images.

        Args:
            pixels: uint8 images, (n, H, W, 1) or (n, H, W, 3), of any size.
            progress: Called after each batch with images done and in total.

        Returns:
            float32 features, (n, d).

        Raises:
            ValueError: If they are not such images.
        """
        return self.extract(pixels, progress=progress).features

    def extract(
        self, pixels: Array, *, progress: Progress | None = None
    ) -> Extracted:
        """Returns features and class probabilities, from one pass.

        Args:
            pixels: uint8 images, (n, H, W, 1) or (n, H, W, 3), of any size.
            progress: Called after each batch with images done and in total.

        Returns:
            The features, and the probabilities of a classifier.

        Raises:
            ValueError: If they are not such images.
        """
        pixels = self.checked("images", pixels)
        if progress is not None:
            function("progress", progress, "images done, images in total")
        total = len(pixels)
        widths = [int(output.shape[-1]) for output in self.network.outputs]
        results = [np.empty((total, width), np.float32) for width in widths]
        for start, outputs in self._batches(pixels):
            for result, output in zip(results, outputs, strict=True):
                part = result[start : start + self.batch_size]
                part[:] = output[: len(part)]
            if progress is not None:
                progress(min(start + self.batch_size, total), total)
        return Extracted(results[0], results[1] if results[1:] else None)

    def differentiable(self, pixels: Tensor) -> Tensor:
        """Returns features through which a loss can be differentiated.

        They are those of `extract`, but for the resizing, which is bilinear
        here whatever the extractor's own is.

        Args:
            pixels: Float32 values from 0 to 255, a tensor (n, H, W, 1) or
                (n, H, W, 3).

        Returns:
            Features, (n, d).
        """
        height, width, channels = self.network.inputs[0].shape[1:]
        size = height or pixels.shape[1], width or pixels.shape[2]
        if tuple(pixels.shape[1:3]) != size:
            pixels = ops.image.resize(
                pixels,
                size,
                interpolation="bilinear",
                antialias=True,
                data_format="channels_last",
            )
        if channels == 1 and pixels.shape[-1] == 3:
            luma = ops.convert_to_tensor([[0.299], [0.587], [0.114]], "float32")
            pixels = ops.matmul(pixels, luma)
        elif channels == 3 and pixels.shape[-1] == 1:
            pixels = ops.repeat(pixels, 3, axis=-1)
        outputs = self.network(self._scaled(pixels), training=False)
        return outputs[0] if isinstance(outputs, list | tuple) else outputs

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {"batch_size": self.batch_size}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the extractor that a configuration describes."""
        return cls(**config)

    def _build(self) -> keras.Model:
        raise NotImplementedError

    def _prepare(self, pixels: Array) -> Array:
        raise NotImplementedError

    def _scaled(self, pixels: Tensor) -> Tensor:
        """Brings tensors of pixels to the values that the network takes."""
        return pixels

    def _batches(self, pixels: Array) -> Iterator[tuple[int, list[Array]]]:
        for start in range(0, len(pixels), self.batch_size):
            batch = pixels[start : start + self.batch_size]
            missing = self.batch_size - len(batch)
            batch = np.pad(batch, [(0, missing), (0, 0), (0, 0), (0, 0)])
            # `predict` would start a data loader, which draws from torch's
            # random state.
            outputs = backend.predict_on_batch(
                self.network, self._prepare(batch)
            )
            several = isinstance(outputs, list | tuple)
            yield start, list(outputs) if several else [outputs]


class NoExtractor(Extractor):
    """Takes images and looks at none: for metrics of the images themselves."""

    name = "none"
    num_classes = None


class ModelExtractor(Extractor):
    """The features of any Keras model; see `from_model`."""

    def __init__(
        self,
        model: keras.Model,
        *,
        preprocess: Callable[[Array], Array] | None = None,
        name: str | None = None,
        batch_size: int = 256,
    ) -> None:
        super().__init__(batch_size=batch_size)
        self.model = _with_features(model)
        if preprocess is not None:
            function("preprocess", preprocess, "a uint8 batch")
        self.preprocess = preprocess
        self._label: str = model.name if name is None else text("name", name)

    @cached_property
    def name(self) -> str:
        """The given name, and a digest of the weights."""
        return f"{self._label}@{weights_digest(self.model.get_weights())}"

    def get_config(self) -> dict[str, Any]:
        """Raises an error, because a configuration holds no weights.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            "An extractor made of your own model can't be saved in a "
            "configuration, which holds no weights. Save the model, and make "
            f"the extractor again where it is loaded. Received: {self.name}"
        )

    def _build(self) -> keras.Model:
        return self.model

    def _prepare(self, pixels: Array) -> Array:
        if self.preprocess is None:
            return pixels.astype(np.float32)
        return self.preprocess(pixels)

    def _scaled(self, pixels: Tensor) -> Tensor:
        if self.preprocess is not None:
            raise ValueError(
                "Nothing can be differentiated through `preprocess`, a "
                "function of arrays. Let the model's first layer do it, such "
                "as keras.layers.Rescaling. Received: an extractor with "
                f"preprocess={shown(self.preprocess)}"
            )
        return pixels


def from_model(
    model: keras.Model,
    *,
    layer: str | None = None,
    preprocess: Callable[[Array], Array] | None = None,
    name: str | None = None,
    batch_size: int = 256,
) -> ModelExtractor:
    """Makes an extractor of any Keras model, or of one of its layers.

    Args:
        model: A functional or Sequential model of images. With `layer=None`
            its first output is the features, (n, d), and a second one, if it
            has any, class probabilities.
        layer: Name of the layer whose output, (n, d), is the features; the
            model's own output is then taken as probabilities if it is (n, c).
        preprocess: From a uint8 batch (n, H, W, C) to the model's input.
            Default: only float32, still 0..255.
        name: How results call it; default the model's name. A digest of the
            weights is added.
        batch_size: Images in a batch.

    Returns:
        The extractor.

    Raises:
        TypeError: If it is no Keras model.
        ValueError: If there is no such layer, its output is not (n, d), or
            another argument is out of range.

    Example:
        >>> extractor = from_model(my_classifier, layer="penultimate")
        >>> extractor(images).shape
        (10000, 128)
    """
    _require_outputs(model)
    if layer is not None:
        _require_layer(model, layer)
        outputs = [model.get_layer(layer).output, model.outputs[0]]
        model = keras.Model(
            model.inputs[0], outputs, name=f"{model.name}.{layer}"
        )
    return ModelExtractor(
        model, preprocess=preprocess, name=name, batch_size=batch_size
    )


def _with_features(model: Any) -> keras.Model:
    """Returns the model, unless its outputs are no features."""
    shapes = [tuple(each.shape) for each in _require_outputs(model)]
    if any(len(shape) != 2 or shape[1] is None for shape in shapes):
        raise ValueError(
            "Features must have shape (n, d); end the `model` in a pooling or "
            f"flatten layer. Received: outputs of shape {shapes}"
        )
    found: keras.Model = model
    return found


def _require_outputs(model: Any) -> list[Any]:
    words = "a functional or Sequential Keras model that is built"
    instance_of("model", model, keras.Model, words)
    try:
        outputs: list[Any] = list(model.outputs)
    except (AttributeError, ValueError, TypeError) as error:
        # Subclassed, or not built yet.
        raise ValueError(
            f"`model` must be {words}. {received('model', model)}"
        ) from error
    return outputs


def _require_layer(model: keras.Model, name: Any) -> None:
    names = [layer.name for layer in model.layers]
    if not isinstance(name, str) or name not in names:
        raise ValueError(
            f"`layer` must be the name of one of the model's layers, {names}. "
            f"{received('layer', name)}"
        )


def weights_digest(weights: list[Array]) -> str:
    """Returns eight digits that differ if any weight does."""
    digest = hashlib.sha256()
    for array in weights:
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:8]
