"""Memory that one step frees is there for the next."""

import contextlib
import ctypes
import os
import platform
from collections.abc import Iterator

# Numbers of `mallopt`, from glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4

# What glibc starts with, and what it comes to by itself once a large block has
# been freed; after a call of `mallopt` it stays where it is.
_DEFAULT_MMAP_MAX = 65_536
_LARGEST_MMAP_THRESHOLD = 32 * 2**20
_NEVER = 2**31 - 1

_CHOSEN_BY_USER = ("MALLOC_MMAP_MAX_", "GLIBC_TUNABLES")


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Has the C library keep freed memory for the next allocation.

    Where a thread of a framework asks for a tensor's memory, glibc maps fresh
    pages each time, which the kernel must clear, and returns them afterwards:
    some thousand page faults a step. Kept, they save a tenth of the time of
    small convolutional steps on a CPU; `tests/benchmarks/savings.py` measures
    it. Another allocator (`LD_PRELOAD`), another C library, and settings in the
    environment are left alone.
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
