"""A long training with a pool of past images takes no more memory."""

from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan


class Resident(keras.callbacks.Callback):
    """Notes how much memory the process holds after some steps, in MiB."""

    wants_each_batch = True

    def __init__(self, *steps):
        super().__init__()
        self.steps, self.found, self.done = steps, [], 0

    def on_train_batch_end(self, batch, logs=None):
        self.done += 1
        if self.done in self.steps:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.found.append(pages * 4096 / 2**20)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc")
def test_memory_stays_flat_over_a_thousand_steps_with_the_pool():
    images = np.random.default_rng(0).uniform(-1, 1, (64, 16, 16, 1))
    networks = keras_gan.networks.cycle_gan(
        (16, 16, 1), filters=4, blocks=1, discriminator_filters=4, seed=0
    )
    gan = keras_gan.CycleGAN(*networks, pool_size=50, seed=0)
    resident = Resident(200, 1200)
    gan.fit(
        images.astype("float32"),
        images[::-1].astype("float32"),
        batch_size=4,
        epochs=75,
        verbose=0,
        callbacks=[resident],
    )
    before, after = resident.found
    assert after < before + 20.0
