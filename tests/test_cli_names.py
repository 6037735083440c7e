"""Whatever a file, a class or a run is called, and wherever output goes."""

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from keras_gan import cli
from keras_gan._printable import printable
from keras_gan.cli import UsageError, main
from keras_gan.cli.console import quoted
from keras_gan.run_folder import Interruption

NASTY = ["a[/b]", "a[red]b:smile:ä漢\x1b[2J\n\r\u202e  b", "a\udcff"]
TINY = [
    "--data=fashion_mnist_sample",
    *("--set=limit=8", "--batch-size=4", "--epochs=1"),
    "--set=networks.generator_units=[4]",
    "--set=networks.discriminator_units=[4]",
    "--set=evaluation=none",
]
DRY = ["train", "vanilla", *TINY, "--dry-run"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain name.png", "plain name.png"),
        ("ä漢\U0001f600", "ä漢\U0001f600"),
        ("a\x1b[2J\r\n\t\0\x7f\x9b", r"a\x1b[2J\r\n\t\x00\x7f\x9b"),
        ("\u2028\u202e\ufeff", r"\u2028\u202e\ufeff"),
        ("caf\udce9", r"caf\xe9"),
        ("\ud800", r"\ud800"),
        (Path("a\nb"), r"a\nb"),
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_is_written_out(text, shown):
    assert printable(text) == shown


# --------------------------------------------------------------- the terminal


@pytest.mark.parametrize("name", NASTY[:2], ids=ascii)
def test_a_name_is_printed_as_it_is(capsys, name):
    assert main([*DRY, f"--out={name}"]) == 0
    out = capsys.readouterr().out
    assert f"folder    would be {printable(name)}\n" in out


@pytest.mark.parametrize("name", NASTY, ids=ascii)
@pytest.mark.parametrize(
    "command",
    [
        ["train", "{}"],
        ["train", "--data={}"],
        ["train", "--set={}=1"],
        ["train", "--set=data={}"],
        ["train", "--resume", "--out={}"],
        ["generate", "{}"],
        ["generate", "x", "--out={}"],
        ["evaluate", "{}"],
        ["evaluate", "x", "--extractor={}"],
        ["evaluate", "x", "--metrics={}"],
        ["export", "{}", "--out=x"],
        ["export", "taken", "--out={}"],
        ["train", "--epochs={}"],
        ["{}"],
        ["recipes", "{}"],
    ],
    ids=" ".join,
)
def test_a_message_shows_a_name_without_what_commands_a_terminal(
    capsys, command, name
):
    Path(name).mkdir(parents=True)
    Path(name, "file").touch()
    code = exit_code(main, [part.format(name) for part in command])
    error = capsys.readouterr().err
    assert code == 2
    last = error.splitlines()[-1]
    assert "error: " in last
    assert printable(last) == last
    assert "smile" not in last or ":smile:ä漢" in last


def exit_code(call, arguments):
    try:
        return call(arguments)
    except SystemExit as end:
        return end.code


@pytest.mark.slow
def test_the_form_of_a_run_is_told_with_its_quotes(monkeypatch, capsys):
    def end(self):
        self.requested = True

    monkeypatch.setattr(Interruption, "on_train_begin", lambda s, logs: end(s))
    assert main(["train", "vanilla", *TINY, "--out=a b[/c]"]) == 130
    out = capsys.readouterr().out
    assert "keras-gan train --resume --out 'a b[/c]'\n" in out


@pytest.mark.parametrize(
    "arguments",
    [
        [*DRY, "--out="],
        [*DRY, "--data="],
        [*DRY, "--out=a\0b"],
        [*DRY, "--out=a\udcff"],
        [*DRY, "--data=a\0b"],
        [*DRY, "--set=data=a\0b"],
        [*DRY, "--out=~nobody-of-that-name/x"],
        [*DRY, "--data=~nobody-of-that-name/x"],
        ["generate", ""],
        ["generate", "a\0b"],
        ["generate", "x", "--out="],
        ["generate", "x", "--out=a\0b.png"],
        ["generate", "x", "--seed=-1"],
        ["generate", "x", "-n=1000000000000"],
        ["evaluate", ""],
        ["evaluate", "x", "--data="],
        ["evaluate", "x", "--data=a\0b"],
        ["evaluate", "x", "--extractor=a\0b"],
        ["evaluate", "x", "--num-samples=1000000000000"],
        ["evaluate", "x", "--seed=x"],
        ["export", "", "--out=x"],
        ["export", "x", "--out="],
        ["export", "x", "--out=a\0b"],
    ],
    ids=ascii,
)
def test_what_no_file_is_called_is_refused(capsys, arguments):
    assert exit_code(main, arguments) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert "error: " in error
    assert "must" in error or "no home folder" in error


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    images = np.zeros((8, 8, 8, 1), "uint8")
    np.savez(tmp_path / "home" / "mine.npz", images=images)
    arguments = [*DRY, "--data=~/mine.npz", "--out=~/x"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert f"would be {tmp_path}/home/x" in out
    assert "8 images 8x8x1" in out


@pytest.mark.parametrize(
    "name", ["a", "a b", "it's", "a\x1b[1m", "'\\\n'", "caf\udce9", "\u202e$x"]
)
def test_a_path_is_quoted_as_the_shell_reads_it(name):
    read = subprocess.run(
        ["bash", "-c", f"printf %s {quoted(name)}"],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
    ).stdout
    assert os.fsdecode(read) == name
    assert printable(quoted(name)) == quoted(name)


@pytest.mark.parametrize("columns", [20, 80, 200])
def test_a_narrow_terminal_loses_no_name(monkeypatch, capsys, columns):
    for variable, value in (
        ("COLUMNS", str(columns)),
        ("FORCE_COLOR", "1"),
        ("TERM", "xterm"),
    ):
        monkeypatch.setenv(variable, value)
    assert main(["recipes"]) == 0
    out = capsys.readouterr().out
    assert "…" not in out
    assert max(map(len, plain(out).splitlines())) <= max(columns, 60)


def plain(text):
    return re.sub("\x1b\\[[0-9;]*m", "", text)


# ---------------------------------------------------------- standard streams


def shell(script, **environment):
    """Runs a shell script in which `$GAN` is the command."""
    quoted = f'"{sys.executable}" -m keras_gan.cli'
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script.replace("$GAN", quoted)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            **environment,
        },
        capture_output=True,
        check=False,
    )


TRAIN = f"$GAN train vanilla {' '.join(TINY)}"


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing(tmp_path, closed):
    done = shell(f"$GAN --help {closed}; $GAN nonsense {closed}")
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_run_without_streams_is_complete(tmp_path, closed):
    done = shell(f"{TRAIN} --out=run {closed}")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "model.keras").exists()
    # Nothing that was printed is in a file that took a stream's place.
    assert json.loads((tmp_path / "run" / "config.json").read_text())


def test_a_reader_that_goes_ends_it_quietly():
    done = shell("$GAN --help | true")
    assert done.returncode == 141
    assert done.stderr == b""


@pytest.mark.slow
def test_a_reader_that_goes_ends_a_run_quietly(tmp_path):
    done = shell(f"{TRAIN} --out=run | head -1")
    assert done.returncode == 141
    assert done.stderr == b""
    assert shell(f"{TRAIN} --out=run --resume").returncode == 0


def test_a_full_device_is_one_line():
    done = shell("$GAN --help > /dev/full")
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "keras-gan: error: No space left on device"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}],
    ids=str,
)
def test_any_name_is_printed_in_any_encoding(environment):
    picture = "\\xe6\\xbc\\xa2caf\\xe9.png"
    done = shell(
        f"{TRAIN} --out=run && $GAN generate run -n 2 "
        f"--out=$'{picture}' && ! $GAN generate $'no{picture}'",
        **environment,
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"caf\\xe9.png" in done.stdout


# ------------------------------------------------------------------ from Python


def test_a_failure_is_raised_to_a_program():
    with pytest.raises(UsageError, match="There is no recipe"):
        cli.run(["train", "nonsense"])
    with pytest.raises(UsageError, match="--epochs"):
        cli.run(["train", "--epochs=0"])
    with pytest.raises(UsageError, match="COMMAND"):
        cli.run([])
    Path("file").touch()
    with pytest.raises(OSError, match="file"):
        cli.run(["train", "vanilla", *TINY, "--out=file/run"])


def test_success_returns_to_a_program(capsys):
    assert cli.run(DRY) is None
    assert cli.run(["--version"]) is None
    assert "keras-gan " in capsys.readouterr().out


def test_an_interrupted_run_is_raised_to_a_program(monkeypatch):
    def end(self, logs=None):
        self.requested = True

    monkeypatch.setattr(Interruption, "on_train_begin", end)
    with pytest.raises(KeyboardInterrupt):
        cli.run(["train", "vanilla", *TINY, "--out=run"])


@pytest.mark.parametrize(
    "call", [pytest.param(main, marks=pytest.mark.slow), cli.run]
)
def test_a_thread_trains_resumes_and_generates(call):
    results = []

    def work():
        results.append(call(["train", "vanilla", *TINY, "--out=run"]))
        results.append(call(["generate", "run", "-n=2", "--out=a.npz"]))
        results.append(call(["train", "--resume", "--out=run", "--epochs=2"]))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [bool(result) for result in results] == [False] * 3
    assert Path("run/model.keras").exists()
    assert Path("a.npz").exists()
