"""Layers for the two networks of a GAN."""

from keras_gan.layers.basis import BasisExpansion, BasisReduction
from keras_gan.layers.bilinear_resampling import (
    BilinearDownSampling2D,
    BilinearUpSampling2D,
)
from keras_gan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)
from keras_gan.layers.crop_like import CropLike
from keras_gan.layers.grouped_convolution import GroupedConv2D
from keras_gan.layers.label_planes import LabelPlanes
from keras_gan.layers.minibatch_std_dev import MinibatchStdDev
from keras_gan.layers.normalization import (
    InstanceNormalization,
    LayerNormalization,
)
from keras_gan.layers.projection import Projection
from keras_gan.layers.reflection_padding import ReflectionPadding2D
from keras_gan.layers.spectral_normalization import SpectralNormalization
from keras_gan.layers.sub_pixel_up_sampling import SubPixelUpSampling2D

__all__ = [
    "BasisExpansion",
    "BasisReduction",
    "BilinearDownSampling2D",
    "BilinearUpSampling2D",
    "ConditionalBatchNormalization",
    "CropLike",
    "GroupedConv2D",
    "InstanceNormalization",
    "LabelPlanes",
    "LayerNormalization",
    "MinibatchStdDev",
    "Projection",
    "ReflectionPadding2D",
    "SpectralNormalization",
    "SubPixelUpSampling2D",
]
