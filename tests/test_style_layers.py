"""The layers of a style generator, against formulas in float64."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend, layers

RNG = np.random.default_rng(11)
FILTER = np.array([1, 3, 3, 1]) / 8


def numpy(x):
    return ops.convert_to_numpy(x)


def convolved(x, kernel):
    """A convolution of one image with zeros around it, and an odd kernel."""
    border = (kernel.shape[0] - 1) // 2
    x = np.pad(x, ((border, border), (border, border), (0, 0)))
    height, width = (size - 2 * border for size in x.shape[:2])
    y = np.zeros((height, width, kernel.shape[3]))
    for i, j in itertools.product(range(kernel.shape[0]), repeat=2):
        y += x[i : i + height, j : j + width] @ kernel[i, j]
    return y


def smoothed(x, before, after):
    """The filter along both axes, with so many zeros around the image."""
    x = np.pad(x, ((before, after), (before, after), (0, 0)))
    for axis in (0, 1):
        size = x.shape[axis] - 3
        x = sum(
            share * np.take(x, range(tap, tap + size), axis)
            for tap, share in enumerate(FILTER)
        )
    return x


def enlarged_and_convolved(x, kernel):
    """Zeros between the pixels, a full convolution, then the filter."""
    size = kernel.shape[0]
    height, width, channels = x.shape
    wide = np.zeros((2 * height + 2, 2 * width + 2, channels))
    wide[1:-1:2, 1:-1:2] = x
    y = convolved(np.pad(wide, ((size, size), (size, size), (0, 0))), kernel)
    y = 4 * smoothed(y, 0, 0)
    # Pixel i is at 2i + 1 + size here, and 1.5 is the middle of the filter. It
    # shall be between the pixels 2i and 2i + 1.
    start = size - 1
    return y[start : start + 2 * height, start : start + 2 * width]


def modulated(x, styles, kernel, bias, demodulate, convolve):
    """One kernel for each sample, each with an image of its own."""
    kernel = kernel / np.sqrt(np.prod(kernel.shape[:3]))
    images = []
    for image, style in zip(x, styles, strict=True):
        own = kernel * style[None, None, :, None]
        if demodulate:
            own = own / np.sqrt((own**2).sum(axis=(0, 1, 2)) + 1e-8)
        images.append(convolve(image, own) + bias)
    return np.stack(images)


def built(layer, *shapes):
    """The layer, with drawn weights."""
    layer.build(shapes[0] if len(shapes) == 1 else list(shapes))
    layer.set_weights([RNG.normal(size=w.shape) for w in layer.weights])
    return layer


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("up_sampling", [False, True])
def test_a_modulated_convolution_is_one_kernel_for_each_sample(
    size, demodulate, up_sampling
):
    x, styles = RNG.normal(size=(3, 5, 4, 6)), RNG.normal(size=(3, 6))
    layer = layers.ModulatedConv2D(
        7, size, demodulate=demodulate, up_sampling=up_sampling
    )
    kernel, bias = built(layer, x.shape, styles.shape).get_weights()
    convolve = enlarged_and_convolved if up_sampling else convolved
    expected = modulated(
        x, styles, *(w.astype("float64") for w in (kernel, bias)),
        demodulate, convolve,
    )  # fmt: skip
    found = numpy(layer([x.astype("float32"), styles.astype("float32")]))
    np.testing.assert_allclose(found, expected, atol=3e-6, rtol=1e-6)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="there alone keras.ops keep float64",
)
@pytest.mark.parametrize("up_sampling", [False, True])
def test_a_modulated_convolution_in_float64_is_its_formula(up_sampling):
    x, styles = RNG.normal(size=(3, 5, 4, 6)), RNG.normal(size=(3, 6))
    layer = layers.ModulatedConv2D(
        7, 3, up_sampling=up_sampling, dtype="float64"
    )
    kernel, bias = built(layer, x.shape, styles.shape).get_weights()
    convolve = enlarged_and_convolved if up_sampling else convolved
    expected = modulated(x, styles, kernel, bias, True, convolve)
    found = numpy(layer([x, styles]))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_the_grouped_form_of_a_modulated_convolution_is_equal():
    # The samples side by side as groups of channels, in one convolution.
    x, styles = RNG.normal(size=(3, 5, 4, 6)), RNG.normal(size=(3, 6))
    layer = built(layers.ModulatedConv2D(7, 3), x.shape, styles.shape)
    kernel, bias = layer.get_weights()
    own = kernel / np.sqrt(54) * styles[:, None, None, :, None]
    own /= np.sqrt((own**2).sum(axis=(1, 2, 3), keepdims=True) + 1e-8)
    found = ops.conv(
        x.transpose(1, 2, 0, 3).reshape(1, 5, 4, 18).astype("float32"),
        own.transpose(1, 2, 3, 0, 4).reshape(3, 3, 6, 21).astype("float32"),
        padding="same",
    )
    grouped = numpy(found).reshape(5, 4, 3, 7).transpose(2, 0, 1, 3) + bias
    scaled = numpy(layer([x.astype("float32"), styles.astype("float32")]))
    np.testing.assert_allclose(scaled, grouped, atol=3e-6, rtol=1e-6)


def test_demodulated_features_have_a_deviation_of_one():
    x = RNG.normal(size=(4, 32, 32, 16)).astype("float32")
    styles = RNG.lognormal(0.0, 2.0, (4, 16)).astype("float32")
    layer = layers.ModulatedConv2D(8, 3)
    layer.build([x.shape, styles.shape])
    deviation = numpy(layer([x, styles]))[:, 2:-2, 2:-2].std(axis=(1, 2))
    assert deviation.mean() == pytest.approx(1.0, rel=0.05)


def test_styles_that_do_not_fit_the_channels_are_refused():
    layer = layers.ModulatedConv2D(8, 3)
    with pytest.raises(ValueError, match="a factor for each channel"):
        layer.build([(None, 4, 4, 6), (None, 5)])


def test_an_even_kernel_is_refused():
    with pytest.raises(ValueError, match="`kernel_size` must be odd"):
        layers.ModulatedConv2D(8, 4)


@pytest.mark.parametrize("size", [(6, 4), (7, 5)])
@pytest.mark.parametrize("kernel_size", [1, 3])
def test_down_sampling_smooths_and_takes_every_second_pixel(size, kernel_size):
    x = RNG.normal(size=(2, *size, 3))
    layer = layers.EqualizedConv2D(5, kernel_size, down_sampling=True)
    kernel, bias = built(layer, x.shape).get_weights()
    kernel = kernel.astype("float64") / np.sqrt(3 * kernel_size**2)
    found = numpy(layer(x.astype("float32")))
    assert found.shape == (2, (size[0] + 1) // 2, (size[1] + 1) // 2, 5)
    for image, expected in zip(x, found, strict=True):
        # Padded so far that the convolution meets the smooth border, too.
        wide = smoothed(image, 6, 6)
        # Pixel i of what is wide is between the pixels i - 5 and i - 4.
        every = convolved(wide, kernel)[5::2, 5::2] + bias
        every = every[: found.shape[1], : found.shape[2]]
        np.testing.assert_allclose(expected, every, atol=2e-6)


def test_equalized_layers_are_their_formula():
    x = RNG.normal(size=(3, 5, 4, 6))
    layer = built(layers.EqualizedConv2D(7, 3), x.shape)
    kernel, bias = layer.get_weights()
    expected = np.stack([convolved(image, kernel / np.sqrt(54)) for image in x])
    found = numpy(layer(x.astype("float32")))
    np.testing.assert_allclose(found, expected + bias, atol=3e-6)
    dense = layers.EqualizedDense(5, learning_rate_multiplier=0.01)
    kernel, bias = built(dense, x.shape).get_weights()
    expected = x @ kernel * 0.01 / np.sqrt(6) + 0.01 * bias
    found = numpy(dense(x.astype("float32")))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_multiplier_changes_how_fast_a_layer_learns_but_not_its_start():
    x = RNG.normal(size=(500, 300)).astype("float32")
    slow = layers.EqualizedDense(
        200, learning_rate_multiplier=0.01, bias_initializer="ones"
    )
    found = numpy(slow(x))
    assert found.mean() == pytest.approx(1.0, abs=0.05)
    assert found.std() == pytest.approx(1.0, rel=0.05)
    assert numpy(slow.kernel).std() == pytest.approx(100.0, rel=0.05)
    np.testing.assert_allclose(numpy(slow.bias), 100.0, rtol=1e-6)


def test_noise_is_fresh_in_training_and_kept_otherwise():
    x = np.zeros((3, 4, 5, 2), "float32")
    layer = layers.NoiseInjection(strength_initializer="ones", seed=1)
    kept = numpy(layer(x))
    np.testing.assert_array_equal(kept, numpy(layer(x)))
    np.testing.assert_array_equal(kept[0], kept[2])
    fresh = numpy(layer(x, training=True))
    assert not np.array_equal(fresh[0], fresh[2])
    assert not np.array_equal(fresh, numpy(layer(x, training=True)))
    # All channels of a pixel get the same.
    np.testing.assert_array_equal(fresh[..., 0], fresh[..., 1])


def test_noise_can_be_fixed_in_training_too():
    x = np.zeros((3, 4, 5, 2), "float32")
    layer = layers.NoiseInjection(strength_initializer="ones")
    kept = numpy(layer(x))
    layer.fixed = True
    np.testing.assert_array_equal(numpy(layer(x, training=True)), kept)


def test_noise_has_no_effect_at_the_start():
    x = RNG.normal(size=(3, 4, 5, 2)).astype("float32")
    found = numpy(layers.NoiseInjection()(x, training=True))
    np.testing.assert_array_equal(found, x)


def test_the_gradient_of_the_strength_is_the_noise():
    x = ops.convert_to_tensor(RNG.normal(size=(3, 4, 5, 2)), "float32")
    layer = layers.NoiseInjection(fixed=True)
    layer.build(x.shape)
    weight = RNG.normal(size=x.shape).astype("float32")
    factor = ops.convert_to_tensor(weight)
    _, (gradient,) = backend.value_and_grad(
        lambda: (ops.sum(layer(x, training=True) * factor), ()),
        [layer.strength],
        layer.variables,
    )
    expected = np.sum(weight * numpy(layer.noise))
    assert float(numpy(gradient)) == pytest.approx(expected, rel=1e-4)


def test_each_sample_gets_the_constant_and_all_of_them_train_it():
    layer = layers.ConstantInput(2, 3, 4)
    styles = ops.zeros((5, 7))
    found = numpy(layer(styles))
    assert found.shape == (5, 2, 3, 4)
    np.testing.assert_array_equal(found[0], found[4])
    _, (gradient,) = backend.value_and_grad(
        lambda: (ops.sum(layer(styles)), ()), [layer.constant], layer.variables
    )
    np.testing.assert_array_equal(numpy(gradient), np.full((2, 3, 4), 5.0))


def test_a_scaled_leaky_relu_is_its_formula():
    x = RNG.normal(size=(3, 4)).astype("float32")
    found = numpy(layers.ScaledLeakyReLU(0.1)(x))
    expected = np.sqrt(2) * np.where(x > 0, x, 0.1 * x)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_style_layers_compute_in_half_precision(policy):
    x = RNG.normal(size=(2, 4, 4, 3)).astype("float32")
    styles = np.full((2, 3), 300.0, "float32")
    layer = layers.ModulatedConv2D(5, 3, up_sampling=True, dtype=policy)
    found = layer([x, styles])
    assert keras.backend.standardize_dtype(found.dtype) == policy[6:]
    assert np.isfinite(numpy(ops.cast(found, "float32"))).all()
    for other in (
        layers.EqualizedConv2D(5, 3, down_sampling=True, dtype=policy),
        layers.NoiseInjection(dtype=policy),
        layers.ConstantInput(2, 3, 4, dtype=policy),
        layers.EqualizedDense(4, dtype=policy),
    ):
        found = other(x)
        assert keras.backend.standardize_dtype(found.dtype) == policy[6:]
