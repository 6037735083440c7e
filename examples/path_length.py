"""A lazy penalty on the generator: StyleGAN2's path length, with any networks.

A step in the latents shall change every picture equally far. The length that
all paths are drawn to is remembered from step to step, and saved with the
model. Karras et al., 2020, arXiv 1912.04958, section 3.2.
"""

import keras_gan
from keras_gan.regularizers import R1, PathLength

if __name__ == "__main__":
    images, _ = keras_gan.datasets.load("fashion_mnist_sample")
    generator, discriminator = keras_gan.networks.dcgan(images.shape[1:])
    gan = keras_gan.GAN(
        generator,
        discriminator,
        regularizer=R1(interval=16),
        generator_regularizer=PathLength(),
        ema_decay=0.999,
    )
    snapshots = keras_gan.callbacks.ImageSnapshot(
        "pictures", interpolation=True
    )
    gan.fit(images / 127.5 - 1.0, epochs=10, callbacks=[snapshots])
