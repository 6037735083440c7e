"""Logits, and real labels smoothed to 0.9 against a strong discriminator."""

import keras

import keras_gan

images, _ = keras_gan.datasets.load("mnist")
generator, discriminator = keras_gan.networks.dense(
    images.shape[1:],
    generator_units=(128, 128),
    discriminator_units=(128, 128),
)

gan = keras_gan.GAN(generator, discriminator)
gan.compile(
    d_opt=keras.optimizers.Adam(1e-3),
    g_opt=keras.optimizers.Adam(1e-3),
    loss=keras_gan.losses.NonSaturating(label_smoothing=0.1),
)
gan.fit(
    images / 127.5 - 1.0,
    epochs=100,
    batch_size=100,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures", every=10)],
)
