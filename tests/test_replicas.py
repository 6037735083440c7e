"""Two replicas equal one device on the same global batch."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

TENSORFLOW = keras.backend.backend() == "tensorflow"

RUN = """
import sys
import keras, numpy as np, tensorflow as tf
replicas, kind, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * replicas)
if kind == "overflow":
    keras.config.set_dtype_policy("mixed_float16")
keras.utils.set_random_seed(1)
devices = [f"CPU:{i}" for i in range(replicas)]
strategy = (tf.distribute.MirroredStrategy(devices) if replicas > 1
            else tf.distribute.get_strategy())
import keras_gan
from keras import layers
SGD = keras.optimizers.SGD
with strategy.scope():
    generator = keras.Sequential(
        [keras.Input((6,)), layers.Dense(16, "relu"), layers.Dense(8, "tanh")])
    critic = keras.Sequential(
        [keras.Input((8,)), layers.Dense(16, "tanh"), layers.Dense(1)])
    if kind == "wgan_gp":
        gan = keras_gan.WGANGP(generator, critic, discriminator_steps=2,
                               ema_decay=0.9, seed=3)
        gan.compile(SGD(0.05), SGD(0.05))
    elif kind == "lazy":
        r1 = keras_gan.regularizers.R1(10.0, interval=2)
        gan = keras_gan.GAN(generator, critic, regularizer=r1, seed=3)
        gan.compile(SGD(0.05), SGD(0.05))
    elif kind == "clipped":
        gan = keras_gan.GAN(generator, critic, seed=3)
        gan.compile(SGD(0.5, global_clipnorm=0.01), SGD(0.5, clipnorm=0.01))
    else:
        gan = keras_gan.GAN(generator, critic, seed=3)
        gan.compile(SGD(0.05), SGD(0.05))
images = np.cos(np.arange(64 * 8)).reshape(64, 8).astype("float32")
if kind == "overflow":
    images[48] = 6e4
data = tf.data.Dataset.from_tensor_slices(images).batch(32)
gan.fit(data, epochs=3, verbose=0)
np.savez(path, *gan.get_weights())
"""


def run(replicas, kind, folder):
    path = folder / f"{kind}{replicas}.npz"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN, str(replicas), kind, path],
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
    )
    with np.load(path) as arrays:
        return [arrays[name] for name in arrays]


@pytest.mark.slow
@pytest.mark.skipif(not TENSORFLOW, reason="tf.distribute")
@pytest.mark.parametrize("kind", ["wgan_gp", "lazy", "clipped"])
def test_two_replicas_equal_one_device(kind, tmp_path):
    for one, two in zip(
        run(1, kind, tmp_path), run(2, kind, tmp_path), strict=True
    ):
        np.testing.assert_allclose(one, two, atol=2e-6)


@pytest.mark.slow
@pytest.mark.skipif(not TENSORFLOW, reason="tf.distribute")
def test_an_overflow_on_one_replica_spoils_no_weight(tmp_path):
    for weights in run(2, "overflow", tmp_path):
        assert np.isfinite(weights).all()
