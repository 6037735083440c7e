import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from keras_gan.models import packing
from tests import tiny


def to_numpy(tensor):
    return ops.convert_to_numpy(tensor)


def linear(shape, units=1):
    """A discriminator whose scores are a known weighted sum of its input."""
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(units, use_bias=False),
        ]
    )


def packed_gan(pack, shape=(8, 8, 1), **kwargs):
    doubled = packing.packed_shape(shape, pack)
    return keras_gan.GAN(
        tiny.generator(), linear(doubled), pack=pack, seed=3, **kwargs
    )


def tiles(count, shape=(8, 8, 1)):
    rng = np.random.default_rng(5)
    return rng.uniform(-1, 1, (count, *shape)).astype("float32")


def by_hand(images, pack):
    """Packs of consecutive images, joined by numpy along the channels."""
    count = -(-len(images) // pack) * pack
    filled = np.resize(images, (count, *images.shape[1:]))
    return np.stack(
        [
            np.concatenate(list(filled[start : start + pack]), axis=-1)
            for start in range(0, count, pack)
        ]
    )


@pytest.mark.parametrize("shape", [(3, 4, 3), (2,)], ids=str)
@pytest.mark.parametrize("count", [6, 5, 1])
def test_packs_are_consecutive_samples_joined_along_the_last_axis(count, shape):
    images = tiles(count, shape)
    packs = to_numpy(packing.packed(ops.convert_to_tensor(images), 3))
    np.testing.assert_array_equal(packs, by_hand(images, 3))


@pytest.mark.parametrize("shape", [(3, 4, 3), (2,)], ids=str)
def test_packs_come_apart_as_they_were_joined(shape):
    images = ops.convert_to_tensor(tiles(6, shape))
    apart = packing.unpacked(packing.packed(images, 3), 3)
    np.testing.assert_array_equal(to_numpy(apart), to_numpy(images))


def test_a_pack_gets_one_score():
    gan, images = packed_gan(2), tiles(6)
    gan.compile()
    scores = gan.discriminate(ops.convert_to_tensor(images), training=False)
    kernel = to_numpy(gan.discriminator.trainable_variables[0])
    expected = by_hand(images, 2).reshape(3, -1) @ kernel
    np.testing.assert_allclose(to_numpy(scores), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["r1", "r2", "gradient_penalty"])
def test_a_penalty_takes_a_pack_as_one_sample(name):
    gan = packed_gan(2, regularizer=name)
    gan.compile()
    # Under a linear discriminator the gradient is its kernel everywhere.
    kernel = to_numpy(gan.discriminator.trainable_variables[0])
    norm = np.linalg.norm(kernel)
    logs = gan.train_on_batch(tiles(4), return_dict=True)
    expected = {
        "r1": 5 * norm**2,
        "r2": 5 * norm**2,
        "gradient_penalty": 10 * (norm - 1) ** 2,
    }[name]
    key = "gp" if name == "gradient_penalty" else name
    assert float(logs[key]) == pytest.approx(expected, rel=1e-4)


def test_images_of_a_pack_are_augmented_one_by_one():
    seen = []

    class Watch(keras.layers.Layer):
        def call(self, images, training=None):
            seen.append(tuple(images.shape[1:]))
            return images

    gan = packed_gan(2, augment=Watch())
    gan.compile()
    gan.train_on_batch(tiles(4))
    assert set(seen) == {(8, 8, 1)}


@pytest.mark.slow_on_tensorflow
def test_adaptive_augmentation_counts_the_images_of_packs():
    gan = packed_gan(2, augment=keras_gan.augment.AdaptiveAugment(interval=9))
    gan.compile()
    gan.train_on_batch(tiles(8))
    assert float(ops.convert_to_numpy(gan.augment.count)) == 8


@pytest.mark.slow_on_tensorflow
@pytest.mark.parametrize(
    "loss", ["non_saturating", "relativistic_pairing", "wasserstein"]
)
@pytest.mark.parametrize("regularizer", [None, ["r1", "r2"]], ids=str)
def test_packs_train_with_a_last_batch_of_another_size(loss, regularizer):
    gan = packed_gan(3, regularizer=regularizer, ema_decay=0.9)
    gan.compile(loss=loss)
    history = gan.fit(tiles(11), batch_size=4, epochs=1, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert gan.generate(5, seed=1).shape == (5, 8, 8, 1)


def told(shape, classes):
    images, labels = keras.Input(shape), keras.Input((classes,), name="labels")
    flat = keras.layers.Flatten()(images)
    both = keras.layers.Concatenate()([flat, labels])
    return keras.Model([images, labels], keras.layers.Dense(1)(both))


def test_a_conditional_discriminator_is_told_each_class_of_a_pack():
    gan = keras_gan.ConditionalGAN(
        tiny.generator(conditional=True), told((8, 8, 2), 6), pack=2, seed=1
    )
    gan.compile()
    labels = np.array([2, 0, 1, 1])
    scores = gan.discriminate(
        ops.zeros((4, 8, 8, 1)), (ops.convert_to_tensor(labels),), False
    )
    kernel = to_numpy(gan.discriminator.trainable_variables[0])[-6:, 0]
    expected = [kernel[2] + kernel[3], kernel[1] + kernel[4]]
    np.testing.assert_allclose(to_numpy(scores)[:, 0], expected, rtol=1e-5)
    assert gan.num_classes == 3


@pytest.mark.slow_on_tensorflow
def test_an_auxiliary_classifier_names_each_image_of_a_pack():
    generator, _ = keras_gan.networks.dense(
        (8, 8, 1), num_classes=10, conditioning="auxiliary"
    )
    _, discriminator = keras_gan.networks.dense(
        (8, 8, 2), num_classes=20, conditioning="auxiliary"
    )
    gan = keras_gan.ACGAN(generator, discriminator, pack=2, seed=1)
    gan.compile()
    # Of the third pack the second image is the first once more.
    history = gan.fit(
        tiles(5), np.arange(5), batch_size=5, epochs=1, verbose=0
    ).history
    assert np.isfinite(history["d_class_loss"]).all()


def test_a_discriminator_of_single_images_is_refused():
    with pytest.raises(ValueError, match=r"it must take \(8, 8, 2\)"):
        keras_gan.GAN(tiny.generator(), tiny.discriminator(), pack=2)


def test_a_discriminator_that_is_told_one_integer_is_refused():
    generator, _ = keras_gan.networks.dense(
        (8, 8, 1), num_classes=10, conditioning="projection"
    )
    _, discriminator = keras_gan.networks.dense(
        (8, 8, 2), num_classes=10, conditioning="projection"
    )
    with pytest.raises(ValueError, match="labels of 2 images side by side"):
        keras_gan.ConditionalGAN(generator, discriminator, pack=2)


@pytest.mark.slow_on_tensorflow
def test_a_packed_model_is_saved_and_goes_on_to_the_bit(tmp_path):
    images = tiles(8)
    gan = packed_gan(2, regularizer=["r1", "r2"], ema_decay=0.9)
    gan.compile(loss="relativistic_pairing")
    gan.fit(images, batch_size=4, epochs=1, verbose=0, shuffle=False)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.pack == 2
    for each in (gan, again):
        each.fit(images, batch_size=4, epochs=1, verbose=0, shuffle=False)
    for left, right in zip(gan.weights, again.weights, strict=True):
        np.testing.assert_array_equal(to_numpy(left), to_numpy(right))


@pytest.mark.parametrize("recipe", ["quick", "ac-gan"])
def test_a_recipe_makes_a_discriminator_of_packs(recipe):
    found = keras_gan.recipes.get(recipe)
    found = keras_gan.recipes.override(found, [("model.pack", 2)])
    gan = keras_gan.recipes.assemble(
        found, (16, 16, 1), num_classes=4, num_images=64
    )
    assert gan.pack == 2


def test_a_recipe_refuses_a_pack_of_none():
    found = keras_gan.recipes.get("quick")
    found = keras_gan.recipes.override(found, [("model.pack", 0)])
    with pytest.raises(ValueError, match=r"`model.pack` must be"):
        keras_gan.recipes.assemble(found, (16, 16, 1), num_images=64)


def test_the_summary_says_how_large_packs_are():
    lines = []
    packed_gan(2).summary(print_fn=lambda line, **_: lines.append(line))
    assert "packs of 2" in "\n".join(lines)
