"""Measures what training costs against all that it can grow in.

    python tests/benchmarks/scaling.py               # all, then the page
    python tests/benchmarks/scaling.py batch steps   # these sweeps alone
    python tests/benchmarks/scaling.py --write       # the page alone

Sweeps: batch size, image size, channels, filters, discriminator steps, replicas
(1 and 2, each pinned to a core), and what two cores are used for. Each variant
has processes of its own, all of a sweep are started once, and these take
`--rounds` turns of about `--seconds` each. All turns are kept in docs/scaling/,
from which alone docs/scaling.md and its plots are made.
"""

import argparse
import contextlib
import json
import os
import socket
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import scaling_page, turns
from tests.benchmarks.scaling_rows import (
    SWEEPS,
    Variant,
    cycle,
    recipe_of,
    write_record,
)

STARTING = 2
"""So many processes make ready at once: they are not measured meanwhile."""


class Runner:
    """The processes of one variant: two for two workers or trainings."""

    def __init__(self, variant):
        self.variant = variant
        self.cycle = cycle(recipe_of(variant))
        spec = json.dumps(asdict(variant))
        count = 2 if variant.engine in ("multiworker", "apart") else 1
        port = free_port(count)
        self._processes = [
            turns.Process(
                __file__,
                "--measure",
                spec,
                **environment(variant.engine, port, rank),
            )
            for rank in range(count)
        ]
        self.turns = []

    def make_ready(self):
        # All have to be heard.
        self.ready, *_ = [each.hear() for each in self._processes]

    def turn(self, steps):
        for each in self._processes:
            each.tell(steps=steps)
        found = [each.hear() for each in self._processes]
        return {
            "steps": steps,
            "clock": max(each["clock"] for each in found),
            "cpu": round(sum(each["cpu"] for each in found), 4),
            # Of one process, since workers may be on many machines.
            "memory": round(max(each["memory"] for each in found)),
        }

    def steps_for(self, seconds):
        """How many steps fill a turn, in whole cycles."""
        # The first turn starts what later ones need not.
        self.turn(self.cycle)
        cycle_seconds = self.turn(self.cycle)["clock"]
        return self.cycle * max(1, round(seconds / cycle_seconds))

    def end(self):
        for each in self._processes:
            each.end()


def free_port(count):
    """The first of `count` ports in a row that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return min(probe.getsockname()[1], 65_000 - count)


def environment(engine, port, rank):
    more = {"KERAS_BACKEND": "tensorflow", "RANK": str(rank)}
    if engine == "multiworker":
        workers = [f"localhost:{port + each}" for each in range(2)]
        more["TF_CONFIG"] = json.dumps(
            {
                "cluster": {"worker": workers},
                "task": {"type": "worker", "index": rank},
            }
        )
    return more


def run_sweep(name, options):
    """Measures all variants of a sweep by turns; writes its record."""
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        runners = started(SWEEPS[name], stack)
        steps = [each.steps_for(options.seconds) for each in runners]
        for number in range(options.rounds):
            print(f"{name}: round {number + 1}", flush=True)
            for runner, count in zip(runners, steps, strict=True):
                runner.turns.append(runner.turn(count))
    found = {
        "versions": runners[0].ready["versions"],
        "variants": [describe(each) for each in runners],
    }
    if name == "replicas":
        found["loopback"] = loopback()
    write_record(name, found)
    print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)


def started(variants, stack):
    """Starts the processes of all variants, a few at once."""
    runners = []
    for first in range(0, len(variants), STARTING):
        together = [Runner(v) for v in variants[first : first + STARTING]]
        for runner in together:
            stack.callback(runner.end)
        for runner in together:
            runner.make_ready()
        runners += together
    return runners


def describe(runner):
    variant = runner.variant
    # Of all replicas together.
    trainings = 2 if variant.engine == "apart" else 1
    return {
        "name": variant.name,
        "recipe": variant.recipe,
        "engine": variant.engine,
        "batch_size": trainings * runner.ready["batch_size"],
        "image_shape": runner.ready["image_shape"],
        "parameters": runner.ready["parameters"],
        "memory_before": runner.ready["memory"],
        "turns": runner.turns,
    }


def loopback(megabytes=256, messages=2000):
    """Bandwidth and latency between two processes of this machine, by TCP."""
    with socket.create_server(("localhost", 0)) as server:
        thread = threading.Thread(target=echo, args=(server, megabytes))
        thread.start()
        with socket.create_connection(server.getsockname()) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            start = time.perf_counter()
            for _ in range(messages):
                line.sendall(b"x")
                line.recv(1)
            latency = (time.perf_counter() - start) / messages / 2
            line.sendall(b"s")
            line.recv(1)
            piece = bytes(turns.MIB)
            start = time.perf_counter()
            for _ in range(megabytes):
                line.sendall(piece)
            line.recv(1)
            seconds = time.perf_counter() - start
        thread.join()
    gigabits = megabytes * turns.MIB * 8 / seconds / 1e9
    return {"gigabits": round(gigabits, 2), "latency": round(latency, 7)}


def echo(server, megabytes):
    """Sends short messages back, then takes all bytes and says so."""
    line, _ = server.accept()
    with line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (message := line.recv(1)) == b"x":
            line.sendall(message)
        line.sendall(b"g")
        left = megabytes * turns.MIB
        while left > 0:
            left -= len(line.recv(turns.MIB))
        line.sendall(b"d")


# ------------------------------------------------- the process that measures


def measure(variant):
    """Makes a variant's GAN ready, and trains it whenever told to."""
    restrict(variant)
    import numpy as np

    from keras_gan import memory, recipes

    if variant.keep_freed:
        # To the end of the process.
        memory.keep_freed().__enter__()
    recipe = recipe_of(variant)
    shape = (variant.size, variant.size, variant.channels)
    pixels = np.random.default_rng(0).integers(0, 256, (64, *shape), np.uint8)

    def batches(steps):
        images = np.resize(pixels, (steps * recipe.batch_size, *shape))
        return recipes.batches(recipe, images)

    before = turns.resident()
    with scope(variant.engine):
        gan = recipes.assemble(recipe, shape, seed=0)
    turns.timed_fit(gan, batches(cycle(recipe)))
    weights = [
        *gan.generator.trainable_variables,
        *gan.discriminator.trainable_variables,
    ]
    turns.answer(
        batch_size=recipe.batch_size,
        image_shape=shape,
        parameters=sum(int(np.prod(weight.shape)) for weight in weights),
        memory=round(before),
        versions=turns.versions(),
    )
    for order in turns.orders():
        found = turns.timed_fit(gan, batches(order["steps"]))
        turns.answer(**found, memory=turns.peak())


def restrict(variant):
    """Gives each replica one core, before TensorFlow counts them."""
    if variant.threads is not None:
        import tensorflow as tf

        within, between = variant.threads
        tf.config.threading.set_intra_op_parallelism_threads(within)
        tf.config.threading.set_inter_op_parallelism_threads(between)
    if not variant.pinned:
        return
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("Two replicas need two cores.")
    rank = int(os.environ["RANK"])
    here = cores[:2] if variant.engine == "mirrored" else [cores[rank]]
    os.sched_setaffinity(0, here)
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)


def scope(engine):
    """Where the model is made, so that the engine trains it."""
    if engine in ("one", "apart"):
        return contextlib.nullcontext()
    import tensorflow as tf

    if engine == "multiworker":
        return tf.distribute.MultiWorkerMirroredStrategy().scope()
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sweeps", nargs="*", metavar="SWEEP")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of a turn")
    parser.add_argument("--write", action="store_true", help="the page alone")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(Variant(**json.loads(options.measure)))
        return
    unknown = set(options.sweeps) - set(SWEEPS)
    if unknown:
        parser.error(f"unknown sweeps {sorted(unknown)}; known: {[*SWEEPS]}")
    if not options.write:
        for name in options.sweeps or SWEEPS:
            run_sweep(name, options)
    scaling_page.write()


if __name__ == "__main__":
    main()
