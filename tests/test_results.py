"""The page of results says what was measured, and nothing else."""

import json

import pytest

from keras_gan import recipes
from tests.benchmarks import results


def test_the_page_is_what_the_records_say():
    assert results.PAGE.read_text("utf-8") == results.page()


def test_the_command_line_knows_what_the_records_say():
    known = json.loads(results.SUMMARY.read_text("utf-8"))
    assert known == results.summary()
    assert set(known) <= set(recipes.NAMES)


def test_every_recipe_has_a_row():
    assert {row.recipe for row in results.ROWS} == set(recipes.NAMES)


@pytest.mark.parametrize(
    "row", [row for row, _ in results.measured()], ids=lambda row: row.name
)
def test_every_picture_of_the_page_is_there(row):
    assert (results.RECORDS / f"{row.name}-seed-0.png").is_file()


def test_several_seeds_show_their_spread():
    assert results.spread([1.0, 2.0, 3.0]) == "2 ± 1"
    assert results.spread([2000.0], 0) == "2,000"
    assert results.spread([]) == ""
