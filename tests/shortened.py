"""Takes the time out of code that people read, and leaves the code."""

import functools
from pathlib import Path

import keras
import pytest

import keras_gan
from keras_gan import callbacks, datasets, networks

FEW = 40
"""Images and vectors of each data set."""


SMALL = {
    "cycle_gan": {"filters": 4, "blocks": 1, "discriminator_filters": 4},
    "pix2pix": {"filters": 4, "discriminator_filters": 4},
    "r3gan": {"filters": 8},
}
"""What is smaller in networks that take long to compile."""


def narrow(name, small):
    """The function of `keras_gan.networks`, which then makes small networks."""
    make = getattr(networks, name)
    return lambda *args, **kwargs: make(*args, **{**kwargs, **small})


@pytest.fixture
def one_step(monkeypatch, tmp_path):
    """Leaves an example its code, and takes the time out of it.

    Data sets have few images, trainings one epoch, large networks few filters,
    and metrics few samples. The working folder is an empty one.
    """
    load, fit = datasets.load, keras_gan.AdversarialModel.fit
    generate = keras_gan.GAN.generate

    def few(name, split="train", **kwargs):
        kwargs.pop("label", None)
        if name not in datasets.GAUSSIANS and not Path(name).is_dir():
            name = "fashion_mnist_sample"
        if name not in datasets.GAUSSIANS:
            kwargs["limit"] = FEW
        return load(name, split, **kwargs)

    def short(self, *args, **kwargs):
        return fit(self, *args, **{**kwargs, "epochs": 1, "verbose": 0})

    def few_pictures(self, n=None, **kwargs):
        return generate(self, None if n is None else min(n, 16), **kwargs)

    monkeypatch.setattr(datasets, "load", few)
    for name in ("pairs", "unpaired"):
        of_all = functools.partial(getattr(datasets, name), limit=FEW)
        monkeypatch.setattr(datasets, name, of_all)
    for name, small in SMALL.items():
        monkeypatch.setattr(networks, name, narrow(name, small))
    monkeypatch.setattr(
        callbacks,
        "Evaluation",
        functools.partial(callbacks.Evaluation, num_samples=FEW),
    )
    monkeypatch.setattr(keras_gan.AdversarialModel, "fit", short)
    monkeypatch.setattr(keras_gan.GAN, "generate", few_pictures)
    monkeypatch.setenv("KERAS_BACKEND", keras.backend.backend())
    monkeypatch.chdir(tmp_path)
