"""Convolutions instead of dense layers: dresses and finer items appear."""

import keras_gan

images, _ = keras_gan.datasets.load("fashion_mnist_sample")
generator, discriminator = keras_gan.networks.dcgan(
    images.shape[1:], filters=64, dropout=0.4, score_activation="sigmoid"
)

gan = keras_gan.GAN(generator, discriminator)
gan.fit(
    images / 127.5 - 1.0,
    epochs=20,
    batch_size=32,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures")],
)
