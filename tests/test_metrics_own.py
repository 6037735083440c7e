"""Functions and Keras metrics of the user's own, beside the named ones."""

import json

import keras
import numpy as np
import pytest
import tiny

from keras_gan import features, metrics
from keras_gan import images as pictures
from keras_gan.callbacks import Evaluation

REAL = np.random.default_rng(0).integers(0, 256, (300, 8, 8, 1), "uint8")
FAKE = np.random.default_rng(1).integers(0, 100, (280, 8, 8, 1), "uint8")


@keras.saving.register_keras_serializable("tests")
def brightness_gap(real, fake):
    return real.mean() - fake.mean()


def measured(given):
    extractor = features.classifier("fashion_mnist")
    return metrics.evaluate(REAL, FAKE, extractor=extractor, metrics=given)


def test_a_function_is_called_on_real_and_generated_images():
    expected = REAL.mean() - FAKE.mean()
    assert measured(brightness_gap)["brightness_gap"] == expected
    both = measured([brightness_gap, "sliced_wasserstein"])
    assert both["brightness_gap"] == expected
    assert both["sliced_wasserstein"] > 0.0


@pytest.mark.parametrize("shape", [(8, 8, 1), (64,)])
def test_what_looks_at_no_features_needs_no_extractor(shape):
    real, fake = (each.reshape(-1, *shape) for each in (REAL, FAKE))
    if len(shape) == 1:
        real, fake = real.astype("float32"), fake.astype("float32")
    scores = metrics.evaluate(real, fake, metrics=brightness_gap)
    assert scores["brightness_gap"] == pytest.approx(REAL.mean() - FAKE.mean())
    with pytest.raises(ValueError, match=r"decides about 'fid'\. Say which"):
        metrics.evaluate(real, fake, metrics=[brightness_gap, "fid"])


def test_a_name_that_is_nearly_right_is_guessed():
    with pytest.raises(ValueError, match=r"Did you mean 'precision'\?"):
        metrics.evaluate(REAL, FAKE, metrics=["fid", "precison"])


def test_a_keras_metric_sees_as_many_of_each():
    metric = keras.metrics.MeanAbsoluteError(name="difference")
    scores = measured([metric])
    real = REAL[:280].astype("float64")
    expected = np.abs(real - FAKE.astype("float64")).mean()
    assert scores["difference"] == pytest.approx(expected, rel=1e-5)
    # Measured again, it starts anew.
    assert measured(metric)["difference"] == scores["difference"]


def test_evaluation_logs_it_for_what_comes_after(images, tmp_path):
    model = tiny.gan()
    metric = keras.metrics.MeanSquaredError(name="squares")
    callback = Evaluation([brightness_gap, metric], images, num_samples=30)
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras",
        monitor="brightness_gap",
        mode="min",
        save_best_only=True,
    )
    history = model.fit(
        images,
        batch_size=35,
        epochs=2,
        verbose=0,
        callbacks=[callback, best],
    ).history
    made = pictures.to_uint8(model.generate(latents=model.latents(30, seed=0)))
    real = pictures.to_uint8(images)
    last = history["brightness_gap"][-1]
    assert last == pytest.approx(brightness_gap(real, made), abs=1e-3)
    assert len(history["squares"]) == 2
    assert (tmp_path / "best.keras").is_file()


def test_a_callback_with_own_metrics_is_written_down_and_made_again():
    metric = keras.metrics.MeanSquaredError(name="squares")
    callback = Evaluation(
        ["fid", brightness_gap, metric], "fashion_mnist_sample"
    )
    saved = keras.saving.serialize_keras_object(callback)
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(saved)))
    assert again.metrics[:2] == ["fid", brightness_gap]
    assert again.metrics[2].name == "squares"


def one_number(real):
    return 0.0


def several(real, fake):
    return [1.0, 2.0]


def nothing(real, fake):
    del real, fake


def k(real, fake):
    return 0.0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda real, fake: 0.0, "`def`"),
        (one_number, r"one_number\(real, fake\)"),
        ([brightness_gap, brightness_gap], "Two of `metrics`"),
        (k, "cannot be called 'k'"),
        ([], "functions"),
        (keras.metrics.MeanSquaredError, "Keras metrics"),
        (["fid", 3], "Keras metrics"),
    ],
    ids=["lambda", "one", "twice", "taken", "none", "class", "number"],
)
def test_what_measures_nothing_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        Evaluation(given, "fashion_mnist_sample")


@pytest.mark.parametrize("given", [several, nothing], ids=lambda f: f.__name__)
def test_a_metric_is_one_number(given):
    with pytest.raises(
        ValueError, match=f"{given.__name__!r} must be one number"
    ):
        measured(given)
