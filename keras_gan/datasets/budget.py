"""A limit on the pixels that threads decode at the same time."""

import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Budget", "pixel_budget"]

_PER_CORE = 2**24


class Budget:
    """An amount that threads share. A thread that finds too little waits.

    A thread that needs more than the whole amount runs alone.

    Args:
        amount: The whole amount, above 0.
    """

    def __init__(self, amount: int) -> None:
        self._amount = self._left = amount
        self._changed = threading.Condition()

    @contextmanager
    def spent(self, amount: int) -> Iterator[None]:
        """Takes an amount, and returns it at the end."""
        taken = min(amount, self._amount)
        with self._changed:
            self._changed.wait_for(lambda: self._left >= taken)
            self._left -= taken
        try:
            yield
        finally:
            with self._changed:
                self._left += taken
                self._changed.notify_all()


@functools.cache
def pixel_budget() -> Budget:
    """Returns the pixels that all threads together may decode at a time."""
    return Budget(_PER_CORE * (os.cpu_count() or 1))


if hasattr(os, "register_at_fork"):
    # A forked process does not have the threads that hold some of it.
    os.register_at_fork(after_in_child=pixel_budget.cache_clear)
