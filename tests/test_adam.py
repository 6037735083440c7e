"""Adam with schedules, against numpy and against Keras'."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend
from keras_gan.optimizers import Adam
from keras_gan.schedules import Cosine
from tests import tiny

SHAPES = ((3, 2), (4,))
FALLING = Cosine(0.9, 0.1, 5)
RISING = Cosine(0.9, 0.99, 5)


def gradients(step):
    rng = np.random.default_rng(step)
    return [rng.normal(size=shape).astype("float32") for shape in SHAPES]


def trained(optimizer, steps, dtype="float32"):
    """What an optimizer makes of weights that are all 1."""
    weights = [keras.Variable(np.ones(s), dtype=dtype) for s in SHAPES]
    optimizer.build(weights)
    for step in range(steps):
        given = [ops.convert_to_tensor(g, dtype) for g in gradients(step)]
        backend.apply_gradients(optimizer, given, weights)
    return [ops.convert_to_numpy(ops.cast(w, "float32")) for w in weights]


def by_numpy(beta_1, beta_2, steps, rate=0.1, epsilon=1e-7, amsgrad=False):
    """Adam in float64, whose correction is by the product of the betas."""
    ends = []
    for index, shape in enumerate(SHAPES):
        w, m, v = np.ones(shape), np.zeros(shape), np.zeros(shape)
        largest, product_1, product_2 = np.zeros(shape), 1.0, 1.0
        for step in range(steps):
            b1, b2 = beta_1(step), beta_2(step)
            g = gradients(step)[index].astype("float64")
            m = b1 * m + (1 - b1) * g
            v = b2 * v + (1 - b2) * g**2
            largest = np.maximum(largest, v)
            product_1, product_2 = product_1 * b1, product_2 * b2
            size = rate * np.sqrt(1 - product_2) / (1 - product_1)
            root = np.sqrt(largest if amsgrad else v)
            w = w - size * m / (root + epsilon)
        ends.append(w)
    return ends


def value(schedule):
    return lambda step: float(ops.convert_to_numpy(schedule(step)))


def assert_close(left, right, tolerance=2e-5):
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_both_betas_may_be_scheduled(amsgrad):
    found = trained(Adam(0.1, FALLING, RISING, amsgrad=amsgrad), 8)
    expected = by_numpy(value(FALLING), value(RISING), 8, amsgrad=amsgrad)
    assert_close(found, expected)


def test_one_beta_may_be_a_number():
    found = trained(Adam(0.1, 0.0, RISING), 8)
    assert_close(found, by_numpy(lambda step: 0.0, value(RISING), 8))


def test_a_constant_schedule_is_a_number():
    constant = Cosine(0.99, 0.99, 5)
    assert_close(
        trained(Adam(0.1, 0.5, constant), 8),
        trained(keras.optimizers.Adam(0.1, 0.5, 0.99), 8),
    )


def test_a_schedule_is_not_lost_on_half_precision():
    found = trained(Adam(0.1, FALLING, RISING), 4, "bfloat16")
    assert_close(found, by_numpy(value(FALLING), value(RISING), 4), 0.05)


SETTINGS = {
    "defaults": {},
    "amsgrad": {"amsgrad": True},
    "decay": {"weight_decay": 0.1},
    "clipped": {"global_clipnorm": 0.5},
    "accumulated": {"gradient_accumulation_steps": 2},
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_with_numbers_it_is_that_of_keras_to_the_bit(settings):
    ours = trained(Adam(0.1, 0.5, 0.99, **settings), 4)
    theirs = trained(keras.optimizers.Adam(0.1, 0.5, 0.99, **settings), 4)
    for left, right in zip(ours, theirs, strict=True):
        assert np.array_equal(left, right)


@pytest.mark.slow
def test_a_gan_trains_by_it_as_by_that_of_keras(images):
    def state(kind):
        model = tiny.made_afresh(tiny.gan)
        model.compile(kind(1e-3), kind(1e-3))
        for _ in range(2):
            model.train_on_batch(images)
        return tiny.state(model)

    for left, right in zip(
        state(Adam), state(keras.optimizers.Adam), strict=True
    ):
        assert np.array_equal(left, right)


def test_added_up_gradients_move_the_betas_once():
    adam = Adam(0.1, FALLING, RISING, gradient_accumulation_steps=2)
    weights = [keras.Variable(np.ones(s, "float32")) for s in SHAPES]
    adam.build(weights)
    for step in range(6):
        # Twice the same, whose mean they are.
        given = [ops.convert_to_tensor(g) for g in gradients(step // 2)]
        backend.apply_gradients(adam, given, weights)
    found = [ops.convert_to_numpy(w) for w in weights]
    assert_close(found, by_numpy(value(FALLING), value(RISING), 3))


def test_overflow_does_not_move_the_betas():
    adam = Adam(0.1, FALLING, RISING)
    scaled = keras.optimizers.LossScaleOptimizer(adam, initial_scale=1.0)
    weights = [keras.Variable(np.ones(s, "float32")) for s in SHAPES]
    scaled.build(weights)
    infinite = [ops.full(s, np.inf, dtype="float32") for s in SHAPES]
    for step in range(3):
        backend.apply_gradients(scaled, infinite, weights)
        scale = float(ops.convert_to_numpy(scaled.dynamic_scale))
        given = [ops.convert_to_tensor(g * scale) for g in gradients(step)]
        backend.apply_gradients(scaled, given, weights)
    found = [ops.convert_to_numpy(w) for w in weights]
    assert_close(found, by_numpy(value(FALLING), value(RISING), 3))


def test_numbers_add_no_state():
    weights = [keras.Variable(np.ones(s, "float32")) for s in SHAPES]
    counts = []
    for kind in (Adam, keras.optimizers.Adam):
        optimizer = kind(0.1)
        optimizer.build(weights)
        counts.append(len(optimizer.variables))
    assert counts[0] == counts[1]


def test_each_variable_is_listed_once():
    adam = Adam(0.1, FALLING, RISING)
    adam.build([keras.Variable(np.ones(s, "float32")) for s in SHAPES])
    # Two counts, two of Adam's for each weight, two for each schedule.
    assert len({id(v) for v in adam.variables}) == len(adam.variables) == 10


def test_it_is_saved_under_its_public_name():
    config = keras.saving.serialize_keras_object(Adam(beta_2=RISING))
    assert config["registered_name"] == "keras_gan>Adam"
    assert "beta_2" in config["config"]
