"""The dense GAN of most courses, with the flags of their script.

Loss curves of both players go to TensorBoard (`tensorboard --logdir logs`).
"""

import argparse

import keras

import keras_gan

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=200)
parser.add_argument("--batch_size", type=int, default=128)
parser.add_argument("--lr", type=float, default=2e-4)
parser.add_argument("--b1", type=float, default=0.5)
parser.add_argument("--b2", type=float, default=0.999)
parser.add_argument("--latent_dim", type=int, default=100)
parser.add_argument("--img_size", type=int, default=28)
parser.add_argument("--channels", type=int, default=1)
parser.add_argument("--data", default="fashion_mnist_sample")
flags = parser.parse_args()

images, _ = keras_gan.datasets.load(
    flags.data, image_size=flags.img_size, channels=flags.channels
)
generator, discriminator = keras_gan.networks.dense(
    images.shape[1:],
    flags.latent_dim,
    batch_normalization=True,
    batch_norm_momentum=0.1,
    batch_norm_epsilon=0.8,
    kernel_initializer="he_uniform",
    score_activation="sigmoid",
)


def adam():
    return keras.optimizers.Adam(flags.lr, flags.b1, flags.b2)


gan = keras_gan.GAN(generator, discriminator)
gan.compile(d_opt=adam(), g_opt=adam())
gan.fit(
    keras_gan.datasets.ImageBatches(images, batch_size=flags.batch_size),
    epochs=flags.epochs,
    callbacks=[
        keras_gan.callbacks.ImageSnapshot("pictures", every=10),
        keras_gan.callbacks.TensorBoard("logs"),
    ],
)
