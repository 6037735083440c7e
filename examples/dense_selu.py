"""Two-layer dense networks on pixels in [0, 1]: shirts, little variety."""

import keras

import keras_gan

images, _ = keras_gan.datasets.load("fashion_mnist_sample")
generator, discriminator = keras_gan.networks.dense(
    images.shape[1:],
    generator_units=(256, 512),
    generator_activation="selu",
    discriminator_units=(512, 256),
    discriminator_activation="relu",
    output_activation="sigmoid",
    score_activation="sigmoid",
)

gan = keras_gan.GAN(generator, discriminator)
# The Keras loss is applied to targets of 1 for real and 0 for fake.
gan.compile(loss=keras.losses.BinaryCrossentropy())
gan.fit(
    images / 255.0,
    epochs=20,
    batch_size=32,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures")],
)
