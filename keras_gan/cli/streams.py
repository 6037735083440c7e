"""Standard streams that can print any text."""

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
    """Replaces streams that are closed, and makes the others print any text.

    A process can be started without stdout or stderr. What is printed is then
    dropped. Their file descriptors are opened, too: else the next file that is
    opened would get such a number, and a library would write messages into it.
    A character that the encoding of a stream lacks is printed as its escape.
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
    """Drops what is left in the buffer of stdout, after its reader has gone.

    Else Python would write it when it ends, and report an error.
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
            # The system gives out the lowest free number, which is this one.
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
        with suppress(ValueError):  # It was closed in the meantime.
            stream.reconfigure(errors="strict")
