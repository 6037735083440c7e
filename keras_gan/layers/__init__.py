"""Layers for the two networks of a GAN."""

from keras_gan.layers.basis import BasisExpansion, BasisReduction
from keras_gan.layers.bilinear_resampling import (
    BilinearDownSampling2D,
    BilinearUpSampling2D,
)
from keras_gan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)
from keras_gan.layers.constant_input import ConstantInput
from keras_gan.layers.crop_like import CropLike
from keras_gan.layers.equalized import EqualizedConv2D, EqualizedDense
from keras_gan.layers.grouped_convolution import GroupedConv2D
from keras_gan.layers.label_planes import LabelPlanes
from keras_gan.layers.minibatch_std_dev import MinibatchStdDev
from keras_gan.layers.modulated_convolution import ModulatedConv2D
from keras_gan.layers.noise_injection import NoiseInjection
from keras_gan.layers.normalization import (
    InstanceNormalization,
    LayerNormalization,
)
from keras_gan.layers.projection import Projection
from keras_gan.layers.reflection_padding import ReflectionPadding2D
from keras_gan.layers.scaled_leaky_relu import ScaledLeakyReLU
from keras_gan.layers.spectral_normalization import SpectralNormalization
from keras_gan.layers.sub_pixel_up_sampling import SubPixelUpSampling2D

__all__ = [
    "BasisExpansion",
    "BasisReduction",
    "BilinearDownSampling2D",
    "BilinearUpSampling2D",
    "ConditionalBatchNormalization",
    "ConstantInput",
    "CropLike",
    "EqualizedConv2D",
    "EqualizedDense",
    "GroupedConv2D",
    "InstanceNormalization",
    "LabelPlanes",
    "LayerNormalization",
    "MinibatchStdDev",
    "ModulatedConv2D",
    "NoiseInjection",
    "Projection",
    "ReflectionPadding2D",
    "ScaledLeakyReLU",
    "SpectralNormalization",
    "SubPixelUpSampling2D",
]
