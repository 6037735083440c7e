"""A cluster of Slurm with two nodes, both of which are this machine."""

import contextlib
import socket
import subprocess
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
NodeName=localhost NodeHostname={host} NodeAddr=127.0.0.1 Port=17011 CPUs=1
NodeName={host} NodeHostname={host} NodeAddr=127.0.0.1 Port=17012 CPUs=1
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
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
    daemons += [["slurmd", "-D", "-N", node] for node in ("localhost", host)]
    running = [
        subprocess.Popen(
            ["env", f"SLURM_CONF={file}", *command],
            stderr=subprocess.DEVNULL,
        )
        for command in daemons
    ]
    try:
        yield settings
    finally:
        for daemon in reversed(running):
            daemon.terminate()
            daemon.wait()


def submit(batch, where, environment):
    """Submits a batch file as it is; returns the job's number."""
    told = subprocess.run(
        ["sbatch", "--parsable", batch],
        cwd=where,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


def is_done(job, environment):
    """Whether a job has completed; fails where it has failed."""
    told = subprocess.run(
        ["scontrol", "show", "job", job],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    if any(f"JobState={word}" in told.stdout for word in ("FAILED", "CANCEL")):
        raise RuntimeError(told.stdout)
    return "JobState=COMPLETED" in told.stdout
