import keras
import numpy as np
import pytest
import scipy.linalg
from feature_sets import CASES, feature_sets
from keras import ops

from keras_gan import metrics

# From torch-fidelity 0.4.0 (FID, KID; pytorch-fid 0.3.0 agrees) and prdc 0.2.
FROZEN = {
    "random": (
        3.4071864673423704,
        0.46066889722422744,
        (0.52, 0.99, 0.2733333333333334, 0.56),
    ),
    "correlated": (
        34.15418453651387,
        74.7899392363775,
        (0.7933333333333333, 1.0, 0.4306666666666667, 0.655),
    ),
    "rank": (
        13.74605649852279,
        31.441940621030668,
        (0.8666666666666667, 0.985, 0.6813333333333333, 0.775),
    ),
    "few": (
        49.84798798196266,
        0.3864339411636526,
        (0.3, 1.0, 0.08000000000000002, 0.32),
    ),
    "identical": (0.0, -0.07222700798454396, (1.0, 1.0, 1.0, 1.0)),
}
PAIRWISE = [
    metrics.frechet_distance,
    metrics.kernel_distance,
    metrics.precision_recall,
    metrics.density_coverage,
    metrics.nearest_neighbor_distances,
]


@pytest.mark.parametrize("case", CASES)
def test_frechet_distance_equals_the_reference(case):
    distance = metrics.frechet_distance(*feature_sets(case))
    assert distance == pytest.approx(FROZEN[case][0], rel=1e-6, abs=1e-11)


@pytest.mark.parametrize("case", CASES)
def test_kernel_distance_equals_the_reference(case):
    real, fake = feature_sets(case)
    fewest = min(len(real), len(fake))
    distance = metrics.kernel_distance(real[:fewest], fake[:fewest])
    assert distance == pytest.approx(FROZEN[case][1], rel=1e-11)


@pytest.mark.parametrize("case", CASES)
def test_manifold_metrics_equal_the_reference(case):
    real, fake = feature_sets(case)
    found = {
        **metrics.precision_recall(real, fake, k=5),
        **metrics.density_coverage(real, fake, k=5),
    }
    names = ("precision", "recall", "density", "coverage")
    expected = dict(zip(names, FROZEN[case][2], strict=True))
    assert found == pytest.approx(expected, rel=1e-14)


def test_frechet_distance_of_shifted_features_is_the_squared_shift():
    real, _ = feature_sets("random")
    shifted = real + np.arange(16)
    expected = float((np.arange(16) ** 2).sum())
    assert metrics.frechet_distance(real, shifted) == pytest.approx(expected)


def test_frechet_distance_of_commuting_covariances():
    rng = np.random.default_rng(0)
    white = rng.normal(size=(300, 4))
    white -= white.mean(axis=0)
    white = np.linalg.solve(
        scipy.linalg.sqrtm(np.cov(white, rowvar=False)), white.T
    ).T
    first, second = np.array([1.0, 2, 3, 4]), np.array([4.0, 0, 1, 4])
    expected = float(((first - second) ** 2).sum())
    distance = metrics.frechet_distance(white * first, white * second)
    assert distance == pytest.approx(expected, rel=1e-11)


def test_frechet_distance_keeps_its_digits_where_directions_are_tiny():
    rng = np.random.default_rng(0)
    scale = 10.0 ** -np.arange(0, 12, 1.5)
    real, fake = rng.normal(size=(2, 500, 8)) * scale
    factors = [np.linalg.qr(x - x.mean(axis=0))[1] for x in (real, fake)]
    common = scipy.linalg.svdvals(factors[0] @ factors[1].T).sum() / 499
    difference = real.mean(axis=0) - fake.mean(axis=0)
    traces = sum((f**2).sum() for f in factors) / 499
    expected = difference @ difference + traces - 2 * common
    distance = metrics.frechet_distance(real, fake)
    assert distance == pytest.approx(expected, rel=1e-11)


def test_frechet_distance_from_moments_agrees_with_that_of_features():
    real, fake = feature_sets("correlated")
    moments = [
        moment
        for x in (real, fake)
        for moment in (x.mean(axis=0), np.cov(x, rowvar=False))
    ]
    assert metrics.frechet_distance_from_moments(*moments) == pytest.approx(
        metrics.frechet_distance(real, fake), rel=1e-10
    )


def test_frechet_distance_from_moments_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"covariances \(d, d\)"):
        metrics.frechet_distance_from_moments(
            np.zeros(3), np.eye(3), np.zeros(3), np.eye(4)
        )


def _kernel_distance_by_definition(real, fake):
    n, m, d = len(real), len(fake), real.shape[1]

    def kernel(x, y):
        return (x @ y.T / d + 1) ** 3

    within = [kernel(x, x) for x in (real, fake)]
    return (
        (within[0].sum() - np.trace(within[0])) / (n * (n - 1))
        + (within[1].sum() - np.trace(within[1])) / (m * (m - 1))
        - 2 * kernel(real, fake).mean()
    )


@pytest.mark.parametrize("dim", [5, 40], ids=["moments", "pairs"])
def test_kernel_distance_over_several_blocks_of_unequal_sets(dim):
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(1100, dim)), rng.normal(1, 1, (700, dim))
    assert metrics.kernel_distance(real, fake) == pytest.approx(
        _kernel_distance_by_definition(real, fake), rel=1e-11
    )


def test_kernel_distance_of_large_sets_is_exact_in_spite_of_float32(
    monkeypatch,
):
    monkeypatch.setattr(metrics.kernel, "_FLOAT64_WORK", 0)
    rng = np.random.default_rng(0)
    real, fake = rng.normal(5, 1, (900, 64)), rng.normal(5.1, 1, (800, 64))
    assert metrics.kernel_distance(real, fake) == pytest.approx(
        _kernel_distance_by_definition(real, fake), rel=1e-5
    )


def test_kernel_distance_of_whole_sets_is_the_only_subset():
    real, fake = feature_sets("random")
    found = metrics.kernel_distance_subsets(
        real[:150], fake, num_subsets=3, subset_size=150
    )
    assert found["mean"] == pytest.approx(FROZEN["random"][1])
    assert found["std"] == pytest.approx(0.0, abs=1e-12)


def test_kernel_distance_subsets_scatter_about_the_whole():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2, 1000, 8))
    found = metrics.kernel_distance_subsets(
        real, fake, num_subsets=50, subset_size=100
    )
    whole = metrics.kernel_distance(real, fake)
    assert abs(found["mean"] - whole) < 4 * found["std"] / np.sqrt(50)
    again = metrics.kernel_distance_subsets(
        real, fake, num_subsets=50, subset_size=100
    )
    assert again == found


def test_kernel_distance_subsets_refuse_a_size_beyond_the_sets():
    with pytest.raises(ValueError, match="subset_size=1000"):
        metrics.kernel_distance_subsets(*feature_sets("random"))


def _manifolds_by_definition(real, fake, k):
    def distances(x, y):
        return np.sqrt(((x[:, None] - y[None]) ** 2).sum(axis=2))

    real_radii = np.sort(distances(real, real), axis=1)[:, k]
    fake_radii = np.sort(distances(fake, fake), axis=1)[:, k]
    between = distances(real, fake)
    inside = between < real_radii[:, None]
    return {
        "precision": inside.any(axis=0).mean(),
        "recall": (between < fake_radii).any(axis=1).mean(),
        "density": inside.sum(axis=0).mean() / k,
        "coverage": inside.any(axis=1).mean(),
    }


@pytest.mark.parametrize(
    ("real", "fake"),
    [
        pytest.param(
            lambda rng: rng.normal(size=(1500, 6)).astype("float32"),
            lambda rng: rng.normal(0.2, 0.9, (1100, 6)).astype("float32"),
            id="several blocks, float32",
        ),
        pytest.param(
            lambda rng: rng.normal(1e3, 1, (300, 6)),
            lambda rng: rng.normal(1e3, 1, (200, 6)),
            id="far from zero",
        ),
        pytest.param(
            lambda rng: rng.integers(0, 3, (400, 4)).astype(float),
            lambda rng: rng.integers(0, 3, (300, 4)).astype(float),
            id="many equal distances",
        ),
        pytest.param(
            lambda rng: rng.normal(size=(300, 6)),
            lambda rng: np.repeat(rng.normal(size=(5, 6)), 60, axis=0),
            id="repeated fakes",
        ),
        pytest.param(
            lambda rng: np.ones((200, 3)),
            lambda rng: np.ones((150, 3)),
            id="all equal",
        ),
    ],
)
def test_manifold_metrics_equal_their_definition(real, fake):
    rng = np.random.default_rng(0)
    real, fake = real(rng), fake(rng)
    found = {
        **metrics.precision_recall(real, fake, k=3),
        **metrics.density_coverage(real, fake, k=3),
    }
    exact = [np.asarray(x, "float64") for x in (real, fake)]
    assert found == pytest.approx(_manifolds_by_definition(*exact, 3))


def test_near_ties_are_settled_in_float64():
    real = np.array([[0.0], [1e4], [1e4 + 1e-5], [-1.0], [-3.0]])
    fake = np.array([[1.0 + 1e-9], [1.0 - 1e-9]])
    found = metrics.precision_recall(real, fake, k=1)
    # The ball around 0 ends at -1 and 1, exclusive.
    assert found["precision"] == 0.5


def test_nearest_neighbor_distances_equal_their_definition():
    rng = np.random.default_rng(0)
    train, fake = rng.normal(size=(1300, 5)), rng.normal(size=(1100, 5))
    fake[7] = train[3]
    expected = np.sqrt(((fake[:, None] - train[None]) ** 2).sum(2)).min(1)
    found = metrics.nearest_neighbor_distances(train, fake)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)
    assert found[7] == 0.0


def test_inception_score_of_sure_and_even_predictions_is_the_class_count():
    assert metrics.inception_score(np.eye(10)) == pytest.approx(10.0)


def test_inception_score_of_equal_predictions_is_one():
    assert metrics.inception_score(np.full((6, 3), 1 / 3)) == pytest.approx(1)


def test_inception_score_equals_the_reference():
    logits = np.random.default_rng(7).normal(size=(100, 10))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = metrics.inception_score(probabilities, num_splits=4)
    # torch-fidelity 0.4.0.
    assert found == pytest.approx(1.3799112766443873, rel=1e-12)


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        (np.ones((4, 2)), "sum to 1"),
        (np.array([[1.5, -0.5]]), "at least 0"),
        (np.array([[np.nan, 1.0]]), "at least 0"),
        (np.ones(4), "shape"),
    ],
    ids=["logits", "negative", "nan", "vector"],
)
def test_inception_score_refuses_what_is_no_probability(probabilities, message):
    with pytest.raises(ValueError, match=message):
        metrics.inception_score(probabilities)


@pytest.mark.parametrize("metric", PAIRWISE, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (np.ones((9, 3)), np.ones((9, 4)), "same dimension"),
        (np.ones((1, 3)), np.ones((9, 3)), r"`real`.*at least 2"),
        (np.ones((9, 3)), np.full((9, 3), np.nan), "`fake` must be finite"),
        (np.full((9, 3), np.inf), np.ones((9, 3)), "`real` must be finite"),
        (np.ones((9, 4, 4, 1)), np.ones((9, 4)), "features of shape"),
    ],
    ids=["dimensions", "one sample", "nan", "infinite", "images"],
)
def test_pairwise_metrics_refuse(metric, real, fake, message):
    if metric is metrics.nearest_neighbor_distances:
        message = message.replace("real", "train")
    with pytest.raises(ValueError, match=message):
        metric(real, fake)


@pytest.mark.parametrize("k", [0, 9, 2.5], ids=repr)
@pytest.mark.parametrize(
    "metric", [metrics.precision_recall, metrics.density_coverage]
)
def test_manifold_metrics_refuse_k(metric, k):
    with pytest.raises(ValueError, match="`k` must be an integer"):
        metric(np.eye(9), np.eye(9), k=k)


@pytest.mark.parametrize("metric", PAIRWISE, ids=lambda f: f.__name__)
def test_pairwise_metrics_take_tensors(metric):
    real, fake = (x.astype("float32") for x in feature_sets("random"))
    tensors = ops.convert_to_tensor(real), ops.convert_to_tensor(fake)
    np.testing.assert_equal(metric(*tensors), metric(real, fake))


def test_streaming_frechet_distance_equals_that_of_all_features():
    real, fake = feature_sets("correlated")
    metric = metrics.FrechetDistance()
    for start in range(0, 200, 64):
        metric.update_state(real[start : start + 64])
    metric.update_state(fake=fake[:1])
    metric.update_state(fake=fake[1:])
    exact = metric.dtype == "float64"
    assert float(metric.result()) == pytest.approx(
        FROZEN["correlated"][0], rel=1e-8 if exact else 1e-4
    )


def test_streaming_frechet_distance_survives_features_far_from_zero():
    real, fake = feature_sets("random")
    metric = metrics.FrechetDistance(16)
    for part in np.array_split(np.arange(150), 7):
        metric.update_state(real[part] + 100, fake[part] + 100)
    expected = metrics.frechet_distance(real[:150], fake)
    exact = metric.dtype == "float64"
    assert float(metric.result()) == pytest.approx(
        expected, rel=1e-10 if exact else 1e-3
    )


def test_streaming_frechet_distance_starts_as_nan_and_resets():
    real, fake = feature_sets("random")
    metric = metrics.FrechetDistance()
    assert np.isnan(float(metric.result()))
    metric.update_state(real, fake)
    first = float(metric.result())
    metric.reset_state()
    assert np.isnan(float(metric.result()))
    metric.update_state(real, fake)
    assert float(metric.result()) == first


def test_streaming_frechet_distance_is_stateless_where_keras_needs_it():
    real, fake = feature_sets("random")
    metric = metrics.FrechetDistance(16)
    state = [variable.value for variable in metric.variables]
    real, fake = ops.convert_to_tensor(real), ops.convert_to_tensor(fake)
    if keras.backend.backend() == "tensorflow":
        pytest.skip("TensorFlow updates variables in place")
    state = metric.stateless_update_state(state, real, fake)
    assert float(metric.stateless_result(state)) == pytest.approx(
        FROZEN["random"][0], rel=1e-4
    )
    assert np.isnan(float(metric.result()))


def test_streaming_frechet_distance_round_trips():
    metric = metrics.FrechetDistance(16, name="my_fid")
    config = keras.saving.serialize_keras_object(metric)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == metric.get_config()
    assert copy.name == "my_fid"


def test_streaming_frechet_distance_refuses_images_without_an_extractor():
    with pytest.raises(ValueError, match="give it an `extractor`"):
        metrics.FrechetDistance().update_state(np.zeros((4, 8, 8, 1)))
