"""From sneakers to ankle boots and back, without pairs: CycleGAN."""

import keras

import keras_gan
from keras_gan import callbacks, datasets

sides = datasets.unpaired("sneakers_to_boots", clothes="fashion_mnist_sample")
networks = keras_gan.networks.cycle_gan(
    sides.shape_a,
    filters=16,
    stages=2,
    blocks=3,
    discriminator_filters=32,
    discriminator_stages=2,
)

# Twice the half square is the paper's loss.
gan = keras_gan.CycleGAN(*networks, adversarial_weight=2.0, ema_decay=0.99)
gan.compile(
    d_opt=keras.optimizers.Adam(5e-4, beta_1=0.5),
    g_opt=keras.optimizers.Adam(5e-4, beta_1=0.5),
)
gan.fit(
    datasets.UnpairedBatches(sides, batch_size=8, flip=True),
    epochs=10,
    callbacks=[callbacks.ImageSnapshot("pictures", num_images=8)],
)
gan.save("cycle_gan.keras")
