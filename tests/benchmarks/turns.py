"""Benchmark processes that take turns, so that all meet the same machine.

Each is started once, makes ready, and then measures whenever it is told to.
They talk in lines of JSON: what is said on stdout is marked, since libraries
write there, too.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.machine import cpu_model, process_environment

MARK = "turn: "
MIB = 2**20


class Process:
    """A process that measures when it is told to, as its parent sees it.

    Args:
        script: What it runs.
        arguments: Of the script.
        variables: Of its environment, beside those of `keras-gan`.
    """

    def __init__(self, script, *arguments, **variables):
        # Not closed here: it is read when the process has failed.
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, script, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=process_environment(**variables),
        )

    def tell(self, **message):
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def hear(self):
        for line in self._process.stdout:
            if line.startswith(MARK):
                return json.loads(line.removeprefix(MARK))
        self._errors.seek(0)
        raise RuntimeError(f"A run failed:\n{self._errors.read()[-3000:]}")

    def end(self):
        self._process.kill()
        self._process.communicate()
        self._errors.close()


def answer(**message):
    """Tells the parent something, in the process that measures."""
    print(MARK + json.dumps(message), flush=True)


def orders():
    """What the parent tells, until it closes the line."""
    for line in sys.stdin:
        yield json.loads(line)


def timed_fit(gan, data, callbacks=()):
    """Trains once through the data; returns seconds by clock and of CPU."""
    import keras

    class Timer(keras.callbacks.Callback):
        async_safe = True
        found = ()

        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter(), time.process_time()

        def on_epoch_end(self, epoch, logs=None):
            ends = time.perf_counter(), time.process_time()
            pairs = zip(ends, self.start, strict=True)
            self.found = [end - start for end, start in pairs]

    timer = Timer()
    gan.fit(data, shuffle=False, verbose=0, callbacks=[*callbacks, timer])
    clock, cpu = timer.found
    return {"clock": round(clock, 4), "cpu": round(cpu, 4)}


def resident():
    """MiB of memory that this process holds now."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        import psutil

        return psutil.Process().memory_info().rss / MIB
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def peak():
    """MiB of memory that this process held at most."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MIB


def versions():
    """What was measured, for the record."""
    import platform

    import keras

    import keras_gan

    return {
        "machine": f"{cpu_model()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "keras_gan": keras_gan.__version__,
        "keras": keras.version(),
        keras.backend.backend(): _backend_version(),
    }


def _backend_version():
    import importlib.metadata

    import keras

    return importlib.metadata.version(keras.backend.backend())
