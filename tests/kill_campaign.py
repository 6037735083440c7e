"""Kills training at every one of its file operations, and resumes it.

`python tests/kill_campaign.py [--scenario NAME ...] [--every N] [--first N]`

A process is killed (SIGKILL) as it is about to open a file of the run for
writing, rename, remove, make or truncate one, or has just written or synced
one; the next such process at the next operation, until one comes to its end.
After each kill the run is loaded, as `generate` loads it: that must be the GAN
of the last epoch that counts. Then `train --resume` must bring it to its end:
all weights of `model.keras` and `best.keras` to the bit, rows, pictures and
files as in a run that was never killed.

Scenarios: `fresh`, a new run; `extended`, a finished one that gets more epochs;
`resumed`, an interrupted one.
"""

import argparse
import contextlib
import hashlib
import io
import itertools
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import traceback
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import h5py

SCENARIOS = ("fresh", "extended", "resumed")
TRAIN = [
    *("train", "vanilla", "--data=fashion_mnist_sample", "--set=limit=16"),
    *("--batch-size=8", "--set=image_size=8", "--set=model.ema_decay=0.9"),
    *("--set=networks.generator_units=[8]", "--set=evaluation.num_samples=16"),
    *("--set=networks.discriminator_units=[8]", "--save-every=0", "--seed=11"),
]
EPOCHS = 3
DONE_BEFORE = 1
"""Epochs that are done of a run that is extended or resumed."""

_OPERATIONS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def run_in_child(task, log):
    """Runs a task in a fork of this process; returns its wait status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 70
    try:
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(out, 1)
        os.dup2(out, 2)
        code = task()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main_of(*arguments):
    """Returns a task that is a command."""

    def task():
        import tensorflow as tf

        from keras_gan.cli import main

        # Compiling would take most of the time.
        tf.config.run_functions_eagerly(True)
        return main(list(arguments))

    return task


def killed_at(point, folder, task):
    """Returns a task that is killed at its n-th file operation, from 1."""

    def count():
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(event, arguments):
        if event == "open":
            writes = arguments[2] is not None and arguments[2] & _WRITING
        else:
            writes = event in _OPERATIONS
        if writes and os.fspath(folder) in str(arguments[0]):
            count()

    def counted(sync):
        def both(handle):
            place = str(Path(f"/proc/self/fd/{handle}").readlink())
            if os.fspath(folder) in place:
                count()
            sync(handle)

        return both

    left = point

    def watched():
        sys.addaudithook(audit)
        os.fsync = counted(os.fsync)
        return task()

    return watched


def arrays(content):
    """Returns every array in the bytes of a weights file."""
    found = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()].tobytes()

    with h5py.File(io.BytesIO(content)) as file:
        file.visititems(take)
    return found


def in_model(path):
    """Returns every array in a `.keras` file."""
    with zipfile.ZipFile(path) as archive:
        return arrays(archive.read("model.weights.h5"))


def digest(found):
    """Returns what tells weights apart."""
    parts = hashlib.sha256()
    for name in sorted(found):
        parts.update(name.encode() + found[name])
    return parts.hexdigest()


def content(folder):
    """Returns all of a run that must be equal, by name."""
    from keras_gan import run_folder

    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir() or name.startswith("tensorboard"):
            continue
        if path.suffix == ".keras":
            found[name] = digest(in_model(path))
        elif path.suffix == ".h5":
            found[name] = digest(arrays(path.read_bytes()))
        elif name in ("config.json", "progress.gif") or path.suffix == ".png":
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        elif name == "metrics.csv":
            rows = run_folder.read_metrics(path)
            found[name] = [
                {key: row[key] for key in row if key != "seconds"}
                for row in rows
            ]
        else:
            found[name] = "there"
    return found


@dataclass
class Reference:
    """A run that was never killed, and the runs that scenarios start from."""

    folder: Path
    weights: dict[int, str] = field(default_factory=dict)
    content: dict[str, object] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)

    def start(self, scenario):
        """Returns the folder that a scenario starts from; None if it is new."""
        path = self.folder / scenario
        return path if path.exists() else None


def train(folder, epochs, *more):
    return main_of(*TRAIN, f"--out={folder}", f"--epochs={epochs}", *more)


def prepare(folder):
    """Makes the runs that all others are compared with, or start from."""
    log = folder / "log"
    reference = Reference(folder)
    straight = folder / "straight"
    for epochs in range(1, EPOCHS + 1):
        more = ["--resume"] if epochs > 1 else []
        status = run_in_child(train(straight, epochs, *more), log)
        assert status == 0, log.read_text()
        reference.weights[epochs] = digest(in_model(straight / "model.keras"))
        if epochs == DONE_BEFORE:
            shutil.copytree(straight, folder / "extended")
    shutil.rmtree(straight)
    assert run_in_child(train(straight, EPOCHS), log) == 0, log.read_text()
    reference.content = content(straight)
    interrupted = folder / "resumed"
    killed = _killed_in_epoch(DONE_BEFORE + 1, train(interrupted, EPOCHS))
    assert run_in_child(killed, log) == signal.SIGKILL, log.read_text()
    return reference


def _killed_in_epoch(epoch, task):
    def killed():
        from keras_gan.cli.progress import Progress

        def fall(self, batch, logs=None):
            if self._epoch == epoch - 1:
                os.kill(os.getpid(), signal.SIGKILL)

        Progress.on_train_batch_end = fall
        return task()

    return killed


def attempt(reference, scenario, point):
    """Kills a run at a point, and resumes it.

    Returns:
        Whether there was such a point, and what was wrong after it.
    """
    place = reference.folder / f"{scenario}-{point}"
    place.mkdir()
    folder, log = place / "run", place / "log"
    start = reference.start(scenario)
    more = ["--resume"] if start else []
    if start:
        shutil.copytree(start, folder)
    task = train(folder, EPOCHS, *more)
    status = run_in_child(killed_at(point, folder, task), log)
    if status != signal.SIGKILL:
        problems = [] if status == 0 else [f"it failed: {log.read_text()}"]
        return False, problems
    state = _left(folder)
    if state not in reference.passed:
        if run_in_child(_checked(reference, folder), log) != 0:
            return True, [log.read_text()]
        reference.passed.add(state)
    shutil.rmtree(place)
    return True, []


def _left(folder):
    """Returns what tells apart what kills leave behind.

    Only the first of several kills that leave the same is gone on from: before
    a file is renamed, and before it is synced, there is the same to see.
    """
    parts = hashlib.sha256()
    paths = folder.rglob("*") if folder.exists() else []
    for path in sorted(paths):
        name = re.sub(r"\.\d+-", ".1-", str(path.relative_to(folder)))
        if name.startswith("tensorboard"):
            continue
        parts.update(f"{name} {_summary(path)}\n".encode())
    return parts.hexdigest()


def _summary(path):
    """Says what is in a file, but for seconds and dates."""
    if path.is_dir():
        return "folder"
    if path.stat().st_size == 0:
        return "empty"
    if path.suffix == ".keras":
        return digest(in_model(path))
    if path.suffix == ".csv":
        return len(path.read_text().splitlines())
    if path.suffix in (".h5", ".html"):
        return "written"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _checked(reference, folder):
    """Returns a task that loads a killed run, resumes it, and compares it."""

    def task():
        from keras_gan import run_folder

        resume = train(folder, EPOCHS, "--resume")
        done = run_folder.epochs_done(folder / "backup")
        if done:
            _check_loaded(folder, reference.weights[done])
        assert resume() == 0, "--resume failed"
        found = content(folder)
        for name in sorted({*found, *reference.content}):
            expected = reference.content.get(name)
            assert found.get(name) == expected, f"{name}: {found.get(name)}"
        before = (folder / "model.keras").stat().st_mtime_ns
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert resume() == 0, "--resume of a finished run failed"
        assert "finished already" in out.getvalue()
        assert (folder / "model.keras").stat().st_mtime_ns == before
        return 0

    return task


def _check_loaded(folder, expected):
    """Checks the GAN that `generate` would use."""
    from keras_gan.cli import loading
    from keras_gan.run_folder.named_memory import NamedMemory

    memory = NamedMemory("loaded.keras")
    loading.load(folder).gan.save(memory)
    assert digest(in_model(memory)) == expected, "an older model is loaded"


def campaign(reference, scenario, every=1, first=1):
    """Kills at every n-th point of a scenario, from a first one on.

    Returns:
        How many kills there were, and what was wrong after which.
    """
    failures = {}
    for kills in itertools.count():
        point = first + kills * every
        killed, problems = attempt(reference, scenario, point)
        if problems:
            failures[point] = problems
            print(f"{scenario} {point}: {problems}", file=sys.stderr)
        if not killed:
            break
    return kills, failures


def load_libraries():
    """Imports all that a run needs, so that forks of this process have it."""
    import tensorboard.plugins.custom_scalar.metadata
    import tensorboard.plugins.hparams.api
    import tensorboard.plugins.image.metadata  # noqa: F401

    import keras_gan.cli.training  # noqa: F401


def command():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument(
        "--scenario", nargs="+", choices=SCENARIOS, default=SCENARIOS
    )
    arguments = parser.parse_args()
    load_libraries()
    bad = 0
    with tempfile.TemporaryDirectory() as path:
        reference = prepare(Path(path))
        for scenario in arguments.scenario:
            kills, failures = campaign(
                reference, scenario, arguments.every, arguments.first
            )
            bad += len(failures)
            print(f"{scenario}: {kills} kills, {len(failures)} failures")
            print(
                json.dumps(failures, indent=1) if failures else "", flush=True
            )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.path.insert(0, os.fspath(Path(__file__).parents[1]))
    sys.exit(command())
