"""The page of mode coverage says what was measured, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from keras_gan import datasets
from keras_gan.recipes.recipe import settings_of
from tests.benchmarks import coverage_page, coverage_rows
from tests.benchmarks.coverage import triple_shares

ROWS = {row.name: row for row in coverage_rows.ROWS}


def penalties(name):
    return [
        each["name"]
        for each in settings_of(ROWS[name].trained(), "regularizer")
    ]


def test_the_page_is_what_the_records_say():
    assert coverage_page.PAGE.read_text("utf-8") == coverage_page.page()


def test_each_data_set_has_the_recipe_and_the_plain_loss():
    assert set(coverage_rows.DATA) == set(coverage_rows.PUBLISHED)
    for data, known in coverage_rows.DATA.items():
        assert {"recipe", "plain"} <= set(known.variants)
        assert {row.variant for row in ROWS.values() if row.data == data} == {
            *known.variants
        }


@pytest.mark.parametrize("data", ["ring", "grid"])
def test_modes_are_as_many_as_the_data_have(data):
    centers = datasets.GAUSSIANS[data].centers
    assert coverage_rows.DATA[data].modes == len(centers)


def test_each_part_of_the_recipe_is_left_out_once():
    assert penalties("stacked_mnist-recipe") == ["r1"]
    assert penalties("stacked_mnist-with-r2") == ["r1", "r2"]
    for name in ("no-r1", "plain", "packed-2"):
        assert penalties(f"stacked_mnist-{name}") == []
    assert penalties("stacked_mnist-no-pairing") == ["r1"]
    for name in ("no-pairing", "plain"):
        loss = ROWS[f"stacked_mnist-{name}"].trained().loss
        assert loss == {"name": "non_saturating"}
    for name in ("no-r1", "with-r2", "short"):
        loss = ROWS[f"stacked_mnist-{name}"].trained().loss
        assert loss == {"name": "relativistic_pairing"}


@pytest.mark.parametrize("data", ["ring", "grid"])
def test_the_plain_loss_has_nothing_beside_it(data):
    assert penalties(f"{data}-recipe") == ["r1", "r2"]
    assert penalties(f"{data}-plain") == []
    assert ROWS[f"{data}-plain"].trained().loss == {"name": "non_saturating"}


def test_what_is_compared_trains_equally_long():
    whole = ROWS["stacked_mnist-recipe"].trained()
    short = ROWS["stacked_mnist-short"].trained()
    assert short.budget == 200_000 < whole.budget
    # The penalty and the rate fall over the images that there are.
    assert replace(short, budget=whole.budget) == whole
    for row in coverage_rows.ROWS:
        if row.data == "stacked_mnist" and row.variant != "recipe":
            assert row.trained().budget == short.budget


def test_a_row_is_called_by_what_it_trains_with():
    titles = {
        "grid-recipe": "pairing + R1 + R2, the recipe",
        "stacked_mnist-recipe": "pairing + R1, the recipe",
        "stacked_mnist-with-r2": "pairing + R1 + R2",
        "stacked_mnist-short": "pairing + R1",
        "stacked_mnist-no-pairing": "plain loss + R1",
        "grid-packed-4": "plain loss, packs of 4",
    }
    assert {name: ROWS[name].title for name in titles} == titles


def test_packs_are_as_large_as_published():
    packs = {row.data: row.pack for row in coverage_rows.ROWS if row.pack > 1}
    assert packs == {"stacked_mnist": 2, "grid": 4}
    for row in coverage_rows.ROWS:
        assert row.trained().model.get("pack", 1) == row.pack
    # As many packs in a batch as there are samples in one without packs, and
    # as many batches.
    plain, packed = (ROWS[f"grid-{n}"].trained() for n in ("plain", "packed-4"))
    assert (plain.batch_size, packed.batch_size) == (100, 400)
    assert packed.epochs == 4 * plain.epochs


def run(*modes):
    return {
        "points": [
            {"modes": each, "cpu_seconds": 10.0 * (n + 1)}
            for n, each in enumerate(modes)
        ]
    }


def test_all_modes_are_found_when_no_later_look_misses_one():
    assert coverage_page.all_found(run(7, 8, 8), 8) == 20.0
    assert coverage_page.all_found(run(8, 7, 8), 8) == 30.0
    assert coverage_page.all_found(run(8, 8, 7), 8) is None


def test_early_looks_stand_before_those_of_the_whole_run():
    whole = {**run(8, 8), "settings": {"epochs": 7}}
    early = {
        "points": [
            {"modes": modes, "cpu_seconds": seconds}
            for modes, seconds in ((7, 2.0), (8, 3.0), (8, 4.0))
        ],
        "settings": {"epochs": 7},
    }
    found = coverage_rows.with_early(whole, early)
    assert coverage_page.all_found(found, 8) == 3.0
    assert found["points"] == whole["points"]
    others = {**early, "settings": {"epochs": 8}}
    assert coverage_rows.with_early(whole, others) == whole
    # A record of a version that could not say so.
    newer = {**early, "settings": {"epochs": 7, "steps_per_epoch": None}}
    assert coverage_rows.with_early(whole, newer) == found
    assert coverage_rows.with_early(whole, None) == whole


def test_only_the_recipe_is_looked_at_early():
    early = {row.name for row in coverage_rows.ROWS if row.early}
    assert early == {"stacked_mnist-recipe"}


def test_a_line_has_means_and_deviations_over_runs():
    point = {"kl": 0.01, "high_quality": 0.9, "cpu_seconds": 60.0}
    runs = [
        {"points": [{**point, "modes": modes}]} for modes in (25.0, 25.0, 22.0)
    ]
    line = coverage_page.measured_line(ROWS["grid-recipe"], runs, True)
    assert line[1:] == [
        "24.0 ± 1.7",
        "0.010 ± 0.000",
        "90.0 ± 0.0 %",
        "60 ± 0",
        "never",
        "3",
    ]


def test_triples_of_digits_have_the_shares_of_their_places():
    labels = np.array([0, 10, 999, 989])
    shares = triple_shares(labels)
    assert shares.sum() == pytest.approx(1)
    # Two of four are 0, one of four is 1, two of four are 0.
    assert shares[10] == pytest.approx(0.5 * 0.25 * 0.5)
    assert shares[500] == 0
