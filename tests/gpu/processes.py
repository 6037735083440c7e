"""The processes: started together, measured one at a time."""

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
        self.name, self.group, self.record = contestant.name, group, {}
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

    def attempt(self, action):
        """Does it, unless something went wrong before."""
        if "error" in self.record:
            return
        try:
            action()
        except ChildError as error:
            self.record = {"error": str(error)}

    def first_answers(self, end):
        """It has imported what it needs, and trained the first step."""
        for _ in range(2):
            self.record.update(self.hear(end - time.monotonic()))

    def turn(self, end):
        self.tell("turn")
        found = self.hear(min(TURN_LIMIT, end - time.monotonic()))
        rate = round(found["images"] / found["seconds"], 1)
        self.record.setdefault("images_per_second", []).append(rate)

    def finish(self, end):
        self.tell("end")
        self.record.update(self.hear(max(5.0, end - time.monotonic())))

    def cell(self):
        """What it measured, for the record."""
        return {"contestant": self.name, **self.group.key(), **self.record}

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
            raise ChildError("no answer in the time of its group")
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


def measure(groups, contestants, *, rounds, turn_seconds, limit):
    """Returns a cell for each contestant of each group: figures, or its error.

    All import and train their first step at the same time. Then the groups
    follow each other, and within each the contestants take turns.

    Args:
        groups: What they train.
        contestants: Who does.
        rounds: Turns of each, after the warm-up.
        turn_seconds: About how long a turn takes.
        limit: Seconds for all of it.
    """
    end = time.monotonic() + limit
    together = [
        [Child(each, group, turn_seconds) for each in contestants]
        for group in groups
    ]
    children = [child for group in together for child in group]
    try:
        # What is kept is for the turns.
        _start(children, end - 0.25 * limit)
        for group in together:
            _take_turns(group, end, rounds)
        for child in children:
            child.record["started_with"] = len(children)
        return [child.cell() for child in children]
    finally:
        for child in children:
            child.stop()


def _start(children, end):
    for child in children:
        child.attempt(lambda c=child: c.tell("start"))
    for child in children:
        child.attempt(lambda c=child: c.first_answers(end))


def _take_turns(children, end, rounds):
    for index in range(rounds):
        # Nobody always follows the same one.
        start = index % len(children)
        for child in children[start:] + children[:start]:
            child.attempt(lambda c=child: c.turn(end))
    for child in children:
        child.attempt(lambda c=child: c.finish(end))
