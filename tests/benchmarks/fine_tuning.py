"""Trains on few images from a trained run and from nothing, side by side.

    python tests/benchmarks/fine_tuning.py                    # what is missing
    python tests/benchmarks/fine_tuning.py 100-from-sneakers  # one row, again
    python tests/benchmarks/fine_tuning.py --write            # the page alone

First `quick` is trained on the sneakers of Fashion-MNIST. Then `few-images` is
trained on some of its ankle boots, from nothing, from the run on sneakers, and
from it with the first layers of the discriminator frozen. KID is that to 1,000
test boots, which nothing was trained on. Each run has a process of its own, and
leaves its numbers as JSON and its samples as PNG in docs/fine_tuning/; the page
is made from these files alone. `--core N` pins runs to one core.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from keras_gan._atomic_write import write_text
from tests.benchmarks.machine import (
    OtherWork,
    cpu_model,
    process_environment,
)
from tests.benchmarks.markdown_table import markdown_table
from tests.benchmarks.results_rows import settings
from tests.benchmarks.row_arguments import RowArguments

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "docs" / "fine_tuning"
PAGE = ROOT / "docs" / "fine_tuning.md"
SNEAKERS, BOOTS = 7, 9
SAMPLES = 1000
SHOWN = 48


@dataclass(frozen=True)
class Row:
    """A training on few images.

    Args:
        count: How many images.
        start: `"nothing"` or `"sneakers"`.
        epochs: How long.
        looks: After how many epochs to measure, beside the last.
        frozen: How many layers of the discriminator keep their weights.
    """

    count: int
    start: str
    epochs: int
    looks: tuple[int, ...]
    frozen: int = 0

    @property
    def name(self):
        frozen = "-frozen" if self.frozen else ""
        return f"{self.count}-from-{self.start}{frozen}"

    @property
    def title(self):
        frozen = f", {self.frozen} layers frozen" if self.frozen else ""
        return f"{self.count:,} images, from {self.start}{frozen}"

    def trained(self):
        """The recipe with the row's changes."""
        from keras_gan import recipes

        return replace(
            recipes.get("few-images"),
            data="fashion_mnist",
            label=BOOTS,
            limit=self.count,
            epochs=self.epochs,
            freeze_d=self.frozen,
        )


_SHORT, _LONG = (100, 300, (30, 60, 90, 120)), (1000, 60, (6, 12, 24, 36))
ROWS = tuple(
    Row(count, start, epochs, looks, frozen)
    for count, epochs, looks in (_SHORT, _LONG)
    for start, frozen in (("nothing", 0), ("sneakers", 0), ("sneakers", 2))
)


def start_recipe():
    """What is trained on all 6,000 sneakers."""
    from keras_gan import recipes

    return replace(
        recipes.get("quick"),
        data="fashion_mnist",
        label=SNEAKERS,
        epochs=10,
        budget=None,
    )


def fit(recipe, callback=None, trained=None):
    """Trains a recipe as `keras-gan train` does; returns the model."""
    import keras

    from keras_gan import datasets, memory, recipes

    keras.utils.set_random_seed(0)
    found = datasets.source(recipe.data, label=recipe.label, limit=recipe.limit)
    gan = recipes.assemble(
        recipe, found.image_shape, seed=0, num_images=len(found.images)
    )
    if trained is not None:
        recipes.init_from(gan, trained)
    with memory.keep_freed():
        gan.fit(
            recipes.batches(recipe, found.images, seed=0),
            epochs=recipe.epochs,
            shuffle=False,
            verbose=0,
            callbacks=callback,
        )
    return gan


def train(row, start):
    """Trains and measures one run in this process; writes its record."""
    import keras

    from keras_gan import images

    trained = keras.saving.load_model(start) if row.start != "nothing" else None
    points, others = [], OtherWork()
    gan = fit(row.trained(), make_clock(row, points), trained)
    RECORDS.mkdir(parents=True, exist_ok=True)
    picture = images.grid(gan.generate_pixels(SHOWN, seed=0), 12, scale=1)
    images.save(picture, RECORDS / f"{row.name}.png")
    record = {
        "points": points,
        "settings": settings(row.trained()),
        "others": round(others.cores(), 2),
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
    }
    text = json.dumps(record, indent=1)
    write_text(RECORDS / f"{row.name}.json", text + "\n")


def make_clock(row, points):
    """A callback that measures at the row's looks, outside of the seconds."""
    import keras

    from keras_gan import datasets, features, metrics

    real = datasets.source("fashion_mnist", "test", label=BOOTS).images
    evaluator = metrics.Evaluator(
        real[:SAMPLES],
        extractor=features.classifier("fashion_mnist"),
        metrics=["kid", "precision", "recall"],
        real_split="test",
    )
    looks = {*row.looks, row.epochs}

    class Clock(keras.callbacks.Callback):
        seconds = 0.0

        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.process_time()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds += time.process_time() - self.start
            if epoch + 1 not in looks:
                return
            scores = evaluator(self.model.generate_pixels(SAMPLES, seed=1))
            kept = {k: scores[k] for k in ("kid", "precision", "recall")}
            seconds = round(self.seconds, 1)
            points.append({"epoch": epoch + 1, "cpu_seconds": seconds, **kept})
            print(row.name, json.dumps(points[-1]), flush=True)

    return Clock()


def record(row):
    path = RECORDS / f"{row.name}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def page():
    """All that docs/fine_tuning.md says, from the records alone."""
    parts = [HEAD]
    for count in dict.fromkeys(row.count for row in ROWS):
        rows = [
            (row, record(row))
            for row in ROWS
            if row.count == count and record(row)
        ]
        if rows:
            parts += [f"## {count:,} boots", table(rows), *pictures(rows)]
    return "\n\n".join([*parts, AGAIN]) + "\n"


def table(rows):
    """KID at each look, with the CPU seconds until then."""
    looks = [point["epoch"] for point in rows[0][1]["points"]]
    head = ["KID after epochs", *(f"{look}" for look in looks)]
    lines = []
    for row, found in rows:
        busy = " †" if found["others"] > 0.2 else ""
        title = row.title.split(", ", 1)[1]
        cells = [
            f"{point['kid']:.1f} ({point['cpu_seconds']:,.0f} s{busy})"
            for point in found["points"]
        ]
        lines.append([title, *cells])
    return markdown_table(head, lines)


def pictures(rows):
    return [
        f"{row.title[0].upper()}{row.title[1:]}, at the end:\n\n"
        f"![{row.title}](fine_tuning/{row.name}.png)"
        for row, _ in rows
    ]


HEAD = """# Fine-tuning, measured

A GAN for few images of your own learns faster from a run on many images of a
related kind. Here a run of `quick` on 6,000 sneakers is the start, and
`few-images` goes on with 100 or 1,000 ankle boots:

```console
keras-gan train quick --data fashion_mnist --set label=7 --epochs 10 --out shoes
keras-gan train few-images --data fashion_mnist --set label=9 --set limit=100 \\
  --init shoes --freeze-d 2
```

KID is that of 1,000 pictures to 1,000 test boots, by the package's classifier
of the data. Beside it are the CPU seconds of training until then, without
measuring; † beside other work, which makes them more. The start itself is not
counted: it is trained once, for any number of such runs."""

AGAIN = """## Measuring it again

```console
python tests/benchmarks/fine_tuning.py
```"""


def run(arguments):
    """Runs this file in a process of its own."""
    command = [sys.executable, __file__, *map(str, arguments)]
    subprocess.run(command, check=True, env=process_environment())


def main():
    names = [row.name for row in ROWS]
    parser = RowArguments(__doc__, names)
    parser.add_argument(
        "--start",
        type=Path,
        default=ROOT / "runs" / "sneakers.keras",
        help="the model of the run on sneakers, which is trained if missing",
    )
    parser.add_argument("--train", help=argparse.SUPPRESS)
    options = parser.chosen()
    start = options.start
    if options.train == "start":
        start.parent.mkdir(parents=True, exist_ok=True)
        fit(start_recipe()).save(start)
    elif options.train:
        train(next(r for r in ROWS if r.name == options.train), start)
    if options.train:
        return
    for row in [] if options.write else ROWS:
        if row.name in options.rows or not (options.rows or record(row)):
            if row.start != "nothing" and not start.exists():
                run(["--train", "start", "--start", start])
            run(["--train", row.name, "--start", start])
    write_text(PAGE, page())


if __name__ == "__main__":
    main()
