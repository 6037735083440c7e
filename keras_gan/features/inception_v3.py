"""The features of the published FID: Inception-v3, with a file the user has."""

import random
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan._arrays import Array
from keras_gan._checks import choice, file_path
from keras_gan._typing import Tensor
from keras_gan.features import torch_file
from keras_gan.features.extractor import Extractor, weights_digest
from keras_gan.features.resize import (
    Matrix,
    bicubic,
    bilinear,
    bilinear_tensorflow1,
    resize,
)

__all__ = ["InceptionExtractor", "inception"]

# Resizing, and what is subtracted from and divided into 0..255.
_PROTOCOLS: dict[str, tuple[Matrix, float, float]] = {
    "pytorch-fid": (bilinear, 127.5, 127.5),
    "clean-fid": (bicubic, 128.0, 128.0),
    "tensorflow": (bilinear_tensorflow1, 128.0, 128.0),
}


def inception(
    weights: str | Path,
    *,
    protocol: str = "pytorch-fid",
    batch_size: int = 32,
) -> "InceptionExtractor":
    """Returns the extractor of Inception-v3, as in published FIDs.

    The weights are not shipped (95 MB). The FID network is the one of
    December 2015 with its peculiar pooling; `pt_inception-2015-12-05-
    6726825d.pth` of pytorch-fid and `weights-inception-2015-12-05-
    6726825d.pth` of torch-fidelity hold it.

    Args:
        weights: Path of such a `.pth` file; or `"imagenet"` or the path of an
            `.h5` file for the other, `keras.applications.InceptionV3`. Its
            numbers are not FIDs that can be compared with papers, and the
            extractor's name says so.
        protocol: Resizing to 299x299 and scaling. `"pytorch-fid"`: bilinear,
            to [-1, 1]. `"clean-fid"`: Pillow's bicubic. `"tensorflow"`: the
            original, shifted bilinear resize, also torch-fidelity's.
        batch_size: Images in a batch; one takes some 30 MB.

    Returns:
        An extractor of uint8 images of any size; grey becomes RGB.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file does not hold this network, or there is no
            such protocol.

    Example:
        >>> extractor = inception("pt_inception-2015-12-05-6726825d.pth")

    Reference: Heusel et al., 2017, arXiv 1706.08500; Parmar et al., 2022,
    arXiv 2104.11222, on resizing.
    """
    return InceptionExtractor(weights, protocol=protocol, batch_size=batch_size)


@keras.saving.register_keras_serializable("keras_gan")
class InceptionExtractor(Extractor):
    """Inception-v3 with the user's weights; see `inception`."""

    def __init__(
        self,
        weights: str | Path,
        *,
        protocol: str = "pytorch-fid",
        batch_size: int = 32,
    ) -> None:
        super().__init__(batch_size=batch_size)
        protocol = choice("protocol", protocol, tuple(_PROTOCOLS))
        weights = str(file_path("weights", weights))
        if weights != "imagenet" and not Path(weights).is_file():
            raise FileNotFoundError(
                "`weights` must be a file: pytorch-fid's "
                "pt_inception-2015-12-05-6726825d.pth for comparable FIDs. "
                f"Received: weights={weights!r}"
            )
        self.weights = weights
        self.protocol = protocol

    @cached_property
    def name(self) -> str:
        """For example `inception-2015-12-05@0a1b2c3d/pool/pytorch-fid`."""
        kind = "inception-2015-12-05" if self._published else "inception-keras"
        digest = weights_digest(self.network.get_weights())
        return f"{kind}@{digest}/pool/{self.protocol}"

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "weights": self.weights,
            "protocol": self.protocol,
        }

    @property
    def _published(self) -> bool:
        return Path(self.weights).suffix in (".pth", ".pt")

    def _build(self) -> keras.Model:
        if self._published:
            return _Network(torch_file.read(self.weights)).model()
        return _keras_application(self.weights)

    def _prepare(self, pixels: Array) -> Array:
        matrix, centre, scale = _PROTOCOLS[self.protocol]
        floats = resize(pixels.astype(np.float32), 299, matrix)
        floats = (floats.clip(0.0, 255.0) - centre) / scale
        return np.broadcast_to(floats, (*floats.shape[:3], 3))

    def _scaled(self, pixels: Tensor) -> Tensor:
        _, centre, scale = _PROTOCOLS[self.protocol]
        return (pixels - centre) / scale


def _keras_application(weights: str) -> keras.Model:
    # Its initial weights, soon overwritten, are seeded from Python's random
    # state, and its layers follow the global policy.
    state, policy = random.getstate(), keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        return keras.applications.InceptionV3(
            include_top=False,
            weights=weights,
            input_shape=(299, 299, 3),
            pooling="avg",
        )
    finally:
        keras.config.set_dtype_policy(policy)
        random.setstate(state)


class _Network:
    """The network of December 2015; layer names are those of the file."""

    def __init__(self, tensors: dict[str, Array]) -> None:
        self.tensors = tensors
        self.layers: list[tuple[keras.layers.Layer, list[str]]] = []

    def model(self) -> keras.Model:
        inputs = keras.Input((299, 299, 3), dtype="float32", name="image")
        x = self._conv(inputs, "Conv2d_1a_3x3", 32, 3, 2, "valid")
        x = self._conv(x, "Conv2d_2a_3x3", 32, 3, 1, "valid")
        x = self._pool(self._conv(x, "Conv2d_2b_3x3", 64, 3))
        x = self._conv(x, "Conv2d_3b_1x1", 80, 1, 1, "valid")
        x = self._pool(self._conv(x, "Conv2d_4a_3x3", 192, 3, 1, "valid"))
        for name, filters in (("5b", 32), ("5c", 64), ("5d", 64)):
            x = self._mixed_5(x, f"Mixed_{name}.", filters)
        x = self._mixed_6a(x, "Mixed_6a.")
        widths = (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192))
        for name, filters in widths:
            x = self._mixed_6(x, f"Mixed_{name}.", filters)
        x = self._mixed_7a(x, "Mixed_7a.")
        x = self._mixed_7(x, "Mixed_7b.", _average)
        # The published network pools by maximum here, so FIDs do as well.
        x = self._mixed_7(x, "Mixed_7c.", _maximum)
        x = keras.layers.GlobalAveragePooling2D(
            "channels_last", dtype="float32", name="pool"
        )(x)
        model = keras.Model(inputs, x, name="inception_2015_12_05")
        self._load()
        model.trainable = False
        return model

    def _mixed_5(self, x: Any, prefix: str, pool_filters: int) -> Any:
        near = self._chain(x, prefix, ("branch5x5_", (48, 1), (64, 5)))
        far = self._chain(
            x, prefix, ("branch3x3dbl_", (64, 1), (96, 3), (96, 3))
        )
        return _concatenate(
            self._conv(x, f"{prefix}branch1x1", 64, 1),
            near,
            far,
            self._conv(_average(x), f"{prefix}branch_pool", pool_filters, 1),
        )

    def _mixed_6a(self, x: Any, prefix: str) -> Any:
        far = self._chain(x, prefix, ("branch3x3dbl_", (64, 1), (96, 3)))
        return _concatenate(
            self._conv(x, f"{prefix}branch3x3", 384, 3, 2, "valid"),
            self._conv(far, f"{prefix}branch3x3dbl_3", 96, 3, 2, "valid"),
            self._pool(x),
        )

    def _mixed_6(self, x: Any, prefix: str, width: int) -> Any:
        row, column = (1, 7), (7, 1)
        near = self._chain(
            x, prefix, ("branch7x7_", (width, 1), (width, row), (192, column))
        )
        far = self._chain(
            x,
            prefix,
            (
                "branch7x7dbl_",
                (width, 1),
                (width, column),
                (width, row),
                (width, column),
                (192, row),
            ),
        )
        return _concatenate(
            self._conv(x, f"{prefix}branch1x1", 192, 1),
            near,
            far,
            self._conv(_average(x), f"{prefix}branch_pool", 192, 1),
        )

    def _mixed_7a(self, x: Any, prefix: str) -> Any:
        near = self._conv(x, f"{prefix}branch3x3_1", 192, 1)
        far = self._chain(
            x, prefix, ("branch7x7x3_", (192, 1), (192, (1, 7)), (192, (7, 1)))
        )
        return _concatenate(
            self._conv(near, f"{prefix}branch3x3_2", 320, 3, 2, "valid"),
            self._conv(far, f"{prefix}branch7x7x3_4", 192, 3, 2, "valid"),
            self._pool(x),
        )

    def _mixed_7(self, x: Any, prefix: str, pool: Any) -> Any:
        near = self._conv(x, f"{prefix}branch3x3_1", 384, 1)
        far = self._chain(x, prefix, ("branch3x3dbl_", (448, 1), (384, 3)))
        return _concatenate(
            self._conv(x, f"{prefix}branch1x1", 320, 1),
            self._conv(near, f"{prefix}branch3x3_2a", 384, (1, 3)),
            self._conv(near, f"{prefix}branch3x3_2b", 384, (3, 1)),
            self._conv(far, f"{prefix}branch3x3dbl_3a", 384, (1, 3)),
            self._conv(far, f"{prefix}branch3x3dbl_3b", 384, (3, 1)),
            self._conv(pool(x), f"{prefix}branch_pool", 192, 1),
        )

    def _chain(self, x: Any, prefix: str, steps: tuple[Any, ...]) -> Any:
        branch, *convolutions = steps
        for i, (filters, kernel_size) in enumerate(convolutions, 1):
            x = self._conv(x, f"{prefix}{branch}{i}", filters, kernel_size)
        return x

    def _conv(
        self,
        x: Any,
        key: str,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int = 1,
        padding: str = "same",
    ) -> Any:
        """Adds a convolution, batch normalisation and ReLU."""
        convolution = keras.layers.Conv2D(
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            use_bias=False,
            data_format="channels_last",
            kernel_initializer="zeros",
            dtype="float32",
            name=f"{key}_conv".replace(".", "_"),
        )
        norm = keras.layers.BatchNormalization(
            epsilon=1e-3,
            scale=True,
            dtype="float32",
            name=f"{key}_bn".replace(".", "_"),
        )
        self.layers.append((convolution, [f"{key}.conv.weight"]))
        names = ("weight", "bias", "running_mean", "running_var")
        self.layers.append((norm, [f"{key}.bn.{name}" for name in names]))
        return keras.layers.ReLU(dtype="float32")(norm(convolution(x)))

    def _pool(self, x: Any) -> Any:
        return keras.layers.MaxPooling2D(
            3, 2, data_format="channels_last", dtype="float32"
        )(x)

    def _load(self) -> None:
        missing = {
            key for _, keys in self.layers for key in keys
        } - self.tensors.keys()
        if missing:
            raise ValueError(
                "`weights` must hold the FID Inception network; the file "
                f"lacks {len(missing)} of its tensors. Received: a file "
                f"without {sorted(missing)[0]!r}"
            )
        for layer, keys in self.layers:
            arrays = [self.tensors[key] for key in keys]
            if arrays[0].ndim == 4:
                arrays = [arrays[0].transpose(2, 3, 1, 0)]
            layer.set_weights(arrays)


def _concatenate(*branches: Any) -> Any:
    return keras.layers.Concatenate(dtype="float32")(branches)


def _average(x: Any) -> Any:
    # "same" pooling averages over the pixels that exist, as TensorFlow did.
    return keras.layers.AveragePooling2D(
        3, 1, "same", data_format="channels_last", dtype="float32"
    )(x)


def _maximum(x: Any) -> Any:
    return keras.layers.MaxPooling2D(
        3, 1, "same", data_format="channels_last", dtype="float32"
    )(x)
