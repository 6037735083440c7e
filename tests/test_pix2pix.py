"""Pix2Pix: its losses against numpy, its penalties against their formulas."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan.models import judged_sets
from tests import tiny

SGD = keras.optimizers.SGD


@pytest.fixture(scope="module")
def pairs(images):
    """Sources and what they shall become: upside down and darker."""
    return images[:12], 0.5 * images[:12, ::-1] - 0.3


def made(network, *inputs):
    given = [ops.convert_to_tensor(each) for each in inputs]
    outputs = network(given if len(given) > 1 else given[0], training=False)
    return ops.convert_to_numpy(outputs).astype("float64")


def softplus(x):
    return np.log1p(np.exp(x))


LOSSES = {
    "non_saturating": (
        lambda real, fake: np.mean(softplus(-real)) + np.mean(softplus(fake)),
        lambda fake: np.mean(softplus(-fake)),
    ),
    "least_squares": (
        lambda real, fake: (np.mean((real - 1) ** 2) + np.mean(fake**2)) / 2,
        lambda fake: np.mean((fake - 1) ** 2) / 2,
    ),
    "wasserstein": (
        lambda real, fake: np.mean(fake) - np.mean(real),
        lambda fake: -np.mean(fake),
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_the_losses_are_those_of_numpy(loss, pairs):
    source, target = pairs
    gan = tiny.pix2pix(l1_weight=7.0, adversarial_weight=3.0, regularizer=None)
    gan.compile(loss=loss, run_eagerly=True)
    logs = gan.test_on_batch(source, target, return_dict=True)
    fake = made(gan.generator, source)
    scores = made(gan.discriminator, source, fake.astype("float32"))
    real_scores = made(gan.discriminator, source, target)
    assert scores.shape == (12, 4, 4, 1)
    of_discriminator, of_generator = LOSSES[loss]
    l1 = np.mean(np.abs(fake - target))
    expected = {
        "d_loss": of_discriminator(real_scores, scores),
        "d_real": real_scores.mean(),
        "d_fake": scores.mean(),
        "g_adversarial": of_generator(scores),
        "g_l1": l1,
        "g_loss": 3.0 * of_generator(scores) + 7.0 * l1,
    }
    assert set(logs) == set(expected)
    for name, value in expected.items():
        assert float(logs[name]) == pytest.approx(value, rel=1e-5), name


@pytest.mark.parametrize("loss", ["hinge", "relativistic_pairing", "minimax"])
def test_every_loss_takes_patches(loss, pairs):
    gan = tiny.pix2pix(regularizer=None, ema_decay=None)
    gan.compile(SGD(0.1), SGD(0.1), loss, run_eagerly=True)
    logs = gan.train_on_batch(*pairs, return_dict=True)
    assert np.isfinite(list(logs.values())).all()


def linear_judge(by_source, by_target):
    """Scores of patches that are linear: `by_source * s + by_target * t`."""
    inputs = [keras.Input((8, 8, 1)), keras.Input((8, 8, 1))]
    x = layers.Concatenate()(inputs)
    conv = layers.Conv2D(1, 1, use_bias=False)
    network = keras.Model(inputs, conv(x))
    conv.set_weights([np.array([[[[by_source], [by_target]]]], "float32")])
    return network


# The mean of 64 patches has the slope by_target / 64 in each of 64 pixels.
PENALTIES = {
    "r1": 5.0 * 3.0**2 / 64,
    "r2": 5.0 * 3.0**2 / 64,
    "gradient_penalty": 10.0 * (3.0 / 8 - 1) ** 2,
    "dragan": 10.0 * (3.0 / 8 - 1) ** 2,
}


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_is_of_the_mean_score_by_the_target_alone(name, pairs):
    gan = keras_gan.Pix2Pix(
        tiny.translator(), linear_judge(100.0, 3.0), regularizer=name, seed=1
    )
    gan.compile(run_eagerly=True)
    logs = gan.test_on_batch(*pairs, return_dict=True)
    (penalty,) = gan.regularizers
    found = float(logs[penalty.name])
    assert found == pytest.approx(PENALTIES[name], rel=1e-4)


def test_a_penalty_trains_alike_from_a_pass_of_its_own(pairs, monkeypatch):
    states = []
    for shares in (True, False):
        if not shares:
            monkeypatch.setattr(judged_sets, "repeats_itself", lambda _: False)
        keras.utils.set_random_seed(1)
        penalties = [
            keras_gan.regularizers.R1(5.0),
            keras_gan.regularizers.R2(),
        ]
        gan = tiny.pix2pix(regularizer=penalties)
        gan.compile(SGD(0.1), SGD(0.0), run_eagerly=True)
        gan.train_on_batch(*pairs)
        states.append(tiny.weights(gan.discriminator))
    for shared, own in zip(*states, strict=True):
        np.testing.assert_allclose(shared, own, atol=1e-6)


def test_the_generators_penalty_is_called_on_sources(pairs):
    class Brightness(keras_gan.regularizers.GeneratorRegularizer):
        name = "brightness"

        def __call__(self, generator, latents, seed):
            seen.append(ops.convert_to_numpy(latents))
            return self.weight * ops.mean(ops.square(generator(latents)))

    seen = []
    gan = tiny.pix2pix(generator_regularizer=Brightness(2.0), regularizer=None)
    gan.compile(run_eagerly=True)
    logs = gan.test_on_batch(*pairs, return_dict=True)
    expected = 2.0 * np.mean(made(gan.generator, pairs[0]) ** 2)
    assert float(logs["brightness"]) == pytest.approx(expected, rel=1e-4)
    np.testing.assert_array_equal(seen[-1], pairs[0])


def test_without_adversarial_weight_it_is_a_regression(pairs):
    step = keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.0, 1.0])
    gan = tiny.pix2pix(
        l1_weight=4.0, adversarial_weight=step, ema_decay=None, regularizer=None
    )
    gan.compile(SGD(0.1), SGD(0.1), run_eagerly=True)
    regression = keras.models.clone_model(gan.generator)
    regression.set_weights(gan.generator.get_weights())
    regression.compile(SGD(0.4), "mae", run_eagerly=True)

    def difference():
        gan.train_on_batch(*pairs)
        regression.train_on_batch(*pairs)
        both = zip(
            gan.generator.get_weights(), regression.get_weights(), strict=True
        )
        return max(np.abs(one - other).max() for one, other in both)

    # The schedule counts updates from 0, and its first value holds up to 1.
    assert difference() < 1e-6
    assert difference() < 1e-6
    assert difference() > 1e-5


def test_the_generator_waits_for_the_discriminators_steps(pairs):
    gan = tiny.pix2pix(discriminator_steps=2, ema_decay=None, regularizer=None)
    gan.compile(run_eagerly=True)
    before = tiny.weights(gan.generator)
    gan.train_on_batch(*pairs)
    assert all(map(np.array_equal, before, tiny.weights(gan.generator)))
    gan.train_on_batch(*pairs)
    assert not all(map(np.array_equal, before, tiny.weights(gan.generator)))


def test_a_small_source_becomes_large(images):
    small, large = images[:8, ::2, ::2], images[:8]
    gan = keras_gan.Pix2Pix(
        tiny.translator(size=4, scale=2),
        tiny.patch_judge(source=1, scale=2),
        regularizer="r1",
        seed=1,
    )
    gan.compile(run_eagerly=True)
    gan.train_on_batch(small, large)
    assert gan.translate(small).shape == (8, 8, 8, 1)
    assert gan.translate(small[:, :3, :2]).shape == (8, 6, 4, 1)


def test_metrics_compare_targets_with_what_users_get(pairs):
    class Difference(keras.metrics.Mean):
        def update_state(self, real, fake, sample_weight=None):
            super().update_state(ops.abs(real - fake))

    gan = tiny.pix2pix()
    gan.compile(metrics=[Difference(name="l1")], run_eagerly=True)
    gan.train_on_batch(*pairs)
    logs = gan.test_on_batch(*pairs, return_dict=True)
    expected = np.mean(np.abs(gan.translate(pairs[0]) - pairs[1]))
    assert float(logs["l1"]) == pytest.approx(expected, rel=1e-5)
    assert float(logs["g_l1"]) != pytest.approx(expected, rel=1e-5)


def test_a_dict_and_a_pair_are_the_same_data(pairs):
    source, target = pairs
    gan = tiny.pix2pix()
    gan.compile(run_eagerly=True)
    by_pair = gan.evaluate(source, target, verbose=0)
    named = {"target": target, "source": source}
    assert gan.evaluate(named, verbose=0) == by_pair


def test_the_networks_are_listed():
    gan = tiny.pix2pix()
    assert gan.generators == [gan.generator]
    assert gan.discriminators == [gan.discriminator]


def test_the_constructors_arguments_come_back():
    gan = tiny.pix2pix(adversarial_weight=0.5, discriminator_steps=3)
    again = keras_gan.Pix2Pix.from_config(gan.get_config())
    assert again.adversarial_weight == 0.5
    assert again.discriminator_steps == 3
    assert again.ema_decay == 0.9
    assert (again.l1_weight.start, again.l1_weight.end) == (50.0, 100.0)
    (penalty,) = again.regularizers
    assert (penalty.weight, penalty.interval) == (1.0, 2)


def test_the_summary_names_networks_and_weights(capsys):
    tiny.pix2pix().summary()
    said = capsys.readouterr().out
    assert "l1_weight=Cosine(50, 100, 9), adversarial_weight=1" in said
    assert "NonSaturating + R1(weight=1)" in said


CONSTRUCTORS = {
    "no pair": (
        lambda: keras_gan.Pix2Pix(tiny.translator(), tiny.patch_judge()),
        r"`discriminator` is called on the source and an image.*2 inputs",
    ),
    "swapped": (
        lambda: keras_gan.Pix2Pix(
            tiny.patch_judge(source=1), tiny.translator()
        ),
        r"`generator` is called on the source.*1 input\b",
    ),
    "other channels": (
        lambda: keras_gan.Pix2Pix(
            tiny.translator(made=3), tiny.patch_judge(source=1)
        ),
        r"\[source, image\], of shapes .*\(8, 8, 3\).*swapped",
    ),
    "negative": (
        lambda: tiny.pix2pix(l1_weight=-1.0),
        "`l1_weight` must be .*Received: l1_weight=-1.0",
    ),
    "generator's penalty": (
        lambda: tiny.pix2pix(generator_regularizer="r1"),
        "`generator_regularizer` is a penalty on the generator",
    ),
    "no optimizers": (
        lambda: tiny.pix2pix().compile(optimizer="adam"),
        "d_opt and g_opt",
    ),
}


@pytest.mark.parametrize(
    ("make", "words"), CONSTRUCTORS.values(), ids=CONSTRUCTORS
)
def test_what_cannot_work_is_refused(make, words):
    with pytest.raises((ValueError, TypeError), match=words):
        make()


def refused(x, y=None):
    gan = keras_gan.Pix2Pix(
        tiny.translator(3, 1), tiny.patch_judge(source=3), seed=1
    )
    gan.compile(run_eagerly=True)
    gan.fit(x, y, verbose=0)


def source(*shape, value=0.5):
    return np.full(shape or (4, 8, 8, 3), value, "float32")


def target(*shape, value=-0.5):
    return np.full(shape or (4, 8, 8, 1), value, "float32")


BATCHES = {
    "no target": ((source(),), r"must be \(source, target\).*one array"),
    "other names": (
        ({"image": source(), "label": target()},),
        r"'source' and 'target'.*\['image', 'label'\]",
    ),
    "swapped": ((target(), source()), "other order"),
    "channels": (
        (source(4, 8, 8, 1), target()),
        "`source`: .*1 channels where the networks have 3",
    ),
    "size": ((source(), target(4, 9, 9, 1)), "`target`: .*Resize"),
    "lengths": (
        (source(), target(5, 8, 8, 1)),
        r"`source` and `target` must be equally many.*\[4, 5\].*its target",
    ),
    "nan": ((source(), target(value=np.nan)), "`target`: .*NaN"),
    "bytes": (
        (source().astype("uint8"), target()),
        r"`source` must be floats, black at -1 .*uint8.*to_float",
    ),
    "empty": ((source()[:0], target()[:0]), "empty"),
}


@pytest.mark.parametrize(("data", "words"), BATCHES.values(), ids=BATCHES)
def test_data_that_cannot_be_trained_on_are_refused(data, words):
    with pytest.raises(ValueError, match=words):
        refused(*data)


def test_targets_that_cannot_be_made_are_warned_of():
    with pytest.warns(UserWarning, match="never match"):
        refused(source(), target(value=3.0))


def test_targets_that_are_bytes_as_floats_are_refused():
    with pytest.raises(ValueError, match=r"`target`.*so real ones must too"):
        refused(source(), target(value=200.0))


def test_sources_of_another_scale_are_warned_of():
    with pytest.warns(UserWarning, match="`source`.*0..255"):
        refused(source(value=200.0), target())
