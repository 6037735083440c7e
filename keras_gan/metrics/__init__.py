"""Metrics of generated samples, as papers use them, computed exactly."""

from keras_gan.metrics.cache import cached_features
from keras_gan.metrics.checkerboards import checkerboard, grid_power
from keras_gan.metrics.classes import (
    class_balance,
    class_confusion,
    label_accuracy,
)
from keras_gan.metrics.diversity import ms_ssim_diversity
from keras_gan.metrics.evaluation import (
    DEFAULT_METRICS,
    METRICS,
    Evaluator,
    evaluate,
)
from keras_gan.metrics.frechet import (
    frechet_distance,
    frechet_distance_from_moments,
)
from keras_gan.metrics.inception import inception_score
from keras_gan.metrics.kernel import kernel_distance, kernel_distance_subsets
from keras_gan.metrics.manifold import density_coverage, precision_recall
from keras_gan.metrics.modes import (
    gaussian_coverage,
    high_quality_share,
    mode_coverage,
)
from keras_gan.metrics.neighbors import nearest_neighbor_distances
from keras_gan.metrics.similarity import ms_ssim, psnr, ssim
from keras_gan.metrics.streaming import FrechetDistance
from keras_gan.metrics.wasserstein import sliced_wasserstein

__all__ = [
    "DEFAULT_METRICS",
    "METRICS",
    "Evaluator",
    "FrechetDistance",
    "cached_features",
    "checkerboard",
    "class_balance",
    "class_confusion",
    "density_coverage",
    "evaluate",
    "frechet_distance",
    "frechet_distance_from_moments",
    "gaussian_coverage",
    "grid_power",
    "high_quality_share",
    "inception_score",
    "kernel_distance",
    "kernel_distance_subsets",
    "label_accuracy",
    "mode_coverage",
    "ms_ssim",
    "ms_ssim_diversity",
    "nearest_neighbor_distances",
    "precision_recall",
    "psnr",
    "sliced_wasserstein",
    "ssim",
]
