"""The averaged generator."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan.models.averaging import Average
from tests import tiny


def half_generator(policy):
    return keras.Sequential(
        [
            keras.Input((tiny.LATENT,)),
            layers.Dense(8, activation="relu", dtype=policy),
            layers.Dense(64, activation="tanh", dtype=policy),
            layers.Reshape(tiny.SHAPE),
        ]
    )


def followed(generator, change, updates=60, decay=0.8):
    """The average after the generator's weights became `change` of them."""
    average = Average(decay)
    latents = keras.Input((tiny.LATENT,))
    twin = average.twin(generator, lambda network: network(latents))
    for variable in generator.trainable_weights:
        variable.assign(change(ops.convert_to_numpy(variable)))
    for count in range(updates):
        average.update(twin, generator, ops.convert_to_tensor(count + 100))
    return twin


@pytest.mark.parametrize("policy", ["float16", "bfloat16"])
def test_the_average_of_half_precision_weights_arrives(policy):
    # At half precision the steps towards 0.875 would be rounded away at
    # 2 ** -8 (bfloat16) of the weight, divided by 1 - decay.
    generator = half_generator(policy)
    generator.set_weights([np.ones(w.shape) for w in generator.weights])
    twin = followed(generator, lambda value: 0.875 * value)
    for weight in twin.weights:
        found = ops.convert_to_numpy(weight)
        np.testing.assert_allclose(found, 0.875, atol=1e-6)


def test_an_average_at_half_precision_makes_the_same_pictures(tmp_path):
    gan = keras_gan.GAN(
        half_generator("float16"), tiny.discriminator(), ema_decay=0.9, seed=1
    )
    latents = np.cos(np.arange(12)).reshape(2, tiny.LATENT)
    raw = ops.convert_to_numpy(gan.generator(latents))
    np.testing.assert_array_equal(gan.generate(latents=latents), raw)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(again.generate(latents=latents), raw)


def spectral_generator():
    dense = keras_gan.layers.SpectralNormalization(layers.Dense(64))
    return keras.Sequential(
        [keras.Input((tiny.LATENT,)), dense, layers.Reshape(tiny.SHAPE)]
    )


def test_an_average_works_with_the_norm_of_its_own_kernel():
    generator = spectral_generator()
    away = np.random.default_rng(2).normal(size=(tiny.LATENT, 64))
    twin = followed(
        generator,
        lambda value: value + (away if value.ndim == 2 else 1.0),
        updates=40,
        decay=0.9,
    )
    layer = twin.layers[0]
    kernel = ops.convert_to_numpy(layer.layer.kernel)
    moved = ops.convert_to_numpy(generator.layers[0].layer.kernel)
    assert np.abs(kernel - moved).max() > 1e-3
    largest = np.linalg.svd(kernel)[1][0]
    assert float(layer.sigma()) == pytest.approx(largest, rel=1e-3)
    for vector in (layer.u, layer.v):
        length = np.linalg.norm(ops.convert_to_numpy(vector))
        assert length == pytest.approx(1.0, abs=1e-5)


class Follows(layers.Layer):
    """A layer of the user's own, with a weight and what follows it."""

    def build(self, input_shape):
        self.weight = self.add_weight(shape=(), initializer="ones")
        self.double = self.add_weight(shape=(), trainable=False)

    def before_update(self):
        self.double.assign(2.0 * ops.convert_to_tensor(self.weight))

    def call(self, inputs):
        return inputs * self.weight


def test_what_follows_a_weight_follows_its_average():
    generator = half_generator("float32")
    generator.add(Follows())
    twin = followed(generator, lambda value: value + 1.0, 3, decay=0.5)
    layer = twin.layers[-1]
    assert float(layer.weight) == pytest.approx(2.0 - 0.5**3)
    assert float(layer.double) == pytest.approx(2 * (2.0 - 0.5**3))


def test_averaged_vectors_of_an_old_file_are_loaded_at_length_one(tmp_path):
    network = spectral_generator()
    (layer,) = [e for e in network.layers if hasattr(e, "power_iteration")]
    unit = ops.convert_to_numpy(layer.u)
    layer.u.assign(0.9 * unit)
    kept = ops.convert_to_numpy(layer.v)
    network.save_weights(tmp_path / "g.weights.h5")
    network.load_weights(tmp_path / "g.weights.h5")
    np.testing.assert_allclose(ops.convert_to_numpy(layer.u), unit, atol=1e-6)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer.v), kept)


class InHalf(layers.Layer):
    """A layer that does not ask what its precision is."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(), dtype="float16")

    def call(self, inputs):
        return inputs * ops.cast(self.scale, inputs.dtype)


def test_a_copy_that_stays_at_half_precision_is_refused():
    generator = half_generator("float32")
    generator = keras.Sequential([generator, InHalf()])
    generator.build((None, tiny.LATENT))
    with pytest.raises(ValueError, match="kept in float32"):
        keras_gan.GAN(generator, tiny.discriminator(), ema_decay=0.9)


def test_a_generator_with_a_lambda_has_an_average():
    shift = 0.25
    generator = half_generator("float32")
    generator.add(layers.Lambda(lambda x: ops.clip(x + shift, -1, 1)))
    gan = keras_gan.GAN(generator, tiny.discriminator(), ema_decay=0.9)
    latents = np.ones((1, tiny.LATENT))
    np.testing.assert_allclose(
        gan.generate(latents=latents),
        ops.convert_to_numpy(generator(latents)),
        atol=1e-6,
    )


@pytest.mark.skipif(
    keras.backend.backend() != "torch", reason="wraps a torch module"
)
def test_a_torch_module_is_not_averaged():
    import torch

    body = torch.nn.Sequential(torch.nn.Linear(tiny.LATENT, 64))
    generator = keras.Sequential(
        [
            keras.Input((tiny.LATENT,)),
            keras.layers.TorchModuleWrapper(body, output_shape=(None, 64)),
            keras.layers.Reshape(tiny.SHAPE),
        ]
    )
    with pytest.raises(ValueError, match="`ema_decay` cannot average a torch"):
        keras_gan.GAN(generator, tiny.discriminator(), ema_decay=0.9)
