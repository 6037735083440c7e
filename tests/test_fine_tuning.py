"""The page of fine-tuning says what was measured, and nothing else."""

import pytest

from tests.benchmarks import fine_tuning

ROWS = {row.name: row for row in fine_tuning.ROWS}


def test_the_page_is_what_the_records_say():
    assert fine_tuning.PAGE.read_text("utf-8") == fine_tuning.page()


@pytest.mark.parametrize("count", [100, 1000])
def test_what_is_compared_differs_in_its_start_alone(count):
    nothing = ROWS[f"{count}-from-nothing"]
    started = ROWS[f"{count}-from-sneakers"]
    assert nothing.trained() == started.trained()
    assert nothing.looks == started.looks
    assert nothing.trained().limit == count
    assert ROWS[f"{count}-from-sneakers-frozen"].trained().freeze_d == 2


def test_the_start_has_seen_no_boots():
    assert fine_tuning.start_recipe().label == fine_tuning.SNEAKERS
    for row in fine_tuning.ROWS:
        assert row.trained().label == fine_tuning.BOOTS


def test_a_line_has_the_distance_and_the_seconds_of_each_look():
    points = [
        {"epoch": 6, "cpu_seconds": 12.4, "kid": 81.25},
        {"epoch": 12, "cpu_seconds": 25.0, "kid": -0.04},
    ]
    found = {"points": points, "others": 0.9}
    table = fine_tuning.table([(ROWS["1000-from-nothing"], found)])
    assert table.splitlines() == [
        "| KID after epochs | 6 | 12 |",
        "|---|---:|---:|",
        "| from nothing | 81.2 (12 s †) | -0.0 (25 s †) |",
    ]
