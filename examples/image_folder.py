"""Your own pictures, in colour at 64x64: `python image_folder.py FOLDER`.

The folder may hold images of any size and kind, also more than fit in memory.
"""

import sys

import keras

import keras_gan

folder = sys.argv[1]
source = keras_gan.datasets.source(folder, image_size=64, channels=3)
generator, discriminator = keras_gan.networks.dcgan(
    source.image_shape,
    filters=32,
    stages=4,
    kernel_size=4,
    generator_activation="relu",
    activate_projection=True,
    # Transposed convolutions would leave a woven texture on photos.
    upsampling="nearest",
    minibatch_std_dev=True,
    dropout=0.0,
)

gan = keras_gan.GAN(
    generator,
    discriminator,
    regularizer=keras_gan.regularizers.R1(1.0, interval=4),
    ema_decay=0.9995,
    # Does the more, the more the discriminator knows the pictures by heart.
    augment=keras_gan.augment.AdaptiveAugment(ramp_images=100_000),
)
gan.compile(
    d_opt=keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99),
    g_opt=keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99),
    loss="relativistic_pairing",
)
gan.fit(
    keras_gan.datasets.ImageBatches(source.images, batch_size=32),
    epochs=80,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures")],
)
