"""A plugin of pytest: writes each outcome as it comes, and runs one part.

    pytest -p tests.gpu.outcomes --outcomes FILE --part 1/4 ...

What was written stays where the run is ended early.
"""

import json
import os
from pathlib import Path


def pytest_addoption(parser):
    parser.addoption("--outcomes", type=Path, required=True)
    parser.addoption("--part", default="1/1", help="which of how many")


def pytest_configure(config):
    """Has torch choose algorithms that give the same numbers again."""
    config.pluginmanager.register(Outcomes(config.getoption("--outcomes")))
    if os.environ.get("KERAS_BACKEND") == "torch":
        import torch

        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False


def pytest_collection_modifyitems(config, items):
    number, count = map(int, config.getoption("--part").split("/"))
    items[:] = items[number - 1 :: count]


class Outcomes:
    """Appends a line of JSON for each test to a file."""

    def __init__(self, path):
        self._path = path

    def pytest_runtest_logreport(self, report):
        """Keeps the outcome of the call, or of what failed around it."""
        if report.when != "call" and report.passed:
            return
        error = _error(report) if report.failed else None
        self._write(name=report.nodeid, outcome=report.outcome, error=error)

    def pytest_collectreport(self, report):
        """A module that cannot be imported is one failure."""
        if report.failed:
            error = _error(report)
            self._write(name=report.nodeid, outcome="failed", error=error)

    def _write(self, **outcome):
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(outcome) + "\n")


def _error(report):
    lines = str(report.longrepr).splitlines()
    errors = [line for line in lines if line.startswith("E ")]
    # The exception is the first of these, and what it says goes on below.
    said = errors[0] if errors else (lines or [""])[-1]
    return said.removeprefix("E").strip()[:300]
