"""A first GAN: Wasserstein with gradient penalty on real clothes."""

import keras

import keras_gan

images, labels = keras_gan.datasets.load("fashion_mnist_sample")
generator, critic = keras_gan.networks.wgan_gp(images.shape[1:], filters=32)

gan = keras_gan.WGANGP(generator, critic, ema_decay=0.999)
# Ten times the default rate, which is the paper's, for a short training.
gan.compile(
    d_opt=keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9),
    g_opt=keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9),
)
gan.summary()
gan.fit(
    images / 127.5 - 1.0,  # The generator ends in tanh: [-1, 1].
    epochs=10,
    batch_size=32,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures")],
)
gan.save("first_gan.keras")
