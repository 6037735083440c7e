"""Where the commands print, and how they write numbers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "duration"]


def console(*, to_stderr: bool = False) -> "Console":
    """Returns a console that leaves paths and numbers as they are."""
    from rich.console import Console

    return Console(stderr=to_stderr, highlight=False, soft_wrap=True)


def duration(seconds: float) -> str:
    """Returns seconds as a person would say them: `41 s`, `2 min 5 s`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
