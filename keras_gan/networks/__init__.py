"""Functions that return networks that fit each other.

`dcgan`, `wgan_gp`, `resize_conv`, `r3gan`, `style_gan`, `residual` and `dense`
make images from latents. Each takes any image shape and returns two functional
Keras models, `(generator, discriminator)`:

| | generator's inputs | discriminator's inputs | its outputs |
|---|---|---|---|
| unconditional | latents | images | scores |
| `conditioning="concat"` | [latents, one-hot] | [images, one-hot] | scores |
| `conditioning="embedding"` | [latents, labels] | [images, labels] | scores |
| `conditioning="projection"` | [latents, labels] | [images, labels] | scores |
| `conditioning="auxiliary"` | [latents, one-hot] | images | [scores, logits] |

Latents are float `(n, latent_dim)`, images float `(n, H, W, C)`, one-hot labels
float `(n, num_classes)`, labels int32 `(n,)`, scores float32 `(n, 1)` and class
logits float32 `(n, num_classes)`.

`pix2pix`, `cycle_gan` and `srgan` make images from images:

| | returns | data |
|---|---|---|
| `pix2pix` | generator, discriminator of [source, target] | pairs |
| `cycle_gan` | two generators, two discriminators of images | unpaired |
| `srgan` | generator, discriminator of [source, target] | small and large |

They are made of `unet`, `resnet_generator`, `super_resolution` and
`patch_discriminator`, which return one network each. Sources and targets are
float `(n, H, W, C)`, scores of patches float32 `(n, h, w, 1)`.
"""

from keras_gan.networks.cycle_gan import cycle_gan
from keras_gan.networks.dcgan import dcgan, wgan_gp
from keras_gan.networks.dense import dense
from keras_gan.networks.patch_discriminator import patch_discriminator
from keras_gan.networks.pix2pix import pix2pix
from keras_gan.networks.r3gan import r3gan
from keras_gan.networks.residual import residual
from keras_gan.networks.resize_conv import resize_conv
from keras_gan.networks.resnet_generator import resnet_generator
from keras_gan.networks.srgan import srgan
from keras_gan.networks.style_gan import style_gan
from keras_gan.networks.super_resolution import super_resolution
from keras_gan.networks.unet import unet

__all__ = [
    "cycle_gan",
    "dcgan",
    "dense",
    "patch_discriminator",
    "pix2pix",
    "r3gan",
    "residual",
    "resize_conv",
    "resnet_generator",
    "srgan",
    "style_gan",
    "super_resolution",
    "unet",
    "wgan_gp",
]
