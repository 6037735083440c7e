"""MLflow: curves, settings and the model of a run, in a database beside.

MLflow's own callback writes the settings of one optimizer. A GAN has two, so
the logs are sent by a function. See them by
`mlflow ui --backend-store-uri sqlite:///mlflow.db`.
"""

import keras
import mlflow

import keras_gan

images, _ = keras_gan.datasets.load("fashion_mnist_sample")
generator, discriminator = keras_gan.networks.dcgan(images.shape[1:], filters=8)
gan = keras_gan.GAN(generator, discriminator, regularizer="r1", seed=0)
gan.compile(
    d_opt=keras.optimizers.Adam(4e-4, beta_1=0.5),
    g_opt=keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(2e-4, 1000), beta_1=0.5
    ),
)


def rates():
    """The learning rate of each player, as it is now."""
    now = {k: v.learning_rate for k, v in gan.optimizer.players.items()}
    return {
        f"learning_rate_{name}": float(keras.ops.convert_to_numpy(rate))
        for name, rate in now.items()
    }


def send(epoch, logs):
    """Sends the logs of an epoch, and the learning rates."""
    numbers = {name: float(value) for name, value in logs.items()}
    mlflow.log_metrics({**numbers, **rates()}, step=epoch)


mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("keras-gan")
with mlflow.start_run():
    settings = {"loss": "non_saturating", "regularizer": "r1", "seed": 0}
    mlflow.log_params(settings)
    gan.fit(
        images / 127.5 - 1.0,
        epochs=5,
        batch_size=64,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=send)],
    )
    gan.save("gan.keras")
    mlflow.log_artifact("gan.keras")
