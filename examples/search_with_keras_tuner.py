"""KerasTuner: a search for the settings with the lowest FID."""

import keras
import keras_tuner

import keras_gan

images, _ = keras_gan.datasets.load("fashion_mnist_sample")


def build(hp):
    """Makes a GAN of the settings that are tried."""
    networks = keras_gan.networks.dcgan(
        images.shape[1:], filters=hp.Choice("filters", [8, 16])
    )
    gan = keras_gan.GAN(
        *networks,
        regularizer=keras_gan.regularizers.R1(
            hp.Float("r1_weight", 0.1, 10.0, sampling="log"), interval=4
        ),
        ema_decay=0.99,
        seed=0,
    )
    names = ("d_rate", "g_rate")
    rates = [hp.Float(each, 1e-4, 2e-3, sampling="log") for each in names]
    gan.compile(*(keras.optimizers.Adam(rate, beta_1=0.5) for rate in rates))
    return gan


tuner = keras_tuner.RandomSearch(
    build,
    # What `Evaluation` puts into the logs. A loss says nothing of quality.
    objective=keras_tuner.Objective("fid", "min"),
    max_trials=4,
    seed=0,
    directory="search",
    project_name="keras-gan",
)
quality = keras_gan.callbacks.Evaluation(
    "fid", "fashion_mnist_sample", num_samples=1000
)
tuner.search(images / 127.5 - 1.0, epochs=3, batch_size=64, callbacks=[quality])
for trial in tuner.oracle.get_best_trials(3):
    print(f"FID {trial.score:.1f}", trial.hyperparameters.values)
gan = tuner.get_best_models()[0]
