"""Residual networks with a projection discriminator, hinge loss, spectral norm.

The class enters the generator by conditional batch normalisation, and the
discriminator by an inner product (Miyato & Koyama, 2018, arXiv 1802.05637).
"""

import keras

import keras_gan

images, labels = keras_gan.datasets.load("fashion_mnist_sample")
generator, discriminator = keras_gan.networks.residual(
    images.shape[1:], filters=32, num_classes=10, conditioning="projection"
)

gan = keras_gan.ConditionalGAN(generator, discriminator, ema_decay=0.999)
gan.compile(
    d_opt=keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.9),
    g_opt=keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9),
    loss="hinge",
)
gan.fit(
    images / 127.5 - 1.0,
    labels,
    epochs=10,
    batch_size=32,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures", num_images=100)],
)
