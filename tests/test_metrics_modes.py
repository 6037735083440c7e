"""Mode coverage, against hand-made counts and a second implementation."""

import math

import numpy as np
import pytest
from scipy.stats import entropy

from keras_gan import datasets, features, metrics

GRID = datasets.GAUSSIANS["grid"]


def points_of(name, count=2500):
    points, modes = datasets.load(name, "test")
    return points[:count], modes[:count]


def test_a_mode_counts_as_soon_as_one_sample_shows_it():
    assert metrics.mode_coverage([3] * 999 + [7], 10)["modes"] == 2


def test_the_kl_of_one_mode_of_many_is_the_logarithm():
    assert metrics.mode_coverage([4] * 50, 1000)["kl"] == pytest.approx(
        math.log(1000)
    )


def test_the_kl_of_even_modes_is_zero():
    assert metrics.mode_coverage(np.arange(40) % 8, 8)["kl"] == 0


def test_the_kl_equals_scipy_s_to_a_reference():
    random = np.random.default_rng(0)
    modes = random.integers(6, size=500)
    reference = random.uniform(1, 2, size=8)
    counts = np.bincount(modes, minlength=8)
    found = metrics.mode_coverage(modes, 8, reference=reference)
    assert found["kl"] == pytest.approx(entropy(counts, reference))


def test_the_kl_to_data_without_a_mode_is_infinite():
    found = metrics.mode_coverage([0, 1], 2, reference=[1, 0])
    assert found["kl"] == math.inf


def test_perfect_sampling_of_1_000_modes_has_the_documented_kl():
    modes = np.random.default_rng(0).integers(1000, size=26_000)
    found = metrics.mode_coverage(modes, 1000)
    assert found["modes"] == 1000
    assert found["kl"] == pytest.approx(999 / 52_000, rel=0.1)


def test_samples_that_do_not_count_find_no_mode_but_are_in_the_kl():
    found = metrics.mode_coverage(
        [0, 0, 1, 1], 2, counted=[True, True, False, False]
    )
    assert found == {"modes": 1.0, "kl": 0.0}


def test_a_high_quality_sample_is_within_three_deviations():
    points = [[0.0, 0.149], [0.0, 0.151], [2.0, 2.0], [1.0, 1.0]]
    centers = [[0.0, 0.0], [2.0, 2.0]]
    assert metrics.high_quality_share(points, centers, 0.05) == 0.5
    assert metrics.high_quality_share(points, centers, 0.05, within=4) == 0.75


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_real_points_have_all_modes_and_the_share_of_a_gaussian(name):
    mixture = datasets.GAUSSIANS[name]
    points, _ = points_of(name, 10_000)
    found = metrics.gaussian_coverage(
        points, mixture.centers, mixture.deviation
    )
    assert found["modes"] == len(mixture.centers)
    # A Rayleigh distribution's share within 3; 4 deviations of a binomial.
    assert found["high_quality"] == pytest.approx(
        1 - math.exp(-4.5), abs=0.0042
    )
    expected = (len(mixture.centers) - 1) / (2 * 10_000)
    assert 0 < found["kl"] < 3 * expected


def test_points_of_a_known_number_of_modes_are_counted():
    points, modes = points_of("grid")
    some = np.isin(modes, [1, 5, 24])
    found = metrics.gaussian_coverage(
        points[some], GRID.centers, GRID.deviation
    )
    assert found["modes"] == 3
    assert found["kl"] == pytest.approx(
        entropy(np.bincount(modes[some], minlength=25), np.ones(25))
    )


def test_points_between_modes_find_none():
    found = metrics.gaussian_coverage(
        np.ones((50, 2)), GRID.centers, GRID.deviation
    )
    assert found["modes"] == 0
    assert found["high_quality"] == 0
    assert found["kl"] == pytest.approx(math.log(25))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0.5], 2), r"`modes` must be integers.*float64"),
        (([2], 2), r"`modes` must be in 0..1. Received: modes from 2 to 2"),
        (([0], 0), r"`num_modes`.*Received: num_modes=0"),
    ],
)
def test_wrong_modes_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        metrics.mode_coverage(*arguments)


def test_centers_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"\(k, 2\).*centers.shape=\(4, 3\)"):
        metrics.high_quality_share(np.zeros((5, 2)), np.zeros((4, 3)), 1.0)


# ------------------------------------------------------- the extractors


def test_points_are_their_own_features_and_belong_to_the_nearest_mode():
    points, modes = points_of("grid")
    extractor = features.gaussians("grid")
    extracted = extractor.extract(points)
    np.testing.assert_array_equal(extracted.features, points)
    np.testing.assert_array_equal(extracted.probabilities.argmax(axis=1), modes)
    assert (extractor.dim, extractor.num_classes) == (2, 25)


def test_vectors_of_another_size_or_images_are_refused():
    extractor = features.vectors(3)
    with pytest.raises(ValueError, match=r"of 3 numbers.*\(4, 2\)"):
        extractor(np.zeros((4, 2)))
    with pytest.raises(ValueError, match=r"floats of shape \(n, d\)"):
        extractor(np.zeros((4, 8, 8, 1), np.uint8))


def stacked_planes(count=40):
    """Images of three real pictures of clothes, and the single planes."""
    pictures, _ = datasets.load("fashion_mnist_sample", "test", limit=count * 3)
    planes = pictures.reshape(count, 3, 28, 28, 1)
    return np.concatenate([planes[:, i] for i in range(3)], axis=-1), planes


def test_the_stacked_classifier_is_the_classifier_of_each_plane():
    images, planes = stacked_planes()
    stacked = features.stacked_classifier(batch_size=16).extract(images)
    digits = features.classifier("mnist", batch_size=16)
    single = [digits.extract(planes[:, i]) for i in range(3)]
    np.testing.assert_allclose(
        stacked.features,
        np.concatenate([each.features for each in single], axis=1),
        atol=1e-4,
    )
    red, green, blue = (each.probabilities for each in single)
    triples = np.einsum("ni,nj,nk->nijk", red, green, blue).reshape(-1, 1000)
    np.testing.assert_allclose(stacked.probabilities, triples, atol=1e-5)


def test_the_stacked_classifier_refuses_grey_images():
    with pytest.raises(ValueError, match=r"three planes.*\(2, 28, 28, 1\)"):
        features.stacked_classifier()(np.zeros((2, 28, 28, 1), np.uint8))


@pytest.mark.slow
@pytest.mark.skipif(
    not datasets.installed("stacked_mnist"), reason="needs MNIST"
)
def test_the_stacked_classifier_is_as_right_as_it_says():
    images, labels = datasets.load("stacked_mnist", "test", limit=5000)
    predicted = features.stacked_classifier().extract(images).probabilities
    right = (predicted.argmax(axis=1) == labels).mean()
    assert right == pytest.approx(0.972, abs=0.005)


# --------------------------------------------------------- by `evaluate`


def test_evaluate_measures_points_by_the_protocol():
    real, _ = datasets.load("grid")
    points, _ = points_of("grid")
    names = ["fid", "precision", "modes", "kl", "high_quality"]
    found = metrics.evaluate(
        real[:2000],
        points,
        extractor=features.gaussians("grid"),
        metrics=names,
    )
    covered = metrics.gaussian_coverage(points, GRID.centers, GRID.deviation)
    assert {name: found[name] for name in covered} == covered
    assert found["fid"] == metrics.frechet_distance(real[:2000], points)
    assert found["extractor"] == "grid: nearest of 25 Gaussians"


def test_evaluate_counts_a_stacked_mode_of_one_sample():
    images, _ = stacked_planes(30)
    extractor = features.stacked_classifier(batch_size=16)
    found = metrics.evaluate(
        images, images, extractor=extractor, metrics=["modes", "kl"]
    )
    modes = extractor.extract(images).probabilities.argmax(axis=1)
    assert found["modes"] == len(np.unique(modes))
    assert found["kl"] == metrics.mode_coverage(modes, 1000)["kl"]


@pytest.mark.parametrize("name", ["modes", "kl"])
def test_data_without_known_modes_are_refused(name):
    vectors = np.random.default_rng(0).normal(size=(20, 3))
    with pytest.raises(ValueError, match="whose modes are known, such as"):
        metrics.evaluate(
            vectors, vectors, extractor=features.vectors(3), metrics=name
        )


def test_the_share_of_quality_is_refused_for_images():
    images, _ = stacked_planes(12)
    with pytest.raises(ValueError, match=r"'high_quality' .*ring or grid"):
        metrics.evaluate(
            images,
            images,
            extractor=features.stacked_classifier(),
            metrics="high_quality",
        )


def test_metrics_of_pixels_are_refused_for_points():
    points, _ = points_of("ring", 50)
    with pytest.raises(ValueError, match="needs images, and these are vectors"):
        metrics.evaluate(
            points,
            points,
            extractor=features.gaussians("ring"),
            metrics="sliced_wasserstein",
        )
