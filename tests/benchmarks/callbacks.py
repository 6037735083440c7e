"""Times training with the callbacks that watch it, beside training alone.

    python tests/benchmarks/callbacks.py [--rounds 5] [--recipes quick vanilla]
                                         [--images 10000]

Two equal models of a recipe train on the embedded images, an epoch each by
turns: one alone, one with `Rollback`, `ImageSnapshot` and `TensorBoard` at
their defaults. Prints as Markdown, of CPU seconds (all threads, so that what
else runs on the machine matters less) and of the clock, the medians of a step,
of an epoch's end, and of the ratios of turns that follow each other, with the
end added, for epochs of 60,000 images.
The first epoch compiles and is left out, but for the histograms, which
TensorBoard writes at the end of every tenth: a tenth of their time is added.
What is paid once, before the first epoch and after the last, comes below.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

# Before Keras is imported; what TensorFlow says of the machine is no result.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from keras_gan import datasets, recipes
from keras_gan.callbacks import ImageSnapshot, Rollback, TensorBoard

RECIPES = ("quick", "vanilla")
EPOCH = 60_000
HISTOGRAMS = 10


class Time(NamedTuple):
    """Seconds of all threads' work, and on the clock."""

    cpu: float
    clock: float

    def since(self, start):
        return Time(self.cpu - start.cpu, self.clock - start.clock)


def now():
    return Time(time.process_time(), time.perf_counter())


class First(keras.callbacks.Callback):
    """Waits for its turn and reads the clocks, before all other callbacks."""

    async_safe = True

    def __init__(self, turn):
        super().__init__()
        self.turn, self.began, self.stepped = turn, [], []

    def on_epoch_begin(self, epoch, logs=None):
        if epoch > 0:
            self.turn.acquire()
        self.began.append(now())

    def on_epoch_end(self, epoch, logs=None):
        self.stepped.append(now())


class Last(keras.callbacks.Callback):
    """Reads the clocks after all other callbacks, and ends the turn."""

    async_safe = True

    def __init__(self, others_turn, epochs):
        super().__init__()
        self.turn, self.epochs, self.ended = others_turn, epochs, []

    def on_epoch_end(self, epoch, logs=None):
        self.ended.append(now())
        if epoch + 1 < self.epochs:
            self.turn.release()


class Side:
    """A model that is trained with or without callbacks.

    Args:
        recipe: What to train.
        images: On what.
        callbacks: Folder -> callbacks.
        turn: A semaphore: this side's turn.
        others_turn: The other side's.
    """

    def __init__(self, recipe, images, callbacks, turn, others_turn):
        keras.utils.set_random_seed(0)
        self.gan = recipes.assemble(
            recipe, images.shape[1:], seed=0, num_images=len(images)
        )
        self.data = recipes.batches(recipe, images, None, seed=0)
        self.callbacks = callbacks
        self.turn, self.others_turn = turn, others_turn
        self.steps, self.ends, self.once = [], [], []

    def run(self, epochs):
        self.turn.acquire()
        first, last = First(self.turn), Last(self.others_turn, epochs)
        began = now()
        with tempfile.TemporaryDirectory() as folder:
            self.gan.fit(
                self.data,
                epochs=epochs,
                shuffle=False,
                verbose=0,
                callbacks=[first, *self.callbacks(folder), last],
            )
        ended = now()
        self.others_turn.release()
        self.steps = list(map(Time.since, first.stepped, first.began))
        self.ends = list(map(Time.since, last.ended, first.stepped))
        self.once = [
            first.began[0].since(began),
            ended.since(last.ended[-1]),
        ]


def watching(folder):
    folder = Path(folder)
    return [
        Rollback(),
        ImageSnapshot(folder / "images"),
        TensorBoard(folder / "tensorboard"),
    ]


def measured(name, rounds, count):
    recipe = recipes.get(name)
    source = datasets.source("fashion_mnist_sample")
    images = np.resize(source.images, (count, *source.image_shape))
    turns = [threading.Semaphore(1), threading.Semaphore(0)]
    sides = [
        Side(recipe, images, lambda folder: [], *turns),
        Side(recipe, images, watching, *turns[::-1]),
    ]
    threads = [
        threading.Thread(target=side.run, args=(rounds + 1,)) for side in sides
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sides


def median(times, kind):
    """Returns the median of all epochs but the first."""
    return statistics.median(getattr(each, kind) for each in times[1:])


def report(name, alone, watched, batches):
    usual = EPOCH // recipes.get(name).batch_size
    for kind, title in (("cpu", "CPU"), ("clock", "clock")):
        steps = [
            median(side.steps, kind) / batches for side in (alone, watched)
        ]
        ends = [median(side.ends, kind) for side in (alone, watched)]
        more = getattr(watched.ends[0], kind) - ends[1]
        ends[1] += max(more, 0.0) / HISTOGRAMS
        # Turns that follow each other are compared: the machine may drift.
        pairs = [
            getattr(with_them, kind) / getattr(without, kind)
            for without, with_them in zip(
                alone.steps[1:], watched.steps[1:], strict=True
            )
        ]
        at_end = ends[1] / (steps[0] * usual)
        print(
            f"| {name} | {title} | {1e3 * steps[0]:.1f} | {1e3 * steps[1]:.1f} "
            f"| {min(pairs):.2f} to {max(pairs):.2f} "
            f"| {ends[1]:.2f} | {statistics.median(pairs) + at_end:.3f} |"
        )
    once = [sum(each.cpu for each in side.once) for side in (alone, watched)]
    return (
        f"{name}: once a run {once[0]:.1f} CPU s alone, {once[1]:.1f} watched."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--recipes", nargs="+", choices=RECIPES, default=RECIPES
    )
    parser.add_argument("--images", type=int, default=10_000)
    arguments = parser.parse_args()
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} "
        f"cores, {keras.backend.backend()}, Keras {keras.version()}; medians "
        f"of {arguments.rounds} rounds by turns, {arguments.images:,} images "
        "an epoch.\n"
    )
    print(
        "| recipe | time | step alone, ms | step watched, ms "
        "| ratios of turns | epoch's end, s | ratio, 60,000 images |"
    )
    print("|---|---|---:|---:|---:|---:|---:|")
    notes = []
    for name in arguments.recipes:
        sides = measured(name, arguments.rounds, arguments.images)
        batches = arguments.images // recipes.get(name).batch_size
        notes.append(report(name, *sides, batches))
    print("\n" + "\n\n".join(notes))


if __name__ == "__main__":
    main()
