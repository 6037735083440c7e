"""Trains `style-gan` and others, looks at their latents, writes docs/styles.md.

    python tests/benchmarks/styles.py                # what is missing
    python tests/benchmarks/styles.py style-gan      # one model, again
    python tests/benchmarks/styles.py --write        # the page alone

Each trains for some minutes, in a process of its own, and leaves its numbers as
JSON and its pictures as PNG in docs/styles/; the page is made from these files
alone. `--core N` pins the runs to one core.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from keras_gan._atomic_write import write_text
from tests.benchmarks import results
from tests.benchmarks.machine import FREED_KEPT, process_environment
from tests.benchmarks.markdown_table import markdown_table
from tests.benchmarks.results_rows import SAMPLES, Row, current
from tests.benchmarks.row_arguments import RowArguments

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "docs" / "styles"
PAGE = ROOT / "docs" / "styles.md"
ROWS = (Row("style-gan", 2), Row("quick", 4), Row("r3gan", 1))
TRUNCATIONS = (1.0, 0.7, 0.5)
INVERTED = 64
SCORES = ("fid", "precision", "recall")


def train(row):
    """Trains and measures one model in this process; writes its record."""
    from keras_gan import memory

    gan, clock, _, busy = results.fit(row, 0)
    record = {
        **results.run_record(row, 0, gan, clock),
        **FREED_KEPT,
        "others": busy,
    }
    with memory.keep_freed():
        record |= latents_record(gan, row.recipe)
    RECORDS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=1)
    write_text(RECORDS / f"{row.recipe}.json", text + "\n")


def latents_record(gan, name):
    """What is measured of latents and styles; draws the pictures."""
    from keras_gan import features

    extractor = features.classifier("fashion_mnist")
    styles = hasattr(gan, "style_mean")
    spaces = ("latents", "styles") if styles else ("latents",)
    return {
        "path_length": {
            space: gan.path_length(extractor, SAMPLES, space=space)
            for space in spaces
        },
        "inversion": inversion(gan, name),
        "truncation": truncation(gan, extractor) if styles else None,
    }


def inversion(gan, name):
    """Distances of found images, and of the nearest training images."""
    import numpy as np

    from keras_gan import datasets, images

    given = datasets.source("fashion_mnist", "test").images[:INVERTED]
    trained = datasets.source("fashion_mnist").images
    found = gan.invert(given, verbose=False)
    found.save(RECORDS / f"{name}-inversion.png")
    wanted, known = (
        images.to_float(each[:]).reshape(len(each), -1)
        for each in (given, trained)
    )
    nearest = [
        np.sqrt(((known - each) ** 2).mean(axis=1).min()) for each in wanted
    ]
    return {
        "distance": float(np.median(found.distances)),
        "nearest": float(np.median(nearest)),
    }


def truncation(gan, extractor):
    """Scores of truncated images; draws them, mixed ones and directions."""
    from keras_gan import datasets, images, metrics

    real = datasets.source("fashion_mnist", "test").images[:SAMPLES]
    evaluator = metrics.Evaluator(real, extractor=extractor, metrics=SCORES)
    found = []
    for psi in TRUNCATIONS:
        made = images.to_uint8(
            gan.generate(SAMPLES, seed=0, truncation=psi), gan.pixel_range
        )
        scores = evaluator(made)
        found.append({"truncation": psi, **{k: scores[k] for k in SCORES}})
        name = f"truncation-{round(10 * psi)}.png"
        images.save(images.grid(made[:32], 16, scale=1), RECORDS / name)
    gan.mix_styles(4, 8, levels="coarse", seed=1).save(RECORDS / "mixing.png")
    for number, vector in enumerate(gan.directions(3).vectors, 1):
        walk = gan.traverse(vector, 3, seed=2)
        walk.save(RECORDS / f"direction-{number}.png")
    return found


def record(row):
    path = RECORDS / f"{row.recipe}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def page():
    """All that docs/styles.md says, from the records alone."""
    found = {row: record(row) for row in ROWS if record(row)}
    parts = [HEAD]
    if found:
        parts += [compared(found), *outdated(found)]
    styles = next((each for each in found.values() if each["truncation"]), None)
    if styles is not None:
        parts += [TRUNCATED, truncated(styles["truncation"]), PICTURES]
    if found:
        parts += [INVERSION, inverted(found)]
    return "\n\n".join([*parts, AGAIN]) + "\n"


def compared(found):
    head = [
        *("recipe", "epochs", "CPU seconds", "FID", "precision", "recall"),
        *("path length in latents", "in styles"),
    ]
    lines = []
    for row, each in found.items():
        last = each["points"][-1]
        lengths = each["path_length"]
        busy = " †" if each["others"] > 0.2 else ""
        lines.append(
            [
                f"`{row.recipe}`",
                str(row.epochs),
                f"{last['cpu_seconds']:,.0f}{busy}",
                f"{last['fid']:.2f}",
                f"{last['precision']:.3f}",
                f"{last['recall']:.3f}",
                f"{lengths['latents']:,.0f}",
                f"{lengths['styles']:,.0f}" if "styles" in lengths else "",
            ]
        )
    return markdown_table(head, lines)


def outdated(found):
    """Which models were trained by another recipe than there is now."""
    old = [
        row.recipe for row, each in found.items() if not current(row, [each])
    ]
    text = "Measured before the recipe was changed: "
    return [f"{text}{', '.join(old)}."] if old else []


def truncated(found):
    lines = [
        [
            f"{each['truncation']:g}",
            f"{each['fid']:.2f}",
            f"{each['precision']:.3f}",
            f"{each['recall']:.3f}",
        ]
        for each in found
    ]
    return markdown_table(["truncation", "FID", "precision", "recall"], lines)


def inverted(found):
    lines = [
        [
            f"`{row.recipe}`",
            f"{each['inversion']['distance']:.3f}",
            f"{each['inversion']['nearest']:.3f}",
        ]
        for row, each in found.items()
    ]
    head = ["recipe", "image that was found", "nearest training image"]
    pictures = [
        f"`{row.recipe}`, given test images above those found:\n\n"
        f"![inversion by {row.recipe}](styles/{row.recipe}-inversion.png)"
        for row in found
    ]
    return "\n\n".join([markdown_table(head, lines), *pictures])


HEAD = """# Styles, measured

What a [style generator](style_gan.md) has that others have not, in numbers and
pictures. All is by one seed, on Fashion-MNIST; FID, precision and recall are
those of 10,000 pictures to the 10,000 test images, by the package's classifier,
whose features the [path length](latents.md#walking-between-images) takes, too.
The seconds say how long each was trained; † beside other work, which makes them
up to twice as many."""

TRUNCATED = """## Truncation

Styles that are pulled to their mean make more typical pictures, and leave out
what is rare: precision rises, and recall falls."""

PICTURES = """At 1, 0.7 and 0.5, from the same latents:

![truncation 1](styles/truncation-10.png)

![truncation 0.7](styles/truncation-7.png)

![truncation 0.5](styles/truncation-5.png)

## Mixing

`gan.mix_styles(4, 8, levels="coarse")`: each image has the styles of the image
at its row's left, but for the coarse ones, which are those of the image above
its column. Looked at: the shape is the column's, and most of the brightness the
row's; where trousers give a bag or a shoe its fine styles, it is full of holes.

![mixed styles](styles/mixing.png)

## Directions

`gan.directions(3)`: three images, moved by up to three deviations along each of
the three directions that the first weights stretch most.

![first direction](styles/direction-1.png)

![second direction](styles/direction-2.png)

![third direction](styles/direction-3.png)

Looked at: the first leads from shoes to trousers and bags, the second from
boots to flat sandals, the third from narrow to wide. What lies between two
classes is torn."""

INVERSION = f"""## Finding given images

`gan.invert` on {INVERTED} test images, which nothing was trained on. The root
of the mean squared difference, of values in [-1, 1]; the median over the
images, beside that of the training image that is nearest to each. Looked at:
shape and brightness are found again, prints, checks and letters are not."""

AGAIN = """## Measuring it again

```console
python tests/benchmarks/styles.py
```"""


def main():
    names = [row.recipe for row in ROWS]
    parser = RowArguments(__doc__, names)
    parser.add_argument("--train", help=argparse.SUPPRESS)
    options = parser.chosen()
    if options.train:
        train(next(row for row in ROWS if row.recipe == options.train))
        return
    for row in [] if options.write else ROWS:
        if row.recipe in options.rows or not (options.rows or record(row)):
            command = [sys.executable, __file__, "--train", row.recipe]
            subprocess.run(command, check=True, env=process_environment())
    write_text(PAGE, page())


if __name__ == "__main__":
    main()
