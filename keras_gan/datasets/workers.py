"""Processes that decode images for this one.

They are started anew, not forked: a fork of a process in which a framework
runs threads may hang. They import what decodes, and neither Keras nor the
program that started them, so that they start in about a second, and a script
needs no `if __name__ == "__main__":` for their sake.
"""

import functools
import multiprocessing
import os
import signal
import sys
import threading
import types
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, NamedTuple, TypeVar

from keras_gan._checks import whole_number

__all__ = ["check_num_workers", "in_order", "is_worker"]

_Result = TypeVar("_Result")

_MOST_WORKERS = 61 if sys.platform == "win32" else 1024
"""Windows waits for no more processes at a time."""
_TASKS_PER_WORKER = 2
"""How many tasks are handed out: one is at work, one waits."""


def check_num_workers(num_workers: Any) -> int:
    """Returns a number of processes, 0 for none.

    Raises:
        ValueError: If it is none, or more than the system can wait for.
    """
    return whole_number("num_workers", num_workers, 0, _MOST_WORKERS)


def in_order(
    tasks: Iterable[Callable[[], _Result]], num_workers: int
) -> Iterator[_Result]:
    """Does tasks in other processes, and yields what they return, in order.

    A few tasks are ahead of what is asked for, so that memory is bounded. Those
    that nobody asks for any more, because the iterator is closed, are dropped.

    Args:
        tasks: What can be pickled and called, such as a partial function.
        num_workers: How many processes there are, at least 1. They are shared
            by all who ask for as many, and end with this process.

    Raises:
        ChildProcessError: If one of the processes was ended from outside.
        Exception: What a task raises.
    """
    ahead: deque[Future[_Done]] = deque()
    try:
        for task in tasks:
            ahead.append(_submitted(task, num_workers))
            if len(ahead) > _TASKS_PER_WORKER * num_workers:
                yield _result(ahead.popleft(), num_workers)
        while ahead:
            yield _result(ahead.popleft(), num_workers)
    finally:
        for each in ahead:
            each.cancel()


class _Done(NamedTuple):
    result: Any
    warned: list[tuple[str, type[Warning]]]


def _submitted(task: Callable[[], Any], num_workers: int) -> "Future[_Done]":
    try:
        return _pool(num_workers).submit(_do, task)
    except BrokenProcessPool as error:
        raise _lost(num_workers) from error


def _result(future: "Future[_Done]", num_workers: int) -> Any:
    try:
        done = future.result()
    except BrokenProcessPool as error:
        raise _lost(num_workers) from error
    for text, category in done.warned:
        warnings.warn(text, category, stacklevel=2)
    return done.result


def _lost(num_workers: int) -> ChildProcessError:
    # Whoever tries again gets new processes.
    _pool.cache_clear()
    return ChildProcessError(
        f"One of the {num_workers} processes that decode images has ended, as "
        "it does where memory runs out. Start again, with a smaller "
        "`num_workers` if memory was short; 0 decodes in this process."
    )


@functools.cache
def _pool(num_workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        num_workers, mp_context=_Context(), initializer=_begin
    )


if hasattr(os, "register_at_fork"):
    # What a forked process says would reach its parent's processes.
    os.register_at_fork(after_in_child=_pool.cache_clear)


class _Process(SpawnProcess):
    """A new process that does not import the program that starts it."""

    def start(self) -> None:
        with _hidden_program(), _interrupts_blocked():
            super().start()


class _Context(SpawnContext):
    Process = _Process


@contextmanager
def _hidden_program() -> Iterator[None]:
    """Hides the main module, which each new process would import again.

    It may import a framework, which takes seconds and much memory, or start
    another training. What is pickled here is never in it.
    """
    program = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Starts processes that Ctrl-C does not reach, from their first moment.

    The terminal sends it to all of them; this process decides what ends.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def is_worker() -> bool:
    """Whether this process is one that decodes for another."""
    return bool(_worker)


_worker: list[int] = []
"""The number of this process, if it is a worker."""


def _begin() -> None:
    """Prepares a new process."""
    _worker.append(os.getpid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Ends this process when its parent was killed and can't say so."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _do(task: Callable[[], Any]) -> _Done:
    with warnings.catch_warnings(record=True) as caught:
        # The program that is asked decides which of them are shown.
        warnings.simplefilter("always")
        result = task()
    return _Done(
        result, [(str(each.message), each.category) for each in caught]
    )
