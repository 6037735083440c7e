"""What people are told of getting and citing the package."""

import re
from pathlib import Path

import pytest

import keras_gan

ROOT = Path(__file__).parents[1]
TEXTS = [
    ROOT / "README.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("examples/*.py")),
    *sorted(ROOT.glob("keras_gan/**/*.py")),
]
FROM_AN_INDEX = re.compile(r"pip install [\"']*keras[-_]gan\b")


def test_nobody_is_told_to_install_it_from_where_it_is_not():
    told = [
        str(path.relative_to(ROOT))
        for path in TEXTS
        if FROM_AN_INDEX.search(path.read_text("utf-8"))
    ]
    assert told == []


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_it_is_cited_with_its_version(page):
    text = (ROOT / page).read_text("utf-8")
    (entry,) = re.findall(r"```bibtex\n(@software\{.*?\n\})\n```", text, re.S)
    fields = dict(re.findall(r"(\w+) = \{(.*)\}", entry))
    assert fields["version"] == keras_gan.__version__
    assert entry.count("{") == entry.count("}")
