"""Weights & Biases: curves, pictures and settings of a run.

W&B's own `WandbMetricsLogger` reads one learning rate. A GAN has two, so the
logs are sent by a function. `mode="offline"` needs no account: `wandb sync`
sends the folder later.
"""

import keras
import wandb

import keras_gan
from keras_gan import images as pictures

images, _ = keras_gan.datasets.load("fashion_mnist_sample")
generator, discriminator = keras_gan.networks.dcgan(images.shape[1:], filters=8)
gan = keras_gan.GAN(generator, discriminator, regularizer="r1", seed=0)
gan.compile(
    d_opt=keras.optimizers.Adam(4e-4, beta_1=0.5),
    g_opt=keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(2e-4, 1000), beta_1=0.5
    ),
)

settings = {"loss": "non_saturating", "regularizer": "r1", "seed": 0}
run = wandb.init(project="keras-gan", mode="offline", config=settings)


def rates():
    """The learning rate of each player, as it is now."""
    now = {k: v.learning_rate for k, v in gan.optimizer.players.items()}
    return {
        f"learning_rate/{name}": float(keras.ops.convert_to_numpy(rate))
        for name, rate in now.items()
    }


def send(epoch, logs):
    """Sends the logs of an epoch, the learning rates and some pictures."""
    made = pictures.to_uint8(gan.generate(16, seed=0))
    grid = wandb.Image(pictures.grid(made))
    run.log({"epoch": epoch, **logs, **rates(), "generated": grid})


gan.fit(
    images / 127.5 - 1.0,
    epochs=5,
    batch_size=64,
    callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=send)],
)
run.finish()
