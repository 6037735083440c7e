"""Every layer that our networks use gives the same on the three backends.

A model that was trained on one backend draws the same pictures on another,
and is trained there by the same derivatives. One process has one backend, so
each is held against values in float64: formulas of its own, and what
`tests/data/record_layers.py` recorded, checked by central differences.
"""

import inspect
import itertools
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend, layers, networks
from tests.layer_cases import CASES, Scene
from tests.network_names import FROM_IMAGES, FROM_LATENTS

RECORDED = Path(__file__).parent / "data" / "layers.npz"


@pytest.fixture(scope="module")
def recorded():
    with np.load(RECORDED) as arrays:
        return dict(arrays)


@pytest.mark.parametrize("name", CASES)
def test_values_and_derivatives_are_the_recorded_ones(name, recorded):
    found = Scene(name).values()
    expected = {
        key.removeprefix(f"{name}: "): value
        for key, value in recorded.items()
        if key.startswith(f"{name}: ")
    }
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        scale = max(1.0, np.abs(value).max())
        np.testing.assert_allclose(
            found[key], value, rtol=1e-4, atol=1e-4 * scale, err_msg=key
        )


# Formulas of our own, for the layers that move pixels.


def padded(size, kernel, strides, padding):
    """Pixels added before an axis, and the size that comes out."""
    if padding == "valid":
        return 0, (size - kernel) // strides + 1
    out = -(-size // strides)
    total = max((out - 1) * strides + kernel - size, 0)
    return total // 2, out


def convolved(x, kernel, strides, padding):
    """`y[i] = sum_k x[i * strides + k - before] kernel[k]` along both axes."""
    rows, columns = kernel.shape[:2]
    top, height = padded(x.shape[1], rows, strides, padding)
    left, width = padded(x.shape[2], columns, strides, padding)
    y = np.zeros((x.shape[0], height, width, kernel.shape[3]))
    for i, j, r, c in itertools.product(
        range(height), range(width), range(rows), range(columns)
    ):
        row, column = i * strides + r - top, j * strides + c - left
        if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
            y[:, i, j] += x[:, row, column] @ kernel[r, c]
    return y


def transposed(x, kernel, strides, padding):
    """The adjoint of `convolved` from the larger image to `x`."""
    rows, columns = kernel.shape[:2]
    height, width = (
        size * strides + (0 if padding == "same" else max(k - strides, 0))
        for size, k in zip(x.shape[1:3], (rows, columns), strict=True)
    )
    top, _ = padded(height, rows, strides, padding)
    left, _ = padded(width, columns, strides, padding)
    y = np.zeros((x.shape[0], height, width, kernel.shape[2]))
    for i, j, r, c in itertools.product(
        range(x.shape[1]), range(x.shape[2]), range(rows), range(columns)
    ):
        row, column = i * strides + r - top, j * strides + c - left
        if 0 <= row < height and 0 <= column < width:
            y[:, row, column] += x[:, i, j] @ kernel[r, c].T
    return y


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    ("kind", "formula"),
    [
        (keras.layers.Conv2D, convolved),
        (keras.layers.Conv2DTranspose, transposed),
    ],
    ids=["convolution", "transposed"],
)
def test_convolutions_are_their_formula(kind, formula, size, strides, padding):
    random = np.random.default_rng(size)
    x = random.normal(size=(2, 6, 5, 2))
    layer = kind(3, size, strides=strides, padding=padding, use_bias=False)
    layer.build(x.shape)
    kernel = random.normal(size=layer.kernel.shape)
    layer.set_weights([kernel])
    expected = formula(x, kernel, strides, padding)
    found = ops.convert_to_numpy(layer(x.astype("float32")))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def linear(size):
    """The matrix that doubles an axis by linear interpolation."""
    position = (np.arange(2 * size) + 0.5) / 2 - 0.5
    distance = np.abs(position[:, None] - np.arange(size))
    weights = np.maximum(0.0, 1.0 - distance)
    return weights / weights.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("interpolation", "matrix"),
    [
        ("nearest", lambda size: np.repeat(np.eye(size), 2, axis=0)),
        ("bilinear", linear),
    ],
    ids=["nearest", "bilinear"],
)
def test_enlarging_is_its_formula(interpolation, matrix):
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 3))
    layer = keras.layers.UpSampling2D(interpolation=interpolation)
    expected = np.einsum("hi,wj,nijc->nhwc", matrix(5), matrix(4), x)
    found = ops.convert_to_numpy(layer(x.astype("float32")))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_average_pooling_is_its_formula():
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 3))
    expected = x[:, :4, :4].reshape(2, 2, 2, 2, 2, 3).mean(axis=(2, 4))
    found = ops.convert_to_numpy(
        keras.layers.AveragePooling2D(2)(x.astype("float32"))
    )
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


# That the cases are all there are.


def manner(layer):
    """What a layer does with pixels, beside its sizes."""
    keys = ("strides", "padding", "interpolation", "pool_size", "axis")
    found = [getattr(layer, key, None) for key in keys]
    if isinstance(layer, keras.layers.Activation):
        found.append(keras.activations.serialize(layer.activation))
    return type(layer).__name__, str(found)


def inner_layers(network):
    """The layers that compute, wrapped ones included."""
    passive = (keras.Model, keras.layers.InputLayer)
    return [
        layer
        for layer in backend.flat_layers(network)
        if not isinstance(layer, passive)
    ]


SMALL = {
    "dense": {"generator_units": (4, 4), "discriminator_units": (4,)},
    "dcgan": {"filters": 2, "stages": 2},
    "wgan_gp": {"filters": 2},
    "r3gan": {"filters": 2},
    "style_gan": {"filters": 2, "mapping_layers": 1},
    "residual": {"filters": 2, "discriminator_normalization": None},
    "resize_conv": {"filters": 2, "start_filters": 2},
    "pix2pix": {"filters": 2, "discriminator_filters": 2},
    "cycle_gan": {"filters": 2, "discriminator_filters": 2, "blocks": 1},
    "srgan": {"filters": 2, "discriminator_filters": 2, "blocks": 1},
    "unet": {"filters": 2},
    "resnet_generator": {"filters": 2, "blocks": 1},
    "patch_discriminator": {"filters": 2},
    "super_resolution": {"filters": 2, "blocks": 1},
}
NORMALIZATION = {
    "dcgan": "discriminator_normalization",
    "wgan_gp": "critic_normalization",
    "residual": "discriminator_normalization",
    "resize_conv": "discriminator_normalization",
}


def variants(name):
    """Settings that bring in every layer that a function can use."""
    yield {}
    if name in FROM_IMAGES:
        yield from variants_from_images(name)
        return
    for conditioning in ("concat", "embedding", "projection", "auxiliary"):
        yield {"num_classes": 3, "conditioning": conditioning}
    for kind in ("batch", "layer", "spectral"):
        if name in NORMALIZATION and (name, kind) != ("wgan_gp", "batch"):
            yield {NORMALIZATION[name]: kind}
    if name == "dcgan":
        yield {"minibatch_std_dev": True, "activate_projection": True}
    if name == "dense":
        yield {"batch_normalization": True}


def variants_from_images(name):
    parameters = inspect.signature(getattr(networks, name)).parameters
    generators = {
        "normalization": ("batch", "instance", None),
        "upsampling": ("transposed", "resize", "sub_pixel"),
        "output_activation": ("tanh", "sigmoid"),
    }
    judged = ("batch", "instance", "layer", "spectral", None)
    if name == "patch_discriminator":
        generators = {"normalization": judged}
    for key, values in generators.items():
        if key in parameters:
            yield from ({key: value} for value in values)
    if "discriminator_normalization" in parameters:
        yield from ({"discriminator_normalization": each} for each in judged)
    if "score_activation" in parameters:
        yield {"score_activation": "sigmoid"}


def made(name, settings):
    """The networks that a function returns, of small images."""
    function, settings = getattr(networks, name), {**SMALL[name], **settings}
    if name in FROM_LATENTS:
        return function((9, 8, 1), 3, **settings)
    if name in ("srgan", "super_resolution"):
        settings["scale"] = 2
    # One of a size that is known, one of a size that is not.
    found = [
        function((9, 8, 1), **settings),
        function((None, None, 1), **settings),
    ]
    return [
        network
        for each in found
        for network in (each if isinstance(each, tuple) else [each])
    ]


@pytest.mark.slow_on_tensorflow
@pytest.mark.parametrize("name", networks.__all__)
def test_every_layer_of_our_networks_is_compared(name):
    compared = {
        manner(layer)
        for case in CASES.values()
        for layer in inner_layers(case.make())
    }
    # Projection makes its parts when it is built.
    compared |= {manner(keras.layers.Embedding(2, 3))}
    used = {
        manner(layer)
        for settings in variants(name)
        for network in made(name, settings)
        for layer in inner_layers(network)
    }
    assert used <= compared


def test_every_layer_of_ours_is_compared():
    compared = {type(case.make()).__name__ for case in CASES.values()}
    assert set(layers.__all__) <= compared


def test_an_embedding_is_rows_of_its_matrix():
    layer = keras.layers.Embedding(4, 3)
    layer.build((None,))
    rows = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    layer.set_weights([rows])
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer(np.array([2, 0, 2]))), rows[[2, 0, 2]]
    )


def test_an_embedding_passes_its_gradient_to_the_rows_taken():
    layer = keras.layers.Embedding(4, 3)
    layer.build((None,))
    weight = np.random.default_rng(0).normal(size=(3, 3)).astype("float32")
    factor = ops.convert_to_tensor(weight)
    _, (gradient,) = backend.value_and_grad(
        lambda: (ops.sum(layer(np.array([2, 0, 2])) * factor), ()),
        layer.trainable_variables,
        layer.variables,
    )
    expected = np.zeros((4, 3))
    np.add.at(expected, [2, 0, 2], weight)
    found = ops.convert_to_numpy(gradient)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.slow
def test_an_older_keras_is_refused_at_import():
    code = "import keras; keras.__version__ = '3.14.1'; import keras_gan"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert done.returncode
    last = done.stderr.strip().splitlines()[-1]
    assert "Received: keras.__version__='3.14.1'" in last
    assert "pip install 'keras>=3.15'" in last
