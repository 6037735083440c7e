"""What `fit` and `evaluate` report is what is minimised, over samples."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from keras_gan.models.log_trackers import Trackers
from tests import tiny

STILL = keras.optimizers.SGD


def linear_judge(**settings):
    return keras.Sequential(
        [
            keras.Input(tiny.SHAPE),
            keras.layers.Flatten(),
            keras.layers.Dense(1, **settings),
        ]
    )


def still(model, **settings):
    """Compiles a model so that training leaves its weights."""
    eager = {"run_eagerly": True, "jit_compile": False}
    model.compile(STILL(0.0), STILL(0.0), **{**eager, **settings})
    return model


def scored(images, steps=1):
    judge = linear_judge()
    kernel = np.linspace(0.5, 1.5, 64).reshape(64, 1).astype("float32")
    judge.set_weights([kernel, np.zeros(1, "float32")])
    model = still(
        keras_gan.GAN(
            tiny.generator(), judge, seed=1, discriminator_steps=steps
        )
    )
    # The last one alone makes the last batch of 32.
    data = images[:33].copy()
    data[-1] = 1.0
    flat = data.reshape(33, 64).astype("float64")
    return model, data, float((flat @ kernel.astype("float64")).mean())


@pytest.mark.parametrize("steps", [1, 2])
def test_fit_reports_the_mean_over_samples(steps, images):
    model, data, expected = scored(images, steps)
    logs = model.fit(data, batch_size=32, shuffle=False, verbose=0).history
    assert logs["d_real"][0] == pytest.approx(expected, rel=1e-4)


def test_evaluate_reports_the_mean_over_samples(images):
    model, data, expected = scored(images)
    logs = model.evaluate(data, batch_size=32, verbose=0, return_dict=True)
    assert logs["d_real"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.slow_on_tensorflow
def test_steps_of_one_call_report_the_mean_over_samples(images):
    if keras.backend.backend() == "torch":
        pytest.skip("Keras runs one step an execution on torch.")
    model, data, expected = scored(images)
    still(model, steps_per_execution=2, run_eagerly=False)
    fit = {"batch_size": 32, "shuffle": False, "verbose": 0}
    logs = model.fit(data, validation_data=data, **fit).history
    assert logs["d_real"][0] == pytest.approx(expected, rel=1e-4)
    assert logs["val_d_real"][0] == pytest.approx(expected, rel=1e-4)


def test_a_value_counts_as_often_as_its_step_has_images():
    trackers = Trackers(["r1"])
    for value, size in ((1.0, 32), (4.0, 16)):
        trackers.update({"r1": ops.convert_to_tensor(value)}, size, True)
    (mean,) = trackers.metrics
    assert float(mean.result()) == pytest.approx((32 + 4 * 16) / 48)
    mean.reset_state()
    assert float(mean.result()) == 4.0


def test_validation_leaves_what_is_shown_of_the_last_step():
    trackers = Trackers(["r1"])
    trackers.update({"r1": ops.convert_to_tensor(4.0)}, 8, True)
    trackers.update({"r1": ops.convert_to_tensor(9.0)}, 8, False)
    (mean,) = trackers.metrics
    mean.reset_state()
    assert float(mean.result()) == 4.0


def test_a_value_that_is_no_number_shows():
    trackers = Trackers(["g_loss"])
    for value in (1.0, np.nan, 2.0):
        trackers.update({"g_loss": ops.convert_to_tensor(value)}, 8, True)
    assert np.isnan(float(trackers.metrics[0].result()))


def test_evaluate_counts_the_weight_penalties_that_fit_does(images):
    plain = still(keras_gan.GAN(tiny.generator(), linear_judge(), seed=1))
    penalised = still(
        keras_gan.GAN(
            tiny.generator(), linear_judge(kernel_regularizer="l2"), seed=1
        )
    )
    penalised.set_weights(plain.get_weights())
    losses = [
        model.evaluate(images, verbose=0, return_dict=True)["d_loss"]
        for model in (plain, penalised)
    ]
    kernel = plain.discriminator.get_weights()[0].astype("float64")
    expected = 0.01 * float((kernel**2).sum())
    assert losses[1] - losses[0] == pytest.approx(expected, rel=1e-3)


class FakeMean(keras.metrics.Mean):
    """The mean of the generated images."""

    def update_state(self, real, fake, sample_weight=None):
        super().update_state(ops.mean(fake))


def test_metrics_see_what_generate_makes(images):
    model = tiny.gan(ema_decay=0.9)
    still(model, metrics=[FakeMean(name="fake")])
    model.ema_generator.set_weights(
        [np.zeros_like(w) for w in model.ema_generator.get_weights()]
    )
    assert np.abs(model.generate(4)).max() == 0
    logs = model.evaluate(images, verbose=0, return_dict=True)
    assert logs["fake"] == 0


def test_the_average_waits_for_accumulated_gradients(images):
    model = tiny.gan(ema_decay=0.9)
    model.compile(
        g_opt=STILL(0.1, gradient_accumulation_steps=3), run_eagerly=False
    )
    mean = tiny.weights(model.ema_generator)
    for step in range(1, 7):
        model.train_on_batch(images[:8])
        if step % 3 == 0:
            keep = (1 + step // 3) / (20 + step // 3)
            mean = [
                keep * m + (1 - keep) * w
                for m, w in zip(
                    mean, tiny.weights(model.generator), strict=True
                )
            ]
        for expected, got in zip(
            mean, tiny.weights(model.ema_generator), strict=True
        ):
            np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.parametrize(
    "settings", [{"jit_compile": False}, {"run_eagerly": True}], ids=str
)
def test_a_conditional_model_generates_without_compilation(settings):
    model = tiny.conditional_gan()
    expected = model.generate(4, seed=1)
    model.compile(**settings)
    np.testing.assert_allclose(model.generate(4, seed=1), expected, atol=1e-6)
