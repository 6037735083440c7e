"""How much is decoded at the same time."""

import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Budget", "pixel_budget"]

_PER_CORE = 2**24


class Budget:
    """An amount that several threads share; who finds too little waits.

    Who needs more than there is in all gets it alone.

    Args:
        amount: What there is, above 0.
    """

    def __init__(self, amount: int) -> None:
        self._amount = self._left = amount
        self._changed = threading.Condition()

    @contextmanager
    def spent(self, amount: int) -> Iterator[None]:
        """Takes an amount, and gives it back at the end."""
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
    # A thread that holds some of it is not there in a forked process.
    os.register_at_fork(after_in_child=pixel_budget.cache_clear)
