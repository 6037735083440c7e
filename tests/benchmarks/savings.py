"""Times what a step leaves out, with and without, turn by turn.

    python tests/benchmarks/savings.py [--rounds 5] [--seconds 2] [--only WORDS]

On TensorFlow, or where `KERAS_BACKEND` says. `taskset -c 1` before it keeps it
to one core, and another program's load off it. `--only "one kernel"` measures
the rows that are called so, in place of those that are on record; the other
rows stay.

Each pair of models trains a few steps each by turns, in this process or, where
that is what differs, in one each. The ratio is that of the CPU time of all
threads, and of the clock: without by with, so above 1 is what the saving gains.
Writes docs/benchmarks/savings.json and docs/benchmarks.md.
"""

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf
from keras import ops
from PIL import Image

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

import keras_gan
from keras_gan import datasets, memory, recipes
from keras_gan.models import turns
from tests.benchmarks import peers_page
from tests.benchmarks.peers_rows import SAVINGS
from tests.benchmarks.turns import Process, answer, orders
from tests.float_batches import FloatBatches

IMAGES = 1_280
BATCHES = {"dcgan": 128}
"""Where they are not the recipe's."""
FOLDER = tempfile.TemporaryDirectory()


class TwoPasses(keras_gan.GAN):
    """Makes images anew for the generator's update."""

    def update(self, data):
        with mock.patch.object(turns.Turns, "one_pass", False):
            return super().update(data)


class PenaltiesApart(keras_gan.GAN):
    """Scores images again for each penalty."""

    def _can_share(self, training):
        return False


class OneBatch(keras_gan.GAN):
    """Scores real and generated images in one batch."""

    def discriminator_loss(self, real, fake, condition=(), training=True):
        both = ops.concatenate([real, fake])
        scores = self.discriminate(both, condition, training)
        count = ops.shape(real)[0]
        found = scores[:count], scores[count:]
        loss = self.adversarial_loss.discriminator(*found)
        return loss, dict(zip(("d_real", "d_fake"), found, strict=True))


class Tuned(keras_gan.GAN):
    """Has tf.data tune its pipelines, as `fit` of other models does."""

    @property
    def distribute_strategy(self):
        return tf.distribute.get_strategy()


class Sent(datasets.ImageBatches):
    """Is sent batch by batch: `fit` holds no batches of another class."""


class ManyPasses(keras.optimizers.Adam):
    """Adam as Keras makes it; a class of its own never takes the kernel."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient, variable, learning_rate)


def many_passes(name, batch_size=None):
    gan, batches = assembled(name, batch_size=batch_size)
    players = (
        ManyPasses.from_config(each.get_config())
        for each in gan.optimizer.optimizers
    )
    gan.compile(*players, gan.adversarial_loss)
    return gan, batches


def assembled(
    name, kind=None, batch_size=None, steps="auto", images=IMAGES, **changes
):
    """A recipe's GAN, of another class, and its batches."""
    recipe = replace(recipes.get(name), epochs=1, **changes)
    batch_size = batch_size or BATCHES.get(name)
    if batch_size:
        recipe = replace(recipe, batch_size=batch_size)
    gan = recipes.assemble(recipe, (28, 28, 1), seed=0)
    config = gan.get_compile_config()
    if kind is not None:
        gan = kind.from_config(gan.get_config())
    gan.compile_from_config({**config, "steps_per_execution": steps})
    pixels, _ = datasets.load("fashion_mnist_sample", limit=images)
    return gan, recipes.batches(recipe, pixels, seed=0)


def as_floats(name):
    gan, batches = assembled(name)
    return gan, FloatBatches(batches)


def as_sent(name, batch_size=None):
    gan, batches = assembled(name, batch_size=batch_size)
    batches.__class__ = Sent
    return gan, batches


def from_files(name):
    """The same GAN, whose images are decoded in each epoch."""
    gan, batches = assembled(name)
    folder = Path(FOLDER.name)
    for number, pixels in enumerate(batches.images):
        Image.fromarray(pixels[..., 0]).save(folder / f"{number:04d}.png")
    files = datasets.ImageFolder(folder)
    return gan, recipes.batches(recipes.get(name), files, seed=0)


def with_both_penalties(kind):
    """The networks of `dcgan` without dropout, under R1 and R2."""
    networks = {**recipes.get("dcgan").networks, "dropout": 0.0}
    gan, batches = assembled(
        "dcgan", networks=networks, batch_size=32, images=128
    )
    model = kind(
        gan.generator, gan.discriminator, regularizer=["r1", "r2"], seed=0
    )
    model.compile()
    return model, batches


def without_lazy():
    return assembled("quick", regularizer={"name": "r1", "weight": 1.0})


NETWORKS = (
    ("dense-logits", 32),
    ("dense-logits", 128),
    ("dcgan", 32),
    ("dcgan", 128),
)
"""Recipes, and batch sizes that they are trained with."""
PAIRS = {
    "one pass of the generator for both players": {
        name: (
            lambda n=name: assembled(n, TwoPasses),
            lambda n=name: assembled(n),
        )
        for name in ("quick", "vanilla", "dcgan")
    },
    "Adam in one kernel": {
        f"{name}, batch {size}": (
            lambda n=name, k=size: many_passes(n, k),
            lambda n=name, k=size: assembled(n, batch_size=k),
        )
        for name, size in NETWORKS
    },
    "epochs that begin without a wait": {
        f"{name}, batch {size}": (
            lambda n=name, k=size: assembled(n, Tuned, k),
            lambda n=name, k=size: assembled(n, batch_size=k),
        )
        for name, size in NETWORKS
    },
    "images sent as bytes": {
        name: (
            lambda n=name: as_floats(n),
            lambda n=name: as_sent(n),
        )
        for name in ("dense-logits", "vanilla", "quick")
    },
    "data held on the device": {
        f"{name}, batch {size}": (
            lambda n=name, k=size: as_sent(n, k),
            lambda n=name, k=size: assembled(n, batch_size=k),
        )
        for name, size in (("dense-logits", 32), ("vanilla", 128))
    },
    "files decoded once": {
        name: (
            lambda n=name: from_files(n),
            lambda n=name: assembled(n),
        )
        for name in ("vanilla", "quick")
    },
    "R1 and R2 by the scores' own pass": {
        "dcgan, batch 32": (
            lambda: with_both_penalties(PenaltiesApart),
            lambda: with_both_penalties(keras_gan.GAN),
        )
    },
    "R1 at every fourth step": {
        "quick": (without_lazy, lambda: assembled("quick"))
    },
    "several steps a call": {
        "dense-logits, batch 32": (
            lambda: assembled("dense-logits", batch_size=32, steps=1),
            lambda: assembled("dense-logits", batch_size=32),
        ),
        "vanilla": (
            lambda: assembled("vanilla", steps=1),
            lambda: assembled("vanilla"),
        ),
    },
    "real and generated in one batch (not done)": {
        name: (
            lambda n=name: assembled(n),
            lambda n=name: assembled(n, OneBatch),
        )
        for name in ("dense-logits", "vanilla", "dcgan")
    },
}


class Settings(NamedTuple):
    """What a process of its own is told.

    Attributes:
        keep: Whether it keeps freed memory.
        onednn: Whether TensorFlow takes oneDNN's kernels.
    """

    keep: bool = True
    onednn: bool = True


AS_IN_TRAIN = Settings()
"""As `keras-gan train` sets it."""
SETTINGS = {
    "freed memory kept for the next step": (
        Settings(keep=False),
        ("dense-logits", "vanilla", "quick", "dcgan"),
    ),
    "kernels of oneDNN": (
        Settings(onednn=False),
        ("vanilla", "quick", "dcgan", "wgan-gp", "r3gan"),
    ),
}
"""What is compared with `AS_IN_TRAIN`, and for which recipes."""


def turn(gan, batches, epochs):
    before = time.process_time(), time.perf_counter()
    gan.fit(batches, epochs=epochs, verbose=0, shuffle=False)
    return time.process_time() - before[0], time.perf_counter() - before[1]


def compare(makers, rounds, seconds):
    """The ratios of CPU time and of the clock, round by round."""
    pair = [make() for make in makers]
    for each in pair:
        turn(*each, 1)
    _, once = turn(*pair[1], 1)
    epochs = max(1, round(seconds / once))
    return ratios(pair, lambda each: turn(*each, epochs), rounds)


def ratios(pair, measure, rounds):
    """What the first takes by the second, (CPU, clock), in each round."""
    found = []
    for number in range(rounds):
        # Each is first as often as the other, on a machine that slows down.
        order = (0, 1) if number % 2 == 0 else (1, 0)
        took = {place: measure(pair[place]) for place in order}
        found.append([a / b for a, b in zip(took[0], took[1], strict=True)])
    return [list(each) for each in zip(*found, strict=True)]


def serve(name, keep):
    """Trains when it is told to, in a process of its own."""
    gan, batches = assembled(name)
    with memory.keep_freed() if keep else contextlib.nullcontext():
        turn(gan, batches, 1)
        for order in orders():
            cpu, clock = turn(gan, batches, order["epochs"])
            answer(cpu=cpu, clock=clock)


def compare_processes(name, without, rounds, seconds):
    """As `compare`, without a setting and with all of `keras-gan train`."""
    pair = [
        Process(
            __file__,
            *("--serve", name, *(["--keep"] if each.keep else [])),
            TF_ENABLE_ONEDNN_OPTS=str(int(each.onednn)),
        )
        for each in (without, AS_IN_TRAIN)
    ]

    def told(process, epochs):
        process.tell(epochs=epochs)
        heard = process.hear()
        return heard["cpu"], heard["clock"]

    try:
        once = [told(each, 1)[1] for each in pair]
        epochs = max(1, round(seconds / once[1]))
        return ratios(pair, lambda each: told(each, epochs), rounds)
    finally:
        for each in pair:
            each.end()


def spread(numbers):
    """Their median, and between which values half of them lie."""
    low, middle, high = statistics.quantiles(numbers, n=4)
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--only", default="", metavar="WORDS")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.keep)
        return
    cases = [
        (saving, case, lambda *how, made=makers: compare(made, *how))
        for saving, found in PAIRS.items()
        for case, makers in found.items()
    ]
    cases += [
        (setting, name, partial(compare_processes, name, without))
        for setting, (without, names) in SETTINGS.items()
        for name in names
    ]
    rows = []
    for saving, case, comparison in cases:
        if options.only not in f"{saving}, {case}":
            rows += recorded(saving, case)
            continue
        cpu, clock = comparison(options.rounds, options.seconds)
        rows.append(
            {"saving": saving, "case": case, "cpu": cpu, "clock": clock}
        )
        print(
            f"{saving}, {case}: {spread(cpu)} CPU, {spread(clock)} clock",
            flush=True,
        )
    SAVINGS.parent.mkdir(parents=True, exist_ok=True)
    found = {"cores": len(os.sched_getaffinity(0)), "rows": rows}
    SAVINGS.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    peers_page.write()


def recorded(saving, case):
    """The row of an earlier run, if there is one."""
    if not SAVINGS.is_file():
        return []
    rows = json.loads(SAVINGS.read_text("utf-8"))["rows"]
    return [r for r in rows if (r["saving"], r["case"]) == (saving, case)]


if __name__ == "__main__":
    main()
