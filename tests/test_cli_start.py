"""Runs that start from the weights of a trained one, and mirrored images."""

import json
import shutil

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan import recipes, run_folder
from keras_gan.cli.main import main
from keras_gan.run_folder import RunFolder
from tests.test_cli import DATA, fails, weights

TINY = [
    *DATA,
    "--set=networks.generator_units=[8,8]",
    "--set=networks.discriminator_units=[8]",
    *("--set=evaluation=none", "--set=model.ema_decay=0.9"),
]
NEW = ["--data=pictures", "--set=evaluation=none", "--batch-size=8"]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A folder with a trained run, and pictures of their own."""
    folder = tmp_path_factory.mktemp("start")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        arguments = ["train", "vanilla", *TINY, "--epochs=1", "--out=run"]
        assert main(arguments) == 0
    (folder / "pictures").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 24), np.uint8)
    for index, image in enumerate(pixels):
        Image.fromarray(image).save(folder / "pictures" / f"{index:02}.png")
    return folder


@pytest.fixture(autouse=True)
def _here(elsewhere, monkeypatch):
    monkeypatch.chdir(elsewhere)


@pytest.fixture(scope="module")
def started(elsewhere):
    """A run on other pictures that starts from the trained one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(elsewhere)
        arguments = ["train", "--init=run", *NEW, "--freeze-d=1"]
        assert main([*arguments, "--epochs=2", "--out=started"]) == 0
    return elsewhere / "started"


def config_of(folder):
    return json.loads((folder / "config.json").read_text())


def arrays(network):
    return [np.array(values) for values in network.get_weights()]


def same(one, other):
    pairs = zip(arrays(one), arrays(other), strict=True)
    return [np.array_equal(a, b) for a, b in pairs]


# ------------------------------------------------------------------ --init


@pytest.fixture
def looked_at(monkeypatch):
    """What `train` would train: its plan, and what was made of it."""

    def look(*arguments):
        seen = []
        with monkeypatch.context() as patch:
            patch.setattr(
                "keras_gan.cli.training.train",
                lambda prepared, workers: (
                    seen.append((prepared.plan, prepared)) or 0
                ),
            )
            assert main(["train", *arguments]) == 0
        return seen[0]

    return look


def test_all_weights_are_those_of_the_trained_run(looked_at):
    _, prepared = looked_at("--init=run", *NEW)
    trained = keras.saving.load_model("run/model.keras")
    for name in ("generator", "discriminator", "ema_generator"):
        assert all(same(getattr(prepared.gan, name), getattr(trained, name)))
    assert int(prepared.gan.optimizer.iterations.numpy()) == 0


def test_without_a_recipe_it_is_the_run_s_on_the_new_pictures(started):
    config = config_of(started)
    assert config["recipe"]["name"] == "vanilla"
    assert config["recipe"]["networks"]["generator_units"] == [8, 8]
    assert config["recipe"]["limit"] is None
    assert config["image_shape"] == [28, 28, 1]
    assert config["data"]["num_images"] == 24


def test_config_says_what_the_run_was_started_from(started, elsewhere):
    config = config_of(started)
    assert config["init"]["path"] == str(elsewhere / "run")
    assert len(config["init"]["digest"]) == 64
    assert config_of(elsewhere / "run")["init"] is None


def test_frozen_layers_keep_the_trained_weights(started):
    trained = keras.saving.load_model("run/model.keras").discriminator
    now = keras.saving.load_model(started / "model.keras").discriminator
    first, *others = same(now, trained)[::2]
    assert first
    assert not any(others)


@pytest.mark.slow
def test_a_started_run_is_resumed_exactly_without_the_first(started, elsewhere):
    shutil.copytree(elsewhere / "run", elsewhere / "lost")
    arguments = ["train", "--init=lost", *NEW, "--freeze-d=1", "--out=halved"]
    assert main([*arguments, "--epochs=1"]) == 0
    shutil.rmtree(elsewhere / "lost")
    assert main(["train", "--resume", "--out=halved", "--epochs=2"]) == 0
    assert weights("halved/model.keras") == weights(started / "model.keras")


def forget_training(folder):
    """Leaves what a run has before its first epoch is done."""
    shutil.rmtree(folder / "backup")
    (folder / "backup").mkdir()
    for path in folder.glob("*.keras"):
        path.unlink()


@pytest.mark.slow
def test_a_run_without_a_finished_epoch_begins_anew_from_the_same(
    started, elsewhere
):
    again = shutil.copytree(started, elsewhere / "again")
    forget_training(again)
    assert main(["train", "--resume", "--out=again"]) == 0
    assert weights(again / "model.keras") == weights(started / "model.keras")


def test_it_does_not_begin_anew_from_other_weights(started, elsewhere, capsys):
    again = shutil.copytree(started, elsewhere / "changed")
    forget_training(again)
    config = config_of(again)
    config["init"]["digest"] = "0" * 64
    (again / "config.json").write_text(json.dumps(config))
    error = fails(capsys, "train", "--resume", "--out=changed")
    assert "are not those that this run was started with" in error


def test_the_whole_command_can_be_given_again(started, capsys):
    arguments = ["train", "--init=run", *NEW, "--freeze-d=1", "--epochs=2"]
    assert main([*arguments, "--resume", "--out=started"]) == 0
    assert "finished already" in capsys.readouterr().out
    other = ["--resume", "--out=started", "--init=pictures"]
    error = fails(capsys, "train", *other)
    assert "Expected --init:" in error


def test_the_plan_names_the_start(capsys):
    arguments = ["train", "--init=run", *NEW, "--flip", "--freeze-d=1"]
    assert main([*arguments, "--dry-run"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "1 layer of the discriminator frozen" in out
    assert "28x28x1, mirrored at random" in out
    assert "freeze_d=1" in out


def test_a_model_file_alone_can_be_started_from(elsewhere, capsys):
    shutil.copy("run/best.keras", "alone.keras")
    arguments = ["train", "vanilla", *TINY, "--init=alone.keras", "--dry-run"]
    assert main(arguments) == 0
    assert "alone.keras" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["vanilla", *TINY, "--set=networks.discriminator_units=[9]"],
            "kernel of shape (784, 9). Received:",
        ),
        (
            ["vanilla", *TINY, "--set=networks.discriminator_units=[8,8]"],
            "The discriminator does not fit",
        ),
        (
            ["vanilla", *TINY, "--set=image_size=32"],
            "Expected an input of shape (None, 32, 32, 1). Received: a trained "
            "one of (None, 28, 28, 1)",
        ),
        (
            ["vanilla", *TINY, "--set=model=ACGAN"],
            "Expected: 10 classes. Received: a trained GAN of no classes",
        ),
        (["vanilla", *TINY, "--freeze-d=2"], "`freeze_d` must leave a layer"),
    ],
    ids=["width", "depth", "size", "classes", "all frozen"],
)
def test_networks_that_do_not_fit_are_one_line(
    elsewhere, capsys, arguments, message
):
    error = fails(capsys, "train", *arguments, "--init=run", "--out=bad")
    assert message in error
    assert not (elsewhere / "bad").exists()


def test_a_start_from_nothing_is_one_line(capsys):
    for arguments in (["--init=nowhere"], ["vanilla", "--init=nowhere"]):
        error = fails(capsys, "train", *arguments, "--out=bad")
        assert "nowhere" in error


def test_frozen_layers_need_a_trained_run(capsys):
    error = fails(capsys, "train", "vanilla", *TINY, "--freeze-d=1")
    assert "--init RUN" in error


# ------------------------------------------------------------------ --flip


def test_training_images_are_mirrored_and_those_to_compare_with_are_not(
    looked_at,
):
    arguments = ["vanilla", *TINY, "--set=evaluation=fid", "--flip"]
    plan, prepared = looked_at(*arguments)
    assert prepared.data.flip
    assert plan.config()["recipe"]["flip"] is True
    (evaluation,) = prepared.evaluation
    np.testing.assert_array_equal(evaluation.real, plan.source.images)


def test_a_run_without_the_new_settings_is_resumed(elsewhere):
    older = shutil.copytree("run", elsewhere / "older")
    config = config_of(older)
    del config["init"], config["recipe"]["flip"], config["recipe"]["freeze_d"]
    (older / "config.json").write_text(json.dumps(config))
    assert main(["train", "--resume", "--out=older"]) == 0
    assert run_folder.epochs_done(RunFolder(older).backup) == 1


# -------------------------------------------------------------- from Python


def assembled(**changes):
    recipe = recipes.override(
        recipes.get("vanilla"),
        [
            ("networks.generator_units", [8]),
            ("networks.discriminator_units", [8]),
            *changes.items(),
        ],
    )
    return recipes.assemble(recipe, (8, 8, 1), seed=1)


def test_an_average_starts_from_the_generator_where_there_was_none():
    trained, gan = assembled(), assembled(**{"model.ema_decay": 0.9})
    recipes.init_from(gan, trained)
    assert all(same(gan.ema_generator, trained.generator))


def test_nothing_is_copied_where_one_network_does_not_fit():
    trained = assembled(**{"networks.generator_units": [9]})
    gan = assembled()
    before = arrays(gan.discriminator)
    trained.discriminator.set_weights([w + 1 for w in before])
    with pytest.raises(ValueError, match="generator does not fit"):
        recipes.init_from(gan, trained)
    for one, other in zip(before, arrays(gan.discriminator), strict=True):
        np.testing.assert_array_equal(one, other)


def test_only_gans_give_weights():
    with pytest.raises(TypeError, match="trained"):
        recipes.init_from(assembled(), keras.Sequential())
