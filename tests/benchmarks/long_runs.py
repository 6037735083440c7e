"""Trains for thousands of steps, and from a folder of 100,000 files.

    python tests/benchmarks/long_runs.py              # all, then the page
    python tests/benchmarks/long_runs.py memory       # one part alone
    python tests/benchmarks/long_runs.py folder --folder /tmp/many-files

`memory`: `quick` in many short epochs with all callbacks on, and with the
files that the command line keeps of a run: how much memory the process holds
after each epoch, how long a step takes, how often it is traced. `folder`: the
same network fed by files that are decoded when they are asked for, beside one
fed from memory, by turns. The records go to docs/scaling/, from which
docs/scaling.md is made. The files are made once, from the embedded images,
and stay in `--folder`.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import scaling_page, turns
from tests.benchmarks.scaling_rows import record, write_record

PARTS = ("memory", "folder")
EPOCHS = {"tensorflow": 80, "jax": 40, "torch": 40}
STEPS = 50
BATCH = 8
"""Small: what leaks, leaks by steps and not by images."""

MARKS = (200, 2_000)
ORDERS = ("memory", "folder")


def windows(batches, steps):
    """Epochs of so many steps out of longer data, one after the other."""
    import keras

    class Windows(keras.utils.PyDataset):
        start = 0

        def __len__(self):
            return steps

        def __getitem__(self, index):
            passes, index = divmod(self.start + index, len(batches))
            if passes != batches.epoch:
                batches.set_epoch(passes)
            return batches[index]

    return Windows()


# ------------------------------------------------------------- a long run


def run_memory(epochs, folder):
    """Trains `quick` with all callbacks on; returns what the run took."""
    from keras_gan import datasets, recipes

    recipe = recipes.override(recipes.get("quick"), [("batch_size", BATCH)])
    images, _ = datasets.load("fashion_mnist_sample")
    gan = recipes.assemble(recipe, images.shape[1:], seed=0, num_images=60_000)
    data = windows(recipes.batches(recipe, images), STEPS)
    probe = make_probe(data)
    traced = count_traces(gan, probe)
    gan.fit(
        data,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[
            *watching(folder, images[:1000], "fashion_mnist"),
            probe,
        ],
    )
    return {
        "versions": turns.versions(),
        "batch_size": BATCH,
        "steps": [STEPS * (epoch + 1) for epoch in range(epochs)],
        "resident": probe.resident,
        "step_seconds": probe.step_seconds,
        "step_cpu": probe.step_cpu,
        "end_seconds": probe.end_seconds,
        # A step that is not compiled is called each time.
        "traces": None if len(traced) >= epochs * STEPS else len(traced),
        "last_traced_in_epoch": max(traced, default=0),
        "peak": round(turns.peak()),
    }


def watching(folder, real, extractor):
    """All callbacks there are, and the files that the command line keeps."""
    from keras_gan import callbacks, run_folder

    run = run_folder.RunFolder(Path(folder))
    run.create({})
    interruption = run_folder.Interruption()
    metrics = run_folder.MetricsFile(run.metrics, [], interruption)
    return [
        interruption,
        callbacks.TerminateOnNaN(),
        callbacks.Rollback(),
        callbacks.GradientClipping(global_norm=100.0),
        callbacks.ImageSnapshot(run.images, gif=str(run.progress)),
        callbacks.Evaluation(
            ["fid", "kid"], real, num_samples=256, extractor=extractor
        ),
        callbacks.TensorBoard(str(run.tensorboard)),
        run_folder.BestModel(run.best, "fid", metrics.rows, interruption),
        metrics,
        run_folder.Checkpoints(run.backup, interruption),
    ]


def make_probe(data):
    """Reads clock and memory; the last callback, so that it sees all."""
    import keras

    class Probe(keras.callbacks.Callback):
        async_safe = True

        def __init__(self):
            super().__init__()
            self.epoch = 0
            self.resident, self.end_seconds = [], []
            self.step_seconds, self.step_cpu = [], []

        def on_epoch_begin(self, epoch, logs=None):
            data.start, self.epoch = epoch * STEPS, epoch + 1
            self.began = now()

        def on_train_batch_end(self, batch, logs=None):
            self.stepped = now()

        def on_epoch_end(self, epoch, logs=None):
            took = [
                round((end - start) / STEPS, 5)
                for end, start in zip(self.stepped, self.began, strict=True)
            ]
            self.step_seconds.append(took[0])
            self.step_cpu.append(took[1])
            self.end_seconds.append(round(now()[0] - self.stepped[0], 3))
            self.resident.append(round(turns.resident(), 1))

    return Probe()


def now():
    return time.perf_counter(), time.process_time()


def count_traces(gan, probe):
    """A list that grows by the epoch whenever Python runs a training step.

    A compiled step runs in Python only while it is traced.
    """
    traced = []
    step = gan.train_step

    def counted(*args, **kwargs):
        traced.append(probe.epoch)
        return step(*args, **kwargs)

    gan.train_step = counted
    return traced


# ------------------------------------------------------ a folder of files


def make_files(folder, count):
    """Writes PNG files of shifted and mirrored clothes, by class."""
    import numpy as np
    from PIL import Image

    from keras_gan import datasets

    done = folder / ".complete"
    if done.is_file() and done.read_text("utf-8") == str(count):
        return None
    images, labels = datasets.load("fashion_mnist_sample")
    began = time.monotonic()

    def write(number):
        copy, index = divmod(number, len(images))
        moved = np.roll(images[index, ..., 0], (copy // 2, -copy // 3), (0, 1))
        pixels = moved[:, ::-1] if copy % 2 else moved
        path = folder / f"{labels[index]}" / f"{number:06d}.png"
        Image.fromarray(pixels).save(path)

    for label in range(10):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for first in range(0, count, 10_000):
            list(pool.map(write, range(first, min(first + 10_000, count))))
    done.write_text(str(count), "utf-8")
    return round(time.monotonic() - began, 1)


def feed(order, folder):
    """Trains `quick` from files or from memory, whenever told to."""
    import numpy as np

    from keras_gan import datasets, recipes

    recipe = recipes.get("quick")
    before = turns.resident()
    start = time.perf_counter()
    found = datasets.ImageFolder(folder)
    listed = {
        "seconds": round(time.perf_counter() - start, 2),
        "files": len(found),
        "resident": round(turns.resident() - before, 1),
        "decoded": round(np.prod(found.shape, dtype=float) / turns.MIB, 1),
    }
    images = found.read()[0] if order == "memory" else found
    read = time.perf_counter() - start - listed["seconds"]
    gan = recipes.assemble(recipe, found.shape[1:], seed=0)
    batches = recipes.batches(recipe, images)
    data, done = windows(batches, 8), 0
    turns.timed_fit(gan, data)
    turns.answer(
        listed=listed,
        read_seconds=round(read, 2) if order == "memory" else None,
        decode=decode_speed(found) if order == "folder" else None,
        versions=turns.versions(),
        batch_size=recipe.batch_size,
        resident=round(turns.resident(), 1),
    )
    for told in turns.orders():
        data = windows(batches, told["steps"])
        data.start, done = done, done + told["steps"]
        found = turns.timed_fit(gan, data)
        turns.answer(**found, resident=round(turns.resident(), 1))


def decode_speed(folder, count=2048, size=32):
    """Images a second of the folder alone, in batches; and once more."""
    import numpy as np

    order = np.random.default_rng(1).permutation(len(folder))[:count]
    speeds = []
    for _ in range(2):
        start = time.perf_counter()
        for first in range(0, count, size):
            folder[order[first : first + size]]
        speeds.append(round(count / (time.perf_counter() - start)))
    return dict(zip(("first", "again"), speeds, strict=True))


def run_folder_part(options):
    folder = Path(options.folder)
    made = make_files(folder, options.files)
    print(f"folder: files ready, {made} s", flush=True)
    environment = {"KERAS_BACKEND": "tensorflow"}
    processes, ready = {}, {}
    try:
        for order in ORDERS:
            processes[order] = turns.Process(
                __file__, "--feed", order, "--folder", folder, **environment
            )
            ready[order] = processes[order].hear()
        found = {order: [] for order in ORDERS}
        for number in range(options.rounds):
            for order, process in processes.items():
                process.tell(steps=options.steps)
                found[order].append(process.hear())
            print(f"folder: round {number + 1}", flush=True)
    finally:
        for process in processes.values():
            process.end()
    before = record("folder") or {}
    write_record(
        "folder",
        {
            "versions": ready["folder"]["versions"],
            "batch_size": ready["folder"]["batch_size"],
            "steps": options.steps,
            "made_seconds": made or before.get("made_seconds"),
            "listed": ready["folder"]["listed"],
            "decode": ready["folder"]["decode"],
            "read_seconds": ready["memory"]["read_seconds"],
            "resident": {o: ready[o]["resident"] for o in ORDERS},
            "turns": found,
        },
    )
    print({o: speed(found[o], ready[o], options.steps) for o in ORDERS})


def speed(found, ready, steps):
    seconds = statistics.median(turn["clock"] for turn in found)
    return round(steps * ready["batch_size"] / seconds)


def run_memory_part(options):
    for backend in options.backends:
        print(f"memory: {backend}", flush=True)
        process = turns.Process(
            __file__, "--run", str(options.epochs or EPOCHS[backend]),
            KERAS_BACKEND=backend,
        )  # fmt: skip
        try:
            found = process.hear()
        finally:
            process.end()
        known = record("long-run") or {}
        write_record("long-run", {**known, backend: found})


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("parts", nargs="*", metavar="PART", help=" or ".join(PARTS))
    add("--backends", nargs="+", choices=EPOCHS, default=[*EPOCHS])
    add("--epochs", type=int, help=f"of {STEPS} steps")
    add("--folder", default=Path(tempfile.gettempdir(), "keras-gan-files"))
    add("--files", type=int, default=100_000)
    add("--steps", type=int, default=100, help="of a turn from the folder")
    add("--rounds", type=int, default=4)
    add("--write", action="store_true", help="the page alone")
    add("--run", type=int, help=argparse.SUPPRESS)
    add("--feed", choices=ORDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        with tempfile.TemporaryDirectory() as folder:
            turns.answer(**run_memory(options.run, folder))
        return
    if options.feed:
        feed(options.feed, Path(options.folder))
        return
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown parts {sorted(unknown)}; known: {PARTS}")
    parts = {"memory": run_memory_part, "folder": run_folder_part}
    for name in () if options.write else options.parts or PARTS:
        parts[name](options)
    scaling_page.write()


if __name__ == "__main__":
    main()
