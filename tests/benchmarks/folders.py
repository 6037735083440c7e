"""How fast are folders of images decoded, by whom, and at what cost?

    python tests/benchmarks/folders.py                  # all, some minutes
    python tests/benchmarks/folders.py small --rounds 5 # one set of files
    taskset -c 0-7 python tests/benchmarks/folders.py   # on eight cores

Files are made once, in `--folder`, from the embedded images or from noise of
fixed seeds. Ways to decode take turns: threads of this process, 1, 2 and 4
processes, and a cache of decoded pixels. A turn is one epoch of batches of 64,
uint8, as `fit` takes them. The table that is printed is that of
docs/datasets.md: medians, and the range of the speeds.

What bounds the speed on many cores is the CPU time that this process takes for
an image; where it is not reached, the CPU time of a worker for an image, by the
number of workers. CPU times of workers are read from /proc: on Linux alone.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

SETS = {
    "small": "PNG, 28x28, grey",
    "faces": "JPEG, 178x218 to 64x64",
    "photos": "JPEG, 512x512 to 256x256",
}
COUNTS = {"small": 2048, "faces": 512, "photos": 128}
SIZES = {"small": 28, "faces": 64, "photos": 256}
WORKERS = (0, 1, 2, 4)


def make_files(folder, name):
    """Writes the files of a set, unless they are there."""
    import numpy as np
    from PIL import Image

    from keras_gan import datasets

    done = folder / ".complete"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(0)
    clothes = datasets.load("fashion_mnist_sample", limit=COUNTS[name])[0]
    for number in range(COUNTS[name]):
        if name == "small":
            picture = Image.fromarray(clothes[number, ..., 0])
        else:
            size = (178, 218) if name == "faces" else (512, 512)
            coarse = generator.integers(0, 256, (14, 12, 3), np.uint8)
            smooth = Image.fromarray(coarse).resize(size)
            noise = generator.integers(-12, 13, (*size[::-1], 3))
            pixels = np.clip(np.asarray(smooth) + noise, 0, 255)
            picture = Image.fromarray(pixels.astype(np.uint8))
        ending = "png" if name == "small" else "jpg"
        picture.save(folder / f"{number:05}.{ending}", quality=90)
    done.touch()


def worker_seconds():
    """CPU seconds of the processes that decode, so far."""
    ticks = 0
    for process in multiprocessing.active_children():
        stat = Path(f"/proc/{process.pid}/stat").read_text("utf-8")
        # After the name in brackets, which may hold anything.
        fields = stat.rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def ways(folder, name, cache):
    """The batches of a set by each way to decode."""
    from keras_gan import datasets

    def batches(decoding):
        found = datasets.source(
            folder, image_size=SIZES[name], memory=0, decoding=decoding
        )
        return datasets.ImageBatches(found.images, flip=True).as_uint8()

    found = {
        ("threads" if not count else f"{count} workers"): batches(
            datasets.Decoding(num_workers=count)
        )
        for count in WORKERS
    }
    found["cache"] = batches(datasets.Decoding(cache=cache))
    return found


def turn(batches, epoch):
    """An epoch; returns seconds on the clock, here, in workers, an image."""
    batches.set_epoch(epoch)
    on_linux = Path("/proc/self/stat").exists()
    before = worker_seconds() if on_linux else 0.0
    cpu, clock = time.process_time(), time.perf_counter()
    count = sum(len(batches[index]) for index in range(len(batches)))
    clock = time.perf_counter() - clock
    cpu = time.process_time() - cpu
    elsewhere = worker_seconds() - before if on_linux else float("nan")
    return clock / count, cpu / count, elsewhere / count


def measure(name, options, cache):
    """Prints the rows of a set."""
    folder = Path(options.folder, name)
    make_files(folder, name)
    every = ways(folder, name, cache)
    found = {way: [] for way in every}
    for batches in every.values():
        turn(batches, 0)  # Starts the processes.
    for number in range(options.rounds):
        for way, batches in every.items():
            found[way].append(turn(batches, number + 1))
    for way, turns in found.items():
        clock, here, elsewhere = zip(*turns, strict=True)
        speeds = sorted(1 / seconds for seconds in clock)
        print(
            f"| {SETS[name]} | {way} | {statistics.median(speeds):,.0f} "
            f"({speeds[0]:,.0f} to {speeds[-1]:,.0f}) "
            f"| {1e3 * statistics.median(here):.3f} "
            f"| {1e3 * statistics.median(elsewhere):.3f} "
            f"| {1 / statistics.median(here):,.0f} |",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("sets", nargs="*", metavar="SET", help=" or ".join(SETS))
    add("--rounds", type=int, default=5)
    add("--folder", default=Path(tempfile.gettempdir(), "keras-gan-decode"))
    options = parser.parse_args()
    if unknown := set(options.sets) - set(SETS):
        parser.error(f"unknown sets {sorted(unknown)}; known: {[*SETS]}")
    print(
        "| files | decoded by | images/s | CPU ms here | CPU ms in workers "
        "| at most/s |\n|---|---|---:|---:|---:|---:|"
    )
    with tempfile.TemporaryDirectory() as cache:
        for name in options.sets or SETS:
            measure(name, options, cache)


if __name__ == "__main__":
    main()
