"""Your own pictures, in colour at 64x64: `python image_folder.py FOLDER`.

The folder may hold images of any size and kind, also more than fit in memory.
"""

import sys

import keras_gan

folder = sys.argv[1]
source = keras_gan.datasets.source(folder, image_size=64, channels=3)
generator, discriminator = keras_gan.networks.dcgan(
    (64, 64, 3), filters=64, stages=4
)

gan = keras_gan.GAN(generator, discriminator, regularizer="r1", ema_decay=0.999)
gan.fit(
    keras_gan.datasets.ImageBatches(source.images, batch_size=64),
    epochs=50,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures")],
)
