import importlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import keras
import pytest

import keras_gan
from keras_gan import models
from tests import tiny

MODULES = [
    "augment",
    "callbacks",
    "cli",
    "datasets",
    "features",
    "images",
    "latents",
    "layers",
    "losses",
    "memory",
    "metrics",
    "models",
    "networks",
    "optimizers",
    "plotting",
    "presets",
    "recipes",
    "regularizers",
    "report",
    "schedules",
]
DOCS = Path(__file__).parents[1] / "docs"


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


def test_each_model_is_at_the_top_level_and_in_models():
    classes = {
        name
        for name in keras_gan.__all__
        if isinstance(getattr(keras_gan, name), type)
    }
    known = set(models.__all__)
    assert classes == known


@pytest.mark.parametrize("name", MODULES)
def test_modules_can_be_reached_from_the_package(name):
    assert hasattr(keras_gan, name)


def test_the_modules_are_those_the_package_names():
    modules = {
        name
        for name in keras_gan.__all__
        if isinstance(getattr(keras_gan, name), ModuleType)
    }
    assert modules == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_its_place_in_the_documentation(name):
    pages = [page.read_text("utf-8") for page in DOCS.rglob("*.md")]
    entry = re.compile(rf"^::: keras_gan\.{name}$", re.MULTILINE)
    assert sum(len(entry.findall(page)) for page in pages) == 1


@pytest.mark.parametrize(
    "page",
    sorted(DOCS.rglob("*.md")),
    ids=lambda page: page.relative_to(DOCS).as_posix(),
)
def test_every_name_in_the_documentation_exists(page):
    # Entries name modules, which functions of the same name hide.
    text = re.sub(r"^::: .*$", "", page.read_text("utf-8"), flags=re.MULTILINE)
    named = re.findall(r"(?<!-m )\bkeras_gan((?:\.\w+)+)", text)
    for path in sorted(set(named)):
        found = keras_gan
        for name in path.strip(".").split("."):
            found = getattr(found, name)


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_file_loads_once_the_package_is_imported(images, tmp_path):
    model = tiny.gan(augment="diffaugment", ema_decay=0.9)
    model.train_on_batch(images)
    model.save(tmp_path / "gan.keras")
    code = (
        "import keras_gan, keras, sys; "
        "print(keras.saving.load_model(sys.argv[1]).name)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "gan.keras")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    ).stdout
    assert printed.strip() == model.name
