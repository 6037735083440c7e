"""Wasserstein distance with gradient penalty: more variety than `dcgan.py`."""

import keras

import keras_gan

images, _ = keras_gan.datasets.load("fashion_mnist_sample")
generator, critic = keras_gan.networks.wgan_gp(
    images.shape[1:], filters=64, critic_filters=(64, 256, 128), dropout=0.2
)

# Five critic steps, each on a fresh batch, for each generator step.
gan = keras_gan.WGANGP(generator, critic, gp_weight=10.0)
# Ten times the default rate, which is the paper's, for a short training.
gan.compile(
    d_opt=keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9),
    g_opt=keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9),
)
gan.fit(
    images / 127.5 - 1.0,
    epochs=20,
    batch_size=32,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures")],
)
