"""Trains the recipes, measures them, and writes docs/results.md.

    python tests/benchmarks/results.py                  # all that is missing
    python tests/benchmarks/results.py quick-1-epoch    # one row, again
    python tests/benchmarks/results.py --write          # the page alone

Each run has a process of its own, and leaves its numbers as JSON and its
samples as PNG in docs/results/. The page, its plot and what `keras-gan recipes`
says of time and score are made from these files alone. Seconds are CPU time of
training, without measuring. Beside other work they are up to twice those of a
quiet machine; a record says how much of it there was.
`--core N` pins runs to one core, so that two of these commands can work side by
side.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import gallery_page, recipes_summary, results_page
from tests.benchmarks.machine import (
    FREED_KEPT,
    OtherWork,
    cpu_model,
    process_environment,
)
from tests.benchmarks.results_rows import (
    FOLDERS,
    REAL,
    RECORDS,
    ROWS,
    SAMPLES,
    describe_data,
    settings,
)
from tests.benchmarks.row_arguments import RowArguments


def train(row, seed, data, keep=None):
    """Trains and measures one run in this process; writes its record.

    With `keep`, the folder there gets the run's model.keras, too; it equals
    that of `keras-gan train` with the same recipe, epochs and seed.
    """
    gan, clock, history, busy = fit(row, seed, data)
    name = f"{row.name}-seed-{seed}"
    if keep is not None:
        (keep / name).mkdir(parents=True, exist_ok=True)
        gan.save(keep / name / "model.keras")
    draw(gan, RECORDS / f"{name}.png")
    if row.brightened and seed == 0:
        draw(gan, RECORDS / f"{name}-bright.png", brightened=True)
    if row.watched and seed == 0:
        draw_stages(clock.stages, RECORDS / f"{name}-stages.png")
        draw_curves(history.history, RECORDS / f"{name}-losses.png")
        draw_first_epoch(clock.updates, RECORDS / f"{name}-first-epoch.png")
    write_record(
        name,
        {**run_record(row, seed, gan, clock), **FREED_KEPT, "others": busy},
    )


def fit(row, seed, data=None):
    """Trains a row.

    Returns:
        The model, the clock with the numbers of each look, the history, and
        how much other work there was.
    """
    import keras

    from keras_gan import datasets, memory, recipes

    recipe = row.trained()
    changes = {"data": data or recipe.data, "epochs": row.epochs}
    recipe = replace(recipe, **{k: v for k, v in changes.items() if v})
    found = source(datasets, recipe, "train")
    count = len(found.images)
    recipe = recipe.planned(count)
    keras.utils.set_random_seed(seed)
    gan = recipes.assemble(
        recipe,
        found.image_shape,
        num_classes=found.num_classes if recipe.conditional else None,
        seed=seed,
        num_images=count,
    )
    batches = recipes.batches(recipe, found.images, found.labels, seed=seed)
    clock = make_clock(row, recipe, count, judge(recipe, found))
    others = OtherWork()
    # As `keras-gan train` does.
    with memory.keep_freed():
        history = gan.fit(
            batches,
            epochs=recipe.epochs,
            shuffle=False,
            verbose=0,
            callbacks=[*recipes.clipping(recipe), clock],
        )
    return gan, clock, history, round(others.cores(), 2)


def source(datasets, recipe, split):
    return datasets.source(
        recipe.data,
        split,
        image_size=recipe.image_size,
        channels=recipe.channels,
        label=recipe.label,
        limit=recipe.limit if split == "train" else None,
    )


def judge(recipe, found):
    """What compares samples of the recipe with real images."""
    from keras_gan import datasets, features, metrics
    from keras_gan.features.of_data import EXTRACTOR_OF, named_extractor

    names = ["fid", "kid", "precision", "recall", "density", "coverage"]
    name = EXTRACTOR_OF.get(found.name)
    split = "train" if name is None else "test"
    real = source(datasets, recipe, split).images[:SAMPLES]
    if name is None:
        extractor = features.imagenet()
        names.remove("fid")  # Of no use below 10,000 images.
        names.append("checkerboard")
    else:
        extractor = named_extractor(name)
    if recipe.conditional:
        names.append("label_accuracy")
    return metrics.Evaluator(
        real,
        extractor=extractor,
        metrics=[*names, "ms_ssim_diversity"],
        real_split=split,
    )


def make_clock(row, recipe, count, evaluator):
    """What measures a run of `count` images, whose recipe is planned."""
    import keras

    batches = recipe.batches_of(count)
    in_a_pass = replace(recipe, steps_per_epoch=None).batches_of(count)
    looks = {round(look * in_a_pass) for look in row.looks}
    looks |= {recipe.epochs * batches}
    stages = {1, (recipe.epochs + 1) // 2, recipe.epochs}

    class Clock(keras.callbacks.Callback):
        """CPU time, memory, the numbers of each look, and samples between."""

        seconds = 0.0
        memory = 0

        def __init__(self):
            super().__init__()
            self.points = []
            self.stages = []
            self.updates = []

        def on_epoch_begin(self, epoch, logs=None):
            self.before = epoch * batches
            self.start = time.process_time()

        def on_train_batch_end(self, batch, logs=None):
            done = self.before + batch + 1
            if row.watched and done <= batches:
                self.updates.append({**logs, "update": done})
            if done in looks:
                self.look(done)

        def on_epoch_end(self, epoch, logs=None):
            self.seconds += time.process_time() - self.start
            self.memory = self.memory or peak_memory()
            if row.watched and epoch + 1 in stages:
                self.stages.append(generate(self.model, 16))

        def look(self, done):
            self.memory = self.memory or peak_memory()
            self.seconds += time.process_time() - self.start
            point = {
                "epoch": round(done / in_a_pass, 3),
                "images": done * recipe.batch_size,
                "cpu_seconds": round(self.seconds, 1),
            }
            self.points.append({**point, **measure(self.model, evaluator)})
            print(row.name, json.dumps(self.points[-1]), flush=True)
            self.start = time.process_time()

    return Clock()


def peak_memory():
    """In MiB, up to now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(gan, evaluator):
    count = len(evaluator.real_images)
    labels = None
    if hasattr(gan, "num_classes"):
        labels = [each % gan.num_classes for each in range(count)]
    return evaluator(generate(gan, count, labels), labels=labels)


def generate(gan, count, labels=None):
    from keras_gan import images

    made = gan.generate(count, labels=labels, seed=0)
    return images.to_uint8(made, gan.pixel_range)


def draw(gan, path, brightened=False):
    """64 samples, not selected; a row for each class where conditional.

    Brightened, the brightest pixel of each is white.
    """
    from keras_gan import images

    labels, columns = None, 8
    if hasattr(gan, "num_classes"):
        labels = [each for each in range(gan.num_classes) for _ in range(8)]
    made = generate(gan, len(labels) if labels else 64, labels)
    if brightened:
        brightest = made.max(axis=(1, 2, 3), keepdims=True).clip(min=1)
        made = (made * (255.0 / brightest)).round().astype("uint8")
    images.save(images.grid(made, columns, scale=1), path)


def draw_stages(stages, path):
    """Samples of the same latents after the first, middle and last epoch."""
    import numpy as np

    from keras_gan import images

    grids = [np.asarray(images.grid(made, 4, scale=1)) for made in stages]
    images.save(images.grid(np.stack(grids), 3, padding=6, scale=2), path)


def draw_curves(history, path):
    from keras_gan.run_folder import draw_losses

    epochs = len(history["d_loss"])
    rows = [
        {"epoch": n + 1, **{name: each[n] for name, each in history.items()}}
        for n in range(epochs)
    ]
    draw_losses(rows, path)


def draw_first_epoch(updates, path):
    from keras_gan.run_folder import draw_losses

    draw_losses(block_means(updates), path, by="update")


def block_means(updates, block=10):
    """The means of every ten updates.

    Args:
        updates: Each the count of updates, as "update", and the logs: means
            since the epoch's begin.
    """
    rows = []
    done, sums = 0, dict.fromkeys(updates[0], 0.0)
    for each in updates[block - 1 :: block]:
        count = each["update"]
        now = {name: float(mean) * count for name, mean in each.items()}
        row = {name: (now[name] - sums[name]) / (count - done) for name in now}
        rows.append({**row, "update": count})
        done, sums = count, now
    return rows


def run_record(row, seed, gan, clock):
    import keras

    import keras_gan

    return {
        "recipe": row.recipe,
        "seed": seed,
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": clock.memory,
        "points": clock.points,
        "settings": settings(row.trained()),
        "versions": {
            "keras_gan": keras_gan.__version__,
            "keras": keras.version(),
            "backend": keras.backend.backend(),
        },
    }


def measure_real():
    """What the numbers are for real images: training against test."""
    from keras_gan import datasets, recipes

    found = {}
    for key in ("quick", "resize-conv", "single-class-dense"):
        recipe = replace(recipes.get(key), limit=None)
        train = source(datasets, recipe, "train")
        evaluator = judge(recipe, train)
        name = describe_data(recipe)
        found[name] = evaluator(train.images[: len(evaluator.real_images)])
        print(name, found[name])
    write_record(REAL, found)


def write_record(name, record):
    RECORDS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=1)
    (RECORDS / f"{name}.json").write_text(text + "\n", "utf-8")


def run(row, seed, options):
    """Trains one run in a process of its own."""
    command = [sys.executable, __file__, row.name, "--train", str(seed)]
    if row.data:
        command += ["--data", f"{row.data}={options.data[row.data]}"]
    if options.keep is not None:
        command += ["--keep", str(options.keep)]
    variables = process_environment(KERAS_BACKEND=row.backend)
    subprocess.run(command, check=True, env=variables)


def main():
    names = [row.name for row in ROWS]
    parser = RowArguments(__doc__, names, [REAL])
    parser.take_folders(sorted(FOLDERS))
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the models there"
    )
    parser.add_argument("--train", type=int, help=argparse.SUPPRESS)
    options = parser.chosen()
    options.data = dict(options.data)
    chosen = [row for row in ROWS if row.name in (options.rows or names)]
    if options.train is not None:
        data = options.data.get(chosen[0].data)
        train(chosen[0], options.train, data, options.keep)
        return
    if not options.write:
        run_all(chosen, options)
    results_page.write()
    recipes_summary.write()
    gallery_page.write()


def run_all(rows, options):
    if REAL in options.rows or not (RECORDS / f"{REAL}.json").is_file():
        measure_real()
    for row in rows:
        if row.data and row.data not in options.data:
            needs = f"needs --data {row.data}=FOLDER"
            print(f"{row.name}: {needs}, left out", file=sys.stderr)
            continue
        for seed in range(row.seeds):
            record = RECORDS / f"{row.name}-seed-{seed}.json"
            if options.rows or not record.is_file():
                print(f"{row.name}, seed {seed}", flush=True)
                run(row, seed, options)


if __name__ == "__main__":
    main()
