import gc
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from keras_gan import datasets

# What frameworks consist of stays, and there is much of it: collections of
# garbage that look through it at every turn take a tenth of the time.
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 10, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """TensorFlow traces for seconds what the others run at once."""
    if keras.backend.backend() != "tensorflow":
        return
    for item in items:
        if item.get_closest_marker("slow_on_tensorflow"):
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(1)


@pytest.fixture(autouse=True)
def _stays_in_its_folder():
    """A test that changes the working folder would mislead the next ones."""
    before = Path.cwd()
    yield
    assert Path.cwd() == before, "the test left another working folder"


@pytest.fixture(scope="session")
def images():
    """70 real images, 8x8 grey in [-1, 1]: two full batches and a rest."""
    pictures, _ = datasets.load("fashion_mnist_sample")
    squares = pictures[:70, 2:26, 2:26].reshape(70, 8, 3, 8, 3)
    return (squares.mean(axis=(2, 4)) / 127.5 - 1.0).astype("float32")[
        ..., None
    ]


@pytest.fixture(scope="session")
def labels():
    _, classes = datasets.load("fashion_mnist_sample")
    return np.asarray(classes[:70]) % 3
