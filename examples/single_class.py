"""Zeros alone, dense against convolutional: what mode collapse looks like.

The dense generator ends up drawing nearly one picture; the convolutional one
draws many. The numbers are the mean distance between two pictures of a kind.
"""

import numpy as np

import keras_gan
from keras_gan import networks

zeros, _ = keras_gan.datasets.load("mnist", label=0)
shape = zeros.shape[1:]
dense = networks.dense(
    shape,
    generator_units=(100, 150),
    generator_activation="relu",
    output_activation="relu",
    discriminator_units=(150, 100),
    discriminator_activation="relu",
    score_activation="sigmoid",
)
convolutional = networks.dcgan(
    shape,
    generator_activation="relu",
    discriminator_activation=0.3,
    dropout=0.5,
    score_activation="sigmoid",
)


def variety(images):
    pixels = images.reshape(len(images), -1)
    return np.linalg.norm(pixels[0::2] - pixels[1::2], axis=1).mean()


for name, pair, data in (
    ("dense", dense, zeros.astype("float32")),  # Not rescaled, as it was.
    ("convolutional", convolutional, zeros / 127.5 - 1.0),
):
    gan = keras_gan.GAN(*pair)
    gan.compile("adam", "adam")
    gan.fit(data, epochs=10, batch_size=32)
    share = variety(gan.generate(200)) / variety(data[:200])
    print(f"{name}: {share:.0%} of the variety of real zeros")
