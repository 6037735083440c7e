"""Printing to the terminal, and writing numbers as words."""

import shlex
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from keras_gan._printable import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = [
    "console",
    "counted",
    "duration",
    "labelled",
    "print_error",
    "quoted",
]

_WIDTH_OF_A_PIPE = 150
_LEAST_WIDTH = 60
_LABEL_WIDTH = 10
_IN_ANSI_QUOTES = str.maketrans({"\\": "\\\\", "'": "\\'"})


def console(*, table: bool = False) -> "Console":
    """Returns a console that prints strings as they are, never as markup.

    Characters that can't be seen are written as escapes, see `printable`.

    Args:
        table: Whether a table is printed, whose columns should fit the
            terminal. A file or a pipe gets 150 columns. In a terminal that is
            too narrow for a table, lines are broken.
    """
    from rich.console import Console
    from rich.text import Text

    class Plain(Console):
        """A console that prints strings as plain text."""

        def print(self, *objects: Any, **options: Any) -> None:
            shown = [
                Text(printable(each)) if isinstance(each, str) else each
                for each in objects
            ]
            super().print(*shown, **options)

        def on_broken_pipe(self) -> None:
            raise  # The error that is being handled. `main` catches it.

    found = Plain(
        highlight=False, markup=False, emoji=False, soft_wrap=not table
    )
    if table:
        fit = (
            max(found.width, _LEAST_WIDTH)
            if found.is_terminal
            else _WIDTH_OF_A_PIPE
        )
        found.width = fit
    return found


def labelled(label: str, text: object, width: int = _LABEL_WIDTH) -> "Text":
    """Returns a line with a label in bold, for the console to print.

    Args:
        label: What the text is.
        text: A path, name or number, made `printable`.
        width: The width of the label's column.
    """
    from rich.text import Text

    return Text.assemble((f"{label:<{width}}", "bold"), printable(text))


def quoted(path: object) -> str:
    """Returns a path quoted for a shell, with escapes where needed."""
    name = str(path)
    if printable(name) == name:
        return shlex.quote(name)
    return f"$'{printable(name.translate(_IN_ANSI_QUOTES))}'"


def print_error(message: str) -> None:
    """Prints one line on stderr, if stderr is open."""
    # It may be closed, or its reader may have gone.
    with suppress(OSError, ValueError):
        print(printable(message), file=sys.stderr)


def counted(count: int, singular: str, plural: str) -> str:
    """Returns a number with its noun: `1 epoch`, `2 epochs`."""
    return f"{count:,} {singular if count == 1 else plural}"


def duration(seconds: float) -> str:
    """Returns a duration in words: `41 s`, `2 min 5 s`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
