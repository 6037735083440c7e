"""An objective of your own, on every backend: written in `keras.ops`.

Here the discriminator also pays for scores that drift far from zero, as in
"Progressive Growing of GANs" (Karras et al., 2018, arXiv 1710.10196,
appendix A.1).
"""

import keras
from keras import ops

import keras_gan


class Anchored(keras_gan.WGANGP):
    @property
    def log_names(self):
        return [*super().log_names, "drift"]

    def discriminator_loss(self, real, fake, condition=(), training=True):
        loss, logs = super().discriminator_loss(real, fake, condition, training)
        drift = ops.mean(ops.square(logs["d_real"]))
        return loss + 0.001 * drift, {**logs, "drift": drift}


images, _ = keras_gan.datasets.load("fashion_mnist_sample")
generator, critic = keras_gan.networks.wgan_gp(images.shape[1:], filters=32)
gan = Anchored(generator, critic)
# Ten times the default rate, which is the paper's, for a short training.
gan.compile(
    d_opt=keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9),
    g_opt=keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.9),
)
gan.fit(
    images / 127.5 - 1.0,
    epochs=10,
    batch_size=32,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures")],
)
