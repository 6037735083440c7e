"""Networks from image to image."""

import inspect
import itertools

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend, layers, networks
from tests.network_names import FROM_IMAGES

SMALL = {
    "cycle_gan": {"filters": 4, "blocks": 1, "discriminator_filters": 4},
    "patch_discriminator": {"filters": 4},
    "pix2pix": {"filters": 4, "discriminator_filters": 4},
    "resnet_generator": {"filters": 4, "blocks": 1},
    "srgan": {
        "scale": 2,
        "filters": 4,
        "blocks": 1,
        "discriminator_filters": 4,
    },
    "super_resolution": {"scale": 2, "filters": 4, "blocks": 1},
    "unet": {"filters": 4},
}
GENERATORS = ("unet", "resnet_generator", "super_resolution")
NAMES = [
    # The others are made of these.
    name
    if name in (*GENERATORS, "patch_discriminator")
    else pytest.param(name, marks=pytest.mark.slow)
    for name in FROM_IMAGES
]
SHAPES = [
    (7, 7, 1),
    (13, 30, 2),
    # What is odd and what is even is in those two.
    pytest.param((28, 28, 1), marks=pytest.mark.slow),
    pytest.param((64, 48, 3), marks=pytest.mark.slow),
]


def small(name, image_shape=(12, 12, 1), **kwargs):
    settings = {**SMALL[name], "seed": 0, **kwargs}
    return getattr(networks, name)(image_shape, **settings)


def as_list(made):
    return list(made) if isinstance(made, tuple) else [made]


def numpy(x):
    return ops.convert_to_numpy(x)


def images(*shape, seed=1):
    x = np.random.default_rng(seed).uniform(-1, 1, size=shape)
    return ops.convert_to_tensor(x.astype("float32"))


def inputs_of(network, size=12, n=2):
    """Images for each input; those that vary in size get `size`."""
    shapes = [
        [size if each is None else each for each in tensor.shape[1:]]
        for tensor in network.inputs
    ]
    made = [images(n, *shape) for shape in shapes]
    return made if len(made) > 1 else made[0]


def layers_of(network, layer_class):
    return [
        layer
        for layer in backend.flat_layers(network)
        if isinstance(layer, layer_class)
    ]


def test_every_function_is_in_the_table():
    assert set(SMALL) == set(FROM_IMAGES)


# As published.


def conv(kernel, before, after, bias=True):
    return kernel**2 * before * after + (after if bias else 0)


@pytest.fixture(scope="module")
def papers_pair():
    # To draw weights takes longer than all else.
    return networks.pix2pix((256, 256, 3), kernel_initializer="zeros")


def test_unet_has_the_papers_size(papers_pair):
    widths = [64, 128, 256, 512, 512, 512, 512, 512]
    encoder = [conv(4, 3, 64)]
    encoder += [
        conv(4, before, after, bias=False) + 4 * after
        for before, after in itertools.pairwise(widths[:-1])
    ]
    encoder.append(conv(4, 512, 512))
    ups = [512, 512, 512, 512, 256, 128, 64]
    # Each but the innermost is given the encoder's channels, too.
    inputs = [512, *(2 * width for width in ups)]
    decoder = [
        conv(4, before, after, bias=False) + 4 * after
        for before, after in zip(inputs, ups, strict=False)
    ]
    decoder.append(conv(4, 128, 3))
    assert papers_pair[0].count_params() == sum(encoder) + sum(decoder)


def test_a_unet_of_256_pixels_drops_out_in_three_stages_of_512_channels(
    papers_pair,
):
    drops = layers_of(papers_pair[0], keras.layers.Dropout)
    shapes = [tuple(drop.output.shape[1:]) for drop in drops]
    assert shapes == [(2, 2, 512), (4, 4, 512), (8, 8, 512)]


@pytest.mark.parametrize(
    ("size", "stages"), [(2, 1), (28, 5), (64, 6), (256, 8), (512, 8)]
)
def test_a_unet_halves_until_one_pixel_or_eight_times(size, stages):
    generator = networks.unet((size, size, 1), filters=1)
    halvings = [
        layer
        for layer in layers_of(generator, keras.layers.Conv2D)
        if layer.strides == (2, 2)
        and not isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    assert len(halvings) == stages


def test_resnet_generator_has_the_papers_size():
    def normed(kernel, before, after):
        return conv(kernel, before, after, bias=False) + 2 * after

    expected = (
        normed(7, 3, 64)
        + normed(3, 64, 128)
        + normed(3, 128, 256)
        + 9 * 2 * normed(3, 256, 256)
        + normed(3, 256, 128)
        + normed(3, 128, 64)
        + conv(7, 64, 3)
    )
    generator = networks.resnet_generator(
        (256, 256, 3), kernel_initializer="zeros"
    )
    assert generator.count_params() == expected


@pytest.mark.parametrize(
    ("size", "blocks"),
    [
        (128, 6),
        (256, 9),
        pytest.param(28, 6, marks=pytest.mark.slow),
        pytest.param(None, 9, marks=pytest.mark.slow),
    ],
)
def test_resnet_generator_has_more_blocks_on_large_images(size, blocks):
    generator = networks.resnet_generator((size, size, 1), filters=1)
    assert len(layers_of(generator, keras.layers.Add)) == blocks


def test_patch_discriminator_has_the_papers_size(papers_pair):
    expected = (
        conv(4, 6, 64)
        + conv(4, 64, 128, bias=False)
        + conv(4, 128, 256, bias=False)
        + conv(4, 256, 512, bias=False)
        + 4 * (128 + 256 + 512)
        + conv(4, 512, 1)
    )
    assert papers_pair[1].count_params() == expected


def test_super_resolution_has_the_papers_layers():
    generator = networks.super_resolution(
        (24, 24, 3), 4, kernel_initializer="zeros"
    )
    expected = (
        conv(9, 3, 64)
        + 16 * 2 * conv(3, 64, 64)
        + conv(3, 64, 64)
        + 2 * conv(3, 64, 256)
        + conv(9, 64, 3)
    )
    assert generator.count_params() == expected


@pytest.mark.parametrize("stages", [0, 1, 2, 3])
def test_a_score_sees_a_patch_of_the_stated_size(stages):
    size = 160
    discriminator = networks.patch_discriminator(
        (size, size, 1), filters=1, stages=stages, normalization=None, seed=1
    )
    # Positive kernels, so that nothing cancels or is cut off.
    discriminator.set_weights(
        [np.ones_like(weight) for weight in discriminator.get_weights()]
    )

    def middle(x):
        scores = discriminator(x)
        row = scores.shape[1] // 2
        return scores[:, row, row]

    x = ops.convert_to_tensor(np.ones((1, size, size, 1), "float32"))
    slopes = numpy(backend.input_gradient(middle, x))[0, :, :, 0]
    seen = np.flatnonzero(slopes.any(axis=1))
    assert np.ptp(seen) + 1 == {0: 7, 1: 16, 2: 34, 3: 70}[stages]
    assert len(seen) == np.ptp(seen) + 1


@pytest.mark.parametrize(
    ("size", "stages"),
    [(7, 0), (15, 0), (28, 1), (33, 1), (64, 2), (70, 3), (256, 3), (None, 3)],
)
def test_patches_stay_inside_the_image(size, stages):
    discriminator = networks.patch_discriminator((size, size, 1), filters=1)
    found = layers_of(discriminator, keras.layers.Conv2D)
    assert sum(layer.strides == (2, 2) for layer in found) == stages


@pytest.mark.parametrize(
    "name", ["unet", "resnet_generator", "patch_discriminator"]
)
def test_kernels_start_normal_with_the_papers_deviation(name):
    network = small(name, (32, 32, 3), filters=16)
    kernels = [
        numpy(layer.kernel)
        for layer in layers_of(network, keras.layers.Conv2D)
        if np.prod(layer.kernel.shape) > 1000
    ]
    assert kernels
    for kernel in kernels:
        assert kernel.std() == pytest.approx(0.02, rel=0.1)
        assert abs(kernel.mean()) < 0.003


# Formulas.


def strided(x, kernel):
    """The convolution of 4 x 4 that halves an even image."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    height, width = x.shape[1] // 2, x.shape[2] // 2
    y = np.zeros((len(x), height, width, kernel.shape[3]))
    for i, j in itertools.product(range(4), range(4)):
        taken = padded[:, i : i + 2 * height : 2, j : j + 2 * width : 2]
        y += taken @ kernel[i, j]
    return y


def transposed(x, kernel):
    """Its adjoint, which doubles an image."""
    n, height, width, _ = x.shape
    y = np.zeros((n, 2 * height + 2, 2 * width + 2, kernel.shape[2]))
    for i, j in itertools.product(range(4), range(4)):
        y[:, i : i + 2 * height : 2, j : j + 2 * width : 2] += (
            x @ kernel[i, j].T
        )
    return y[:, 1:-1, 1:-1]


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def test_a_unet_is_its_formula():
    generator = small("unet", (8, 4, 2), stages=2, normalization=None)
    weights = generator.get_weights()
    drawn = np.random.default_rng(3)
    weights = [drawn.normal(0, 0.3, weight.shape) for weight in weights]
    generator.set_weights(weights)
    k1, b1, k2, b2, k3, b3, k4, b4 = weights
    x = numpy(images(3, 8, 4, 2))
    first = leaky(strided(x, k1) + b1)
    second = leaky(strided(first, k2) + b2)
    up = np.maximum(transposed(second, k3) + b3, 0.0)
    both = np.concatenate([up, first], axis=-1)
    expected = np.tanh(transposed(both, k4) + b4)
    np.testing.assert_allclose(numpy(generator(x)), expected, atol=1e-5)


def valid(x, kernel, border):
    padded = np.pad(
        x,
        ((0, 0), (border, border), (border, border), (0, 0)),
        mode="reflect",
    )
    y = np.zeros((*x.shape[:3], kernel.shape[3]))
    size = kernel.shape[0]
    for i, j in itertools.product(range(size), range(size)):
        y += padded[:, i : i + x.shape[1], j : j + x.shape[2]] @ kernel[i, j]
    return y


def instance(x, gamma, beta):
    mean = x.mean((1, 2), keepdims=True)
    variance = x.var((1, 2), keepdims=True)
    return gamma * (x - mean) / np.sqrt(variance + 1e-5) + beta


def test_a_resnet_generator_is_its_formula():
    generator = small("resnet_generator", (6, 5, 2), stages=0, blocks=1)
    drawn = np.random.default_rng(3)
    weights = [
        drawn.normal(0, 0.3, weight.shape) for weight in generator.get_weights()
    ]
    generator.set_weights(weights)
    k1, g1, o1, k2, g2, o2, k3, g3, o3, k4, b4 = weights
    x = numpy(images(3, 6, 5, 2))
    first = np.maximum(instance(valid(x, k1, 3), g1, o1), 0.0)
    inner = np.maximum(instance(valid(first, k2, 1), g2, o2), 0.0)
    after = first + instance(valid(inner, k3, 1), g3, o3)
    expected = np.tanh(valid(after, k4, 3) + b4)
    np.testing.assert_allclose(numpy(generator(x)), expected, atol=2e-5)


def test_blocks_of_super_resolution_start_as_the_identity():
    few = small("super_resolution", blocks=0)
    many = small("super_resolution", blocks=3)
    # The blocks' own weights stand after the first layer's two.
    weights = many.get_weights()
    few.set_weights([*weights[:2], *weights[2 + 3 * 4 :]])
    x = images(2, 12, 12, 1)
    np.testing.assert_allclose(numpy(many(x)), numpy(few(x)), atol=1e-6)


def test_an_untrained_super_resolution_weaves_no_pattern():
    generator = small(
        "super_resolution", (12, 12, 1), scale=4, filters=16, seed=3
    )
    inner = keras.Model(
        generator.input,
        layers_of(generator, layers.SubPixelUpSampling2D)[0].output,
    )
    found = numpy(inner(images(2, 12, 12, 1)))
    np.testing.assert_allclose(
        found[:, ::2, ::2], found[:, 1::2, 1::2], atol=1e-6
    )
    assert found.std() > 0.1


@pytest.mark.parametrize("normalization", ["batch", "instance"])
def test_small_signals_of_the_papers_start_are_normalised(normalization):
    generator = small("unet", (32, 32, 1), normalization=normalization)
    halving = [
        layer
        for layer in layers_of(generator, keras.layers.LeakyReLU)
        if layer.output.shape[1] == 8
    ]
    inner = keras.Model(generator.input, halving[0].input)
    features = numpy(inner(images(16, 32, 32, 1), training=True))
    deviations = features.std(axis=(0, 1, 2))
    # It is 0.85, and with an epsilon of 0.001 it is 0.16.
    assert np.median(deviations) > 0.6


# Any size.


@pytest.mark.parametrize("image_shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", ["unet", "resnet_generator"])
def test_images_keep_their_size(name, image_shape):
    generator = small(name, image_shape, out_channels=3)
    assert generator.name == "generator"
    assert generator.input_shape == (None, *image_shape)
    assert generator.output_shape == (None, *image_shape[:2], 3)
    found = generator(images(2, *image_shape))
    assert tuple(found.shape) == (2, *image_shape[:2], 3)


@pytest.mark.parametrize(
    "upsampling",
    [
        "transposed",
        # Sizes take one way for all of them.
        pytest.param("resize", marks=pytest.mark.slow),
        pytest.param("sub_pixel", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("name", ["unet", "resnet_generator"])
def test_a_size_that_varies_gives_what_a_known_one_does(name, upsampling):
    settings = {"upsampling": upsampling, "normalization": "instance"}
    if name == "unet":
        settings["stages"] = 3
    varies = small(name, (None, None, 1), **settings)
    for size in ((12, 7), (16, 16)):
        known = small(name, (*size, 1), **settings)
        known.set_weights(varies.get_weights())
        x = images(2, *size, 1)
        np.testing.assert_allclose(numpy(varies(x)), numpy(known(x)), atol=1e-5)


def test_a_deep_unet_takes_small_images_where_the_size_varies():
    generator = small("unet", (None, None, 1), filters=2)
    assert generator(images(1, 5, 9, 1)).shape == (1, 5, 9, 1)


@pytest.mark.parametrize("scale", [2, 3, 4, 6])
def test_super_resolution_enlarges_by_its_scale(scale):
    generator = small("super_resolution", (None, 5, 1), scale=scale)
    found = generator(images(2, 3, 5, 1))
    assert tuple(found.shape) == (2, 3 * scale, 5 * scale, 1)


def test_a_discriminator_sees_the_small_source_enlarged_to_the_nearest_pixel():
    pair = {"filters": 4, "stages": 1, "seed": 1}
    small_source = networks.patch_discriminator(
        (12, 9, 1), source_shape=(4, 3, 2), **pair
    )
    large_source = networks.patch_discriminator(
        (12, 9, 1), source_shape=(12, 9, 2), **pair
    )
    source, target = images(2, 4, 3, 2), images(2, 12, 9, 1, seed=2)
    large = ops.repeat(ops.repeat(source, 3, axis=1), 3, axis=2)
    np.testing.assert_allclose(
        numpy(small_source([source, target])),
        numpy(large_source([large, target])),
        atol=1e-6,
    )


@pytest.mark.slow
@pytest.mark.parametrize("image_shape", [*SHAPES, (None, None, 3)], ids=str)
@pytest.mark.parametrize("name", sorted({*FROM_IMAGES} - {"srgan"}))
def test_networks_take_any_image(name, image_shape):
    for network in as_list(small(name, image_shape)):
        outputs = network(inputs_of(network))
        assert np.isfinite(numpy(outputs)).all()


def test_the_networks_of_a_pair_fit_each_other():
    generator, judge = small("pix2pix", (28, 20, 3), source_channels=1)
    source = images(2, 28, 20, 1)
    assert judge([source, generator(source)]).shape == (2, 14, 10, 1)
    generator, judge = small("srgan", (7, 5, 1), scale=4)
    source = images(2, 7, 5, 1)
    assert judge([source, generator(source)]).shape == (2, 14, 10, 1)


def test_srgan_fits_sources_that_vary_in_size():
    generator, judge = small("srgan", (None, None, 1), scale=3)
    source = images(2, 6, 8, 1)
    assert judge([source, generator(source)]).shape == (2, 3, 3, 1)


def test_cycle_gan_goes_there_and_back():
    made = small("cycle_gan", (13, 10, 1), channels_b=3)
    there, back, judge_a, judge_b = made
    assert [network.name for network in made] == [
        "generator_ab",
        "generator_ba",
        "discriminator_a",
        "discriminator_b",
    ]
    a = images(2, 13, 10, 1)
    b = there(a)
    assert b.shape == (2, 13, 10, 3)
    assert back(b).shape == (2, 13, 10, 1)
    assert judge_a(a).shape == (2, 13, 10, 1)
    assert judge_b(b).shape == (2, 13, 10, 1)


# Settings.


@pytest.mark.parametrize(
    ("activation", "low", "high"),
    [
        ("sigmoid", 0, 1),
        pytest.param("tanh", -1, 1, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("name", GENERATORS)
def test_images_stay_in_range(name, activation, low, high):
    generator = small(name, output_activation=activation)
    found = numpy(generator(100 * images(2, 12, 12, 1)))
    assert found.min() >= low
    assert found.max() <= high


def test_dropout_acts_in_training_alone_by_default():
    generator = small("unet")
    x = images(2, 12, 12, 1)
    np.testing.assert_array_equal(numpy(generator(x)), numpy(generator(x)))
    assert np.any(
        numpy(generator(x, training=True)) != numpy(generator(x, training=True))
    )


def test_dropout_at_inference_is_kept_in_a_file(tmp_path):
    generator = small("unet", dropout_at_inference=True, dropout=0.9)
    generator.save(tmp_path / "generator.keras")
    loaded = keras.saving.load_model(tmp_path / "generator.keras")
    x = images(2, 12, 12, 1)
    for network in (generator, loaded):
        assert np.any(numpy(network(x)) != numpy(network(x)))


def test_dropouts_have_seeds_of_their_own():
    drops = layers_of(
        small("unet", (None, None, 1), stages=7), keras.layers.Dropout
    )
    seeds = {drop.seed for drop in drops}
    assert len(seeds) == len(drops) == 2
    assert None not in seeds


def test_the_innermost_stage_of_a_unet_is_not_normalised_away():
    generator = small("unet", (8, 8, 1), normalization="instance", dropout=0.0)
    weights = generator.get_weights()
    drawn = np.random.default_rng(0)
    generator.set_weights(
        [drawn.normal(0, 0.3, weight.shape) for weight in weights]
    )
    halvings = [
        layer
        for layer in layers_of(generator, keras.layers.Conv2D)
        if not isinstance(layer, keras.layers.Conv2DTranspose)
    ]
    assert tuple(halvings[-1].output.shape[1:3]) == (1, 1)
    middle = keras.Model(generator.input, generator.layers[-1].output)
    x = images(1, 8, 8, 1)
    before = numpy(middle(x))
    kernel = halvings[-1].kernel
    kernel.assign(2.0 * kernel)
    assert np.abs(numpy(middle(x)) - before).max() > 1e-4


def test_spectral_normalisation_covers_every_kernel():
    discriminator = small(
        "patch_discriminator", (64, 64, 1), normalization="spectral"
    )
    wrapped = layers_of(discriminator, layers.SpectralNormalization)
    assert len(wrapped) == len(layers_of(discriminator, keras.layers.Conv2D))
    assert len(wrapped) == 4


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("patch_discriminator", "normalization"),
        ("pix2pix", "discriminator_normalization"),
        pytest.param(
            "cycle_gan", "discriminator_normalization", marks=pytest.mark.slow
        ),
        pytest.param(
            "srgan", "discriminator_normalization", marks=pytest.mark.slow
        ),
    ],
)
def test_probabilities_where_asked_for(name, key):
    made = small(name, score_activation="sigmoid", **{key: "instance"})
    judge = as_list(made)[-1]
    scores = numpy(judge(inputs_of(judge)))
    assert (scores > 0).all()
    assert (scores < 1).all()


# Seeds, saving, precision.


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_gives_the_same_weights(name):
    first, same, other = (
        [w for network in as_list(small(name, seed=s)) for w in network.weights]
        for s in (0, 0, 1)
    )
    for a, b in zip(first, same, strict=True):
        np.testing.assert_array_equal(numpy(a), numpy(b))
    assert any(
        np.any(numpy(a) != numpy(b)) for a, b in zip(first, other, strict=True)
    )


def test_the_four_networks_of_cycle_gan_start_different():
    there, back, judge_a, judge_b = small("cycle_gan")
    for one, other in ((there, back), (judge_a, judge_b)):
        a, b = one.get_weights()[0], other.get_weights()[0]
        assert np.abs(a - b).max() > 0


@pytest.mark.parametrize("name", NAMES)
def test_saved_networks_give_the_same(name, tmp_path):
    for network in as_list(small(name)):
        x = inputs_of(network)
        network.save(tmp_path / "network.keras")
        loaded = keras.saving.load_model(tmp_path / "network.keras")
        np.testing.assert_array_equal(numpy(network(x)), numpy(loaded(x)))


@pytest.fixture(
    params=[
        "mixed_float16",
        pytest.param("mixed_bfloat16", marks=pytest.mark.slow),
    ]
)
def mixed(request):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield
    keras.config.set_dtype_policy(policy)


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_float32_under_mixed_precision(name):
    for network in as_list(small(name)):
        outputs = network(inputs_of(network))
        assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
        assert np.isfinite(numpy(outputs)).all()
        first = layers_of(network, keras.layers.Conv2D)[0]
        assert first.compute_dtype in ("float16", "bfloat16")


# Refusals.


@pytest.mark.parametrize(
    ("name", "kwargs", "match"),
    [
        ("unet", {"image_shape": (28, 28)}, "image_shape"),
        ("unet", {"image_shape": (28, 28, None)}, "image_shape"),
        ("unet", {"image_shape": (None, -1, 3)}, r"None.*\(None, -1, 3\)"),
        ("unet", {"image_shape": (1, 8, 3)}, "at least 2 pixels"),
        ("unet", {"stages": 5}, "at most 4 for images of 12 x 12"),
        ("unet", {"upsampling": "bicubic"}, "upsampling"),
        ("unet", {"normalization": "spectral"}, "normalization"),
        ("unet", {"filters": 2**20}, "`image_shape`.*together"),
        ("resnet_generator", {"image_shape": (4, 4, 1)}, "at least 5 pixels"),
        ("resnet_generator", {"stages": 4}, "at least 17 pixels"),
        ("cycle_gan", {"discriminator_filters": 0}, "discriminator_filters"),
        ("cycle_gan", {"discriminator_stages": 9}, "discriminator_stages"),
        ("cycle_gan", {"channels_b": 0}, "channels_b"),
        ("pix2pix", {"source_channels": 0}, "source_channels"),
        (
            "pix2pix",
            {"discriminator_normalization": "group"},
            "discriminator_normalization",
        ),
        (
            "patch_discriminator",
            {"source_shape": (5, 12, 1)},
            r"whole number.*\(5, 12, 1\)",
        ),
        (
            "patch_discriminator",
            {"source_shape": (4, 6, 1)},
            "same for both sides",
        ),
        (
            "patch_discriminator",
            {"source_shape": (24, 24, 1)},
            "source_shape",
        ),
        (
            "patch_discriminator",
            {"source_shape": (None, 12, 1)},
            "None must stand",
        ),
        (
            "patch_discriminator",
            {"source_shape": (6, 6, 1), "source_scale": 3},
            "source_scale=3",
        ),
        ("patch_discriminator", {"source_scale": 2}, "source_scale"),
        ("super_resolution", {"scale": 1}, "scale"),
        (
            "srgan",
            {"source_shape": (1024, 1024, 3), "scale": 64},
            "`source_shape` and `scale`",
        ),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_bad_arguments_are_refused_by_name(name, kwargs, match):
    function = getattr(networks, name)
    shape = next(iter(inspect.signature(function).parameters))
    kwargs = {shape: (12, 12, 1), **SMALL[name], **kwargs}
    with pytest.raises(ValueError, match=match):
        function(**kwargs)
