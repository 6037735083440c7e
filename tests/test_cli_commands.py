"""Each command of `keras-gan` has a module in `cli/commands`."""

import pkgutil
import re
import sys

import pytest

from keras_gan.cli import commands
from keras_gan.cli.main import main

MODULES = [each.name for each in pkgutil.iter_modules(commands.__path__)]


def test_the_commands_are_the_modules(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    section = capsys.readouterr().out.split("commands:")[1]
    assert sorted(re.findall(r"^    (\w+)\b", section, re.M)) == sorted(MODULES)


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "run", "-n=0"),
        ("generate", "run", "-n=1.5"),
        ("evaluate", "run", "--k=0"),
        ("evaluate", "run", "--num-real=1"),
        ("evaluate", "run", "--num-samples=2000000"),
    ],
)
def test_counts_are_refused_before_a_backend_is_loaded(
    arguments, capsys, monkeypatch
):
    module = sys.modules["keras_gan.cli.main"]
    monkeypatch.setattr(module, "load_backend", pytest.fail)
    with pytest.raises(SystemExit):
        main(arguments)
    assert "must be a whole number from" in capsys.readouterr().err


def test_generate_says_what_walks_between_images(capsys):
    with pytest.raises(SystemExit):
        main(["generate", "--help"])
    assert "keras-gan interpolate" in capsys.readouterr().out
