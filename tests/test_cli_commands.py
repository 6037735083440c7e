"""Each command of `keras-gan` has a module in `cli/commands`."""

import pkgutil
import re

import pytest

from keras_gan.cli import commands, main

MODULES = [each.name for each in pkgutil.iter_modules(commands.__path__)]


def test_the_commands_are_the_modules(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    section = capsys.readouterr().out.split("commands:")[1]
    assert sorted(re.findall(r"^    (\w+)\b", section, re.M)) == sorted(MODULES)
