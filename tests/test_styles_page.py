"""The page of styles says what was measured, and nothing else."""

import json

import pytest

import keras_gan
from keras_gan import datasets, networks
from tests.benchmarks import results_rows, styles

POINT = {"cpu_seconds": 431.6, "fid": 9.876, "precision": 0.8, "recall": 0.7}
FOUND = {
    "points": [{**POINT, "fid": 50.0}, POINT],
    "others": 0.0,
    "path_length": {"latents": 1234.4, "styles": 56.0},
    "inversion": {"distance": 0.1234, "nearest": 0.25},
    "truncation": [
        {"truncation": 0.7, "fid": 12.0, "precision": 0.9, "recall": 0.5}
    ],
}


def test_the_page_is_what_the_records_say():
    assert styles.PAGE.read_text("utf-8") == styles.page()


def test_lines_have_the_last_look_and_the_lengths():
    row = styles.ROWS[0]
    last = styles.compared({row: FOUND}).splitlines()[-1]
    expected = "| `style-gan` | 2 | 432 | 9.88 | 0.800 | 0.700 | 1,234 | 56 |"
    assert last == expected
    plain = {**FOUND, "others": 1.0, "path_length": {"latents": 7.0}}
    last = styles.compared({row: plain}).splitlines()[-1]
    assert last.endswith("| 432 † | 9.88 | 0.800 | 0.700 | 7 |  |")
    found = styles.truncated(FOUND["truncation"]).splitlines()[-1]
    assert found == "| 0.7 | 12.00 | 0.900 | 0.500 |"
    assert "| 0.123 | 0.250 |" in styles.inverted({row: FOUND})


def test_records_of_a_recipe_that_has_changed_are_named():
    row = styles.ROWS[0]
    settings = results_rows.settings(row.trained())
    now = {**FOUND, "settings": settings}
    assert styles.outdated({row: now}) == []
    old = {**FOUND, "settings": {**settings, "loss": {"name": "hinge"}}}
    assert styles.outdated({row: old, styles.ROWS[1]: old}) == [
        "Measured before the recipe was changed: style-gan, quick."
    ]


SMALL = {
    "quick": lambda: keras_gan.GAN(*networks.dcgan((28, 28, 1), filters=2)),
    "style-gan": lambda: keras_gan.StyleGAN(
        *networks.style_gan((28, 28, 1), filters=2, mapping_layers=1)
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("recipe", SMALL)
def test_what_is_measured_of_latents(recipe, monkeypatch, tmp_path):
    source = datasets.source
    sample = lambda name, *args: source("fashion_mnist_sample", *args)  # noqa: E731
    monkeypatch.setattr(datasets, "source", sample)
    monkeypatch.setattr(styles, "RECORDS", tmp_path)
    monkeypatch.setattr(styles, "SAMPLES", 32)
    monkeypatch.setattr(styles, "INVERTED", 4)
    gan = SMALL[recipe]()
    gan.pixel_range = (-1.0, 1.0)
    found = styles.latents_record(gan, recipe)
    assert json.loads(json.dumps(found)) == found
    # Nothing was trained, so that the nearest training image is nearer.
    assert found["inversion"]["distance"] > found["inversion"]["nearest"] > 0.0
    drawn = {f"{recipe}-inversion.png"}
    if recipe == "quick":
        assert found["truncation"] is None
    else:
        numbers = "truncation-10 truncation-7 truncation-5 mixing"
        directions = (f"direction-{n}" for n in (1, 2, 3))
        drawn |= {f"{name}.png" for name in (*numbers.split(), *directions)}
        assert found["path_length"].keys() == {"latents", "styles"}
    assert {path.name for path in tmp_path.iterdir()} == drawn
