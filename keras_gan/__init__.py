"""Generative adversarial networks that feel like a part of Keras 3."""

from keras_gan import augment as augment
from keras_gan import callbacks as callbacks
from keras_gan import datasets as datasets
from keras_gan import features as features
from keras_gan import images as images
from keras_gan import layers as layers
from keras_gan import losses as losses
from keras_gan import metrics as metrics
from keras_gan import models as models
from keras_gan import networks as networks
from keras_gan import optimizers as optimizers
from keras_gan import recipes as recipes
from keras_gan import regularizers as regularizers
from keras_gan._version import __version__ as __version__
from keras_gan.models import GAN as GAN
from keras_gan.models import WGANGP as WGANGP
from keras_gan.models import ConditionalGAN as ConditionalGAN
from keras_gan.models import ConditionalWGANGP as ConditionalWGANGP
