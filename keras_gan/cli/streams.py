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

_STANDARD_STREAMS = (0, 1, 2)


@contextmanager
def ready_streams() -> Iterator[None]:
    """Opens streams that were closed, and lets the others print any text.

    A process can be started without stdout or stderr. What is printed is then
    dropped, and no file is opened in their place, where a library would write
    its messages into it. A stream whose encoding lacks a character prints the
    character's escape.
    """
    _open_missing_streams()
    with ExitStack() as stack:
        for name, redirect in (
            ("stdout", redirect_stdout),
            ("stderr", redirect_stderr),
        ):
            if getattr(sys, name) is None:
                null_device = stack.enter_context(_null_device())
                stack.enter_context(redirect(null_device))
            stack.enter_context(_with_escapes(getattr(sys, name)))
        yield


def discard_output() -> None:
    """Drops what stdout still holds, whose reader has gone.

    Python writes it when it ends, and would report the failure.
    """
    with suppress(OSError, ValueError, AttributeError):
        number = sys.stdout.fileno()
        with _null_device() as null_device:
            os.dup2(null_device.fileno(), number)


def _open_missing_streams() -> None:
    for number in _STANDARD_STREAMS:
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is taken, so it is this one.
            os.open(os.devnull, os.O_RDWR)


def _null_device() -> Any:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123


@contextmanager
def _with_escapes(stream: Any) -> Iterator[None]:
    if not isinstance(stream, TextIOWrapper) or stream.errors != "strict":
        yield
        return
    stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        with suppress(ValueError):  # It was closed meanwhile.
            stream.reconfigure(errors="strict")
