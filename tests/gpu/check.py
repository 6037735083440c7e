"""Tests and measures the package on a GPU, in less than ten minutes.

    python tests/gpu/check.py                    # all that fits, and the page
    python tests/gpu/check.py --skip-tests       # more of what is not measured
    python tests/gpu/check.py --write            # the page alone
    python tests/gpu/check.py --miniature --out FOLDER   # a trial on a CPU

It needs no TensorFlow and no network. The record, docs/gpu/record.json, keeps
what earlier runs measured on the same device with the same versions: a further
run goes on with what is left out. With `--out` the new record goes to that
folder, `record.json`, beside the page made of it, `gpu.md`.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The package of this folder; it need not be installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.machine import cpu_model
from tests.gpu import device_tests, groups, packages, page, processes

TESTS_SHARE = 0.35
"""Of the time."""

FIND_DEVICE = (
    "import json, sys; sys.path.insert(0, {root!r})\n"
    "from tests.gpu import devices\n"
    "found = devices.of({framework!r})\n"
    "print(json.dumps([found.is_gpu, found.name]))"
)


def device_of(framework):
    """Whether a framework has a GPU, and its name; asked in a process."""
    code = FIND_DEVICE.format(root=str(groups.ROOT), framework=framework)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"{framework}: {processes.last_line(done.stderr, 1)}", flush=True)
        return False, "no device"
    return tuple(json.loads(done.stdout.splitlines()[-1]))


def frameworks_with_devices(options):
    """Returns the frameworks that can be measured, and the device's name."""
    lines, able = packages.say(options.frameworks)
    print("\n".join(lines), flush=True)
    if not able:
        sys.exit(1)
    there = [each for each in options.frameworks if packages.there(each)]
    found = {each: device_of(each) for each in there}
    for name, (is_gpu, device) in found.items():
        print(f"{name}: {device}{'' if is_gpu else ' (no GPU)'}", flush=True)
    if options.miniature:
        return there, "a CPU"
    usable = [name for name in there if found[name][0]]
    if not usable:
        sys.exit("No framework finds a GPU. For a trial: --miniature")
    return usable, found[usable[0]][1]


def blank(device, options):
    """A record of nothing yet."""
    cores = len(os.sched_getaffinity(0))
    return {
        "is_gpu": not options.miniature,
        "machine": f"{device}, {cpu_model()}, {cores} cores",
        "versions": {
            "python": platform.python_version(),
            **packages.versions(),
        },
        "tests": {},
        "cells": [],
        "left_out": [],
    }


def continued(record, earlier):
    """The earlier record, where it is of the same machine and versions."""
    same = ("is_gpu", "machine", "versions")
    if earlier and all(earlier[key] == record[key] for key in same):
        return earlier
    return record


def run_tests(record, frameworks, options, budget):
    tests = device_tests.MINIATURE if options.miniature else device_tests.TESTS
    if options.skip_tests or packages.missing(packages.FOR_TESTS):
        return
    limit = TESTS_SHARE * budget.left()
    with tempfile.TemporaryDirectory() as folder:
        found = device_tests.run(frameworks, tests, limit, folder)
    record["tests"].update(found)
    for name, each in found.items():
        passed = sum(c["passed"] for c in each["counts"].values())
        print(
            f"tests on {name}: {passed} passed, {len(each['failed'])} failed, "
            f"{len(each['unfinished'])} parts unfinished, "
            f"{each['seconds']:.0f} s",
            flush=True,
        )


def measure_groups(record, contestants, options, budget, save):
    """Measures what fits, and keeps the record after each group."""
    left = [each for each in wanted(options) if not measured(record, each)]
    record["left_out"] = [str(each) for each in left]
    while chosen := budget.next_of(left, options.together):
        left = [each for each in left if each not in chosen]
        began = time.monotonic()
        cells = processes.measure(
            chosen,
            contestants,
            rounds=1 if options.miniature else 3,
            turn_seconds=0.0 if options.miniature else 0.5,
            limit=min(budget.left(), options.group_limit),
        )
        seconds = time.monotonic() - began
        record["cells"] += cells
        for group in chosen:
            budget.took(group, seconds)
            record["left_out"].remove(str(group))
            print(line(group, cells), flush=True)
        print(f"{seconds:.0f} s; {budget.left():.0f} s are left", flush=True)
        save()


def wanted(options):
    return groups.ordered(
        options.recipes, options.sizes, options.dtypes, options.batch_sizes
    )


def measured(record, group):
    key = group.key()
    return any(key.items() <= cell.items() for cell in record["cells"])


def line(group, cells):
    said = [
        f"{cell['contestant']} {cell.get('error') or f'{page.rate(cell):,.0f}'}"
        for cell in cells
        if group.key().items() <= cell.items()
    ]
    return f"{group}: images/s: {'; '.join(said)}"


def write(record, options):
    """Keeps the record, and makes the page of it."""
    path = options.out / "record.json" if options.out else groups.RECORD
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    where = options.out / "gpu.md" if options.out else page.PAGE
    where.write_text(page.page(record), "utf-8")


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [each.name for each in groups.CONTESTANTS]
    every = {"nargs": "+"}
    parser.add_argument(
        "--frameworks",
        **every,
        choices=("torch", "jax"),
        default=["torch", "jax"],
    )
    parser.add_argument(
        "--recipes", **every, choices=groups.RECIPES, default=groups.RECIPES
    )
    parser.add_argument(
        "--sizes", **every, type=int, choices=(8, 16, *groups.SIZES)
    )
    parser.add_argument(
        "--dtypes", **every, choices=groups.DTYPES, default=groups.DTYPES
    )
    parser.add_argument("--batch-sizes", **every, type=int)
    parser.add_argument("--contestants", **every, choices=names, default=names)
    parser.add_argument("--seconds", type=float, default=560.0, help="for all")
    parser.add_argument(
        "--group-limit",
        type=float,
        default=120.0,
        help="seconds for what trains together",
    )
    parser.add_argument(
        "--together",
        type=int,
        default=max(1, len(os.sched_getaffinity(0)) // 8),
        help="groups that start at the same time; they are measured one by one",
    )
    parser.add_argument("--skip-tests", action="store_true")
    parser.add_argument("--miniature", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--write", action="store_true", help="the page alone")
    options = parser.parse_args(arguments)
    if options.miniature and not (options.out or options.write):
        parser.error("--miniature is no measurement: it needs --out")
    options.sizes = options.sizes or (
        [16] if options.miniature else groups.SIZES
    )
    options.batch_sizes = options.batch_sizes or (
        [2] if options.miniature else [32]
    )
    return options


def main():
    options = parse()
    if options.write:
        page.write()
        return
    budget = groups.TimeBudget(options.seconds, time.monotonic)
    frameworks, device = frameworks_with_devices(options)
    record = blank(device, options)
    if not options.miniature:
        record = continued(record, page.record())
    contestants = [
        each
        for each in groups.CONTESTANTS
        if each.name in options.contestants and each.framework in frameworks
    ]
    run_tests(record, frameworks, options, budget)

    def save():
        write(record, options)

    save()
    measure_groups(record, contestants, options, budget, save)
    save()
    print(f"{len(record['left_out'])} groups left out for lack of time")


if __name__ == "__main__":
    main()
