"""What the networks of a style generator are made of."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend, layers, networks


def numpy(x):
    return ops.convert_to_numpy(x)


def small(image_shape=(8, 8, 1), **kwargs):
    settings = {"filters": 4, "style_dim": 5, "mapping_layers": 2, "seed": 0}
    return networks.style_gan(image_shape, 6, **{**settings, **kwargs})


def latents(n=3, size=6):
    return np.random.default_rng(1).normal(size=(n, size)).astype("float32")


def trained_size(network):
    return sum(np.prod(v.shape) for v in network.trainable_variables)


@pytest.mark.slow
def test_the_papers_networks_have_the_sizes_that_the_authors_code_prints():
    # `paper256` of stylegan2-ada-pytorch: the sums of what its logs print for
    # layers of these widths, such as 262,656 for each layer of the mapping.
    generator, discriminator = networks.style_gan(
        (256, 256, 3), 512, style_dim=512, filters=64
    )
    assert trained_size(generator) == 24_767_458
    assert trained_size(discriminator) == 24_001_089


def test_the_sizes_are_those_counted_by_hand():
    generator, discriminator = small()
    mapping = (6 * 5 + 5) + (5 * 5 + 5)
    synthesis = 4 * 4 * 8  # the constant
    for before, after, kernel in ((8, 8, 9), (8, 4, 9), (4, 4, 9)):
        style = 5 * before + before
        synthesis += style + kernel * before * after + after + 1
    for width in (8, 4):  # the colours
        synthesis += 5 * width + width + width + 1
    assert trained_size(generator.get_layer("mapping")) == mapping
    assert trained_size(generator.get_layer("synthesis")) == synthesis
    assert trained_size(generator) == mapping + synthesis
    block = (9 * 4 * 4 + 4) + (9 * 4 * 8 + 8) + 4 * 8
    end = (9 * 9 * 8 + 8) + (4 * 4 * 8 * 8 + 8) + (8 + 1)
    assert trained_size(discriminator) == (4 + 4) + block + end


@pytest.mark.parametrize(
    ("image_shape", "count"),
    [((28, 28, 1), 8), ((64, 64, 3), 10), ((8, 8, 1), 4), ((30, 20, 3), 6)],
)
def test_each_convolution_has_a_style_and_the_last_colours(image_shape, count):
    generator, _ = small(image_shape)
    synthesis = generator.get_layer("synthesis")
    assert synthesis.input_shape == (None, count, 5)
    assert synthesis.output_shape == (None, *image_shape)
    assert generator.get_layer("mapping").output_shape == (None, 5)


def test_the_generator_gives_every_layer_the_same_style():
    generator, _ = small()
    made = numpy(generator(latents()))
    style = numpy(generator.get_layer("mapping")(latents()))
    styles = np.repeat(style[:, None], 4, axis=1)
    again = numpy(generator.get_layer("synthesis")(styles))
    np.testing.assert_allclose(again, made, atol=1e-6)


def test_each_style_changes_the_image():
    generator, _ = small((16, 16, 3))
    synthesis = generator.get_layer("synthesis")
    styles = np.random.default_rng(0).normal(size=(1, 6, 5)).astype("float32")
    before = numpy(synthesis(styles))
    for index in range(6):
        changed = styles.copy()
        changed[:, index] += 1.0
        assert np.abs(numpy(synthesis(changed)) - before).max() > 1e-3


def test_the_mapping_does_not_see_how_long_latents_are():
    mapping = small()[0].get_layer("mapping")
    np.testing.assert_allclose(
        numpy(mapping(latents())), numpy(mapping(7 * latents())), atol=1e-5
    )


def test_only_training_draws_noise_and_it_can_be_fixed():
    generator, _ = small()
    for layer in backend.flat_layers(generator):
        if isinstance(layer, layers.NoiseInjection):
            layer.strength.assign(0.5)
    made = numpy(generator(latents()))
    np.testing.assert_array_equal(numpy(generator(latents())), made)
    trained = numpy(generator(latents(), training=True))
    assert np.abs(trained - made).max() > 0.01
    for layer in backend.flat_layers(generator):
        if isinstance(layer, layers.NoiseInjection):
            layer.fixed = True
    found = numpy(generator(latents(), training=True))
    np.testing.assert_allclose(found, made, atol=1e-6)


def test_without_noise_training_and_inference_make_the_same():
    generator, _ = small(noise=False)
    found = {type(layer) for layer in backend.flat_layers(generator)}
    assert layers.NoiseInjection not in found
    np.testing.assert_array_equal(
        numpy(generator(latents(), training=True)),
        numpy(generator(latents())),
    )
    # With it, before its strength is learned, they make the same picture.
    np.testing.assert_allclose(
        numpy(small(noise=True)[0](latents())),
        numpy(small(noise=False)[0](latents())),
        atol=1e-6,
    )


def test_no_layer_has_more_channels_than_the_most():
    generator, discriminator = small((64, 64, 3), filters=4, max_filters=9)
    widths = [
        layer.filters
        for network in (generator, discriminator)
        for layer in backend.flat_layers(network)
        if isinstance(layer, layers.ModulatedConv2D | layers.EqualizedConv2D)
    ]
    assert max(widths) == 9
    assert min(widths) == 3


@pytest.mark.slow
def test_networks_start_at_a_size_of_one():
    generator, discriminator = networks.style_gan(
        (32, 32, 3), filters=32, output_activation=None, seed=0
    )
    style = numpy(generator.get_layer("mapping")(latents(64, 64)))
    assert 0.3 < style.std() < 1.5
    made = numpy(generator(latents(64, 64)))
    assert 0.5 < made.std() < 3
    score = numpy(discriminator(made))
    assert 0.05 < np.abs(score).max() < 10


@pytest.mark.parametrize(
    "kind", ["projection", "concat", "auxiliary", "embedding"]
)
def test_a_class_changes_the_style_and_the_score(kind):
    generator, discriminator = small(num_classes=3, conditioning=kind)
    index = np.array([0, 1])
    labels = (
        index
        if kind in ("projection", "embedding")
        else np.eye(3, dtype="float32")[index]
    )
    same = np.repeat(latents(1), 2, axis=0)
    style = numpy(generator.get_layer("mapping")([same, labels]))
    assert np.abs(style[0] - style[1]).max() > 1e-3
    images = np.repeat(numpy(generator([same, labels]))[:1], 2, axis=0)
    if kind == "auxiliary":
        score, logits = discriminator(images)
        assert score.shape == (2, 1)
        assert logits.shape == (2, 3)
    else:
        score = numpy(discriminator([images, labels]))
        assert abs(score[0, 0] - score[1, 0]) > 1e-4


def test_equal_seeds_give_equal_networks_and_others_not():
    made = [numpy(small(seed=seed)[0](latents())) for seed in (3, 3, 4)]
    np.testing.assert_array_equal(made[0], made[1])
    assert np.abs(made[0] - made[2]).max() > 0.01


def test_a_saved_generator_makes_the_same_images(tmp_path):
    generator, _ = small(num_classes=3)
    inputs = [latents(), np.arange(3)]
    generator.save(tmp_path / "generator.keras")
    loaded = keras.saving.load_model(tmp_path / "generator.keras")
    np.testing.assert_array_equal(
        numpy(loaded(inputs)), numpy(generator(inputs))
    )
    assert loaded.get_layer("synthesis").input_shape == (None, 4, 5)
