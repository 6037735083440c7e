"""The layers of our networks, and what is compared of each on all backends.

Each case is a layer with fixed weights on fixed inputs, behind a matrix over
the channels, so that a layer without weights has a second derivative, too:
`score = sum(c * (y + y^2 / 2))` with `y = layer(x @ k)`, and `penalty =
sum((d score / d x)^2)`.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend, layers

IMAGES = (3, 5, 4, 2)
VECTORS = (4, 6)


@dataclass(frozen=True)
class Case:
    make: Callable[[], keras.layers.Layer]
    shape: tuple[int, ...] = IMAGES
    labels: str | None = None
    """`"index"` or `"vector"`, where the layer takes labels beside.

    `"image"` where it takes a smaller image.
    """
    training: bool | None = None
    second: bool = True
    """Whether the second derivative is claimed to be right everywhere."""


def convolutions():
    kinds = (("conv", keras.layers.Conv2D),)
    kinds += (("transposed", keras.layers.Conv2DTranspose),)
    for name, kind in kinds:
        for size in (1, 2, 3, 4, 5):
            for strides in (1, 2):
                for padding in ("same", "valid"):
                    yield (
                        f"{name}-{size}-{strides}-{padding}",
                        Case(
                            lambda kind=kind, size=size, strides=strides, padding=padding: (  # noqa: E501
                                kind(2, size, strides=strides, padding=padding)
                            ),
                            (2, 6, 5, 2),
                        ),
                    )


def spectral(layer):
    return layers.SpectralNormalization(layer)


class Styled(keras.layers.Layer):
    """Images of vectors, as a style generator makes them."""

    def __init__(self, up_sampling=False, demodulate=True):
        super().__init__()
        self.constant = layers.ConstantInput(3, 2, 3)
        self.affine = layers.EqualizedDense(3, bias_initializer="ones")
        self.convolution = layers.ModulatedConv2D(
            2, 3, up_sampling=up_sampling, demodulate=demodulate
        )

    def build(self, shape):
        self.constant.build(shape)
        self.affine.build(shape)
        self.convolution.build([(shape[0], 3, 2, 3), (shape[0], 3)])

    def call(self, styles):
        factors = self.affine(styles)
        return self.convolution([self.constant(styles), factors])


CASES: dict[str, Case] = {
    **dict(convolutions()),
    "dense": Case(lambda: keras.layers.Dense(3), VECTORS),
    "dense-tanh": Case(lambda: keras.layers.Dense(3, activation="tanh")),
    "flatten": Case(keras.layers.Flatten),
    "reshape": Case(lambda: keras.layers.Reshape((4, 10))),
    "cropping": Case(lambda: keras.layers.Cropping2D(((1, 2), (0, 1)))),
    "average-pooling": Case(lambda: keras.layers.AveragePooling2D(2)),
    "global-average": Case(keras.layers.GlobalAveragePooling2D),
    "rescaling": Case(lambda: keras.layers.Rescaling(12.0)),
    "dropout-off": Case(lambda: keras.layers.Dropout(0.4), training=False),
    "nearest": Case(keras.layers.UpSampling2D),
    # TensorFlow drops the second derivative of its bilinear resize.
    "bilinear": Case(
        lambda: keras.layers.UpSampling2D(interpolation="bilinear"),
        second=False,
    ),
    "bilinear-up": Case(layers.BilinearUpSampling2D),
    "bilinear-down": Case(layers.BilinearDownSampling2D),
    "basis-expansion": Case(lambda: layers.BasisExpansion(4, 3), VECTORS),
    "basis-reduction": Case(layers.BasisReduction),
    "grouped": Case(
        lambda: layers.GroupedConv2D(6, 3, groups=2, padding="same"),
        (2, 6, 5, 4),
    ),
    "equalized-dense": Case(
        lambda: layers.EqualizedDense(3, learning_rate_multiplier=0.1), VECTORS
    ),
    **{
        f"equalized-conv-{size}-{name}": Case(
            lambda size=size, down=down: layers.EqualizedConv2D(
                3, size, down_sampling=down
            )
        )
        for size in (1, 3)
        for name, down in (("same", False), ("down", True))
    },
    **{
        f"modulated-{size}-{name}": Case(
            lambda size=size, settings=settings: layers.ModulatedConv2D(
                2, size, **settings
            ),
            (2, 4, 3, 3),
            "vector",
        )
        for size in (1, 3)
        for name, settings in (
            ("same", {}),
            ("up", {"up_sampling": True}),
            ("plain", {"demodulate": False}),
        )
    },
    "modulated-by-style": Case(Styled, VECTORS),
    "modulated-up-by-style": Case(lambda: Styled(up_sampling=True), VECTORS),
    "modulated-plain-by-style": Case(lambda: Styled(demodulate=False), VECTORS),
    # It does not depend on its input, so there is nothing to penalise.
    "constant-input": Case(
        lambda: layers.ConstantInput(3, 2, 2), VECTORS, second=False
    ),
    "noise-kept": Case(layers.NoiseInjection, training=False),
    "scaled-leaky-relu": Case(layers.ScaledLeakyReLU),
    "unit-norm": Case(keras.layers.UnitNormalization, VECTORS),
    "repeat": Case(lambda: keras.layers.RepeatVector(3), VECTORS),
    **{
        f"reflection-{border}": Case(
            lambda border=border: layers.ReflectionPadding2D(border)
        )
        for border in (1, 3)
    },
    "sub-pixel": Case(layers.SubPixelUpSampling2D, (2, 3, 2, 8)),
    "crop-like": Case(layers.CropLike, labels="image"),
    "relu": Case(keras.layers.ReLU),
    "leaky-relu": Case(lambda: keras.layers.LeakyReLU(0.2)),
    **{
        f"activation-{name}": Case(
            lambda name=name: keras.layers.Activation(name)
        )
        for name in ("selu", "tanh", "sigmoid", "relu", "elu", "gelu", "silu")
    },
    "batch-inference": Case(keras.layers.BatchNormalization, training=False),
    # TensorFlow's moments hold the mean constant in the second derivative.
    "batch-training": Case(
        keras.layers.BatchNormalization, training=True, second=False
    ),
    "layer-norm": Case(layers.LayerNormalization),
    "layer-norm-image": Case(lambda: layers.LayerNormalization((1, 2, 3))),
    "instance-norm": Case(layers.InstanceNormalization),
    "conditional-inference": Case(
        lambda: layers.ConditionalBatchNormalization(3),
        labels="index",
        training=False,
    ),
    "conditional-training": Case(
        lambda: layers.ConditionalBatchNormalization(3),
        labels="index",
        training=True,
        second=False,
    ),
    "minibatch-std": Case(lambda: layers.MinibatchStdDev(2)),
    "label-planes": Case(layers.LabelPlanes, labels="vector"),
    "concatenate": Case(keras.layers.Concatenate, VECTORS, "vector"),
    "add": Case(keras.layers.Add, (4, 3), "vector"),
    "dot": Case(lambda: keras.layers.Dot(axes=1), (4, 3), "vector"),
    "projection": Case(lambda: layers.Projection(3), VECTORS, "index"),
    "projection-spectral": Case(
        lambda: layers.Projection(3, spectral_normalization=True),
        VECTORS,
        "index",
        training=False,
    ),
    "spectral-dense": Case(
        lambda: spectral(keras.layers.Dense(3)), VECTORS, training=False
    ),
    **{
        f"spectral-conv-{size}-{strides}": Case(
            lambda size=size, strides=strides: spectral(
                keras.layers.Conv2D(2, size, strides=strides, padding="same")
            ),
            training=False,
        )
        for size in (3, 4, 5)
        for strides in (1, 2)
    },
    "spectral-transposed": Case(
        lambda: spectral(
            keras.layers.Conv2DTranspose(2, 5, strides=2, padding="same")
        ),
        training=False,
    ),
}


class Scene:
    """One case, with its numbers drawn."""

    def __init__(self, name: str) -> None:
        self.case = case = CASES[name]
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        channels = case.shape[-1]
        self.x = self.random.normal(size=case.shape)
        self.matrix = keras.Variable(
            np.eye(channels) + 0.3 * self.random.normal(size=2 * (channels,)),
            dtype=keras.config.floatx(),
        )
        self.labels = self._labels()
        self.layer = case.make()
        shapes: Any = case.shape
        if self.labels is not None:
            shapes = [case.shape, tuple(self.labels.shape)]
        self.layer.build(shapes)
        self.layer.set_weights([self._weight(w) for w in self.layer.weights])
        shape = self.outputs(self.tensor(self.x)).shape
        self.weight = self.tensor(self.random.normal(size=tuple(shape)))

    @property
    def variables(self) -> list[Any]:
        return [self.matrix, *self.layer.variables]

    @property
    def trained(self) -> list[Any]:
        return [self.matrix, *self.layer.trainable_variables]

    def tensor(self, array: Any) -> Any:
        return ops.convert_to_tensor(
            np.asarray(array, keras.config.floatx()), keras.config.floatx()
        )

    def outputs(self, x: Any) -> Any:
        inputs = ops.matmul(x, self.matrix)
        if self.labels is not None:
            inputs = [inputs, self.labels]
        if self.case.training is None:
            return self.layer(inputs)
        return self.layer(inputs, training=self.case.training)

    def __call__(self, x: Any) -> Any:
        outputs = self.outputs(x)
        return self.weight * (outputs + 0.5 * outputs * outputs)

    def score(self, x: Any = None) -> Any:
        x = self.tensor(self.x if x is None else x)
        return ops.sum(self(x))

    def penalty(self, x: Any = None) -> Any:
        x = self.tensor(self.x if x is None else x)
        return ops.sum(ops.square(backend.input_gradient(self, x)))

    def gradients(self, objective: Callable[[], Any]) -> list[Any]:
        _, found = backend.value_and_grad(
            lambda: (objective(), ()), self.trained, self.variables
        )
        return [
            np.zeros(variable.shape, keras.config.floatx())
            if each is None
            else ops.convert_to_numpy(each)
            for variable, each in zip(self.trained, found, strict=True)
        ]

    def values(self) -> dict[str, Any]:
        """Everything that is compared, as NumPy arrays by name."""
        moving = [ops.convert_to_numpy(v) for v in self.layer.weights]
        x = self.tensor(self.x)
        found = {"outputs": ops.convert_to_numpy(self.outputs(x))}
        self.layer.set_weights(moving)  # As before, statistics included.
        found["by x"] = ops.convert_to_numpy(backend.input_gradient(self, x))
        for index, each in enumerate(self.gradients(self.score)):
            found[f"by weight {index}"] = each
        if self.case.second:
            for index, each in enumerate(self.gradients(self.penalty)):
                found[f"penalty by weight {index}"] = each
        return found

    def _labels(self) -> Any:
        if self.case.labels is None:
            return None
        if self.case.labels == "image":
            return self.tensor(np.zeros((self.case.shape[0], 3, 2, 1)))
        index = self.random.integers(0, 3, self.case.shape[0])
        if self.case.labels == "index":
            return ops.convert_to_tensor(index, "int32")
        return self.tensor(self.random.normal(size=(len(index), 3)))

    def _weight(self, variable: Any) -> Any:
        drawn = self.random.normal(size=variable.shape)
        # Variances, and the scales beside them, are positive.
        return np.abs(drawn) + 0.5 if "var" in variable.path else drawn
