"""The arguments of scripts that measure rows of a table."""

import argparse
import os


class RowArguments(argparse.ArgumentParser):
    """Takes names of rows, and how they are measured.

    Args:
        description: The script's docstring.
        rows: The names of its rows.
        more: Other names that may be given.
    """

    def __init__(self, description, rows, more=()):
        super().__init__(
            description=description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self._known = {*rows, *more}
        add = self.add_argument
        add("rows", nargs="*", metavar="ROW", help=", ".join(rows))
        add("--write", action="store_true", help="the page alone")
        add("--core", type=int, help="pin the runs to this core")

    def take_folders(self, names):
        """Adds where pictures are that no package has."""
        self.add_argument(
            "--data",
            action="append",
            type=lambda text: text.split("=", 1),
            default=[],
            metavar="NAME=FOLDER",
            help=f"where the pictures of a row are: {', '.join(names)}",
        )

    def chosen(self):
        """Parses them, refuses unknown rows, and pins this process."""
        options = self.parse_args()
        unknown = set(options.rows) - self._known
        if unknown:
            self.error(
                f"unknown rows {sorted(unknown)}; known: {sorted(self._known)}"
            )
        if options.core is not None:
            os.sched_setaffinity(0, {options.core})
        return options
