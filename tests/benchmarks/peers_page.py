"""Writes docs/benchmarks.md from the records alone."""

import json
import statistics

from tests.benchmarks.peers_rows import (
    CONTESTANTS,
    OP_TIMES,
    OURS,
    ROOT,
    SAVINGS,
    STARTUP,
    TRANSLATORS,
    WORKLOADS,
    contestant,
    record,
)

PAGE = ROOT / "docs" / "benchmarks.md"


def page():
    """All that docs/benchmarks.md says, from the records alone."""
    found = [(each, record(each)) for each in WORKLOADS]
    measured = [(each, one) for each, one in found if one is not None]
    waiting = [each.name for each, one in found if one is None]
    sections = [HEAD]
    if waiting:
        sections += [f"Not measured yet: {', '.join(waiting)}."]
    if measured:
        sections += [SUMMARY_HEAD, summary([one for _, one in measured])]
    for each, one in measured:
        sections += [f"## {each.name}", about(each, one), table(one)]
    sections += [METHOD, *translators(), *startup(), *op_times()]
    sections += savings()
    return "\n\n".join(sections) + "\n"


def translators():
    """Pix2Pix and CycleGAN beside loops by hand, where that was measured."""
    if not TRANSLATORS.is_file():
        return []
    lines = [
        "| | CPU time | clock | images a CPU second | others' cores |",
        "|---|---:|---:|---:|---:|",
    ]
    for row in json.loads(TRANSLATORS.read_text("utf-8")):
        cells = [
            row["title"],
            f"{row['cpu_ratio']:.2f}",
            f"{row['wall_ratio']:.2f}",
            f"{row['images_per_cpu_second']:,.1f}",
            f"{row['others']:.1f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return [TRANSLATORS_HEAD, "\n".join(lines)]


def startup():
    """What a start takes by part, where that was measured."""
    if not STARTUP.is_file():
        return []
    found = json.loads(STARTUP.read_text("utf-8"))
    keras = found["commands"]["import keras"][0]

    def line(name, seconds):
        cpu, clock = seconds
        return f"| {name} | {cpu:.2f} | {clock:.2f} | {cpu / keras:.2f} |"

    rows = [
        "| | CPU seconds | clock | of the import of Keras |",
        "|---|---:|---:|---:|",
        *(line(f"`{name}`", each) for name, each in found["commands"].items()),
        line(
            f"**`keras-gan train {found['recipe']}`, to the end of its first "
            "call of steps**",
            found["total"],
        ),
        *(line(f"- {name}", each) for name, each in found["parts"].items()),
    ]
    words = {**found, "cores": in_words(found["cores"])}
    return [STARTUP_HEAD.format(**words), "\n".join(rows)]


def op_times():
    """Which operations a step spends its time in, where that was measured."""
    if not OP_TIMES.is_file():
        return []
    found = json.loads(OP_TIMES.read_text("utf-8"))
    tables = [op_table(name, columns) for name, columns in found.items()]
    return [OP_TIMES_HEAD, *tables, OP_TIMES_NOTE]


def op_table(name, columns):
    who = [contestant(each).describe for each in columns]
    lines = [
        f"| `{name}`, ms a step | " + " | ".join(who) + " |",
        "|---" + "|---:" * len(who) + "|",
    ]
    times = [one["milliseconds"] for one in columns.values()]
    for kind in times[0]:
        values = [one[kind] for one in times]
        if any(values):
            cells = [f"{value:,.2f}" for value in values]
            lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    sums = [f"{sum(one.values()):,.2f}" for one in times]
    lines.append("| in all | " + " | ".join(sums) + " |")
    counts = [f"{one['operations']:,}" for one in columns.values()]
    lines.append("| operations | " + " | ".join(counts) + " |")
    return "\n".join(lines)


def savings():
    """What steps leave out, where that was measured."""
    if not SAVINGS.is_file():
        return []
    found = json.loads(SAVINGS.read_text("utf-8"))
    lines = [
        SAVINGS_HEAD.format(cores=in_words(found["cores"])),
        "| | | CPU time | clock |\n|---|---|---:|---:|",
    ]
    for row in found["rows"]:
        numbers = [
            f"{statistics.median(row[kind]):.2f} ({min(row[kind]):.2f} to "
            f"{max(row[kind]):.2f})"
            for kind in ("cpu", "clock")
        ]
        cells = [row["saving"], row["case"], *numbers]
        lines[-1] += "\n| " + " | ".join(cells) + " |"
    return lines


def in_words(cores):
    return "one core" if cores == 1 else f"{cores} cores"


def write():
    PAGE.write_text(page(), "utf-8")


HEAD = """# Speed beside the alternatives

The same networks, batches and optimizers, trained by this package and by what
a user could take in its place. `python tests/benchmarks/peers.py` measures all
of it and writes this page."""

SUMMARY_HEAD = """## How many times as fast

`keras_gan` on TensorFlow against the others: above 1 it is the faster one.
Medians of the rounds' ratios."""

TRANSLATORS_HEAD = """## Image to image

`Pix2Pix` and `CycleGAN` beside loops by hand as in TensorFlow's tutorials, with
the same networks, batches and optimizers, by turns:
`python tests/benchmarks/translators.py`. The ratio is the loop's time by that
of `keras_gan`: above 1, `keras_gan` is faster. The loops compute all players'
losses from one pass; `keras_gan` updates the generators against the
discriminators as they are after their step. CycleGAN's loop takes the gradient
of the cycle for each generator apart, and has no pool of past images. "Others'
cores": how many cores other processes kept busy meanwhile.

What a step of CycleGAN has that its loop has not: a pass of each discriminator
for the generators' turn, after the update, and the pool. Of the pool only the
images that a batch puts there are written, so that it costs a step a fraction
of what selecting all 50 anew did."""

STARTUP_HEAD = """## The start

Medians of {rounds} rounds on {cores}, {machine}, each in a process of its own:
`python tests/benchmarks/startup.py`. A call of steps is several steps; the
first one traces them, once a run: TensorFlow makes its graph of what Python
says. Before the parts, Python itself starts. Before Python's garbage collector
was held back while the frameworks load, an earlier run had 13.41 CPU seconds to
the end of the first call of steps and 7.18 for `import keras`: 1.87 times."""

OP_TIMES_HEAD = """## Where the time of a step goes

Everybody who trains with TensorFlow, on one core and with one thread, by its
profiler: `python tests/benchmarks/op_times.py`. "Outside of operations" is what
dispatching them, reading data and Python take; the profiler adds to it. Times
are by the clock, and other work lengthens them: what a step is made of counts,
not small differences. A step of `wgan-gp` is one of the critic, and a fifth of
one of the generator. Keras' own Adam is among "all other operations"."""

OP_TIMES_NOTE = """What is left where another one is faster:

- `dcgan`, the loop: it scores the generated images once, `keras_gan` again
  after the discriminator's update: more convolutions forward, random numbers of
  dropout and elementwise work. Real and generated images in one batch ("Less
  work") and XLA, which is slower on a CPU's convolutions, did not help.
- `wgan-gp`: nine tenths are convolutions and their gradients, as many for all.
  keras.io's example takes five steps on one batch.
- `small` and `vanilla`, JAX: products of small matrices. TensorFlow's XLA
  (`jit_compile=True`) made three quarters of the images a second."""

SAVINGS_HEAD = """## Less work

What a step of `keras_gan` on TensorFlow leaves out, as
`python tests/benchmarks/savings.py` measures it on the embedded images: time
without it by time with it, median and range of turns that alternate. Above 1 it
saves time. Where a row does not say it, batches are the recipes', of `dcgan`
128 images. Measured on {cores}: what else a machine does hardly changes the CPU
time, but waits only show by the clock.

*Adam in one kernel*: Keras makes its update of a dozen passes over each
variable; on TensorFlow the package takes TensorFlow's kernel for the same
numbers. *Epochs that begin without a wait*: tf.data tunes each iterator in a
thread that often misses that the iterator is done with, and the next epoch
waits until it wakes up, for up to about as long as the last epoch took. `fit`
turns the tuning off, unless the data set's options say
`autotune.enabled = True`. *Images sent as bytes*: `ImageBatches` go to the step
as uint8, which scales them; without, the batches are scaled in numpy. *Data
held on the device*: the steps take rows of data that lie there; without, Python
makes each batch, of bytes. *Files decoded once*: what fits into memory is read
at the start; without, an `ImageFolder` decodes small PNG files in each epoch.
*Freed memory kept*: the C library maps many tensors of a step anew, and the
kernel clears their pages; `keras-gan train`, and `fit` inside
`keras_gan.memory.keep_freed()`, have it keep what was freed.
`MALLOC_MMAP_MAX_` or `GLIBC_TUNABLES` in the environment leaves it to the
user. *Kernels of oneDNN*: TensorFlow takes them by itself only on CPUs with
AVX-512 VNNI or newer. Its own kernels need many times as long for some
gradients of convolutions by their inputs, which are what a transposed
convolution computes as well. `keras-gan` has TensorFlow take oneDNN's on all
CPUs, unless `TF_ENABLE_ONEDNN_OPTS=0` is in the environment. In Python, set
`TF_ENABLE_ONEDNN_OPTS=1` before Keras is imported; sums are then made in
another order, so that a run comes to other last digits."""

METHOD = """## Method

**Who.** All contestants with Keras train the networks that the recipe makes;
those of PyTorch have the same layers, channels first, and as many weights,
which a test compares.

- `keras_gan`: `fit` of the recipe's GAN.
- The `tf.function` loop is that of TensorFlow's DCGAN tutorial: one function
  for both players, two gradient tapes. For `wgan-gp` a function for a step of
  the critic and one for a step of the generator.
- The `keras.Model` with its own `train_step` is built like the examples of
  keras.io, with trackers of both losses. `compile` and `fit` are left at their
  defaults, which on a CPU means TensorFlow's graphs without XLA.
- The PyTorch loop is that of PyTorch's DCGAN tutorial. Its other form compiles
  both networks with `torch.compile`, but not the gradient penalty: PyTorch
  refuses second derivatives of compiled functions, which a test checks.

**Data.** Fashion-MNIST images of the sample in the package, repeated to the
length of a turn, as floats in [-1, 1]. On TensorFlow everybody reads
`Dataset.from_tensor_slices(...).shuffle(60000).batch(...)`, on torch a
`DataLoader` over a `TensorDataset`, both as tutorials have them; `keras_gan` on
JAX reads `keras_gan.datasets.ImageBatches`. tf.data's tuning is off for all:
after a wait, such as that for a turn, the next epoch can begin up to a minute
late with it. `keras_gan` turns it off by itself; what that saves in a run is
under "Less work".

**What differs.** The algorithms are each one's own:

- `keras_gan`, keras.io's example and PyTorch's tutorial update the generator
  against the discriminator as it is after its step; TensorFlow's tutorial
  computes both gradients first, which spares it one of the discriminator's
  passes: about a tenth of a step of `dcgan`.
- `keras_gan` and TensorFlow's and PyTorch's tutorials run the generator once a
  step and train both players on the same generated images; keras.io's example
  draws new latents for the generator's step.
- keras.io's example scores real and generated images in one batch; the others
  score them one after the other.
- For `wgan-gp` all make a step of the generator after every five of the
  critic. keras.io's example takes the five on one batch of real images, the
  others on five batches; images a second count what the critic saw.
- `keras_gan` makes several steps a call on `small` and `vanilla`, as its
  default is where steps are short; Keras' default is one.
- `keras_gan` and the `train_step` keep the means of their losses and show the
  progress bar, sent nowhere; the PyTorch loop reads each loss; the loop of
  TensorFlow's tutorial reports none.

**How.** Every contestant is a process with its framework's default threads.
TensorFlow computes by oneDNN for all who train with it, as for `keras-gan`
("Less work"). They start one after the other, train a first step and an epoch
to warm up, and then an epoch each by turns, in an order that rotates from round
to round; who waits, sleeps. Numbers of a table belong to one run and can be
compared; different runs can't.

- *images/s*: real images of a turn by its seconds on the clock; median.
- *keras_gan / this*: the speed of `keras_gan` on TensorFlow by the row's own in
  the same round; median and range of the rounds.
- *first step, s*: from making the networks to the end of the first step (of
  `wgan-gp` five of the critic and one of the generator), compiling included,
  imports not; in brackets from the start of the process. No compiler finds a
  cache on the disk.
- *peak, MiB*: largest resident size of the process, data and imports included.
- *CPU s / 1,000 images*: of all threads; median."""


def summary(records):
    names = [each["workload"] for each in records]
    lines = [
        "| against | " + " | ".join(names) + " |",
        "|---" + "|---:" * len(names) + "|",
    ]
    for each in CONTESTANTS:
        if each.name != OURS:
            cells = [middle(ratios(one, each.name)) for one in records]
            lines.append(f"| {each.describe} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def middle(values):
    return f"{statistics.median(values):.2f}" if values else ""


def about(workload, found):
    machine = found["machine"]
    steps = sorted(
        {c["steps"] for c in found["contestants"].values() if "steps" in c}
    )
    numbers = " (JAX: ".join(f"{each:,}" for each in reversed(steps))
    turns = numbers + (")" if len(steps) > 1 else "")
    text = (
        f"{workload.describe}; batches of {workload.batch_size}, {turns} of "
        f"them a turn, {found['rounds']} rounds. {machine['cpu']}, "
        f"{machine['cores']} cores, of whose time {elsewhere(found):.1%} went "
        f"to other processes in the median turn; {versions(found)}."
    )
    return text[0].upper() + text[1:]


def elsewhere(found):
    """Of the cores' time in a turn, what those who waited and others took."""
    every = found["contestants"].values()
    shares = [share for each in every for share in each.get("others", [])]
    return statistics.median(shares) if shares else 0.0


def versions(found):
    """Every framework once, by the version it had."""
    titles = {
        "python": "Python",
        "keras": "Keras",
        "tensorflow": "TensorFlow",
        "jax": "JAX",
        "torch": "PyTorch",
    }
    known = {}
    for each in found["contestants"].values():
        known.update(each.get("versions", {}))
    return ", ".join(f"{titles[n]} {known[n]}" for n in titles if n in known)


def ratios(found, name):
    """How many times as fast `OURS` was, round by round."""
    ours, theirs = (found["contestants"].get(n, {}) for n in (OURS, name))
    if "wall" not in ours or "wall" not in theirs:
        return []
    return [
        (ours["images"] / mine) / (theirs["images"] / other)
        for mine, other in zip(ours["wall"], theirs["wall"], strict=True)
    ]


def table(found):
    lines = [
        "| | images/s | keras_gan / this | first step, s | peak, MiB "
        "| CPU s / 1,000 images |",
        "|---" + "|---:" * 5 + "|",
    ]
    for name, each in found["contestants"].items():
        cells = row(each, ratios(found, name))
        lines.append(f"| {contestant(name).describe} | {' | '.join(cells)} |")
    return "\n".join(lines)


def row(measured, against):
    if "missing" in measured:
        return [measured["missing"], "", "", "", ""]
    ratio = "" if not against else f"{statistics.median(against):.2f}"
    if len(against) > 1 and max(against) > min(against):
        ratio += f" ({min(against):.2f} to {max(against):.2f})"
    elif against and min(against) == max(against) == 1.0:
        ratio = "1"
    return [
        f"{measured['images_per_second']:,.0f}",
        ratio,
        f"{measured['first_step']:.1f} ({measured['from_start']:.1f})",
        f"{measured['memory']:,}",
        f"{measured['cpu_seconds_per_1000']:.3g}",
    ]
