"""The GAN family: one member a file."""

from keras_gan.models.ac_gan import ACGAN
from keras_gan.models.adversarial_model import AdversarialModel
from keras_gan.models.conditional_gan import ConditionalGAN, ConditionalWGANGP
from keras_gan.models.cycle_gan import CycleGAN
from keras_gan.models.gan import GAN
from keras_gan.models.pix2pix import Pix2Pix
from keras_gan.models.player import Player
from keras_gan.models.style_gan import ConditionalStyleGAN, StyleGAN
from keras_gan.models.wgan_gp import WGANGP

__all__ = [
    "ACGAN",
    "GAN",
    "WGANGP",
    "AdversarialModel",
    "ConditionalGAN",
    "ConditionalStyleGAN",
    "ConditionalWGANGP",
    "CycleGAN",
    "Pix2Pix",
    "Player",
    "StyleGAN",
]
