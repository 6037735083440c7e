"""How does the C library hand out memory while a model trains?"""

import contextlib
import ctypes
import os
import platform
from collections.abc import Iterator

__all__ = ["keep_freed"]

# Numbers of `mallopt`, from glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4

# What glibc starts with, and what it comes to by itself once a large block has
# been freed; after a call of `mallopt` it stays where it is.
_DEFAULT_MMAP_MAX = 65_536
_LARGEST_MMAP_THRESHOLD = 32 * 2**20
_NEVER = 2**31 - 1

_CHOSEN_BY_USER = ("MALLOC_MMAP_MAX_", "GLIBC_TUNABLES")


@contextlib.contextmanager
def keep_freed() -> Iterator[None]:
    """Has the C library keep the memory that a training step frees.

    Where a thread of a framework asks for a tensor's memory, glibc maps fresh
    pages each time, which the kernel must clear, and returns them afterwards:
    some thousand page faults a step. Kept for the next step, they save time on
    a CPU, most of it in small convolutional networks; the page on speed in the
    documentation has the measures.

    This holds for the whole process: freed memory is not given back to the
    system until the end. Then glibc maps blocks of 32 MiB and more again, as it
    comes to by itself once such a block has been freed; other settings made by
    `mallopt` are lost. `fit` alone does none of it, `keras-gan train` does.

    It does nothing where the C library is another, or where `MALLOC_MMAP_MAX_`
    or `GLIBC_TUNABLES` is in the environment. Do not nest it: the inner one
    would end the outer one.

    Example:
        ```python
        with keras_gan.memory.keep_freed():
            gan.fit(images, epochs=20)
        ```
    """
    libc = _glibc()
    if libc is None:
        yield
        return
    libc.mallopt(_MMAP_MAX, 0)
    libc.mallopt(_TRIM_THRESHOLD, _NEVER)
    try:
        yield
    finally:
        libc.mallopt(_MMAP_MAX, _DEFAULT_MMAP_MAX)
        libc.mallopt(_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD)
        libc.mallopt(_TRIM_THRESHOLD, 2 * _LARGEST_MMAP_THRESHOLD)


def _glibc() -> ctypes.CDLL | None:
    if any(name in os.environ for name in _CHOSEN_BY_USER):
        return None
    if platform.libc_ver()[0] != "glibc":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") else None
