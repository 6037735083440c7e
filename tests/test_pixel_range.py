"""Black and white are known, measured or asked for; never silently guessed."""

import warnings

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.callbacks import Evaluation
from keras_gan.callbacks._pictures import real_pixels
from keras_gan.models.fixed_samples import to_pixels
from keras_gan.models.pixel_range import measured_range, usual_range
from tests import tiny


def unbounded(**settings):
    model = keras_gan.GAN(
        tiny.generator(activation=None), tiny.discriminator(), **settings
    )
    model.compile(run_eagerly=True, jit_compile=False)
    return model


def standardised(images):
    """Mostly dark images as some preprocess them: -0.42 to about 2.8."""
    return ((images + 1) / 2 - 0.1307) / 0.3081


USUAL = {
    "0..1": (lambda x: (x + 1) / 2, (0.0, 1.0)),
    "-1..1": (lambda x: x, (-1.0, 1.0)),
    "0..255": (lambda x: (x + 1) * 127.5, (0.0, 255.0)),
    "dark bytes": (lambda x: np.full(x.shape, 3, "uint8"), (0.0, 255.0)),
    "standardised": (standardised, None),
    "0..10": (lambda x: (x + 1) * 5, None),
}


@pytest.mark.parametrize(("change", "expected"), USUAL.values(), ids=USUAL)
def test_which_images_are_in_a_usual_range(change, expected, images):
    assert usual_range(change(images)) == expected


def test_a_range_that_is_not_usual_is_measured_and_asked_for_once(images):
    data = standardised(images)
    model = unbounded()
    with pytest.warns(UserWarning, match=r"gan\.pixel_range = \(low, high\)"):
        model.train_on_batch(data[:32])
    assert model.pixel_range == measured_range(data[:32])
    model.train_on_batch(data[:8])
    black = to_pixels(model, data[:8]).min()
    white = to_pixels(model, data).max()
    assert (black, white) == (0, 255)


def test_a_range_that_was_set_is_not_asked_for(images):
    model = unbounded()
    model.pixel_range = (-0.4242, 2.8215)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model.train_on_batch(standardised(images))
    assert model.pixel_range == (-0.4242, 2.8215)


def test_the_range_of_image_batches_is_known(images):
    data = (images[:8] * 20).astype("int8").view("uint8")
    batches = keras_gan.datasets.ImageBatches(
        data, batch_size=8, value_range=(-3.0, 5.0)
    )
    model = unbounded()
    model.fit(batches, verbose=0)
    assert model.pixel_range == (-3.0, 5.0)


def test_evaluation_changes_no_range(images):
    model = unbounded()
    model.train_on_batch(images)
    model.test_on_batch((images + 1) * 127.5)
    assert model.pixel_range == (-1.0, 1.0)


@pytest.mark.parametrize("given", [True, False], ids=["set", "measured"])
def test_the_range_is_saved_with_the_model(given, images, tmp_path):
    model = unbounded()
    if given:
        model.pixel_range = (-2.0, 3.0)
    model.train_on_batch((images + 1) * 127.5)
    model.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    expected = (-2.0, 3.0) if given else (0.0, 255.0)
    assert loaded.pixel_range == model.pixel_range == expected


@pytest.mark.parametrize(
    "value", [(1, 0), (0, 0), (0, float("inf")), 3, (0, 1, 2), "ab"]
)
def test_an_impossible_range_is_refused(value):
    with pytest.raises(ValueError, match=r"`pixel_range` must be.*Received"):
        tiny.gan().pixel_range = value


def test_metrics_warn_where_they_would_cut_off_real_values(images):
    model = unbounded()
    model.pixel_range = (-1.0, 1.0)
    data = standardised(images)
    share = 100 * ((data < -1.02) | (data > 1.02)).mean()
    with pytest.warns(UserWarning, match=rf"cuts off {share:.3g} %.*uint8"):
        real_pixels(model, data, "Evaluation")


def test_images_within_the_range_are_measured_without_a_word(images):
    model = unbounded()
    model.pixel_range = measured_range(standardised(images))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        found = real_pixels(model, standardised(images), "Evaluation")
    assert (found.min(), found.max()) == (0, 255)


def test_evaluation_looks_at_its_real_images_before_training(images):
    brightness = keras.Sequential(
        [
            keras.Input(tiny.SHAPE),
            keras.layers.AveragePooling2D((8, 4)),
            keras.layers.Flatten(),
        ]
    )
    extractor = keras_gan.features.from_model(brightness, name="brightness")
    evaluation = Evaluation(
        "fid", standardised(images), num_samples=8, extractor=extractor
    )
    model = tiny.gan()
    evaluation.set_model(model)
    with pytest.warns(UserWarning, match=r"Evaluation compares.*cuts off"):
        evaluation.on_train_begin()
