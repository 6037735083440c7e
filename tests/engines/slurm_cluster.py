"""A cluster of Slurm with two nodes, both of which are this machine."""

import contextlib
import os
import socket
import subprocess
import time
from pathlib import Path

CONFIGURATION = """
ClusterName=one
SlurmctldHost={host}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
SlurmctldPort=16817
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MpiDefault=none
NodeName=127.0.0.[1-2] NodeHostname={host} Port=[17011-17012] CPUs=1
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
NODES = ("127.0.0.1", "127.0.0.2")
"""Names that any machine finds itself by."""
MUNGE = Path("/run/munge/munge.socket.2")


@contextlib.contextmanager
def started(folder):
    """Starts it; yields what commands need in their environment."""
    host = socket.gethostname()
    state = folder / "slurm"
    (state / "state").mkdir(parents=True)
    file = state / "slurm.conf"
    file.write_text(CONFIGURATION.format(host=host, folder=state), "utf-8")
    settings = {"SLURM_CONF": str(file)}
    if not MUNGE.exists():
        subprocess.run(["service", "munge", "start"], check=True)
    daemons = [["slurmctld", "-D"]]
    daemons += [["slurmd", "-D", "-N", node] for node in NODES]
    running = [
        subprocess.Popen(
            ["env", f"SLURM_CONF={file}", *command],
            stderr=subprocess.DEVNULL,
        )
        for command in daemons
    ]
    try:
        _wait_for_nodes(settings)
        yield settings
    finally:
        for daemon in reversed(running):
            daemon.terminate()
            daemon.wait()


def _wait_for_nodes(settings):
    for _ in range(60):
        told = subprocess.run(
            ["sinfo", "--noheader", "--format=%D %t"],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
        )
        if told.stdout.split() == ["2", "idle"]:
            return
        time.sleep(1)
    raise TimeoutError(f"no two nodes: {told.stdout}{told.stderr}")


def told_by(command, environment, where=None):
    """What a command of Slurm prints."""
    told = subprocess.run(
        command, cwd=where, env=environment, capture_output=True, text=True
    )
    if told.returncode:
        raise RuntimeError(f"{command}: {told.stderr}")
    return told.stdout.strip()


def submit(batch, where, environment):
    """Submits a batch file as it is; returns the job's number."""
    return told_by(["sbatch", "--parsable", str(batch)], environment, where)


def is_done(job, environment):
    """Whether a job has completed; fails where it has failed."""
    told = told_by(["scontrol", "show", "job", job], environment)
    if any(f"JobState={word}" in told for word in ("FAILED", "CANCEL")):
        raise RuntimeError(told)
    return "JobState=COMPLETED" in told


def runs_again(job, environment):
    """Whether a job that was requeued has been started again."""
    told = told_by(["scontrol", "show", "job", job], environment)
    return "JobState=RUNNING" in told and "Restarts=1" in told


def summary(job, environment):
    """How a job ended, how often it was requeued, and where it ran."""
    told = told_by(["scontrol", "show", "job", job], environment)
    words = dict(word.split("=", 1) for word in told.split() if "=" in word)
    wanted = ("JobState", "Restarts", "NumNodes", "NodeList")
    return " ".join(f"{name}={words[name]}" for name in wanted)
