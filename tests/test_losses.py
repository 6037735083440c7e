import pickle

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import expit, log_expit, logit

from keras_gan import losses

ABSTRACT = {"AdversarialLoss", "get"}
NAMES = [
    "non_saturating",
    "minimax",
    "least_squares",
    "hinge",
    "wasserstein",
    "relativistic",
    "relativistic_pairing",
]


def make(name):
    if name == "KerasLoss":
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        return losses.KerasLoss(loss)
    if name == "CallableLosses":
        return losses.CallableLosses(wasserstein_d, wasserstein_g)
    return getattr(losses, name)()


@keras.saving.register_keras_serializable("tests")
def wasserstein_d(real, fake):
    return ops.mean(fake) - ops.mean(real)


@keras.saving.register_keras_serializable("tests")
def wasserstein_g(fake):
    return -ops.mean(fake)


ALL = sorted(set(losses.__all__) - ABSTRACT)


def scores(shape, shift=0.0):
    rng = np.random.default_rng(3)
    return (rng.normal(size=shape) + shift).astype("float32")


def number(tensor):
    return float(ops.convert_to_numpy(tensor))


@pytest.mark.parametrize("shape", [(8,), (8, 1), (8, 3, 3, 1)], ids=str)
@pytest.mark.parametrize("name", ALL)
def test_a_loss_is_a_finite_float32_scalar(name, shape):
    loss, real, fake = make(name), scores(shape), scores(shape, 1.0)
    for value in (loss.discriminator(real, fake), loss.generator(fake, real)):
        assert tuple(value.shape) == ()
        assert keras.backend.standardize_dtype(value.dtype) == "float32"
        assert np.isfinite(number(value))


@pytest.mark.parametrize("name", ALL)
def test_a_loss_falls_as_its_player_improves(name):
    loss = make(name)
    bad, good = scores((64, 1), -0.5), scores((64, 1), 0.5)
    right = number(loss.discriminator(good, bad))
    wrong = number(loss.discriminator(bad, good))
    assert right < wrong
    assert number(loss.generator(good, bad)) < number(loss.generator(bad, good))


@pytest.mark.parametrize("name", ALL)
def test_a_loss_survives_saturated_scores(name):
    loss = make(name)
    high, low = np.full((4, 1), 60.0, "float32"), np.full((4, 1), -60.0)
    low = low.astype("float32")
    for real, fake in ((high, low), (low, high)):
        assert np.isfinite(number(loss.discriminator(real, fake)))
        assert np.isfinite(number(loss.generator(fake, real)))


@pytest.mark.parametrize("name", ALL)
def test_a_loss_round_trips(name):
    loss = make(name)
    config = keras.saving.serialize_keras_object(loss)
    again = keras.saving.deserialize_keras_object(config)
    real, fake = scores((5, 1)), scores((5, 1), 1.0)
    assert type(again) is type(loss)
    assert number(again.discriminator(real, fake)) == number(
        loss.discriminator(real, fake)
    )


@pytest.mark.parametrize("name", ALL)
def test_a_loss_is_found_by_the_module_that_earlier_files_name(name):
    loss = make(name)
    saved = keras.saving.serialize_keras_object(loss)
    earlier = {**saved, "module": "keras_gan.losses"}
    again = keras.saving.deserialize_keras_object(earlier)
    assert type(again) is type(loss)
    assert saved["registered_name"] == f"keras_gan>{name}"


@pytest.mark.parametrize("name", losses.__all__)
def test_a_pickle_of_the_earlier_module_finds_its_loss(name):
    written = b"ckeras_gan.losses\n" + name.encode() + b"\n."
    assert pickle.loads(written) is getattr(losses, name)


@pytest.mark.parametrize("name", NAMES)
def test_get_knows_the_names(name):
    assert isinstance(losses.get(name), losses.AdversarialLoss)


def by_hand(name, real, fake):
    """The papers' formulas in float64: (discriminator, generator)."""
    mean = np.mean
    cross = -mean(log_expit(real)) - mean(np.log1p(-expit(fake)))
    excess, deficit = real - mean(fake), fake - mean(real)
    return {
        "non_saturating": (cross, -mean(log_expit(fake))),
        "minimax": (cross, mean(np.log1p(-expit(fake)))),
        "least_squares": (
            (mean((real - 1) ** 2) + mean(fake**2)) / 2,
            mean((fake - 1) ** 2) / 2,
        ),
        "hinge": (
            mean(np.maximum(0, 1 - real)) + mean(np.maximum(0, 1 + fake)),
            -mean(fake),
        ),
        "wasserstein": (mean(fake) - mean(real), -mean(fake)),
        "relativistic": (
            -mean(log_expit(excess)) - mean(log_expit(-deficit)),
            -mean(log_expit(deficit)) - mean(log_expit(-excess)),
        ),
        "relativistic_pairing": (
            -mean(log_expit(real - fake)),
            -mean(log_expit(fake - real)),
        ),
    }[name]


@pytest.mark.parametrize("name", NAMES)
def test_values_equal_the_papers(name):
    real, fake = scores((50, 1), 0.7), scores((50, 1), -0.2)[::-1]
    d_loss, g_loss = by_hand(name, real.astype(float), fake.astype(float))
    loss = losses.get(name)
    assert number(loss.discriminator(real, fake)) == pytest.approx(d_loss, 1e-5)
    assert number(loss.generator(fake, real)) == pytest.approx(g_loss, 1e-5)


def test_label_smoothing_lowers_the_real_target_only():
    real, fake = scores((50, 1), 0.7), scores((50, 1))
    p, q = expit(real.astype(float)), expit(fake.astype(float))
    expected = -np.mean(0.9 * np.log(p) + 0.1 * np.log(1 - p)) - np.mean(
        np.log(1 - q)
    )
    loss = losses.NonSaturating(label_smoothing=0.1)
    assert number(loss.discriminator(real, fake)) == pytest.approx(
        expected, 1e-5
    )
    assert number(loss.generator(fake)) == pytest.approx(
        -np.mean(np.log(q)), 1e-5
    )


def test_a_keras_loss_is_applied_to_targets_of_one_and_zero():
    loss = losses.get(keras.losses.BinaryCrossentropy(from_logits=True))
    real, fake = scores((50, 1), 0.7), scores((50, 1))
    plain = losses.NonSaturating()
    assert number(loss.discriminator(real, fake)) == pytest.approx(
        number(plain.discriminator(real, fake)), 1e-5
    )
    assert number(loss.generator(fake)) == pytest.approx(
        number(plain.generator(fake)), 1e-5
    )


@pytest.mark.parametrize(
    ("reduction", "factor"),
    [
        ("sum_over_batch_size", 1),
        ("mean", 1),
        ("mean_with_sample_weight", 1),
        (None, 1),
        ("sum", 50),
    ],
)
def test_a_keras_loss_is_reduced_as_it_says(reduction, factor):
    real, fake = scores((50, 1), 0.7), scores((50, 1))
    loss = losses.get(keras.losses.MeanSquaredError(reduction=reduction))
    real_values, fake_values = map(ops.convert_to_numpy, (real, fake))
    real_cost, fake_cost = (real_values - 1.0) ** 2, fake_values**2
    assert number(loss.discriminator(real, fake)) == pytest.approx(
        factor * (real_cost.mean() + fake_cost.mean()), 1e-5
    )
    assert number(loss.generator(fake)) == pytest.approx(
        factor * np.mean((fake_values - 1.0) ** 2), 1e-5
    )


def test_a_keras_loss_computes_in_its_own_dtype():
    loss = losses.get(keras.losses.MeanSquaredError(dtype="float16"))
    # 2049 is no number of float16: it becomes 2048.
    found = loss.generator(ops.convert_to_tensor([[2049.0]]) / 64)
    assert number(found) == pytest.approx(31.0**2, abs=0)


def mean_difference(real, fake):
    return ops.mean(fake) - ops.mean(real)


@pytest.mark.parametrize(
    "make",
    [
        lambda **kwargs: losses.CallableLosses(
            mean_difference, lambda fake: -ops.mean(fake), **kwargs
        ),
        lambda **kwargs: losses.KerasLoss(keras.losses.Poisson(), **kwargs),
    ],
    ids=["functions", "Keras loss"],
)
def test_a_boundary_that_nobody_knows_can_be_told(make):
    assert make().boundary is None
    assert make(boundary=0.25).boundary == 0.25
    with pytest.raises(ValueError, match="`boundary`"):
        make(boundary=float("nan"))


def test_a_told_boundary_is_saved_and_an_old_file_has_none():
    loss = losses.KerasLoss(keras.losses.Poisson(), boundary=0.25)
    saved = keras.saving.serialize_keras_object(loss)
    assert keras.saving.deserialize_keras_object(saved).boundary == 0.25
    del saved["config"]["boundary"]
    assert keras.saving.deserialize_keras_object(saved).boundary is None


def test_a_relativistic_generator_asks_for_real_scores():
    with pytest.raises(ValueError, match=r"generator\(fake, real\)"):
        losses.get("relativistic").generator(scores((3, 1)))


class ForgottenGap(losses.AdversarialLoss):
    def _discriminator(self, real, fake):
        return ops.mean(ops.softplus(fake - real))

    def _generator(self, fake, real):
        return ops.mean(ops.softplus(real - fake))


class Gap(ForgottenGap):
    needs_real = True


def gap_g(fake, real):
    return ops.mean(ops.softplus(real - fake))


def gap_d(real, fake):
    return gap_g(real, fake)


@pytest.mark.parametrize(
    "loss",
    [Gap(), losses.CallableLosses(gap_d, gap_g, needs_real=True)],
    ids=["class", "functions"],
)
def test_a_loss_of_ones_own_may_compare_with_real_scores(loss):
    real, fake = scores((50, 1), 0.7), scores((50, 1)) ** 2
    pairing = losses.RelativisticPairing()
    assert loss.boundary is None
    assert number(loss.generator(fake, real)) == pytest.approx(
        number(pairing.generator(fake, real))
    )


def test_a_loss_that_forgets_to_ask_for_real_scores_is_told_how():
    with pytest.raises(ValueError, match="needs_real = True"):
        ForgottenGap().generator(scores((4, 1)))


@pytest.mark.parametrize(
    ("function", "needs_real", "says"),
    [
        (gap_g, False, "needs_real=True"),
        (wasserstein_g, True, "Leave `needs_real` out"),
    ],
    ids=["takes more", "takes less"],
)
def test_a_function_that_takes_other_scores_is_refused(
    function, needs_real, says
):
    with pytest.raises(ValueError, match=says):
        losses.CallableLosses(gap_d, function, needs_real=needs_real)


def test_an_error_of_the_functions_own_is_left_as_it_is():
    def broken(fake):
        raise ValueError("my own mistake")

    with pytest.raises(ValueError, match=r"^my own mistake$"):
        losses.CallableLosses(gap_d, broken).generator(scores((4, 1)))


def test_scores_that_are_no_pairs_are_refused():
    loss = losses.RelativisticPairing()
    with pytest.raises(ValueError, match="one shape"):
        loss.discriminator(scores((4, 1)), scores((4,)))


def test_logits_come_back_from_probabilities():
    p = np.array([1e-20, 1e-6, 0.3, 0.5, 0.999], "float32")
    expected = logit(p.astype(float))
    got = ops.convert_to_numpy(losses.to_logits(p))
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    edge = ops.convert_to_numpy(losses.to_logits(np.array([0, 1], "float32")))
    assert np.isfinite(edge).all()


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ("wassersten", ValueError, "wassersten"),
        (3, TypeError, "loss=3"),
        ((wasserstein_d,), TypeError, "pair"),
    ],
    ids=["typo", "number", "lone function"],
)
def test_unknown_losses_are_refused(given, error, says):
    with pytest.raises(error, match=says):
        losses.get(given)


def test_impossible_smoothing_is_refused():
    with pytest.raises(ValueError, match=r"label_smoothing=1\.5"):
        losses.NonSaturating(label_smoothing=1.5)


def test_a_loss_that_is_no_scalar_is_refused():
    loss = losses.get((lambda real, fake: fake - real, wasserstein_g))
    with pytest.raises(ValueError, match=r"keras\.ops\.mean"):
        loss.discriminator(scores((3, 1)), scores((3, 1)))


BOUNDARIES = {
    "non_saturating": 0.0,
    "minimax": 0.0,
    "hinge": 0.0,
    "least_squares": 0.5,
    "MeanSquaredError": 0.5,
    "wasserstein": None,
    "relativistic": None,
}


@pytest.mark.parametrize(("name", "expected"), BOUNDARIES.items())
def test_boundary_is_the_best_score_of_what_is_as_real_as_fake(name, expected):
    loss = losses.get(name)
    assert loss.boundary == expected
    scores = np.linspace(-1, 1, 41, dtype="float32")
    costs = [
        float(ops.convert_to_numpy(loss.discriminator(s, s)))
        for s in scores.reshape(-1, 1)
    ]
    if expected is None:
        np.testing.assert_allclose(costs, costs[0], atol=1e-6)
    elif name != "hinge":  # Flat between its two margins.
        assert scores[np.argmin(costs)] == pytest.approx(expected, abs=1e-6)


def test_boundary_follows_smoothed_targets():
    assert losses.LeastSquares(label_smoothing=0.2).boundary == 0.4
