"""The output layer of a projection discriminator."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan._checks import LARGEST_INT32, flag, initializer, whole_number
from keras_gan._typing import Tensor
from keras_gan.layers.spectral_normalization import SpectralNormalization

__all__ = ["Projection"]


@keras.saving.register_keras_serializable("keras_gan")
class Projection(keras.layers.Layer):
    """Scores features for their class by an inner product.

    `score = w . features + b + embedding[label] . features`, the form that the
    log-density ratio takes where classes are log-linear in the features.

    The last layer of a conditional discriminator: cheap for many classes, and
    as a rule better than labels at the input.

    Args:
        num_classes: int above 1.
        spectral_normalization: bool, whether `w` and the embedding are divided
            by their spectral norms, as in the paper's discriminator.
        kernel_initializer: initializer of `w`.
        embeddings_initializer: initializer of the embedding.
        **kwargs: `name`, `dtype` of `keras.layers.Layer`.

    Call with `[features (n, d), labels]`, the labels integers of shape `(n,)`
    or `(n, 1)`. Returns scores of shape `(n, 1)`.

    Raises:
        ValueError: `num_classes` is below 2, or an initializer is unknown.

    Example:
        >>> keras_gan.layers.Projection(10)([features, labels]).shape
        (8, 1)

    Reference: Miyato & Koyama, 2018, arXiv 1802.05637, eq. 3 and figure 14.
    """

    def __init__(
        self,
        num_classes: int,
        *,
        spectral_normalization: bool = False,
        kernel_initializer: Any = "glorot_uniform",
        embeddings_initializer: Any = "uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_classes = whole_number(
            "num_classes", num_classes, 2, LARGEST_INT32
        )
        self.spectral_normalization = flag(
            "spectral_normalization", spectral_normalization
        )
        self.kernel_initializer = initializer(
            "kernel_initializer", kernel_initializer
        )
        self.embeddings_initializer = initializer(
            "embeddings_initializer", embeddings_initializer
        )

    def build(self, input_shape: Sequence[Sequence[int | None]]) -> None:
        """Creates the weights."""
        dim = input_shape[0][-1]
        score = keras.layers.Dense(
            1,
            kernel_initializer=self.kernel_initializer,
            name="score",
            dtype=self.dtype_policy,
        )
        embedding = keras.layers.Embedding(
            self.num_classes,
            dim,
            embeddings_initializer=self.embeddings_initializer,
            name="embedding",
            dtype=self.dtype_policy,
        )
        if self.spectral_normalization:
            score = SpectralNormalization(score, dtype=self.dtype_policy)
            embedding = SpectralNormalization(
                embedding, dtype=self.dtype_policy
            )
        self.score, self.embedding = score, embedding
        self.score.build(input_shape[0])
        self.embedding.build((input_shape[0][0],))

    def call(self, inputs: Sequence[Tensor], training: bool = False) -> Tensor:
        """Scores `[features, labels]`."""
        features, labels = inputs
        labels = ops.reshape(labels, (-1,))
        if self.spectral_normalization:
            score = self.score(features, training=training)
            embedding = self.embedding(labels, training=training)
        else:
            score = self.score(features)
            embedding = self.embedding(labels)
        return score + ops.sum(embedding * features, axis=-1, keepdims=True)

    def compute_output_shape(
        self, input_shape: Sequence[Sequence[int | None]]
    ) -> tuple[int | None, ...]:
        """Returns the shape of the output."""
        return (input_shape[0][0], 1)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "spectral_normalization": self.spectral_normalization,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
            "embeddings_initializer": keras.initializers.serialize(
                self.embeddings_initializer
            ),
        }
