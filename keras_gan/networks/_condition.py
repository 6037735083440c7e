"""Where the class of an image enters a pair of networks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import keras

from keras_gan._checks import (
    LARGEST_INT32,
    choice,
    initializer,
    received,
    whole_number,
)
from keras_gan._typing import Tensor
from keras_gan.layers import (
    BasisExpansion,
    BasisReduction,
    BilinearDownSampling2D,
    BilinearUpSampling2D,
    ConditionalBatchNormalization,
    ConstantInput,
    EqualizedConv2D,
    EqualizedDense,
    GroupedConv2D,
    LabelPlanes,
    ModulatedConv2D,
    Projection,
    SpectralNormalization,
)
from keras_gan.networks._seeds import Seeds

__all__ = ["Condition", "model"]

_EMBEDDING_DIM = 50
_KINDS = ("concat", "embedding", "projection", "auxiliary")
_LARGEST = 2**30
"""Weights of one layer: 4 GiB of float32."""


def model(inputs: list[Tensor], outputs: Any, name: str) -> keras.Model:
    """A functional model; a single input is not wrapped in a list."""
    return keras.Model(
        inputs if len(inputs) > 1 else inputs[0], outputs, name=name
    )


@dataclass(frozen=True)
class Condition:
    """The inputs and outputs of both networks, for one kind of conditioning.

    Args:
        num_classes: int, or None for unconditional networks.
        kind: "concat", "embedding", "projection" or "auxiliary".
        kernel_initializer: of all layers with a kernel.
        seeds: stream of the initializers' seeds.
        sizes: the arguments that decide how large the layers become, for the
            message where one becomes too large.
    """

    num_classes: int | None
    kind: str
    kernel_initializer: Any
    seeds: Seeds
    sizes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choice("conditioning", self.kind, _KINDS)
        initializer("kernel_initializer", self.kernel_initializer)
        if self.num_classes is not None:
            count = whole_number(
                "num_classes",
                self.num_classes,
                2,
                LARGEST_INT32,
                why=", or None for networks without labels",
            )
            object.__setattr__(self, "num_classes", count)

    def connect(self, layer: keras.layers.Layer, inputs: Any) -> Any:
        """Calls a layer, unless it would have more weights than memory.

        Raises:
            ValueError: If so, with the arguments that make it as large.
        """
        count = _weights(layer, inputs)
        if count > _LARGEST:
            given = "; ".join(
                received(name, value).removeprefix("Received: ")
                for name, value in self.sizes.items()
            )
            names = ", ".join(f"`{name}`" for name in self.sizes)
            raise ValueError(
                f"{names} together ask for a layer of more than {_LARGEST} "
                f"weights. Received: {given}"
            )
        return layer(inputs)

    @property
    def by_index(self) -> bool:
        """Whether labels are integers rather than one-hot vectors."""
        return self.num_classes is not None and self.kind in (
            "embedding",
            "projection",
        )

    def initializer(self) -> Any:
        """Returns the kernel initializer, seeded for one more layer."""
        return self.seeds.initializer(self.kernel_initializer)

    def generator_inputs(
        self, latent_dim: int
    ) -> tuple[list[Tensor], Tensor | None]:
        """Returns the inputs, and the labels where there are any."""
        latents = keras.Input((latent_dim,), name="latents")
        if self.num_classes is None:
            return [latents], None
        labels = self._labels()
        return [latents, labels], labels

    def with_labels(self, vector: Tensor, labels: Tensor | None) -> Tensor:
        """Joins a vector with the labels, one-hot or embedded."""
        if labels is None:
            return vector
        if self.by_index:
            labels = self.connect(self._embedding(_EMBEDDING_DIM), labels)
        return keras.layers.Concatenate()([vector, labels])

    def discriminator_inputs(
        self, image_shape: Sequence[int]
    ) -> tuple[list[Tensor], Tensor | None]:
        """Returns the inputs, and the labels where it is given them."""
        images = keras.Input(tuple(image_shape), name="images")
        if self.num_classes is None or self.kind == "auxiliary":
            return [images], None
        labels = self._labels()
        return [images, labels], labels

    def with_planes(self, images: Tensor, labels: Tensor | None) -> Tensor:
        """Adds the labels to the images as channels, where they go there."""
        if labels is None or self.kind == "projection":
            return images
        if self.kind == "concat":
            return LabelPlanes()([images, labels])
        size = tuple(images.shape[1:-1])
        plane = self.connect(self._embedding(prod(size)), labels)
        plane = keras.layers.Reshape((*size, 1))(plane)
        return keras.layers.Concatenate()([images, plane])

    def scores(
        self,
        features: Tensor,
        labels: Tensor | None,
        *,
        activation: str | None,
        spectral_normalization: bool = False,
        use_bias: bool = True,
    ) -> Tensor | list[Tensor]:
        """Ends a discriminator: scores, with class logits if auxiliary.

        `use_bias` is about scores without a projection.
        """
        logits = None
        if self.num_classes is not None and self.kind == "projection":
            score = self.connect(
                self._projection(spectral_normalization), [features, labels]
            )
        else:
            score = self.connect(
                self._output(1, "score", spectral_normalization, use_bias),
                features,
            )
        if self.num_classes is not None and self.kind == "auxiliary":
            logits = self.connect(
                self._output(
                    self.num_classes, "class_logits", spectral_normalization
                ),
                features,
            )
        if activation is not None:
            # Of its own, so that a wrapped layer does not hide it.
            score = keras.layers.Activation(activation, dtype="float32")(score)
        return score if logits is None else [score, logits]

    def _labels(self) -> Tensor:
        if self.by_index:
            return keras.Input((), dtype="int32", name="labels")
        return keras.Input((self.num_classes,), name="labels")

    def _embedding(self, dim: int) -> keras.layers.Layer:
        return keras.layers.Embedding(
            self.num_classes,
            dim,
            embeddings_initializer=self.seeds.initializer("uniform"),
        )

    def _projection(self, spectral_normalization: bool) -> keras.layers.Layer:
        return Projection(
            self.num_classes or 0,
            spectral_normalization=spectral_normalization,
            kernel_initializer=self.initializer(),
            embeddings_initializer=self.seeds.initializer("uniform"),
            dtype="float32",
            name="score",
        )

    def _output(
        self,
        units: int,
        name: str,
        spectral_normalization: bool,
        use_bias: bool = True,
    ) -> keras.layers.Layer:
        # Scores stay float32 under mixed precision, as losses need them.
        layer = keras.layers.Dense(
            units,
            use_bias=use_bias,
            kernel_initializer=self.initializer(),
            dtype="float32",
            name=name,
        )
        if not spectral_normalization:
            return layer
        return SpectralNormalization(
            layer, dtype="float32", name=f"normalized_{name}"
        )


def _weights(layer: keras.layers.Layer, inputs: Any) -> int:
    """How many weights the kernel of a layer on these inputs has."""
    if isinstance(layer, SpectralNormalization):
        layer = layer.layer
    if isinstance(layer, keras.layers.Embedding):
        return int(layer.input_dim * layer.output_dim)
    if isinstance(layer, Projection):
        return int(layer.num_classes * inputs[0].shape[-1])
    if isinstance(layer, ConditionalBatchNormalization):
        return int(layer.num_classes * inputs[0].shape[-1])
    if isinstance(layer, (BilinearDownSampling2D, BilinearUpSampling2D)):
        return max(layer.matrix_size(size) for size in inputs.shape[1:3])
    if isinstance(layer, BasisReduction):
        return prod(inputs.shape[1:])
    if isinstance(layer, ConstantInput):
        return layer.height * layer.width * layer.channels
    if isinstance(layer, ModulatedConv2D):
        return layer.most_values(inputs[0].shape)
    if isinstance(layer, EqualizedConv2D):
        return layer.most_values(inputs.shape)
    channels = int(inputs.shape[-1])
    if isinstance(layer, BasisExpansion):
        return channels * layer.height * layer.width
    if isinstance(layer, (keras.layers.Dense, EqualizedDense)):
        return int(channels * layer.units)
    if isinstance(layer, GroupedConv2D):
        channels //= layer.groups
    return int(prod(layer.kernel_size) * channels * layer.filters)
