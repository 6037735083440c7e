"""What docs/scaling.md says of long runs, from the records alone."""

import statistics

from tests.benchmarks.scaling_rows import record

NAMES = ("long-run", "folder")
MARKS = (200, 2_000)


def sections():
    """The sections of what has been measured."""
    found = []
    if runs := record("long-run"):
        found.append(memory_section(runs))
    if folder := record("folder"):
        found.append(folder_section(folder))
    return found


def quarters(run):
    """CPU milliseconds of a step, in the first and the last quarter.

    The first epoch compiles and is left out.
    """
    steps = run["step_cpu"][1:]
    size = max(1, len(steps) // 4)
    parts = steps[:size], steps[-size:]
    return [1e3 * statistics.median(part) for part in parts]


def resident_after(run, steps):
    """MiB after so many steps, or None where the run was shorter."""
    known = dict(zip(run["steps"], run["resident"], strict=True))
    return known.get(steps)


def memory_section(runs):
    lines = [
        "| backend | steps | MiB after 200 | after 2,000 | at the end | peak "
        "| CPU ms a step, first quarter | last quarter | traced "
        "| last in epoch |",
        "|---" + "|---:" * 9 + "|",
    ]
    lines += [
        "| " + " | ".join([backend, *cells(run)]) + " |"
        for backend, run in runs.items()
    ]
    run = next(iter(runs.values()))
    return f"""## Long runs

`quick` with batches of {run["batch_size"]} in epochs of {run["steps"][0]} \
steps, after each of which all of
`TerminateOnNaN`, `Rollback`, `GradientClipping`, `ImageSnapshot`, `Evaluation`
(FID and KID) and `TensorBoard` are at work, and the table of metrics, the best
model and a checkpoint are saved, as the command line does. MiB is the resident
size of the process after all of that. CPU time is that of all threads, the
median of the epochs of a quarter, without the first epoch, which compiles. A
step is traced when Python runs it to be compiled; torch compiles none and runs
each in Python. Backends may have been measured on different machines: a row is
to be compared with itself.

{chr(10).join(lines)}

![Memory along the run](scaling/long-run.png)"""


def cells(run):
    early, late = (resident_after(run, mark) for mark in MARKS)
    first, last = quarters(run)
    compiled = run["traces"] is not None
    return [
        f"{run['steps'][-1]:,}",
        "" if early is None else f"{early:,.0f}",
        "" if late is None else f"{late:,.0f}",
        f"{run['resident'][-1]:,.0f}",
        f"{run['peak']:,}",
        f"{first:.1f}",
        f"{last:.1f}",
        str(run["traces"]) if compiled else "",
        str(run["last_traced_in_epoch"]) if compiled else "",
    ]


def folder_section(found):
    listed, decode = found["listed"], found["decode"]
    images = found["steps"] * found["batch_size"]
    rows = []
    for order, title in (("memory", "memory"), ("folder", "the files")):
        turns = found["turns"][order]
        speeds = [images / turn["clock"] for turn in turns]
        cost = statistics.median(turn["cpu"] / images for turn in turns)
        rows.append(
            f"| {title} | {statistics.median(speeds):,.0f} "
            f"({min(speeds):,.0f} to {max(speeds):,.0f}) | {1e3 * cost:.2f} "
            f"| {found['resident'][order]:,.0f} "
            f"| {turns[-1]['resident']:,.0f} |"
        )
    return f"""## {listed["files"]:,} files

PNG files of 28x28 pixels, made from the embedded images, in a folder of ten
classes. `ImageFolder` reads their headers in {listed["seconds"]:.0f} s and \
keeps their names, which
takes {listed["resident"]:.0f} MiB; all images decoded would take \
{listed["decoded"]:.0f} MiB, and {found["read_seconds"]:.0f} s to read.
Alone, it decodes {decode["first"]:,} images a second in batches of 32, \
{decode["again"]:,} when they are
asked for again: nothing is kept. `quick` trained for {len(turns)} turns of \
{found["steps"]} steps
from them, and by turns from the same images in memory:

| images from | images/s | CPU ms an image | MiB before | after |
|---|---:|---:|---:|---:|
{chr(10).join(rows)}

From the files training runs at {folder_ratio(found):.2f} of the speed, the \
median of the ratios
of turns that follow each other."""


def folder_ratio(found):
    pairs = zip(found["turns"]["memory"], found["turns"]["folder"], strict=True)
    return statistics.median(a["clock"] / b["clock"] for a, b in pairs)
