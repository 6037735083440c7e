"""Times Pix2Pix and CycleGAN beside the loops of TensorFlow's tutorials.

    python tests/benchmarks/translators.py [--rounds 7] [--seconds 4]

The loops are written by hand around a `tf.function` as the two tutorials have
them: one step with a tape for each player, all losses from one pass. Both have
the same networks, batches and optimizers, and train some steps each by turns in
this process. The ratio is hand-written by ours, of the CPU time of all threads
and of the clock: above 1, ours is faster. `taskset -c 1` before it keeps it to
one core. Writes docs/benchmarks/translators.json and docs/benchmarks.md.
"""

import argparse
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

import keras_gan
from keras_gan import networks
from tests.benchmarks import peers_page
from tests.benchmarks.machine import OtherWork, cpu_model
from tests.benchmarks.peers_rows import TRANSLATORS


@dataclass(frozen=True)
class Workload:
    """What is trained.

    Args:
        model: "pix2pix" or "cycle_gan".
        size: Height and width of the images.
        batch_size: Images in a batch.
        filters: Channels of the first stages.
    """

    model: str
    size: int
    batch_size: int
    filters: int

    @property
    def networks(self):
        keras.utils.set_random_seed(0)
        shape = (self.size, self.size, 3)
        make = getattr(networks, self.model)
        filters = {"discriminator_filters": self.filters}
        return make(shape, filters=self.filters, seed=0, **filters)

    @property
    def title(self):
        name = {"pix2pix": "Pix2Pix", "cycle_gan": "CycleGAN"}[self.model]
        size = f"{self.size}x{self.size}"
        return f"{name}, {size}, batches of {self.batch_size}"


WORKLOADS = (
    # Batches of one, as in the tutorials.
    Workload("pix2pix", 128, 1, 32),
    Workload("pix2pix", 64, 16, 32),
    Workload("cycle_gan", 64, 1, 32),
    Workload("cycle_gan", 64, 4, 16),
)


def adam():
    return keras.optimizers.Adam(2e-4, beta_1=0.5)


def ours(workload):
    """Returns what trains on a data set."""
    models = {"pix2pix": keras_gan.Pix2Pix, "cycle_gan": keras_gan.CycleGAN}
    gan = models[workload.model](*workload.networks)
    gan.compile(adam(), adam(), "non_saturating")
    return lambda data: gan.fit(data, epochs=1, verbose=0)


def by_hand(workload):
    """Returns what trains on a data set, without this package."""
    steps = {"pix2pix": pix2pix_step, "cycle_gan": cycle_gan_step}
    step = steps[workload.model](*workload.networks)

    def train(data):
        for first, second in data:
            last = step(first, second)
        last.numpy()

    return train


def pix2pix_step(generator, discriminator):
    g_opt, d_opt = adam(), adam()
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def step(source, target):
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            made = generator(source, training=True)
            real = discriminator([source, target], training=True)
            fake = discriminator([source, made], training=True)
            g_loss = cross_entropy(tf.ones_like(fake), fake)
            g_loss += 100.0 * tf.reduce_mean(tf.abs(target - made))
            d_loss = cross_entropy(tf.ones_like(real), real)
            d_loss += cross_entropy(tf.zeros_like(fake), fake)
        apply(g_opt, g_tape, g_loss, generator)
        apply(d_opt, d_tape, d_loss, discriminator)
        return g_loss

    return step


def cycle_gan_step(ab, ba, judge_a, judge_b):
    optimizers = [adam() for _ in range(4)]
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)

    def distance(one, other):
        return tf.reduce_mean(tf.abs(one - other))

    def judges_loss(real, fake):
        loss = cross_entropy(tf.ones_like(real), real)
        return 0.5 * (loss + cross_entropy(tf.zeros_like(fake), fake))

    @tf.function
    def step(a, b):
        with tf.GradientTape(persistent=True) as tape:
            fake_b, fake_a = ab(a, training=True), ba(b, training=True)
            back_a, back_b = (
                ba(fake_b, training=True),
                ab(fake_a, training=True),
            )
            same_a, same_b = ba(a, training=True), ab(b, training=True)
            real_a = judge_a(a, training=True)
            real_b = judge_b(b, training=True)
            judged_a = judge_a(fake_a, training=True)
            judged_b = judge_b(fake_b, training=True)
            cycle = 10.0 * (distance(a, back_a) + distance(b, back_b))
            losses = [
                cross_entropy(tf.ones_like(judged_b), judged_b)
                + cycle
                + 5.0 * distance(b, same_b),
                cross_entropy(tf.ones_like(judged_a), judged_a)
                + cycle
                + 5.0 * distance(a, same_a),
                judges_loss(real_a, judged_a),
                judges_loss(real_b, judged_b),
            ]
        players = zip(
            optimizers, losses, (ab, ba, judge_a, judge_b), strict=True
        )
        for optimizer, loss, network in players:
            apply(optimizer, tape, loss, network)
        return losses[0]

    return step


def apply(optimizer, tape, loss, network):
    variables = network.trainable_variables
    gradients = tape.gradient(loss, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))


def batches(workload, steps):
    shape = (2, workload.batch_size, workload.size, workload.size, 3)
    rng = np.random.default_rng(0)
    images = rng.uniform(-1.0, 1.0, shape).astype("float32")
    return tf.data.Dataset.from_tensors(tuple(images)).repeat(steps)


def timed(train, data):
    wall, cpu = time.perf_counter(), time.process_time()
    train(data)
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(workload, options):
    """Returns the record of a workload."""
    contestants = {"ours": ours(workload), "by_hand": by_hand(workload)}
    few = batches(workload, 3)
    for train in contestants.values():
        train(few)
    seconds, _ = timed(contestants["ours"], few)
    steps = max(3, round(3 * options.seconds / seconds))
    data = batches(workload, steps)
    for train in contestants.values():
        train(data)  # One that has another length may be traced anew.
    times = {name: [] for name in contestants}
    others = OtherWork()
    for index in range(options.rounds):
        order = sorted(contestants, reverse=bool(index % 2))
        for name in order:
            times[name].append(timed(contestants[name], data))
    ratios = [
        [hand / own for hand, own in zip(theirs, mine, strict=True)]
        for theirs, mine in zip(times["by_hand"], times["ours"], strict=True)
    ]
    wall, cpu = (statistics.median(each) for each in zip(*ratios, strict=True))
    images = steps * workload.batch_size
    median = statistics.median(each[1] for each in times["ours"])
    return {
        "title": workload.title,
        "steps": steps,
        "rounds": options.rounds,
        "wall_ratio": round(wall, 3),
        "cpu_ratio": round(cpu, 3),
        "images_per_cpu_second": round(images / median, 2),
        "times": times,
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "others": round(others.cores(), 2),
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4.0, help="of a turn")
    options = parser.parse_args()
    found = []
    for workload in WORKLOADS:
        found.append(measure(workload, options))
        words = {k: v for k, v in found[-1].items() if k != "times"}
        print(json.dumps(words), flush=True)
    TRANSLATORS.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    peers_page.write()


if __name__ == "__main__":
    main()
