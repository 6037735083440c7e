"""One contestant in a process of its own; tests/benchmarks/peers.py starts it.

It trains the first step, then an epoch to warm up, then an epoch for each line
that it reads. What it measures goes to the standard output, a JSON object a
line; what others print there goes nowhere.
"""

import argparse
import cProfile
import importlib
import json
import os
import platform
import pstats
import resource
import sys
import time
from importlib import metadata
from pathlib import Path

import numpy as np

# The package need not be installed.
sys.path.append(str(Path(__file__).parents[3]))

from tests.benchmarks import peers_rows

PROFILED = 1  # The first epoch after the one that warms up.


class Turns:
    """When to train, and what it took.

    Args:
        report: Takes a dict.
        epochs: How many, the one that warms up included.
        born: When the process was started.
        profile: Whether to print where the time of a turn goes.
    """

    def __init__(self, report, epochs, born, profile):
        self.report, self.epochs, self.born = report, epochs, born
        self.profiler = cProfile.Profile() if profile else None
        self.called = time.time()
        self.done = 0

    def stepped(self):
        """The first step is done."""
        now = time.time()
        self.report(
            {"first_step": now - self.called, "from_start": now - self.born}
        )

    def begin(self):
        """Waits for the turn."""
        if self.done > 0 and not sys.stdin.readline():
            sys.exit("nobody is left to train for")
        if self.profiler and self.done == PROFILED:
            self.profiler.enable()
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def end(self):
        """All steps of the turn are done, not only sent off."""
        wall = time.perf_counter() - self.wall
        cpu = time.process_time() - self.cpu
        if self.profiler and self.done == PROFILED:
            self.profiler.disable()
            print_profile(self.profiler)
        self.done += 1
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        self.report({"wall": wall, "cpu": cpu, "memory": memory})


def print_profile(profiler):
    for order in ("tottime", "cumulative"):
        pstats.Stats(profiler, stream=sys.stderr).sort_stats(order).print_stats(
            35
        )


def sample(count):
    """uint8 images (count, 28, 28, 1): the shipped ones, again and again."""
    path = peers_rows.ROOT / "keras_gan" / "assets" / "fashion_mnist_sample.npz"
    with np.load(path) as arrays:
        images = arrays["x_train_transposed"].transpose(0, 2, 1)[..., None]
    return np.resize(images, (count, *images.shape[1:]))


def versions():
    names = ("keras", "tensorflow", "jax", "torch")
    loaded = [name for name in names if name in sys.modules]
    found = {name: metadata.version(name) for name in loaded}
    return {"python": platform.python_version(), **found}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workload")
    parser.add_argument("contestant")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--born", type=float, required=True)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def report(message):
        print(json.dumps(message), file=channel, flush=True)

    workload = peers_rows.workload(options.workload)
    contestant = peers_rows.contestant(options.contestant)
    images = sample(options.steps * workload.batch_size)
    module = importlib.import_module(
        f"tests.benchmarks.contestants.{contestant.module}"
    )
    turns = Turns(report, options.rounds + 1, options.born, options.profile)
    module.train(workload, images, turns)
    report({"versions": versions()})


if __name__ == "__main__":
    main()
