"""What a command writes replaces nothing that a user had."""

import argparse
from pathlib import Path

import pytest
from PIL import Image

from keras_gan.cli import main
from keras_gan.cli.main import _make_parser
from tests import tiny

COMMANDS = {
    "generate": ["model.keras", "--out=mine.jpg"],
    "translate": ["model.keras", "mine.png", "--out=mine.png"],
    "interpolate": ["model.keras", "--out=mine.gif"],
    "invert": ["model.keras", "mine.png", "--out=mine.png"],
    "explore": ["model.keras", "--out=mine"],
    "export": ["model.keras", "--out=mine"],
    "compare": ["runs", "--csv=mine.csv"],
}
"""A call of each command that names a file which exists."""
WRITES_TO_A_RUN = {"train", "report", "evaluate", "recipes"}
"""Commands that write nothing, or to the folder of a run alone."""
MINE = (
    *("mine.jpg", "mine.png", "mine.gif", "mine.npz", "mine.csv", "mine.md"),
    *("model.npz", "mine/direction-01.png", "mine/0002.png"),
)


@pytest.fixture(autouse=True)
def mine(tmp_path, monkeypatch):
    """A folder with a model, and files of the user's own, in which it runs."""
    monkeypatch.chdir(tmp_path)
    tiny.gan().save("model.keras")
    (tmp_path / "mine").mkdir()
    for name in MINE:
        (tmp_path / name).write_bytes(b"mine")
    Image.new("L", (8, 8)).save("mine.png")
    return tmp_path


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def refuses(capsys, *arguments):
    """Runs a command that must refuse, and change nothing."""
    before = contents(Path.cwd())
    assert main(list(arguments)) == 2
    assert contents(Path.cwd()) == before
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_every_command_that_writes_is_tried():
    (commands,) = (
        action.choices
        for action in _make_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    assert set(commands) == set(COMMANDS) | WRITES_TO_A_RUN


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_exists_is_not_replaced(command, capsys):
    error = refuses(capsys, command, *COMMANDS[command])
    assert "exists, and nothing is overwritten. Choose another --" in error


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (["generate", "model.keras", "--out=mine.npz"], "mine.npz"),
        (["generate", "model.keras", "--out=mine"], "mine/0002.png"),
        (["compare", "runs", "--markdown=mine.md"], "mine.md"),
        # Its arrays go beside the picture.
        (["invert", "model.keras", "mine.png", "--out=model.png"], "model.npz"),
    ],
)
def test_nor_is_any_other_that_would_be(arguments, kept, capsys):
    assert f"{kept} exists" in refuses(capsys, *arguments)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_place_that_can_t_be_is_told_before_a_model_is_loaded(
    command, capsys
):
    *given, out = COMMANDS[command]
    option, name = out.split("=")
    arguments = [each.replace("model.keras", "absent.keras") for each in given]
    error = refuses(capsys, command, *arguments, f"{option}=mine.jpg/{name}")
    assert "mine.jpg" in error
    assert "folder" in error
    assert "absent" not in error


def test_results_without_a_name_take_the_next_free_one(mine):
    for _ in range(3):
        assert main(["generate", "model.keras", "-n=1"]) == 0
    made = sorted(path.name for path in mine.glob("samples*"))
    assert made == ["samples-2.png", "samples-3.png", "samples.png"]
