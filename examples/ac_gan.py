"""The discriminator names the class, too: an auxiliary-classifier GAN."""

import keras_gan

images, labels = keras_gan.datasets.load("fashion_mnist_sample")
generator, discriminator = keras_gan.networks.dcgan(
    images.shape[1:], filters=32, num_classes=10, conditioning="auxiliary"
)

gan = keras_gan.ACGAN(generator, discriminator, ema_decay=0.999)
gan.fit(
    images / 127.5 - 1.0,
    labels,
    epochs=20,
    batch_size=64,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures", num_images=100)],
)
