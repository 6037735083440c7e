"""From 7x7 pixels to 28x28: content at first, then what looks real."""

import keras

import keras_gan
from keras_gan import callbacks, datasets

pairs = datasets.pairs("small_clothes", scale=4, clothes="fashion_mnist_sample")
batches = datasets.PairBatches(pairs, batch_size=32, flip=True)
generator, discriminator = keras_gan.networks.srgan(
    pairs.source_shape, 4, filters=32, discriminator_filters=32
)

content_only = 2 * len(batches)
gan = keras_gan.Pix2Pix(
    generator,
    discriminator,
    l1_weight=1.0,
    adversarial_weight=keras.optimizers.schedules.PiecewiseConstantDecay(
        [content_only], [0.0, 0.01]
    ),
)
gan.fit(
    batches,
    epochs=4,
    callbacks=[callbacks.ImageSnapshot("pictures", num_images=8)],
)
gan.save("super_resolution.keras")
