"""Recipes that translate: what fits them, and what they are made of."""

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import datasets, recipes
from keras_gan.recipes import override
from keras_gan.recipes.components import NETWORKS, default_settings
from keras_gan.recipes.tasks import Shapes, task_of
from tests.network_names import FROM_IMAGES, FROM_LATENTS
from tests.test_recipes import TRANSLATIONS, small

SINGLE = {
    *("unet", "patch_discriminator", "resnet_generator"),
    "super_resolution",
}


def recipe_of(name, *changes):
    return override(small(recipes.get(name)), changes)


def pairs(source, target, count=6):
    random = np.random.default_rng(0)
    return tuple(
        random.integers(0, 256, (count, *shape), "uint8")
        for shape in (source, target)
    )


def save(folder, name, pixels):
    folder.mkdir(parents=True, exist_ok=True)
    squeezed = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    Image.fromarray(squeezed).save(folder / name)


# ------------------------------------------------------------ what fits them


def test_every_network_is_of_a_model_or_a_part_of_such():
    known = {name for names in NETWORKS.values() for name in names}
    assert known == set(FROM_LATENTS) | set(FROM_IMAGES) - SINGLE


@pytest.mark.parametrize("name", sorted(SINGLE))
def test_a_single_network_is_refused_with_those_that_there_are(name):
    with pytest.raises(ValueError, match=f"pix2pix, srgan.*'{name}'"):
        override(recipes.get("quick"), [("networks", name)])


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("quick", [("networks", "pix2pix")], "GAN must be dcgan.*pix2pix"),
        ("pix2pix", [("networks", "dcgan")], "pix2pix or srgan.*dcgan"),
        ("pix2pix", [("model", "CycleGAN")], "must be cycle_gan.*pix2pix"),
        ("quick", [("scale", 2)], "`scale` must be left out"),
        ("quick", [("jitter", 2)], "has no sources"),
        ("pix2pix", [("augment", "ada")], "`augment` must be left out"),
        ("cyclegan", [("label", 3)], "have no classes"),
        ("cyclegan", [("scale", 2)], "of one size"),
    ],
    ids=str,
)
def test_what_does_not_fit_the_model_is_refused(name, changes, message):
    recipe = override(recipes.get(name), changes)
    with pytest.raises(ValueError, match=message):
        recipes.assemble(recipe, (8, 8, 1))


def test_a_model_has_the_settings_of_its_own_constructor():
    assert "players" not in default_settings("model", "GAN")
    assert set(default_settings("model", "CycleGAN")) == {
        *("cycle_weight", "identity_weight", "adversarial_weight"),
        *("pool_size", "generator_regularizer", "ema_decay"),
        *("discriminator_steps", "generator_steps"),
    }


@pytest.mark.parametrize(
    ("name", "source", "target", "message"),
    [
        ("pix2pix", (8, 8, 1), (16, 16, 1), "srgan.*8x8x1.*16x16x1"),
        ("super-resolution", (8, 8, 1), (8, 8, 1), "networks=pix2pix"),
        ("super-resolution", (4, 4, 3), (8, 8, 1), "keep their channels"),
        ("cyclegan", (8, 8, 1), (16, 16, 1), "one height and width"),
        ("cyclegan", (8, 8, 1), (8, 8, 3), "identity_weight=0"),
    ],
    ids=str,
)
def test_shapes_that_do_not_go_together_are_named(
    name, source, target, message
):
    recipe = recipe_of(name)
    if name == "cyclegan":
        recipe = override(recipe, [("model.identity_weight", 0.5)])
    with pytest.raises(ValueError, match=message):
        recipes.assemble(recipe, target, source_shape=source)


# ------------------------------------------------------ what they are made of


def test_the_source_follows_from_the_recipe():
    recipe = recipe_of("pix2pix", ("source_channels", 1))
    gan = recipes.assemble(recipe, (8, 8, 3))
    assert gan.generator.input_shape == (None, 8, 8, 1)
    gan = recipes.assemble(recipe_of("super-resolution"), (8, 8, 3))
    assert gan.generator.input_shape == (None, 2, 2, 3)
    recipe = recipe_of("cyclegan", ("source_channels", 1))
    gan = recipes.assemble(recipe, (8, 8, 3))
    assert gan.generator_ba.input_shape == (None, 8, 8, 3)
    assert gan.generator_ab.input_shape == (None, 8, 8, 1)


def test_super_resolution_begins_with_content_alone():
    recipe = recipe_of("super-resolution", ("epochs", 2), ("batch_size", 2))
    gan = recipes.assemble(recipe, (8, 8, 1), num_images=20)
    weights = []
    for update in (0, 9, 15, 20):
        gan.players["generator"].updates.assign(update)
        weights.append(float(gan.weight("adversarial_weight")))
    end = recipe.model["adversarial_weight"]["end"]
    assert weights == pytest.approx([0.0, 0.0, end / 2, end], abs=1e-6)


@pytest.mark.parametrize("name", sorted(TRANSLATIONS))
def test_batches_are_of_the_recipe(name):
    recipe = recipe_of(name, ("batch_size", 4), ("flip", True))
    source = (2, 2, 1) if name == "super-resolution" else (8, 8, 1)
    batches = recipes.batches(recipe, pairs(source, (8, 8, 1)), seed=3)
    assert (len(batches), batches.seed, batches.flip) == (1, 3, True)
    assert [each.shape for each in batches[0]] == [
        (4, *source),
        (4, 8, 8, 1),
    ]
    with pytest.raises(ValueError, match="`labels` must be None"):
        recipes.batches(recipe, pairs(source, (8, 8, 1)), np.zeros(6, int))


def test_small_sources_are_made_of_targets_alone():
    recipe = recipe_of("super-resolution", ("batch_size", 4))
    targets = pairs((8, 8, 1), (8, 8, 1))[1]
    source, target = recipes.batches(recipe, targets)[0]
    assert (source.shape, target.shape) == ((4, 2, 2, 1), (4, 8, 8, 1))


@pytest.mark.parametrize(
    "name",
    [
        "pix2pix",
        pytest.param("cyclegan", marks=pytest.mark.slow),
        pytest.param("super-resolution", marks=pytest.mark.slow),
    ],
)
def test_generators_of_any_size_make_the_same_of_the_same(name):
    recipe = recipe_of(name)
    shapes = task_of(recipe).completed((16, 16, 1), None)
    gan = recipes.assemble(recipe, shapes.image, source_shape=shapes.source)
    made = task_of(recipe).generators_of_any_size(shapes)
    assert made.keys() == gan.players["generator"].networks.keys()
    source = pairs(shapes.source, (1, 1, 1), 2)[0] / 127.5 - 1.0
    larger = np.tile(source, (1, 2, 3, 1))
    for key, network in gan.players["generator"].networks.items():
        made[key].set_weights(network.get_weights())
        np.testing.assert_allclose(
            made[key](source), network(source), atol=1e-5
        )
        height, width = np.array(larger.shape[1:3]) * (
            shapes.image[0] // shapes.source[0]
        )
        assert made[key](larger).shape == (2, height, width, 1)


# ------------------------------------------------------------------- the data


def test_the_split_to_choose_an_epoch_by_is_val_then_test(tmp_path):
    """The test split is then left for the figures."""
    random = np.random.default_rng(0)
    for split, count in (("train", 6), ("val", 3), ("test", 4)):
        for index in range(count):
            pixels = random.integers(0, 256, (8, 16, 3), "uint8")
            save(tmp_path / "maps" / split, f"{index}.png", pixels)
    recipe = recipe_of("pix2pix", ("data", str(tmp_path / "maps")))
    task = task_of(recipe)
    data = task.load()
    assert task.in_words(data) == "6 pairs 8x8x3 to 8x8x3"
    assert (task.measured(data).split, len(task.measured(data))) == ("val", 3)
    assert task.held_out("test", "val").split == "test"
    assert task.measured_in_words(data).endswith("of the split val")
    for picture in (tmp_path / "maps" / "val").iterdir():
        picture.unlink()
    (tmp_path / "maps" / "val").rmdir()
    assert task_of(recipe).measured(data).split == "test"


def test_what_knows_no_images_measures_pairs_without_features(tmp_path):
    random = np.random.default_rng(0)
    for index in range(4):
        pixels = random.integers(0, 256, (12, 24, 3), "uint8")
        save(tmp_path / "maps", f"{index}.png", pixels)
    task = task_of(recipe_of("pix2pix", ("data", str(tmp_path / "maps"))))
    data = task.load()
    (evaluation,) = task.evaluation(data)
    assert evaluation.metrics == ["psnr", "ssim"]
    assert task.measured(data).split == "train"


def test_both_directions_are_measured_without_pairs():
    recipe = recipe_of("cyclegan", ("limit", 8), ("evaluation.num_samples", 6))
    task = task_of(recipe)
    forth, back = task.evaluation(task.load())
    assert (forth.direction, back.direction) == ("ab", "ba")
    assert forth.metrics == back.metrics == ["kid"]
    np.testing.assert_array_equal(forth.real, back.sources)
    assert task.monitor == "kid_b"


def test_sides_are_exchanged_with_their_channels(tmp_path):
    random = np.random.default_rng(0)
    for side, depth in (("trainA", 1), ("trainB", 3)):
        for index in range(3):
            pixels = random.integers(0, 256, (8, 8, depth), "uint8")
            save(tmp_path / "x" / side, f"{index}.png", pixels)
    changes = [("data", str(tmp_path / "x")), ("channels", 3)]
    changes += [("source_channels", 1)]
    for direction in ("ab", "ba"):
        recipe = recipe_of("cyclegan", *changes, ("direction", direction))
        data = task_of(recipe).load()
        assert task_of(recipe).shapes(data) == Shapes((8, 8, 3), (8, 8, 1))


@pytest.mark.parametrize("counts", [(5, 8), (8, 5), (2, 3)])
def test_pictures_show_as_many_of_each_side(tmp_path, counts):
    counts = dict(zip(("A", "B"), counts, strict=True))
    for side, held in counts.items():
        for split, count in (("train", 4), ("test", held)):
            for index in range(count):
                pixels = np.full((8, 8, 3), index, "uint8")
                save(tmp_path / f"{split}{side}", f"{index}.png", pixels)
    task = task_of(recipe_of("cyclegan", ("data", str(tmp_path))))
    first, second = task.shown(task.load())["sources"]
    assert len(first) == len(second) == min(*counts.values(), 6)


# ------------------------------------------------------- from a trained model


@pytest.mark.parametrize(
    "name",
    ["pix2pix", pytest.param("cyclegan", marks=pytest.mark.slow)],
)
def test_a_translator_starts_from_a_trained_one(name):
    recipe = recipe_of(name)
    with_average = override(recipe, [("model.ema_decay", 0.9)])
    gan = recipes.assemble(with_average, (8, 8, 1), seed=0)
    trained = recipes.assemble(recipe, (8, 8, 1), seed=1)
    recipes.init_from(gan, trained)
    networks = trained.players.networks
    averaged = gan.players["generator"].averaged
    assert averaged.keys() <= networks.keys()
    for found in (gan.players.networks, averaged):
        for key, network in found.items():
            for mine, its in zip(
                network.get_weights(), networks[key].get_weights(), strict=True
            ):
                np.testing.assert_array_equal(mine, its)


def test_other_models_do_not_start_from_each_other():
    gan = recipes.assemble(recipe_of("vanilla"), (8, 8, 1))
    trained = recipes.assemble(recipe_of("pix2pix"), (8, 8, 1))
    with pytest.raises(ValueError, match="does not fit"):
        recipes.init_from(gan, trained)


def test_layers_of_all_discriminators_are_frozen():
    recipe = recipe_of("cyclegan", ("freeze_d", 1))
    gan = recipes.assemble(recipe, (8, 8, 1))
    for network in (gan.discriminator_a, gan.discriminator_b):
        convolutions = [
            layer
            for layer in network.layers
            if isinstance(layer, keras.layers.Conv2D)
        ]
        assert [each.trainable for each in convolutions[:2]] == [False, True]
    assert isinstance(gan, keras_gan.CycleGAN)


def test_the_named_sets_have_an_extractor():
    from keras_gan.features.of_data import EXTRACTOR_OF

    assert set(EXTRACTOR_OF) >= {
        *datasets.PAIR_NAMES,
        *datasets.UNPAIRED_NAMES,
    }
