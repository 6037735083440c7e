"""Standard streams that can take whatever is printed."""

import os
import sys
from collections.abc import Iterator
from contextlib import (
    ExitStack,
    contextmanager,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from io import TextIOWrapper
from typing import Any

__all__ = ["discard_output", "ready_streams"]

_NUMBERS = (0, 1, 2)


@contextmanager
def ready_streams() -> Iterator[None]:
    """Opens streams that were closed, and lets the others print any text.

    A process can be started without stdout or stderr. What is printed is then
    dropped, and no file is opened in their place, where a library would write
    its messages into it. A stream whose encoding lacks a character prints the
    character's escape.
    """
    _close_gaps()
    with ExitStack() as stack:
        for name, redirect in (
            ("stdout", redirect_stdout),
            ("stderr", redirect_stderr),
        ):
            if getattr(sys, name) is None:
                nowhere = stack.enter_context(_nowhere())
                stack.enter_context(redirect(nowhere))
            stack.enter_context(_escaping(getattr(sys, name)))
        yield


def discard_output() -> None:
    """Drops what stdout still holds, whose reader has gone.

    Python writes it when it ends, and would report the failure.
    """
    with suppress(OSError, ValueError, AttributeError):
        number = sys.stdout.fileno()
        with _nowhere() as nowhere:
            os.dup2(nowhere.fileno(), number)


def _close_gaps() -> None:
    for number in _NUMBERS:
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is taken, so it is this one.
            os.open(os.devnull, os.O_RDWR)


def _nowhere() -> Any:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123


@contextmanager
def _escaping(stream: Any) -> Iterator[None]:
    if not isinstance(stream, TextIOWrapper) or stream.errors != "strict":
        yield
        return
    stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        with suppress(ValueError):  # It was closed meanwhile.
            stream.reconfigure(errors="strict")
