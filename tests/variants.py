"""The variants of the examples, with networks small enough for tests.

They draw no noise and keep no statistics of their own, in which replicas would
differ from one device.
"""

import functools
import importlib.util
from pathlib import Path

import keras
import numpy as np
from keras import layers

import keras_gan
from tests import tiny

FOLDER = Path(__file__).parents[1] / "examples"


@functools.cache
def module(name):
    """Returns an example as a module, without its training."""
    path = FOLDER / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"examples_{name}", path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def pix2pix():
    example = module("pix2pix_from_parts")
    return example.Pix2Pix(*example.networks(8, 4), seed=5)


def cycle_gan():
    example = module("cycle_gan_from_parts")
    return example.CycleGAN(*example.networks(8, 4), seed=5)


def info_gan():
    images, features = keras.Input(tiny.SHAPE), keras.Input((8,))
    x = layers.Conv2D(4, 3, 2, "same", activation="relu")(images)
    x = layers.Dense(8, "relu")(layers.Flatten()(x))
    judge = keras.Model(images, [layers.Dense(1)(x), x])
    reader = keras.Model(features, layers.Dense(3)(features))
    make = module("info_gan").InfoGAN
    return make(
        tiny.generator(batch_norm=False),
        judge,
        reader,
        codes=3,
        seed=5,
        ema_decay=0.9,
    )


def bi_gan():
    example = module("bi_gan")
    return example.BiGAN(*example.networks(tiny.SHAPE, 6, 8), seed=5)


def semi_supervised():
    images = keras.Input(tiny.SHAPE)
    x = layers.Conv2D(4, 3, 2, "same", activation="relu")(images)
    judge = keras.Model(images, layers.Dense(3)(layers.Flatten()(x)))
    make = module("semi_supervised").SemiSupervisedGAN
    return make(tiny.generator(batch_norm=False), judge, seed=5)


def path_length():
    penalty = keras_gan.regularizers.PathLength(interval=2)
    return keras_gan.GAN(
        tiny.generator(batch_norm=False),
        tiny.discriminator(dropout=0.0),
        generator_regularizer=penalty,
        regularizer=keras_gan.regularizers.R1(interval=2),
        ema_decay=0.9,
        seed=5,
    )


VARIANTS = (pix2pix, cycle_gan, info_gan, bi_gan, semi_supervised, path_length)
TRANSLATORS = (tiny.pix2pix, tiny.cycle_gan)
"""The package's own models of images to images."""


def data(make, images, labels):
    """Returns x and y as the variant takes them."""
    if make in (pix2pix, cycle_gan, *TRANSLATORS):
        return images[:, ::-1].copy(), images
    if make is semi_supervised:
        return images, np.where(np.arange(len(labels)) % 2, labels, -1)
    return images, None
