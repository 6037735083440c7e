"""Resizing before convolutions, minimax, gradients clipped: smooth digits."""

import keras

import keras_gan

images, _ = keras_gan.datasets.load("mnist")
generator, discriminator = keras_gan.networks.resize_conv(images.shape[1:])

gan = keras_gan.GAN(generator, discriminator)
# The tutorial's numbers. Minimax soon leaves the generator without a gradient;
# docs/results.md has the changes that give digits.
gan.compile(
    d_opt=keras.optimizers.Adam(1e-3),
    g_opt=keras.optimizers.Adam(1e-3),
    loss="minimax",
)
gan.fit(
    images / 127.5 - 1.0,
    epochs=50,
    batch_size=128,
    callbacks=[
        keras_gan.callbacks.GradientClipping(1.0, player="discriminator"),
        keras_gan.callbacks.ImageSnapshot("pictures"),
    ],
)
