"""A strategy of tf.distribute with one device trains as none at all."""

import contextlib

import keras
import numpy as np
import pytest

from keras_gan.cli import main
from tests import tiny

if keras.backend.backend() != "tensorflow":
    pytest.skip("needs tf.distribute", allow_module_level=True)

import tensorflow as tf

STRATEGIES = {
    "none": contextlib.nullcontext,
    "mirrored": lambda: tf.distribute.MirroredStrategy(["CPU:0"]).scope(),
    "one device": lambda: tf.distribute.OneDeviceStrategy("CPU:0").scope(),
}


def trained(strategy, make, images, policy="float32", **compilation):
    # Equal names of layers: gradients are added in an order that they decide.
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    keras.config.set_dtype_policy(policy)
    try:
        with STRATEGIES[strategy]():
            gan = make()
            gan.compile(**compilation)
        gan.fit(images[:64], batch_size=16, verbose=0)
        gan.evaluate(images[:64], batch_size=16, verbose=0)
    finally:
        keras.config.set_dtype_policy("float32")
    return gan.get_weights()


@pytest.mark.parametrize(
    ("strategy", "make", "settings"),
    [
        pytest.param(
            "mirrored",
            tiny.gan_r1_ema,
            {},
            id="lazy penalty",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "mirrored",
            tiny.wgan_gp,
            {},
            id="discriminator steps",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "mirrored",
            tiny.wgan_gp,
            {"steps_per_execution": 2},
            id="steps per execution",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "mirrored",
            tiny.wgan_gp,
            {"policy": "mixed_float16"},
            id="loss scaling",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "mirrored",
            tiny.wgan_gp,
            {"run_eagerly": True},
            id="eager",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "one device",
            tiny.wgan_gp,
            {},
            id="one device",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_one_replica_equals_none(strategy, make, settings, images):
    expected = trained("none", make, images, **settings)
    found = trained(strategy, make, images, **settings)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "settings",
    [
        {"gradient_accumulation_steps": 2},
        {"use_ema": True, "ema_overwrite_frequency": 2},
    ],
    ids=lambda settings: list(settings)[-1],
)
def test_what_keras_cannot_do_under_a_strategy_is_refused(settings):
    with STRATEGIES["mirrored"]():
        gan = tiny.gan()
        adam = keras.optimizers.Adam(**settings)
        with pytest.raises(ValueError, match=list(settings)[-1]):
            gan.compile(g_opt=adam)
    gan = tiny.gan()
    gan.compile(g_opt=keras.optimizers.Adam(**settings))


@pytest.mark.slow
def test_the_command_line_trains_on_one_device(tmp_path):
    arguments = [
        *("train", "wgan-gp", "--data=fashion_mnist_sample", "--epochs=1"),
        *("--set=limit=160", "--batch-size=32", "--set=evaluation=null"),
        *("--set=networks.filters=8", "--distribute=mirrored"),
    ]
    assert main([*arguments, f"--out={tmp_path / 'run'}"]) == 0
