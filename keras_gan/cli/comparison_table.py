"""Writing a comparison of runs: for the terminal, as CSV and as Markdown."""

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from keras_gan._printable import printable
from keras_gan.cli.comparison import SECONDS, Comparison, Group, Score
from keras_gan.cli.console import duration

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["as_csv", "as_markdown", "as_table", "in_words"]


def in_words(score: Score, name: str = "") -> str:
    """Returns "12.31 ± 0.43": the deviation with two digits.

    Args:
        score: The metric of a group.
        name: Its name. Seconds are written as a duration.
    """
    if not score.count:
        return "-"
    if score.failed:
        return f"not finite in {score.failed} of {score.count}"
    if name == SECONDS:
        return duration(score.mean)
    if not score.deviation:
        same = "" if score.deviation is None else " ± 0"
        return f"{score.mean:.4g}{same}"
    digits = 1 - math.floor(math.log10(score.deviation))
    if not -4 <= digits <= 6:
        return f"{score.mean:.4g} ± {score.deviation:.2g}"
    places = max(0, digits)
    return f"{score.mean:.{places}f} ± {score.deviation:.{places}f}"


def as_table(comparison: Comparison) -> "Table":
    """Returns a table for the terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    titles = _titles(comparison)
    for index, title in enumerate(titles):
        # A setting that is cut off can't be told from another one.
        table.add_column(
            Text(printable(title)),
            overflow="fold",
            justify="left" if index < len(comparison.settings) else "right",
        )
    for group in comparison.groups:
        table.add_row(
            *(Text(printable(cell)) for cell in _cells(comparison, group))
        )
    return table


def as_markdown(comparison: Comparison) -> str:
    """Returns a table in Markdown, with the notes under it."""
    titles = _titles(comparison)
    left = len(comparison.settings)
    lines = [
        _row(titles),
        _row(["---"] * left + ["---:"] * (len(titles) - left)),
        *(_row(_cells(comparison, group)) for group in comparison.groups),
    ]
    if comparison.notes:
        lines += ["", *(f"- {printable(note)}" for note in comparison.notes)]
    return "\n".join(lines) + "\n"


def as_csv(comparison: Comparison) -> str:
    """Returns numbers as they are: a row for each group.

    Each metric has three columns: its mean, its standard deviation over the
    runs (empty for one run), and of how many runs it is.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    parts = [
        f"{name}_{part}"
        for name in comparison.metrics
        for part in ("mean", "deviation", "count")
    ]
    about = ["runs", "first_epoch", "last_epoch", "seeds"]
    writer.writerow([*comparison.settings, *about, *parts, "folders"])
    for group in comparison.groups:
        scores = [group.scores[name] for name in comparison.metrics]
        numbers = [n for score in scores for n in _numbers(score)]
        writer.writerow(
            [
                *(printable(word) for word in group.settings.values()),
                len(group.runs),
                min(group.epochs),
                max(group.epochs),
                _seeds(group),
                *numbers,
                " ".join(printable(run.name) for run in group.runs),
            ]
        )
    return text.getvalue()


def _titles(comparison: Comparison) -> list[str]:
    metrics = [
        "time" if name == SECONDS else name for name in comparison.metrics
    ]
    return [*comparison.settings, "runs", "epochs", *metrics]


def _cells(comparison: Comparison, group: Group) -> list[str]:
    first, last = min(group.epochs), max(group.epochs)
    return [
        *group.settings.values(),
        str(len(group.runs)),
        str(last) if first == last else f"{first}-{last}",
        *(in_words(group.scores[name], name) for name in comparison.metrics),
    ]


def _row(cells: Sequence[str]) -> str:
    shown = (printable(cell).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(shown)} |"


def _numbers(score: Score) -> list[object]:
    if not score.count:
        return ["", "", 0]
    deviation = score.deviation
    return [score.mean, "" if deviation is None else deviation, score.count]


def _seeds(group: Group) -> str:
    return " ".join(str(run.seed) for run in group.runs)
