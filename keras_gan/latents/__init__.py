"""What is done with the latents of a trained generator, and what comes of it.

The methods `invert`, `interpolate`, `traverse`, `directions` and `mix_styles`
of a `GAN` return what is here.
"""

from keras_gan.latents.directions import Directions
from keras_gan.latents.inversion import Inversion
from keras_gan.latents.mixing import StyleMixing
from keras_gan.latents.paths import linear, spherical
from keras_gan.latents.walk import Walk

__all__ = [
    "Directions",
    "Inversion",
    "StyleMixing",
    "Walk",
    "linear",
    "spherical",
]
