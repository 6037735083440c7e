"""Writes docs/gallery.md from the records of the other pages alone."""

import statistics
import textwrap
from dataclasses import dataclass

from tests.benchmarks import (
    coverage_rows,
    results_page,
    results_rows,
    translation_rows,
)

PAGE = results_rows.ROOT / "docs" / "gallery.md"

HEAD = """---
hide:
  - navigation
---

# Gallery

Every recipe with a picture of what it makes, its score, the time that it
trained, and the command that trains it. Pictures are not selected, and times
are those of one CPU core. The picture leads to all that was measured.

FID and KID compare pictures with real ones: 0 is best.
Scores of different data can't be compared. [Metrics](metrics.md) says what each
number means."""

SECTIONS = {
    "Images from noise": "",
    "Points": "Real points are pale, generated ones in front of them.",
    "Images from images": "",
}


@dataclass(frozen=True)
class Card:
    """What the page shows of a recipe.

    Args:
        recipe: Its name.
        section: A key of `SECTIONS`.
        picture: Its path from docs/.
        link: Where its numbers are.
        score: Its score, in words.
        seconds: CPU seconds of training.
        command: What trains it.
        current: Whether the recipe is still what was measured.
    """

    recipe: str
    section: str
    picture: str
    link: str
    score: str
    seconds: float
    command: str
    current: bool = True


def page():
    """All that docs/gallery.md says, from the records alone."""
    found = {card.recipe: card for card in cards()}
    parts = [HEAD]
    for section, words in SECTIONS.items():
        shown = [found[n] for n in names() if n in found]
        shown = [card for card in shown if card.section == section]
        if shown:
            parts += [f"## {section}", words, '<div class="gallery" markdown>']
            parts += [text(card) for card in shown]
            parts += ["</div>"]
    missing = [f"`{name}`" for name in names() if name not in found]
    if missing:
        listed = f"Recipes without a record yet: {', '.join(missing)}."
        parts += [
            "## Not measured yet",
            textwrap.fill(listed, 80, break_on_hyphens=False),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write():
    """Writes the page."""
    PAGE.write_text(page(), "utf-8")


def names():
    from keras_gan import recipes

    return recipes.NAMES


def text(card):
    """One recipe, in HTML that holds Markdown."""
    from keras_gan import recipes

    system = recipes.get(card.recipe).system
    # A line of its own for each setting, which fits the card.
    command = card.command.replace(" --epochs", " \\\n    --epochs")
    told = f"{card.score}, {duration(card.seconds)}"
    if not card.current:
        told += ", by the recipe as it was before its last change"
    picture = f"![What {card.recipe} makes]({card.picture}){{ loading=lazy }}"
    return "\n\n".join(
        [
            "<div markdown>",
            f"### {card.recipe}",
            f"[{picture}]({card.link})",
            f"{system[0].upper()}{system[1:]}.",
            f"{told}.",
            f"```console\n{command}\n```",
            "</div>",
        ]
    )


def duration(seconds):
    """A time as people say it."""
    if seconds < 99:
        return f"{seconds:.0f} s"
    if seconds < 99 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def cards():
    """A card for each recipe of which there is a record and a picture."""
    return [*from_noise(), *of_points(), *from_images()]


def from_noise():
    """Of each recipe the longest run that was trained as the recipe says."""
    longest = {}
    for row, runs in results_rows.measured():
        if row.changes or row.backend != "tensorflow":
            continue
        epochs = runs[0]["points"][-1]["epoch"]
        if row.recipe not in longest or epochs > longest[row.recipe][0]:
            longest[row.recipe] = epochs, row, runs
    for _, row, runs in longest.values():
        last = [run["points"][-1] for run in runs]
        score = "fid" if "fid" in last[0] else "kid"
        mean = statistics.fmean(point[score] for point in last)
        command = results_page.command(row)
        yield Card(
            row.recipe,
            "Images from noise",
            f"results/{next(iter(results_rows.pictures(row)))}",
            f"results.md#{row.name}",
            f"{score.upper()} {results_page.spread([mean])}",
            statistics.fmean(point["cpu_seconds"] for point in last),
            command,
            results_rows.current(row),
        )


def of_points():
    """The data sets whose modes are known."""
    for row, runs in (
        (r, coverage_rows.records(r)) for r in coverage_rows.ROWS
    ):
        moving = f"{row.name}-seed-0.gif"
        if row.variant != "recipe":
            continue
        if not (coverage_rows.RECORDS / moving).is_file():
            continue
        data = coverage_rows.DATA[row.data]
        last = [run["points"][-1] for run in runs]
        modes = statistics.fmean(point["modes"] for point in last)
        yield Card(
            data.recipe,
            "Points",
            f"coverage/{moving}",
            f"coverage.md#{row.data.replace('_', '-')}",
            f"{modes:,.0f} of {data.modes:,} modes",
            statistics.fmean(point["cpu_seconds"] for point in last),
            f"keras-gan train {data.recipe}",
        )


def from_images():
    """What the recipes make that translate, on the data of the package."""
    for row, found in translation_rows.of_recipes():
        last = found["points"][-1]
        command = f"keras-gan train {row.recipe}"
        command += "".join(f" \\\n    --set {each}" for each in row.changes)
        yield Card(
            row.recipe,
            "Images from images",
            f"translation/{row.name}.png",
            "translation.md",
            f"KID {last['kid']:.3g} of held-out pictures",
            last["cpu_seconds"],
            command,
            found["settings"] == results_rows.settings(row.trained()),
        )
