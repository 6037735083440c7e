import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import keras
import pytest

import keras_gan

MODULES = [
    "augment",
    "callbacks",
    "datasets",
    "features",
    "images",
    "layers",
    "losses",
    "metrics",
    "models",
    "networks",
    "optimizers",
    "recipes",
    "regularizers",
]


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_exists_and_is_documented(name):
    module = importlib.import_module(f"keras_gan.{name}")
    assert module.__doc__
    for public in module.__all__:
        value = getattr(module, public)
        if callable(value):
            assert value.__doc__, f"{name}.{public} has no docstring"


@pytest.mark.parametrize(
    "name", ["GAN", "WGANGP", "ConditionalGAN", "ConditionalWGANGP"]
)
def test_models_are_at_the_top_level(name):
    assert issubclass(getattr(keras_gan, name), keras.Model)


@pytest.mark.parametrize("name", MODULES)
def test_modules_can_be_reached_from_the_package(name):
    assert hasattr(keras_gan, name)


def test_importing_loads_nothing_heavy():
    heavy = ("keras_cv", "matplotlib", "sklearn", "rich", "keras_gan.cli")
    code = (
        "import sys, keras; before = set(sys.modules); import keras_gan; "
        f"print([m for m in {heavy!r} if m in sys.modules and m not in before])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    ).stdout
    assert printed.strip() == "[]"


def test_the_version_has_one_home():
    settings = tomllib.loads(
        (Path(__file__).parents[1] / "pyproject.toml").read_text()
    )
    assert settings["project"]["dynamic"] == ["version"]
    assert keras_gan.__version__.count(".") == 2
