"""What a model says of itself, and how its samples look."""

import re

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan
from keras_gan import images as pictures
from keras_gan.models.vector_pictures import picture_shape
from tests import tiny


def of_vectors(size, activation="tanh"):
    generator = keras.Sequential(
        [keras.Input((3,)), layers.Dense(size, activation=activation)]
    )
    judge = keras.Sequential([keras.Input((size,)), layers.Dense(1)])
    return keras_gan.GAN(generator, judge, seed=1)


def test_a_gan_says_its_networks_sizes_and_objective():
    gan = tiny.gan_r1_ema()
    count = gan.generator.count_params()
    assert repr(gan).startswith(
        f'<GAN "{gan.name}": generator (6,) -> (8, 8, 1), {count:,} parameters;'
        " discriminator (8, 8, 1) -> (1,), "
    )
    assert repr(gan).endswith("objective: NonSaturating + R1(weight=10)>")
    # What it says does not change when it is compiled by default.
    before = repr(gan)
    gan.compile()
    assert (
        before.partition("objective")[2] == repr(gan).partition("objective")[2]
    )


@pytest.mark.parametrize(
    "make",
    [tiny.gan, tiny.wgan_gp, tiny.ac_gan, tiny.pix2pix, tiny.cycle_gan],
    ids=lambda make: make.__name__,
)
def test_every_model_shows_all_its_networks_in_a_notebook(make):
    model = make()
    model.compile()
    shown = model._repr_html_()
    for name, network in model.players.networks.items():
        assert f">{name}<" in shown
        assert f">{network.count_params():,}<" in shown
    assert shown.count("Adam, learning rate ") == len(model.players.networks)


def test_names_are_text_in_html():
    gan = tiny.gan(name="a<b>")
    assert "a&lt;b&gt;" in gan._repr_html_()


def test_a_model_can_be_shown_while_it_is_made():
    class Early(keras_gan.GAN):
        def _take(self, players):
            self.said = repr(self)
            super()._take(players)

    assert Early(*tiny.pair()).said.startswith("<Early")


def test_show_draws_what_generate_makes():
    gan = tiny.gan()
    made = gan.generate(latents=gan.latents(9, seed=3))
    grid = pictures.grid(pictures.to_uint8(made))
    np.testing.assert_array_equal(
        np.asarray(gan.show(9, seed=3)), np.asarray(grid)
    )


def test_show_draws_other_samples_each_time():
    gan = tiny.gan()
    assert np.any(np.asarray(gan.show(4)) != np.asarray(gan.show(4)))


def test_a_translator_is_shown_what_it_is_given(images):
    model = tiny.pix2pix()
    with pytest.raises(ValueError, match="nothing was trained yet"):
        model.show(2)
    picture = model.show(sources=(images[:2], images[2:4]))
    assert picture.mode == "RGB"


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        (784, (28, 28, 1)),
        (64, (8, 8, 1)),
        (3072, (32, 32, 3)),
        (49, None),
        (2, None),
        (100 * 2, None),
    ],
)
def test_vectors_that_are_square_pictures_have_their_shape(size, shape):
    assert picture_shape((size,)) == shape


def test_vectors_of_784_numbers_are_drawn_as_pictures():
    gan = of_vectors(784)
    made = gan.generate(latents=gan.latents(4, seed=0)).reshape(4, 28, 28)
    grid = pictures.grid(pictures.to_uint8(made))
    np.testing.assert_array_equal(
        np.asarray(gan.show(4, seed=0)), np.asarray(grid)
    )


def test_other_vectors_are_drawn_as_points():
    assert of_vectors(2).show(4, seed=0).size == (568, 600)


def test_vectors_without_a_range_take_that_of_the_data():
    gan = of_vectors(64, activation=None)
    gan.fit(np.random.default_rng(0).random((32, 64)), verbose=0)
    assert gan.pixel_range == (0.0, 1.0)


def test_names_of_metrics_are_those_of_what_evaluate_returns(images):
    gan = tiny.gan_r1_ema()
    gan.compile(metrics=[])
    values = gan.evaluate(images, verbose=0)
    logs = gan.evaluate(images, verbose=0, return_dict=True)
    assert dict(zip(gan.metrics_names, values, strict=True)) == logs


def test_names_of_metrics_follow_the_watching_of_gradients():
    gan = tiny.gan()
    gan.compile()
    assert not re.search("norm", " ".join(gan.metrics_names))
    gan.watch_gradients()
    assert gan.metrics_names[-2:] == ["d_gradient_norm", "g_gradient_norm"]
