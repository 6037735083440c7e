"""The documentation builds without a warning, and has every public name."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

import keras_gan

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    name
    for name in keras_gan.__all__
    if isinstance(getattr(keras_gan, name), ModuleType)
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages that a strict build makes."""
    for needed in ("mkdocs", "material", "mkdocs_jupyter"):
        pytest.importorskip(needed, reason="it comes with the extra `docs`")
    folder = tmp_path_factory.mktemp("site")
    # MkDocs takes pages beside their settings by a relative path alone.
    build = ["mkdocs", "build", "--strict", "-f", "docs/mkdocs.yml"]
    done = subprocess.run(
        [sys.executable, "-m", *build, "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def entries(site):
    """What has an entry in the pages."""
    pages = [page.read_text("utf-8") for page in site.rglob("*.html")]
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


def ours(cls):
    """The class and its bases that the package defines, but for backends."""
    return [
        base
        for base in cls.__mro__
        if base.__module__.startswith("keras_gan.")
        and not base.__module__.startswith("keras_gan.backend.")
    ]


def public_methods(cls):
    """The public methods and properties that the package gives a class."""
    kinds = (property, classmethod, staticmethod, FunctionType)
    return sorted(
        {
            name
            for base in ours(cls)
            for name, value in vars(base).items()
            if isinstance(value, kinds) and not name.startswith("_")
        }
    )


@pytest.mark.parametrize("module", MODULES)
def test_every_public_method_has_an_entry(module, entries):
    found = importlib.import_module(f"keras_gan.{module}")
    missing = []
    for name in found.__all__:
        cls = getattr(found, name)
        if not isinstance(cls, type):
            continue
        # What a class shares with one that is documented stands there.
        homes = {f"{found.__name__}.{base.__name__}" for base in ours(cls)}
        for method in public_methods(cls):
            if not {f"{home}.{method}" for home in homes} & entries:
                missing.append(f"{name}.{method}")
    assert missing == []


@pytest.mark.parametrize("name", ["GAN", "Pix2Pix", "CycleGAN"])
def test_what_a_model_inherits_stands_under_it(name, entries):
    methods = public_methods(getattr(keras_gan, name))
    assert {"compile", "fit", "evaluate", "export", "save"} <= {*methods}
    missing = [
        method
        for method in methods
        if f"keras_gan.models.{name}.{method}" not in entries
    ]
    assert missing == []


def test_the_search_finds_networks_models_and_recipes(site):
    index = json.loads((site / "search/search_index.json").read_text("utf-8"))
    titles = {
        re.sub("<.+?>", "", each["title"]): each["location"]
        for each in index["docs"]
    }
    for name, page in [
        ("dcgan", "reference/networks.html"),
        ("fit", "reference/"),
        ("ImageSnapshot", "reference/callbacks.html"),
        ("quick", "gallery.html"),
    ]:
        assert any(
            name in title.split() and place.startswith(page)
            for title, place in titles.items()
        ), name


def test_the_reference_has_a_link_to_each_of_its_pages():
    overview = (ROOT / "docs" / "reference.md").read_text("utf-8")
    for page in (ROOT / "docs" / "reference").glob("*.md"):
        assert f"(reference/{page.name})" in overview, page.name


def test_the_page_of_models_begins_with_a_table_of_all():
    page = (ROOT / "docs" / "reference" / "models.md").read_text("utf-8")
    table = page.split(":::")[0]
    for name in keras_gan.models.__all__:
        assert f"`{name}`" in table, name


def test_each_notebook_is_a_page_with_its_code_and_pictures(site):
    for path in (ROOT / "examples").glob("*.ipynb"):
        page = (site / "examples" / f"{path.stem}.html").read_text("utf-8")
        assert "keras_gan</span>" in page
        pictures = path.read_text("utf-8").count('"image/png":')
        assert page.count("data:image/png;base64,") >= pictures > 0


def test_each_example_stands_on_the_page_of_examples():
    page = (ROOT / "docs" / "examples.md").read_text("utf-8")
    shown = re.findall(r'--8<-- "examples/(.+?)"', page)
    there = [path.name for path in (ROOT / "examples").glob("*.py")]
    assert sorted(shown) == sorted(there)
