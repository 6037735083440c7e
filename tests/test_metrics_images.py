import numpy as np
import pytest

from keras_gan import datasets, features, metrics


def _noise(*shape, seed=7):
    return np.random.default_rng(seed).integers(0, 256, shape).astype("uint8")


def test_ms_ssim_equals_the_reference_at_three_scales():
    x = _noise(2, 64, 48, 3)
    y = (x * 0.7 + 20).astype("uint8")
    y[1] = x[1, ::-1]
    # tf.image.ssim_multiscale of TensorFlow 2.21, in float32, with weights
    # scaled to sum to 1.
    np.testing.assert_allclose(
        metrics.ms_ssim(x, y), [0.93883425, 0.01000444], rtol=5e-5, atol=2e-6
    )


def test_ms_ssim_equals_the_reference_at_five_scales():
    x = _noise(1, 176, 208, 1)
    y = (x // 2 + 64).astype("uint8")
    # tf.image.ssim_multiscale of TensorFlow 2.21, in float32.
    np.testing.assert_allclose(
        metrics.ms_ssim(x, y), [0.84217286], rtol=5e-5, atol=2e-6
    )


def test_ms_ssim_of_an_image_and_itself_is_one():
    x = _noise(3, 28, 28, 1)
    np.testing.assert_allclose(metrics.ms_ssim(x, x), 1.0, rtol=1e-12)


def test_ms_ssim_diversity_is_zero_where_all_images_are_equal():
    images = np.repeat(_noise(1, 28, 28, 3), 6, axis=0)
    assert metrics.ms_ssim_diversity(images) == pytest.approx(0.0, abs=1e-12)


def test_ms_ssim_diversity_is_the_mean_over_pairs_of_different_images():
    images = _noise(2, 16, 16, 1)
    expected = 1.0 - metrics.ms_ssim(images[:1], images[1:])[0]
    found = metrics.ms_ssim_diversity(images, num_pairs=300)
    assert found == pytest.approx(expected, rel=1e-12)


def test_ms_ssim_refuses_images_smaller_than_the_window():
    with pytest.raises(ValueError, match="at least 11 pixels"):
        metrics.ms_ssim(_noise(1, 8, 8, 1), _noise(1, 8, 8, 1))


def test_ssim_and_psnr_equal_the_reference():
    x = _noise(2, 30, 28, 3)
    y = (x * 0.7 + 20).astype("uint8")
    y[1] = x[1, ::-1]
    # tf.image.ssim and tf.image.psnr of TensorFlow 2.21, in float32.
    np.testing.assert_allclose(
        metrics.ssim(x, y), [0.92839414, 0.02640557], rtol=3e-5
    )
    np.testing.assert_allclose(
        metrics.psnr(x, y), [18.736343, 7.7316637], rtol=1e-6
    )


def test_psnr_of_equal_images_is_infinite():
    assert np.isinf(metrics.psnr(_noise(2, 4, 4, 1), _noise(2, 4, 4, 1))).all()


def test_pairs_are_measured_place_by_place():
    real = _noise(12, 16, 16, 1)
    fake = _noise(12, 16, 16, 1, seed=8)
    found = metrics.evaluate(
        real,
        fake,
        extractor=features.classifier("mnist"),
        metrics=["psnr", "ssim"],
    )
    assert found["psnr"] == pytest.approx(metrics.psnr(real, fake).mean())
    assert found["ssim"] == pytest.approx(metrics.ssim(real, fake).mean())


def test_metrics_of_pairs_refuse_other_counts():
    with pytest.raises(
        ValueError, match=r"Each image .* by 'psnr', .* as many"
    ):
        metrics.evaluate(
            _noise(12, 16, 16, 1),
            _noise(11, 16, 16, 1),
            extractor=features.classifier("mnist"),
            metrics="psnr",
        )


def test_sliced_wasserstein_of_a_brightness_shift():
    real = _noise(40, 4, 4, 1) // 2
    fake = real + np.uint8(51)
    directions = np.random.default_rng(0).standard_normal((16, 256))
    directions /= np.linalg.norm(directions, axis=0)
    expected = 0.2 * np.abs(directions.sum(axis=0)).mean()
    found = metrics.sliced_wasserstein(real, fake)
    assert found == pytest.approx(expected, rel=1e-5)


def test_sliced_wasserstein_ignores_order_and_count():
    real = _noise(20, 4, 4, 3)
    twice = np.concatenate([real[::-1], real])
    assert metrics.sliced_wasserstein(real, twice) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((4, 16, 16, 1), "float32"), "must be uint8"),
        (np.zeros((4, 16, 16), "uint8"), "shape"),
        (np.zeros((4, 16, 16, 2), "uint8"), "1 or 3 channels"),
        (np.zeros((0, 16, 16, 1), "uint8"), "shape"),
    ],
    ids=["floats", "no channels", "two channels", "none"],
)
@pytest.mark.parametrize(
    "metric",
    [
        metrics.ms_ssim_diversity,
        lambda images: metrics.sliced_wasserstein(images, images),
        lambda images: metrics.checkerboard(images, images),
    ],
    ids=["ms_ssim_diversity", "sliced_wasserstein", "checkerboard"],
)
def test_image_metrics_refuse(metric, images, message):
    with pytest.raises(ValueError, match=message):
        metric(images)


@pytest.mark.parametrize(
    "metric", [metrics.sliced_wasserstein, metrics.checkerboard]
)
def test_distances_of_pixels_refuse_images_of_two_sizes(metric):
    with pytest.raises(ValueError, match="one size"):
        metric(_noise(4, 8, 8, 1), _noise(4, 9, 9, 1))


def _waves(period, size=32, amplitude=50):
    """Stripes that repeat after `period` pixels, one image."""
    wave = np.cos(2 * np.pi * np.arange(size) / period)
    stripes = np.tile(wave, (size, 1))[None, ..., None]
    return np.uint8(128 + np.round(amplitude * stripes))


@pytest.mark.parametrize("period", [2, 4])
def test_stripes_of_the_period_are_power_of_the_grid(period):
    # What a Hann window leaves in the middle of a peak, on two axes.
    share = metrics.grid_power(_waves(period), period)
    assert share == pytest.approx((2 / 3) ** 2, rel=0.1)


def test_other_stripes_are_no_power_of_the_grid():
    assert metrics.grid_power(_waves(16)) < 1e-4


def test_noise_has_its_even_share_at_the_frequencies_of_the_grid():
    noise = np.concatenate([_noise(1, 30, 26, 3, seed=s) for s in range(200)])
    # 15 of the frequencies of 30 x 26 pixels.
    assert metrics.grid_power(noise) == pytest.approx(15 / (30 * 26), rel=0.05)


def test_checkerboards_of_transposed_convolutions_are_seen():
    real = datasets.load("fashion_mnist_sample")[0][:200]
    # How often a kernel of 5 and a stride of 2 reach each pixel: 3, 2, 3, 2.
    reached = np.resize([3.0, 2.0], 28)
    woven = 10 * np.outer(reached, reached)[..., None]
    fake = np.uint8(np.clip(real + woven - woven.mean(), 0, 255))
    assert metrics.checkerboard(real, real) == 1.0
    assert metrics.checkerboard(real, fake) > 2


def test_checkerboard_of_images_of_one_colour():
    plain = np.full((2, 16, 16, 1), 7, "uint8")
    assert metrics.checkerboard(plain, plain) == 1.0
    assert metrics.checkerboard(plain, _noise(2, 16, 16, 1)) == float("inf")


@pytest.mark.parametrize("period", [1, 5, 2.5])
def test_checkerboard_refuses_periods_that_do_not_fit(period):
    with pytest.raises((TypeError, ValueError), match="period"):
        metrics.grid_power(_noise(1, 16, 16, 1), period=period)


@pytest.mark.parametrize("name", ["checkerboard", "ms_ssim_diversity", "ssim"])
def test_metrics_refuse_small_images_before_anything_is_measured(name):
    extractor = features.classifier("mnist")
    with pytest.raises(ValueError, match=f"'{name}' in `metrics` needs images"):
        metrics.Evaluator(_noise(9, 8, 8, 1), extractor=extractor, metrics=name)


def test_class_confusion_counts_rows_by_label():
    confusion = metrics.class_confusion([0, 1, 1, 2], np.eye(3)[[0, 1, 0, 2]])
    assert confusion.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


def test_label_accuracy_is_the_share_on_the_diagonal():
    accuracy = metrics.label_accuracy([0, 1, 1, 2], np.eye(3)[[0, 1, 0, 2]])
    assert accuracy == 0.75


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 3], "0..2"),
        ([0, 1], "3 integers"),
        ([0.0, 1.0, 2.0], "3 integers"),
        (np.eye(3, dtype=int), "argmax"),
    ],
    ids=["beyond the classes", "too few", "floats", "one-hot"],
)
def test_label_accuracy_refuses(labels, message):
    with pytest.raises(ValueError, match=message):
        metrics.label_accuracy(labels, np.eye(3))


def test_class_balance_of_all_classes():
    balance = metrics.class_balance(np.tile(np.eye(4), (5, 1)))
    assert balance == pytest.approx({"modes": 4, "class_entropy": np.log(4)})


def test_class_balance_leaves_out_what_only_mistakes_show():
    predicted = np.array([0] * 120 + [1] * 79 + [2])
    balance = metrics.class_balance(np.eye(4)[predicted])
    assert balance["modes"] == 2


def test_class_balance_of_one_class_has_no_entropy():
    balance = metrics.class_balance(np.eye(4)[[3, 3, 3]])
    assert balance == {"modes": 1, "class_entropy": 0}


def test_class_balance_refuses_a_share_above_one():
    with pytest.raises(ValueError, match="minimum_share=2"):
        metrics.class_balance(np.eye(4), minimum_share=2)
