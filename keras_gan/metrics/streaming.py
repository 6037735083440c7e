"""The Frechet distance of features that come in batches."""

from typing import Any, Self

import keras
import numpy as np
from keras import ops

from keras_gan._arrays import as_numpy
from keras_gan._checks import choice, instance_of, text, whole_number
from keras_gan._typing import Tensor
from keras_gan.features.extractor import Extractor

__all__ = ["FrechetDistance"]


_LARGEST_DIM = 2**15


@keras.saving.register_keras_serializable("keras_gan")
class FrechetDistance(keras.metrics.Metric):
    """Frechet distance of two streams of features: the streaming FID.

    Keeps counts, means and scatter matrices, never samples, and merges each
    batch by Chan's update, so that nothing cancels however far the features
    are from zero. Moments are float64 on TensorFlow and torch, and on JAX
    where `jax_enable_x64` is set; else float32, which holds the distance to
    about 1e-5 of the traces.

    Args:
        dim: Number of features, at most 32,768, as their scatter matrix is
            kept. Needed only where the first update happens inside a compiled
            function.
        extractor: Takes the features of uint8 images first. Works eagerly;
            in a compiled step, update with features.
        name: Name in logs.
        dtype: `"float32"` or `"float64"`. Default: the widest of the backend.

    Raises:
        TypeError: If `extractor` is no extractor.
        ValueError: If another argument is out of range.

    Example:
        >>> fid = FrechetDistance()
        >>> for real, fake in batches:
        ...     fid.update_state(real, fake)
        >>> float(fid.result())

    Reference: Heusel et al., 2017, arXiv 1706.08500, eq. 6; Chan et al.,
    1983, "Algorithms for computing the sample variance", eq. 2.1.
    """

    def __init__(
        self,
        dim: int | None = None,
        *,
        extractor: Extractor | None = None,
        name: str = "fid",
        dtype: str | None = None,
    ) -> None:
        dtype = choice("dtype", dtype, (None, "float32", "float64"))
        super().__init__(
            name=text("name", name), dtype=dtype or _widest_float()
        )
        if dim is not None:
            dim = whole_number("dim", dim, 1, _LARGEST_DIM)
        if extractor is not None:
            instance_of(
                "extractor", extractor, Extractor, "one of keras_gan.features"
            )
        self.dim = dim
        self.extractor = extractor
        self._real: _Moments | None = None
        self._fake: _Moments | None = None
        if dim is not None:
            self._build(dim)

    def update_state(
        self, real: Tensor | None = None, fake: Tensor | None = None
    ) -> None:
        """Adds a batch of real features, of generated ones, or of both.

        Args:
            real: Features of real images, (n, d), or uint8 images where there
                is an extractor.
            fake: The same of generated images, of any number.
        """
        for batch, attribute in ((real, "_real"), (fake, "_fake")):
            if batch is not None:
                features = self._features(batch)
                getattr(self, attribute).merge(features)

    def result(self) -> Tensor:
        """Returns the distance so far; NaN before two samples of each set."""
        if self._real is None or self._fake is None:
            return ops.convert_to_tensor(np.nan, self.dtype)
        difference = self._real.mean - self._fake.mean
        real, fake = self._real.root(), self._fake.root()
        common = ops.svd(real @ ops.transpose(fake), compute_uv=False)
        distance = (
            ops.sum(ops.square(difference))
            + ops.sum(ops.square(real))
            + ops.sum(ops.square(fake))
            - 2 * ops.sum(common)
        )
        fewest = ops.minimum(self._real.count, self._fake.count)
        return ops.where(fewest > 1, distance, np.nan)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            "dim": self.dim,
            "extractor": keras.saving.serialize_keras_object(self.extractor),
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Makes the metric that a configuration describes, without state."""
        extractor = keras.saving.deserialize_keras_object(config["extractor"])
        return cls(**{**config, "extractor": extractor})

    def _features(self, batch: Tensor) -> Tensor:
        if self.extractor is not None:
            batch = self.extractor(as_numpy(batch))
        features = ops.cast(batch, self.dtype)
        if len(features.shape) != 2:
            raise ValueError(
                "FrechetDistance takes features of shape (n, d); for images "
                "give it an `extractor`. Received: "
                f"shape={tuple(features.shape)}"
            )
        if self._real is None:
            self._build(features.shape[1])
        return features

    def _build(self, dim: int) -> None:
        self._real = _Moments(self, dim, "real")
        self._fake = _Moments(self, dim, "fake")


class _Moments:
    """Running count, mean and scatter matrix of one set of features."""

    def __init__(self, metric: keras.metrics.Metric, dim: int, name: str):
        shapes = {"count": (), "mean": (dim,), "scatter": (dim, dim)}
        self.count, self.mean, self.scatter = (
            metric.add_variable(
                shape, "zeros", dtype=metric.dtype, name=f"{name}_{part}"
            )
            for part, shape in shapes.items()
        )

    def merge(self, features: Tensor) -> None:
        size = ops.cast(ops.shape(features)[0], features.dtype)
        mean = ops.sum(features, axis=0) / size
        centred = features - mean
        offset = mean - self.mean
        total = self.count + size
        spread = ops.outer(offset, offset) * (self.count * size / total)
        # Operators keep float64. `matmul`, `sqrt`, `mean`, and `maximum` with
        # a number, of `keras.ops` fall to float32 on some backends.
        scatter = ops.transpose(centred) @ centred + spread
        self.scatter.assign(self.scatter + scatter)
        self.mean.assign(self.mean + offset * (size / total))
        self.count.assign(total)

    def root(self) -> Tensor:
        """Returns a matrix R with R'R the unbiased covariance."""
        covariance = self.scatter / ops.where(self.count > 1, self.count - 1, 1)
        values, vectors = ops.eigh(covariance)
        return ops.transpose(vectors * ops.relu(values) ** 0.5)


def _widest_float() -> str:
    """Returns float64 where the backend has it, else float32."""
    probe = ops.convert_to_tensor(np.zeros((), np.float64))
    return str(keras.backend.standardize_dtype(probe.dtype))
