"""Trains a GAN by several workers with everything that measures and draws.

    python worker_run.py ENGINE COUNT RANK PORT FOLDER

ENGINE is one of `tests/engine_setup.py`. Writes to FOLDER/RANK.json the logs,
and how many images this worker's networks were shown outside of training.
"""

import json
import sys
from pathlib import Path

from tests import engine_setup

ENGINE, COUNT, RANK, PORT, FOLDER = sys.argv[1:]
COUNT, RANK, FOLDER = int(COUNT), int(RANK), Path(FOLDER)
LAST = 0 if ENGINE in ("one", "mirrored", "jax") else COUNT - 1
engine_setup.prepare(ENGINE, COUNT, RANK, PORT)

import keras
import numpy as np
from keras import layers

import keras_gan
from keras_gan import callbacks, features

SEEN = {"generated": 0, "features": 0}


def seen(images):
    SEEN["generated"] += len(images)


@keras.saving.register_keras_serializable("tests")
class Counting(layers.Layer):
    """Counts what passes outside of training, on whichever device."""

    def call(self, x, training=False):
        if training or isinstance(x, keras.KerasTensor):
            return x
        if getattr(x, "is_meta", False):  # Of torch, for shapes alone.
            return x
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            tf.py_function(seen, [x], [])
        elif keras.backend.backend() == "jax":
            import jax

            jax.debug.callback(seen, x)
        else:
            seen(x)
        return x


class StopOne(keras.callbacks.Callback):
    """Ends training by the last worker alone, as one with a clock would."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 2 and RANK == LAST:
            self.model.stop_training = True


def as_features(images):
    SEEN["features"] += len(images)
    return images.astype("float32")


def extractor():
    # Smooth: the fewest pixels differ that are rounded another way.
    network = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.AveragePooling2D(4), layers.Flatten()]
    )
    return features.from_model(network, preprocess=as_features, name="parts")


def gan():
    generator = keras.Sequential(
        [
            keras.Input((6,)),
            Counting(),
            layers.Dense(64, "tanh"),
            layers.Reshape((8, 8, 1)),
        ]
    )
    critic = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(1)]
    )
    model = keras_gan.GAN(generator, critic, seed=3, ema_decay=0.9)
    rates = [keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01)]
    model.compile(*rates)
    return model


images = np.cos(np.arange(64 * 64)).reshape(64, 8, 8, 1).astype("float32")

with engine_setup.scope(ENGINE, COUNT, RANK, PORT):
    data = engine_setup.batches(ENGINE, COUNT, RANK, images, 32)
    keras.utils.set_random_seed(1)
    model = gan()
    evaluation = callbacks.Evaluation(
        ["fid", "kid"], images, num_samples=48, extractor=extractor()
    )
    settings = {"verbose": 0, "shuffle": False, "epochs": 6}
    stopped = model.fit(
        data,
        callbacks=[
            evaluation,
            callbacks.Rollback(),
            callbacks.ImageSnapshot(str(FOLDER / "images"), num_images=9),
            callbacks.TensorBoard(str(FOLDER / "board"), histogram_freq=1),
            callbacks.LiveDisplay(),
            StopOne(),
        ],
        **settings,
    )
    early = model.fit(
        data,
        callbacks=[
            evaluation,
            keras.callbacks.EarlyStopping(
                "fid", mode="min", min_delta=1e9, patience=1
            ),
        ],
        **settings,
    )
    weights = [keras.ops.convert_to_numpy(w) for w in model.weights]
    # One worker alone may make images, and in any number.
    alone = model.generate(5, seed=1) if RANK == 0 else np.zeros(0)
if keras.backend.backend() == "jax":
    import jax

    jax.effects_barrier()
found = {
    "seen": SEEN,
    "looked_at": len(model.first_batch.images),
    "stopped": stopped.history,
    "early": early.history,
    "weights": [w.tolist() for w in weights],
    "alone": alone.tolist(),
}
(FOLDER / f"{RANK}.json").write_text(json.dumps(found), "utf-8")
