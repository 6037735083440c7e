"""What README and the documentation show runs as it is written."""

import re
import subprocess
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import recipes
from keras_gan.cli.main import _make_parser
from keras_gan.recipes.setting_changes import parse_change
from tests import code_blocks
from tests.code_blocks import ROOT, SHELLS, blocks, name_of, pages_with
from tests.shortened import one_step as one_step

matplotlib.use("Agg")
QUICK = ("README.md", "docs/presets.md")
FOLDERS = {
    "faces": ("",),
    "horse2zebra": ("trainA", "trainB", "testA", "testB"),
    "maps": ("train", "val", "test"),
    "my_pictures": ("",),
}
"""The folders that pages speak of, and what is in them."""
TOOLS = {
    *(
        "apptainer",
        "apt-get",
        "curl",
        "docker",
        "git",
        "mkdocs",
        "nvidia-smi",
        "pip",
    ),
    *("pre-commit", "pytest", "python", "python3", "srun", "tensorboard"),
    *("torchrun", "twine", "keras-gan", "export", "#SBATCH"),
}


def ids(pages):
    return [pytest.param(page, id=name_of(page)) for page in pages]


def write_pictures():
    """Five pictures in each folder; those of maps hold a pair each."""
    rng = np.random.default_rng(0)
    for folder, parts in FOLDERS.items():
        for part in parts:
            path = Path(folder, part)
            path.mkdir(parents=True)
            for index in range(5):
                width = 160 if folder == "maps" else 80
                noise = rng.integers(0, 256, (80, width, 3), dtype="uint8")
                Image.fromarray(noise).save(path / f"{index}.png")


@pytest.fixture
def eagerly(one_step, monkeypatch):
    """Trains without compiling, which would take longer than so few steps."""
    fit = keras_gan.AdversarialModel.fit

    def uncompiled(self, *args, **kwargs):
        if not self.compiled:
            self.compile()
        self.run_eagerly = True
        return fit(self, *args, **kwargs)

    monkeypatch.setattr(keras_gan.AdversarialModel, "fit", uncompiled)


def check_arguments(words):
    """Refuses what `keras-gan` would refuse before it reads any data."""
    given = _make_parser().parse_args([str(word) for word in words])
    if words[0] != "train":
        return
    if given.recipe is not None:
        recipe = recipes.get(given.recipe)
        changes = [parse_change(change) for change in given.set]
        recipes.override(recipe, changes)


@pytest.mark.parametrize("page", ids(pages_with(*SHELLS)))
def test_the_command_line_takes_what_a_page_shows(page):
    for words in code_blocks.keras_gan_arguments(page):
        check_arguments(words)


@pytest.mark.parametrize("page", ids(pages_with(*SHELLS)))
def test_what_a_page_shows_for_a_shell_can_be_parsed(page):
    for block in blocks(page, *SHELLS):
        read = subprocess.run(
            ["bash", "-n"], input=block.code, text=True, capture_output=True
        )
        assert read.returncode == 0, (block.line, read.stderr)
        for words in code_blocks.commands(block):
            if words and "=" not in words[0]:
                assert words[0] in TOOLS, (block.line, words)
            for word in words:
                if re.fullmatch(r"(tests|examples)/[\w/]+\.py", word):
                    assert (ROOT / word).is_file(), (block.line, word)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            page,
            id=name_of(page),
            marks=[] if name_of(page) in QUICK else pytest.mark.slow,
        )
        for page in pages_with("python")
    ],
)
@pytest.mark.filterwarnings(
    "ignore:The generator has not been updated:UserWarning",  # So few steps.
)
def test_the_python_of_a_page_runs_from_the_top(page, eagerly, monkeypatch):
    write_pictures()
    monkeypatch.setattr(keras_gan.cli, "run", check_arguments)
    names = {"__name__": "__main__"}
    for block in blocks(page, "python"):
        where = f"{name_of(page)}, line {block.line}"
        exec(compile(block.before, f"before {where}", "exec"), names)
        code = compile("\n" * block.line + block.code, name_of(page), "exec")
        if not block.not_run:
            exec(code, names)


def test_a_comment_says_what_runs_before_a_block(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Text.\n\n<!-- before: a = 1\nb = 2 -->\n```python\na + b\n```\n\n"
        "<!-- not run: no such machine -->\n```python\nlate()\n```\n"
    )
    first, second = blocks(page, "python")
    assert (first.before, first.code) == ("a = 1\nb = 2", "a + b\n")
    assert (second.not_run, second.before) == ("no such machine", "")
    assert first.line == 5


def test_commands_are_read_as_a_shell_would():
    code = "A=1 .venv/bin/x -m 1 && y 'a b'  # said\n# alone\nz \\\n  --more\n"
    block = code_blocks.Block(1, "console", code)
    assert code_blocks.commands(block) == [
        ["x", "-m", "1"],
        ["y", "a b"],
        ["z", "--more"],
    ]


def test_a_wrong_command_is_refused():
    for words in (["train", "no-such"], ["train", "quick", "--set", "x=1"]):
        with pytest.raises(ValueError, match="Received"):
            check_arguments(words)


def test_no_page_hides_most_of_its_code_from_the_tests():
    kept = [
        name_of(page)
        for page in pages_with("python")
        for block in blocks(page, "python")
        if block.not_run
    ]
    assert len(kept) <= 3, kept
