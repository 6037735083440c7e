"""`keras-gan compare`: puts runs side by side."""

import argparse
from pathlib import Path
from typing import Any

from keras_gan.cli.arguments import path, whole_number_in
from keras_gan.cli.console import console
from keras_gan.cli.errors import UsageError
from keras_gan.cli.output_files import check_new

__all__ = ["add_parser", "run"]

_LARGEST_EPOCH = 10**9
_read_epoch = whole_number_in(1, _LARGEST_EPOCH)


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "compare",
        help="put runs side by side: mean and deviation over seeds",
        description=(
            "Puts runs side by side. Runs that differ in nothing but the seed "
            "are one row, with the mean and the standard deviation over them; "
            "the columns are the settings that differ. What makes numbers hard "
            "to compare is said below the table."
        ),
    )
    add = parser.add_argument
    add(
        "runs",
        metavar="RUNS",
        nargs="+",
        type=path,
        help="folders of runs, or folders that hold some",
    )
    add(
        "--metrics",
        metavar="fid,kid,...",
        help="columns of metrics.csv, separated by commas [the measures of "
        "quality that there are, else the losses; and the time]",
    )
    add(
        "--at",
        type=_epoch,
        default="last",
        metavar="last|best|N",
        help="the last epoch of each run, the best value that each metric had, "
        "or an epoch [last]",
    )
    add("--csv", type=path, metavar="FILE", help="write the numbers as CSV")
    add(
        "--markdown",
        type=path,
        metavar="FILE",
        help="write the table and the notes as Markdown",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the table, and writes the files that were asked for."""
    from keras_gan._atomic_write import write_text
    from keras_gan.cli.compared_runs import read_runs
    from keras_gan.cli.comparison import compare
    from keras_gan.cli.comparison_table import as_csv, as_markdown, as_table

    for flag in ("csv", "markdown"):
        _check_target(f"--{flag}", getattr(arguments, flag))
    runs, left_out = read_runs(arguments.runs)
    found = compare(runs, metrics=_names(arguments.metrics), at=arguments.at)
    found.notes[:0] = left_out
    if arguments.csv is not None:
        write_text(arguments.csv, as_csv(found))
    if arguments.markdown is not None:
        write_text(arguments.markdown, as_markdown(found))
    console(table=True).print(as_table(found))
    out = console()
    if found.notes:
        out.print("")
    for note in found.notes:
        out.print(note)
    return 0


def _epoch(given: str) -> str | int:
    return given if given in ("last", "best") else _read_epoch(given)


def _names(given: str | None) -> list[str]:
    if given is None:
        return []
    names = [name.strip() for name in given.split(",") if name.strip()]
    if not names:
        raise UsageError("--metrics must not be empty.")
    return names


def _check_target(flag: str, target: Path | None) -> None:
    """Refuses a file that could not be written, before anything is read."""
    if target is None:
        return
    if target.is_dir():
        raise UsageError(f"{flag}: {target} is a folder. Name a file.")
    if not target.parent.is_dir():
        raise UsageError(
            f"{flag}: there is no folder {target.parent}. Make it first."
        )
    check_new(flag, target)
