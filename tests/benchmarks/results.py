"""Trains the recipes, measures them, and writes docs/results.md.

    python tests/benchmarks/results.py                  # all that is missing
    python tests/benchmarks/results.py quick-1-epoch    # one row, again
    python tests/benchmarks/results.py --write          # the page alone

Each run has a process of its own, and leaves its numbers as JSON and its
samples as PNG in docs/results/. The page, its plot and what `keras-gan recipes`
says of time and score are made from these files alone. Seconds are of training,
without measuring. `--core N` pins runs to one core, so that several of these
commands can work side by side without disturbing each other's clocks.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The package need not be installed.
sys.path.append(str(ROOT))

PAGE = ROOT / "docs" / "results.md"
RECORDS = ROOT / "docs" / "results"
SUMMARY = ROOT / "keras_gan" / "assets" / "results.json"
SAMPLES = 10_000


@dataclass(frozen=True)
class Row:
    """A recipe at a budget.

    Args:
        recipe: Its name.
        epochs: How many, or None for as many as the recipe says.
        seeds: How many runs.
        looks: After which epochs to measure, beside the last.
        data: Where the recipe has none of its own: "emoji".
    """

    recipe: str
    epochs: int | None = None
    seeds: int = 1
    looks: tuple[int, ...] = ()
    data: str | None = None

    @property
    def name(self):
        epochs = self.epochs
        length = "in-full" if epochs is None else f"{epochs}-epoch"
        return f"{self.recipe}-{length}"


ROWS = (
    Row("quick", 1, seeds=3),
    Row("quick", 20, looks=(1, 2, 3, 5, 10, 15)),
    Row("vanilla", 10, seeds=3),
    Row("vanilla", 100, looks=(1, 2, 5, 10, 20, 35, 50, 75)),
    Row("ac-gan", 1),
    Row("sngan", 1),
    Row("few-images"),
    Row("dense-selu", 10),
    Row("dcgan", 2),
    Row("wgan-gp", 2),
    Row("conditional-wgan-gp", 2),
    Row("resize-conv", 1),
    Row("single-class-dense"),
    Row("single-class-dcgan"),
    Row("dense-logits", 10),
    Row("dcgan-64", 1, data="emoji"),
    Row("wgan-gp-64", 1, data="emoji"),
)
CURVES = ("quick-20-epoch", "vanilla-100-epoch")
REAL = "real-images"


# ------------------------------------------------------------------ measuring


def train(row, seed, data):
    """Trains and measures one run in this process; writes its record."""
    import keras

    from keras_gan import datasets, recipes

    recipe = recipes.get(row.recipe)
    changes = {"data": data or recipe.data, "epochs": row.epochs}
    recipe = replace(recipe, **{k: v for k, v in changes.items() if v})
    found = source(datasets, recipe, "train")
    recipe = replace(recipe, epochs=recipe.epochs_for(len(found.images)))
    keras.utils.set_random_seed(seed)
    gan = recipes.assemble(
        recipe,
        found.image_shape,
        num_classes=found.num_classes if recipe.conditional else None,
        seed=seed,
        num_images=len(found.images),
    )
    batches = recipes.batches(recipe, found.images, found.labels, seed=seed)
    clock = make_clock(row, recipe, len(batches), judge(recipe, found))
    gan.fit(
        batches,
        epochs=recipe.epochs,
        shuffle=False,
        verbose=0,
        callbacks=[*recipes.assembling.clipping(recipe), clock],
    )
    draw(gan, RECORDS / f"{row.name}-seed-{seed}.png")
    write_record(f"{row.name}-seed-{seed}", run_record(row, seed, gan, clock))


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
    from keras_gan.recipes.assembling import CLASSIFIERS

    names = ["fid", "kid", "precision", "recall", "density", "coverage"]
    name = CLASSIFIERS.get(found.name)
    split = "train" if name is None else "test"
    real = source(datasets, recipe, split).images[:SAMPLES]
    if name is None:
        extractor = features.imagenet()
        names.remove("fid")  # Of no use below 10,000 images.
    else:
        extractor = features.classifier(name)
    if recipe.conditional:
        names.append("label_accuracy")
    return metrics.Evaluator(
        real,
        extractor=extractor,
        metrics=[*names, "ms_ssim_diversity"],
        real_split=split,
    )


def make_clock(row, recipe, batches, evaluator):
    import keras

    class Clock(keras.callbacks.Callback):
        """Training time, and the numbers after chosen epochs."""

        seconds = cpu_seconds = first_batch = 0.0
        memory = 0

        def __init__(self):
            super().__init__()
            self.points = []

        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter(), time.process_time()

        def on_train_batch_end(self, batch, logs=None):
            if not self.first_batch:
                self.first_batch = time.perf_counter() - self.start[0]

        def on_epoch_end(self, epoch, logs=None):
            self.seconds += time.perf_counter() - self.start[0]
            self.cpu_seconds += time.process_time() - self.start[1]
            if not self.memory:
                self.memory = peak_memory()
            done = epoch + 1
            images = done * batches * recipe.batch_size
            if done == recipe.epochs or done in row.looks:
                scores = measure(self.model, evaluator)
                point = {"epoch": done, "images": images}
                point["seconds"] = round(self.seconds, 1)
                self.points.append({**point, **scores})
                print(row.name, json.dumps(self.points[-1]), flush=True)

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


def draw(gan, path):
    """64 samples, not selected; a row for each class where conditional."""
    from keras_gan import images

    labels, columns = None, 8
    if hasattr(gan, "num_classes"):
        labels = [each for each in range(gan.num_classes) for _ in range(8)]
    made = generate(gan, len(labels) if labels else 64, labels)
    images.save(images.grid(made, columns, scale=1), path)


def run_record(row, seed, gan, clock):
    import keras

    import keras_gan

    last = clock.points[-1]
    return {
        "recipe": row.recipe,
        "seed": seed,
        "cores": len(os.sched_getaffinity(0)),
        "cpu_seconds": round(clock.cpu_seconds, 1),
        "first_batch": round(clock.first_batch, 1),
        "images_per_second": round(
            last["images"] / (clock.seconds - clock.first_batch), 1
        ),
        "memory": clock.memory,
        "points": clock.points,
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


def describe_data(recipe):
    label = f", class {recipe.label}" if recipe.label is not None else ""
    limit = f", {recipe.limit} images" if recipe.limit is not None else ""
    return f"{recipe.data}{label}{limit}"


def write_record(name, record):
    RECORDS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=1)
    (RECORDS / f"{name}.json").write_text(text + "\n", "utf-8")


# -------------------------------------------------------------------- writing


def records(row):
    paths = [RECORDS / f"{row.name}-seed-{n}.json" for n in range(row.seeds)]
    return [json.loads(p.read_text("utf-8")) for p in paths if p.is_file()]


def measured():
    """The rows of which there are records, with these."""
    rows = [(row, records(row)) for row in ROWS]
    return [(row, found) for row, found in rows if found]


def curves():
    """The records of `CURVES`, once both are there."""
    paths = [RECORDS / f"{name}-seed-0.json" for name in CURVES]
    if not all(path.is_file() for path in paths):
        return []
    return [json.loads(path.read_text("utf-8")) for path in paths]


def page():
    """All that docs/results.md says, from the records alone."""
    rows = measured()
    sections = [HEAD, table(rows), missing(), REAL_HEAD, real_table()]
    if curves():
        sections += [comparison(*curves())]
    sections += [grids(rows)]
    return "\n\n".join(sections) + "\n"


def write():
    """Writes the page, its plot, and the summary for the package."""
    PAGE.write_text(page(), "utf-8")
    SUMMARY.write_text(json.dumps(summary(), indent=1) + "\n", "utf-8")
    if curves():
        plot(*curves())


HEAD = f"""# Results

Every recipe at a budget that two CPU cores bear, measured by
`python tests/benchmarks/results.py`, which wrote this page. Many budgets are
shorter than the tutorials'; the epochs say so.

Samples (of the averaged generator, where there is one) are compared with as
many real images, {SAMPLES:,} where there are so many: the test split, and for
folders what was trained on. FID, KID and the rest by the package's classifier
of the data, colour pictures by ImageNet features (`features.imagenet`), where
FID would need more images. Rows with several seeds show mean ± standard
deviation. "s" is the wall time of training on so many cores; "images/s" leaves
out the first batch, which compiles; "MiB" is the peak of the first epoch."""

REAL_HEAD = """## Real images

What the same numbers say of real training images against the test images: the
best that can be reached."""


def table(rows):
    lines = [
        "| recipe | data | epochs | images | seeds | FID | KID | precision | "
        "recall | density | coverage | class accuracy | diversity | s | cores "
        "| images/s | MiB |",
        "|---" + "|---:" * 16 + "|",
    ]
    lines += ["| " + " | ".join(cells(*each)) + " |" for each in rows]
    return "\n".join(lines)


def cells(row, found):
    from keras_gan import recipes

    recipe = recipes.get(row.recipe)
    if recipe.data is None:
        recipe = replace(recipe, data=row.data)
    last = [each["points"][-1] for each in found]
    names = ("fid", "kid", "precision", "recall", "density", "coverage")
    scores = [spread([p[n] for p in last if n in p]) for n in names]
    more = [
        spread([p[n] for p in last if n in p])
        for n in ("label_accuracy", "ms_ssim_diversity")
    ]
    costs = [
        spread([point["seconds"] for point in last], 0),
        str(found[0]["cores"]),
        spread([each["images_per_second"] for each in found], 0),
        spread([each["memory"] for each in found], 0),
    ]
    return [
        f"[{row.recipe}](#{row.name})",
        describe_data(recipe),
        str(last[0]["epoch"]),
        f"{last[0]['images']:,}",
        str(len(found)),
        *scores,
        *more,
        *costs,
    ]


def spread(values, digits=None):
    if not values:
        return ""

    def text(value):
        return f"{value:.3g}" if digits is None else f"{value:,.{digits}f}"

    mean = text(statistics.fmean(values))
    if len(values) == 1:
        return mean
    return f"{mean} ± {text(statistics.stdev(values))}"


def missing():
    """The rows of which there are fewer records than runs."""
    names = [r.name for r in ROWS if len(records(r)) < r.seeds]
    return f"Not measured yet: {', '.join(names) or 'nothing'}."


def real_table():
    path = RECORDS / f"{REAL}.json"
    found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    names = ("fid", "kid", "precision", "recall", "density", "coverage")
    names = (*names, "ms_ssim_diversity")
    lines = ["| data | " + " | ".join(names) + " |", "|---" * 8 + "|"]
    for data, scores in found.items():
        numbers = " | ".join(f"{scores[name]:.3g}" for name in names)
        lines.append(f"| {data} | {numbers} |")
    return "\n".join(lines)


def comparison(quick, vanilla):
    """`quick` beside `vanilla`: the plot, and ratios that follow from it."""
    goal = vanilla["points"][-1]
    reached = next(p for p in quick["points"] if p["fid"] <= goal["fid"])
    at_20 = {
        name: next(p for p in record["points"] if p["epoch"] == 20)
        for name, record in (("quick", quick), ("vanilla", vanilla))
    }
    better = at_20["vanilla"]["fid"] / at_20["quick"]["fid"]
    return f"""## Time to quality

![FID against seconds of training](results/time-to-quality.png)

`vanilla` has FID {goal["fid"]:.1f} after {goal["epoch"]} epochs and
{goal["seconds"]:,.0f} s; `quick` has {reached["fid"]:.1f} after
{reached["seconds"]:,.0f} s, 1/{goal["seconds"] / reached["seconds"]:.0f} of
that time. After 20 epochs of each, `quick` has FID
{at_20["quick"]["fid"]:.2f} (recall {at_20["quick"]["recall"]:.3f}, coverage
{at_20["quick"]["coverage"]:.3f}) and `vanilla` {at_20["vanilla"]["fid"]:.1f}
(recall {at_20["vanilla"]["recall"]:.3f}, coverage
{at_20["vanilla"]["coverage"]:.3f}): 1/{better:.0f}."""


def plot(quick, vanilla):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for name, record in (("quick", quick), ("vanilla", vanilla)):
        seconds = [point["seconds"] for point in record["points"]]
        scores = [point["fid"] for point in record["points"]]
        axes.plot(seconds, scores, marker="o", label=name)
        for point in record["points"]:
            place = point["seconds"], point["fid"]
            axes.annotate(
                f"{point['epoch']}",
                place,
                xytext=(4, 4),
                textcoords="offset points",
                fontsize=8,
            )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="seconds of training (numbers: epochs)",
        ylabel="FID, Fashion-MNIST classifier",
    )
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    figure.savefig(RECORDS / "time-to-quality.png", dpi=120)


def grids(rows):
    parts = [
        "## Samples\n\nNot selected; a row for each class where the GAN is"
    ]
    parts[0] += " told the class."
    for row, found in rows:
        epochs = found[0]["points"][-1]["epoch"]
        parts.append(
            f"### {row.name}\n\n![Samples of {row.recipe} after {epochs} "
            f"epochs](results/{row.name}-seed-0.png)"
        )
    return "\n\n".join(parts)


def summary():
    """For `keras-gan recipes`: the first row of each recipe."""
    found = {}
    for row, runs in measured():
        last = [run["points"][-1] for run in runs]
        seconds = statistics.fmean(point["seconds"] for point in last)
        entry = {"epochs": last[0]["epoch"], "seconds": round(seconds)}
        if "fid" in last[0]:
            fid = statistics.fmean(point["fid"] for point in last)
            entry["fid"] = round(fid, 2)
        found.setdefault(row.recipe, entry)
    return found


# --------------------------------------------------------------------- running


def run(row, seed, options):
    """Trains one run in a process of its own."""
    command = [sys.executable, __file__, row.name, "--train", str(seed)]
    if options.emoji:
        command += ["--emoji", options.emoji]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(command, check=True, env=environment)


def main():
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(names))
    parser.add_argument("--write", action="store_true", help="the page alone")
    parser.add_argument("--core", type=int, help="pin the runs to this core")
    parser.add_argument("--emoji", help="folder of 64x64 colour pictures")
    parser.add_argument("--train", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.rows) - {*names, REAL}
    if unknown:
        parser.error(f"unknown rows {sorted(unknown)}; known: {names}")
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    chosen = [row for row in ROWS if row.name in (options.rows or names)]
    if options.train is not None:
        data = options.emoji if chosen[0].data == "emoji" else None
        train(chosen[0], options.train, data)
        return
    if not options.write:
        run_all(chosen, options)
    write()


def run_all(rows, options):
    if REAL in options.rows or not (RECORDS / f"{REAL}.json").is_file():
        measure_real()
    for row in rows:
        if row.data == "emoji" and not options.emoji:
            print(f"{row.name}: needs --emoji DIR, left out", file=sys.stderr)
            continue
        for seed in range(row.seeds):
            record = RECORDS / f"{row.name}-seed-{seed}.json"
            if options.rows or not record.is_file():
                print(f"{row.name}, seed {seed}", flush=True)
                run(row, seed, options)


if __name__ == "__main__":
    main()
