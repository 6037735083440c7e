"""Shows which operations a step spends its time in, beside others.

    python tests/benchmarks/op_times.py             # all workloads, the page
    python tests/benchmarks/op_times.py small       # one of them

Those of peers.py that train with TensorFlow train its workloads, each in a
process of its own, on one core and with one thread for an operation, so that
times add up. TensorFlow's profiler says how long each operation took; the
record goes to docs/benchmarks/, from which docs/benchmarks.md is made.
"""

import argparse
import collections
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import peers_page
from tests.benchmarks.machine import process_environment
from tests.benchmarks.peers_rows import (
    OP_TIMES,
    OURS,
    WORKLOADS,
    contestant,
    workload,
)

CONTESTANTS = (OURS, "tf-function", "keras-fit")
KINDS = {
    "convolutions, forward": ("Conv2D", "FusedConv2D"),
    "their gradients by inputs": ("Conv2DBackpropInput",),
    "their gradients by filters": (
        "Conv2DBackpropFilter",
        "Conv2DBackpropFilterWithBias",
    ),
    "products of matrices": ("MatMul", "FusedMatMul", "BatchMatMulV2"),
    "random numbers": (
        "StatelessRandomUniformV2",
        "StatelessRandomNormalV2",
        "StatelessRandomGetKeyCounter",
        "RandomStandardNormal",
        "RandomUniform",
    ),
    "the optimizer's update": ("ResourceApplyAdam",),
}
CALLS = ("PartitionedCall", "StatefulPartitionedCall", "While", "If", "Case")
"""They hold other operations, whose times they would count again."""

TURNS = 3
PROFILED = 2


class Profiler:
    """Takes the place of the turns of a contestant; profiles the last one."""

    epochs = TURNS

    def __init__(self, folder):
        self.folder, self.done = folder, 0

    def stepped(self):
        """Nothing is measured of the first step."""

    def begin(self):
        import tensorflow as tf

        if self.done == PROFILED:
            tf.profiler.experimental.start(self.folder)
            self.began = time.perf_counter()

    def end(self):
        import tensorflow as tf

        if self.done == PROFILED:
            self.seconds = time.perf_counter() - self.began
            tf.profiler.experimental.stop()
        self.done += 1


def profile(name, who):
    """Milliseconds a step, by kind of operation; in this process."""
    import tensorflow as tf

    from tests.benchmarks.contestants import child

    tf.config.threading.set_intra_op_parallelism_threads(1)
    known = workload(name)
    images = child.sample(known.steps * known.batch_size)
    module = importlib.import_module(
        f"tests.benchmarks.contestants.{contestant(who).module}"
    )
    with tempfile.TemporaryDirectory() as folder:
        turns = Profiler(folder)
        module.train(known, images, turns)
        found, count = operations(folder)
    kinds = {op: kind for kind, ops in KINDS.items() for op in ops}
    sums = dict.fromkeys([*KINDS, "all other operations"], 0.0)
    for op, seconds in found.items():
        sums[kinds.get(op, "all other operations")] += seconds
    sums["outside of operations"] = turns.seconds - sum(found.values())
    return {
        "steps": known.steps,
        "operations": round(count / known.steps),
        "milliseconds": {
            kind: round(1e3 * seconds / known.steps, 4)
            for kind, seconds in sums.items()
        },
    }


def operations(folder):
    """Type of operation -> seconds in all, and how many there were."""
    # The profiler has no other reader in TensorFlow's own package.
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    found, count = collections.Counter(), 0
    for path in Path(folder).rglob("*.xplane.pb"):
        space = xplane_pb2.XSpace.FromString(path.read_bytes())
        for plane in space.planes:
            names = {
                key: each.name for key, each in plane.event_metadata.items()
            }
            for line in plane.lines:
                for event in line.events:
                    name, colon, op = names[event.metadata_id].rpartition(":")
                    # An operation is "scope/name:Type".
                    if not colon or not op.isidentifier() or op in CALLS:
                        continue
                    if "::" in name or name.endswith(":"):
                        continue
                    # As "_MklNativeConv2D" where oneDNN runs a "Conv2D".
                    op = re.sub("^_(Mkl(Native)?)?", "", op)
                    found[op] += event.duration_ps / 1e12
                    count += 1
    return found, count


def run(name):
    """Profiles all, in a process each; writes the record."""
    found = {}
    for who in CONTESTANTS:
        done = subprocess.run(
            [sys.executable, __file__, name, "--profile", who],
            check=True,
            env=process_environment(KERAS_BACKEND="tensorflow"),
            stdout=subprocess.PIPE,
            text=True,
        )
        found[who] = json.loads(done.stdout.splitlines()[-1])
        print(name, who, found[who], flush=True)
    known = {}
    if OP_TIMES.is_file():
        known = json.loads(OP_TIMES.read_text("utf-8"))
    known[name] = found
    ordered = {w.name: known[w.name] for w in WORKLOADS if w.name in known}
    text = json.dumps(ordered, indent=1)
    OP_TIMES.write_text(text + "\n", "utf-8")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [each.name for each in WORKLOADS]
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    parser.add_argument("--profile", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.workloads) - set(names):
        parser.error(f"unknown workloads {sorted(unknown)}; known: {names}")
    # Before TensorFlow counts the cores.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if options.profile:
        print(json.dumps(profile(options.workloads[0], options.profile)))
        return
    for name in options.workloads or names:
        run(name)
    peers_page.write()


if __name__ == "__main__":
    main()
