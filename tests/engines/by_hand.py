"""Runs the page's files for Slurm and Ray Train on one machine.

    python -m tests.engines.by_hand slurm    # apt: slurm-wlm, munge; as root
    python -m tests.engines.by_hand ray      # pip: ray[train]

Each is trained twice as `docs/distributed.md` writes it, with a smaller run in
place of the page's: once undisturbed, and once with a requeue or a worker
killed after the second epoch. Both must end with the same state, to the bit.
What happened goes to docs/engines/, and from there to docs/engines.md.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from tests import code_blocks
from tests.engines import slurm_cluster
from tests.engines.log import Log, write_page
from tests.test_cli_distribute import ROOT, assert_equal_runs

PAGE = ROOT / "docs" / "distributed.md"
EPOCHS = 5
SMALLER = (
    "--data=fashion_mnist_sample --set=limit=320 --batch-size=32 "
    f"--epochs={EPOCHS} --set=networks.filters=8 --save-every=0 "
    "--set=evaluation.num_samples=100"
)
LONGEST = 1800
"""Seconds for a run."""
RAY = {
    "KERAS_BACKEND": "tensorflow",
    "RAY_USAGE_STATS_ENABLED": "0",
    # Its workers give way to all else, and then miss their own deadlines.
    "RAY_worker_niceness": "0",
}


def block(language, word):
    """The page's block in a language that has a word in it."""
    found = code_blocks.blocks(PAGE, language)
    return next(each.code for each in found if word in each.code)


def checkpoint(run, epoch):
    return run / "backup" / f"epoch-{epoch:04d}.weights.h5"


def wait_for(condition, what, run, log):
    """Waits; meanwhile the log is told of each epoch that is saved."""
    deadline = time.monotonic() + LONGEST
    # Which of them were told before: earlier ones may be deleted by now.
    missing = [
        n for n in range(1, EPOCHS + 1) if not checkpoint(run, n).exists()
    ]
    while True:
        over = condition()
        for epoch in missing[:]:
            if checkpoint(run, epoch).exists():
                missing.remove(epoch)
                log.say(f"epoch {epoch} is saved")
        if over:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.2)


def environment(folder, **more):
    found = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **more}
    found["PYTHONPATH"] = f"{ROOT}:{found.get('PYTHONPATH', '')}"
    found["PATH"] = (
        f"{folder / 'bin'}:{Path(sys.executable).parent}:" + (found["PATH"])
    )
    return found


def write_smaller_command(folder):
    """A `keras-gan` that trains a smaller run than it is told to."""
    command = folder / "bin" / "keras-gan"
    command.parent.mkdir()
    module = f"{sys.executable} -m keras_gan.cli"
    command.write_text(f'#!/bin/sh\nexec {module} "$@" {SMALLER}\n', "utf-8")
    command.chmod(0o755)


def slurm(folder):
    write_smaller_command(folder)
    batch = folder / "train.sbatch"
    batch.write_text(block("shell", "#SBATCH"), "utf-8")
    with slurm_cluster.started(folder) as settings:
        run = environment(folder, **settings)
        for name in ("whole", "disturbed"):
            log = train_by_slurm(folder / name, name == "disturbed", batch, run)
        told = slurm_cluster.told_by(["sinfo", "--version"], run)
    assert_equal_runs(
        folder / "whole" / "runs" / "a",
        folder / "disturbed" / "runs" / "a",
        atol=0.0,
    )
    log.end(f"{told}, torch {version('torch')}")
    return log


def train_by_slurm(where, disturbed, batch, environment):
    log = Log(where.parent)
    where.mkdir()
    run = where / "runs" / "a"
    log.say(f"$ sbatch {batch.name}")
    job = slurm_cluster.submit(batch, where, environment)
    if disturbed:
        second = checkpoint(run, 2)
        wait_for(second.exists, "the second epoch", run, log)
        log.say(f"$ scontrol requeue {job}")
        slurm_cluster.told_by(["scontrol", "requeue", job], environment)
        wait_for(
            lambda: slurm_cluster.runs_again(job, environment),
            f"job {job}",
            run,
            log,
        )
        log.say(f"Slurm starts job {job} again")
    wait_for(
        lambda: slurm_cluster.is_done(job, environment), f"job {job}", run, log
    )
    log.say(f"job {job}: {slurm_cluster.summary(job, environment)}")
    output = where / f"slurm-{job}.out"
    log.add(output.name, output.read_text("utf-8"))
    return log


def ray(folder):
    code = block("python", "ray.train")
    code = code.replace("train quick", f"train quick {SMALLER}")
    for name in ("whole", "disturbed"):
        script = folder / f"{name}.py"
        script.write_text(
            code.replace("/shared/a", str(folder / name)), "utf-8"
        )
        log = train_by_ray(script, folder / name, name == "disturbed")
    assert_equal_runs(folder / "whole", folder / "disturbed", atol=0.0)
    versions = ", ".join(f"{n} {version(n)}" for n in ("ray", "tensorflow"))
    log.end(versions)
    return log


def train_by_ray(script, run, disturbed):
    log = Log(script.parent)
    log.say(f"$ python {script.name}")
    printed = script.with_suffix(".out")
    with printed.open("w", encoding="utf-8") as file:
        driver = subprocess.Popen(
            [sys.executable, script],
            env=environment(script.parent, **RAY),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    if disturbed:
        second = checkpoint(run, 2)
        wait_for(second.exists, "the second epoch", run, log)
        worker = workers_of(driver.pid)[-1]
        log.say(f"$ kill -KILL {worker}  # the second worker")
        os.kill(worker, signal.SIGKILL)
    wait_for(lambda: driver.poll() is not None, "the driver", run, log)
    log.say(f"python {script.name} ended with exit code {driver.returncode}")
    log.add(f"What python {script.name} printed", printed.read_text("utf-8"))
    if driver.returncode:
        raise RuntimeError(log.text())
    return log


def workers_of(driver):
    """The processes of Ray's workers that a driver has started."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True
    )
    parents, named = {}, []
    for line in listed.stdout.splitlines():
        pid, parent, command = line.split(None, 2)
        parents[int(pid)] = int(parent)
        if command.startswith("ray::RayTrainWorker"):
            named.append(int(pid))
    return [pid for pid in named if driver in ancestors(pid, parents)]


def ancestors(pid, parents):
    found = []
    while pid in parents:
        pid = parents[pid]
        found.append(pid)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=("slurm", "ray"))
    chosen = parser.parse_args().engine
    with tempfile.TemporaryDirectory() as path:
        found = {"slurm": slurm, "ray": ray}[chosen](Path(path))
    print(found.text())
    found.write(chosen)
    write_page()
