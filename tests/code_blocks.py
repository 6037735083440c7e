"""The fenced code of README and the documentation, and how it is tested.

A comment of HTML right before a block, which readers do not see, may say

    <!-- before: PYTHON -->     what runs first: the names that a page assumes
    <!-- not run: REASON -->    that the block is only compiled
"""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
SHELLS = ("bash", "console", "sh", "shell")

_BLOCK = re.compile(
    r"(?:<!-- (?P<word>before|not run): (?P<told>.*?)\s*-->\n+)?"
    r"^```(?P<language>\w*)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A block, and what the comment before it says.

    Attributes:
        line: Where it begins.
        language: As the page says it.
        code: Its text.
        before: What runs before it.
        not_run: Why it is not run, where it is not.
    """

    line: int
    language: str
    code: str
    before: str = ""
    not_run: str = ""


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page, *languages):
    """The page's blocks in these languages, in their order."""
    text = page.read_text("utf-8")
    return [
        Block(
            text[: found.start("code")].count("\n"),
            found["language"],
            found["code"],
            found["told"] if found["word"] == "before" else "",
            found["told"] if found["word"] == "not run" else "",
        )
        for found in _BLOCK.finditer(text)
        if found["language"] in languages
    ]


def pages_with(*languages):
    return [page for page in PAGES if blocks(page, *languages)]


def commands(block):
    """The commands of a block, each as a list of words."""
    text = block.code.replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        starts = [0, *(n + 1 for n, word in enumerate(words) if word == "&&")]
        ends = [*(start - 1 for start in starts[1:]), len(words)]
        parts = zip(starts, ends, strict=True)
        found += [words[start:end] for start, end in parts if start < end]
    return [without_settings(words) for words in found]


def without_settings(words):
    """A command without what is set before it, and without its folder."""
    while words and re.fullmatch(r"\w+=(?!\$\().*", words[0]):
        words = words[1:]
    return [words[0].removeprefix(".venv/bin/"), *words[1:]] if words else []


def keras_gan_arguments(page):
    """What is behind each `keras-gan` in the page's blocks for a shell."""
    return [
        words[words.index("keras-gan") + 1 :]
        for block in blocks(page, *SHELLS)
        for words in commands(block)
        if "keras-gan" in words
    ]


class AnyGAN:
    """Stands in a `before` for a model whose training is not the topic.

    `fit` looks at the first batch, and `compile` at nothing.
    """

    pixel_range = None

    def compile(self, *args, **settings):
        """Does nothing."""

    def fit(self, data, **settings):
        next(iter(data))
