"""Writes docs/translation.md from the records alone."""

import textwrap

from tests.benchmarks.machine import kept_mark
from tests.benchmarks.markdown_table import markdown_table
from tests.benchmarks.results_rows import settings
from tests.benchmarks.translation_rows import ROOT, ROWS, of_recipes, record

PAGE = ROOT / "docs" / "translation.md"


def page():
    """All that docs/translation.md says, from the records alone."""
    rows = [(row, record(row)) for row in ROWS]
    found = {row.name: each for row, each in rows if each is not None}
    sections = [HEAD]
    waiting = [row.name for row, each in rows if each is None]
    if waiting:
        sections += [f"Not measured yet: {', '.join(waiting)}."]
    old = [
        row.name
        for row, each in rows
        if each and each["settings"] != settings(row.trained())
    ]
    if old:
        sections += [
            f"Measured before the recipe was changed: {', '.join(old)}."
        ]
    for title, text, names, columns in SECTIONS:
        known = [name for name in names if name in found]
        if known:
            sections += [
                f"## {title}",
                textwrap.fill(text, 80),
                table(found, known, columns),
            ]
            sections += [picture(name) for name in known]
    return "\n\n".join(sections) + "\n"


def table(found, names, columns):
    """A row for each look at each run."""
    heads = ["run", "epochs", "CPU s", *columns]
    lines = []
    for name in names:
        one = found[name]
        mark = " †" if one["others"] > 0.1 else ""
        mark += kept_mark([one])
        for point in one["points"]:
            cells = [
                f"`{name}`",
                str(point["epoch"]),
                f"{point['cpu_seconds']:,.0f}{mark}",
                *(f"{point[key]:.3g}" for key in columns.values()),
            ]
            lines.append(cells)
    return markdown_table(heads, lines)


def picture(name):
    row = next(each for each in ROWS if each.name == name)
    what = {
        "unpaired": "side a, translated, and back; side b, translated, and back"
    }.get(row.kind, "sources, outputs, targets")
    image = f"![{name}: {what}, in rows](translation/{name}.png)"
    return f"{image}\n\n{row.shows}".rstrip()


def summary():
    """For `keras-gan recipes`: the run of each recipe on its own data.

    It may be longer or shorter than the recipe's: the epochs are told.
    """
    found = {}
    for row, known in of_recipes():
        last = known["points"][-1]
        if known["settings"] == settings(row.trained()):
            found[row.recipe] = {
                "epochs": last["epoch"],
                "seconds": round(last["cpu_seconds"]),
                "kid": round(last["kid"], 2),
            }
    return found


def write():
    PAGE.write_text(page(), "utf-8")


HEAD = """# Image to image, measured

What the recipes `pix2pix`, `cyclegan` and `super-resolution` make of pictures
that they were not trained on. `python tests/benchmarks/translation.py` trains
them and wrote this page. L1 is the mean difference of pixels, black to white
being 1. KID is by the package's classifier of clothes, and of emoji by
ImageNet features (`features.imagenet`). CPU seconds are of training
alone, on one core; with a †, other work ran beside it, and they are up to twice
those of a quiet machine; with a ‡, freed memory was kept, as `keras-gan train`
does, which takes less time. The pictures are the first held-out ones, not
selected."""

_PAIRS = {"L1": "l1", "PSNR": "psnr", "SSIM": "ssim", "KID": "kid"}

SECTIONS = (
    (
        "Outlines to clothes",
        'Pairs inside the package. "L1 only" is the same generator without a '
        "discriminator's verdict: `--set model.adversarial_weight=0`. \"Class "
        'kept": the share of outputs that the classifier puts into the class '
        "of their targets.",
        ("outlines", "outlines-longer", "outlines-l1-only"),
        {**_PAIRS, "class kept": "class_kept"},
    ),
    (
        "Emoji, two drawings of each",
        "The drawings of 3,786 emoji in the npm packages "
        "emoji-datasource-google (sources) and emoji-datasource-twitter "
        "(targets), 64x64 in colour. Every tenth was held out.",
        ("emoji", "emoji-l1-only"),
        _PAIRS,
    ),
    (
        "Sneakers to ankle boots",
        'Without pairs, inside the package. "Boots": the share of translated '
        'sneakers that the classifier takes for ankle boots. "Cycle": L1 of '
        "there and back; beside it, that of two random sneakers.",
        ("boots",),
        {
            "boots": "boots",
            "KID": "kid",
            "KID of sneakers": "kid_untranslated",
            "cycle": "cycle_l1",
            "random pairs": "random_pairs_l1",
        },
    ),
    (
        "Emoji without pairs",
        "The same drawings, shuffled. For each translated held-out emoji, the "
        "other vendor's held-out ones are sorted by their distance to it "
        "(ImageNet features, less the mean of each side). How often is its "
        "twin the first, and among the first five? By chance 0.0026 and 0.013.",
        ("emoji-unpaired",),
        {
            "first": "made_top_1",
            "of five": "made_top_5",
            "untranslated: first": "untranslated_top_1",
            "of five ": "untranslated_top_5",
            "KID": "kid",
            "KID untranslated": "kid_untranslated",
        },
    ),
    (
        "7x7 to 28x28",
        "Content alone for the first half, then the discriminator's verdict, "
        "too. The first row is after the first half.",
        ("small-clothes",),
        {
            "PSNR": "psnr",
            "bicubic": "bicubic_psnr",
            "SSIM": "ssim",
            "bicubic ": "bicubic_ssim",
            "KID": "kid",
            "bicubic  ": "bicubic_kid",
        },
    ),
)
