"""The data sets whose modes are known, and vectors as data."""

import math

import keras
import numpy as np
import pytest

from keras_gan import datasets
from keras_gan.datasets import VectorBatches


@pytest.fixture(scope="module")
def few_digits(tmp_path_factory):
    """A file like MNIST's with 20 digits of 4x4, whose pixels are numbers."""
    path = tmp_path_factory.mktemp("mnist") / "mnist.npz"
    numbers = np.arange(20, dtype=np.uint8)
    pixels = np.broadcast_to(numbers[:, None, None], (20, 4, 4))
    labels = (numbers * 3) % 10
    np.savez(path, x_train=pixels, y_train=labels, x_test=pixels, y_test=labels)
    return path


@pytest.fixture(scope="module")
def stacked(few_digits):
    return datasets.load("stacked_mnist", path=few_digits)


def test_stacked_mnist_has_128_000_colour_images(stacked):
    images, labels = stacked
    assert (images.shape, images.dtype) == ((128_000, 4, 4, 3), np.uint8)
    assert (labels.shape, labels.dtype) == ((128_000,), np.int64)


def test_each_plane_of_stacked_mnist_is_a_whole_digit(stacked):
    images, _ = stacked
    assert (images == images[:, :1, :1]).all()


def test_a_label_of_stacked_mnist_reads_red_green_blue(stacked):
    images, labels = stacked
    digits = (images[:, 0, 0].astype(int) * 3) % 10
    names = [f"{red}{green}{blue}" for red, green, blue in digits[:500]]
    assert names == [f"{label:03d}" for label in labels[:500]]


def test_stacked_mnist_shows_each_of_the_1_000_modes_alike_often(stacked):
    counts = np.bincount(stacked[1], minlength=1000)
    # 128 of each are expected; 6 deviations of a binomial are 68.
    assert counts.min() > 60
    assert counts.max() < 196


def test_stacked_mnist_is_drawn_as_documented(stacked, few_digits):
    triples = np.random.default_rng(0).integers(20, size=(128_000, 3))
    np.testing.assert_array_equal(stacked[0][:, 0, 0], triples)
    images, _ = datasets.load("stacked_mnist", "test", path=few_digits)
    triples = np.random.default_rng(1).integers(20, size=(26_000, 3))
    np.testing.assert_array_equal(images[:, 0, 0], triples)


def test_stacked_mnist_has_1_000_classes_and_says_where_it_is_from(few_digits):
    found = datasets.source("stacked_mnist", "test", path=few_digits)
    assert found.num_classes == 1000
    assert found.origin == str(few_digits)


def test_stacked_mnist_without_mnist_says_how_to_get_it(tmp_path, monkeypatch):
    def fail():
        raise Exception("no network")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("keras_gan.datasets.named.SYSTEM", tmp_path)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    assert not datasets.installed("stacked_mnist")
    with pytest.raises(ValueError, match=r"mnist was not found on this mach"):
        datasets.load("stacked_mnist")


@pytest.mark.slow
@pytest.mark.skipif(
    not datasets.installed("stacked_mnist"), reason="needs MNIST"
)
def test_the_installed_mnist_stacks_to_all_1_000_modes():
    images, labels = datasets.load("stacked_mnist")
    assert images.shape == (128_000, 28, 28, 3)
    assert len(np.unique(labels)) == 1000


def test_the_ring_has_8_modes_on_the_unit_circle():
    points, modes = datasets.load("ring")
    assert (points.shape, points.dtype) == ((100_000, 2), np.float32)
    for mode in range(8):
        angle = math.tau * mode / 8
        mean = points[modes == mode].mean(axis=0)
        assert mean == pytest.approx(
            [math.cos(angle), math.sin(angle)], abs=1e-3
        )
        assert points[modes == mode].std(axis=0) == pytest.approx(
            [0.01, 0.01], rel=0.05
        )


def test_the_grid_has_25_modes_2_apart():
    points, modes = datasets.load("grid")
    assert (points.shape, points.dtype) == ((100_000, 2), np.float32)
    for mode in range(25):
        column, row = divmod(mode, 5)
        mean = points[modes == mode].mean(axis=0)
        assert mean == pytest.approx([2 * column - 4, 2 * row - 4], abs=5e-3)
        assert points[modes == mode].std(axis=0) == pytest.approx(
            [0.05, 0.05], rel=0.05
        )


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_points_are_the_same_each_time_and_other_in_the_test_split(name):
    points, modes = datasets.load(name)
    again, modes_again = datasets.load(name)
    np.testing.assert_array_equal(points, again)
    np.testing.assert_array_equal(modes, modes_again)
    test, _ = datasets.load(name, "test")
    assert test.shape == (10_000, 2)
    assert not (points[:10_000] == test).any()


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_points_need_nothing_on_the_machine(name):
    assert datasets.installed(name)


def test_points_of_one_mode_and_few_points_are_chosen_as_images_are():
    found = datasets.source("grid", label=12, limit=50)
    assert found.image_shape == (2,)
    assert found.holds_vectors
    assert found.images.shape == (50, 2)
    assert np.abs(found.images).max() < 0.5


@pytest.mark.parametrize("setting", [{"image_size": 8}, {"channels": 1}])
def test_points_have_no_size_and_no_channels(setting):
    with pytest.raises(ValueError, match=f"`{next(iter(setting))}` is for im"):
        datasets.load("grid", **setting)


def test_points_are_not_read_from_a_path(tmp_path):
    with pytest.raises(ValueError, match="`ring` is not read from a path"):
        datasets.load("ring", path=tmp_path)


@pytest.mark.parametrize("name", ["x", "vectors", "x_train"])
def test_an_npz_of_floats_n_d_holds_vectors(tmp_path, name):
    path = tmp_path / "points.npz"
    vectors = np.random.default_rng(0).normal(size=(12, 3))
    np.savez(path, **{name: vectors})
    found, labels = datasets.load(path, limit=4)
    assert labels is None
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, vectors[::3], rtol=1e-6)


def test_vectors_that_are_not_finite_are_refused(tmp_path):
    path = tmp_path / "points.npy"
    np.save(path, np.array([[0.0, np.nan]]))
    with pytest.raises(ValueError, match=r"finite in 32 bits. Received: 1 NaN"):
        datasets.load(path)


def test_batches_of_vectors_follow_the_order_of_images():
    vectors = np.arange(10, dtype=np.float32)[:, None]
    batches = VectorBatches(vectors, np.arange(10), batch_size=4, seed=3)
    batches.set_epoch(2)
    order = np.random.default_rng([3, 2]).permutation(10)
    seen = [(vector, label) for vector, label in batches]
    np.testing.assert_array_equal(
        np.concatenate([vector[:, 0] for vector, _ in seen]), order
    )
    np.testing.assert_array_equal(
        np.concatenate([label for _, label in seen]), order
    )


def test_batches_of_vectors_refuse_images():
    with pytest.raises(ValueError, match=r"uint8 of shape \(4, 8, 8, 1\)"):
        VectorBatches(np.zeros((4, 8, 8, 1), np.uint8))
