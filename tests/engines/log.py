"""What happened while an engine trained, for docs/engines.md."""

import os
import re
import sys
import time

from tests.benchmarks.machine import cpu_model
from tests.code_blocks import ROOT

RECORDS = ROOT / "docs" / "engines"
PAGE = ROOT / "docs" / "engines.md"
TITLES = {
    "slurm": "Slurm: a requeue after the second epoch",
    "ray": "Ray Train: a worker killed after the second epoch",
}
START = """# Logs of Slurm and Ray Train

The files of [Many devices](distributed.md#slurm) for Slurm and for Ray Train,
run as they stand but for a smaller run: 5 epochs of 320 images. Each was run
twice, once undisturbed; here is the other one, which must end with the same
weights, optimizers and logs, to the bit. The times are seconds since the start.
Of the output, tracebacks and the frameworks' own messages about themselves are
left out, and long lines are cut.
"""
WIDEST = 160
"""Letters of a line; longer ones are cut."""
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
OF_FRAMEWORKS = re.compile(
    r"(\([\w:, .=]+\) )?("
    r"\[?[WIEF]\d{4}[ .:]|[WIEF]0000 |WARNING: All log messages|"
    r"To enable the following|frame #|Exception raised from|<omitting|"
    r"INFO:tensorflow|Enabled multi-worker|Using MirroredStrategy|Check health|"
    r"MultiWorkerMirroredStrategy with|Collective all_reduce|"
    r"Failed to query Ray Train Controller|.*PreemptionWatcher|"
    r".*authentication_token|Traceback|\s|$)"
)
"""What frameworks say of themselves."""


class Log:
    """Says what happens, and when.

    Args:
        folder: Of the run: paths are given from there.
    """

    def __init__(self, folder):
        self._folder = folder
        self._start = time.monotonic()
        self._lines = []

    def say(self, what):
        seconds = time.monotonic() - self._start
        self._lines.append(f"{seconds:6.1f} s  {what}")

    def add(self, title, output):
        """Adds what was printed, without what frameworks say of themselves."""
        plain = COLOURS.sub("", output)
        for path, short in ((self._folder, "."), (sys.prefix, "...")):
            plain = plain.replace(str(path), short)
        kept = [
            line.rstrip() if len(line) <= WIDEST else f"{line[:WIDEST]} ..."
            for line in plain.splitlines()
            if not OF_FRAMEWORKS.match(line)
        ]
        self._lines += ["", f"{title}:", "", *kept]

    def end(self, versions):
        """Says that the runs are equal, by which versions and where."""
        cores = len(os.sched_getaffinity(0))
        self._lines += [
            "",
            "Both runs are equal to the bit.",
            f"{versions}; {cpu_model()}, {cores} CPU core{'s' * (cores > 1)}.",
        ]

    def text(self):
        return "\n".join(self._lines) + "\n"

    def write(self, engine):
        RECORDS.mkdir(exist_ok=True)
        (RECORDS / f"{engine}.txt").write_text(self.text(), "utf-8")


def page():
    """The page, made of the records."""
    parts = [START]
    for engine, title in TITLES.items():
        record = (RECORDS / f"{engine}.txt").read_text("utf-8")
        command = f"python -m tests.engines.by_hand {engine}"
        parts += [
            f"## {title}\n\n```console\n{command}\n```\n",
            f"```text\n{record}```\n",
        ]
    return "\n".join(parts)


def write_page():
    """Writes it, where all records are there."""
    if all((RECORDS / f"{name}.txt").exists() for name in TITLES):
        PAGE.write_text(page(), "utf-8")
