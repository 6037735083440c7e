"""Classes by their names on the command line, and vectors as pictures."""

import json

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import datasets, images
from keras_gan.cli.labels import named_classes, tell_names
from keras_gan.cli.main import main
from tests import tiny
from tests.test_cli import DATA, fails

NAMES = ("T-shirt/top", "a, b", "1")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of one epoch on data whose classes have names."""
    folder = tmp_path_factory.mktemp("labels") / "run"
    arguments = [
        *("train", "vanilla", *DATA, "--set=model=ConditionalGAN"),
        "--set=networks.generator_units=[8]",
        "--set=networks.discriminator_units=[8]",
        *("--set=evaluation=none", "--epochs=1", f"--out={folder}"),
    ]
    assert main(arguments) == 0
    return folder


def named():
    gan = tiny.conditional_gan()
    tell_names(gan, NAMES)
    return gan


def test_a_run_saves_the_names_of_its_data_with_the_model(run):
    gan = keras.saving.load_model(run / "model.keras")
    known = datasets.source("fashion_mnist_sample").class_names
    assert gan.class_names == known
    np.testing.assert_array_equal(
        gan.generate(labels=["Coat"], seed=1),
        gan.generate(labels=[known.index("Coat")], seed=1),
    )


def test_generate_takes_names_as_it_takes_numbers(run, tmp_path):
    known = datasets.source("fashion_mnist_sample").class_names
    numbers = f"{known.index('Coat')},{known.index('Bag')}"
    made = []
    for given in ("Coat,Bag", numbers):
        out = tmp_path / f"{len(made)}.npz"
        arguments = ["-n4", "--seed=1", f"--labels={given}", f"--out={out}"]
        assert main(["generate", str(run), *arguments]) == 0
        with np.load(out) as arrays:
            made.append({name: arrays[name] for name in arrays.files})
    for name in ("images", "labels"):
        np.testing.assert_array_equal(made[0][name], made[1][name])


def test_a_run_of_a_version_that_saved_no_names_has_those_of_its_config(
    run, tmp_path
):
    gan = keras.saving.load_model(run / "model.keras")
    gan.class_names = None
    gan.save(tmp_path / "model.keras")
    config = (run / "config.json").read_text("utf-8")
    assert "Coat" in json.loads(config)["data"]["class_names"]
    (tmp_path / "config.json").write_text(config, "utf-8")
    model, out = tmp_path / "model.keras", tmp_path / "a.png"
    arguments = ["generate", str(model), "--labels=Coat", f"--out={out}"]
    assert main(arguments) == 0
    assert out.exists()


def test_a_name_that_is_not_known_is_one_line_with_those_that_are(run, capsys):
    error = fails(capsys, "generate", str(run), "--labels=Coat,Cap")
    assert "numbers from 0 to 9" in error
    assert "Ankle boot" in error
    assert error.rstrip().endswith("Received: Coat,Cap")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("all", [0, 1, 2]),
        ("0, 2", [0, 2]),
        ("T-shirt/top,0", [0, 0]),
        ("a, b", [1]),
        ("1", [2]),  # What is a name and a number is a name.
    ],
)
def test_classes_are_named_by_number_and_name(given, expected):
    assert named_classes(given, named()) == expected


@pytest.mark.parametrize("names", [("a", "b"), ("a", "a", "b"), None])
def test_names_that_do_not_fit_the_classes_are_left_out(names):
    gan = tiny.conditional_gan()
    tell_names(gan, names)
    assert gan.class_names is None
    assert named_classes("1", gan) == [1]


def test_names_that_a_user_set_stay():
    gan = named()
    tell_names(gan, ("x", "y", "z"))
    assert gan.class_names == NAMES


# ------------------------------------------------------ vectors as pictures


@pytest.fixture(scope="module")
def squares(tmp_path_factory):
    """A model of vectors of 64 numbers."""
    layers = keras.layers
    generator = keras.Sequential(
        [keras.Input((3,)), layers.Dense(64, activation="tanh")]
    )
    judge = keras.Sequential([keras.Input((64,)), layers.Dense(1)])
    gan = keras_gan.GAN(generator, judge, seed=1)
    path = tmp_path_factory.mktemp("squares") / "gan.keras"
    gan.save(path)
    return path


def test_square_vectors_are_drawn_as_gan_show_draws_them(squares, tmp_path):
    out = tmp_path / "a.png"
    assert main(["generate", str(squares), "--seed=1", f"--out={out}"]) == 0
    gan = keras.saving.load_model(squares)
    pixels = images.to_uint8(gan.generate(64, seed=1)).reshape(-1, 8, 8, 1)
    with Image.open(out) as picture:
        np.testing.assert_array_equal(picture, images.grid(pixels))


def test_square_vectors_become_a_picture_each(squares, tmp_path):
    out = tmp_path / "singly"
    assert main(["generate", str(squares), "-n2", f"--out={out}"]) == 0
    with Image.open(out / "0001.png") as picture:
        assert picture.size == (8, 8)


def test_square_vectors_stay_vectors_as_arrays(squares, tmp_path):
    out = tmp_path / "a.npz"
    assert main(["generate", str(squares), "-n2", f"--out={out}"]) == 0
    with np.load(out) as arrays:
        assert arrays["vectors"].shape == (2, 64)
        assert arrays["vectors"].dtype == np.float32
