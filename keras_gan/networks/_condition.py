"""Where the class of an image enters a pair of networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import keras

from keras_gan._typing import Tensor
from keras_gan.layers import LabelPlanes, Projection, SpectralNormalization
from keras_gan.networks._seeds import Seeds

__all__ = ["Condition", "model"]

_EMBEDDING_DIM = 50
_KINDS = ("concat", "embedding", "projection", "auxiliary")


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
    """

    num_classes: int | None
    kind: str
    kernel_initializer: Any
    seeds: Seeds

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise ValueError(
                f"`conditioning` must be one of {', '.join(_KINDS)}. "
                f"Received: conditioning={self.kind!r}"
            )
        if self.num_classes is not None and self.num_classes < 2:
            raise ValueError(
                "`num_classes` must be at least 2, or None for networks "
                f"without labels. Received: num_classes={self.num_classes}"
            )

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
        if latent_dim < 1:
            raise ValueError(
                "`latent_dim` must be a positive integer. "
                f"Received: latent_dim={latent_dim}"
            )
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
            labels = self._embedding(_EMBEDDING_DIM)(labels)
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
        plane = self._embedding(prod(size))(labels)
        plane = keras.layers.Reshape((*size, 1))(plane)
        return keras.layers.Concatenate()([images, plane])

    def scores(
        self,
        features: Tensor,
        labels: Tensor | None,
        *,
        activation: str | None,
        spectral_normalization: bool = False,
    ) -> Tensor | list[Tensor]:
        """Ends a discriminator: scores, with class logits if auxiliary."""
        logits = None
        if self.num_classes is not None and self.kind == "projection":
            score = self._projection(spectral_normalization)([features, labels])
        else:
            score = self._output(1, "score", spectral_normalization)(features)
        if self.num_classes is not None and self.kind == "auxiliary":
            logits = self._output(
                self.num_classes, "class_logits", spectral_normalization
            )(features)
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
        self, units: int, name: str, spectral_normalization: bool
    ) -> keras.layers.Layer:
        # Scores stay float32 under mixed precision, as losses need them.
        layer = keras.layers.Dense(
            units,
            kernel_initializer=self.initializer(),
            dtype="float32",
            name=name,
        )
        if not spectral_normalization:
            return layer
        return SpectralNormalization(
            layer, dtype="float32", name=f"normalized_{name}"
        )
