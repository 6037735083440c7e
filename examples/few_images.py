"""500 images are enough, where both players see them augmented."""

import keras_gan

images, _ = keras_gan.datasets.load("fashion_mnist_sample")
generator, discriminator = keras_gan.networks.dcgan(
    images.shape[1:], filters=32, dropout=0.0
)

gan = keras_gan.GAN(
    generator,
    discriminator,
    regularizer=keras_gan.regularizers.R1(0.5, interval=4),
    # As strong as the discriminator needs it not to learn them by heart.
    augment=keras_gan.augment.AdaptiveAugment(ramp_images=100_000),
    ema_decay=0.999,
)
gan.fit(
    images[:500] / 127.5 - 1.0,
    epochs=300,
    batch_size=32,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures", every=25)],
)
