"""Recipes: data that assemble into what the tutorials describe."""

import json

import keras
import numpy as np
import pytest

from keras_gan import losses, recipes, regularizers
from keras_gan.recipes import Recipe, override
from keras_gan.recipes.components import COMPONENTS, default_settings
from keras_gan.recipes.recipe import settings_of
from keras_gan.recipes.setting_changes import parse_change
from tests.network_names import FROM_LATENTS

TUTORIALS = {
    "dense-selu",
    "dcgan",
    "wgan-gp",
    "conditional-wgan-gp",
    "dcgan-64",
    "wgan-gp-64",
    "resize-conv",
    "single-class-dense",
    "single-class-dcgan",
    "vanilla",
    "dense-logits",
}
TRANSLATIONS = {"pix2pix", "cyclegan", "super-resolution"}
GENERATING = [each for each in recipes.ALL if each.name not in TRANSLATIONS]


def shape_of(recipe):
    if recipe.data == "grid":
        return (2,)
    size = recipe.image_size or 28
    return size, size, recipe.channels or 1


def small(recipe):
    """The recipe with the smallest networks of its kind."""
    patches = {"filters": 2, "discriminator_filters": 2}
    patches |= {"discriminator_stages": 1}
    narrow = {
        "pix2pix": {**patches, "stages": 2},
        "cycle_gan": {**patches, "stages": 1, "blocks": 0},
        "srgan": {**patches, "blocks": 0},
        "dense": {"generator_units": [8], "discriminator_units": [8]},
        "dcgan": {"filters": 2},
        "wgan_gp": {"filters": 2, "critic_filters": [2, 2, 2]},
        "resize_conv": {"filters": 2, "start_filters": 2},
        "residual": {"filters": 2},
        "r3gan": {"filters": 2},
        "style_gan": {"filters": 2, "style_dim": 3, "max_filters": 4},
    }[recipe.networks["name"]]
    changes = [(f"networks.{key}", value) for key, value in narrow.items()]
    return override(recipe, changes)


def assemble(recipe, **kwargs):
    classes = 10 if recipe.conditional else None
    return recipes.assemble(
        recipe, shape_of(recipe), num_classes=classes, seed=0, **kwargs
    )


def kinds(network, kind):
    return [layer for layer in network.layers if isinstance(layer, kind)]


def test_every_tutorial_and_ours_are_there():
    assert recipes.NAMES[0] == "quick"
    assert set(recipes.NAMES) == TUTORIALS | {
        "quick",
        "ac-gan",
        "sngan",
        "few-images",
        "quick-64",
        "quick-128",
        "r3gan",
        "style-gan",
        "style-gan-64",
        "stacked-mnist",
        "grid",
        "ring",
        *TRANSLATIONS,
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "interval"), [("style-gan", 16), ("style-gan-64", 4)]
)
def test_style_recipes_are_the_authors_for_small_images(name, interval):
    recipe = small(recipes.get(name))
    gan = assemble(recipe, num_images=1000)
    assert gan.penalty_names == ["r1"]
    assert gan.regularizers[0].interval == interval
    assert gan.ema_decay.images == 10_000
    assert gan.style_mixing == 0.0
    whole = [("model.path_length_weight", 2.0), ("model.style_mixing", 0.9)]
    gan = assemble(recipes.override(recipe, whole), num_images=1000)
    assert gan.penalty_names == ["r1", "path_length"]
    assert gan.style_mixing == 0.9
    assert (gan.augment is None) == (name == "style-gan")


@pytest.mark.parametrize("recipe", recipes.ALL, ids=recipes.NAMES)
def test_a_recipe_survives_json(recipe):
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


@pytest.mark.parametrize("recipe", recipes.ALL, ids=recipes.NAMES)
def test_every_setting_is_one_that_its_part_knows(recipe):
    for part in COMPONENTS:
        for settings in settings_of(recipe, part):
            known = default_settings(part, settings["name"])
            assert set(settings) - {"name"} <= set(known)


@pytest.mark.parametrize("recipe", GENERATING, ids=lambda each: each.name)
def test_a_recipe_assembles_and_makes_images_in_its_range(recipe):
    gan = assemble(small(recipe))
    labels = [3, 4] if recipe.conditional else None
    images = gan.generate(2, labels=labels, seed=0)
    assert images.shape == (2, *shape_of(recipe))
    low, high = recipe.value_range
    bounded = recipe.networks.get("output_activation", "tanh") is not None
    if recipe.name != "resize-conv" and bounded:
        assert low <= images.min()
        assert images.max() <= high


def test_vanilla_is_the_tutorial():
    gan = assemble(recipes.get("vanilla"))
    hidden = [128, 256, 512, 1024]
    dense = kinds(gan.generator, keras.layers.Dense)
    assert [layer.units for layer in dense] == [*hidden, 784]
    norms = kinds(gan.generator, keras.layers.BatchNormalization)
    assert [(n.momentum, n.epsilon) for n in norms] == [(0.1, 0.8)] * 3
    assert isinstance(dense[0].kernel_initializer, keras.initializers.HeUniform)
    judge = kinds(gan.discriminator, keras.layers.Dense)
    assert [layer.units for layer in judge] == [512, 256, 1]
    outputs = keras.ops.convert_to_numpy(
        gan.discriminator(np.full((1, 28, 28, 1), 1e6, "float32"))
    )
    assert outputs.item() in (0.0, 1.0)  # A sigmoid that has saturated.
    for optimizer in gan.optimizer.optimizers:
        assert isinstance(optimizer, keras.optimizers.Adam)
        assert float(optimizer.learning_rate) == pytest.approx(2e-4)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.999)
    assert isinstance(gan.adversarial_loss, losses.NonSaturating)
    assert gan.latent_dim == 100
    recipe = recipes.get("vanilla")
    assert (recipe.batch_size, recipe.epochs) == (128, 200)


def test_wgan_gp_is_the_tutorial():
    gan = assemble(recipes.get("wgan-gp"))
    convolutions = kinds(gan.critic, keras.layers.Conv2D)
    assert [layer.filters for layer in convolutions] == [64, 256, 128]
    rates = [layer.rate for layer in kinds(gan.critic, keras.layers.Dropout)]
    assert rates == [0.2] * 3
    assert gan.discriminator_steps == 5
    (penalty,) = gan.regularizers
    assert isinstance(penalty, regularizers.GradientPenalty)
    assert penalty.weight == 10.0


def test_wgan_gp_64_has_three_convolutions():
    gan = assemble(recipes.get("wgan-gp-64"))
    convolutions = kinds(gan.critic, keras.layers.Conv2D)
    assert [layer.filters for layer in convolutions] == [32, 128, 64]


def test_resize_conv_clips_only_the_discriminator():
    recipe = recipes.get("resize-conv")
    (clipping,) = recipes.clipping(recipe)
    assert (clipping.value, clipping.player) == (1.0, "discriminator")
    assert isinstance(assemble(recipe).adversarial_loss, losses.Minimax)


def test_single_class_dense_takes_pixels_as_they_are():
    recipe = recipes.get("single-class-dense")
    images = np.full((32, 28, 28, 1), 200, "uint8")
    batch = recipes.batches(recipe, images)[0]
    assert batch.max() == 200.0


def test_epochs_follow_from_the_budget():
    recipe = override(
        recipes.get("quick"), [("epochs", None), ("budget", 120_000)]
    )
    found = recipe.planned(10_000)
    assert (found.epochs, found.steps_per_epoch) == (12, None)
    assert override(recipe, [("epochs", 7)]).planned(10_000).epochs == 7


@pytest.mark.parametrize("count", [35_000, 60_000, 119_000, 1_000_000])
def test_a_budget_of_few_epochs_is_divided(count):
    recipe = override(
        recipes.get("quick"), [("epochs", None), ("budget", 120_000)]
    )
    found = recipe.planned(count)
    assert 6 <= found.epochs <= 10
    shown = found.epochs * found.steps_per_epoch * recipe.batch_size
    assert 120_000 - 3 * recipe.batch_size <= shown <= 120_000
    assert found.batches_of(count) == found.steps_per_epoch
    # What is planned stays as it is, whatever the data.
    assert found.planned(50) == found
    given = override(recipe, [("steps_per_epoch", 100)]).planned(count)
    assert (given.epochs, given.steps_per_epoch) == (38, 100)


@pytest.mark.parametrize("batches", [*range(1, 40), 2500])
def test_hardly_any_of_a_budget_is_lost(batches):
    recipe = override(
        recipes.get("quick"), [("epochs", None), ("budget", 32 * batches)]
    )
    found = recipe.planned(10**6)
    done = found.epochs * found.steps_per_epoch
    assert found.epochs == batches if batches <= 10 else 6 <= found.epochs <= 10
    assert 0.9 * batches <= done <= batches


@pytest.mark.parametrize(
    ("budget", "count", "epochs", "steps"),
    [(10, 320, 1, 1), (100, 320, 3, 1), (320, 20, 16, None)],
)
def test_small_budgets_and_small_data(budget, count, epochs, steps):
    recipe = override(
        recipes.get("quick"), [("epochs", None), ("budget", budget)]
    )
    found = recipe.planned(count)
    assert (found.epochs, found.steps_per_epoch) == (epochs, steps)


@pytest.mark.parametrize("count", [0, -5, 2.5, True, "a", None])
def test_a_recipe_is_planned_for_a_number_of_images(count):
    with pytest.raises(ValueError, match="`count` must be"):
        recipes.get("quick").planned(count)


def test_a_short_last_batch_is_left_out_unless_it_is_all():
    recipe = override(recipes.get("dcgan"), [("batch_size", 8)])
    images = np.zeros((20, 28, 28, 1), "uint8")
    assert [len(batch) for batch in _all(recipe, images)] == [8, 8]
    assert [len(batch) for batch in _all(recipe, images[:5])] == [5]


def _all(recipe, images):
    batches = recipes.batches(recipe, images)
    return [batches[index] for index in range(len(batches))]


def test_a_conditional_recipe_needs_labels():
    recipe = recipes.get("conditional-wgan-gp")
    with pytest.raises(ValueError, match=r"subfolder.*num_classes=None"):
        recipes.assemble(recipe, (28, 28, 1))
    with pytest.raises(ValueError, match=r"subfolder.*labels=None"):
        recipes.batches(recipe, np.zeros((4, 28, 28, 1), "uint8"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("batch_size=32", ("batch_size", 32)),
        ("d_opt.learning_rate=1e-3", ("d_opt.learning_rate", 1e-3)),
        ("regularizer=none", ("regularizer", None)),
        ("model.x=True", ("model.x", True)),
        ("value_range=[0, 1]", ("value_range", [0, 1])),
        ("loss=hinge", ("loss", "hinge")),
        ("data=a=b", ("data", "a=b")),
    ],
    ids=str,
)
def test_values_are_typed(text, expected):
    assert parse_change(text) == expected


def test_parse_needs_a_value():
    with pytest.raises(ValueError, match="key=value"):
        parse_change("batch_size")


def test_the_size_of_the_latents_is_set_with_the_networks():
    changes = [("networks.latent_dim", 16)]
    recipe = override(recipes.get("vanilla"), changes)
    assert assemble(recipe).latent_dim == 16
    with pytest.raises(ValueError, match="latent_dim"):
        override(recipe, [("model.latent_dim", 16)])


def test_a_nested_setting_is_changed_alone():
    recipe = override(recipes.get("quick"), [("networks.filters", 8)])
    assert recipe.networks == {
        **recipes.get("quick").networks,
        "filters": 8,
    }


def test_a_part_that_is_named_starts_from_its_defaults():
    recipe = override(recipes.get("vanilla"), [("d_opt", "sgd")])
    assert recipe.d_opt == {"name": "sgd"}
    gan = assemble(small(override(recipe, [("networks", "dcgan")])))
    assert isinstance(gan.optimizer.discriminator, keras.optimizers.SGD)


@pytest.mark.parametrize(
    ("name", "changes", "inputs", "outputs"),
    [
        ("vanilla", [("model", "ACGAN")], 1, 2),
        ("conditional-wgan-gp", [("model.name", "ACGAN")], 1, 2),
        ("ac-gan", [("networks", "residual")], 1, 2),
        ("vanilla", [("model", "ConditionalGAN")], 2, 1),
        ("ac-gan", [("model", "ConditionalGAN")], 2, 1),
        ("ac-gan", [("model", "GAN")], 1, 1),
    ],
    ids=str,
)
def test_the_networks_are_told_the_class_as_the_model_wants(
    name, changes, inputs, outputs
):
    gan = assemble(small(override(recipes.get(name), changes)))
    assert len(gan.discriminator.inputs) == inputs
    assert len(gan.discriminator.outputs) == outputs
    assert gan.generate(2, seed=0).shape == (2, 28, 28, 1)


def test_the_user_decides_how_networks_are_told_the_class():
    changes = [("model", "ACGAN"), ("networks.conditioning", "concat")]
    with pytest.raises(ValueError, match='conditioning="auxiliary"'):
        assemble(small(override(recipes.get("dcgan"), changes)))
    changes = [("networks.conditioning", "projection")]
    recipe = override(recipes.get("conditional-wgan-gp"), changes)
    assert recipe.networks["conditioning"] == "projection"


@pytest.mark.parametrize("value", ["relu", 0.2], ids=str)
def test_a_setting_may_be_of_each_type_it_declares(value):
    key = "networks.generator_activation"
    recipe = override(recipes.get("dcgan"), [(key, value)])
    assert recipe.networks["generator_activation"] == value


@pytest.mark.parametrize(
    ("schedule", "halfway"), [("cosine", 1e-3), ("linear", 1e-3)]
)
def test_learning_rates_fall_to_nothing_as_the_run_ends(schedule, halfway):
    changes = [
        ("schedule", schedule),
        ("epochs", 3),
        ("batch_size", 10),
        ("d_opt.learning_rate", 2e-3),
        ("g_opt.learning_rate", 4e-3),
        ("model.discriminator_steps", 2),
    ]
    recipe = small(override(recipes.get("quick"), changes))
    # 3 epochs of 4 batches: 12 updates of the discriminator, 6 of the other.
    gan = assemble(recipe, num_images=45)
    for optimizer, rate, steps in (
        (gan.optimizer.discriminator, 1.0, 12),
        (gan.optimizer.generator, 2.0, 6),
    ):
        rates = []
        for step in (0, steps // 2, steps):
            optimizer.iterations.assign(step)
            rates.append(float(optimizer.learning_rate) / rate)
        assert rates == pytest.approx([2e-3, halfway, 0.0], abs=1e-9)


def test_a_rate_is_held_before_it_falls():
    changes = [("schedule", "cosine"), ("schedule.hold", 0.5), ("epochs", 2)]
    changes += [("g_opt.learning_rate", 2e-3)]
    recipe = small(override(recipes.get("quick"), changes))
    optimizer = assemble(recipe, num_images=160).optimizer.generator
    rates = []
    for step in (0, 2, 5, 7, 10):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate) / 2e-3)
    falling = (1 + np.cos(np.pi * 2 / 5)) / 2
    assert rates == pytest.approx([1, 1, 1, falling, 0], abs=1e-6)


def test_a_rate_cannot_be_held_for_all_of_the_run():
    recipe = override(recipes.get("quick"), [("schedule.hold", 1.0)])
    with pytest.raises(ValueError, match=r"hold=1\.0"):
        assemble(small(recipe), num_images=160)


def test_rates_stay_where_the_length_of_the_run_is_unknown():
    changes = [("schedule", "cosine"), ("g_opt.learning_rate", 2e-3)]
    recipe = override(recipes.get("quick"), changes)
    gan = assemble(small(recipe))
    gan.optimizer.generator.iterations.assign(10_000)
    assert float(gan.optimizer.generator.learning_rate) == pytest.approx(2e-3)


def test_augmentation_works_in_the_recipes_range():
    changes = [("value_range", (0, 255)), ("augment", "ada")]
    gan = assemble(small(override(recipes.get("quick"), changes)))
    assert {each.value_range for each in gan.augment.augment} == {(0.0, 255.0)}
    changes += [
        ("augment", "diffaugment"),
        ("augment.value_range", (0, 2)),
    ]
    gan = assemble(small(override(recipes.get("quick"), changes)))
    assert gan.augment.value_range == (0.0, 2.0)


def test_a_default_that_is_none_can_be_set():
    recipe = override(recipes.get("vanilla"), [("model.ema_decay", 0.9)])
    assert assemble(recipe).ema_decay == 0.9


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("nonsense", 1, "batch_size.*networks"),
        ("networks.fliters", 1, "networks.filters"),
        ("model.nonsense", 1, "model.ema_decay"),
        ("d_opt.lr", 1e-3, "d_opt.learning_rate"),
        ("batch_size", "many", "type int"),
        ("batch_size", 0, "at least 1"),
        ("batch_size", True, "type int"),
        ("networks.filters", 2.5, "type int"),
        ("networks", "nonsense", "dcgan"),
        ("networks", None, "by its name"),
        ("loss", "nonsense", "non_saturating"),
        ("d_opt", "nonsense", "nonsense"),
        ("clipping", "nonsense", "gradient"),
        ("evaluation", "recall", "fid, kid"),
        ("schedule", "nonsense", "cosine, linear"),
        ("augment.policy", "color", "--set augment="),
        ("value_range", [1, "x"], "two numbers"),
        ("channels", 2, r"1 \(grey\) or 3 \(colour\)"),
        ("name", "x", "batch_size"),
    ],
    ids=str,
)
def test_a_bad_change_says_what_is_known(key, value, message):
    with pytest.raises(ValueError, match=message):
        override(recipes.get("dcgan"), [(key, value)])


def test_an_unknown_recipe_lists_the_known():
    with pytest.raises(ValueError, match=r"quick, .*vanilla"):
        recipes.get("nonsense")


def test_every_network_can_be_under_a_recipe():
    for name in FROM_LATENTS:
        override(recipes.get("quick"), [("networks", name)])
