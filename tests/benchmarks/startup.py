"""Times the start: of commands that answer at once, and to a first update.

    python tests/benchmarks/startup.py [--rounds 5] [--recipe quick]

Each round starts every command in a process of its own, one after the other.
What `keras-gan train` does before its first call of steps comes back is told
by part. CPU seconds, of all threads; in brackets by the clock. The first
round warms up the disk's cache and is left out.
Writes docs/benchmarks/startup.json and docs/benchmarks.md.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import peers_page
from tests.benchmarks.machine import cpu_model
from tests.benchmarks.peers_rows import ROOT, STARTUP

COMMANDS = {
    "import keras": ["-c", "import keras"],
    "keras-gan recipes": ["-m", "keras_gan.cli", "recipes"],
    "keras-gan train --help": ["-m", "keras_gan.cli", "train", "--help"],
}

FIRST_STEPS = """
import json, os, sys, time

marks = []

def mark(part):
    marks.append((part, time.process_time(), time.perf_counter()))

mark("start")
from keras_gan.cli.backend_loading import ENVIRONMENT, uncollected
os.environ.update(ENVIRONMENT)
with uncollected():
    import keras
    import keras_gan.models
mark("import of Keras, TensorFlow and keras_gan")

from keras_gan.callbacks import ImageSnapshot, TensorBoard
from keras_gan.cli import main
from keras_gan.models.adversarial_model import AdversarialModel

class Last(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        mark("features of real images, TensorBoard, the first picture")

    def on_train_batch_end(self, batch, logs=None):
        mark("optimizing the graph, the steps of the first call")
        with open(sys.argv[1], "w") as file:
            json.dump(marks, file)
        os._exit(0)

def fit(self, *args, callbacks=(), **kwargs):
    mark("data, networks, the folder of the run")
    return fitted(self, *args, callbacks=[*callbacks, Last()], **kwargs)

def update(self, *args, **kwargs):
    mark("what Keras makes of the data")
    made = updated(self, *args, **kwargs)
    mark("tracing the players' turns")
    return made

fitted, AdversarialModel.fit = AdversarialModel.fit, fit
updated, AdversarialModel.update = AdversarialModel.update, update
main(["train", *sys.argv[2:]])
"""
"""A run of `keras-gan train` that ends with its first call of steps."""

TRAINING = "first update"


def children():
    """CPU seconds of all processes that have ended, and the clock."""
    times = os.times()
    spent = times.children_user + times.children_system
    return spent, time.perf_counter()


def timed(arguments):
    """The CPU seconds of a process, and those of the clock."""
    before = children()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    after = children()
    return [now - then for now, then in zip(after, before, strict=True)]


def first_steps(recipe, folder):
    """By part: the seconds up to the end of the first call of steps."""
    marks = Path(folder) / "marks.json"
    data = ["--data", "fashion_mnist_sample", "--out", f"{folder}/run"]
    total = timed(["-c", FIRST_STEPS, str(marks), recipe, *data])
    found = json.loads(marks.read_text("utf-8"))
    parts = {
        name: [now - then for now, then in zip(at, before, strict=True)]
        for (_, *before), (name, *at) in itertools.pairwise(found)
    }
    return {**parts, TRAINING: total}


def middle(found):
    """The medians of rounds: CPU seconds and those of the clock."""
    return [
        round(statistics.median(each), 2) for each in zip(*found, strict=True)
    ]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recipe", default="quick")
    options = parser.parse_args()
    commands, parts = {}, {}
    for turn in range(options.rounds + 1):
        for name, arguments in COMMANDS.items():
            commands.setdefault(name, []).append(timed(arguments))
        with tempfile.TemporaryDirectory() as folder:
            for name, seconds in first_steps(options.recipe, folder).items():
                parts.setdefault(name, []).append(seconds)
        print(f"round {turn} of {options.rounds}", flush=True)
    total = parts.pop(TRAINING)
    found = {
        "machine": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "recipe": options.recipe,
        "rounds": options.rounds,
        "commands": {name: middle(each[1:]) for name, each in commands.items()},
        "parts": {name: middle(each[1:]) for name, each in parts.items()},
        "total": middle(total[1:]),
    }
    STARTUP.parent.mkdir(parents=True, exist_ok=True)
    STARTUP.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    peers_page.write()
    print("\n\n".join(peers_page.startup()))


if __name__ == "__main__":
    main()
