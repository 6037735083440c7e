"""Trains the image-to-image recipes, measures them, writes docs/translation.md.

    python tests/benchmarks/translation.py                    # what is missing
    python tests/benchmarks/translation.py outlines           # one row, again
    python tests/benchmarks/translation.py emoji --data emoji=FOLDER
    python tests/benchmarks/translation.py --write            # the page alone

All that is measured and shown was held out of training. Each run has a process
of its own, and leaves its numbers as JSON and its pictures as PNG in
docs/translation/; the page is made from these files alone. `--core N` pins
runs to one core. FOLDER holds two folders of drawings with equal names.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import (
    gallery_page,
    recipes_summary,
    translation_page,
)
from tests.benchmarks.machine import (
    FREED_KEPT,
    OtherWork,
    cpu_model,
    process_environment,
)
from tests.benchmarks.results_rows import settings
from tests.benchmarks.row_arguments import RowArguments
from tests.benchmarks.translation_rows import RECORDS, ROWS, row_of

SHOWN = 8
"""Images in a picture of the page."""


def train(row, folders):
    """Trains and measures one run in this process; writes its record."""
    import keras

    from keras_gan import images, memory, recipes

    keras.utils.set_random_seed(0)
    recipe = row.trained()
    data, held = row.load(recipe, folders)
    recipe = recipe.planned(longest(data))
    first, second = held
    gan = recipes.assemble(
        recipe,
        second.shape[1:],
        source_shape=first.shape[1:],
        seed=0,
        num_images=longest(data),
    )
    batches = recipes.batches(recipe, data, seed=0)
    points = []
    clock = make_clock(row, recipe, held, points)
    others = OtherWork()
    # As `keras-gan train` does.
    with memory.keep_freed():
        gan.fit(
            batches,
            epochs=recipe.epochs,
            shuffle=False,
            verbose=0,
            callbacks=clock,
        )
    RECORDS.mkdir(parents=True, exist_ok=True)
    shown = row.pictures(gan, first[:SHOWN], second[:SHOWN])
    images.save(images.grid(shown, SHOWN, scale=2), RECORDS / f"{row.name}.png")
    record = {
        "epochs": recipe.epochs,
        "images": longest(data),
        "held_out": [len(first), len(second)],
        "points": points,
        "settings": settings(row.trained()),
        "others": round(others.cores(), 2),
        **FREED_KEPT,
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
    }
    text = json.dumps(record, indent=1)
    (RECORDS / f"{row.name}.json").write_text(text + "\n", "utf-8")


def longest(data):
    return max(map(len, data))


def make_clock(row, recipe, held, points):
    """A callback that measures at the row's looks, outside of the seconds."""
    import keras

    looks = {round(share * recipe.epochs) for share in (*row.looks, 1.0)}

    class Clock(keras.callbacks.Callback):
        seconds = 0.0

        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.process_time()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds += time.process_time() - self.start
            if epoch + 1 in looks:
                scores = row.scores(self.model, *held)
                points.append(
                    {
                        "epoch": epoch + 1,
                        "cpu_seconds": round(self.seconds, 1),
                        **scores,
                    }
                )
                print(row.name, json.dumps(points[-1]), flush=True)

    return Clock()


def run(row, options):
    """Trains one run in a process of its own."""
    command = [sys.executable, __file__, row.name, "--train"]
    for name, folder in options.data.items():
        command += ["--data", f"{name}={folder}"]
    subprocess.run(command, check=True, env=process_environment())


def main():
    parser = RowArguments(__doc__, [row.name for row in ROWS])
    parser.take_folders(["emoji"])
    parser.add_argument("--train", action="store_true", help=argparse.SUPPRESS)
    options = parser.chosen()
    options.data = dict(options.data)
    if options.train:
        train(row_of(options.rows[0]), options.data)
        return
    for row in [] if options.write else ROWS:
        if options.rows and row.name not in options.rows:
            continue
        if row.folder and row.folder not in options.data:
            needs = f"needs --data {row.folder}=FOLDER"
            print(f"{row.name}: {needs}, left out", file=sys.stderr)
        elif options.rows or not (RECORDS / f"{row.name}.json").is_file():
            print(row.name, flush=True)
            run(row, options)
    translation_page.write()
    recipes_summary.write()
    gallery_page.write()


if __name__ == "__main__":
    main()
