"""A penalty at images that are scored anyway takes no pass of its own."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan.regularizers import R1
from tests import tiny


class Counting(layers.Layer):
    """Counts its calls, which eager steps make one by one."""

    calls = 0

    def call(self, inputs):
        self.calls += 1
        return inputs


def gan(dropout=0.0, **kwargs):
    images = keras.Input(tiny.SHAPE)
    counting = Counting()
    x = layers.Conv2D(4, 3, 2, "same", activation="tanh")(counting(images))
    if dropout:
        x = layers.Dropout(dropout, seed=3)(x)
    judge = keras.Model(images, layers.Dense(1)(layers.Flatten()(x)))
    model = keras_gan.GAN(tiny.generator(), judge, seed=5, **kwargs)
    model.compile(run_eagerly=True)
    return model, counting


def passes_of_a_step(images, **kwargs):
    model, counting = gan(**kwargs)
    model.train_on_batch(images[:8])
    counting.calls = 0
    model.train_on_batch(images[:8])
    return counting.calls


# Two of the discriminator's turn and one of the generator's.
@pytest.mark.parametrize(
    ("settings", "passes"),
    [
        ({}, 3),
        ({"regularizer": "r1"}, 3),
        ({"regularizer": ["r1", "r2"]}, 3),
        ({"regularizer": "gradient_penalty"}, 4),
        # A second pass would draw other noise.
        ({"regularizer": ["r1", "r2"], "dropout": 0.2}, 5),
        ({"regularizer": "r1", "augment": "color"}, 4),
    ],
    ids=["none", "r1", "both", "between", "dropout", "augmented"],
)
def test_a_pass_is_made_once_where_that_is_exact(settings, passes, images):
    assert passes_of_a_step(images, **settings) == passes


class Twice(keras_gan.GAN):
    """Scores images in a way of its own."""

    def discriminate(self, images, condition=(), training=True):
        return 2.0 * super().discriminate(images, condition, training)


@pytest.mark.slow_on_tensorflow
@pytest.mark.parametrize("interval", [1, 2])
def test_shared_passes_train_as_separate_ones(interval, images, monkeypatch):
    runs = []
    for shared in (True, False):
        if not shared:
            monkeypatch.setattr(keras_gan.GAN, "_can_share", lambda *_: False)
        keras.utils.set_random_seed(1)
        model, _ = gan(regularizer=[R1(3.0, interval=interval), "r2"])
        model.compile()
        history = model.fit(images, epochs=2, verbose=0).history
        runs.append((history, model.get_weights()))
    (logs, weights), (expected, separate) = runs
    for name, values in expected.items():
        np.testing.assert_allclose(logs[name], values, rtol=1e-5, err_msg=name)
    for one, other in zip(weights, separate, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_scores_of_a_variants_own_are_penalised_as_they_are(images):
    """On `2 a x`, R1 is half the weight times `4 |a|^2`."""
    judge = keras.Sequential(
        [keras.Input((64,)), layers.Dense(1, use_bias=False)]
    )
    maker = keras.Sequential([keras.Input((2,)), layers.Dense(64)])
    model = Twice(maker, judge, regularizer=R1(3.0))
    (a,) = judge.get_weights()
    logs = model.test_on_batch(images.reshape(-1, 64), return_dict=True)
    assert logs["r1"] == pytest.approx(1.5 * 4 * np.square(a).sum(), rel=1e-5)


def test_half_precision_gradients_of_a_shared_pass_do_not_underflow(images):
    """On `a x`, R1 is half the weight times `|a|^2`, however small `a` is."""
    policy = keras.DTypePolicy("mixed_float16")
    judge = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(1, use_bias=False, dtype=policy),
        ]
    )
    maker = keras.Sequential([keras.Input((2,)), layers.Dense(64)])
    judge.dtype_policy = policy
    a = np.full((64, 1), 2e-8, "float32")
    judge.set_weights([a])
    model = keras_gan.GAN(maker, judge, regularizer=R1(1e12))
    logs = model.test_on_batch(images.reshape(-1, 64), return_dict=True)
    half = ops.convert_to_numpy(ops.cast(a, "float16")).astype("float64")
    assert logs["r1"] == pytest.approx(0.5e12 * np.square(half).sum(), rel=1e-2)
