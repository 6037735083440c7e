"""Who takes part in training one model?"""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple


class Workers(NamedTuple):
    """The processes that train one model, as one of them sees them.

    Attributes:
        rank: Which of them this one is. The first, 0, keeps the run.
        processes: How many there are.
        part: Which part of each batch this process is fed, and of how many.
        scope: In it the model must be made.
        connection_errors: What is raised when another process is gone.
    """

    rank: int = 0
    processes: int = 1
    part: tuple[int, int] = (0, 1)
    scope: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext
    connection_errors: tuple[type[Exception], ...] = ()
