"""Shows how much of a step can be computed side by side.

    python tests/benchmarks/op_chains.py            # the steps of the page
    python tests/benchmarks/op_chains.py --write    # the page alone

TensorFlow's profiler says how long each operation of a step takes, on one core
and with one thread; the graph, as TensorFlow has optimized it, which ones wait
for which. From these follow the longest chain of operations, below which no
number of cores comes, and the time of two at a time, if whichever has the most
behind it comes first and nothing is ever waited for. Writes
docs/scaling/chains.json and docs/scaling.md.
"""

import argparse
import collections
import heapq
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import scaling_page
from tests.benchmarks.machine import process_environment
from tests.benchmarks.scaling_rows import (
    Variant,
    cycle,
    recipe_of,
    write_record,
)

STEPS = [("quick", 32), ("quick", 128), ("dcgan", 128)]
"""Recipes and batch sizes."""
CYCLES = 4
"""So many times all kinds of steps are profiled."""


class Graph:
    """Which operations of a step wait for which, and how long each takes.

    Args:
        inputs: Operation -> those that it waits for.
        seconds: Operation -> how long it takes, 0 if it is left out here.
    """

    def __init__(self, inputs, seconds):
        self._seconds = {name: seconds.get(name, 0.0) for name in inputs}
        self._waiting = {name: len(found) for name, found in inputs.items()}
        self._next = collections.defaultdict(list)
        for name, found in inputs.items():
            for each in found:
                self._next[each].append(name)
        self._behind = self._chains()

    def _order(self):
        """All operations, each after those that it waits for."""
        waiting = dict(self._waiting)
        ready = [name for name, count in waiting.items() if not count]
        for name in ready:
            for each in self._next[name]:
                waiting[each] -= 1
                if not waiting[each]:
                    ready.append(each)
        if len(ready) < len(waiting):
            raise ValueError("The operations wait for each other.")
        return ready

    def _chains(self):
        """Operation -> seconds of the longest chain that it begins."""
        behind = {}
        for name in reversed(self._order()):
            after = (behind[each] for each in self._next[name])
            behind[name] = self._seconds[name] + max(after, default=0.0)
        return behind

    def seconds(self):
        """Of all operations, one after the other."""
        return sum(self._seconds.values())

    def chain(self):
        """Of the longest chain of operations."""
        return max(self._behind.values())

    def side_by_side(self, count):
        """Of all, where `count` are computed at a time."""
        waiting = dict(self._waiting)
        ready = [
            (-self._behind[name], name)
            for name, inputs in waiting.items()
            if not inputs
        ]
        heapq.heapify(ready)
        running, now = [], 0.0
        while ready or running:
            while ready and len(running) < count:
                _, name = heapq.heappop(ready)
                heapq.heappush(running, (now + self._seconds[name], name))
            now, done = heapq.heappop(running)
            for each in self._next[done]:
                waiting[each] -= 1
                if not waiting[each]:
                    heapq.heappush(ready, (-self._behind[each], each))
        return now


def measure(name, batch_size):
    """The record of a recipe's steps, from this process."""
    import tensorflow as tf

    # TensorFlow hands out the optimized graph here alone.
    from tensorflow.python.eager import context

    tf.config.threading.set_intra_op_parallelism_threads(1)
    import numpy as np

    from keras_gan import memory, recipes
    from tests.benchmarks import turns

    variant = Variant(name, recipe=name, changes=(("batch_size", batch_size),))
    recipe = recipe_of(variant)
    every = cycle(recipe)
    steps = CYCLES * every
    shape = (variant.size, variant.size, variant.channels)
    pixels = np.random.default_rng(0).integers(
        0, 256, (steps * batch_size, *shape), np.uint8
    )
    data = recipes.batches(recipe, pixels)
    gan = recipes.assemble(recipe, shape, seed=0)
    gan.steps_per_execution = 1
    context.context().enable_run_metadata()
    with memory.keep_freed(), tempfile.TemporaryDirectory() as folder:
        turns.timed_fit(gan, data)
        turns.timed_fit(gan, data)
        tf.profiler.experimental.start(folder)
        turns.timed_fit(gan, data)
        tf.profiler.experimental.stop()
        times = operation_times(folder)
    graphs = context.context().export_run_metadata().function_graphs
    nodes = max((each.post_optimization_graph.node for each in graphs), key=len)
    inputs = inputs_of(nodes)
    kinds = {"": steps}
    if every > 1:
        # What a lazy penalty adds, and what is done in its place.
        kinds = {"with the penalty": CYCLES, "without": steps - CYCLES}
    return {
        "recipe": name,
        "batch_size": batch_size,
        "versions": turns.versions(),
        "steps": [
            {
                "kind": kind,
                "share": count / steps,
                **numbers(inputs, times, {steps, count}),
            }
            for kind, count in kinds.items()
        ],
    }


def numbers(inputs, times, counts):
    """Milliseconds of the operations that ran so often."""
    seconds = {
        name: statistics.median(found)
        for name, found in times.items()
        if len(found) in counts
    }
    graph = Graph(inputs, seconds)
    return {
        "operations": len(seconds.keys() & inputs.keys()),
        "all": round(1e3 * graph.seconds(), 3),
        "chain": round(1e3 * graph.chain(), 3),
        "two": round(1e3 * graph.side_by_side(2), 3),
    }


def inputs_of(nodes):
    """Operation -> those that it waits for, without a loop's way back."""
    back = {each.name for each in nodes if each.op == "NextIteration"}
    names = {each.name for each in nodes} - back
    found = {}
    for each in nodes:
        waits = {name.lstrip("^").split(":")[0] for name in each.input}
        found[each.name] = waits & names
    return found


def operation_times(folder):
    """Operation -> the seconds that it took, each time."""
    # The profiler has no other reader in TensorFlow's own package.
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    found = collections.defaultdict(list)
    for path in Path(folder).rglob("*.xplane.pb"):
        space = xplane_pb2.XSpace.FromString(path.read_bytes())
        for plane in space.planes:
            names = {k: v.name for k, v in plane.event_metadata.items()}
            for line in plane.lines:
                for event in line.events:
                    # An operation is "scope/name:Type".
                    name = names[event.metadata_id].rpartition(":")[0]
                    found[name].append(event.duration_ps / 1e12)
    return found


def run_all():
    """Measures each in a process of its own; writes the record."""
    found = []
    for step in STEPS:
        done = subprocess.run(
            [sys.executable, __file__, "--measure", json.dumps(step)],
            check=True,
            env=process_environment(KERAS_BACKEND="tensorflow"),
            stdout=subprocess.PIPE,
            text=True,
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(found[-1], flush=True)
    write_record("chains", found)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--write", action="store_true", help="the page alone")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    # Before TensorFlow counts the cores.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if options.measure:
        print(json.dumps(measure(*json.loads(options.measure))))
        return
    if not options.write:
        run_all()
    scaling_page.write()


if __name__ == "__main__":
    main()
