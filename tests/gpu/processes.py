"""The processes of a group: started together, measured one at a time."""

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHILD = Path(__file__).parent / "child.py"
TURN_LIMIT = 60.0


class ChildError(Exception):
    """A process ended, or was too slow; the message is one line."""


class Child:
    """A contestant of a group.

    Args:
        contestant: Who trains.
        group: What it trains.
        turn_seconds: About how long each of its turns takes.
    """

    def __init__(self, contestant, group, turn_seconds):
        self.name, self.record, self.turns = contestant.name, {}, []
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            [
                *(sys.executable, str(CHILD), contestant.name),
                *(json.dumps(group.key()), "--seconds", str(turn_seconds)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            env=environment(contestant),
        )

    def tell(self, order):
        try:
            self._process.stdin.write(f"{order}\n".encode())
        except OSError:
            raise ChildError(self._reason()) from None

    def hear(self, limit):
        """Returns the next answer, within so many seconds."""
        stdout = self._process.stdout
        ready, _, _ = select.select([stdout], [], [], max(0.0, limit))
        if not ready:
            raise ChildError(f"no answer within {limit:.0f} s")
        line = stdout.readline()
        if not line:
            raise ChildError(self._reason())
        return json.loads(line)

    def stop(self):
        self._process.kill()
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        self._errors.close()

    def _reason(self):
        self._process.wait()
        self._errors.seek(0)
        return last_line(self._errors.read(), self._process.returncode)


def last_line(errors, code):
    """What a process died of, in one line."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    # A traceback ends with its exception, which may go on over lines.
    named = [
        line
        for line in lines
        if line.split(":")[0]
        .rpartition(".")[2]
        .endswith(("Error", "Exception", "Interrupt"))
    ]
    said = (named or lines or [f"ended with {code}"])[-1]
    return said[:300]


def environment(contestant):
    found = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Several processes share the memory.
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
    if contestant.keras:
        found["KERAS_BACKEND"] = contestant.framework
    return found


def measure(group, contestants, *, rounds, turn_seconds, limit):
    """Returns one entry for each contestant: what it took, or its error.

    Args:
        group: What they train.
        contestants: Who does.
        rounds: Turns of each, after the warm-up.
        turn_seconds: About how long a turn takes.
        limit: Seconds for all of it.
    """
    end = time.monotonic() + limit
    children = [Child(each, group, turn_seconds) for each in contestants]
    entries = {}
    try:
        for order in ("start", "turn", "end"):
            alive = [c for c in children if c.name not in entries]
            _ORDERS[order](alive, entries, end, rounds)
        for child in children:
            if child.name not in entries:
                entries[child.name] = child.record
    finally:
        for child in children:
            child.stop()
    return [
        {"contestant": each.name, **group.key(), **entries[each.name]}
        for each in contestants
    ]


def _attempt(child, entries, action):
    try:
        action()
    except ChildError as error:
        entries[child.name] = {"error": str(error)}


def _start(children, entries, end, rounds):
    """All import and train their first step at the same time."""
    del rounds
    # What is kept for the turns of all.
    end -= 0.2 * max(0.0, end - time.monotonic())
    for child in children:
        _attempt(child, entries, lambda c=child: c.tell("start"))
    for child in children:
        if child.name not in entries:
            _attempt(child, entries, lambda c=child: _first_answers(c, end))


def _first_answers(child, end):
    child.record.update(child.hear(end - time.monotonic()))
    child.record.update(child.hear(end - time.monotonic()))


def _take_turns(children, entries, end, rounds):
    for index in range(rounds if children else 0):
        # Nobody always follows the same one.
        start = index % len(children)
        for child in children[start:] + children[:start]:
            if child.name not in entries:
                _attempt(child, entries, lambda c=child: _turn(c, end))


def _turn(child, end):
    child.tell("turn")
    left = min(TURN_LIMIT, end - time.monotonic())
    child.turns.append(child.hear(left))
    child.record["images_per_second"] = [
        round(turn["images"] / turn["seconds"], 1) for turn in child.turns
    ]


def _finish(children, entries, end, rounds):
    del rounds
    for child in children:

        def ended(child=child):
            child.tell("end")
            child.record.update(child.hear(max(5.0, end - time.monotonic())))

        _attempt(child, entries, ended)


_ORDERS = {"start": _start, "turn": _take_turns, "end": _finish}
