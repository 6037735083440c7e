"""The page of results says what was measured, and nothing else."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from keras_gan import GAN, recipes
from tests.benchmarks import (
    coverage_rows,
    recipes_summary,
    results,
    results_page,
    results_rows,
)


def test_the_page_is_what_the_records_say():
    assert results_page.PAGE.read_text("utf-8") == results_page.page()


def test_the_command_line_lists_the_recipes_as_they_are_and_were_measured():
    known = json.loads(recipes_summary.FILE.read_text("utf-8"))
    assert known == recipes_summary.summary(), (
        "python tests/benchmarks/recipes_summary.py writes it anew"
    )
    assert [each["name"] for each in known] == list(recipes.NAMES)
    assert set(recipes_summary.measured()) <= set(recipes.NAMES)


def test_every_recipe_that_generates_has_a_row():
    pictures = {row.recipe for row in results_rows.ROWS}
    modes = {data.recipe for data in coverage_rows.DATA.values()}
    generating = {
        each.name for each in recipes.ALL if issubclass(each.model_class, GAN)
    }
    assert pictures | modes == generating


@pytest.mark.parametrize(
    "row", [row for row, _ in results_rows.measured()], ids=lambda row: row.name
)
def test_every_picture_of_the_page_is_there(row):
    for name in results_rows.pictures(row):
        assert (results_rows.RECORDS / name).is_file()


def test_epochs_of_a_record_are_passes_over_the_data(monkeypatch):
    monkeypatch.setattr(results, "measure", lambda model, evaluator: {})
    row = next(r for r in results_rows.ROWS if r.name == "quick-in-full")
    recipe = row.trained().planned(60_000)
    assert (recipe.epochs, recipe.steps_per_epoch) == (10, 250)
    clock = results.make_clock(row, recipe, 60_000, None)
    for epoch in range(10):
        clock.on_epoch_begin(epoch)
        clock.on_train_batch_end(249)
    (point,) = clock.points
    assert (point["images"], point["epoch"]) == (80_000, 1.333)


def test_several_seeds_show_their_spread():
    assert results_page.spread([1.0, 2.0, 3.0]) == "2 ± 1"
    assert results_page.spread([2000.0], 0) == "2,000"
    assert results_page.spread([0.5, 0.51234]) == "0.506 ± 0.0087"
    assert results_page.spread([68_912.3]) == "68,912"
    assert results_page.spread([]) == ""


def test_means_of_ten_updates_come_from_means_since_the_begin():
    losses = np.random.default_rng(0).normal(size=35)
    logs = np.cumsum(losses) / np.arange(1, 36)
    updates = [{"update": n + 1, "d_loss": logs[n]} for n in range(35)]
    rows = results.block_means(updates)
    assert [row["update"] for row in rows] == [10, 20, 30]
    expected = losses[:30].reshape(3, 10).mean(axis=1)
    np.testing.assert_allclose([row["d_loss"] for row in rows], expected)


def test_records_of_a_recipe_that_has_changed_are_named(monkeypatch):
    names = [row.name for row, _ in results_rows.measured()]
    monkeypatch.setattr(
        results_page, "current", lambda row: row.recipe != "ac-gan"
    )
    text = results_page.missing().replace("\n", " ")
    text = text.split("Measured before the recipe was changed")[1]
    assert [name for name in names if name in text] == ["ac-gan-1-epoch"]
    recipes_shown = {row.recipe for row, _ in results_rows.measured()}
    assert set(results_page.summary()) == recipes_shown - {"ac-gan"}


def test_a_record_is_of_the_recipe_with_all_that_decides_its_training():
    recipe = recipes.get("quick")
    kept = results_rows.settings(recipe)
    assert kept == results_rows.settings(replace(recipe, system="", epochs=3))
    for change in ({"batch_size": 7}, {"d_opt": {"name": "sgd"}}):
        assert results_rows.settings(replace(recipe, **change)) != kept


def test_a_changed_recipe_shows_its_command_and_is_not_the_recipe_s_score(
    monkeypatch,
):
    plain = next(r for r in results_rows.ROWS if r.name == "vanilla-10-epoch")
    row = replace(plain, changes=("batch_size=7", "loss=hinge"))
    assert row.trained().batch_size == 7
    runs = results_rows.records(plain)
    monkeypatch.setattr(results_page, "pictures", lambda row: {})
    shown = results_page.grids([(row, runs)]).replace("\\\n    ", "")
    command = "keras-gan train vanilla --epochs 10 --set batch_size=7 --set "
    assert f"{command}loss=hinge\n" in shown
    for rows, known in (([row], set()), ([plain], {"vanilla"})):
        found = [(each, runs) for each in rows]
        monkeypatch.setattr(results_page, "measured", lambda found=found: found)
        assert set(results_page.summary()) == known


def test_brightened_samples_reach_white_each_by_itself(monkeypatch, tmp_path):
    faint = np.zeros((64, 4, 4, 1), "uint8")
    faint[:, 0, 0], faint[0, 0, 0] = 30, 3
    faint[1] = 0
    monkeypatch.setattr(results, "generate", lambda *args: faint)
    for brightened, colours in ((False, {0, 3, 30}), (True, {0, 255})):
        results.draw(object(), tmp_path / "a.png", brightened=brightened)
        shown = np.asarray(Image.open(tmp_path / "a.png").convert("L"))
        assert set(np.unique(shown)) <= colours | {255}  # Lines are white.
        assert colours <= set(np.unique(shown))
