"""From outlines to clothes, learned from pairs: pix2pix."""

import keras

import keras_gan
from keras_gan import callbacks, datasets

clothes = "fashion_mnist_sample"  # Inside the package.
pairs = datasets.pairs("outlines", clothes=clothes)
held_out = datasets.pairs("outlines", "test", clothes=clothes)
generator, discriminator = keras_gan.networks.pix2pix(
    pairs.target_shape,
    filters=32,
    stages=3,
    discriminator_filters=32,
    discriminator_stages=2,
)

gan = keras_gan.Pix2Pix(generator, discriminator, ema_decay=0.99)
# Five times the paper's rate, for a short training with larger batches.
gan.compile(
    d_opt=keras.optimizers.Adam(1e-3, beta_1=0.5),
    g_opt=keras.optimizers.Adam(1e-3, beta_1=0.5),
)
gan.fit(
    datasets.PairBatches(pairs, batch_size=32, flip=True),
    validation_data=datasets.PairBatches(held_out, shuffle=False),
    epochs=5,
    callbacks=[callbacks.ImageSnapshot("pictures", num_images=8)],
)
gan.save("pix2pix.keras")
