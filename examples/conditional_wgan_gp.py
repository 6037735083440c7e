"""Pictures of the class that is asked for: a grid with a row for each."""

import keras

import keras_gan

images, labels = keras_gan.datasets.load("fashion_mnist_sample")
generator, critic = keras_gan.networks.wgan_gp(
    images.shape[1:], filters=64, num_classes=10, conditioning="concat"
)

gan = keras_gan.ConditionalWGANGP(generator, critic)
# Three times the default rate, which is the paper's, for a short training. With
# ten times, as in `wgan_gp.py`, the scores drift and classes get lost.
gan.compile(
    d_opt=keras.optimizers.Adam(3e-4, beta_1=0.0, beta_2=0.9),
    g_opt=keras.optimizers.Adam(3e-4, beta_1=0.0, beta_2=0.9),
)
gan.fit(
    images / 127.5 - 1.0,
    labels,
    epochs=20,
    batch_size=32,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures", num_images=100)],
)
trousers = gan.generate(labels=[1] * 8)
