"""Errors that the user can correct."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["UsageError", "as_usage_errors", "in_one_line"]


class UsageError(Exception):
    """Bad usage or input. The command prints its message in one line."""


_OF_INPUT = (
    ValueError,
    TypeError,
    ImportError,
    NotImplementedError,
    MemoryError,
)


@contextmanager
def as_usage_errors() -> Iterator[None]:
    """Turns errors that bad input causes into a `UsageError`."""
    try:
        yield
    except _OF_INPUT as error:
        raise UsageError(in_one_line(error)) from error


def in_one_line(message: object) -> str:
    """Returns a message of several lines, as libraries write them, in one."""
    return " ".join(line.strip() for line in str(message).split("\n")).strip()
