"""Models of vectors: drawn, measured, trained and resumed as of images."""

import json
import math
import re

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import _scatter, datasets, metrics, recipes
from keras_gan.callbacks import Evaluation, ImageSnapshot, image_snapshot
from keras_gan.cli import main
from keras_gan.datasets import VectorBatches

SMALL = [
    *("train", "--data=grid", "--seed=1", "--set=limit=400"),
    # A run that is longer from the start has the same rates and weights.
    *("--set=schedule=none", "--set=regularizer.r1.weight=0.1"),
    "--set=regularizer.r2.weight=0.1",
    "--set=networks.generator_units=[8]",
    "--set=networks.discriminator_units=[8]",
    "--set=evaluation.num_samples=200",
]


def fit(model, points, callback, epochs):
    model.fit(
        points, batch_size=16, epochs=epochs, verbose=0, callbacks=[callback]
    )


def opened(path):
    with Image.open(path) as picture:
        return picture.convert("RGB")


def gan_of_points(size=2):
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(size)])
    critic = keras.Sequential([keras.Input((size,)), keras.layers.Dense(1)])
    return keras_gan.GAN(generator, critic, seed=0)


def colour_at(picture, points, frame):
    """The pixels of a scatter picture at points of the plane."""
    places, _ = frame.places(np.asarray(points, "float64"))
    pixels = np.asarray(picture).astype(int)
    across, down = (places * _scatter._SIDE).astype(int).T
    return pixels[down + _scatter._ABOVE, across + _scatter._LEFT]


def test_a_model_of_points_draws_its_own_before_the_real_ones(tmp_path):
    real = np.array([[5.0, 5.0], [-5.0, -5.0]] * 40, "float32")
    model = gan_of_points()
    fit(model, real, ImageSnapshot(tmp_path), epochs=1)
    picture = opened(tmp_path / "epoch-0001.png")
    frame = _scatter.frame_of(real)
    made = model.generate(latents=model.latents(2500, 0))
    red, _, blue = colour_at(picture, made[:50], frame).T
    assert (red > blue).all()
    red, _, blue = colour_at(picture, real[:2], frame).T
    assert (blue > red).all()


@pytest.mark.slow
def test_the_frame_of_points_is_the_same_in_all_pictures(tmp_path):
    points = np.random.default_rng(0).normal(size=(80, 2)).astype("float32")
    model = gan_of_points()
    fit(model, points, ImageSnapshot(tmp_path), epochs=3)
    pictures = [
        np.asarray(opened(path)) for path in tmp_path.glob("epoch-*.png")
    ]
    below = _scatter._ABOVE + _scatter._SIDE + 1
    assert len(pictures) == 3
    assert all((each[below:] == pictures[0][below:]).all() for each in pictures)
    with Image.open(tmp_path / "progress.gif") as animation:
        assert animation.n_frames == 3


def test_a_picture_of_points_says_what_was_measured():
    said = image_snapshot._measured({"modes": 24.0, "high_quality": 0.9512})
    assert said == "24 modes found, 95.1 % of high quality"
    assert image_snapshot._measured({"modes": math.nan, "d_loss": 1.0}) == ""


def test_points_that_are_not_finite_are_counted_as_outside():
    frame = _scatter.frame_of(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]))
    made = np.array([[1.0, 1.0], [np.nan, 0.0], [np.inf, 0.0], [99.0, 0.0]])
    _, outside = _scatter._spots(made, frame, 2.0, 0.5)
    assert outside == 3


@pytest.mark.slow
def test_a_conditional_model_draws_points_of_all_classes(tmp_path):
    pair = keras_gan.networks.dense(
        (2,),
        2,
        generator_units=(4,),
        discriminator_units=(4,),
        output_activation=None,
        num_classes=8,
        seed=0,
    )
    model = keras_gan.ConditionalGAN(*pair, seed=0)
    points, modes = datasets.load("ring", limit=64)
    model.fit(
        VectorBatches(points, modes, batch_size=32),
        verbose=0,
        callbacks=[ImageSnapshot(tmp_path)],
    )
    samples = model.fixed_samples()
    assert np.bincount(samples.labels).tolist() == [313] * 4 + [312] * 4
    assert opened(tmp_path / "epoch-0001.png").size == (568, 600)


def test_vectors_of_one_number_have_no_picture(tmp_path):
    points = np.zeros((80, 1), "float32")
    points[::2] = 1
    with pytest.raises(ValueError, match="two numbers or more"):
        fit(gan_of_points(1), points, ImageSnapshot(tmp_path), epochs=1)


def test_vectors_have_no_strips(tmp_path):
    points = np.random.default_rng(0).normal(size=(80, 2)).astype("float32")
    snapshot = ImageSnapshot(tmp_path, interpolation=True)
    with pytest.raises(ValueError, match="the model makes points"):
        fit(gan_of_points(), points, snapshot, epochs=1)


def test_the_values_of_points_are_not_black_and_white():
    points = 9 * np.random.default_rng(0).normal(size=(80, 2))
    model = gan_of_points()
    # A warning would be an error here.
    fit(model, points.astype("float32"), keras.callbacks.Callback(), epochs=1)
    assert model.pixel_range is None
    np.testing.assert_array_equal(model.real_points, points.astype("float32"))


# ---------------------------------------------------------- measured


def test_the_callback_measures_points_by_name():
    points, _ = datasets.load("grid", "test")
    evaluation = Evaluation(("modes", "kl", "high_quality"), "grid")
    model = gan_of_points()
    logs = model.fit(
        VectorBatches(points[:160], batch_size=16),
        verbose=0,
        callbacks=[evaluation],
    ).history
    grid = datasets.GAUSSIANS["grid"]
    made = model.generate(10_000, seed=0)
    expected = metrics.gaussian_coverage(made, grid.centers, grid.deviation)
    assert {name: logs[name] for name in expected} == {
        name: [value] for name, value in expected.items()
    }


def test_points_that_are_not_finite_are_measured_as_nan():
    points, _ = datasets.load("ring", "test")
    evaluation = Evaluation("kl", "ring", num_samples=20)
    model = gan_of_points()
    fit(model, points[:32], evaluation, epochs=1)
    model.generator.layers[-1].bias.assign([math.nan, 0.0])
    assert math.isnan(evaluation.evaluate(model)["kl"])


def test_a_recipe_for_images_says_what_takes_vectors():
    with pytest.raises(ValueError, match="use the recipe grid"):
        recipes.assemble(recipes.get("quick"), (2,))


# -------------------------------------------------- on the command line


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of three epochs on a few points of the grid."""
    folder = tmp_path_factory.mktemp("runs") / "points"
    assert main([*SMALL, "--epochs=3", f"--out={folder}"]) == 0
    return folder


def test_points_are_not_called_images(capsys):
    assert main([*SMALL, "--epochs=1", "--dry-run"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    (length,) = re.findall(r"length (.*?) folder", said)
    assert "points a second" in length
    assert "image" not in length


def last_row(folder):
    names, *_, last = (folder / "metrics.csv").read_text().splitlines()
    return dict(zip(names.split(","), last.split(","), strict=True))


def test_a_run_of_points_has_the_files_of_a_run(run):
    assert {path.name for path in (run / "images").iterdir()} == {
        f"epoch-000{epoch}.png" for epoch in (1, 2, 3)
    }
    for name in ("progress.gif", "report.html", "model.keras", "best.keras"):
        assert (run / name).exists()
    row = last_row(run)
    assert {"modes", "kl", "high_quality", "d_gap", "r1", "r2"} <= row.keys()
    assert "Share of high quality" in (run / "report.html").read_text("utf-8")
    recipe = json.loads((run / "config.json").read_text("utf-8"))["recipe"]
    assert recipe["name"] == "grid"


@pytest.mark.slow
def test_a_resumed_run_of_points_equals_the_uninterrupted_one(
    run, tmp_path, capsys
):
    other = tmp_path / "resumed"
    assert main([*SMALL, "--epochs=2", f"--out={other}"]) == 0
    assert " points/s" in capsys.readouterr().out
    assert main(["train", "--resume", "--epochs=3", f"--out={other}"]) == 0
    one = keras.saving.load_model(run / "model.keras")
    two = keras.saving.load_model(other / "model.keras")
    for mine, its in zip(one.weights, two.weights, strict=True):
        np.testing.assert_array_equal(mine, its)


def test_generated_points_are_drawn_or_stored_as_vectors(run, tmp_path):
    picture, arrays = tmp_path / "points.png", tmp_path / "points.npz"
    for path in (picture, arrays):
        assert main(["generate", str(run), "--seed=3", f"--out={path}"]) == 0
    with np.load(arrays) as file:
        made = file["vectors"]
    assert (made.shape, made.dtype) == ((2500, 2), np.float32)
    model = keras.saving.load_model(run / "model.keras")
    np.testing.assert_array_equal(made, model.generate(2500, seed=3))
    assert opened(picture).size == (568, 600)


def test_evaluate_measures_a_run_of_points_and_its_file_alike(
    run, tmp_path, capsys
):
    arrays = tmp_path / "points.npz"
    main(["generate", str(run), "-n=300", "--seed=0", f"--out={arrays}"])
    found = []
    for model in (run, arrays):
        capsys.readouterr()
        asked = ["--metrics=modes,kl,high_quality,fid", "--num-samples=300"]
        named = ["--data=grid"] if model == arrays else []
        assert main(["evaluate", str(model), *asked, *named, "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1]
    assert found[0]["extractor"] == "grid: nearest of 25 Gaussians"
    assert 0 <= found[0]["high_quality"] <= 1


def test_evaluate_of_points_without_known_modes_is_refused(
    run, tmp_path, capsys
):
    real = tmp_path / "mine.npz"
    np.savez(real, x=np.random.default_rng(0).normal(size=(50, 2)))
    asked = [f"--data={real}", "--metrics=kl", "--num-samples=50"]
    assert main(["evaluate", str(run), *asked]) == 2
    assert "whose modes are known" in capsys.readouterr().err


@pytest.mark.slow
def test_vectors_of_a_file_train_by_the_recipe_grid(tmp_path):
    points = tmp_path / "mine.npz"
    np.savez(points, x=np.random.default_rng(0).normal(size=(200, 3)))
    small = [each for each in SMALL[1:] if "data" not in each]
    small += ["--set=evaluation=fid", "--epochs=1", f"--out={tmp_path / 'run'}"]
    assert main(["train", "grid", f"--data={points}", *small]) == 0
    assert float(last_row(tmp_path / "run")["fid"]) > 0


@pytest.mark.slow
def test_a_run_on_points_starts_from_another(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    small = [each for each in SMALL if each != "--data=grid"]
    assert main([*SMALL, "--epochs=1", "--out=grid"]) == 0
    other = [*small, "--data=ring", "--init=grid", "--out=ring", "--epochs=1"]
    assert main(other) == 0
    config = json.loads((tmp_path / "ring/config.json").read_text())
    assert config["init"]["path"] == str(tmp_path / "grid")
    assert config["recipe"]["name"] == "grid"
