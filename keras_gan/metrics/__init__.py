"""How good are the samples? The numbers papers use, computed exactly."""

from keras_gan.metrics.frechet import (
    frechet_distance,
    frechet_distance_from_moments,
)
from keras_gan.metrics.inception import inception_score
from keras_gan.metrics.kernel import kernel_distance, kernel_distance_subsets
from keras_gan.metrics.manifold import density_coverage, precision_recall
from keras_gan.metrics.neighbors import nearest_neighbor_distances

__all__ = [
    "density_coverage",
    "frechet_distance",
    "frechet_distance_from_moments",
    "inception_score",
    "kernel_distance",
    "kernel_distance_subsets",
    "nearest_neighbor_distances",
    "precision_recall",
]
