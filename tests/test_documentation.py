"""The documentation builds without a warning, and has every public name."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import keras_gan

ROOT = Path(__file__).parents[1]
MODULES = sorted(n for n in keras_gan.__all__ if n.islower() and "_" not in n)


@pytest.fixture(scope="module")
def entries(tmp_path_factory):
    """What has an entry in the pages that a strict build makes."""
    pytest.importorskip("mkdocs", reason="it comes with the extra `docs`")
    site = tmp_path_factory.mktemp("site")
    # MkDocs takes pages beside their settings by a relative path alone.
    build = ["mkdocs", "build", "--strict", "-f", "docs/mkdocs.yml", "-d", site]
    done = subprocess.run(
        [sys.executable, "-m", *build],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pages = [page.read_text("utf-8") for page in site.glob("*.html")]
    return {name for page in pages for name in re.findall(r'id="(.+?)"', page)}


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_an_entry(module, entries):
    found = importlib.import_module(f"keras_gan.{module}")
    missing = []
    for name in found.__all__:
        value = getattr(found, name)
        # A function that has its module's name is listed with its module.
        home = getattr(value, "__module__", None), name
        places = {f"{found.__name__}.{name}", ".".join(map(str, home))}
        if not places & entries:
            missing.append(name)
    assert missing == []
