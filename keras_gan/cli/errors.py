"""What the user can put right."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["UsageError", "user_input"]


class UsageError(Exception):
    """Bad usage or input: its message, in one line, is all that is shown."""


@contextmanager
def user_input() -> Iterator[None]:
    """Turns the errors that bad input causes into a `UsageError`."""
    try:
        yield
    except (ValueError, TypeError, ImportError, NotImplementedError) as error:
        raise UsageError(str(error)) from error
