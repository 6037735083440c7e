"""Augmentation of what a discriminator sees, real and generated alike.

The generator learns through it, so every layer here is differentiable, and
others are let in only where their gradient is right.
"""

from keras_gan.augment.adaptive_augment import AdaptiveAugment
from keras_gan.augment.color_augment import ColorAugment
from keras_gan.augment.compose import Compose
from keras_gan.augment.diff_augment import DiffAugment
from keras_gan.augment.geometric_augment import GeometricAugment
from keras_gan.augment.gradients import check_gradient
from keras_gan.augment.identifiers import get
from keras_gan.augment.instance_noise import InstanceNoise
from keras_gan.augment.random_apply import RandomApply

__all__ = [
    "AdaptiveAugment",
    "ColorAugment",
    "Compose",
    "DiffAugment",
    "GeometricAugment",
    "InstanceNoise",
    "RandomApply",
    "check_gradient",
    "get",
]
