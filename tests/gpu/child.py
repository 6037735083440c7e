"""One contestant in a process of its own; tests/gpu/check.py starts it.

It says when it has imported what it needs. Then it answers each line that it
reads: "start" trains the first step, and warms up; "turn" trains for a while
and says how long it took; "end" says what memory that took. What it says is a
JSON object a line; what others print goes to the standard error.
"""

import argparse
import importlib
import json
import math
import os
import sys
import time
from pathlib import Path

import numpy as np

# The package of this folder; it need not be installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.gpu import devices, groups, plans

BATCHES = {True: 2 * plans.CYCLE, False: plans.CYCLE}
"""Batches of an epoch, on a GPU and on a CPU."""


def picture_bytes(group, batches):
    """uint8 images of noise: their content takes no time."""
    shape = batches * group.batch_size, group.size, group.size
    random = np.random.default_rng(0)
    return random.integers(0, 256, (*shape, groups.CHANNELS), dtype="uint8")


def answer(channel, **message):
    print(json.dumps(message), file=channel, flush=True)


def started(module, group, device):
    """Trains the first step and an epoch; returns the training and times."""
    images = picture_bytes(group, BATCHES[device.is_gpu])
    began = time.perf_counter()
    training = module.Training(group, images, device)
    built = time.perf_counter()
    # The generator's first step follows these of the critic.
    batches = plans.PLANS[group.recipe].critic_steps
    training.first_step(images[: batches * group.batch_size])
    stepped = time.perf_counter()
    training.epochs(1)
    times = {
        "build": built - began,
        "first_step": stepped - began,
        "warm_up": time.perf_counter() - stepped,
    }
    return training, {name: round(each, 3) for name, each in times.items()}


def turn(training, seconds, epoch_seconds):
    """Trains for about so long; returns how many images, and the seconds."""
    epochs = max(1, round(seconds / epoch_seconds))
    began = time.perf_counter()
    training.epochs(epochs)
    seconds = time.perf_counter() - began
    return {"images": epochs * len(training.images), "seconds": seconds}


def ended(training, device):
    memory = device.peak_memory()
    return {
        "memory": None if memory is None else round(memory, 1),
        "finite": all(math.isfinite(loss) for loss in training.losses()),
    }


def main():
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("contestant")
    parser.add_argument("group", help="JSON")
    parser.add_argument("--seconds", type=float, default=0.5)
    options = parser.parse_args()
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    group = groups.Group(**json.loads(options.group))
    contestant = next(
        each for each in groups.CONTESTANTS if each.name == options.contestant
    )
    module = importlib.import_module(f"tests.gpu.{contestant.module}")
    answer(channel, imported=round(time.perf_counter() - began, 2))
    for line in sys.stdin:
        order = line.strip()
        if order == "start":
            device = devices.of(contestant.framework)
            training, times = started(module, group, device)
            # The second epoch is as long as all that follow.
            measured = turn(training, 0.0, 1.0)["seconds"]
            answer(channel, device=device.name, **times)
        elif order == "turn":
            answer(channel, **turn(training, options.seconds, measured))
        elif order == "end":
            answer(channel, **ended(training, device))
            return


if __name__ == "__main__":
    main()
