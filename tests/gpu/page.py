"""Writes docs/gpu.md from the record alone."""

import json
import statistics

from tests.gpu.groups import CONTESTANTS, DTYPES, RECORD, ROOT

PAGE = ROOT / "docs" / "gpu.md"

HEAD = """# On a GPU

Whether the package computes the same on a GPU, and how fast it trains there
beside what a user could write by hand. `python tests/gpu/check.py` measures it
in less than ten minutes, and writes this page. It needs the torch or the JAX
backend, and no TensorFlow; it says at its start which packages are missing.
What did not fit into the time, a further run measures."""

NOT_MEASURED = """**Not measured.** There is no record of a GPU yet, and no
other page says how the package does on one."""

HOW = """## How it was measured

Every contestant is a process of its own. Several start together, so that their
first steps share the processor and the device; then they take turns, one at a
time, and nothing else computes. A turn ends when the device has done
all of it (`torch.cuda.synchronize`, `jax.block_until_ready`). Images are noise
of three channels; they come from the host as bytes, in a new order each epoch.

- Networks, losses, penalties, averages and the steps of each player are the
  recipe's; the batch size is the one that is named. Hand-written loops keep
  the weights of penalties and Adam's settings as they are at the start, and in
  PyTorch `dcgan`'s scores are logits.
- `float32` is what each framework makes of it by itself, which on recent GPUs
  is TF32 for some products. `bfloat16` and `float16` are mixed precision:
  Keras' policies, `torch.autocast` with `GradScaler`, and Keras' policies with
  a fixed scale of the loss in the JAX step.
- `torch.compile` compiles both networks; penalties go through the one that is
  not compiled, as it has no second derivatives. The hand-written JAX step
  trains the recipe's networks of Keras by `stateless_call`."""


def record():
    """What was measured, or None."""
    if not RECORD.is_file():
        return None
    return json.loads(RECORD.read_text("utf-8"))


def page(found):
    """All that docs/gpu.md says of a record, or of None."""
    if found is None:
        return f"{HEAD}\n\n{NOT_MEASURED}\n"
    sections = [HEAD, machine(found), tests(found)]
    for batch_size in sorted({c["batch_size"] for c in found["cells"]}):
        cells = [c for c in found["cells"] if c["batch_size"] == batch_size]
        sections += measures(cells, batch_size)
    sections += [left_out(found), HOW]
    return "\n\n".join(section for section in sections if section) + "\n"


def write():
    PAGE.write_text(page(record()), "utf-8")


def machine(found):
    names = ", ".join(f"{k} {v}" for k, v in found["versions"].items())
    said = f"Measured on {found['machine']}; {names}."
    if not found["is_gpu"]:
        return f"**A trial without a GPU: no measurement.** {said}"
    return said


# -------------------------------------------------------------------- tests


def tests(found):
    """How many tests passed on the device, and which failed."""
    backends = found["tests"]
    if not backends:
        return "## Tests\n\nNot run."
    kinds = list(
        dict.fromkeys(k for b in backends.values() for k in b["counts"])
    )
    rows = [
        [
            kind,
            *(counted(each["counts"].get(kind)) for each in backends.values()),
        ]
        for kind in kinds
    ]
    failed = [str(len(each["failed"])) for each in backends.values()]
    rows.append(["failed, of all", *failed])
    parts = [
        "## Tests",
        "Tests of the package that ran on the device: passed, and skipped as "
        "they are of another backend. Products were float32 throughout, and "
        "algorithms deterministic.",
        table(["", *(f"{name} backend" for name in backends)], rows),
    ]
    for name, each in backends.items():
        parts += [
            f"- {name}: `{failure['name']}`: {plain(failure['error'])}"
            for failure in each["failed"]
        ]
        if each["unfinished"]:
            parts.append(
                f"- {name}: out of time: {', '.join(each['unfinished'])}"
            )
    return "\n\n".join(parts)


def counted(counts):
    if counts is None:
        return "not run"
    return f"{counts['passed']} passed, {counts['skipped']} skipped"


# ----------------------------------------------------------------- measures


def measures(cells, batch_size):
    """Tables of speed, of memory and of the first step."""
    done = [c for c in cells if "error" not in c]
    if not done:
        return []
    shown = [
        c for c in CONTESTANTS if any(d["contestant"] == c.name for d in done)
    ]
    titles = {
        "Images a second": ("Median of the turns.", speed),
        "Memory": ("The device's own peak for arrays, MiB.", memory),
        "Time to the first step": (
            "Seconds from making the networks to the end of the first step of "
            "both players, imports left out.",
            first_step,
        ),
    }
    sections = [f"## Batches of {batch_size}"]
    for title, (said, cell) in titles.items():
        sections += [f"### {title}, batches of {batch_size}", said]
        rows = [
            [*where, *(cell(at(cells, where, each.name)) for each in shown)]
            for where in places(done)
        ]
        head = ["recipe", "pixels", "type", *(each.describe for each in shown)]
        sections.append(table(head, rows))
        if cell is speed:
            sections.append(ratios(done, shown))
    return sections


def places(cells):
    """Recipe, size and type of what was measured, as text, in order."""
    found = {(c["recipe"], c["size"], c["dtype"]) for c in cells}
    order = sorted(found, key=lambda p: (p[0], p[1], DTYPES.index(p[2])))
    return [(recipe, str(size), dtype) for recipe, size, dtype in order]


def at(cells, where, contestant):
    """The cell of a contestant, or None."""
    for cell in cells:
        place = cell["recipe"], str(cell["size"]), cell["dtype"]
        if place == where and cell["contestant"] == contestant:
            return cell
    return None


def rate(cell):
    return statistics.median(cell["images_per_second"])


def speed(cell):
    if cell is None or "error" in cell:
        return "-"
    rates = cell["images_per_second"]
    said = f"{rate(cell):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"
    return said if cell["finite"] else f"{said}, losses not finite"


def memory(cell):
    if cell is None or cell.get("memory") is None:
        return "-"
    return f"{cell['memory']:,.0f}"


def first_step(cell):
    if cell is None or "error" in cell:
        return "-"
    return f"{cell['first_step']:.1f}"


def ratios(cells, contestants):
    """How many times as fast the package is, on the same framework."""
    lines = []
    for mine in contestants:
        if not mine.name.startswith("keras_gan"):
            continue
        for other in contestants:
            if other == mine or other.framework != mine.framework:
                continue
            both = [
                (at(cells, where, mine.name), at(cells, where, other.name))
                for where in places(cells)
            ]
            found = [rate(a) / rate(b) for a, b in both if a and b]
            if found:
                lines.append(
                    f"- {mine.describe} trains {min(found):.2f} to "
                    f"{max(found):.2f} times as fast as the {other.describe}; "
                    f"the median of {len(found)} is "
                    f"{statistics.median(found):.2f}."
                )
    return "\n".join(lines)


def left_out(found):
    """What failed, and what there was no time for."""
    errors = [
        f"- {c['recipe']}, {c['size']} px, batches of {c['batch_size']}, "
        f"{c['dtype']}, {c['contestant']}: {plain(c['error'])}"
        for c in found["cells"]
        if "error" in c
    ]
    groups = [f"- {each}" for each in found["left_out"]]
    parts = []
    if errors:
        parts += ["## What failed", "\n".join(errors)]
    if groups:
        parts += ["## Left out for lack of time", "\n".join(groups)]
    return "\n\n".join(parts)


def plain(text):
    """An error as Markdown shows it."""
    return "`" + str(text).replace("`", "'") + "`"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
