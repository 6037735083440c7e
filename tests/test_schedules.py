"""Schedules in place of numbers: what is used at which update."""

import math

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan import regularizers
from keras_gan.augment import RandomApply
from keras_gan.callbacks._hparams import hyper_parameters
from keras_gan.callbacks._scheduled_values import scheduled_values
from keras_gan.schedules import Cosine, HalfLife
from tests import tiny

decays = keras.optimizers.schedules
BATCH = 4


def numpy(x):
    return ops.convert_to_numpy(ops.convert_to_tensor(x))


def cosine(start, end, steps, at):
    """`Cosine` in numpy's float64."""
    done = min(1.0, at / steps)
    return start + (end - start) * (1 - math.cos(math.pi * done)) / 2


@keras.saving.register_keras_serializable("tests")
class WeightAlone(regularizers.Regularizer):
    """A penalty that is its weight, so that the logs show it."""

    name = "weight"

    def __call__(self, critic, real, fake, seed):
        return ops.convert_to_tensor(self.weight, "float32")


@keras.saving.register_keras_serializable("tests")
class GeneratorsWeight(regularizers.GeneratorRegularizer):
    name = "g_weight"

    def __call__(self, generator, latents, seed):
        return ops.convert_to_tensor(self.weight, "float32")


def small(d_opt=None, g_opt=None, **kwargs):
    """Linear networks, which compile in no time, always the same."""
    keras.utils.set_random_seed(1)
    generator = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    judge = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model = keras_gan.GAN(generator, judge, seed=5, **kwargs)
    sgd = keras.optimizers.SGD
    model.compile(d_opt or sgd(0.1), g_opt or sgd(0.1))
    return model


def points(count=BATCH):
    return np.random.default_rng(0).normal(size=(count, 2)).astype("float32")


def logged(model, name, steps):
    """What each step of training logs."""
    found = []
    for _ in range(steps):
        model.reset_metrics()
        logs = model.train_on_batch(points(), return_dict=True)
        found.append(float(logs[name]))
    return found


# ------------------------------------------------------------------ schedules


@pytest.mark.parametrize(("start", "end"), [(0.05, 0.005), (0.0, 0.55)])
def test_cosine_is_half_a_cosine(start, end):
    schedule = Cosine(start, end, 8)
    found = [float(numpy(schedule(step))) for step in range(10)]
    expected = [cosine(start, end, 8, step) for step in range(10)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_cosine_that_falls_to_0_is_that_of_keras():
    ours, theirs = Cosine(3.0, 0.0, 8), decays.CosineDecay(3.0, 8)
    for step in range(10):
        np.testing.assert_allclose(
            numpy(ours(step)), numpy(theirs(step)), atol=1e-6
        )


def test_cosine_stays_at_its_start_while_it_holds():
    schedule = Cosine(2.0, 1.0, 10, hold=4)
    found = [float(numpy(schedule(step))) for step in (0, 4, 7, 10)]
    np.testing.assert_allclose(found, [2.0, 2.0, 1.5, 1.0], rtol=1e-6)


def test_half_life_halves_after_its_images():
    kept = 1.0
    for _ in range(10):
        kept *= float(numpy(HalfLife(640.0).decay(0, 64.0)))
    assert kept == pytest.approx(0.5, rel=1e-5)


def test_half_life_0_keeps_nothing():
    assert float(numpy(HalfLife(0.0).decay(0, 64.0))) == 0.0


# ------------------------------------------------------------------- penalties


def test_weight_follows_the_discriminators_updates():
    model = small(regularizer=WeightAlone(Cosine(5.0, 1.0, 4)))
    expected = [cosine(5.0, 1.0, 4, step) for step in range(6)]
    np.testing.assert_allclose(logged(model, "weight", 6), expected, rtol=1e-6)


def test_scheduled_r1_is_half_its_weight_times_the_squared_slope():
    model = small(
        keras.optimizers.SGD(0.0),
        regularizer=regularizers.R1(Cosine(5.0, 1.0, 4)),
    )
    slope = model.discriminator.get_weights()[0].astype("float64")
    squared = np.sum(slope**2)
    expected = [cosine(5.0, 1.0, 4, t) / 2 * squared for t in range(4)]
    np.testing.assert_allclose(logged(model, "r1", 4), expected, rtol=1e-5)


def test_evaluate_uses_the_present_weight():
    model = small(regularizer=WeightAlone(Cosine(5.0, 1.0, 4)))
    found = []
    for _ in range(3):
        logs = model.evaluate(points(), return_dict=True, verbose=0)
        found.append(logs["weight"])
        model.train_on_batch(points())
    expected = [cosine(5.0, 1.0, 4, step) for step in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_lazy_penalty_has_the_weight_of_the_update_it_is_taken_at():
    penalty = WeightAlone(Cosine(5.0, 1.0, 8), interval=3)
    model = small(regularizer=penalty)
    values = []
    for _ in range(7):
        model.reset_metrics()
        model.train_on_batch(points())
        values.append(float(model.get_metrics_result()["weight"]))
    expected = [cosine(5.0, 1.0, 8, step) for step in (0, 3, 6)]
    np.testing.assert_allclose(values[::3], expected, rtol=1e-6)


def test_generators_penalty_follows_the_generators_updates():
    model = small(
        generator_regularizer=GeneratorsWeight(Cosine(5.0, 1.0, 4)),
        discriminator_steps=2,
    )
    found = logged(model, "g_weight", 6)[1::2]
    expected = [cosine(5.0, 1.0, 4, step) for step in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_skipped_updates_do_not_count():
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))
    model = small(scaled, regularizer=WeightAlone(Cosine(5.0, 1.0, 4)))
    found = logged(model, "weight", 1)
    for _ in range(2):
        model.train_on_batch(np.nan * points())
    found += logged(model, "weight", 2)
    expected = [cosine(5.0, 1.0, 4, step) for step in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_accumulated_gradients_are_one_update():
    sgd = keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)
    model = small(sgd, regularizer=WeightAlone(Cosine(5.0, 1.0, 4)))
    expected = [cosine(5.0, 1.0, 4, step // 2) for step in range(5)]
    np.testing.assert_allclose(logged(model, "weight", 5), expected, rtol=1e-6)


def test_weight_is_a_constant_to_the_gradient():
    model = small(regularizer=WeightAlone(Cosine(5.0, 1.0, 4)))
    plain = small()
    for each in (model, plain):
        each.train_on_batch(points())
    for left, right in zip(
        model.discriminator.get_weights(),
        plain.discriminator.get_weights(),
        strict=True,
    ):
        assert np.array_equal(left, right)


@pytest.mark.slow
@pytest.mark.skipif(
    keras.backend.backend() == "torch", reason="Keras merges no steps on torch"
)
def test_merged_steps_are_those_one_by_one():
    def trained(merged):
        model = small(
            regularizer=regularizers.R1(Cosine(5.0, 1.0, 4)),
            ema_decay=Cosine(0.0, 0.9, 4),
        )
        model.compile(
            keras.optimizers.SGD(0.1),
            keras.optimizers.SGD(0.1),
            steps_per_execution=merged,
        )
        model.fit(points(3 * BATCH), batch_size=BATCH, epochs=2, verbose=0)
        return tiny.state(model)

    for left, right in zip(trained(1), trained(3), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-6, atol=1e-7)


def test_a_number_is_the_penalty_itself():
    penalty = regularizers.R1(2.0)
    assert penalty.at(3) is penalty


def test_a_model_without_schedules_has_no_counts():
    assert small(regularizer="r1", ema_decay=0.9).update_counts == []


def test_gradient_penalty_of_wgan_gp_takes_a_schedule():
    model = tiny.wgan_gp(gp_weight=Cosine(10.0, 1.0, 5))
    again = type(model).from_config(model.get_config())
    assert again.gp_weight.get_config() == model.gp_weight.get_config()
    assert len(again.regularizers) == 1


# -------------------------------------------------------------------- averages


def follow(model, steps, kept):
    """An average by numpy, and the model's, after so many steps."""
    average = [w.astype("float64") for w in model.generator.get_weights()]
    updates = 0
    for step in range(steps):
        model.train_on_batch(points())
        if (step + 1) % model.discriminator_steps:
            continue
        for mean, weight in zip(
            average, model.generator.get_weights(), strict=True
        ):
            mean += (1 - kept(updates)) * (weight - mean)
        updates += 1
    return average, model.ema_generator.get_weights()


def assert_close(left, right):
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_average_follows_a_scheduled_decay():
    model = small(ema_decay=Cosine(0.0, 0.9, 4))
    assert_close(*follow(model, 6, lambda t: cosine(0.0, 0.9, 4, t)))


def test_average_follows_a_half_life_in_images():
    model = small(
        ema_decay=HalfLife(Cosine(0.0, 40.0, 4)), discriminator_steps=2
    )

    def kept(update):
        half_life = cosine(0.0, 40.0, 4, update)
        return 0.5 ** (2 * BATCH / half_life) if half_life else 0.0

    assert_close(*follow(model, 10, kept))


def test_images_of_added_up_gradients_count_for_the_half_life():
    sgd = keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)
    model = small(g_opt=sgd, ema_decay=HalfLife(decays.CosineDecay(9.0, 99)))
    weights = [w.copy() for w in model.generator.get_weights()]
    for _ in range(2):
        model.train_on_batch(points())
    kept = 0.5 ** (2 * BATCH / 9.0)
    expected = [
        kept * before + (1 - kept) * now
        for before, now in zip(
            weights, model.generator.get_weights(), strict=True
        )
    ]
    assert_close(expected, model.ema_generator.get_weights())


def test_half_life_that_is_a_number_is_ramped_up():
    model = small(ema_decay=HalfLife(1e6))
    assert_close(*follow(model, 3, lambda t: (2 + t) / (21 + t)))


# ---------------------------------------------------------------- augmentation


class Marked(layers.Layer):
    """Adds 1 to each image, and can be told from what was there."""

    def call(self, images, training=True):
        return images + 1.0


def test_each_layer_is_applied_to_its_share_of_the_images():
    layer = RandomApply([Marked(), Marked()], probability=0.3, seed=1)
    found = numpy(layer(np.zeros((4000, 2), "float32"))).mean(axis=1)
    shares = [np.mean(found == times) for times in (0, 1, 2)]
    np.testing.assert_allclose(shares, [0.49, 0.42, 0.09], atol=0.03)


def test_nothing_is_augmented_outside_of_training():
    layer = RandomApply(Marked(), probability=1.0)
    assert np.all(numpy(layer(np.zeros((3, 2)), training=False)) == 0.0)


def test_probability_follows_the_discriminators_updates():
    layer = RandomApply(
        Marked(), probability=decays.PiecewiseConstantDecay([2], [0.0, 1.0])
    )
    model = small(keras.optimizers.SGD(0.0), augment=layer)
    fakes = logged(model, "d_real", 5)
    slope = model.discriminator.get_weights()[0].sum()
    # Up to step 2, by Keras' rule for its boundaries.
    steps = np.array(fakes) - fakes[0]
    np.testing.assert_allclose(steps, [0.0, 0.0, 0.0, slope, slope], atol=1e-5)


def test_a_step_that_a_layer_counts_is_found_inside_others():
    layer = RandomApply(Marked(), probability=Cosine(0.0, 1.0, 9))
    model = small(augment=keras_gan.augment.Compose([layer]))
    logged(model, "d_loss", 3)
    assert int(numpy(layer.step)) == 3


def test_random_apply_by_its_name_changes_images_like_ada():
    named = keras_gan.augment.get("random_apply")
    ada = keras_gan.augment.AdaptiveAugment()
    assert [each.policy for each in named.layers] == [
        each.policy for each in ada.augment
    ]


# ---------------------------------------------------------- saving and showing


@pytest.mark.parametrize(
    "made",
    [
        lambda: regularizers.R1(Cosine(5.0, 1.0, 4, hold=1), interval=2),
        lambda: regularizers.DRAGAN(decays.ExponentialDecay(5.0, 4, 0.5)),
        lambda: HalfLife(Cosine(0.0, 100.0, 4)),
        lambda: HalfLife(100),
        lambda: RandomApply(probability=Cosine(0.0, 0.5, 4), seed=1),
        lambda: keras_gan.optimizers.Adam(
            Cosine(1e-3, 1e-4, 4), 0.0, Cosine(0.9, 0.99, 4)
        ),
    ],
    ids=["r1", "dragan", "half-life", "number", "random-apply", "adam"],
)
def test_what_has_a_schedule_round_trips(made):
    config = keras.saving.serialize_keras_object(made())
    again = keras.saving.deserialize_keras_object(config)
    assert keras.saving.serialize_keras_object(again) == config


OUT_OF_RANGE = {
    "weight": lambda: regularizers.R1(Cosine(-1.0, 1.0, 4)),
    "ema_decay": lambda: small(ema_decay=Cosine(0.5, 1.0, 4)),
    "images": lambda: HalfLife(decays.ExponentialDecay(-1.0, 4, 0.5)),
    "probability": lambda: RandomApply(probability=Cosine(0.0, 1.5, 4)),
    "beta_2": lambda: keras_gan.optimizers.Adam(
        beta_2=decays.CosineDecay(1.0, 4)
    ),
    "gp_weight": lambda: tiny.wgan_gp(gp_weight=Cosine(1.0, -1.0, 4)),
}


@pytest.mark.parametrize("name", OUT_OF_RANGE)
def test_schedules_out_of_range_are_refused(name):
    with pytest.raises(ValueError, match=f"`{name}`.*schedule.*Received: "):
        OUT_OF_RANGE[name]()


def test_present_values_are_those_of_the_next_update():
    beta_2 = decays.PolynomialDecay(0.9, 4, 0.99)
    model = small(
        keras_gan.optimizers.Adam(0.1, 0.0, beta_2),
        regularizer=regularizers.R1(Cosine(5.0, 1.0, 4)),
        ema_decay=HalfLife(Cosine(0.0, 40.0, 4)),
        augment=RandomApply(Marked(), probability=Cosine(0.0, 1.0, 4)),
        discriminator_steps=2,
    )
    logged(model, "d_loss", 3)
    expected = {
        "r1_weight": cosine(5.0, 1.0, 4, 3),
        "beta_2_discriminator": 0.9675,
        "augment_probability": cosine(0.0, 1.0, 4, 3),
        "ema_half_life_generator": cosine(0.0, 40.0, 4, 1),
    }
    assert scheduled_values(model) == pytest.approx(expected, rel=1e-5)


def test_settings_of_a_run_show_the_first_values():
    model = small(
        keras_gan.optimizers.Adam(0.1, 0.0, Cosine(0.9, 0.99, 4)),
        regularizer=regularizers.R1(Cosine(5.0, 1.0, 4)),
        ema_decay=Cosine(0.5, 0.9, 4),
    )
    found = hyper_parameters(model)
    wanted = {"r1_weight": 5.0, "d_beta_2": 0.9, "ema_decay": 0.5}
    assert {name: found[name] for name in wanted} == pytest.approx(wanted)


def test_summary_names_schedules():
    model = small(
        regularizer=regularizers.R1(decays.CosineDecay(5.0, 4)),
        ema_decay=HalfLife(Cosine(0.0, 40.0, 4)),
    )
    lines = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    text = "\n".join(lines)
    assert "R1(weight=CosineDecay from 5)" in text
    assert "HalfLife(Cosine(0, 40, 4))" in text
