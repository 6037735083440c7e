"""`keras-gan invert`, `interpolate` and `explore`."""

import json
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import networks
from keras_gan.cli import main
from tests import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Saved models, and pictures of other sizes than theirs."""
    folder = tmp_path_factory.mktemp("latents")
    keras.utils.set_random_seed(0)
    tiny.gan().save(folder / "plain.keras")
    tiny.conditional_gan().save(folder / "told.keras")
    (folder / "pictures").mkdir()
    rng = np.random.default_rng(0)
    for index in range(3):
        pixels = rng.integers(0, 256, (20, 16, 3)).astype("uint8")
        Image.fromarray(pixels).save(folder / "pictures" / f"{index}.png")
    return folder


def fails(capsys, *arguments):
    assert main([str(each) for each in arguments]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def runs(*arguments):
    assert main([str(each) for each in arguments]) == 0


def test_what_was_inverted_can_be_walked_through(folder, capsys):
    quick = ("--steps=3", "--starts=1")
    runs("invert", folder / "told.keras", folder / "pictures", *quick)
    assert "3 pictures, median distance" in capsys.readouterr().out
    with np.load(folder / "inversion.npz") as arrays:
        found = dict(arrays)
    assert sorted(found) == ["distances", "images", "labels", "latents"]
    gan = keras.saving.load_model(folder / "told.keras")
    made = gan.generate(latents=found["latents"], labels=found["labels"])
    np.testing.assert_array_equal(
        found["images"], keras_gan.images.to_uint8(made)
    )
    assert (folder / "inversion.png").exists()
    arrays = folder / "inversion.npz"
    out = folder / "walk.png"
    runs(
        *("interpolate", folder / "told.keras", "--latents", arrays),
        *("--steps=4", "--out", out),
    )
    with Image.open(out) as strip:
        assert strip.size == (4 * (56 + 2) + 2, 2 * (56 + 2) + 2)


def test_results_without_a_name_replace_none(folder, tmp_path):
    shutil.copy(folder / "plain.keras", tmp_path)
    (tmp_path / "inversion.npz").write_bytes(b"mine")
    (tmp_path / "walk.gif").write_bytes(b"mine")
    model, quick = tmp_path / "plain.keras", ("--steps=1", "--starts=1")
    for _ in range(2):
        runs("invert", model, folder / "pictures", *quick)
    runs("interpolate", model, "-n=2", "--steps=3", "--seed=0")
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {
        "plain.keras",
        *("inversion.npz", "inversion-2.npz", "inversion-2.png"),
        *("inversion-3.npz", "inversion-3.png", "walk.gif", "walk-2.gif"),
    }
    assert (tmp_path / "inversion.npz").read_bytes() == b"mine"


def test_a_walk_is_a_film_where_nothing_is_said(folder):
    runs("interpolate", folder / "plain.keras", "-n=2", "--steps=3", "--seed=0")
    with Image.open(folder / "walk.gif") as film:
        # There and back; the last image of one row begins the next.
        assert film.n_frames == 5


def test_a_picture_for_each_direction(folder, capsys):
    runs("explore", folder / "plain.keras", "--directions=2", "-n=3")
    assert "2 pictures" in capsys.readouterr().out
    names = sorted(each.name for each in (folder / "explored").iterdir())
    assert names == ["direction-01.png", "direction-02.png"]
    with Image.open(folder / "explored" / names[0]) as strip:
        assert strip.size == (9 * (56 + 2) + 2, 3 * (56 + 2) + 2)


def test_classes_are_named_for_each_image(folder):
    out = folder / "classes"
    told = folder / "told.keras"
    runs("explore", told, "--directions=1", "--labels=all", "--out", out)
    with Image.open(out / "direction-01.png") as strip:
        assert strip.height == tiny.CLASSES * (56 + 2) + 2


def test_translators_and_points_are_told_where_to_go(folder, capsys):
    tiny.pix2pix().save(folder / "pairs.keras")
    pair = networks.dense(
        (2,), latent_dim=3, generator_units=(4,), discriminator_units=(4,)
    )
    keras_gan.GAN(*pair).save(folder / "points.keras")
    for command, *rest in (
        ("invert", folder / "pictures"),
        ("interpolate",),
        ("explore",),
    ):
        error = fails(capsys, command, folder / "pairs.keras", *rest)
        assert "keras-gan translate" in error
        error = fails(capsys, command, folder / "points.keras", *rest)
        assert "not pictures" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["invert", "plain.keras", "nowhere"], "There is no"),
        (["invert", "plain.keras", "pictures", "--labels=1"], "conditional"),
        (["invert", "told.keras", "pictures", "--labels=1,2"], "each of the 3"),
        (["invert", "told.keras", "pictures", "--labels=3"], "from 0 to 2"),
        (["invert", "plain.keras", "pictures", "--out=a.txt"], ".png"),
        (["interpolate", "plain.keras", "--out=a.txt"], ".gif or .mp4"),
        (["interpolate", "plain.keras", "--latents=plain.keras"], "latents"),
        (["explore", "plain.keras", "--directions=9"], "at most 6"),
        (["explore", "plain.keras", "--reach=-1"], "`reach`"),
        (["explore", "plain.keras", "--out=plain.keras"], "a file"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_wrong_usage_is_said_in_one_line(
    folder, capsys, monkeypatch, arguments, message
):
    monkeypatch.chdir(folder)
    assert message in fails(capsys, *arguments)


@pytest.mark.slow
def test_truncation_is_that_of_the_model(folder, tmp_path):
    gan = tiny.style_gan()
    gan.style_mean.assign(keras.ops.ones_like(gan.style_mean))
    gan.save(tmp_path / "styles.keras")
    out = tmp_path / "made.npz"
    runs(
        *("generate", tmp_path / "styles.keras", "-n3", "--seed=4"),
        *("--truncation=0.5", "--out", out),
    )
    made = gan.generate(3, seed=4, truncation=0.5)
    with np.load(out) as arrays:
        np.testing.assert_array_equal(
            arrays["images"], keras_gan.images.to_uint8(made)
        )
    assert np.abs(made - gan.generate(3, seed=4)).max() > 1e-3


@pytest.mark.slow
def test_truncation_without_styles_is_one_line(folder, tmp_path, capsys):
    out = ("--out", tmp_path / "made.npz")
    command = ("generate", folder / "plain.keras", "--truncation=0.5", *out)
    assert "Only a StyleGAN does" in fails(capsys, *command)
    styles = tmp_path / "styles.keras"
    tiny.style_gan().save(styles)
    command = ("generate", styles, "--truncation=-1", *out)
    assert "`truncation` must be" in fails(capsys, *command)
    assert not (tmp_path / "made.npz").exists()


@pytest.mark.slow
def test_truncated_images_are_measured(tmp_path, capsys):
    gan = tiny.style_gan()
    gan.style_mean.assign(keras.ops.ones_like(gan.style_mean))
    gan.save(tmp_path / "styles.keras")
    made = gan.generate(20, seed=0, truncation=0.5)
    np.savez(tmp_path / "made.npz", images=keras_gan.images.to_uint8(made))
    real = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), "uint8")
    np.savez(tmp_path / "real.npz", images=real)
    common = (
        *("--data", tmp_path / "real.npz", "--real-split=train", "--json"),
        *("--num-samples=20", "--metrics=sliced_wasserstein"),
    )
    found = []
    for given in (("styles.keras", "--truncation=0.5"), ("made.npz",)):
        runs("evaluate", tmp_path / given[0], *given[1:], *common)
        scores = json.loads(capsys.readouterr().out)
        # These need no features, so no weights that may not be installed.
        assert scores["extractor"] == "none"
        found.append(scores["sliced_wasserstein"])
    assert found[0] == found[1] > 0.0
    command = ("evaluate", tmp_path / "made.npz", "--truncation=0.5", *common)
    assert "for a StyleGAN that makes" in fails(capsys, *command)
