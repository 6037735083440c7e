"""Training by many devices or processes, from the command line."""

import importlib.util
import json
import os
import subprocess
import sys
import time

import h5py
import keras
import numpy as np
import pytest

from keras_gan.cli import main
from tests import engine_setup
from tests.test_replicas import ROOT, free_port

TRAIN = [
    *("train", "dense-logits", "--data=fashion_mnist_sample"),
    *("--set=limit=600", "--batch-size=60", "--epochs=5"),
    *("--set=evaluation.num_samples=200", "--save-every=0"),
]
COMMAND = ["-m", "keras_gan.cli"]


def start(command, folder, **environment):
    """In float64: Adam makes 1e-3 of float32's rounding within 50 steps."""
    backend = environment["KERAS_BACKEND"]
    # TensorFlow's workers reduce all gradients in one piece, of one type, and
    # those of scores are float32.
    floatx = "float32" if backend == "tensorflow" else "float64"
    config = {"floatx": floatx, "backend": backend}
    (folder / "keras.json").write_text(json.dumps(config), "utf-8")
    environment = {
        **os.environ,
        "KERAS_HOME": str(folder),
        "JAX_ENABLE_X64": "1",
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, error = process.communicate(timeout=600)
    assert process.returncode == 0, error[-2000:]
    return out


def workers(folder, out, *more):
    """Two TensorFlow workers on this machine."""
    port = free_port(2)
    cluster = {"worker": [f"localhost:{port}", f"localhost:{port + 1}"]}
    arguments = [*TRAIN, f"--out={out}", "--distribute=multiworker", *more]
    return [
        start(
            [sys.executable, *COMMAND, *arguments],
            folder,
            KERAS_BACKEND="tensorflow",
            TF_CONFIG=json.dumps(
                {"cluster": cluster, "task": {"type": "worker", "index": rank}}
            ),
        )
        for rank in range(2)
    ]


def wait_for(path, processes):
    """Waits until running processes have written a file."""
    deadline = time.monotonic() + 300
    while not path.exists():
        for process in processes:
            assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def state(run):
    """All that the last checkpoint holds."""
    found = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()]

    with h5py.File(run / "backup" / "epoch-0005.weights.h5") as file:
        file.visititems(take)
    return found


def assert_equal_runs(one, two, atol):
    one, two = state(one), state(two)
    assert set(one) == set(two)
    for name, value in one.items():
        np.testing.assert_allclose(two[name], value, atol=atol, err_msg=name)


def check_a_lost_worker_is_survived(two_workers, folder):
    """One of two is killed; both resume, to the end of the run `two`."""
    killed = folder / "killed"
    first, second = two_workers(folder, "killed")
    wait_for(killed / "backup" / "epoch-0002.weights.h5", [first])
    second.kill()
    second.communicate()
    _, error = first.communicate(timeout=300)
    assert not (killed / "model.keras").exists()
    assert first.returncode == 2
    assert "--resume" in error
    for process in two_workers(folder, "killed", "--resume"):
        finish(process)
    assert_equal_runs(folder / "two", killed, atol=0.0)


@pytest.fixture(scope="module")
def one_jax_device(tmp_path_factory):
    """A run of the same by one device."""
    folder = tmp_path_factory.mktemp("jax")
    one = [sys.executable, *COMMAND, *TRAIN, "--out=one"]
    finish(start(one, folder, KERAS_BACKEND="jax"))
    return folder / "one"


@pytest.mark.slow
def test_a_lost_worker_is_survived_and_two_equal_one(tmp_path):
    alone = [sys.executable, *COMMAND, *TRAIN, "--out=one"]
    finish(start(alone, tmp_path, KERAS_BACKEND="tensorflow"))
    for process in workers(tmp_path, "two"):
        finish(process)
    assert_equal_runs(tmp_path / "one", tmp_path / "two", atol=2e-5)

    check_a_lost_worker_is_survived(workers, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch"
)
def test_two_processes_of_torchrun_equal_one(tmp_path):
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command = [*torchrun, "--nproc-per-node=2", *COMMAND]
    more = ["--distribute=multiworker", "--out=two"]
    finish(start([*command, *TRAIN, *more], tmp_path, KERAS_BACKEND="torch"))
    one = [sys.executable, *COMMAND, *TRAIN, "--out=one"]
    finish(start(one, tmp_path, KERAS_BACKEND="torch"))
    assert_equal_runs(tmp_path / "one", tmp_path / "two", atol=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs jax")
def test_two_devices_of_jax_equal_one(one_jax_device, tmp_path):
    more = ["--distribute=data-parallel", "--out=two"]
    two = [sys.executable, *COMMAND, *TRAIN, *more]
    flags = engine_setup.xla_flags_of(2)
    finish(start(two, tmp_path, KERAS_BACKEND="jax", XLA_FLAGS=flags))
    assert_equal_runs(one_jax_device, tmp_path / "two", atol=1e-6)


def jax_processes(folder, out, *more):
    """Two processes of JAX on this machine, which compile once."""
    port = free_port(1)
    arguments = [*TRAIN, f"--out={out}", "--distribute=multiworker", *more]
    return [
        start(
            [sys.executable, *COMMAND, *arguments],
            folder,
            KERAS_BACKEND="jax",
            KERAS_DISTRIBUTION_JOB_ADDRESSES=f"localhost:{port}",
            KERAS_DISTRIBUTION_NUM_PROCESSES="2",
            KERAS_DISTRIBUTION_PROCESS_ID=str(rank),
            JAX_COMPILATION_CACHE_DIR=str(folder / "compiled"),
            JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="0",
            JAX_DISABLE_MOST_OPTIMIZATIONS="1",
        )
        for rank in range(2)
    ]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs jax")
def test_two_processes_of_jax_equal_one_and_survive(one_jax_device, tmp_path):
    for process in jax_processes(tmp_path, "two"):
        finish(process)
    assert_equal_runs(one_jax_device, tmp_path / "two", atol=1e-6)

    check_a_lost_worker_is_survived(jax_processes, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs jax")
def test_processes_of_jax_that_nothing_names_are_told_how(tmp_path):
    arguments = [*TRAIN, "--out=x", "--distribute=multiworker"]
    command = [sys.executable, *COMMAND, *arguments]
    process = start(command, tmp_path, KERAS_BACKEND="jax")
    _, error = process.communicate(timeout=300)
    assert process.returncode == 2
    assert "KERAS_DISTRIBUTION_NUM_PROCESSES" in error
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="tf.distribute"
)
def test_mirrored_trains_on_the_devices_there_are(tmp_path):
    small = ["--set=limit=60", "--batch-size=30", "--epochs=1"]
    arguments = [*TRAIN, *small, f"--out={tmp_path / 'run'}"]
    assert main([*arguments, "--distribute=mirrored"]) == 0
    assert (tmp_path / "run" / "model.keras").is_file()


@pytest.mark.parametrize(
    ("engine", "more", "message"),
    [
        ("nonsense", ["--out=x"], "distributes by"),
        ("multiworker", [], "--out DIR"),
    ],
)
def test_what_cannot_be_distributed_is_refused(
    capsys, tmp_path, monkeypatch, engine, more, message
):
    monkeypatch.chdir(tmp_path)
    assert main(["train", f"--distribute={engine}", *more]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
