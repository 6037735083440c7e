"""Trains on data whose modes are known, and writes docs/coverage.md.

    python tests/benchmarks/coverage.py                      # what is missing
    python tests/benchmarks/coverage.py grid-recipe          # one row, again
    python tests/benchmarks/coverage.py --data grid ring     # these data alone
    python tests/benchmarks/coverage.py stacked_mnist-recipe --early
    python tests/benchmarks/coverage.py --write              # the page alone

Prints the table of each data set, what was measured beside what papers report.
Each run has a process of its own, and leaves its numbers as JSON and its
samples as PNG in docs/coverage/; the page is made from these files alone.
Seconds are CPU time of training, without measuring. `--core N` pins runs to one
core. `--early` trains a run's first images alone, with a look every few
thousand: when were all modes found? Stacked MNIST needs MNIST on the machine,
or the network.
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

from tests.benchmarks import coverage_page, gallery_page
from tests.benchmarks.coverage_rows import DATA, RECORDS, ROWS, SEEDS
from tests.benchmarks.machine import (
    FREED_KEPT,
    cpu_model,
    process_environment,
)


def train(row, seed, epochs, early=False):
    """Trains and measures one run in this process; writes its record.

    Early, it ends at the last of the row's early looks.
    """
    from dataclasses import replace

    import keras

    from keras_gan import datasets, memory, recipes

    recipe = row.trained()
    if epochs:
        recipe = replace(recipe, epochs=epochs)
    found = datasets.source(recipe.data)
    keras.utils.set_random_seed(seed)
    count = len(found.images)
    recipe = recipe.planned(count)
    gan = recipes.assemble(
        recipe, found.image_shape, seed=seed, num_images=count
    )
    batches = recipes.batches(recipe, found.images, seed=seed)
    looks = looks_at(row, recipe, len(batches), early)
    measured = judge(row, found)
    clock = make_clock(row, seed, recipe, len(batches), looks, measured)
    # As `keras-gan train` does.
    with memory.keep_freed():
        gan.fit(
            batches,
            epochs=recipe.epochs,
            shuffle=False,
            verbose=0,
            callbacks=[*recipes.clipping(recipe), clock],
        )
    name = record_name(row, seed, early)
    if seed == 0 and not early:
        draw(gan, clock, RECORDS / name)
    write_record(name, {**run_record(row, seed, recipe, clock), **FREED_KEPT})


def looks_at(row, recipe, batches, early):
    """After how many batches a run is measured; it ends at the last look."""
    if early:
        return {images // recipe.batch_size for images in row.early}
    last, count = recipe.epochs * batches, DATA[row.data].looks
    return {round(last * n / count) for n in range(1, count + 1)}


def judge(row, found):
    """What measures samples of a row's data."""
    from keras_gan import metrics
    from keras_gan.features.of_data import named_extractor

    names = ["modes", "kl"]
    if found.holds_vectors:
        names.append("high_quality")
    # Only as many real ones as neighbours would need: nothing looks at them.
    real = found.select(limit=10).images[:]
    extractor = named_extractor(row.data)
    evaluator = metrics.Evaluator(real, extractor=extractor, metrics=names)
    shares = None if found.holds_vectors else triple_shares(found.labels)

    def measured(samples):
        numbers = evaluator(samples)
        numbers = {name: numbers[name] for name in names}
        if shares is not None:
            modes = extractor.extract(samples).probabilities.argmax(axis=1)
            against_data = metrics.mode_coverage(
                modes, len(shares), reference=shares
            )
            numbers["kl_to_data"] = against_data["kl"]
        return numbers

    return measured


def triple_shares(labels):
    """How often each of 1,000 triples of digits is, from triples 0 to 999.

    The digits of a triple are drawn by themselves: the shares of each place say
    more than counts of triples.
    """
    import numpy as np

    places = [labels // 100, labels // 10 % 10, labels % 10]
    counts = [np.bincount(place, minlength=10) for place in places]
    product = np.einsum("i,j,k->ijk", *counts) / len(labels) ** 3
    return product.ravel()


def make_clock(row, seed, recipe, batches, looks, measured):
    import keras

    data = DATA[row.data]

    class Clock(keras.callbacks.Callback):
        """CPU time, and the numbers and the picture of each look."""

        def __init__(self):
            super().__init__()
            self.seconds = 0.0
            self.points, self.frames = [], []

        def on_epoch_begin(self, epoch, logs=None):
            self.before = epoch * batches
            self.start = time.process_time()

        def on_train_batch_end(self, batch, logs=None):
            done = self.before + batch + 1
            if done in looks:
                self.look(done)
            if done == max(looks):
                self.model.stop_training = True

        def on_epoch_end(self, epoch, logs=None):
            self.seconds += time.process_time() - self.start

        def look(self, done):
            self.seconds += time.process_time() - self.start
            made = self.model.generate_as_data(data.samples, seed=1)
            self.points.append(
                {
                    "images": done * recipe.batch_size,
                    "cpu_seconds": round(self.seconds, 1),
                    **measured(made),
                }
            )
            print(row.name, json.dumps(self.points[-1]), flush=True)
            if seed == 0 and row.variant in data.animated:
                self.frames.append(picture(self.model, self.points[-1]))
            self.start = time.process_time()

    return Clock()


def picture(gan, point):
    """The points that a model makes now, with what was measured of them."""
    said = f"{point['modes']:.0f} modes found, "
    said += f"{100 * point['high_quality']:.1f} % of high quality"
    title = f"after {point['images']:,} points"
    return gan.fixed_samples(seed=1).grid(title, said)


def draw(gan, clock, path):
    """64 images or 2,500 points, not selected; and the run in motion."""
    from keras_gan import images

    last = path.with_name(f"{path.name}.png")
    if not gan.makes_vectors:
        images.save(images.grid(gan.generate_pixels(64, seed=0), scale=1), last)
        return
    images.save(picture(gan, clock.points[-1]), last)
    if clock.frames:
        frames = [*clock.frames, *clock.frames[-1:] * 4]
        images.gif(frames, path.with_name(f"{path.name}.gif"), 400)


def run_record(row, seed, recipe, clock):
    import keras

    import keras_gan

    return {
        "row": row.name,
        "seed": seed,
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "epochs": recipe.epochs,
        "points": clock.points,
        "settings": json.loads(json.dumps(recipe.to_dict())),
        "versions": {
            "keras_gan": keras_gan.__version__,
            "keras": keras.version(),
            "backend": keras.backend.backend(),
        },
    }


def write_record(name, record):
    RECORDS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=1)
    (RECORDS / f"{name}.json").write_text(text + "\n", "utf-8")


def record_name(row, seed, early):
    return f"{row.name}-seed-{seed}" + ("-early" if early else "")


def run_all(rows, options):
    for row in rows:
        for seed in options.seeds or range(SEEDS):
            name = record_name(row, seed, options.early)
            record = RECORDS / f"{name}.json"
            if options.rows or options.seeds or not record.is_file():
                print(f"{row.name}, seed {seed}", flush=True)
                run(row, seed, options)


def run(row, seed, options):
    """Trains one run in a process of its own."""
    command = [sys.executable, __file__, row.name, "--train", str(seed)]
    if options.epochs:
        command += ["--epochs", str(options.epochs)]
    if options.early:
        command += ["--early"]
    subprocess.run(command, check=True, env=process_environment())


def parsed():
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("rows", nargs="*", metavar="ROW", help=", ".join(names))
    add("--data", nargs="+", choices=DATA, help="the rows of these data alone")
    add("--seeds", nargs="+", type=int, help="these runs, again [0 1 2]")
    add("--epochs", type=int, help="in place of the recipe's, for a try")
    add("--early", action="store_true", help="their first images alone")
    add("--write", action="store_true", help="the page alone")
    add("--core", type=int, help="pin the runs to this core")
    add("--train", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.rows) - set(names)
    if unknown:
        parser.error(f"unknown rows {sorted(unknown)}; known: {names}")
    looked_at = [row.name for row in ROWS if row.early]
    if options.early and not set(options.rows) <= set(looked_at):
        parser.error(f"--early is for {looked_at}")
    return options


def main():
    options = parsed()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    chosen = [
        row
        for row in ROWS
        if (not options.rows or row.name in options.rows)
        and (not options.data or row.data in options.data)
        and (not options.early or row.early)
    ]
    if options.train is not None:
        train(chosen[0], options.train, options.epochs, options.early)
        return
    if not options.write:
        run_all(chosen, options)
    for data in dict.fromkeys(row.data for row in chosen):
        print(f"\n{DATA[data].title}\n\n{coverage_page.table(data)}")
    coverage_page.write()
    gallery_page.write()


if __name__ == "__main__":
    main()
