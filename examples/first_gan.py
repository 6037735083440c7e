"""A first GAN: Wasserstein with gradient penalty on real clothes."""

import keras_gan

images, labels = keras_gan.datasets.load("fashion_mnist_sample")
generator, critic = keras_gan.networks.wgan_gp(images.shape[1:], filters=32)

gan = keras_gan.WGANGP(generator, critic, ema_decay=0.999)
gan.summary()
gan.fit(
    images / 127.5 - 1.0,  # The generator ends in tanh: [-1, 1].
    epochs=10,
    batch_size=64,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures")],
)
gan.save("first_gan.keras")
