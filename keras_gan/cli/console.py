"""Where the commands print, and how they write numbers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "duration"]

_PIPE = 150


def console(*, table: bool = False) -> "Console":
    """Returns a console that leaves paths and numbers as they are.

    Args:
        table: Whether columns are to fit the terminal. A file or a pipe has
            no width to fit.
    """
    from rich.console import Console

    found = Console(highlight=False, soft_wrap=not table)
    if table and not found.is_terminal:
        found.width = _PIPE
    return found


def duration(seconds: float) -> str:
    """Returns seconds as a person would say them: `41 s`, `2 min 5 s`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
