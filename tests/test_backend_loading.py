"""Does the command line load TensorFlow as it says?"""

import gc
import os
import platform
import subprocess
import sys

import numpy as np
import pytest

from keras_gan.cli.backend_loading import ENVIRONMENT, uncollected

ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
COMPUTE = """
import sys
from keras_gan.cli.backend_loading import load_backend
load_backend()
import keras, numpy as np, tensorflow as tf
keras.utils.set_random_seed(0)
x = tf.random.normal((8, 4, 4, 96))
kernel = tf.random.normal((5, 5, 96, 160))

@tf.function
def gradients(x, kernel):
    with tf.GradientTape() as tape:
        tape.watch([x, kernel])
        loss = tf.reduce_sum(tf.nn.conv2d(x, kernel, 2, "SAME") ** 2)
    return tape.gradient(loss, [x, kernel])

by_input, by_kernel = gradients(x, kernel)
np.savez(sys.argv[1], by_input=by_input, by_kernel=by_kernel)
"""


def gradients(path, **variables):
    """Of a convolution, as a process of the command line computes them."""
    kept = {k: v for k, v in os.environ.items() if k not in ENVIRONMENT}
    kept["KERAS_BACKEND"] = "tensorflow"
    command = [sys.executable, "-c", COMPUTE, str(path)]
    subprocess.run(command, check=True, env={**kept, **variables})
    with np.load(path) as found:
        return dict(found)


@pytest.mark.slow
def test_onednn_computes_unless_the_user_says_no(tmp_path):
    chosen = gradients(tmp_path / "chosen.npz")
    said = gradients(tmp_path / "said.npz", **{ONEDNN: "1"})
    without = gradients(tmp_path / "without.npz", **{ONEDNN: "0"})
    for name, values in chosen.items():
        np.testing.assert_array_equal(values, said[name])
        scale = np.abs(values).max()
        np.testing.assert_allclose(values, without[name], atol=1e-5 * scale)
    if platform.machine() == "x86_64":
        # TensorFlow's own kernels make the sums in another order.
        assert any((chosen[n] != without[n]).any() for n in chosen)


def test_the_collector_passes_over_what_was_loaded():
    before = gc.get_freeze_count()
    try:
        with uncollected():
            assert not gc.isenabled()
            made = [[number] for number in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + len(made)
    finally:
        gc.unfreeze()


def test_the_collector_works_again_after_a_failed_import():
    try:
        with pytest.raises(ImportError), uncollected():
            raise ImportError("no such backend")
        assert gc.isenabled()
    finally:
        gc.unfreeze()
