"""Trains the same GANs with this package and with what else a user could take.

    python tests/benchmarks/peers.py                     # all, and the page
    python tests/benchmarks/peers.py --workloads dcgan   # one of the tables
    python tests/benchmarks/peers.py --write             # the page alone
    python tests/benchmarks/peers.py --workloads small \\
        --contestants pytorch keras_gan-tensorflow --steps 100   # a try
    python tests/benchmarks/peers.py --profile small keras_gan-tensorflow

Every contestant is a process. They start one after the other, then train by
turns, so that all of a round meet the same machine. The numbers go as JSON to
docs/benchmarks/, a file a workload, and docs/benchmarks.md is made from these
files alone. A run of some contestants, or of other steps, prints its table and
leaves the files as they are.
"""

import argparse
import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import peers_page
from tests.benchmarks.machine import cpu_model, process_environment
from tests.benchmarks.peers_rows import (
    CONTESTANTS,
    RECORDS,
    WORKLOADS,
    contestant,
    workload,
)

CHILD = Path(__file__).parent / "contestants" / "child.py"
TURN_LIMIT = 300.0


class Child:
    """A contestant that trains when it is told to.

    Args:
        workload: What it trains.
        contestant: Who it is.
        steps: Of a turn.
        rounds: How many turns, after the one that warms up.
        folder: For what compilers leave on the disk, which is none before.
    """

    def __init__(self, workload, contestant, steps, rounds, folder):
        self.workload, self.contestant, self.steps = workload, contestant, steps
        self.name, self.turns = contestant.name, []
        self.log = Path(folder) / f"{self.name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command(workload, contestant, steps, rounds),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
                env=environment(contestant, folder),
            )

    def start(self, limit):
        """Trains the first step and the turn that warms up."""
        self.first = self.read(limit)
        self.warm_up = self.read(max(limit, TURN_LIMIT))

    def turn(self):
        before, began = busy(), time.perf_counter()
        self.process.stdin.write(b"\n")
        turn = self.read(TURN_LIMIT)
        spare = (time.perf_counter() - began) * cores()
        others = max(0.0, busy() - before - turn["cpu"])
        self.turns.append({**turn, "others": min(1.0, others / spare)})

    def finish(self):
        self.versions = self.read(TURN_LIMIT)["versions"]
        self.process.wait(60)

    def stop(self):
        self.process.kill()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def read(self, limit):
        ready, _, _ = select.select([self.process.stdout], [], [], limit)
        if not ready:
            raise TimeoutError(f"{self.name}: nothing for {limit:g} s")
        line = self.process.stdout.readline()
        if not line:
            end = self.log.read_text("utf-8", "replace")[-3000:]
            raise RuntimeError(f"{self.name} ended too soon:\n{end}")
        return json.loads(line)

    def record(self):
        images = self.steps * self.workload.batch_size
        seconds = statistics.median(turn["wall"] for turn in self.turns)
        cpu = statistics.median(turn["cpu"] for turn in self.turns)
        return {
            "steps": self.steps,
            "images": images,
            "images_per_second": round(images / seconds, 1),
            "cpu_seconds_per_1000": round(1000 * cpu / images, 4),
            "first_step": round(self.first["first_step"], 2),
            "from_start": round(self.first["from_start"], 2),
            "warm_up": round(self.warm_up["wall"], 3),
            "memory": self.turns[-1]["memory"],
            "wall": [round(turn["wall"], 4) for turn in self.turns],
            "cpu": [round(turn["cpu"], 4) for turn in self.turns],
            "others": [round(turn["others"], 3) for turn in self.turns],
            "versions": self.versions,
        }


def command(workload, contestant, steps, rounds, *more):
    return [
        *(sys.executable, str(CHILD), workload.name, contestant.name),
        *("--steps", str(steps), "--rounds", str(rounds)),
        *("--born", str(time.time()), *more),
    ]


def environment(contestant, folder):
    variables = {"TORCHINDUCTOR_CACHE_DIR": str(Path(folder) / "inductor")}
    if contestant.backend is not None:
        variables["KERAS_BACKEND"] = contestant.backend
    return process_environment(**variables)


def measure(workload, contestants, options):
    """Returns the record of a workload."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        children = []
        try:
            for each in contestants:
                steps = options.steps or workload.steps_of(each)
                child = Child(workload, each, steps, options.rounds, folder)
                children.append(child)
                if not started(child, options.limit):
                    children.pop().stop()
                    found[each.name] = {"missing": missing(options.limit)}
            take_turns(children, options.rounds)
            found.update({child.name: child.record() for child in children})
        finally:
            for child in children:
                child.stop()
    return {
        "workload": workload.name,
        "rounds": options.rounds,
        "machine": machine(),
        "contestants": {each.name: found[each.name] for each in contestants},
    }


def started(child, limit):
    print(f"{child.workload.name}: {child.name}", end="", flush=True)
    try:
        child.start(limit)
    except TimeoutError:
        print(f": {missing(limit)}", flush=True)
        return False
    print(
        f": first step {child.first['first_step']:.1f} s, "
        f"warm-up {child.warm_up['wall']:.1f} s",
        flush=True,
    )
    return True


def missing(limit):
    return f"no first step within {limit:g} s"


def take_turns(children, rounds):
    for index in range(rounds if children else 0):
        # Nobody always follows the same one.
        start = index % len(children)
        for child in children[start:] + children[:start]:
            child.turn()
        walls = [f"{child.turns[-1]['wall']:.2f}" for child in children]
        others = max(child.turns[-1]["others"] for child in children)
        print(
            f"round {index + 1}: {' '.join(walls)} s; "
            f"at most {others:.0%} of the cores' time went elsewhere",
            flush=True,
        )
    for child in children:
        child.finish()


def machine():
    return {"cpu": cpu_model(process_environment()), "cores": cores()}


def cores():
    return len(os.sched_getaffinity(0))


def busy():
    """Seconds that all cores together worked since the machine started."""
    first = Path("/proc/stat").read_text("ascii").splitlines()[0]
    user, nice, system, _, _, *interrupts = map(int, first.split()[1:9])
    ticks = user + nice + system + sum(interrupts)
    return ticks / os.sysconf("SC_CLK_TCK")


def profile(workload, contestant, options):
    """Prints where the Python time of one turn goes."""
    steps = options.steps or workload.steps_of(contestant)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            command(workload, contestant, steps, 1, "--profile"),
            input=b"\n",
            env=environment(contestant, folder),
            check=True,
        )


def write_record(record):
    RECORDS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=1)
    path = RECORDS / f"{record['workload']}.json"
    path.write_text(text + "\n", "utf-8")


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    workloads = [each.name for each in WORKLOADS]
    contestants = [each.name for each in CONTESTANTS]
    parser.add_argument(
        "--workloads", nargs="+", choices=workloads, default=workloads
    )
    parser.add_argument(
        "--contestants", nargs="+", choices=contestants, default=contestants
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, help="batches of every turn")
    parser.add_argument(
        "--limit", type=float, default=240.0, help="seconds to the first step"
    )
    parser.add_argument("--write", action="store_true", help="the page alone")
    parser.add_argument(
        "--profile", nargs=2, metavar=("WORKLOAD", "CONTESTANT")
    )
    options = parser.parse_args()
    if options.steps and options.steps % 5:
        parser.error("--steps must divide by 5, for the steps of `wgan-gp`")
    return options


def main():
    options = parse()
    if options.profile:
        names = options.profile
        profile(workload(names[0]), contestant(names[1]), options)
        return
    chosen = [c for c in CONTESTANTS if c.name in options.contestants]
    whole = len(chosen) == len(CONTESTANTS) and not options.steps
    for name in [] if options.write else options.workloads:
        record = measure(workload(name), chosen, options)
        print("\n" + peers_page.table(record) + "\n", flush=True)
        if whole:
            write_record(record)
    peers_page.write()


if __name__ == "__main__":
    main()
