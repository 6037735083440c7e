"""Writes docs/coverage.md from the records alone."""

import json
import statistics
import textwrap

from tests.benchmarks.coverage_rows import (
    DATA,
    PUBLISHED,
    RECORDS,
    ROOT,
    ROWS,
    SEEDS,
    measured,
    records,
    without_words,
)
from tests.benchmarks.machine import kept_mark
from tests.benchmarks.markdown_table import markdown_table

PAGE = ROOT / "docs" / "coverage.md"


def page():
    """All that docs/coverage.md says, from the records alone."""
    parts = [HEAD]
    for data in DATA:
        parts += [WORDS[data], table(data), pictures(data)]
    parts += [machines(), missing(), AGAIN]
    return "\n\n".join(part for part in parts if part) + "\n"


def write():
    """Writes the page."""
    PAGE.write_text(page(), "utf-8")


def table(data):
    """What was measured on a data set, beside what papers report."""
    points = DATA[data].holds_vectors
    head = ["", f"modes of {DATA[data].modes:,}", "KL"]
    head += ["high quality"] if points else ["KL to the data"]
    head += ["CPU seconds", "until all modes", "runs"]
    lines = [
        [
            published.name,
            f"{published.modes:,g}",
            f"{published.kl:g}",
            f"{published.quality:g} %" if points else "",
            "",
            "",
            f"({published.source})",
        ]
        for published in PUBLISHED[data]
    ]
    lines += [
        measured_line(row, runs, points)
        for row, runs in measured()
        if row.data == data
    ]
    return markdown_table(head, lines)


def measured_line(row, runs, points):
    last = [run["points"][-1] for run in runs]
    cells = [f"**{row.title}**"]
    cells.append(spread([each["modes"] for each in last], 1))
    cells.append(spread([each["kl"] for each in last], 3))
    if points:
        shares = [100 * each["high_quality"] for each in last]
        cells.append(f"{spread(shares, 1)} %")
    else:
        cells.append(spread([each["kl_to_data"] for each in last], 3))
    seconds = spread([each["cpu_seconds"] for each in last], 0)
    cells.append(seconds + kept_mark(runs))
    first = [all_found(run, DATA[row.data].modes) for run in runs]
    never = None in first
    cells.append("never" if never else spread(first, 0))
    return [*cells, str(len(runs))]


def all_found(run, modes):
    """The CPU seconds after which a run showed all modes at every look."""
    seconds = None
    for point in reversed([*run.get("early", ()), *run["points"]]):
        if point["modes"] < modes:
            break
        seconds = point["cpu_seconds"]
    return seconds


def spread(values, digits):
    mean = f"{statistics.fmean(values):,.{digits}f}"
    if len(values) == 1:
        return mean
    return f"{mean} ± {statistics.stdev(values):,.{digits}f}"


def pictures(data):
    """The samples of each row's first run, in motion where that is kept."""
    found = []
    for row, _ in measured():
        if row.data != data:
            continue
        for ending in ("gif", "png"):
            name = f"{row.name}-seed-0.{ending}"
            if (RECORDS / name).is_file():
                title = row.title[0].upper() + row.title[1:]
                found.append(f"{title}:\n\n![{row.title}](coverage/{name})")
                break
    return "\n\n".join(found)


def machines():
    """Which CPU the seconds are of."""
    found = sorted({run["cpu"] for _, runs in measured() for run in runs})
    return f"Measured on: {'; '.join(found)}." if found else ""


def missing():
    """Rows of which there are fewer records than runs, or only old ones."""
    runs = {row.name: len(records(row)) for row in ROWS}
    few = [name for name, count in runs.items() if 0 < count < SEEDS]
    none = [name for name, count in runs.items() if count == 0]
    text = f"Fewer than {SEEDS} runs: {', '.join(few) or 'nothing'}."
    if none:
        text += f" Not measured yet: {', '.join(none)}."
    old = [row.name for row, runs in measured() if not current(row, runs)]
    if old:
        text += f" Measured before the recipe was changed: {', '.join(old)}."
    return textwrap.fill(
        text, 80, break_on_hyphens=False, break_long_words=False
    )


def current(row, runs):
    """Whether records are of the recipe as it is now, but for its words."""
    recipe = row.trained()
    now = without_words(json.loads(json.dumps(recipe.to_dict())))
    found = [without_words(run["settings"]) for run in runs]
    if recipe.epochs is None:
        # A record has those that its budget is.
        found = [{**each, "epochs": None} for each in found]
    return all(each == now for each in found)


HEAD = """# Mode coverage

A GAN that makes good pictures may still make only some of those that it was
shown. On data whose modes are known, that can be counted. These are the
benchmarks that papers use for it, trained and measured by `python
tests/benchmarks/coverage.py`, which wrote this page. Numbers are means over
runs ± their standard deviation. "Until all modes" are the CPU seconds of
training after which each look at the run found all of them; with a ‡, freed
memory was kept, as `keras-gan train` does, which takes less time.

Plain rows are reported in papers, bold ones are measured here. PacGAN is Lin et
al., 2018, [arXiv 1712.04086](https://arxiv.org/abs/1712.04086), tables 1 to 3,
and what it cites; R3GAN is Huang et al., 2024, [arXiv
2501.05441](https://arxiv.org/abs/2501.05441). The plain loss is the
non-saturating one."""

WORDS = {
    "stacked_mnist": """## Stacked MNIST

```console
keras-gan train stacked-mnist
```

Three random digits of MNIST as the planes of a colour image: 1,000 modes, in
128,000 training images. 26,000 samples are made, and the package's classifier
of MNIST, which knows 99.1 % of MNIST's test digits, looks at each plane. A mode
is found if one sample shows it. The KL is that of the samples' modes to all
modes alike. It is not 0 for perfect samples: 26,000 draws from 1,000 equal
modes have 0.019, and as MNIST's digits are not alike often, 26,000 draws from
the training images have 0.023. "KL to the data" is that to how often MNIST has
the digits: perfect samples have 0.019 of it. Rows here have the networks of the
recipe; papers have their own. The recipe trains for 7 epochs, all other rows
for 2, 256,000 images, so that they can be compared with each other. These are
measured every 25,600 images. The recipe's first 70,400 images were trained once
more (`--early`) and measured every 6,400, to see when it has all modes.""",
    "grid": """## Grid

```console
keras-gan train grid
```

25 Gaussians in the plane, 2 apart, with a standard deviation of 0.05. Of 2,500
samples, those within three deviations of a center are of high quality; 98.9 %
of perfect samples are. A mode is found if a sample of high quality lies there.
For the KL, each sample belongs to its nearest mode; perfect samples have 0.005.
The plain loss has PacGAN's networks here, but leaky ReLUs in place of maxout,
and PacGAN's optimizers; it is trained as long as the recipe.""",
    "ring": """## Ring

```console
keras-gan train ring
```

8 Gaussians on a circle of radius 1, with a standard deviation of 0.01; measured
as the grid. Perfect samples have a KL of 0.0014.""",
}

AGAIN = """## Measuring it again

```console
python tests/benchmarks/coverage.py                # what is missing
python tests/benchmarks/coverage.py grid-recipe    # one row, again
```

Your own samples are measured by `keras-gan evaluate SAMPLES.npz --data grid
--metrics modes,kl,high_quality`, or by [the functions](metrics.md#modes) behind
it."""
