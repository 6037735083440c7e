"""Writes docs/scaling.md from the records alone."""

import statistics

from tests.benchmarks import long_runs_page, scaling_plots
from tests.benchmarks.markdown_table import markdown_table
from tests.benchmarks.scaling_model import Link, efficiency, ring_bytes
from tests.benchmarks.scaling_rows import (
    CORES,
    RECORDS,
    ROOT,
    SWEEPS,
    record,
)

PAGE = ROOT / "docs" / "scaling.md"

SHOWN = (2, 8, 64)
"""Replicas in the table of the model."""

HEAD = """# Scaling

What training costs against everything it can grow in: measured on two CPU cores
and TensorFlow by `python tests/benchmarks/scaling.py`, the long runs by
`python tests/benchmarks/long_runs.py`, which wrote this page.

Each variant has a process of its own; all of a table were started together and
took turns, so that they met the same machine. Shown are medians of the turns:
images a second by the clock, with the least and the most of them, and CPU time
of all threads for an image. MiB is the peak of the process, which had taken
what "before" says when Keras was imported and no network was there."""

TITLES = {
    "batch": ("Batch size", "batch"),
    "size": ("Image size", "pixels"),
    "channels": ("Channels of the images", "channels"),
    "filters": ("Width of the networks", "filters"),
    "steps": ("Discriminator steps", "steps"),
}

NOTES = {
    "batch": "`quick`, 28x28 grey.",
    "size": "`quick` with batches of 16 and as many stages as lead down to 4 "
    "pixels (3, 3, 4, 5), each of which doubles the filters.",
    "channels": "`quick`, 32x32.",
    "filters": "`quick`; the first layer has so many, each further one twice "
    "as many.",
    "steps": "`quick` with so many updates of the discriminator for each of "
    "the generator. Images are the real ones: each step takes a batch of them.",
}


def page():
    """All that docs/scaling.md says, from the records alone."""
    names = [*SWEEPS, "chains", *long_runs_page.NAMES]
    missing = [name for name in names if record(name) is None]
    said = f"Not measured yet: {', '.join(missing) or 'nothing'}."
    sections = [HEAD, said]
    for name in TITLES:
        if found := record(name):
            sections.append(sweep_section(name, found))
    if found := record("replicas"):
        sections += [replicas_section(found), model_section(found)]
    if found := record("cores"):
        sections.append(cores_section(found))
    if found := record("chains"):
        sections.append(chains_section(found))
    sections += long_runs_page.sections()
    return "\n\n".join(sections) + "\n"


def write():
    """Writes the page and its plots."""
    RECORDS.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), "utf-8")
    for name, (title, axis) in TITLES.items():
        if found := record(name):
            scaling_plots.sweep(name, title, axis, found["variants"])
    if found := record("replicas"):
        scaling_plots.model(computes(found))
    if found := record("long-run"):
        scaling_plots.memory(found)


# ------------------------------------------------------------ what was found


def rates(variant):
    """Images a second of each turn."""
    batch = variant["batch_size"]
    return [batch * t["steps"] / t["clock"] for t in variant["turns"]]


def rate(variant):
    return statistics.median(rates(variant))


def cpu(variant):
    """Milliseconds of all threads for an image."""
    batch = variant["batch_size"]
    return 1e3 * statistics.median(
        t["cpu"] / (batch * t["steps"]) for t in variant["turns"]
    )


def memory(variant):
    return max(turn["memory"] for turn in variant["turns"])


def computes(found):
    """Recipe -> parameters, and seconds of a step of its own batch on a core.

    What a step takes is taken to grow with the batch.
    """
    from keras_gan import recipes

    return {
        each["recipe"]: (
            each["parameters"],
            recipes.get(each["recipe"]).batch_size / rate(each),
        )
        for each in found["variants"]
        if each["engine"] == "one"
    }


# ------------------------------------------------------------- what is shown


def sweep_section(name, found):
    title, axis = TITLES[name]
    head = [axis, "batch", "parameters", "ms a step", "images/s"]
    head += ["CPU ms an image", "MiB", "before"]
    rows = [[each["name"], *cells(each)] for each in found["variants"]]
    if name == "batch":  # Its names are the second column.
        head, rows = head[1:], [row[1:] for row in rows]
    return "\n\n".join(
        [
            f"## {title}",
            f"{NOTES[name]} {measured_on(found)}",
            markdown_table(head, rows),
            f"![{title}: speed and memory](scaling/{name}.png)",
        ]
    )


def measured_on(found):
    """Seconds of different sweeps may be of different machines."""
    machine = found["versions"].get("machine", "a machine not recorded")
    return f"Measured on {machine}."


def cells(variant):
    steps = 1e3 * variant["batch_size"] / rate(variant)
    return [
        str(variant["batch_size"]),
        f"{variant['parameters']:,}",
        f"{steps:,.1f}",
        spread(rates(variant)),
        f"{cpu(variant):.2f}",
        f"{memory(variant):,}",
        f"{variant['memory_before']:,}",
    ]


def spread(values):
    middle, *ends = statistics.median(values), min(values), max(values)
    low, high = (f"{each:,.0f}" for each in ends)
    return f"{middle:,.0f} ({low} to {high})"


def replicas_section(found):
    head = ["recipe", "replicas", "batch of each", "images/s"]
    head += ["CPU ms an image", "MiB of a process", "to one replica"]
    head += ["efficiency"]
    rows = [
        replica_cells(each, one_of(each, found)) for each in found["variants"]
    ]
    return f"""## Replicas

Each replica has one core and one thread that computes: `mirrored` two in one
process (`MirroredStrategy`), `multiworker` two processes
(`MultiWorkerMirroredStrategy`), which send their gradients through the network
interface of the machine to itself. Where each has the batch that one replica
has, scaling is weak; where both share it, strong. "to one replica" is the
median of the ratios of images a second of turns that follow each other;
efficiency is half of it.
{measured_on(found)}

{markdown_table(head, rows)}"""


def one_of(variant, found):
    return next(
        each
        for each in found["variants"]
        if each["engine"] == "one" and each["recipe"] == variant["recipe"]
    )


def replica_cells(variant, one):
    count = 1 if variant["engine"] == "one" else 2
    engine = "1" if count == 1 else f"2, {variant['engine']}"
    ratio, efficient = "", ""
    if count > 1:
        found = ratio_to(variant, one)
        ratio, efficient = f"{found:.2f}", f"{found / count:.2f}"
    return [
        variant["recipe"],
        engine,
        str(variant["batch_size"] // count),
        spread(rates(variant)),
        f"{cpu(variant):.2f}",
        f"{memory(variant):,}",
        ratio,
        efficient,
    ]


def ratio_to(variant, one):
    pairs = zip(rates(variant), rates(one), strict=True)
    return statistics.median(mine / other for mine, other in pairs)


def model_section(found):
    links = scaling_plots.LINKS
    head = ["recipe", "parameters", "MiB sent by 64", "Gbit/s"]
    head += [f"{n} replicas" for n in SHOWN]
    rows = [
        [
            recipe,
            f"{parameters:,}",
            f"{ring_bytes(64, parameters) / 2**20:.1f}",
            f"{link.gigabits:g}",
            *(both(n, parameters, seconds, link) for n in SHOWN),
        ]
        for recipe, (parameters, seconds) in computes(found).items()
        for link in links
    ]
    return f"""## Beyond two replicas: a model

A ring all-reduce of both players' gradients, once a step, has each replica send
`2 (n - 1) / n * 4 * parameters` bytes in `2 (n - 1)` messages for each player:

`seconds = 2 * 2 (n - 1) * latency + 2 (n - 1) / n * 4 * parameters / bandwidth`

(Patarasuk and Yuan, 2009). Nothing is computed meanwhile, so an engine that
overlaps the two does better. The efficiency is `compute / (compute + seconds)`,
with what a step of the recipe's own batch takes on one core here, and, after
the stroke, with devices {scaling_plots.FASTER} times as fast, at a latency of
{1e6 * links[0].latency:.0f} µs. These are predictions, not measurements.

![Predicted efficiency](scaling/all-reduce.png)

{markdown_table(head, rows)}

{comparison(found)}"""


def cores_section(found):
    head = ["recipe", "batch", "", "images/s", "to one core"]
    head += ["cores at work", "CPU ms an image"]
    rows = []
    for each in found["variants"]:
        if each["name"] == next(iter(CORES)):
            one = each
        rows.append(cores_cells(each, one))
    return f"""## Both cores

One GAN on one core and on both, and two independent ones beside each other,
which have a core each and share nothing but the machine: more than they gain,
no way to spread a step can. TensorFlow gives an operation both cores and runs
two operations at a time, unless the row says it otherwise. "To one core" is the
median of the ratios of turns that follow each other; "cores at work" is CPU
time by the clock. Freed memory is kept, as `keras-gan train` does.
`TF_NUM_INTRAOP_THREADS=1` in the environment gives each operation one thread;
sums are then made in another order, so that a run comes to other last digits.
{measured_on(found)}

{markdown_table(head, rows)}"""


def cores_cells(variant, one):
    trainings = 2 if variant["engine"] == "apart" else 1
    busy = cpu(variant) * rate(variant) / 1e3
    return [
        variant["recipe"],
        str(variant["batch_size"] // trainings),
        variant["name"],
        spread(rates(variant)),
        "" if variant is one else f"{ratio_to(variant, one):.2f}",
        f"{busy:.2f}",
        f"{cpu(variant):.2f}",
    ]


def chains_section(found):
    head = ["recipe", "batch", "steps", "operations", "ms"]
    head += ["longest chain, ms", "two at a time, ms", "gain"]
    rows = []
    for recipe in found:
        for step in recipe["steps"]:
            rows.append(chains_cells(recipe, step["kind"], step))
        if len(recipe["steps"]) > 1:
            rows.append(chains_cells(recipe, "in the mean", mean(recipe)))
    return f"""What operations side by side can gain at most, by
`python tests/benchmarks/op_chains.py`: an operation waits for those whose
results it takes. "Two at a time" is how long a step takes if two cores compute
an operation each, the one with the longest chain behind it always first, and
nothing is waited for in between; what TensorFlow gains with a thread for each
operation is a part of that. {measured_on(found[0])}

{markdown_table(head, rows)}"""


def mean(recipe):
    """The mean step of a recipe with several kinds of steps."""
    keys = ("operations", "all", "chain", "two")
    return {
        key: sum(each["share"] * each[key] for each in recipe["steps"])
        for key in keys
    }


def chains_cells(recipe, kind, step):
    return [
        recipe["recipe"],
        str(recipe["batch_size"]),
        kind,
        f"{step['operations']:.0f}",
        f"{step['all']:.1f}",
        f"{step['chain']:.1f}",
        f"{step['two']:.1f}",
        f"{step['all'] / step['two']:.2f}",
    ]


def both(replicas, parameters, seconds, link):
    slow, fast = (
        efficiency(replicas, parameters, seconds / factor, link)
        for factor in (1, scaling_plots.FASTER)
    )
    return f"{slow:.2f} / {fast:.2f}"


def comparison(found):
    """The model at two replicas beside what was measured there."""
    loop = found["loopback"]
    link = Link(loop["gigabits"], loop["latency"])
    head = ["recipe", "batch of each", "predicted", "measured"]
    rows = []
    for each in found["variants"]:
        if each["engine"] != "multiworker":
            continue
        one = one_of(each, found)
        if each["batch_size"] != 2 * one["batch_size"]:
            continue
        seconds = one["batch_size"] / rate(one)
        expected = efficiency(2, one["parameters"], seconds, link)
        rows.append(
            [
                each["recipe"],
                str(one["batch_size"]),
                f"{expected:.3f}",
                f"{ratio_to(each, one) / 2:.3f}",
            ]
        )
    return f"""Two processes of this machine exchange {loop["gigabits"]:.0f} \
Gbit/s, and a
short message in {1e6 * loop["latency"]:.0f} µs. With these the model's \
efficiency of two
replicas, beside that of two workers:

{markdown_table(head, rows)}

What is measured below the prediction is what the engine itself takes, and what
two cores of one machine share: caches, memory and clock."""
