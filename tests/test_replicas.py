"""Two replicas, workers, devices or processes equal one on the same batches."""

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tests" / "data" / "replica_run.py"

# The last of these batches of 32 is smaller, and does not divide evenly. JAX
# itself refuses such a batch.
ENGINES = {
    "mirrored": ("tensorflow", 1, 85),
    "multiworker": ("tensorflow", 2, 85),
    "jax": ("jax", 1, 64),
    "torch": ("torch", 2, 85),
}
"""The backend of each engine, its processes, and how many images it sees."""

OVERFLOW = """
import sys
import keras, numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
keras.config.set_dtype_policy("mixed_float16")
keras.utils.set_random_seed(1)
import keras_gan
from keras import layers
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    generator = keras.Sequential(
        [keras.Input((6,)), layers.Dense(16, "relu"), layers.Dense(8, "tanh")])
    critic = keras.Sequential(
        [keras.Input((8,)), layers.Dense(16, "tanh"), layers.Dense(1)])
    gan = keras_gan.GAN(generator, critic, seed=3)
images = np.cos(np.arange(64 * 8)).reshape(64, 8).astype("float32")
images[48] = 6e4
gan.fit(tf.data.Dataset.from_tensor_slices(images).batch(32), verbose=0)
np.savez(sys.argv[1], *gan.get_weights())
"""


def free_port(count):
    """The first of `count` ports in a row that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return min(probe.getsockname()[1], 65_000 - count)


def start(arguments, backend):
    environment = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "PYTHONPATH": str(ROOT),
        # Half the time: both sides compile dozens of models.
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
    }
    environment.pop("TF_CONFIG", None)
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", *map(str, arguments)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(processes):
    try:
        for process in processes:
            _, error = process.communicate(timeout=900)
            assert process.returncode == 0, error[-2000:]
    finally:
        for process in processes:
            process.kill()


def arrays(path):
    with np.load(path) as found:
        return dict(found)


@pytest.fixture(scope="module")
def one_device(tmp_path_factory):
    """What one device makes of it, by backend and number of images."""
    known = {}

    def run(backend, images):
        if (backend, images) not in known:
            path = tmp_path_factory.mktemp("one") / "one.npz"
            finish([start([SCRIPT, "one", 1, 0, 0, images, path], backend)])
            known[backend, images] = arrays(path)
        return known[backend, images]

    return run


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_two_replicas_equal_one_device(engine, one_device, tmp_path):
    backend, processes, images = ENGINES[engine]
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"needs {backend}")
    port = free_port(processes)
    paths = [tmp_path / f"{rank}.npz" for rank in range(processes)]
    finish(
        [
            start([SCRIPT, engine, 2, rank, port, images, path], backend)
            for rank, path in enumerate(paths)
        ]
    )
    expected = one_device(backend, images)
    for path in paths:
        found = arrays(path)
        assert set(found) == set(expected)
        for name, value in found.items():
            # Trained in two parts, with saving and loading between them.
            same = expected[name.replace("resumed/", "wgan_gp/")]
            np.testing.assert_allclose(
                value, same, rtol=5e-6, atol=2e-6, err_msg=name
            )


@pytest.mark.slow
def test_an_overflow_on_one_replica_spoils_no_weight(tmp_path):
    path = tmp_path / "weights.npz"
    finish([start(["-c", OVERFLOW, path], "tensorflow")])
    for weights in arrays(path).values():
        assert np.isfinite(weights).all()
