"""Records what small models come to on a backend, or compares with it.

`KERAS_BACKEND=... PYTHONPATH=. taskset -c 0 python tests/data/recorded_runs.py
[--write]`. With `--write` it adds the runs that the record lacks. Without, it
says of each run whether it ends equal to the bit. Other processors, and two
cores in place of one, round in other places, so only the machine that wrote the
file can ask for that. `tests/test_recorded_runs.py` compares within rounding.

The record was made by the code before `AdversarialModel`: training must not
change where only its structure does. Logs that came later were added to it.
"""

import argparse
from pathlib import Path

import keras
import numpy as np

import keras_gan
from keras_gan import datasets
from tests import tiny

FOLDER = Path(__file__).parent
BACKEND = keras.backend.backend()
FILE = FOLDER / f"recorded_runs_{BACKEND}.npz"


def ada():
    return tiny.gan_r1_ema(augment="ada")


def hinge_two_steps():
    model = tiny.gan_r1_ema(discriminator_steps=2)
    model.compile(loss="hinge")
    return model


def relativistic_r1_r2():
    model = tiny.gan(regularizer=["r1", "r2"])
    model.compile("adam", "rmsprop", loss="relativistic")
    return model


def dragan_least_squares():
    model = tiny.gan(regularizer="dragan", augment="color,translation")
    model.compile(loss="least_squares")
    return model


def keras_loss():
    judge = tiny.discriminator(activation="sigmoid")
    model = keras_gan.GAN(tiny.generator(), judge, seed=5)
    model.compile(loss=keras.losses.BinaryCrossentropy())
    model.watch_gradients()
    return model


def wgan_gp_average():
    return tiny.wgan_gp(ema_decay=0.9, regularizer="r2")


def accumulated_average():
    model = tiny.gan_r1_ema()
    model.compile(
        keras.optimizers.Adam(1e-3, gradient_accumulation_steps=2),
        keras.optimizers.Adam(1e-3, gradient_accumulation_steps=2),
    )
    return model


RUNS = {
    make.__name__: make
    for make in (
        *tiny.MODELS,
        ada,
        hinge_two_steps,
        relativistic_r1_r2,
        dragan_least_squares,
        keras_loss,
        wgan_gp_average,
        accumulated_average,
    )
}


def data():
    """70 real images, 8x8 grey in [-1, 1], and classes."""
    pictures, classes = datasets.load("fashion_mnist_sample")
    squares = pictures[:70, 2:26, 2:26].reshape(70, 8, 3, 8, 3)
    images = (squares.mean(axis=(2, 4)) / 127.5 - 1.0).astype("float32")
    return images[..., None], np.asarray(classes[:70]) % 3


def run(make):
    """Trains for two epochs; returns the logs, the weights and images."""
    images, labels = data()
    keras.utils.set_random_seed(1)
    model = make()
    arguments = {"batch_size": 32, "verbose": 0}
    history = model.fit(images, labels, epochs=2, **arguments).history
    scores = model.evaluate(images, labels, return_dict=True, **arguments)
    found = {f"fit/{name}": value for name, value in history.items()}
    found |= {f"evaluate/{name}": value for name, value in scores.items()}
    found["weights"] = np.concatenate(
        [value.ravel().astype("float64") for value in tiny.state(model)]
    )
    found["drawn"] = model.generate(6, seed=0)
    return {name: np.asarray(value) for name, value in found.items()}


def recorded():
    """Returns the recorded runs of this backend: name -> their numbers."""
    found = {name: {} for name in RUNS}
    with np.load(FILE) as arrays:
        for key in arrays:
            name, _, rest = key.partition("/")
            found[name][rest] = arrays[key]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        known = {
            name: numbers or run(RUNS[name])
            for name, numbers in recorded().items()
        }
        np.savez_compressed(
            FILE,
            **{
                f"{name}/{key}": value
                for name, numbers in known.items()
                for key, value in numbers.items()
            },
        )
    else:
        for name, wanted in recorded().items():
            found = run(RUNS[name])
            other = [
                key
                for key, value in wanted.items()
                if not np.array_equal(value, found.get(key))
            ]
            print(f"{BACKEND:10} {name:22} {other or 'equal to the bit'}")
