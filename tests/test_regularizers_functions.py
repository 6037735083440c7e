"""Plain functions as penalties."""

import keras
import numpy as np
import pytest
import tiny
from keras import ops

import keras_gan
from keras_gan import regularizers, schedules
from keras_gan.regularizers import (
    FunctionGeneratorRegularizer,
    FunctionRegularizer,
)
from keras_gan.regularizers.input_gradient import squared_gradient

registered = keras.saving.register_keras_serializable("tests")


@registered
def like_r1(critic, real, fake, seed):
    return 0.5 * 3.0 * ops.mean(squared_gradient(critic, real))


@registered
def drift(critic, real, fake, seed):
    return 0.1 * ops.mean(ops.square(critic(real)))


@registered
def brightness(generator, latents, seed):
    return ops.square(ops.mean(generator(latents)) - 0.5)


def fit(model, images, **kwargs):
    settings = {"epochs": 2, "batch_size": 16, "verbose": 0, "shuffle": False}
    return model.fit(images, **{**settings, **kwargs}).history


@pytest.mark.slow_on_tensorflow
def test_a_function_trains_as_the_class_of_the_same_formula(images):
    histories = []
    for penalty in (like_r1, regularizers.R1(3.0)):
        keras.utils.set_random_seed(1)
        model = tiny.gan(regularizer=penalty)
        histories.append(fit(model, images))
    ours, theirs = histories
    for mine, name in (("d_loss", "d_loss"), ("like_r1", "r1")):
        np.testing.assert_allclose(ours[mine], theirs[name], rtol=1e-5)


@pytest.mark.slow_on_tensorflow
def test_a_function_on_the_generator_moves_it(images):
    keras.utils.set_random_seed(1)
    model = tiny.gan(
        generator_regularizer=FunctionGeneratorRegularizer(brightness, 1e4)
    )
    model.compile(g_opt=keras.optimizers.Adam(1e-2))
    history = fit(model, images, epochs=10)
    assert history["brightness"][-1] < 0.5 * history["brightness"][0]
    assert isinstance(
        tiny.gan(generator_regularizer=brightness)
        .players["generator"]
        .regularizers[0],
        FunctionGeneratorRegularizer,
    )


@pytest.mark.slow_on_tensorflow
def test_functions_stand_beside_names_in_a_list(images):
    model = tiny.gan(regularizer=["r1", drift])
    assert model.penalty_names == ["r1", "drift"]
    assert {"r1", "drift"} <= set(fit(model, images, epochs=1))


def test_a_wgan_gp_takes_a_function_beside_its_own_penalty():
    assert tiny.wgan_gp(regularizer=drift).penalty_names == ["gp", "drift"]


def test_the_weight_and_the_interval_are_those_of_any_penalty():
    weight = schedules.Cosine(4.0, 0.0, 10)
    penalty = FunctionRegularizer(drift, weight, interval=4)
    scores = ops.convert_to_tensor(np.full((5, 1), 2.0, "float32"))
    now = penalty.at(ops.convert_to_tensor(0))
    value = now(lambda images: scores, None, None, None)
    assert float(value) == pytest.approx(4.0 * 0.1 * 2.0**2)
    assert penalty.interval == 4


@pytest.mark.slow_on_tensorflow
def test_a_registered_function_is_saved_and_loaded(images, tmp_path):
    keras.utils.set_random_seed(1)
    model = tiny.gan(
        regularizer=[drift, "r1"], generator_regularizer=brightness
    )
    fit(model, images, epochs=1)
    model.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.regularizers[0].function is drift
    again, there = (fit(each, images, epochs=1) for each in (loaded, model))
    assert again == there


@pytest.mark.slow_on_tensorflow
def test_an_unknown_function_of_a_file_is_named(images, tmp_path):
    def unknown(critic, real, fake, seed):
        return 0.1 * ops.mean(ops.square(critic(real)))

    model = tiny.gan(regularizer=unknown)
    fit(model, images, epochs=1)
    path = tmp_path / "gan.keras"
    model.save(path)
    with pytest.raises(ValueError, match=r"'unknown'.*register_keras"):
        keras.saving.load_model(path)
    objects = {"unknown": unknown}
    loaded = keras.saving.load_model(path, custom_objects=objects)
    assert loaded.regularizers[0].function is unknown


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (lambda critic, real, fake, seed: 0.0, TypeError, "`def`"),
        (lambda critic: 0.0, TypeError, "`def`"),
        (brightness, ValueError, r"brightness\(critic, real, fake, seed\)"),
        (regularizers.R1, TypeError, "`regularizer` must be"),
        (keras.regularizers.L2(), TypeError, "`regularizer` must be"),
    ],
    ids=["lambda", "short lambda", "the other player's", "class", "keras"],
)
def test_what_is_no_such_function_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        tiny.gan(regularizer=given)


def test_a_function_must_return_a_scalar(images):
    def of_each(critic, real, fake, seed):
        return critic(real)

    with pytest.raises(ValueError, match="of_each must return a scalar"):
        fit(tiny.gan(regularizer=of_each), images)


def test_a_translator_takes_functions_too():
    model = tiny.pix2pix(regularizer=drift)
    assert "drift" in model.log_names
    assert keras_gan.Pix2Pix.from_config(model.get_config()).penalty_names == [
        "drift"
    ]


def nothing(critic, real, fake, seed):
    del critic, real, fake, seed


def words(critic, real, fake, seed):
    del critic, real, fake, seed
    return "low"


@pytest.mark.parametrize(
    ("given", "said"),
    [(nothing, "None"), (words, "'low'")],
    ids=["none", "text"],
)
def test_what_returns_no_number_is_named(images, given, said):
    with pytest.raises(
        ValueError, match=rf"(?s){given.__name__!r} must return.*{said}"
    ):
        fit(tiny.gan(regularizer=given), images, epochs=1)
