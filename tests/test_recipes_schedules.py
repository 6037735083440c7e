"""Recipes whose settings change from the start of a run to its end."""

import json

import keras
import numpy as np
import pytest

from keras_gan import recipes
from keras_gan.cli import main
from keras_gan.recipes import assemble, override
from keras_gan.recipes.setting_changes import parse_change
from keras_gan.schedules import Cosine, HalfLife
from tests.test_recipes import small
from tests.test_recipes_settings import DRY

COSINE = {"name": "cosine", "start": 0.05, "end": 0.005}
R3GAN = [
    ("regularizer", "r1"),
    ("regularizer.weight", COSINE),
    ("augment", "random_apply"),
    ("augment.probability", {"name": "linear", "start": 0, "end": 0.55}),
    (
        "model.ema_decay",
        {
            "name": "half_life",
            "images": {"name": "cosine", "start": 0, "end": 5e6},
        },
    ),
    ("d_opt", "adam"),
    ("d_opt.beta_2", {**COSINE, "start": 0.9, "end": 0.99}),
    ("model.discriminator_steps", 2),
    ("batch_size", 10),
    ("epochs", 3),
]


def scheduled(*changes):
    base = small(recipes.get("vanilla"))
    return override(base, [*R3GAN, *changes])


def test_schedules_last_as_long_as_the_run():
    # 3 epochs of 4 batches: 12 updates of the discriminator, 6 of the other.
    gan = assemble(scheduled(), (28, 28, 1), num_images=45)
    weight = gan.regularizers[0].weight
    assert weight.get_config() == Cosine(0.05, 0.005, 12).get_config()
    probability = gan.augment.probability.get_config()
    assert probability["decay_steps"] == 12
    assert probability["end_learning_rate"] == 0.55
    assert isinstance(gan.ema_decay, HalfLife)
    images = gan.ema_decay.images
    assert images.get_config() == Cosine(0.0, 5e6, 6).get_config()
    beta_2 = gan.optimizer.discriminator.beta_2
    assert beta_2.get_config() == Cosine(0.9, 0.99, 12).get_config()


def test_only_a_scheduled_adam_is_another_one():
    gan = assemble(scheduled(("g_opt", "adam")), (28, 28, 1), num_images=45)
    plain = type(keras.optimizers.get("adam"))
    assert type(gan.optimizer.generator) is plain
    assert type(gan.optimizer.discriminator) is not plain


def test_numbers_stay_at_the_start_where_the_length_is_unknown():
    gan = assemble(scheduled(), (28, 28, 1))
    assert gan.regularizers[0].weight == 0.05
    assert gan.optimizer.discriminator.beta_2 == pytest.approx(0.9)


def test_a_share_of_the_run_is_held():
    recipe = scheduled(("regularizer.weight.hold", 0.25))
    gan = assemble(recipe, (28, 28, 1), num_images=45)
    assert gan.regularizers[0].weight.hold == 3


def test_gp_weight_follows_the_critics_updates():
    base = small(recipes.get("wgan-gp"))
    changes = [("model.gp_weight", COSINE), ("batch_size", 10), ("epochs", 1)]
    gan = assemble(override(base, changes), (28, 28, 1), num_images=60)
    assert gan.gp_weight.steps == 6


def test_a_schedule_survives_json():
    recipe = scheduled()
    text = json.dumps(recipe.to_dict())
    assert recipes.Recipe.from_dict(json.loads(text)) == recipe


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("regularizer.weight.end=0.001", {**COSINE, "end": 0.001}),
        ("regularizer.weight.name=linear", {**COSINE, "name": "linear"}),
        ("regularizer.weight=2", 2),
        (
            "regularizer.weight={'name': 'linear', 'start': 1, 'end': 2}",
            {"name": "linear", "start": 1, "end": 2},
        ),
    ],
)
def test_parts_of_a_schedule_are_set(change, expected):
    recipe = scheduled(parse_change(change))
    assert recipe.regularizer["weight"] == expected


def test_the_name_alone_falls_from_the_number_to_0():
    changes = [("regularizer.weight", 4.0), ("regularizer.weight", "cosine")]
    recipe = scheduled(*changes)
    expected = {"name": "cosine", "start": 4.0, "end": 0.0}
    assert recipe.regularizer["weight"] == expected


def test_a_schedule_inside_a_half_life_is_set():
    recipe = scheduled(("model.ema_decay.images.end", 1e5))
    assert recipe.model["ema_decay"]["images"]["end"] == 1e5


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("regularizer.weight", {"a": 1}, 'whose "name" is one of cosine'),
        ("regularizer.weight", {"name": "half_life", "images": 1}, "one of"),
        ("regularizer.weight", {"name": "cosine", "end": 1}, "needs start"),
        ("regularizer.weight", {**COSINE, "up": 1}, "takes start, end, hold"),
        ("regularizer.weight.end", "much", "weight.end` must be of type"),
        ("regularizer.weight.hold", 1.0, "below 1"),
        ("regularizer.interval", COSINE, "`regularizer.interval` must be of"),
        ("d_opt.beta_2.end", 1.0, "`d_opt.beta_2.end` must be at least 0"),
        ("d_opt.beta_1.end", 0.5, "has no schedule"),
        ("d_opt.learning_rate", COSINE, "`d_opt.learning_rate` must be of"),
        ("model.ema_decay.images", -1, "`model.ema_decay.images` must be at"),
    ],
)
def test_a_wrong_schedule_is_refused_by_name(key, value, words):
    with pytest.raises(ValueError, match=r"Received: ") as error:
        scheduled((key, value))
    assert words in str(error.value)


def test_a_dry_run_shows_schedules_as_they_are_set(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    changes = ["regularizer=r1", f"regularizer.weight={COSINE}"]
    assert main([*DRY, *(f"--set={each}" for each in changes)]) == 0
    lines = " ".join(capsys.readouterr().out.split())
    assert f"regularizer.weight={json.dumps(COSINE)}" in lines
    _, value = parse_change(f"regularizer.weight={json.dumps(COSINE)}")
    assert value == COSINE


@pytest.mark.slow
def test_a_scheduled_run_is_resumed_exactly(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    train = [each for each in DRY if each not in ("--dry-run", "--epochs=1")]
    settings = [
        *("--set=regularizer=r1", f"--set=regularizer.weight={COSINE}"),
        "--set=d_opt=adam",
        "--set=d_opt.beta_2={'name': 'linear', 'start': 0.9, 'end': 0.99}",
        "--set=augment=random_apply",
        "--set=augment.probability={'name': 'cosine', 'start': 0, 'end': 0.5}",
        "--set=model.ema_decay={'name': 'half_life', 'images': 20}",
        *("--set=evaluation=none", "--epochs=2", "--seed=3"),
    ]
    assert main([*train, *settings, "--out=straight"]) == 0
    stop_after_one_epoch(monkeypatch)
    assert main([*train, *settings, "--out=stopped"]) != 0
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--resume", "--out=stopped"]) == 0
    weights = []
    for run in ("straight", "stopped"):
        model = keras.saving.load_model(tmp_path / run / "model.keras")
        weights.append(model.get_weights())
    for left, right in zip(*weights, strict=True):
        assert np.array_equal(left, right)


def stop_after_one_epoch(monkeypatch):
    from keras_gan.run_folder.metrics_file import MetricsFile

    write = MetricsFile.on_epoch_end

    def interrupt(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt
        write(self, epoch, logs)

    monkeypatch.setattr(MetricsFile, "on_epoch_end", interrupt)
