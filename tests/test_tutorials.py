"""The tutorials' numbers and pictures are those of the records."""

import re

import pytest

from tests.benchmarks import results_page, results_rows

FOLDER = results_rows.ROOT / "docs" / "tutorials"
KEYS = {**results_page.SCORES, **results_page.MORE_SCORES}
RUNS = {row.name: runs for row, runs in results_rows.measured()}


def shown(page):
    """Each number of the page's tables of runs, and the run's last looks."""
    heads = []
    for line in page.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        heads = cells if cells[0] == "run" else heads
        linked = re.search(r"results\.md#([\w-]+)\)", cells[0])
        if line.startswith("|") and linked:
            last = [run["points"][-1] for run in RUNS[linked[1]]]
            for head, cell in zip(heads[1:], cells[1:], strict=True):
                yield linked[1], head, cell, last


@pytest.mark.parametrize(
    "page", sorted(FOLDER.glob("*.md")), ids=lambda p: p.stem
)
def test_each_number_of_a_tutorial_is_what_was_measured(page):
    for run, head, cell, last in shown(page):
        expected = results_page.means(last, KEYS[head])
        assert cell == expected, (run, head)


def test_the_tutorials_show_numbers():
    pages = [FOLDER / "collapse.md", FOLDER / "fixes.md"]
    assert all(len(list(shown(page))) >= 10 for page in pages)
