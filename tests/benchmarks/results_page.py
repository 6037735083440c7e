"""Writes docs/results.md from the records alone."""

import json
import statistics
import textwrap
from dataclasses import replace

from tests.benchmarks.machine import kept_mark
from tests.benchmarks.markdown_table import markdown_table
from tests.benchmarks.results_rows import (
    CURVES,
    FOLDERS,
    REAL,
    RECORDS,
    ROOT,
    ROWS,
    SAMPLES,
    current,
    describe_data,
    measured,
    pictures,
    records,
)

PAGE = ROOT / "docs" / "results.md"


def curves():
    """The records of seed 0 of `CURVES`, by title, once all are there."""
    found = {}
    for row in ROWS:
        path = RECORDS / f"{row.name}-seed-0.json"
        if row.name in CURVES and path.is_file():
            found[row.title] = json.loads(path.read_text("utf-8"))
    return found if len(found) == len(CURVES) else {}


def page():
    """All that docs/results.md says, from the records alone."""
    rows = measured()
    sections = [HEAD, table(rows), COSTS_HEAD, costs_table(rows)]
    sections += [folders(), machines(rows), missing()]
    sections += [REAL_HEAD, real_table()]
    if curves():
        sections += [comparison(curves())]
    sections += [grids(rows)]
    return "\n\n".join(sections) + "\n"


def write():
    """Writes the page and its plot."""
    PAGE.write_text(page(), "utf-8")
    if curves():
        plot(curves())


HEAD = f"""---
hide:
  - toc
---

# Results

Every recipe at a budget that two CPU cores bear, measured by
`python tests/benchmarks/results.py`, which wrote this page. Many budgets are
shorter than the tutorials'; the epochs, passes over the data, say so.

Samples (of the averaged generator, where there is one) are compared with as
many real images, {SAMPLES:,} where there are so many: the test split, and for
folders what was trained on. FID, KID and the rest by the package's classifier
of the data, colour pictures by ImageNet features (`features.imagenet`), where
FID would need more images. Rows with several seeds show mean ± standard
deviation. "CPU s" is the time of all threads in training; with a †, other work
ran beside it, and it is up to twice that of a quiet machine; with a ‡, freed
memory was kept, as `keras-gan train` does, which takes less time. "images/s" is
by CPU seconds, compiling included; "MiB" is the peak of the first epoch, or
before the first look. The seconds of one core can be compared; with more,
threads cost more in all than they save."""

COSTS_HEAD = """## What it costs

The same runs: what else was measured of their samples, and what the training
took."""

REAL_HEAD = """## Real images

What the same numbers say of real training images against the test images: the
best that can be reached."""


SCORES = {
    "FID": "fid",
    "KID": "kid",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
}
MORE_SCORES = {
    "class accuracy": "label_accuracy",
    "diversity": "ms_ssim_diversity",
    "checkerboard": "checkerboard",
}
COSTS = ("images", "CPU s", "cores", "images/s", "MiB")


def table(rows):
    """How good the samples are."""
    heads = ["recipe", "data", "epochs", "seeds", *SCORES]
    return markdown_table(heads, [score_cells(*each) for each in rows])


def costs_table(rows):
    """What else was measured, and what the training cost."""
    heads = ["recipe", "epochs", *MORE_SCORES, *COSTS]
    return markdown_table(heads, [cost_cells(*each) for each in rows])


def score_cells(row, found):
    recipe = row.trained()
    if recipe.data is None:
        recipe = replace(recipe, data=row.data)
    last = [each["points"][-1] for each in found]
    return [
        f"[{row.title}](#{row.name})",
        describe_data(recipe),
        f"{round(last[0]['epoch'], 2):g}",
        str(len(found)),
        *(means(last, name) for name in SCORES.values()),
    ]


def cost_cells(row, found):
    last = [each["points"][-1] for each in found]
    return [
        f"[{row.title}](#{row.name})",
        f"{round(last[0]['epoch'], 2):g}",
        *(means(last, name) for name in MORE_SCORES.values()),
        f"{last[0]['images']:,}",
        spread([point["cpu_seconds"] for point in last], 0)
        + (" †" if beside_other_work(found) else "")
        + kept_mark(found),
        str(found[0]["cores"]),
        spread([p["images"] / p["cpu_seconds"] for p in last], 0),
        spread([each["memory"] for each in found], 0),
    ]


def means(points, name):
    """The mean of a score that some runs have."""
    return spread([point[name] for point in points if name in point])


def beside_other_work(found):
    """Whether others kept more than a tenth of a core busy in any run."""
    return any(each.get("others", 0) > 0.1 for each in found)


def spread(values, digits=None):
    if not values:
        return ""

    def text(value, figures):
        if digits is None and abs(value) < 1000:
            return f"{value:.{figures}g}"
        return f"{value:,.{digits or 0}f}"

    mean = text(statistics.fmean(values), 3)
    if len(values) == 1:
        return mean
    return f"{mean} ± {text(statistics.stdev(values), 2)}"


def folders():
    """What the pictures are that come from folders."""
    parts = [f"`{name}`: {words}" for name, words in FOLDERS.items()]
    text = (
        f"{'; '.join(parts)}. Checkerboard: the power of a pattern that "
        "repeats every 4 pixels, beside that of the real pictures; 1 is "
        "as much."
    )
    return textwrap.fill(text, 80, break_on_hyphens=False)


def machines(rows):
    """Which CPU the rows' seconds are of."""
    found = {}
    for row, runs in rows:
        for cpu in {run.get("cpu", "a CPU not recorded") for run in runs}:
            found.setdefault(cpu, []).append(row.name)
    if len(found) == 1:
        return f"Measured on: {next(iter(found))}."
    lists = [f"on {cpu}: {', '.join(names)}" for cpu, names in found.items()]
    text = f"Measured {'; '.join(lists)}."
    return textwrap.fill(text, 80, break_on_hyphens=False)


def missing():
    """Rows of which there are fewer records than runs, or only old ones."""
    names = [r.name for r in ROWS if len(records(r)) < r.seeds]
    text = f"Not measured yet: {', '.join(names) or 'nothing'}."
    old = [row.name for row, _ in measured() if not current(row)]
    if old:
        text += f" Measured before the recipe was changed: {', '.join(old)}."
    return textwrap.fill(text, 80, break_on_hyphens=False)


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


def comparison(found):
    """All `CURVES` beside `vanilla`: the plot, and what follows from it."""
    goal = found["vanilla"]["points"][-1]
    parts = [
        f"`vanilla` has FID {goal['fid']:.1f} after {goal['epoch']:g} epochs "
        f"and {goal['cpu_seconds']:,.0f} CPU s."
    ]
    for title, record in found.items():
        at_end = [p for p in record["points"] if p["epoch"] <= 20][-1]
        reached = next(p for p in record["points"] if p["fid"] <= goal["fid"])
        text = f"`{title}`"
        if title != "vanilla":
            faster = goal["cpu_seconds"] / reached["cpu_seconds"]
            text += (
                f" has {reached['fid']:.1f} after {reached['cpu_seconds']:,.0f}"
                f" CPU s, 1/{faster:.0f} of that time, and"
            )
        parts.append(
            f"{text} has FID {at_end['fid']:.3g} after {at_end['epoch']:g} "
            f"epochs (recall {at_end['recall']:.3f}, coverage "
            f"{at_end['coverage']:.3f})."
        )
    text = " ".join(parts)
    image = (
        "![FID against CPU seconds of training](results/time-to-quality.png)"
    )
    return f"## Time to quality\n\n{image}\n\n{textwrap.fill(text, 80)}"


def plot(found):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for name, record in found.items():
        seconds = [point["cpu_seconds"] for point in record["points"]]
        scores = [point["fid"] for point in record["points"]]
        axes.plot(seconds, scores, marker="o", label=name)
        labelled = 0.0
        for point in record["points"]:
            place = point["cpu_seconds"], point["fid"]
            if place[0] < 1.15 * labelled:
                continue  # The two would overlap.
            labelled = place[0]
            axes.annotate(
                f"{point['epoch']:g}",
                place,
                xytext=(4, 4),
                textcoords="offset points",
                fontsize=8,
            )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="CPU seconds of training (numbers: epochs)",
        ylabel="FID, Fashion-MNIST classifier",
    )
    axes.grid(alpha=0.3, which="both")
    axes.legend()
    figure.savefig(RECORDS / "time-to-quality.png", dpi=120)


def grids(rows):
    parts = [
        "## Samples\n\nNot selected; a row for each class where the GAN is "
        "told the class. What they show was written by one who looked."
    ]
    for row, _ in rows:
        parts.append(f"### {row.name}")
        parts += [
            f"![{what}](results/{file})" for file, what in pictures(row).items()
        ]
        if row.changes:
            parts.append(f"```console\n{command(row)}\n```")
        parts.append(row.shows)
    return "\n\n".join(part.rstrip() for part in parts)


def command(row):
    """What trains the row's recipe with its changes, a change on each line."""
    lines = [f"keras-gan train {row.recipe}"]
    if row.epochs is not None:
        lines[0] += f" --epochs {row.epochs}"
    lines += [f"--set {change}" for change in row.changes]
    if row.data:
        lines.append("--data my_pictures/")
    return " \\\n    ".join(lines)


def summary():
    """For `keras-gan recipes`: the first row of each recipe as it is now."""
    found = {}
    for row, runs in measured():
        if row.changes or not current(row):
            continue
        last = [run["points"][-1] for run in runs]
        seconds = statistics.fmean(point["cpu_seconds"] for point in last)
        epochs = round(last[0]["epoch"], 1)
        entry = {"epochs": int(epochs) if epochs.is_integer() else epochs}
        entry["seconds"] = round(seconds)
        score = "fid" if "fid" in last[0] else "kid"
        mean = statistics.fmean(point[score] for point in last)
        entry[score] = round(mean, 2)
        found.setdefault(row.recipe, entry)
    return found
