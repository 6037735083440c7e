"""The page of translations says what was measured, and measures rightly."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from keras_gan import recipes
from tests.benchmarks import translation_page, translation_rows


def test_the_page_is_what_the_records_say():
    page = translation_page.PAGE.read_text("utf-8")
    assert page == translation_page.page()


@pytest.mark.parametrize("row", translation_rows.ROWS, ids=lambda row: row.name)
def test_a_row_names_a_recipe_and_has_a_place_on_the_page(row):
    assert row.recipe in recipes.NAMES
    row.trained()
    places = [
        name for _, _, names, _ in translation_page.SECTIONS for name in names
    ]
    assert places.count(row.name) == 1
    if translation_rows.record(row):
        assert (translation_rows.RECORDS / f"{row.name}.png").is_file()


def test_a_twin_that_is_nearest_by_features_has_nobody_before_it():
    rng = np.random.default_rng(0)
    twins = rng.normal(size=(5, 16))
    # The style of a side is the same for all of its images.
    made = 3.0 * twins + 0.01 * rng.normal(size=(5, 16)) + 7.0
    made[4] = made[0]

    def extract(images):
        return SimpleNamespace(features=images)

    extractor = SimpleNamespace(extract=extract)
    ranks = translation_rows.twin_ranks(made, twins, extractor)
    assert list(ranks[:4]) == [0, 0, 0, 0]
    assert ranks[4] > 0


@pytest.mark.parametrize("channels", [1, 3])
def test_bicubic_images_are_pillow_s(channels):
    images = np.random.default_rng(0).integers(
        0, 256, (2, 7, 7, channels), dtype="uint8"
    )
    larger = translation_rows.bicubic(images, (28, 28))
    assert larger.shape == (2, 28, 28, channels)
    one = Image.fromarray(images[1, ..., 0])
    expected = np.asarray(one.resize((28, 28), Image.Resampling.BICUBIC))
    np.testing.assert_allclose(larger[1, ..., 0], expected, atol=1)


def test_a_distance_is_1_from_black_to_white():
    black, white = np.zeros((1, 2, 2, 1), "uint8"), np.full((1, 2, 2, 1), 255)
    assert translation_rows.distance(black, white.astype("uint8")) == 1.0
