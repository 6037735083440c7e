import itertools

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from keras_gan import backend, images, layers, metrics, networks
from keras_gan.regularizers import R1, R2
from tests.network_names import FROM_LATENTS

SMALL = {
    "dense": {"generator_units": (8, 16), "discriminator_units": (16, 8)},
    "dcgan": {"filters": 4},
    "wgan_gp": {"filters": 4},
    "resize_conv": {
        "filters": 2,
        "start_filters": 4,
        "discriminator_filters": (4, 8),
    },
    "r3gan": {"filters": 4},
    "style_gan": {"filters": 4, "style_dim": 5, "mapping_layers": 2},
    "residual": {"filters": 4},
}
SHAPES = [(28, 28, 1), (32, 32, 3), (64, 64, 3), (8, 8, 1), (30, 20, 3)]
CONDITIONINGS = [None, "concat", "embedding", "projection", "auxiliary"]


def small(name, image_shape=(8, 8, 1), conditioning=None, **kwargs):
    if conditioning is not None:
        kwargs.update(num_classes=5, conditioning=conditioning)
    function = getattr(networks, name)
    return function(image_shape, 6, **{**SMALL[name], "seed": 0, **kwargs})


def labels_for(conditioning, n=3):
    if conditioning in ("embedding", "projection"):
        return ops.convert_to_tensor(np.arange(n) % 5, "int32")
    return ops.one_hot(np.arange(n) % 5, 5)


def forward(pair, conditioning=None, n=3):
    """Images and what the discriminator makes of them."""
    generator, discriminator = pair
    latents = ops.cast(np.random.default_rng(1).normal(size=(n, 6)), "float32")
    if conditioning is None:
        images = generator(latents)
        return images, discriminator(images)
    labels = labels_for(conditioning, n)
    images = generator([latents, labels])
    if conditioning == "auxiliary":
        return images, discriminator(images)
    return images, discriminator([images, labels])


def numpy(x):
    return ops.convert_to_numpy(x)


def layers_of(network, layer_class):
    return [
        layer
        for layer in backend.flat_layers(network)
        if isinstance(layer, layer_class)
    ]


# The tutorials' systems, each with the number of parameters counted by hand.

DENSE_SELU = {
    "generator_units": (256, 512),
    "generator_activation": "selu",
    "discriminator_activation": "relu",
    "output_activation": "sigmoid",
    "score_activation": "sigmoid",
}
SINGLE_CLASS_DENSE = {
    "generator_units": (100, 150),
    "generator_activation": "relu",
    "output_activation": "relu",
    "discriminator_units": (150, 100),
    "discriminator_activation": "relu",
    "score_activation": "sigmoid",
}
VANILLA = {
    "batch_normalization": True,
    "batch_norm_momentum": 0.1,
    "batch_norm_epsilon": 0.8,
    "kernel_initializer": "he_uniform",
    "score_activation": "sigmoid",
}
DENSE_LOGITS = {
    "generator_units": (128, 128),
    "discriminator_units": (128, 128),
}
SINGLE_CLASS_DCGAN = {
    "generator_activation": "relu",
    "discriminator_activation": 0.3,
    "dropout": 0.5,
    "score_activation": "sigmoid",
}
DCGAN_GENERATOR = (
    (100 * 6272 + 6272)
    + 4 * 128
    + (25 * 128 * 64 + 64)
    + 4 * 64
    + (25 * 64 + 1)
)
DCGAN_DISCRIMINATOR = (25 * 64 + 64) + (25 * 64 * 128 + 128) + (7 * 7 * 128 + 1)
CRITIC = (
    (25 * 64 + 64)
    + (25 * 64 * 256 + 256)
    + (25 * 256 * 128 + 128)
    + (4 * 4 * 128 + 1)
)


@pytest.mark.parametrize(
    ("function", "kwargs", "generator_size", "discriminator_size"),
    [
        pytest.param(
            networks.dense,
            DENSE_SELU,
            25_856 + 131_584 + 402_192,
            401_920 + 131_328 + 257,
            id="dense-selu",
        ),
        pytest.param(
            networks.dense,
            SINGLE_CLASS_DENSE,
            10_100 + 15_150 + 118_384,
            117_750 + 15_100 + 101,
            id="single-class-dense",
        ),
        pytest.param(
            networks.dense,
            VANILLA,
            12_928
            + 33_024
            + 131_584
            + 525_312
            + 803_600
            # Four numbers of batch normalisation for each unit.
            + 4 * (256 + 512 + 1024),
            401_920 + 131_328 + 257,
            id="vanilla",
        ),
        pytest.param(
            networks.dense,
            DENSE_LOGITS,
            12_928 + 16_512 + 101_136,
            100_480 + 16_512 + 129,
            id="dense-logits",
        ),
        pytest.param(
            networks.dcgan, {}, DCGAN_GENERATOR, DCGAN_DISCRIMINATOR, id="dcgan"
        ),
        pytest.param(
            networks.dcgan,
            SINGLE_CLASS_DCGAN,
            DCGAN_GENERATOR,
            DCGAN_DISCRIMINATOR,
            id="single-class-dcgan",
        ),
        pytest.param(
            networks.wgan_gp, {}, DCGAN_GENERATOR, CRITIC, id="wgan-gp"
        ),
        pytest.param(
            networks.wgan_gp,
            {"num_classes": 10},
            # Ten inputs more to the dense layer, ten planes to the first
            # convolution.
            DCGAN_GENERATOR + 10 * 6272,
            CRITIC + 10 * 25 * 64,
            id="conditional-wgan-gp",
        ),
        pytest.param(
            networks.resize_conv,
            {},
            (100 * 14_400 + 14_400)
            + (9 * 100 * 128 + 128)
            + (9 * 128 * 64 + 64)
            + (25 * 64 * 32 + 32)
            + (25 * 32 + 1)
            + 4 * (100 + 128 + 64 + 32),
            (9 * 64 + 64) + (25 * 64 * 128 + 128) + (7 * 7 * 128 + 1),
            id="resize-conv",
        ),
    ],
)
def test_tutorial_networks_have_their_size(
    function, kwargs, generator_size, discriminator_size
):
    generator, discriminator = function((28, 28, 1), 100, **kwargs)
    assert generator.count_params() == generator_size
    assert discriminator.count_params() == discriminator_size


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        (8, [4, 16, 8]),
        (28, [4, 16, 8]),
        (32, [4, 16, 8]),
        (64, [4, 16, 16, 8]),
        (128, [4, 16, 16, 16, 8]),
    ],
)
def test_a_critic_halves_the_image_to_four_pixels_or_fewer(size, widths):
    _, critic = small("wgan_gp", (size, size, 1))
    convolutions = layers_of(critic, keras.layers.Conv2D)
    assert [layer.filters for layer in convolutions] == widths
    assert convolutions[-1].output.shape[1] <= 4


def test_residual_pair_has_its_size():
    generator, discriminator = networks.residual((32, 32, 3), 128)
    convolution, shortcut = 9 * 64 * 64 + 64, 64 * 64 + 64
    up = 2 * convolution + shortcut + 2 * 4 * 64
    assert generator.count_params() == (
        (128 * 1024 + 1024) + 3 * up + 4 * 64 + (9 * 64 * 3 + 3)
    )
    first = (9 * 3 * 64 + 64) + convolution + (3 * 64 + 64)
    down = 2 * convolution + shortcut
    trainable = sum(
        int(np.prod(v.shape)) for v in discriminator.trainable_variables
    )
    assert trainable == first + down + 4 * convolution + 65


def test_vanilla_settings_reach_the_layers():
    generator, _ = networks.dense((28, 28, 1), **VANILLA)
    normalizations = layers_of(generator, keras.layers.BatchNormalization)
    assert len(normalizations) == 3
    assert {(n.momentum, n.epsilon) for n in normalizations} == {(0.1, 0.8)}
    kinds = [type(layer).__name__ for layer in generator.layers]
    first = kinds.index("BatchNormalization")
    assert kinds[first - 1] == "Dense"
    assert kinds[first + 1] == "LeakyReLU"
    for layer in layers_of(generator, keras.layers.Dense):
        assert isinstance(
            layer.kernel_initializer, keras.initializers.HeUniform
        )


def test_resize_conv_passes_the_tutorials_sizes():
    generator, _ = networks.resize_conv((28, 28, 1))
    sizes = [
        layer.output.shape[1]
        for layer in generator.layers
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.UpSampling2D))
    ]
    assert sizes == [10, 20, 18, 36, 32, 28]


# R3GAN: as the authors' code builds it.


def r3gan_size(widths, blocks, expansion=2, group_size=16):
    """Weights that both have: of blocks, transitions and learned pictures."""
    size = 16 * widths[0]
    for width in widths:
        inner = expansion * width
        size += blocks * (
            2 * width * inner + 9 * group_size * inner + 2 * inner
        )
    return size + sum(a * b for a, b in itertools.pairwise(widths) if a != b)


@pytest.mark.parametrize(
    ("widths", "size"),
    [
        pytest.param([48] * 4, 32, id="cifar-10-at-a-sixteenth"),
        pytest.param([48, 48, 48, 24], 32, id="narrower"),
        pytest.param([768] * 4, 32, id="cifar-10", marks=pytest.mark.slow),
        pytest.param(
            [768] * 4 + [384], 64, id="ffhq-64", marks=pytest.mark.slow
        ),
    ],
)
def test_r3gan_has_its_size(widths, size):
    generator, discriminator = networks.r3gan(
        (size, size, 3), 64, filters=widths, blocks=2
    )
    inside = r3gan_size(widths, 2)
    assert generator.count_params() == (
        inside + 64 * widths[0] + widths[-1] * 3
    )
    assert discriminator.count_params() == inside + 3 * widths[-1] + widths[0]


def test_r3gan_is_told_the_class_as_in_the_paper():
    plain = networks.r3gan((32, 32, 3), 64, filters=[16] * 4)
    told = networks.r3gan((32, 32, 3), 64, filters=[16] * 4, num_classes=10)
    more = [
        b.count_params() - a.count_params()
        for a, b in zip(plain, told, strict=True)
    ]
    # 64 numbers for each class, beside the latents; then a matrix from the
    # features to vectors and one of these for each class, not one score.
    assert more == [10 * 64 + 64 * 16, 16 * 16 + 10 * 16 - 16]


def test_a_projected_score_of_r3gan_is_an_inner_product():
    _, discriminator = small("r3gan", conditioning="projection", seed=1)
    score = discriminator.get_layer("score")
    vectors = keras.Model(discriminator.inputs, score.input)
    images = np.random.default_rng(0).normal(size=(3, 8, 8, 1))
    labels = labels_for("projection")
    inputs = [ops.cast(images, "float32"), labels]
    of_image, of_class = (numpy(each) for each in vectors(inputs))
    (embedding,) = layers_of(discriminator, keras.layers.Embedding)
    rows = numpy(embedding.embeddings.value)
    np.testing.assert_array_equal(of_class, rows[numpy(labels)])
    np.testing.assert_allclose(
        numpy(discriminator(inputs))[:, 0],
        np.sum(of_image * of_class, axis=1),
        rtol=1e-4,
        atol=1e-6,
    )


def r3gan_sizes(network):
    """Height and width at each block, in order."""
    found = [
        layer.output.shape for layer in layers_of(network, keras.layers.Add)
    ]
    return [tuple(shape[1:3]) for shape in found]


@pytest.mark.parametrize(
    ("image_shape", "stages", "sizes"),
    [
        ((28, 28, 1), None, [(4, 4), (7, 7), (14, 14), (28, 28)]),
        ((32, 32, 3), None, [(4, 4), (8, 8), (16, 16), (32, 32)]),
        ((30, 21, 3), None, [(8, 6), (15, 11), (30, 21)]),
        ((37, 61, 1), None, [(5, 8), (10, 16), (19, 31), (37, 61)]),
        ((28, 28, 1), 2, [(7, 7), (14, 14), (28, 28)]),
        ((3, 5, 1), None, [(2, 3), (3, 5)]),
    ],
    ids=str,
)
def test_r3gan_goes_through_sizes_rounded_up(image_shape, stages, sizes):
    generator, discriminator = small("r3gan", image_shape, stages=stages)
    assert r3gan_sizes(generator) == sizes
    assert r3gan_sizes(discriminator) == sizes[::-1]
    (start,) = layers_of(generator, layers.BasisExpansion)
    assert (start.height, start.width) == sizes[0]
    assert generator.output_shape[1:] == image_shape


def test_blocks_of_r3gan_start_as_the_identity():
    for network in small("r3gan", (8, 9, 3), blocks=2):
        blocks = layers_of(network, keras.layers.Add)
        assert len(blocks) == 4
        changes = [block.output - block.input[0] for block in blocks]
        features = np.random.default_rng(0).normal(
            size=(2, *network.input_shape[1:])
        )
        for change in keras.Model(network.input, changes)(features):
            assert (numpy(change) == 0).all()


def test_r3gan_starts_as_its_learned_start_enlarged():
    generator, _ = networks.r3gan(
        (12, 12, 3), 6, filters=[4, 4], output_activation=None, seed=0
    )
    latents = np.random.default_rng(0).normal(size=(2, 6)).astype("float32")
    dense = layers_of(generator, keras.layers.Dense)
    (basis,) = layers_of(generator, layers.BasisExpansion)
    first, last = (numpy(dense[i].kernel.value) for i in (0, -1))
    start = (latents @ first)[:, None, None] * numpy(basis.basis.value)
    large = keras.layers.UpSampling2D(interpolation="bilinear")(start)
    np.testing.assert_allclose(
        numpy(generator(latents)), numpy(large) @ last, rtol=1e-4, atol=1e-5
    )


def test_kernels_of_r3gan_start_smaller_the_more_blocks_there_are():
    generator, _ = networks.r3gan(
        (16, 16, 3), filters=[64] * 3, blocks=(2, 1, 1)
    )
    # Four blocks; a leaky ReLU of slope 0.2 keeps 1.04 / 2 of a variance.
    gain = np.sqrt(2 / 1.04) * 4**-0.25
    for layer in layers_of(generator, layers.GroupedConv2D):
        assert layer.groups == 8
        spread = numpy(layer.kernel.value).std()
        assert spread == pytest.approx(gain / np.sqrt(9 * 16), rel=0.03)
        assert not numpy(layer.bias.value).any()
    inner = [
        numpy(layer.kernel.value).std()
        for layer in layers_of(generator, keras.layers.Dense)
        if layer.kernel.shape == (64, 128) and layer.use_bias
    ]
    assert len(inner) == 4
    np.testing.assert_allclose(inner, gain / 8, rtol=0.05)


def test_r3gan_normalises_nothing():
    kinds = {
        type(layer).__name__
        for network in small("r3gan")
        for layer in backend.flat_layers(network)
    }
    assert not {name for name in kinds if "Norm" in name or "Dropout" in name}


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_r3gan_trains_in_mixed_precision(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        gan = keras_gan.GAN(
            *small("r3gan"), regularizer=[R1(1.0), R2(1.0)], seed=0
        )
        gan.compile()
        images = np.random.default_rng(0).uniform(-1, 1, (24, 8, 8, 1))
        history = gan.fit(
            images.astype("float32"), batch_size=8, epochs=2, verbose=0
        )
    finally:
        keras.config.set_dtype_policy(before)
    assert all(np.isfinite(values).all() for values in history.history.values())
    for weights in gan.get_weights():
        assert np.isfinite(weights.astype("float32")).all()


# Any image, any condition.


@pytest.mark.parametrize("image_shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", FROM_LATENTS)
def test_pairs_fit_any_image(name, image_shape):
    generator, discriminator = small(name, image_shape)
    assert generator.name == "generator"
    assert discriminator.name == (
        "critic" if name == "wgan_gp" else "discriminator"
    )
    assert generator.input_shape == (None, 6)
    assert generator.output_shape == (None, *image_shape)
    assert discriminator.input_shape == (None, *image_shape)
    assert discriminator.output_shape == (None, 1)


@pytest.mark.parametrize("conditioning", CONDITIONINGS, ids=str)
@pytest.mark.parametrize("name", FROM_LATENTS)
def test_forward_pass(name, conditioning):
    pair = small(name, conditioning=conditioning)
    images, scores = forward(pair, conditioning)
    assert images.shape == (3, 8, 8, 1)
    if conditioning == "auxiliary":
        scores, logits = scores
        assert logits.shape == (3, 5)
    assert scores.shape == (3, 1)
    assert np.isfinite(numpy(images)).all()
    assert np.isfinite(numpy(scores)).all()


@pytest.mark.parametrize("conditioning", CONDITIONINGS[1:])
@pytest.mark.parametrize("name", FROM_LATENTS)
def test_labels_matter(name, conditioning):
    generator, discriminator = small(name, conditioning=conditioning)
    # Class-wise weights start equal: give them values.
    rng = np.random.default_rng(0)
    for network in (generator, discriminator):
        network.set_weights(
            [w + 0.1 * rng.normal(size=w.shape) for w in network.get_weights()]
        )
    latents = ops.ones((3, 6))
    labels = labels_for(conditioning)
    images = numpy(generator([latents, labels]))
    assert np.abs(images[0] - images[1]).max() > 1e-4
    if conditioning != "auxiliary":
        same = ops.ones((3, 8, 8, 1))
        scores = numpy(discriminator([same, labels]))
        assert abs(scores[0, 0] - scores[1, 0]) > 1e-5


@pytest.mark.parametrize(
    ("activation", "low", "high"), [("tanh", -1, 1), ("sigmoid", 0, 1)]
)
@pytest.mark.parametrize("name", FROM_LATENTS)
def test_images_stay_in_range(name, activation, low, high):
    generator, _ = small(name, output_activation=activation)
    latents = ops.cast(
        100 * np.random.default_rng(0).normal(size=(4, 6)), "float32"
    )
    images = numpy(generator(latents))
    assert images.min() >= low
    assert images.max() <= high
    assert images.max() - images.min() > 0.1


@pytest.mark.parametrize("conditioning", [None, "projection"], ids=str)
@pytest.mark.parametrize(
    "name", [name for name in FROM_LATENTS if name != "wgan_gp"]
)
def test_probabilities_where_asked_for(name, conditioning):
    pair = small(name, conditioning=conditioning, score_activation="sigmoid")
    _, scores = forward(pair, conditioning)
    assert (numpy(scores) > 0).all()
    assert (numpy(scores) < 1).all()
    assert pair[1].layers[-1].activation is keras.activations.sigmoid


def test_vectors_need_no_image():
    generator, discriminator = networks.dense((2,), 4)
    assert generator.output_shape == (None, 2)
    assert discriminator.output_shape == (None, 1)


# Seeds, saving, precision.


@pytest.mark.parametrize("name", FROM_LATENTS)
def test_same_seed_gives_the_same_weights(name):
    first = small(name, conditioning="projection")
    second = small(name, conditioning="projection")
    other = small(name, conditioning="projection", seed=1)
    for one, same, different in zip(first, second, other, strict=True):
        for a, b in zip(one.get_weights(), same.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
        assert any(
            np.any(a != b)
            for a, b in zip(
                one.get_weights(), different.get_weights(), strict=True
            )
        )


def test_layers_of_one_shape_start_different():
    initializer = keras.initializers.RandomNormal(stddev=0.02)
    generator, _ = networks.dense(
        (4, 4, 1), generator_units=(8, 8, 8), kernel_initializer=initializer
    )
    kernels = [
        layer.kernel.numpy()
        for layer in layers_of(generator, keras.layers.Dense)
        if layer.kernel.shape == (8, 8)
    ]
    assert len(kernels) == 2
    assert np.abs(kernels[0] - kernels[1]).max() > 0


def test_weights_follow_the_global_seed_without_one_of_their_own():
    weights = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        weights.append(small("dcgan", seed=None)[0].get_weights()[0])
    np.testing.assert_array_equal(*weights)


@pytest.mark.parametrize("name", ["dcgan", "wgan_gp", "resize_conv"])
def test_dropouts_have_seeds_of_their_own(name):
    _, discriminator = small(name, (16, 16, 1))
    seeds = [
        layer.seed for layer in layers_of(discriminator, keras.layers.Dropout)
    ]
    assert len(seeds) >= 2
    assert None not in seeds
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize(
    "conditioning",
    [
        # Each layer is saved in its own tests as well.
        each
        if each in (None, "projection")
        else pytest.param(each, marks=pytest.mark.slow)
        for each in CONDITIONINGS
    ],
    ids=str,
)
@pytest.mark.parametrize("name", FROM_LATENTS)
def test_saved_pairs_give_the_same_scores(name, conditioning, tmp_path):
    pair = small(name, conditioning=conditioning)
    loaded = []
    for network in pair:
        path = tmp_path / f"{network.name}.keras"
        network.save(path)
        loaded.append(keras.saving.load_model(path))
    for before, after in zip(
        forward(pair, conditioning), forward(loaded, conditioning), strict=True
    ):
        before, after = (
            x if isinstance(x, list) else [x] for x in (before, after)
        )
        for one, other in zip(before, after, strict=True):
            np.testing.assert_array_equal(numpy(one), numpy(other))


@pytest.fixture
def mixed_float16():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(policy)


@pytest.mark.usefixtures("mixed_float16")
@pytest.mark.parametrize("conditioning", [None, "projection"], ids=str)
@pytest.mark.parametrize("name", FROM_LATENTS)
def test_scores_are_float32_under_mixed_precision(name, conditioning):
    pair = small(name, conditioning=conditioning)
    images, scores = forward(pair, conditioning)
    assert keras.backend.standardize_dtype(images.dtype) == "float16"
    assert keras.backend.standardize_dtype(scores.dtype) == "float32"
    assert np.isfinite(numpy(scores)).all()


# Normalisation of discriminators.


@pytest.mark.parametrize(
    "name", ["dcgan", "wgan_gp", "resize_conv", "residual"]
)
def test_spectral_normalisation_covers_every_kernel(name):
    key = "critic" if name == "wgan_gp" else "discriminator"
    _, discriminator = small(
        name, conditioning="projection", **{f"{key}_normalization": "spectral"}
    )
    with_kernel = layers_of(
        discriminator,
        (keras.layers.Dense, keras.layers.Conv2D, keras.layers.Embedding),
    )
    wrapped = layers_of(discriminator, layers.SpectralNormalization)
    assert len(wrapped) == len(with_kernel) >= 3


def test_layer_normalisation_is_the_one_right_under_a_penalty():
    _, critic = small("wgan_gp", critic_normalization="layer")
    assert len(layers_of(critic, layers.LayerNormalization)) == 2
    assert not layers_of(critic, keras.layers.LayerNormalization)


@pytest.mark.parametrize("name", ["wgan_gp", "r3gan", "residual"])
def test_critics_keep_samples_apart(name):
    _, critic = small(name)
    assert not layers_of(critic, keras.layers.BatchNormalization)


@pytest.mark.parametrize("activate", [True, False])
def test_the_projection_is_activated_on_request(activate):
    generator, _ = small(
        "dcgan", generator_activation="relu", activate_projection=activate
    )
    (first, *_) = layers_of(generator, keras.layers.Conv2DTranspose)
    features = keras.Model(generator.inputs, first.input)
    latents = np.random.default_rng(0).normal(size=(8, 6))
    found = numpy(features(ops.cast(latents, "float32")))
    assert (found.min() < 0) != activate
    assert found.max() > 0


@pytest.mark.parametrize("image_shape", [(28, 28, 1), (19, 30, 3)], ids=str)
def test_repeated_pixels_leave_a_new_generator_without_a_grid(image_shape):
    seen = {}
    for upsampling in ("transposed", "nearest"):
        keras.utils.set_random_seed(0)
        generator, _ = networks.dcgan(
            image_shape, filters=8, stages=2, upsampling=upsampling, seed=0
        )
        latents = np.random.default_rng(0).normal(size=(64, 100))
        made = numpy(generator(latents.astype("float32")))
        assert made.shape == (64, *image_shape)
        pictures = images.to_uint8(made, (-1.0, 1.0))
        seen[upsampling] = metrics.grid_power(pictures, 4)
    assert seen["nearest"] < seen["transposed"] / 3


def test_repeated_pixels_are_convolved_once_more_at_half_the_filters():
    generator, _ = networks.dcgan(
        (16, 16, 3), filters=8, stages=2, upsampling="nearest"
    )
    convolutions = layers_of(generator, keras.layers.Conv2D)
    kernels = [tuple(each.kernel.shape) for each in convolutions]
    assert kernels == [(3, 3, 16, 8), (3, 3, 8, 4), (3, 3, 4, 3)]
    assert not layers_of(generator, keras.layers.Conv2DTranspose)


def test_minibatch_std_dev_is_one_channel_more():
    _, with_channel = small("dcgan", minibatch_std_dev=True)
    _, without = small("dcgan")
    # The image ends as 4 x 4.
    assert with_channel.count_params() - without.count_params() == 16


@pytest.mark.parametrize(
    ("name", "kwargs", "match"),
    [
        ("dcgan", {"image_shape": (28, 28)}, "image_shape"),
        ("residual", {"image_shape": (28, 0, 1)}, "image_shape"),
        ("resize_conv", {"image_shape": (28, None, 1)}, "image_shape"),
        ("dense", {"num_classes": 5, "conditioning": "film"}, "conditioning"),
        ("dense", {"num_classes": 1}, "num_classes"),
        (
            "dcgan",
            {"discriminator_normalization": "group"},
            "discriminator_normalization",
        ),
        ("wgan_gp", {"critic_normalization": "batch"}, "critic_normalization"),
        (
            "resize_conv",
            {"discriminator_kernel_sizes": (3,)},
            "discriminator_kernel_sizes",
        ),
        ("r3gan", {"filters": [4]}, "filters"),
        ("r3gan", {"filters": [4, 4, 4], "stages": 1}, "stages"),
        ("r3gan", {"blocks": [1, 1, 1]}, "each of the 2 sizes"),
        ("r3gan", {"blocks": 0}, "blocks"),
        ("r3gan", {"filters": 12, "group_size": 16}, "divide the channels"),
        (
            "r3gan",
            {"image_shape": (2**20, 4, 1), "filters": [1, 1]},
            "`image_shape`.*together",
        ),
        ("style_gan", {"filters": [4]}, "filters"),
        ("style_gan", {"mapping_layers": 0}, "mapping_layers"),
        ("style_gan", {"group_size": 1}, "group_size"),
        (
            "style_gan",
            {"image_shape": (2**20, 4, 1), "filters": [1, 1]},
            "`image_shape`.*together",
        ),
        ("style_gan", {"style_dim": 2**31 - 1}, "`style_dim`.*together"),
        ("dcgan", {"stages": 0}, "stages"),
        ("dcgan", {"latent_dim": 0}, "latent_dim"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_bad_arguments_are_refused_by_name(name, kwargs, match):
    kwargs = {"image_shape": (8, 8, 1), **kwargs}
    with pytest.raises(ValueError, match=match):
        getattr(networks, name)(**kwargs)


def test_every_function_is_in_the_table():
    assert set(SMALL) == set(FROM_LATENTS)
