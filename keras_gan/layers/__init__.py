"""Layers for the two networks of a GAN."""

from keras_gan.layers.basis import BasisExpansion, BasisReduction
from keras_gan.layers.bilinear_resampling import (
    BilinearDownSampling2D,
    BilinearUpSampling2D,
)
from keras_gan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)
from keras_gan.layers.grouped_convolution import GroupedConv2D
from keras_gan.layers.label_planes import LabelPlanes
from keras_gan.layers.minibatch_std_dev import MinibatchStdDev
from keras_gan.layers.normalization import (
    InstanceNormalization,
    LayerNormalization,
)
from keras_gan.layers.projection import Projection
from keras_gan.layers.spectral_normalization import SpectralNormalization

__all__ = [
    "BasisExpansion",
    "BasisReduction",
    "BilinearDownSampling2D",
    "BilinearUpSampling2D",
    "ConditionalBatchNormalization",
    "GroupedConv2D",
    "InstanceNormalization",
    "LabelPlanes",
    "LayerNormalization",
    "MinibatchStdDev",
    "Projection",
    "SpectralNormalization",
]
