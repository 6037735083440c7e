"""Trained models in the package: they load, and are what their cards say."""

import json

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import datasets, features, metrics, presets
from keras_gan.cli import main
from tests.benchmarks import presets as making

every_preset = pytest.mark.parametrize("name", presets.NAMES)


def test_each_has_a_card_and_a_recipe_that_makes_it():
    for name in presets.NAMES:
        preset, card = making.PRESETS[name], presets.card(name)
        assert card["command"] == " ".join(["keras-gan", *preset.arguments])
        assert card["recipe"] in keras_gan.recipes.NAMES


@every_preset
def test_it_loads_and_makes_images(name):
    gan = keras_gan.from_preset(name)
    made = gan.generate(3, seed=0)
    assert made.shape == (3, *gan.generator.output_shape[1:])
    assert -1 <= made.min() < made.max() <= 1
    sizes = presets.card(name)["parameters"]
    assert gan.generator.count_params() == sizes["generator"]
    assert gan.discriminator.count_params() == sizes["discriminator"]


@every_preset
def test_it_knows_the_classes_that_its_card_names(name):
    classes = presets.card(name).get("classes")
    gan = keras_gan.from_preset(name)
    if not classes:
        assert getattr(gan, "num_classes", None) is None
        return
    assert list(gan.class_names) == classes
    by_name = gan.generate(labels=classes[2:4], seed=0)
    np.testing.assert_array_equal(by_name, gan.generate(labels=[2, 3], seed=0))


@pytest.mark.slow
@every_preset
def test_it_goes_on_as_it_was_trained(name):
    gan = keras_gan.from_preset(name)
    recipe = keras_gan.recipes.get(presets.card(name)["recipe"])
    by_recipe = keras_gan.recipes.assemble(
        recipe,
        gan.image_shape,
        num_classes=getattr(gan, "num_classes", None),
    )
    assert gan.get_compile_config() == by_recipe.get_compile_config()
    ours, theirs = (each.get_config() for each in (gan, by_recipe))
    for settings in (ours, theirs):
        for part in ("name", "generator", "discriminator", "class_names"):
            settings.pop(part, None)
        settings.pop("seed")
        settings.pop("ema_decay")
    assert ours == theirs
    images, labels = datasets.load("fashion_mnist_sample")
    images = images[:64].astype("float32") / 127.5 - 1
    before = gan.generator.get_weights()
    data = (images, labels[:64]) if hasattr(gan, "num_classes") else (images,)
    history = gan.fit(*data, batch_size=32, verbose=0)
    assert all(np.isfinite(v[0]) for v in history.history.values())
    moved = [
        np.abs(new - old).max()
        for new, old in zip(gan.generator.get_weights(), before, strict=True)
    ]
    assert max(moved) > 0


@every_preset
def test_it_is_small(name):
    assert (making.ASSETS / f"{name}.keras").stat().st_size < 2_000_000


def test_rounding_keeps_the_class_and_the_images(tmp_path):
    from tests import tiny

    gan = tiny.ac_gan(ema_decay=0.5)
    gan.ema_generator.set_weights(
        [w + 0.1 for w in gan.generator.get_weights()]
    )
    gan.save(tmp_path / "model.keras")
    making.write_rounded(making.bare(tmp_path), tmp_path / "small.keras")
    again = keras.saving.load_model(tmp_path / "small.keras")
    assert type(again) is keras_gan.ACGAN
    pairs = zip(
        gan.ema_generator.get_weights(),
        again.generator.get_weights(),
        strict=True,
    )
    for whole, rounded in pairs:
        assert rounded.dtype == np.float32
        np.testing.assert_array_equal(
            rounded, whole.astype("float16").astype("float32")
        )
    np.testing.assert_allclose(
        gan.generate(2, seed=0), again.generate(2, seed=0), atol=2e-3
    )


@pytest.mark.slow
def test_rounding_keeps_the_mean_style(tmp_path):
    from tests import tiny

    gan = tiny.style_gan(ema_decay=0.5)
    gan.style_mean.assign(np.linspace(0, 1, gan.style_mean.shape[0]))
    gan.save(tmp_path / "model.keras")
    making.write_rounded(making.bare(tmp_path), tmp_path / "small.keras")
    again = keras.saving.load_model(tmp_path / "small.keras")
    np.testing.assert_allclose(
        gan.generate(2, seed=0, truncation=0.3),
        again.generate(2, seed=0, truncation=0.3),
        atol=5e-3,
    )


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"one of .*quick_fashion"):
        keras_gan.from_preset("faces")


@pytest.mark.slow
def test_training_goes_on_from_it(tmp_path):
    gan = keras_gan.from_preset("quick_fashion_mnist")
    before = gan.generator.get_weights()
    real, _ = datasets.load("fashion_mnist_sample")
    gan.fit(real[:64] / 127.5 - 1, batch_size=32, verbose=0)
    assert not all(
        np.array_equal(a, b)
        for a, b in zip(before, gan.generator.get_weights(), strict=True)
    )


def test_the_command_generates_with_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "made.npz"
    assert main(["generate", "quick_fashion_mnist", "-n4", f"--out={out}"]) == 0
    assert np.load(out)["images"].shape == (4, 28, 28, 1)
    monkeypatch.undo()


def test_the_command_measures_it_on_the_data_of_its_card(capsys, monkeypatch):
    asked = []

    def source(name, split, **kwargs):
        asked.append(name)
        return original("fashion_mnist_sample", split, **kwargs)

    original = datasets.source
    monkeypatch.setattr(datasets, "source", source)
    command = ["evaluate", "quick_fashion_mnist", "--num-samples=64", "--json"]
    assert main(command) == 0
    scores = json.loads(capsys.readouterr().out)
    assert asked == ["fashion_mnist"]
    assert (scores["num_fake"], scores["real_split"]) == (64, "test")


@pytest.mark.slow
def test_a_run_starts_from_it_with_its_recipe(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = ["train", "--init", "quick_fashion_mnist", "--dry-run"]
    assert main([*command, "--data", "fashion_mnist_sample"]) == 0
    said = capsys.readouterr().out
    assert "quick_fashion_mnist" in said
    assert "28x28" in said.replace(" ", "")
    folder = tmp_path / "run"
    fast = ["--epochs=1", "--set=limit=64", "--set=evaluation=none"]
    command = ["train", "--init", "quick_fashion_mnist", f"--out={folder}"]
    assert main([*command, *fast, "--data=fashion_mnist_sample"]) == 0
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert config["init"]["path"] == "quick_fashion_mnist"
    assert config["recipe"]["name"] == "quick"
    monkeypatch.undo()


def test_the_command_names_them(tmp_path, capsys):
    assert main(["generate", str(tmp_path / "none")]) == 2
    assert "quick_fashion_mnist" in capsys.readouterr().err


def test_the_page_is_what_the_cards_say():
    assert making.PAGE.read_text("utf-8") == making.page()


@pytest.mark.slow
@every_preset
def test_it_scores_what_its_card_says(name):
    card = presets.card(name)
    real = datasets.source(card["data"], "test").images[: making.SAMPLES]
    pixels = keras_gan.from_preset(name).generate_pixels(making.SAMPLES, seed=0)
    found = metrics.Evaluator(
        real, extractor=features.classifier(card["data"]), metrics=["fid"]
    )(pixels)
    assert found["fid"] == pytest.approx(card["scores"]["fid"], rel=0.02)
