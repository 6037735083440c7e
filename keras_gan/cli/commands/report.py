"""`keras-gan report`: writes a run's report anew."""

import argparse
from typing import Any

from keras_gan.cli.arguments import path
from keras_gan.cli.console import console
from keras_gan.cli.errors import UsageError, as_usage_errors

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Adds the command and its arguments."""
    parser = commands.add_parser(
        "report",
        help="show a run on one page, also while it trains",
        description=(
            "Writes report.html into a run's folder: curves, pictures beside "
            "real ones, settings. The run may still be training."
        ),
    )
    parser.add_argument("folder", metavar="RUN", type=path)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes the report, and says where it is."""
    from keras_gan import report

    folder = arguments.folder
    if not folder.is_dir():
        raise UsageError(f"There is no folder of a run at {folder}.")
    with as_usage_errors():
        found = report.write_report(folder)
    console().print(f"Report: {found}")
    return 0
