"""Times the metrics beside other packages on the same features.

    python tests/benchmarks/metrics.py [--rounds 3] [--threads 1]

Runs each metric of each installed package in a process of its own, all of
them in turn, several rounds; prints medians, ratios, values and the growth
of peak memory as Markdown. `pip install --no-deps pytorch-fid clean-fid
torch-fidelity prdc` beside torch gives the others; what is missing is left
out. Every time is from features to number, imports excluded.

Where other programs keep the cores busy, threads wait for each other more
than they compute; `--threads 1`, for every package, then compares the work.
"""

import argparse
import contextlib
import importlib
import io
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))


def make_features(samples, dim, dtype):
    """Two sets of features with the falling spectrum that networks have."""
    rng = np.random.default_rng(0)
    spectrum = (1.0 + np.arange(dim)) ** -0.5
    rotation = np.linalg.qr(rng.normal(size=(dim, dim)))[0]
    real, fake = rng.normal(size=(2, samples, dim)) * spectrum
    fake = fake * 1.05 + 0.05 * spectrum
    return (real @ rotation).astype(dtype), (fake @ rotation).astype(dtype)


def ours_fid(real, fake):
    from keras_gan.metrics import frechet_distance

    return lambda: frechet_distance(real, fake)


def ours_kid(real, fake):
    from keras_gan.metrics import kernel_distance

    return lambda: kernel_distance(real, fake)


def ours_kid_subsets(real, fake):
    from keras_gan.metrics import kernel_distance_subsets

    return lambda: kernel_distance_subsets(real, fake)["mean"]


def ours_precision_recall(real, fake):
    from keras_gan.metrics import precision_recall

    return lambda: list(precision_recall(real, fake, k=5).values())


def ours_prdc(real, fake):
    from keras_gan.metrics.manifold import Manifolds

    def run():
        found = Manifolds(real, fake, 5)
        return [
            found.precision,
            found.recall,
            found.density,
            found.coverage,
        ]

    return run


def pytorch_fid_fid(real, fake):
    _torch()
    from pytorch_fid.fid_score import calculate_frechet_distance

    return lambda: calculate_frechet_distance(
        *_statistics(real), *_statistics(fake)
    )


def clean_fid_fid(real, fake):
    _torch()
    from cleanfid.fid import frechet_distance

    return lambda: frechet_distance(*_statistics(real), *_statistics(fake))


def clean_fid_kid_subsets(real, fake):
    _torch()
    from cleanfid.fid import kernel_distance

    return lambda: kernel_distance(real, fake)


def torch_fidelity_fid(real, fake):
    torch, _ = _torch()
    from torch_fidelity import metric_fid

    def run():
        statistics = [
            metric_fid.fid_features_to_statistics(torch.from_numpy(x))
            for x in (real, fake)
        ]
        found = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)
        return found["frechet_inception_distance"]

    return run


def torch_fidelity_kid_subsets(real, fake):
    torch, _ = _torch()
    from torch_fidelity.metric_kid import kid_features_to_metric

    def run():
        found = kid_features_to_metric(
            torch.from_numpy(real),
            torch.from_numpy(fake),
            kid_subsets=100,
            kid_subset_size=1000,
            verbose=False,
        )
        return found["kernel_inception_distance_mean"]

    return run


def torch_fidelity_precision_recall(real, fake):
    torch, _ = _torch()
    from torch_fidelity.metric_prc import prc_features_to_metric

    def run():
        # It takes generated features first.
        found = prc_features_to_metric(
            torch.from_numpy(fake),
            torch.from_numpy(real),
            prc_neighborhood=5,
            verbose=False,
        )
        return [found["precision"], found["recall"]]

    return run


def prdc_prdc(real, fake):
    from prdc import compute_prdc

    def run():
        found = compute_prdc(real, fake, nearest_k=5)
        names = ("precision", "recall", "density", "coverage")
        return [found[name] for name in names]

    return run


TASKS: dict[str, dict[str, Callable[..., Callable[[], object]]]] = {
    "FID": {
        "keras_gan": ours_fid,
        "pytorch-fid": pytorch_fid_fid,
        "clean-fid": clean_fid_fid,
        "torch-fidelity": torch_fidelity_fid,
    },
    "KID, 100 subsets of 1,000 (keras_gan: all pairs)": {
        "keras_gan": ours_kid,
        "keras_gan, subsets": ours_kid_subsets,
        "clean-fid": clean_fid_kid_subsets,
        "torch-fidelity": torch_fidelity_kid_subsets,
    },
    "precision, recall": {
        "keras_gan": ours_precision_recall,
        "torch-fidelity": torch_fidelity_precision_recall,
    },
    "precision, recall, density, coverage": {
        "keras_gan": ours_prdc,
        "prdc": prdc_prdc,
    },
}


def _statistics(features):
    return features.mean(axis=0), np.cov(features, rowvar=False)


@cache
def _torch():
    """torch, with what its packages need to be imported.

    torchvision's CUDA build can't be imported beside torch for the CPU unless
    the operators it lacks are declared.
    """
    torch = importlib.import_module("torch")
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor a, Tensor b, float c) -> Tensor")
    return torch, library


def measure(task, package, path):
    """Runs one task in this process and prints what it took as JSON."""
    with np.load(path) as file:
        real, fake = file["real"], file["fake"]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            run = TASKS[task][package](real, fake)
            # Threads start and libraries load outside of the measurement.
            TASKS[task][package](real[:1000, :8], fake[:1000, :8])()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    before = _resident()
    with _peak() as peak, contextlib.redirect_stdout(io.StringIO()):
        start, start_cpu = time.perf_counter(), time.process_time()
        value = run()
        seconds = time.perf_counter() - start
        cpu_seconds = time.process_time() - start_cpu
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu_seconds": cpu_seconds,
                "memory": max(peak[0] - before, 0),
                "value": np.asarray(value, float).tolist(),
            }
        )
    )


def _resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@contextlib.contextmanager
def _peak() -> Iterator[list[int]]:
    """The largest resident size meanwhile, sampled each 5 ms."""
    peak, stop = [_resident()], threading.Event()

    def watch():
        while not stop.wait(0.005):
            peak[0] = max(peak[0], _resident())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()
        peak[0] = max(peak[0], _resident())


def in_turn(path, rounds, only, threads):
    """All results of all rounds: {task: {package: [result, ...]}}."""
    results: dict[str, dict[str, list[dict]]] = {}
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if threads is not None:
        for library in ("OPENBLAS", "OMP", "MKL"):
            environment[f"{library}_NUM_THREADS"] = str(threads)
    for _ in range(rounds):
        for task, packages in TASKS.items():
            if not task.startswith(only):
                continue
            for package in packages:
                command = [sys.executable, __file__, "--measure"]
                finished = subprocess.run(
                    [*command, task, package, str(path)],
                    capture_output=True,
                    text=True,
                    env=environment,
                    check=False,
                )
                lines = finished.stdout.splitlines()
                if finished.returncode or not lines:
                    sys.exit(f"{package}, {task}:\n{finished.stderr}")
                result = json.loads(lines[-1])
                print(package, task, result, file=sys.stderr)
                if "missing" not in result:
                    row = results.setdefault(task, {})
                    row.setdefault(package, []).append(result)
    return results


def table(title, results):
    """Markdown: medians, and how often faster ours is than each."""
    print(f"\n### {title}\n")
    print(
        "| metric | package | seconds | ratio | CPU seconds | ratio | MB "
        "| value |\n|---|---|---|---|---|---|---|---|"
    )
    for task, packages in results.items():
        ours = packages["keras_gan"]
        for package, rounds in packages.items():
            cells = [task, package]
            for key in ("seconds", "cpu_seconds"):
                cells.append(f"{_median(rounds, key):.2f}")
                ratio = _median(rounds, key) / _median(ours, key)
                cells.append(f"{ratio:.1f}")
            cells.append(f"{_median(rounds, 'memory') / 2**20:.0f}")
            values = np.atleast_1d(rounds[0]["value"])
            cells.append(", ".join(f"{number:.10g}" for number in values))
            print("| " + " | ".join(cells) + " |")


def _median(rounds, key):
    return statistics.median(result[key] for result in rounds)


def main():
    """Prints one table for each number of features."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--dims", type=int, nargs="+", default=[64, 2048])
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of every package's BLAS")
    parser.add_argument("--only", default="", help="start of a metric's name")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure)
        return
    print(
        f"{platform.machine()}, {os.cpu_count()} CPUs, "
        f"{options.threads or 'all'} threads, numpy {np.__version__}"
    )
    path = Path(f"metrics-benchmark-{os.getpid()}.npz")
    for dim in options.dims:
        real, fake = make_features(options.samples, dim, options.dtype)
        np.savez(path, real=real, fake=fake)
        try:
            results = in_turn(
                path, options.rounds, options.only, options.threads
            )
        finally:
            path.unlink()
        table(f"{options.samples:,} x {dim:,}, {options.dtype}", results)


if __name__ == "__main__":
    main()
