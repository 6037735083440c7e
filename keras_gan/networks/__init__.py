"""Functions that return a generator and a discriminator that fit each other.

Each takes any image shape and returns two functional Keras models,
`(generator, discriminator)`:

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
"""

from keras_gan.networks.dcgan import dcgan, wgan_gp
from keras_gan.networks.dense import dense
from keras_gan.networks.r3gan import r3gan
from keras_gan.networks.residual import residual
from keras_gan.networks.resize_conv import resize_conv

__all__ = ["dcgan", "dense", "r3gan", "residual", "resize_conv", "wgan_gp"]
