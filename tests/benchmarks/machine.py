"""What a benchmark ran on."""

import os
import platform
import time
from pathlib import Path

from keras_gan.cli.backend_loading import ENVIRONMENT

VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2"}
"""The widest first."""

FREED_KEPT = {"freed_kept": True}
"""What the records of runs inside of `keras_gan.memory.keep_freed` hold, which
`keras-gan train` is inside of: they take less CPU time."""

FREED_KEPT_MARK = " ‡"


def kept_mark(records):
    """The mark of a row of the pages whose runs kept their freed memory."""
    kept = all(record.get("freed_kept") for record in records)
    return FREED_KEPT_MARK if kept else ""


def process_environment(**more):
    """The variables of a process that measures, as `keras-gan` sets them."""
    return {**ENVIRONMENT, **os.environ, **more}


def cpu_model(variables=os.environ):
    """Its name, and what decides about convolutions.

    These are the vectors that it knows, and whether TensorFlow was told to take
    oneDNN's kernels.
    """
    text = Path("/proc/cpuinfo").read_text("utf-8")
    found = dict(
        [part.strip() for part in line.split(":", 1)]
        for line in text.split("\n\n")[0].splitlines()
        if ":" in line
    )
    name = found.get("model name", platform.machine())
    flags = found.get("flags", "").split()
    vectors = [title for flag, title in VECTORS.items() if flag in flags]
    if variables.get("TF_ENABLE_ONEDNN_OPTS") == "1":
        vectors[1:] = ["oneDNN"]
    return f"{name} with {' and '.join(vectors)}" if vectors else name


class OtherWork:
    """How many cores other processes kept busy since it was made.

    Two threads that share a core's units take more CPU seconds for the same
    work, so that seconds beside other work are more than those of a quiet
    machine.
    """

    def __init__(self):
        self._begin = _seconds()

    def cores(self):
        """Returns their mean number."""
        wall, all_work, own = (
            now - then
            for now, then in zip(_seconds(), self._begin, strict=True)
        )
        return max(0.0, (all_work - own) / wall)


def _seconds():
    """Seconds by the clock, of all processes, and of this one."""
    line = Path("/proc/stat").read_text("utf-8").split("\n", 1)[0]
    user, nice, system, _, _, *interrupts = map(int, line.split()[1:9])
    ticks = user + nice + system + sum(interrupts)
    return (
        time.monotonic(),
        ticks / os.sysconf("SC_CLK_TCK"),
        time.process_time(),
    )
