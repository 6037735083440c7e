"""Wrong second derivatives are found, and right ones are left in peace."""

import random

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan import networks
from keras_gan.models import second_derivatives
from keras_gan.models.inspection import symbolic_inputs
from keras_gan.models.measured_slopes import measured_fault
from tests import tiny
from tests.network_names import FROM_LATENTS

BACKEND = keras.backend.backend()
SHAPE = (8, 8, 3)
by_rules = pytest.mark.skipif(
    BACKEND == "jax", reason="JAX differentiates what it has differentiated"
)
on_tensorflow = pytest.mark.skipif(
    BACKEND != "tensorflow", reason="the others' are right"
)


def critic(*inside, activation="leaky_relu", shape=SHAPE):
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(6, 3, padding="same", activation=activation),
            *inside,
            layers.Flatten(),
            layers.Dense(5, activation=activation),
            layers.Dense(1),
        ]
    )


def functional(operation, activation="leaky_relu"):
    images = keras.Input(SHAPE)
    x = layers.Conv2D(6, 3, padding="same", activation=activation)(images)
    x = layers.Dense(5, activation=activation)(layers.Flatten()(operation(x)))
    return keras.Model(images, layers.Dense(1)(x))


class Moments(layers.Layer):
    def call(self, x):
        mean, variance = ops.moments(x, axes=[-1], keepdims=True)
        return (x - mean) * ops.rsqrt(variance + 1e-3)


class Doubled(layers.Layer):
    def call(self, x):
        return ops.concatenate([ops.relu(x), ops.relu(-x)], axis=-1)


class Subclassed(keras.Model):
    def __init__(self, own):
        super().__init__()
        self.own = own
        self.first = layers.Conv2D(6, 3, activation="relu")
        self.last = layers.Dense(1)

    def call(self, images):
        x = self.first(images)
        x = ops.layer_normalization(x) if self.own else ops.relu(x)
        return self.last(ops.reshape(x, (-1, 6 * 6 * 6)))

    def get_config(self):
        return {"own": self.own}


def subclassed(own):
    network = Subclassed(own)
    network(np.zeros((1, *SHAPE), "float32"))
    return network


def recurrent(layer):
    return keras.Sequential(
        [keras.Input(SHAPE), layers.Reshape((8, 24)), layer, layers.Dense(1)]
    )


def attentive():
    images = keras.Input(SHAPE)
    x = layers.Conv2D(8, 3, strides=2, padding="same")(images)
    x = layers.Reshape((16, 8))(x)
    x = layers.MultiHeadAttention(2, 4)(x, x)
    return keras.Model(images, layers.Dense(1)(layers.Flatten()(x)))


def slow(make, name):
    return pytest.param(make, id=name, marks=pytest.mark.slow)


def resized(x):
    return ops.image.resize(x, (5, 5))


WRONG = [
    pytest.param(lambda: critic(Moments()), id="moments"),
    pytest.param(lambda: functional(resized), id="resize"),
    slow(lambda: critic(layers.Lambda(resized)), "resize in a lambda"),
    slow(lambda: functional(resized, "tanh"), "resize after tanh"),
    slow(lambda: functional(ops.layer_normalization), "layer normalization"),
    slow(lambda: subclassed(True), "subclassed"),
    slow(lambda: critic(layers.LayerNormalization()), "LayerNormalization"),
    slow(
        lambda: critic(layers.UpSampling2D(interpolation="bilinear")),
        "bilinear",
    ),
    slow(
        lambda: critic(layers.BatchNormalization(), activation="relu"),
        "BatchNormalization",
    ),
]

RIGHT = [
    pytest.param(lambda: critic(Doubled()), id="own layer"),
    slow(lambda: functional(lambda x: ops.sin(ops.abs(x))), "operations"),
    slow(lambda: subclassed(False), "subclassed"),
    slow(attentive, "attention"),
    slow(lambda: recurrent(layers.LSTM(6)), "LSTM"),
    slow(lambda: recurrent(layers.GRU(6)), "GRU"),
    *(
        slow(lambda name=name: critic(activation=name), name)
        for name in ("relu", "gelu", "swish", "softplus", "elu", "selu", "mish")
    ),
    *(
        slow(lambda make=make: critic(make()), make.__name__)
        for make in (
            layers.MaxPooling2D,
            layers.GlobalMaxPooling2D,
            layers.GlobalAveragePooling2D,
            layers.UpSampling2D,
            layers.PReLU,
            layers.Softmax,
            layers.RMSNormalization,
            layers.UnitNormalization,
            layers.ZeroPadding2D,
            keras_gan.layers.LayerNormalization,
            keras_gan.layers.InstanceNormalization,
            keras_gan.layers.MinibatchStdDev,
        )
    ),
    *(
        slow(lambda layer=layer: critic(layer()), name)
        for name, layer in {
            "dropout": lambda: layers.Dropout(0.3),
            "noise": lambda: layers.GaussianNoise(0.3),
            "separable": lambda: layers.SeparableConv2D(4, 3),
            "depthwise": lambda: layers.DepthwiseConv2D(3),
            "transposed": lambda: layers.Conv2DTranspose(4, 3, strides=2),
            "average pooling": lambda: layers.AveragePooling2D(2),
            "spectral": lambda: keras_gan.layers.SpectralNormalization(
                layers.Conv2D(4, 3)
            ),
        }.items()
    ),
    *(
        slow(
            lambda make=make: make((28, 28, 1), seed=1)[1],
            f"networks.{make.__name__}",
        )
        for make in (
            networks.dense,
            networks.dcgan,
            networks.r3gan,
            networks.residual,
            networks.resize_conv,
            networks.style_gan,
            networks.wgan_gp,
        )
    ),
    *(
        slow(
            lambda kind=kind: networks.patch_discriminator(
                (28, 28, 1), filters=16, normalization=kind, seed=1
            ),
            f"patches-{kind}",
        )
        for kind in (None, "instance", "layer", "spectral")
    ),
]


@on_tensorflow
@pytest.mark.parametrize("make", WRONG)
def test_a_wrong_second_derivative_is_measured(make):
    assert "by finite differences" in measured_fault(make(), SHAPE)


@by_rules
@pytest.mark.parametrize("make", RIGHT)
def test_a_right_second_derivative_raises_no_alarm(make):
    network = make()
    inputs = symbolic_inputs(network)
    shape = inputs[0].shape[1:] if inputs else SHAPE
    assert measured_fault(network, shape) is None


@pytest.mark.slow
@pytest.mark.skipif(BACKEND == "tensorflow", reason="wrong there")
@by_rules
@pytest.mark.parametrize("make", WRONG)
def test_what_is_wrong_on_tensorflow_is_right_elsewhere(make):
    assert measured_fault(make(), SHAPE) is None


@on_tensorflow
@pytest.mark.parametrize("inside", [Moments, Doubled])
@pytest.mark.parametrize("label_first", [False, True])
def test_a_critic_that_is_told_the_class_is_measured(inside, label_first):
    images, labels = keras.Input(SHAPE), keras.Input((), dtype="int32")
    x = layers.Conv2D(4, 3, activation="relu")(images)
    x = layers.Flatten()(inside()(x))
    told = layers.Embedding(3, 5)(labels)
    x = layers.Concatenate()([x, told])
    score = layers.Dense(1)(layers.Dense(4, activation="tanh")(x))
    inputs = [labels, images] if label_first else [images, labels]
    fault = measured_fault(keras.Model(inputs, score), SHAPE)
    assert (fault is not None) == (inside is Moments)


@on_tensorflow
def test_a_missing_second_derivative_is_found_with_its_reason():
    network = critic(layers.Resizing(4, 4, interpolation="nearest"))
    fault = measured_fault(network, SHAPE)
    assert fault.startswith("it cannot be taken: gradient registry")


def wgan_gp(network):
    return keras_gan.WGANGP(tiny.generator(), network)


def small(*inside):
    return critic(*inside, shape=tiny.SHAPE)


@on_tensorflow
def test_a_model_warns_of_what_is_measured():
    with pytest.warns(UserWarning, match=r"second derivative.*moments"):
        wgan_gp(small(Moments(name="moments")))


@on_tensorflow
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_a_model_warns_of_resizing(interpolation):
    layer = layers.Resizing(4, 4, interpolation=interpolation)
    with pytest.warns(UserWarning, match="wrong second derivative"):
        wgan_gp(small(layer))


@on_tensorflow
def test_a_model_says_that_batch_statistics_are_wrong_twice():
    with pytest.warns(UserWarning, match="second derivative is wrong, too"):
        wgan_gp(small(layers.BatchNormalization()))


@on_tensorflow
def test_a_strategy_does_not_fool_the_measurement():
    import tensorflow as tf

    for devices in (["CPU:0"], None):
        with tf.distribute.MirroredStrategy(devices).scope():
            right, wrong = critic(Doubled()), critic(Moments())
            assert measured_fault(right, SHAPE) is None
            assert "finite differences" in measured_fault(wrong, SHAPE)


@by_rules
def test_measuring_leaves_no_trace():
    inside = layers.BatchNormalization(), layers.Dropout(0.2), Doubled()
    network = critic(*inside)
    before = [ops.convert_to_numpy(v).copy() for v in network.variables]
    name = layers.Dense(1).name
    drawn, policy = random.getstate(), keras.config.dtype_policy().name
    measured_fault(network, SHAPE)
    assert random.getstate() == drawn
    assert keras.config.dtype_policy().name == policy
    following = int(layers.Dense(1).name.removeprefix("dense_"))
    assert following == int(name.removeprefix("dense_") or 0) + 1
    for variable, value in zip(network.variables, before, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(variable), value)


@by_rules
def test_each_structure_is_measured_once(monkeypatch):
    measured = []
    monkeypatch.setattr(second_derivatives, "_measured", {})
    monkeypatch.setattr(
        second_derivatives,
        "measured_fault",
        lambda network, shape: measured.append(network),
    )
    for size in (4, 4, 5):
        wgan_gp(small(layers.Dense(size), Doubled()))
        keras_gan.GAN(tiny.generator(), small(layers.Dense(size), Doubled()))
    assert len(measured) == 2


@by_rules
@pytest.mark.parametrize("name", FROM_LATENTS)
def test_the_packages_own_networks_need_no_measurement(name):
    few = {} if name == "dense" else {"filters": 4}
    _, discriminator = getattr(networks, name)((16, 16, 3), **few)
    assert second_derivatives.unknown_parts(discriminator) == []


@by_rules
@pytest.mark.parametrize("kind", [None, "instance", "layer", "spectral"])
def test_patches_with_their_source_need_no_measurement(kind):
    discriminator = networks.patch_discriminator(
        (16, 16, 3), source_shape=(8, 8, 1), filters=4, normalization=kind
    )
    assert second_derivatives.unknown_parts(discriminator) == []
    assert second_derivatives.known_faults(discriminator) == []


def test_keras_layers_known_to_be_right_exist():
    for name in second_derivatives._RIGHT:
        assert issubclass(getattr(layers, name), layers.Layer)
