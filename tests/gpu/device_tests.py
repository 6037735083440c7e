"""Which tests the GPU check runs on the device, and how they went."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.gpu.groups import ROOT


@dataclass(frozen=True)
class Tests:
    """A module of tests, or some of it.

    Args:
        about: Of what the tests are, for the page.
        module: Its name in tests/.
        chosen: As pytest's `-k`.
        parts: Processes that share it.
    """

    about: str
    module: str
    chosen: str = ""
    parts: int = 1


TESTS = (
    Tests("models", "models", parts=4),
    Tests("saving", "saving", parts=2),
    Tests("penalties", "regularizers"),
    Tests("penalties", "second_derivatives"),
    Tests("mixed precision", "networks", chosen="mixed"),
    Tests("mixed precision", "networks_images", chosen="mixed"),
    Tests("mixed precision", "averaging", chosen="float16"),
    Tests("mixed precision", "layers", chosen="float16"),
    Tests("mixed precision", "output_values", chosen="mixed"),
    Tests("layers", "layers_agree"),
)

MINIATURE = (Tests("penalties", "regularizers", chosen="linear or float16"),)
"""For a test of the script itself."""

EXACT = {
    # Where products are rounded to 10 bits, numbers agree to 3 digits only.
    "NVIDIA_TF32_OVERRIDE": "0",
    "JAX_DEFAULT_MATMUL_PRECISION": "highest",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    "OMP_NUM_THREADS": "2",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}

DETERMINISTIC = "--xla_gpu_deterministic_ops=true"
"""Else a resumed run could not equal one that was not interrupted."""


def run(frameworks, tests, limit, folder):
    """Runs all at the same time; returns a record for each framework.

    Args:
        frameworks: Backends of Keras.
        tests: Entries of `TESTS`.
        limit: Seconds; what runs then is ended.
        folder: For what the processes write.
    """
    began, end = time.monotonic(), time.monotonic() + limit
    waiting = [
        (framework, each, part)
        for each in tests
        for framework in frameworks
        for part in range(1, each.parts + 1)
    ]
    running, runs = {}, []
    while waiting or running:
        while waiting and len(running) < at_once():
            started = _start(*waiting.pop(0), folder)
            running[started["name"]] = started
            runs.append(started)
        for name, each in list(running.items()):
            over = time.monotonic() > end
            if each["process"].poll() is not None or over:
                running.pop(name)
                _end(each)
        if time.monotonic() > end:
            break
        time.sleep(0.1)
    for framework, each, part in waiting:
        runs.append({"framework": framework, "tests": each, "part": part})
    seconds = time.monotonic() - began
    return {
        framework: {
            "seconds": round(seconds, 1),
            **summary([r for r in runs if r["framework"] == framework]),
        }
        for framework in frameworks
    }


def at_once():
    return max(1, len(os.sched_getaffinity(0)) // 2)


def _start(framework, tests, part, folder):
    name = f"{framework}-{tests.module}-{part}"
    outcomes = Path(folder) / f"{name}.jsonl"
    log = (Path(folder) / f"{name}.log").open("w")
    chosen = ["-k", tests.chosen] if tests.chosen else []
    command = [
        *(sys.executable, "-m", "pytest", f"tests/test_{tests.module}.py"),
        *("-p", "tests.gpu.outcomes", "--outcomes", str(outcomes)),
        *("--part", f"{part}/{tests.parts}", "-p", "no:cacheprovider"),
        # Other versions of a framework warn of other things.
        *("-W", "default", "--tb=short", *chosen),
    ]
    flags = " ".join(filter(None, [os.environ.get("XLA_FLAGS"), DETERMINISTIC]))
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=log,
        stderr=log,
        env={
            **os.environ,
            **EXACT,
            "XLA_FLAGS": flags,
            "KERAS_BACKEND": framework,
            "PYTHONPATH": str(ROOT),
        },
    )
    return {
        "name": name,
        "framework": framework,
        "tests": tests,
        "part": part,
        "process": process,
        "log": log,
        "outcomes": outcomes,
    }


NO_TESTS = 5
"""What pytest ends with where none was chosen."""


def _end(run):
    process = run.pop("process")
    code = process.poll()
    if code is None:
        process.kill()
        process.wait()
    run["code"] = code
    run.pop("log").close()


def summary(runs):
    """Counts of a framework's outcomes, and what failed, by what it is of.

    A run is what it was of, its exit code (None: ended early), and the file of
    its outcomes.
    """
    counts, failed, unfinished = {}, [], []
    for run in runs:
        about = run["tests"].about
        found = counts.setdefault(about, {"passed": 0, "skipped": 0})
        outcomes = _outcomes(run.get("outcomes"))
        for each in outcomes:
            if each["outcome"] == "failed":
                failed.append({"name": each["name"], "error": each["error"]})
            else:
                found[each["outcome"]] += 1
        label = f"test_{run['tests'].module}, part {run['part']}"
        code = run.get("code")
        if code is None:
            unfinished.append(label)
        elif code not in (0, 1, NO_TESTS) and not any(
            each["outcome"] == "failed" for each in outcomes
        ):
            failed.append({"name": label, "error": f"pytest ended with {code}"})
    return {"counts": counts, "failed": failed, "unfinished": unfinished}


def _outcomes(path):
    if path is None or not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
