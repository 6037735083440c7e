"""The command line in processes of its own, killed and interrupted."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import h5py
import pytest

from keras_gan import run_folder

pytestmark = pytest.mark.slow

TRAIN = [
    *("train", "quick", "--data=fashion_mnist_sample", "--epochs=6"),
    *(
        "--set=limit=512",
        "--set=networks.filters=4",
        "--set=augment=diffaugment",
    ),
    *("--set=networks.dropout=0.2", "--seed=11", "--save-every=0"),
]
COMMAND = [sys.executable, "-m", "keras_gan.cli"]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
}


def start(folder, *arguments):
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(folder, *arguments):
    process = start(folder, *arguments)
    out, error = process.communicate(timeout=600)
    assert process.returncode == 0, error
    return out


def until(process, condition):
    """Waits for a condition, then kills the process without mercy."""
    deadline = time.monotonic() + 300
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.0005)
    process.kill()
    process.communicate()


def weights(path):
    """Every array in the file: networks, average, optimizers, seeds."""
    found = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()].tobytes()

    with zipfile.ZipFile(path) as archive:
        content = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(content) as file:
        file.visititems(take)
    return found


def rows(path):
    return [
        {key: value for key, value in row.items() if key != "seconds"}
        for row in run_folder.read_metrics(path)
    ]


def test_three_kills_and_the_weights_are_the_same_to_the_bit(tmp_path):
    finish(tmp_path, *TRAIN, "--out=straight")
    killed = tmp_path / "killed"
    backup = killed / "backup"

    def begun():  # Before the first checkpoint, as a rule.
        return (killed / "images").exists()

    def saving():  # While the third is written; just after it, if missed.
        return bool(list(backup.glob("*epoch-0003*")))

    def between():  # Between an epoch's picture and its checkpoint.
        return (killed / "images" / "epoch-0005.png").exists()

    until(start(tmp_path, *TRAIN, "--out=killed"), begun)
    until(start(tmp_path, *TRAIN, "--out=killed", "--resume"), saving)
    until(start(tmp_path, *TRAIN, "--out=killed", "--resume"), between)
    assert not (killed / "model.keras").exists()
    finish(tmp_path, "train", "--out=killed", "--resume")

    straight = tmp_path / "straight"
    assert weights(killed / "model.keras") == weights(straight / "model.keras")
    assert rows(killed / "metrics.csv") == rows(straight / "metrics.csv")
    for picture in (straight / "images").iterdir():
        again = killed / "images" / picture.name
        assert again.read_bytes() == picture.read_bytes()
    assert not list(killed.rglob(".*"))


def test_kills_at_a_sample_of_the_file_operations_cost_nothing():
    """`python tests/kill_campaign.py` kills at all of them."""
    script = Path(__file__).with_name("kill_campaign.py")
    sample = ["--first=5", "--every=14"]
    result = subprocess.run(
        [sys.executable, script, *sample],
        env={**ENVIRONMENT, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    assert result.stdout.count(" 0 failures") == 3


def test_a_run_has_its_folder_to_itself_until_it_dies(tmp_path):
    run = tmp_path / "run"
    first = start(tmp_path, *TRAIN, "--epochs=500", "--out=run")
    while not (run / "backup" / "epoch-0001.weights.h5").exists():
        assert first.poll() is None, first.communicate()[1]
        time.sleep(0.05)
    for arguments in (
        ["train", "--resume", "--out=run"],
        [*TRAIN, "--out=run"],
    ):
        second = start(tmp_path, *arguments)
        _, error = second.communicate(timeout=300)
        assert second.returncode == 2
        assert error.count("\n") == 1
        assert "run" in error
    assert first.poll() is None
    first.kill()
    first.communicate()
    third = start(tmp_path, "train", "--resume", "--out=run")
    said = [third.stdout.readline() for _ in range(8)]
    third.kill()
    third.communicate()
    assert any("Resuming after epoch" in line for line in said)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_with_130_and_keeps_the_epochs(tmp_path, number):
    process = start(tmp_path, *TRAIN, "--epochs=500", "--out=run")
    run = tmp_path / "run"
    while not (run / "backup" / "epoch-0001.weights.h5").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "keras-gan train --resume --out run" in out
    assert (run / "losses.png").exists()
    assert (run / "progress.gif").exists()


def test_a_signal_while_starting_ends_with_130(tmp_path):
    process = start(tmp_path, *TRAIN, "--out=run")
    # Long enough for Python, not for the first epoch.
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    finish(tmp_path, *TRAIN, "--epochs=1", "--out=run", "--resume")


@pytest.mark.parametrize("backend", ["nonsense", "openvino"])
def test_a_backend_that_is_not_there_is_one_line(tmp_path, backend):
    result = subprocess.run(
        [*COMMAND, "evaluate", "run"],
        env={**ENVIRONMENT, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("keras-gan: error:")
    assert "Traceback" not in result.stderr


def test_a_disk_quota_is_one_line(tmp_path):
    """The limit on the size of files stops the checkpoint halfway."""
    command = " ".join([*COMMAND, *TRAIN, "--out=run"])
    result = subprocess.run(
        ["bash", "-c", f"ulimit -f 300; exec {command}"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 2
    assert result.stderr.startswith("keras-gan: error:")
    assert result.stderr.count("\n") == 1
    assert not list((tmp_path / "run" / "backup").iterdir())
