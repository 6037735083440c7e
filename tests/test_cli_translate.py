"""Recipes that translate, from the command line."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import datasets, recipes, run_folder
from keras_gan.cli import main, planning, translation_jobs
from keras_gan.cli.errors import UsageError
from keras_gan.cli.main import _make_parser
from keras_gan.cli.progress import Progress
from keras_gan.datasets import pair_loading
from keras_gan.datasets.fingerprint import fingerprint
from tests.test_cli import fails, files, weights
from tests.test_recipes_translation import save

SIZE = 12
TINY = [
    *("--set=networks.filters=2", "--set=networks.discriminator_filters=2"),
    "--set=networks.discriminator_stages=1",
    "--batch-size=4",
]
PIX2PIX = [
    *("train", "pix2pix", "--data=maps", *TINY, "--set=networks.stages=2"),
    "--set=evaluation.extractor=fashion_mnist",
    "--set=model.ema_decay=0.9",
]
CYCLE_GAN = [
    *("train", "cyclegan", "--data=horses", *TINY),
    *("--set=networks.stages=1", "--set=networks.blocks=0"),
    "--set=model.identity_weight=0.5",
    *("--set=evaluation.extractor=fashion_mnist", "--set=model.pool_size=6"),
]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A folder with pairs and two sides, in which all tests run."""
    folder = tmp_path_factory.mktemp("translate")
    random = np.random.default_rng(0)
    for split, count in (("train", 8), ("test", 4)):
        for index in range(count):
            both = random.integers(0, 256, (SIZE, 2 * SIZE, 3), "uint8")
            save(folder / "maps" / split, f"{index}.png", both)
            for side in "AB":
                one = random.integers(0, 256, (SIZE, SIZE, 3), "uint8")
                save(folder / "horses" / f"{split}{side}", f"{index}.png", one)
    return folder


@pytest.fixture(autouse=True)
def _here(elsewhere, monkeypatch):
    monkeypatch.chdir(elsewhere)


def trained(folder, *arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main([*arguments]) == 0


@pytest.fixture(scope="module")
def run(elsewhere):
    """A finished run of two epochs."""
    trained(elsewhere, *PIX2PIX, "--epochs=2", "--out=run")
    return elsewhere / "run"


@pytest.fixture(scope="module")
def two_ways(elsewhere):
    """A finished run of a CycleGAN, of one epoch."""
    trained(elsewhere, *CYCLE_GAN, "--epochs=1", "--out=two_ways")
    return elsewhere / "two_ways"


@pytest.fixture(scope="module")
def pictures(elsewhere):
    """Pictures of several sizes and modes, in a folder and its subfolder."""
    random = np.random.default_rng(1)
    folder = elsewhere / "pictures"
    for name, size in (("a.png", (SIZE, SIZE)), ("b.png", (9, 7))):
        save(folder, name, random.integers(0, 256, (*size, 3), "uint8"))
    grey = random.integers(0, 256, (20, 30, 1), "uint8")
    save(folder / "more", "c.jpg", grey)
    return folder


# -------------------------------------------------------------------- train


def test_a_run_has_what_other_runs_have(run):
    found = [name for name in files(run) if "tfevents" not in name]
    assert found == [
        "backup/epoch-0001.weights.h5",
        "backup/epoch-0002.weights.h5",
        "best.keras",
        "config.json",
        "images/epoch-0001.png",
        "images/epoch-0002.png",
        "losses.png",
        "metrics.csv",
        "model.keras",
        "progress.gif",
        "report.html",
    ]
    row = run_folder.read_metrics(run / "metrics.csv")[-1]
    assert row.keys() >= {"g_adversarial", "g_l1", "kid", "psnr", "ssim"}
    config = json.loads((run / "config.json").read_text())
    shape = [SIZE, SIZE, 3]
    assert (config["image_shape"], config["source_shape"]) == (shape, shape)
    assert config["data"]["measured"].endswith("of the split test")


def test_a_snapshot_shows_held_out_sources_with_what_becomes_of_them(run):
    cell = 5 * SIZE + 2  # Enlarged to about 56 pixels.
    with Image.open(run / "images" / "epoch-0002.png") as picture:
        assert picture.size == (3 * cell + 2, 4 * cell + 2)
        shown = np.asarray(picture.convert("RGB"))
    with Image.open("maps/test/0.png") as first:
        both = np.asarray(first)
    source = shown[2 : 2 + 5 * SIZE : 5, 2 : 2 + 5 * SIZE : 5]
    np.testing.assert_array_equal(source, both[:, :SIZE])


def test_the_report_shows_losses_by_part(run):
    text = (run / "report.html").read_text("utf-8")
    for part in ("g_adversarial", "g_l1", "kid", "psnr", "ssim"):
        assert part in text
    assert "Translated images" in text
    assert "source, output, target" in text


@pytest.mark.slow
def test_the_report_of_two_sides_shows_the_parts_of_both(two_ways):
    text = (two_ways / "report.html").read_text("utf-8")
    for part in ("g_adversarial_a", "g_cycle_b", "g_identity_a", "kid_b"):
        assert part in text
    assert "a, as b, a again" in text


@pytest.mark.slow
def test_both_sides_are_shown_there_and_back(two_ways):
    cell = 5 * SIZE + 2
    with Image.open(two_ways / "images" / "epoch-0001.png") as picture:
        assert picture.size == (6 * cell + 2, 4 * cell + 2)


@pytest.mark.slow
def test_an_interrupted_run_goes_on_exactly(run, monkeypatch, capsys):
    before = Progress.on_train_batch_end

    def interrupt(self, batch, logs=None):
        before(self, batch, logs)
        if self._epoch == 1 and batch == 0:
            os.kill(os.getpid(), signal.SIGTERM)

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "on_train_batch_end", interrupt)
        assert main([*PIX2PIX, "--epochs=2", "--out=interrupted"]) == 130
    # An unfinished run can already be used.
    assert main(["translate", "interrupted", "maps/test", "--out=early"]) == 0
    assert "epoch 2/2  stopped, not kept\n" in capsys.readouterr().out
    assert main(["train", "--resume", "--out=interrupted"]) == 0
    interrupted = Path("interrupted")
    assert weights(interrupted / "model.keras") == weights(run / "model.keras")
    picture = Path("images", "epoch-0002.png")
    again = (interrupted / picture).read_bytes()
    assert again == (run / picture).read_bytes()


class Killed(BaseException):
    """Stands for a process that is gone."""


@pytest.mark.slow
def test_a_killed_cycle_gan_goes_on_exactly_with_its_pools(
    two_ways, monkeypatch, capsys
):
    write = run_folder.checkpoint_file.write

    def fall(model, path, record):
        if "0002" in path.name:
            raise Killed
        write(model, path, record)

    arguments = [*CYCLE_GAN, "--epochs=3", "--save-every=0"]
    assert main([*arguments, "--out=straight"]) == 0
    with monkeypatch.context() as patch:
        patch.setattr(run_folder.checkpoint_file, "write", fall)
        with pytest.raises(Killed):
            main([*arguments, "--out=killed"])
    assert main([*arguments, "--out=killed", "--resume"]) == 0
    assert "Resuming after epoch 1" in capsys.readouterr().out
    assert weights("killed/model.keras") == weights("straight/model.keras")


def test_dry_run_says_what_would_be_trained_and_measured(capsys):
    arguments = [*PIX2PIX, "--dry-run", "--image-size=8", "--direction=ba"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "maps: 8 pairs 8x8x3 to 8x8x3" in out
    assert "measured  4 pairs 8x8x3 to 8x8x3, of the split test" in out
    assert 'direction="ba"' in out
    assert 'loss: name="non_saturating"' in out
    assert "l1_weight=100.0" in out


def test_a_dry_run_names_a_metric_of_both_ways_once(capsys):
    assert main([*CYCLE_GAN, "--dry-run"]) == 0
    assert "of the split test: kid, both ways\n" in capsys.readouterr().out


def test_a_dry_run_says_which_optimizers_are_used_by_default(capsys):
    arguments = [*CYCLE_GAN, "--dry-run", "--set=d_opt=none"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert 'd_opt: name="adam" learning_rate=0.0002 beta_1=0.5' in out
    assert 'loss: name="least_squares"' in out


@pytest.mark.parametrize(
    "name", [*datasets.PAIR_NAMES, *datasets.UNPAIRED_NAMES]
)
def test_data_to_translate_have_their_recipe(name):
    assert recipes.get(planning.RECIPE_OF[name]).data == name


@pytest.mark.slow
def test_the_recipe_of_data_is_taken(capsys):
    arguments = ["train", "--data=sneakers_to_boots", "--dry-run"]
    arguments += ["--set=limit=8", "--set=evaluation.num_samples=8"]
    assert main([*arguments, "--set=networks.blocks=0"]) == 0
    out = capsys.readouterr().out
    assert "recipe    cyclegan" in out
    assert "8 images 28x28x1 and 8 images 28x28x1" in out


@pytest.fixture
def install(monkeypatch):
    """Says whether the full set of clothes is on the machine: other images."""

    def source(name, *arguments, **settings):
        found = datasets.source(SAMPLE, *arguments, **settings)
        if name == SAMPLE:
            return found
        return replace(found, images=255 - np.asarray(found.images))

    def installed(there):
        names = {"fashion_mnist": there, SAMPLE: True}
        monkeypatch.setattr(pair_loading, "installed", names.__getitem__)

    monkeypatch.setattr(pair_loading, "source", source)
    installed(False)
    return installed


SAMPLE = "fashion_mnist_sample"


def planned(folder, *arguments):
    words = ["train", f"--out={folder}", *arguments]
    parsed = _make_parser().parse_args(words)
    return planning.plan(parsed, planning.folder_of(parsed))


def begun(folder, recipe, clothes):
    """A run that was begun, perhaps by a version that noted no clothes."""
    found = planned(folder, recipe, "--set=limit=8")
    assert found.recipe.clothes == clothes
    found.folder.create(found.config())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["pix2pix", "cyclegan", "super-resolution"])
@pytest.mark.parametrize("noted", [True, False], ids=["noted", "not-noted"])
def test_a_run_goes_on_with_the_clothes_it_began_with(
    recipe, noted, install, tmp_path
):
    before = begun(tmp_path / "run", recipe, SAMPLE)
    if not noted:
        config = before.config()
        del config["recipe"]["clothes"]
        before.folder.create(config)
    install(True)
    again = planned(tmp_path / "run", "--resume")
    assert again.recipe.clothes == SAMPLE
    assert fingerprint(again.source) == fingerprint(before.source)
    assert planned(tmp_path / "new", recipe).recipe.clothes == "fashion_mnist"


@pytest.mark.slow
def test_clothes_that_are_no_longer_there_are_one_line(install, tmp_path):
    install(True)
    before = begun(tmp_path / "run", "pix2pix", "fashion_mnist")
    config = before.config()
    del config["recipe"]["clothes"]
    before.folder.create(config)
    install(False)
    with pytest.raises(UsageError, match=r"other images.*Bring the data back"):
        planned(tmp_path / "run", "--resume")


def test_photos_alone_are_enough_for_super_resolution(pictures, capsys):
    arguments = ["train", "super-resolution", f"--data={pictures}"]
    assert main([*arguments, "--image-size=16", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "3 pairs 4x4x3 to 16x16x3" in out
    assert "of the split train, that it trains on: there is no other" in out
    assert "images a second" in out


@pytest.fixture(scope="module")
def wrong(elsewhere):
    """Folders that can't be trained on."""
    pixels = np.zeros((SIZE, SIZE, 3), "uint8")
    for folder, names in {
        "lonely/a": ["1.png", "2.png"],
        "lonely/b": ["1.png"],
        "one_side/trainA": ["1.png"],
        "empty/trainA": ["1.png"],
        "empty/trainB": [],
        "plain/x": ["1.png"],
        "three/a": ["1.png"],
        "three/b": ["1.png"],
        "three/c": ["1.png"],
    }.items():
        (elsewhere / folder).mkdir(parents=True)
        for name in names:
            save(elsewhere / folder, name, pixels)
    for side, depth in (("trainA", 1), ("trainB", 3)):
        some = np.full((SIZE, SIZE, depth), 7, "uint8")
        some[..., 0] = 9
        save(elsewhere / "grey" / side, "1.png", some)
    save(elsewhere / "sizes" / "trainA", "1.png", pixels)
    save(elsewhere / "sizes" / "trainB", "1.png", pixels[:8, :8])
    return elsewhere


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["super-resolution", "--data=nowhere"], "grid, outlines, small_cl"),
        (["super-resolution", "--data=lonely/a/1.png"], "one file. Give the"),
        (["pix2pix", "--data=lonely"], "1 image without a partner"),
        (["cyclegan", "--data=one_side"], "none of the other side, `trainB`"),
        (["cyclegan", "--data=empty"], "trainB holds no image"),
        (["pix2pix", "--data=three"], "follows none of the conventions"),
        (["cyclegan", "--data=maps"], "which are pairs"),
        (
            ["cyclegan", "--data=grey", "--set=model.identity_weight=0.5"],
            "identity_weight=0",
        ),
        (["cyclegan", "--data=sizes"], "one height and width"),
        (["pix2pix", "--data=mnist"], "'outlines', 'small_clothes'"),
        (["pix2pix", "--data=maps", "--set=networks=unet"], "pix2pix, srgan"),
        (["pix2pix", "--data=maps", "--set=networks=dcgan"], "srgan"),
        (["pix2pix", "--data=maps", "--set=networks.stages=9"], "`stages`"),
        (["quick", "--set=networks=pix2pix"], "GAN must be dcgan"),
        (["super-resolution", "--data=maps", "--image-size=10"], "`scale`"),
    ],
    ids=str,
)
def test_what_cannot_be_trained_is_one_line_and_makes_no_folder(
    wrong, capsys, arguments, message
):
    error = fails(capsys, "train", *arguments, "--out=none")
    assert message in error
    assert not Path("none").exists()


# ---------------------------------------------------------------- translate


def test_a_folder_keeps_its_names_and_sizes(run, pictures, capsys):
    assert main(["translate", str(run), str(pictures), "--out=made"]) == 0
    assert "3 images: made" in capsys.readouterr().out
    made = Path("made")
    assert files(made) == ["a.png", "b.png", "more/c.png"]
    with Image.open(made / "b.png") as smaller:
        assert smaller.size == (7, 9)
    with Image.open(made / "more" / "c.png") as larger:
        assert (larger.size, larger.mode) == ((30, 20), "RGB")


@pytest.mark.slow
def test_an_image_becomes_what_the_model_makes_of_it(run, pictures):
    arguments = ["translate", str(run / "model.keras")]
    source = pictures / "a.png"
    assert main([*arguments, str(source), "--out=single"]) == 0
    model = keras.saving.load_model(run / "model.keras")
    with Image.open(source) as picture:
        expected = model.translate(np.asarray(picture))
    assert main([*arguments, str(source), "--out=new/named.png"]) == 0
    for file in ("single/a.png", "new/named.png"):
        with Image.open(file) as made:
            np.testing.assert_array_equal(np.asarray(made), expected)


def test_files_of_one_size_go_through_together(tmp_path):
    for index in range(6):
        size = (9, 7) if index % 2 else (8, 8)
        pixels = np.full((*size, 3), index, "uint8")
        save(tmp_path / "mixed", f"{index}.png", pixels)
    batches = []

    def translate(pixels):
        batches.append(len(pixels))
        return pixels

    job = translation_jobs.job_of(tmp_path / "mixed", tmp_path / "out")
    assert job.run(translate, 3, 16) == 6
    assert batches == [3, 3]
    with Image.open(tmp_path / "out" / "5.png") as last:
        assert (np.asarray(last) == 5).all()


def check_arrays(run, *arguments, **settings):
    """Translates an .npz, and compares with what the model makes of it."""
    random = np.random.default_rng(2)
    images = random.integers(0, 256, (5, SIZE, SIZE, 3), "uint8")
    np.savez("some.npz", images=images, labels=np.arange(5))
    out = f"made-{run.name}.npz"
    command = ["translate", str(run), "some.npz", f"--out={out}"]
    assert main([*command, *arguments, "--batch-size=2"]) == 0
    model = keras.saving.load_model(run / "model.keras")
    with np.load(out) as arrays:
        np.testing.assert_array_equal(arrays["labels"], np.arange(5))
        np.testing.assert_array_equal(
            arrays["images"], model.translate(images, **settings)
        )


def test_arrays_become_arrays_with_their_labels(run):
    check_arrays(run)


@pytest.mark.slow
def test_side_b_becomes_side_a(two_ways):
    check_arrays(two_ways, "--direction=ba", direction="ba")


def test_nothing_is_overwritten(run, pictures, capsys):
    there = Path("there", "more")
    there.mkdir(parents=True)
    (there / "c.png").write_text("mine")
    error = fails(capsys, "translate", str(run), str(pictures), "--out=there")
    assert "there/more/c.png exists" in error
    assert files(Path("there")) == ["more/c.png"]
    assert (there / "c.png").read_text() == "mine"


def test_bad_requests_for_translations_are_one_line(run, pictures, capsys):
    np.savez("flat.npz", images=np.zeros((4, 3)))
    np.savez("images.npz", images=np.zeros((4, SIZE, SIZE, 3), "uint8"))
    for name in ("twice/x.png", "twice/x.jpg"):
        file = Path(name)
        save(file.parent, file.name, np.zeros((SIZE, SIZE, 3), "uint8"))
    Path("text.png").write_text("no image")
    for arguments, message in (
        (["nowhere.png", "--out=none"], "There is no nowhere.png"),
        (["text.png", "--out=none"], "text.png is no image"),
        (["twice", "--out=none"], "Rename one of them"),
        (["images.npz", "--out=none"], "must end in .npz"),
        (["images.npz", "--out=flat.npz"], "flat.npz exists"),
        (["flat.npz", "--out=none.npz"], "holds vectors"),
        ([str(pictures), "--out=none.npz"], "must be a folder"),
        ([str(pictures), "--out=none.png"], "must be a folder"),
        ([str(pictures / "a.png"), "--out=none.jpg"], "ends in .png"),
        ([str(pictures / "a.png"), "--out=text.png"], "text.png exists"),
        ([str(pictures), "--out=text.png/x"], "text.png is no folder"),
        ([str(pictures), "--out=none", "--direction=ba"], "no --direction"),
    ):
        assert message in fails(capsys, "translate", str(run), *arguments)
    assert not Path("none").exists()


@pytest.mark.filterwarnings("always::UserWarning")
def test_a_damaged_image_is_left_out_with_a_warning(run, pictures, capsys):
    save(Path("torn"), "whole.png", np.zeros((SIZE, SIZE, 3), "uint8"))
    content = (pictures / "a.png").read_bytes()
    Path("torn", "torn.png").write_bytes(content[: len(content) // 2])
    assert main(["translate", str(run), "torn", "--out=rest"]) == 0
    said = capsys.readouterr().err
    assert "torn.png is left out (image file is truncated" in said
    assert files(Path("rest")) == ["whole.png"]


def test_each_command_says_which_one_it_takes(run, elsewhere, capsys):
    error = fails(capsys, "generate", str(run))
    assert f"keras-gan translate {run} PICTURES" in error
    latents = keras.Input((4,))
    image = keras.layers.Dense(4, activation="tanh")(latents)
    generator = keras.Model(latents, keras.layers.Reshape((2, 2, 1))(image))
    inputs = keras.Input((2, 2, 1))
    flat = keras.layers.Flatten()(inputs)
    judge = keras.Model(inputs, keras.layers.Dense(1)(flat))
    keras_gan.GAN(generator, judge).save("latent.keras")
    error = fails(capsys, "translate", "latent.keras", "maps", "--out=none")
    assert "keras-gan generate latent.keras" in error


# ------------------------------------------------------------------- export


@pytest.fixture
def exported(monkeypatch):
    """What was written, in place of a SavedModel: networks by their paths."""
    found = {}

    def export(network, filepath, format, **settings):  # noqa: A002
        Path(filepath).write_text("exported")
        found[format] = [w.copy() for w in network.get_weights()]

    monkeypatch.setattr(keras.Model, "export", export)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "network"),
    [
        ([], "generator_ab"),
        (["--direction=ab"], "generator_ab"),
        (["--direction=ba"], "generator_ba"),
    ],
)
def test_a_direction_is_exported_and_named(
    two_ways, exported, tmp_path, capsys, arguments, network
):
    out = tmp_path / "there"
    assert main(["export", str(two_ways), f"--out={out}", *arguments]) == 0
    said = capsys.readouterr().out.replace("\n", " ")
    assert f"direction {network[-2:]}" in said
    model = keras.saving.load_model(two_ways / "model.keras")
    expected = getattr(model, network).get_weights()
    for one, other in zip(exported["tf_saved_model"], expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_pairs_are_exported_in_their_one_direction(
    run, exported, tmp_path, capsys
):
    out = tmp_path / "there"
    arguments = ["export", str(run), f"--out={out}"]
    error = fails(capsys, *arguments, "--direction=ba")
    assert "no --direction" in error
    assert not exported
    assert main(arguments) == 0
    assert "direction" not in capsys.readouterr().out


# ----------------------------------------------------------------- evaluate


def test_pairs_are_measured_on_what_was_not_trained_on(run, capsys):
    arguments = ["evaluate", str(run), "--metrics=psnr,ssim", "--json"]
    assert main(arguments) == 0
    scores = json.loads(capsys.readouterr().out)
    model = keras.saving.load_model(run / "model.keras")
    found = datasets.pairs("maps", "test")
    source, target = found.arrays()
    expected = keras_gan.metrics.psnr(target, model.translate(source)).mean()
    assert scores["psnr"] == pytest.approx(expected)
    assert scores["compared"] == "4 pairs 12x12x3 to 12x12x3, of the split test"
    assert (scores["num_fake"], scores["real_split"]) == (4, "test")
    assert "extractor" not in scores


@pytest.mark.slow
def test_kid_is_measured_of_both_ways(two_ways, capsys):
    arguments = ["evaluate", str(two_ways), "--extractor=fashion_mnist"]
    arguments += ["--metrics=kid", "--json"]
    assert main(arguments) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores.keys() >= {"kid_a", "kid_b", "num_real_a", "num_fake_b"}
    assert "psnr" in fails(capsys, "evaluate", str(two_ways), "--metrics=psnr")


def test_without_features_of_the_images_pixels_are_compared(
    run, monkeypatch, capsys
):
    package = keras_gan.features.efficientnet
    monkeypatch.setattr(package, "_PACKAGE", "no_such_package")
    assert main(["evaluate", str(run), "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert "psnr" in scores
    assert "kid" not in scores
    assert "ImageNet" in fails(capsys, "evaluate", str(run), "--metrics=kid")
