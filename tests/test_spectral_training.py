"""Spectral normalisation in networks that a GAN trains."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan.layers import SpectralNormalization
from tests import tiny


def generator():
    return keras.Sequential(
        [
            keras.Input((tiny.LATENT,)),
            SpectralNormalization(layers.Dense(12, activation="tanh")),
            SpectralNormalization(layers.Dense(64, activation="tanh")),
            layers.Reshape(tiny.SHAPE),
        ]
    )


def make(**settings):
    keras.utils.set_random_seed(3)
    settings = {"discriminator_steps": 3, "seed": 5, **settings}
    return keras_gan.WGANGP(generator(), tiny.discriminator(), **settings)


def normalised(network):
    return [
        layer
        for layer in network.layers
        if isinstance(layer, SpectralNormalization)
    ]


def vectors(network):
    return [
        ops.convert_to_numpy(vector).astype("float64")
        for layer in normalised(network)
        for vector in (layer.u, layer.v)
    ]


def iterated(network):
    """What one power iteration makes of the vectors, by hand."""
    found = []
    for layer in normalised(network):
        kernel = ops.convert_to_numpy(layer.layer.kernel).astype("float64")
        v = kernel @ ops.convert_to_numpy(layer.u)
        u = (v / np.linalg.norm(v)) @ kernel
        found += [u / np.linalg.norm(u), v / np.linalg.norm(v)]
    return found


def near(some, others):
    return all(
        np.allclose(a, b, atol=1e-5) for a, b in zip(some, others, strict=True)
    )


@pytest.mark.parametrize(
    "eager", [False, pytest.param(True, marks=pytest.mark.slow)]
)
def test_a_generators_vectors_move_once_for_each_of_its_updates(eager, images):
    gan = make()
    gan.compile(run_eagerly=eager)
    start, due = vectors(gan.generator), iterated(gan.generator)
    assert not near(start, due)
    found = []
    for _ in range(5):
        gan.train_on_batch(images[:16])
        gan.test_on_batch(images[:16])
        gan.generate(2)
        found.append(vectors(gan.generator))
    expected = [start, start, due, due, due]
    assert [near(*pair) for pair in zip(found, expected, strict=True)] == (
        [True] * 5
    )


@pytest.mark.slow_on_tensorflow
def test_a_spectrally_normalised_generator_resumes_exactly(images, tmp_path):
    gan = make()
    gan.fit(images[:64], batch_size=16, epochs=1, verbose=0)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    for model in (gan, again):
        model.fit(
            images[:64], batch_size=16, epochs=2, initial_epoch=1, verbose=0
        )
    for straight, resumed in zip(
        gan.get_weights(), again.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(straight, resumed)
