import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend, layers

RNG = np.random.default_rng(7)


def numpy(x):
    return ops.convert_to_numpy(x)


def round_trip(layer):
    return keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )


# Normalisation.


def normalized(x, axes, epsilon=1e-3):
    mean = x.mean(axes, keepdims=True)
    variance = ((x - mean) ** 2).mean(axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)


NORMALIZATIONS = [
    pytest.param(layers.LayerNormalization, {}, (-1,), id="channels"),
    pytest.param(
        layers.LayerNormalization, {"axis": (1, 2, 3)}, (1, 2, 3), id="image"
    ),
    pytest.param(layers.InstanceNormalization, {}, (1, 2), id="instance"),
]


@pytest.mark.parametrize(("layer_class", "kwargs", "axes"), NORMALIZATIONS)
def test_normalization_equals_its_formula(layer_class, kwargs, axes):
    x = RNG.normal(2.0, 3.0, (3, 4, 5, 6)).astype("float32")
    layer = layer_class(epsilon=0.01, **kwargs)
    layer.build(x.shape)
    gamma = RNG.normal(size=layer.gamma.shape)
    beta = RNG.normal(size=layer.beta.shape)
    layer.set_weights([gamma, beta])
    expected = gamma * normalized(x, axes, 0.01) + beta
    np.testing.assert_allclose(numpy(layer(x)), expected, rtol=1e-4, atol=1e-5)


def test_layer_normalization_equals_keras():
    x = RNG.normal(size=(4, 7)).astype("float32")
    np.testing.assert_allclose(
        numpy(layers.LayerNormalization()(x)),
        numpy(keras.layers.LayerNormalization()(x)),
        atol=1e-6,
    )


class Critic:
    """A score of images, and the variables that it reads."""

    def __init__(self, score, *variables):
        self.score, self.variables = score, list(variables)

    def __call__(self, x):
        return self.score(x)


def gradient_penalty(critic, x, variable):
    """d |d critic / dx|^2 / d variable, a second derivative."""

    def objective():
        gradient = backend.input_gradient(critic, x)
        return ops.sum(ops.square(gradient)), ()

    _, (gradient,) = backend.value_and_grad(
        objective, [variable], critic.variables
    )
    return numpy(gradient)


def differences(function, x, step):
    """The gradient of `function` at `x` by central differences."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        shift = np.zeros_like(x)
        shift[index] = step
        gradient[index] = function(x + shift) - function(x - shift)
    return gradient / (2 * step)


@pytest.mark.parametrize(("layer_class", "kwargs", "axes"), NORMALIZATIONS)
def test_normalization_has_a_right_second_derivative(layer_class, kwargs, axes):
    x, weight = RNG.normal(size=(2, 2, 2, 3, 3))
    layer = layer_class(**kwargs)
    layer.build(x.shape)
    kernel = keras.Variable(RNG.normal(size=(3, 3)), dtype="float32")

    def score(x):
        return ops.tanh(layer(ops.matmul(x, kernel))) * ops.cast(
            weight, "float32"
        )

    critic = Critic(score, kernel, *layer.variables)
    actual = gradient_penalty(critic, ops.cast(x, "float32"), kernel)

    def reference(kernel):
        def score(x):
            return np.sum(np.tanh(normalized(x @ kernel, axes)) * weight)

        return np.sum(differences(score, x, 1e-5) ** 2)

    expected = differences(reference, kernel.numpy().astype("float64"), 1e-4)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(actual, expected, atol=1e-3 * scale)


def test_normalization_scale_has_a_right_penalty_gradient():
    # A critic sum(w * LN(x)) has an input gradient that is linear in gamma, so
    # the penalty is quadratic in it, and by Euler's theorem
    # gamma . d penalty / d gamma = 2 penalty.
    x = ops.cast(RNG.normal(size=(2, 5)), "float32")
    weight = ops.cast(RNG.normal(size=(2, 5)), "float32")
    layer = layers.LayerNormalization()
    layer.build((None, 5))
    layer.gamma.assign([1.0, -2.0, 0.5, 3.0, 1.5])
    critic = Critic(lambda x: layer(x) * weight, *layer.variables)
    gradient = gradient_penalty(critic, x, layer.gamma)
    penalty = np.sum(numpy(backend.input_gradient(critic, x)) ** 2)
    assert np.sum(gradient * numpy(layer.gamma.value)) == pytest.approx(
        2 * penalty, rel=1e-4
    )


@pytest.mark.parametrize(("layer_class", "kwargs", "axes"), NORMALIZATIONS)
def test_normalization_survives_float16(layer_class, kwargs, axes):
    x = (300 * RNG.normal(size=(2, 4, 4, 3))).astype("float16")
    layer = layer_class(dtype="mixed_float16", **kwargs)
    y = layer(ops.convert_to_tensor(x))
    assert keras.backend.standardize_dtype(y.dtype) == "float16"
    expected = normalized(x.astype("float64"), axes)
    np.testing.assert_allclose(numpy(y), expected, atol=5e-3)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        pytest.param(
            lambda: layers.LayerNormalization(epsilon=0.0), "epsilon", id="eps"
        ),
        pytest.param(
            lambda: layers.LayerNormalization(axis=(0, 1)), "batch", id="batch"
        ),
        pytest.param(
            lambda: layers.InstanceNormalization()(np.zeros((2, 3))),
            "spatial",
            id="vectors",
        ),
        pytest.param(
            lambda: layers.LayerNormalization(axis=1)(keras.Input((None, 3))),
            "known size",
            id="unknown-size",
        ),
        pytest.param(
            lambda: layers.SpectralNormalization(
                keras.layers.Dense(2), power_iterations=0
            ),
            "power_iterations",
            id="no-iterations",
        ),
        pytest.param(
            lambda: layers.SpectralNormalization(keras.layers.ReLU())(
                np.zeros((2, 3))
            ),
            "kernel",
            id="no-kernel",
        ),
        pytest.param(
            lambda: layers.SpectralNormalization(
                keras.layers.EinsumDense("abc,bcd->abd", (3, 5))
            )(np.zeros((2, 3, 4))),
            "'abc,bcd->abd', where 'b' belongs to both",
            id="many-matrices",
        ),
        pytest.param(
            lambda: layers.MinibatchStdDev(1), "group_size", id="group"
        ),
        pytest.param(
            lambda: layers.Projection(1), "num_classes", id="projection"
        ),
        pytest.param(
            lambda: layers.ConditionalBatchNormalization(0),
            "num_classes",
            id="conditional",
        ),
        pytest.param(
            lambda: layers.LabelPlanes()(np.zeros((2, 4, 4, 1))),
            "labels",
            id="planes",
        ),
        pytest.param(
            lambda: layers.GroupedConv2D(5, 3, groups=2), "filters", id="groups"
        ),
        pytest.param(
            lambda: layers.GroupedConv2D(4, 3, groups=2)(
                np.zeros((1, 4, 4, 3))
            ),
            "channels of the input",
            id="grouped-input",
        ),
        pytest.param(
            lambda: layers.BilinearUpSampling2D()(keras.Input((None, 4, 3))),
            "known size",
            id="resampling",
        ),
        pytest.param(
            lambda: layers.BasisExpansion(4, 4)(np.zeros((1, 4, 3))),
            "vectors",
            id="expansion",
        ),
        pytest.param(
            lambda: layers.BasisReduction()(np.zeros((1, 4))),
            "images",
            id="reduction",
        ),
        pytest.param(
            lambda: layers.ReflectionPadding2D(-1), "padding", id="border"
        ),
        pytest.param(
            lambda: layers.ReflectionPadding2D(3)(np.zeros((1, 3, 9, 1))),
            r"smaller than the image.*\(3, 3\).*\(1, 3, 9, 1\)",
            id="small-image",
        ),
        pytest.param(
            lambda: layers.ReflectionPadding2D()(np.zeros((1, 3))),
            "images",
            id="no-image",
        ),
        pytest.param(
            lambda: layers.SubPixelUpSampling2D(0), "scale", id="scale"
        ),
        pytest.param(
            lambda: layers.SubPixelUpSampling2D(2)(np.zeros((1, 3, 3, 6))),
            "multiple of 4 channels",
            id="sub-pixels",
        ),
        pytest.param(
            lambda: layers.CropLike()(np.zeros((1, 3, 3, 6))),
            r"\[images, like\]",
            id="crop-one",
        ),
        pytest.param(
            lambda: layers.CropLike()(
                [np.zeros((1, 3, 3, 6)), np.zeros((1, 4, 3, 6))]
            ),
            "at least as high",
            id="crop-larger",
        ),
    ],
)
def test_bad_input_is_refused_by_name(make, match):
    with pytest.raises(ValueError, match=match):
        make()


# Spectral normalisation.


def matrix_of(layer):
    """The kernel as torch's and the authors' implementation see it."""
    kernel = numpy(layer.layer.get_weights()[0]).astype("float64")
    if isinstance(layer.layer, keras.layers.Conv2DTranspose):
        kernel = np.moveaxis(kernel, -2, -1)
    if isinstance(layer.layer, keras.layers.DepthwiseConv2D):
        kernel = kernel.reshape(*kernel.shape[:2], -1)
    return kernel.reshape(-1, kernel.shape[-1])


WRAPPED = [
    pytest.param(lambda: keras.layers.Dense(5), (3, 8), id="dense"),
    pytest.param(lambda: keras.layers.Conv1D(5, 3), (2, 8, 4), id="conv1d"),
    pytest.param(lambda: keras.layers.Conv2D(5, 3), (2, 8, 8, 4), id="conv2d"),
    pytest.param(
        lambda: keras.layers.Conv3D(2, 2), (2, 4, 4, 4, 3), id="conv3d"
    ),
    pytest.param(
        lambda: keras.layers.Conv2DTranspose(5, 3, strides=2),
        (2, 4, 4, 3),
        id="transposed",
    ),
    pytest.param(
        lambda: keras.layers.DepthwiseConv2D(3, depth_multiplier=2),
        (2, 6, 6, 4),
        id="depthwise",
    ),
]


@pytest.mark.parametrize(("make", "shape"), WRAPPED)
def test_sigma_converges_to_the_largest_singular_value(make, shape):
    layer = layers.SpectralNormalization(make(), power_iterations=100)
    layer.build(shape)
    layer.power_iteration()
    largest = np.linalg.svd(matrix_of(layer), compute_uv=False)[0]
    assert float(numpy(layer.sigma())) == pytest.approx(largest, rel=1e-4)


@pytest.mark.parametrize(
    ("equation", "output_shape", "shape"),
    [
        ("ab,bc->ac", (5,), (4,)),
        ("ab,cb->ac", (5,), (4,)),
        ("ab,bcd->acd", (3, 5), (4,)),
        ("ab,cbd->acd", (3, 5), (4,)),
        ("abc,bcd->ad", (5,), (3, 4)),
        ("...x,xyz->...yz", (3, 5), (4,)),
    ],
    ids=str,
)
def test_an_einsum_layer_has_spectral_norm_one(equation, output_shape, shape):
    layer = layers.SpectralNormalization(
        keras.layers.EinsumDense(equation, output_shape), power_iterations=100
    )
    layer.build((None, *shape))
    layer.power_iteration()
    size = int(np.prod(shape))
    rows = numpy(layer(np.eye(size, dtype="float32").reshape(size, *shape)))
    largest = np.linalg.norm(rows.reshape(size, -1), ord=2)
    assert largest == pytest.approx(1.0, rel=1e-4)


@pytest.mark.parametrize(("make", "shape"), WRAPPED)
def test_output_is_that_of_the_divided_kernel(make, shape):
    layer = layers.SpectralNormalization(make())
    plain = make()
    x = RNG.normal(size=shape).astype("float32")
    layer.build(shape)
    plain.build(shape)
    bias = RNG.normal(size=layer.layer.bias.shape)
    layer.layer.bias.assign(bias)
    raw = numpy(layer.layer.get_weights()[0])
    plain.set_weights([raw / float(numpy(layer.sigma())), bias])
    np.testing.assert_allclose(numpy(layer(x)), numpy(plain(x)), atol=1e-5)
    np.testing.assert_array_equal(layer.layer.get_weights()[0], raw)


def test_first_output_is_normalised_without_training():
    layer = layers.SpectralNormalization(
        keras.layers.Dense(32, use_bias=False, kernel_initializer="ones")
    )
    x = np.ones((1, 64), "float32")
    # The kernel of ones maps x to 64 in 32 places; its sigma is sqrt(64 * 32).
    np.testing.assert_allclose(
        numpy(layer(x)), 64 / np.sqrt(64 * 32), rtol=1e-5
    )


def test_activation_is_applied_after_the_division():
    layer = layers.SpectralNormalization(
        keras.layers.Dense(1, activation="sigmoid", bias_initializer="ones")
    )
    layer.build((None, 1))
    layer.layer.kernel.assign([[-4.0]])
    layer.power_iteration()
    assert float(numpy(layer.sigma())) == pytest.approx(4.0)
    assert numpy(layer(np.array([[2.0]])))[0, 0] == pytest.approx(
        1 / (1 + np.exp(1.0))
    )


def test_embedding_is_normalised():
    layer = layers.SpectralNormalization(
        keras.layers.Embedding(4, 3), power_iterations=100
    )
    layer.build((None,))
    layer.power_iteration()
    rows = numpy(layer(np.arange(4)))
    assert np.linalg.svd(rows, compute_uv=False)[0] == pytest.approx(
        1.0, rel=1e-4
    )


def test_gradient_passes_through_sigma_with_constant_vectors():
    layer = layers.SpectralNormalization(keras.layers.Dense(3))
    x = RNG.normal(size=(4, 5)).astype("float32")
    weight = RNG.normal(size=(4, 3)).astype("float32")
    layer.build(x.shape)

    def objective():
        return ops.sum(layer(x) * ops.convert_to_tensor(weight)), ()

    kernel = layer.layer.kernel
    _, (gradient,) = backend.value_and_grad(
        objective, [kernel], layer.variables
    )
    raw = numpy(kernel).astype("float64")
    u, v = numpy(layer.u), numpy(layer.v)

    def reference(kernel):
        return np.sum((x @ kernel) / (v @ kernel @ u) * weight)

    expected = differences(reference, raw, 1e-5)
    np.testing.assert_allclose(numpy(gradient), expected, rtol=1e-3, atol=1e-4)


def test_gradient_penalty_has_a_right_kernel_gradient():
    # The output does not depend on the kernel's scale, and so neither does a
    # penalty on its input gradient: its gradient is orthogonal to the kernel.
    layer = layers.SpectralNormalization(keras.layers.Dense(1))
    x = ops.cast(RNG.normal(size=(4, 6)), "float32")
    layer.build(x.shape)
    layer.layer.kernel.assign(RNG.normal(size=(6, 1)))
    layer.power_iteration()
    critic = Critic(lambda x: layer(x) ** 2, *layer.variables)
    kernel = layer.layer.kernel
    gradient = gradient_penalty(critic, x, kernel)
    assert np.linalg.norm(gradient) > 0.1
    assert np.sum(gradient * numpy(kernel.value)) == pytest.approx(
        0.0, abs=1e-3
    )


def frozen_layer():
    layer = layers.SpectralNormalization(keras.layers.Dense(2))
    layer.build((None, 3))
    layer.layer.kernel.assign([[1.0, 2.0], [3.0, -4.0], [0.5, 0.0]])
    layer.u.assign([1.0, 0.0])
    layer.v.assign([1.0, 0.0, 0.0])
    return layer


def test_one_iteration_equals_the_algorithm_by_hand():
    layer = frozen_layer()
    layer.power_iteration()
    # v = W u / |W u| = (1, 3, .5) / sqrt(10.25); W^T v ~ (10.25, -10).
    v = np.array([1.0, 3.0, 0.5]) / np.sqrt(10.25)
    u = np.array([10.25, -10.0]) / np.sqrt(10.25**2 + 100)
    np.testing.assert_allclose(numpy(layer.v), v, rtol=1e-6)
    np.testing.assert_allclose(numpy(layer.u), u, rtol=1e-6)
    sigma = np.sqrt((10.25**2 + 100) / 10.25)
    assert float(numpy(layer.sigma())) == pytest.approx(sigma, rel=1e-6)


def test_each_training_call_iterates_in_a_plain_model():
    layer, by_hand = frozen_layer(), frozen_layer()
    x = np.ones((2, 3), "float32")
    layer(x)
    np.testing.assert_array_equal(numpy(layer.u), [1.0, 0.0])
    layer(x, training=True)
    layer(x, training=True)
    by_hand.power_iteration()
    by_hand.power_iteration()
    np.testing.assert_array_equal(numpy(layer.u), numpy(by_hand.u))


def test_calls_never_iterate_once_updates_are_announced():
    layer, by_hand = frozen_layer(), frozen_layer()
    x = np.ones((2, 3), "float32")
    layer.before_update()
    by_hand.power_iteration()
    for _ in range(3):
        layer(x, training=True)
    np.testing.assert_array_equal(numpy(layer.u), numpy(by_hand.u))


def test_two_calls_before_one_gradient():
    layer = frozen_layer()
    x = ops.convert_to_tensor([[1.0, 2.0, 3.0]])

    def objective():
        real, fake = layer(x, training=True), layer(-x, training=True)
        return ops.sum(real * real - 0.5 * fake), ()

    _, (gradient,) = backend.value_and_grad(
        objective, [layer.layer.kernel], layer.variables
    )
    # Frozen: equal on the three backends.
    np.testing.assert_allclose(
        numpy(gradient),
        [[0.410451, 0.020465], [0.246044, 0.618719], [2.570726, -1.238855]],
        rtol=1e-4,
    )


def test_plain_fit_follows_the_kernel():
    keras.utils.set_random_seed(0)
    layer = layers.SpectralNormalization(keras.layers.Dense(3, use_bias=False))
    model = keras.Sequential([keras.Input((5,)), layer])
    model.compile("sgd", "mse")
    x = RNG.normal(size=(64, 5)).astype("float32")
    y = RNG.normal(size=(64, 3)).astype("float32")
    before = layer.layer.get_weights()[0]
    model.fit(x, y, batch_size=8, epochs=5, verbose=0)
    assert np.abs(layer.layer.get_weights()[0] - before).max() > 1e-3
    effective = np.linalg.lstsq(x, model.predict(x, verbose=0), rcond=None)[0]
    assert np.linalg.svd(effective, compute_uv=False)[0] == pytest.approx(
        1.0, rel=2e-3
    )


def test_kernel_of_zeros_stays_finite_and_recovers():
    layer = layers.SpectralNormalization(
        keras.layers.Dense(2, kernel_initializer="zeros")
    )
    x = np.ones((1, 3), "float32")
    np.testing.assert_array_equal(numpy(layer(x, training=True)), 0.0)
    layer.layer.kernel.assign(np.ones((3, 2)))
    layer(x, training=True)
    assert float(numpy(layer.sigma())) == pytest.approx(np.sqrt(6.0), rel=1e-5)


def test_spectral_normalization_in_float16():
    layer = layers.SpectralNormalization(
        keras.layers.Dense(4, dtype="mixed_float16"), dtype="mixed_float16"
    )
    y = layer(np.ones((2, 300), "float32"), training=True)
    assert keras.backend.standardize_dtype(y.dtype) == "float16"
    assert keras.backend.standardize_dtype(layer.u.dtype) == "float32"
    assert np.isfinite(numpy(y)).all()


def test_saved_model_goes_on_from_its_vectors(tmp_path):
    x = RNG.normal(size=(4, 6, 6, 2)).astype("float32")
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.SpectralNormalization(
                keras.layers.Conv2D(3, 3, activation="relu")
            ),
        ]
    )
    model(x, training=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        numpy(loaded(x, training=True)), numpy(model(x, training=True))
    )


def test_frozen_layer_is_still_normalised():
    layer = frozen_layer()
    layer.layer.trainable = False
    layer.power_iteration()
    kernel = numpy(layer(np.eye(3, dtype="float32")))
    np.testing.assert_allclose(
        kernel,
        layer.layer.get_weights()[0] / float(numpy(layer.sigma())),
        rtol=1e-5,
    )


# Minibatch standard deviation.


def dealt(x, group_size):
    groups = -(-len(x) // group_size)
    out = np.empty(len(x))
    for group in range(groups):
        members = x[group::groups].reshape(len(x[group::groups]), -1)
        out[group::groups] = np.sqrt(members.var(0) + 1e-8).mean()
    return out


@pytest.mark.parametrize("batch", [1, 3, 4, 8, 10], ids=lambda n: f"batch{n}")
def test_minibatch_std_dev_equals_its_formula(batch):
    x = RNG.normal(size=(batch, 3, 4, 5)).astype("float32")
    y = numpy(layers.MinibatchStdDev(4)(x))
    np.testing.assert_array_equal(y[..., :5], x)
    expected = np.broadcast_to(
        dealt(x.astype("float64"), 4)[:, None, None], (batch, 3, 4)
    )
    np.testing.assert_allclose(y[..., 5], expected, rtol=1e-4, atol=1e-6)


def test_minibatch_std_dev_of_the_whole_batch():
    x = np.array([[0.0], [0.0], [3.0]], "float32")
    y = numpy(layers.MinibatchStdDev(None)(x))
    np.testing.assert_allclose(y[:, 1], np.sqrt(2.0), rtol=1e-6)


def test_minibatch_std_dev_works_on_any_batch_of_one_model():
    inputs = keras.Input((2, 2, 3))
    model = keras.Model(inputs, layers.MinibatchStdDev()(inputs))
    assert model.output_shape == (None, 2, 2, 4)
    x = RNG.normal(size=(7, 2, 2, 3)).astype("float32")
    assert model.predict(x, batch_size=4, verbose=0).shape == (7, 2, 2, 4)


def test_minibatch_std_dev_gradient_is_finite_on_equal_samples():
    x = ops.zeros((4, 2))
    gradient = backend.input_gradient(layers.MinibatchStdDev(), x)
    assert np.isfinite(numpy(gradient)).all()


# Labels.


def test_label_planes_are_constant_channels():
    images = RNG.normal(size=(2, 3, 4, 1)).astype("float32")
    labels = np.array([[0.0, 1.0], [1.0, 0.0]], "float32")
    y = numpy(layers.LabelPlanes()([images, labels]))
    np.testing.assert_array_equal(y[..., :1], images)
    np.testing.assert_array_equal(
        y[..., 1:], np.broadcast_to(labels[:, None, None], (2, 3, 4, 2))
    )


@pytest.mark.parametrize("shape", [(3,), (3, 1)], ids=["flat", "column"])
def test_projection_equals_its_formula(shape):
    layer = layers.Projection(4)
    features = RNG.normal(size=(3, 5)).astype("float32")
    labels = np.array([2, 0, 3]).reshape(shape)
    score = numpy(layer([features, labels]))
    kernel, bias, embedding = layer.get_weights()
    expected = features @ kernel + bias
    expected += (embedding[labels.ravel()] * features).sum(-1, keepdims=True)
    np.testing.assert_allclose(score, expected, rtol=1e-4, atol=1e-6)


def test_normalised_projection_is_found_and_iterates():
    layer = layers.Projection(4, spectral_normalization=True)
    features = RNG.normal(size=(3, 5)).astype("float32")
    layer([features, np.array([0, 1, 2])])
    inside = [
        each
        for each in backend.flat_layers(layer)
        if hasattr(each, "before_update")
    ]
    assert len(inside) == 2


def test_conditional_batch_normalization_equals_its_formula():
    layer = layers.ConditionalBatchNormalization(3, epsilon=0.1)
    x = RNG.normal(1.0, 2.0, size=(4, 2, 2, 5)).astype("float32")
    labels = np.array([2, 0, 2, 1])
    layer.build([x.shape, labels.shape])
    gamma, beta = RNG.normal(size=(2, 3, 5)).astype("float32")
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    expected = normalized(x, (0, 1, 2), 0.1) * gamma[labels][:, None, None]
    expected += beta[labels][:, None, None]
    y = numpy(layer([x, labels], training=True))
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
    assert np.abs(layer.normalization.moving_mean.numpy()).max() > 0


# Resampling.


def doubled(x):
    """Each pixel twice, then `[1, 2, 1] / 4` over the repeated border."""
    for axis in (1, 2):
        x = np.repeat(x, 2, axis)
        border = [(1, 1) if each == axis else (0, 0) for each in range(4)]
        before, at, after = (
            np.take(
                np.pad(x, border, "edge"), range(i, i + x.shape[axis]), axis
            )
            for i in range(3)
        )
        x = (before + 2 * at + after) / 4
    return x


def halved(x):
    """`[1, 3, 3, 1] / 8` at every second pixel, over the repeated border."""
    for axis in (1, 2):
        size = x.shape[axis]
        end = 1 + size % 2
        border = [(1, end) if each == axis else (0, 0) for each in range(4)]
        padded = np.pad(x, border, "edge")
        x = sum(
            weight * np.take(padded, range(i, i + size, 2), axis)
            for i, weight in enumerate((0.125, 0.375, 0.375, 0.125))
        )
    return x


@pytest.mark.parametrize("size", [(5, 4), (6, 8), (1, 3), (2, 7)], ids=str)
@pytest.mark.parametrize(
    ("layer_class", "formula"),
    [
        (layers.BilinearUpSampling2D, doubled),
        (layers.BilinearDownSampling2D, halved),
    ],
    ids=["up", "down"],
)
def test_resampling_equals_its_formula(layer_class, formula, size):
    x = RNG.normal(size=(2, *size, 3)).astype("float32")
    layer, expected = layer_class(), formula(x)
    np.testing.assert_allclose(numpy(layer(x)), expected, atol=1e-5)
    assert layer.compute_output_shape(x.shape) == expected.shape


def test_bilinear_enlargement_equals_keras():
    x = RNG.normal(size=(2, 5, 4, 3)).astype("float32")
    by_keras = keras.layers.UpSampling2D(interpolation="bilinear")(x)
    np.testing.assert_allclose(
        numpy(layers.BilinearUpSampling2D()(x)), numpy(by_keras), atol=1e-5
    )


def test_halving_is_a_quarter_of_the_transpose_of_doubling():
    small = RNG.normal(size=(2, 3, 4, 2)).astype("float32")
    large = RNG.normal(size=(2, 6, 8, 2)).astype("float32")
    up = numpy(layers.BilinearUpSampling2D()(small))
    down = numpy(layers.BilinearDownSampling2D()(large))
    assert np.sum(up * large) == pytest.approx(
        4 * np.sum(small * down), rel=1e-4
    )


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize(
    "layer_class",
    [layers.BilinearUpSampling2D, layers.BilinearDownSampling2D],
)
def test_resampling_leaves_a_constant_image_as_it_is(layer_class, dtype):
    layer = layer_class(dtype=dtype)
    found = layer(ops.full((1, 7, 5, 2), 0.75, dtype))
    assert keras.backend.standardize_dtype(found.dtype) == dtype
    assert (numpy(ops.cast(found, "float32")) == 0.75).all()


# Groups.


def grouped(x, **kwargs):
    kwargs = {"padding": "same", "use_bias": False, **kwargs}
    layer = layers.GroupedConv2D(6, 3, groups=2, **kwargs)
    layer.build(x.shape)
    return layer


@pytest.mark.parametrize("apart", [True, False], ids=["apart", "together"])
@pytest.mark.parametrize("strides", [1, 2])
def test_groups_equal_convolutions_of_their_own(apart, strides, monkeypatch):
    monkeypatch.setattr(backend, "convolves_groups_apart", lambda: apart)
    x = RNG.normal(size=(2, 6, 5, 4)).astype("float32")
    layer = grouped(x, strides=strides)
    (kernel,) = layer.get_weights()
    assert kernel.shape == (3, 3, 2, 6)
    expected = [
        ops.conv(part, weights, strides, "same")
        for part, weights in (
            (x[..., :2], kernel[..., :3]),
            (x[..., 2:], kernel[..., 3:]),
        )
    ]
    expected = np.concatenate([numpy(each) for each in expected], axis=-1)
    np.testing.assert_allclose(numpy(layer(x)), expected, atol=1e-5)


def test_a_group_does_not_see_the_others():
    x = RNG.normal(size=(2, 6, 5, 4)).astype("float32")
    layer = grouped(x)
    before = numpy(layer(x))
    x[..., 2:] += 1.0
    after = numpy(layer(x))
    np.testing.assert_array_equal(after[..., :3], before[..., :3])
    assert np.abs(after[..., 3:] - before[..., 3:]).min() > 0


def test_a_grouped_kernel_starts_with_the_variance_of_its_own_inputs():
    layer = layers.GroupedConv2D(
        256, 3, groups=16, kernel_initializer=keras.initializers.LecunNormal(0)
    )
    layer.build((None, 8, 8, 256))
    # 16 channels of 3 x 3 in, not 256.
    assert numpy(layer.kernel.value).std() == pytest.approx(1 / 12, rel=0.02)


def test_a_grouped_convolution_can_be_spectrally_normalised():
    x = RNG.normal(size=(2, 6, 5, 4)).astype("float32")
    inner = grouped(x)
    layer = layers.SpectralNormalization(inner)
    outputs = layer(x)
    expected = numpy(inner(x)) / numpy(layer.sigma())
    np.testing.assert_allclose(numpy(outputs), expected, rtol=1e-4, atol=1e-5)


# Learned pictures.


def test_an_expanded_vector_is_its_pictures_times_its_numbers():
    x = RNG.normal(size=(2, 3)).astype("float32")
    layer = layers.BasisExpansion(4, 5)
    outputs = numpy(layer(x))
    expected = np.einsum("hwc,nc->nhwc", layer.get_weights()[0], x)
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)


def test_a_reduced_image_is_its_inner_products_with_the_pictures():
    x = RNG.normal(size=(2, 4, 5, 3)).astype("float32")
    layer = layers.BasisReduction()
    outputs = numpy(layer(x))
    expected = np.einsum("hwc,nhwc->nc", layer.get_weights()[0], x)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


def test_both_start_with_the_variance_of_what_they_are_given():
    keras.utils.set_random_seed(0)
    x = RNG.normal(size=(32, 256)).astype("float32")
    image = layers.BasisExpansion(16, 16)(x)
    assert numpy(image).var() == pytest.approx(1.0, rel=0.05)
    vector = layers.BasisReduction()(image)
    assert numpy(vector).var() == pytest.approx(1.0, rel=0.2)


# Borders, sub-pixels, sizes.


@pytest.mark.parametrize("padding", [0, 1, 3, (2, 0), (0, 4)], ids=str)
def test_reflection_padding_equals_numpy(padding):
    x = RNG.normal(size=(2, 4, 5, 3)).astype("float32")
    rows, columns = (padding,) * 2 if isinstance(padding, int) else padding
    expected = np.pad(
        x, ((0, 0), (rows, rows), (columns, columns), (0, 0)), mode="reflect"
    )
    layer = layers.ReflectionPadding2D(padding)
    np.testing.assert_array_equal(numpy(layer(x)), expected)
    assert layer.compute_output_shape(x.shape) == expected.shape


def test_sub_pixels_equal_their_formula():
    x = RNG.normal(size=(2, 3, 2, 18)).astype("float32")
    expected = np.zeros((2, 9, 6, 2), "float32")
    for i in range(3):
        for j in range(3):
            place = 2 * (3 * i + j)
            expected[:, i::3, j::3] = x[..., place : place + 2]
    layer = layers.SubPixelUpSampling2D(3)
    np.testing.assert_array_equal(numpy(layer(x)), expected)
    assert layer.compute_output_shape(x.shape) == expected.shape


def test_sub_pixels_at_scale_one_change_nothing():
    x = RNG.normal(size=(1, 3, 2, 5)).astype("float32")
    np.testing.assert_array_equal(numpy(layers.SubPixelUpSampling2D(1)(x)), x)


@pytest.mark.parametrize("scale", [2, 3])
def test_sub_pixels_start_as_the_nearest_neighbour(scale):
    enlarge = layers.SubPixelUpSampling2D(scale)
    start = enlarge.initializer(keras.initializers.RandomNormal(seed=1))
    convolution = keras.layers.Conv2D(
        4 * scale**2, 3, padding="same", kernel_initializer=start
    )
    x = RNG.normal(size=(2, 5, 4, 3)).astype("float32")
    found = numpy(enlarge(convolution(x)))
    small = found[:, ::scale, ::scale]
    nearest = small.repeat(scale, axis=1).repeat(scale, axis=2)
    np.testing.assert_allclose(found, nearest, atol=1e-6)
    assert small.std() > 0.01


def test_sub_pixels_start_with_the_variance_of_one_kernel():
    start = layers.SubPixelUpSampling2D(2).initializer("glorot_normal")
    # Of 3 x 3 taps, 32 channels before and 16 after.
    expected = 2 / (9 * (32 + 16))
    assert numpy(start((3, 3, 32, 64))).var() == pytest.approx(
        expected, rel=0.1
    )


def test_the_start_of_sub_pixels_round_trips():
    start = layers.SubPixelUpSampling2D(2).initializer(
        keras.initializers.RandomNormal(seed=5)
    )
    copy = round_trip(start)
    shape = (3, 3, 2, 8)
    np.testing.assert_array_equal(numpy(copy(shape)), numpy(start(shape)))


def test_a_kernel_that_gives_no_whole_pixels_is_refused():
    start = layers.SubPixelUpSampling2D(2).initializer("zeros")
    with pytest.raises(ValueError, match=r"multiple of 4.*\(3, 3, 2, 6\)"):
        start((3, 3, 2, 6))


def test_crop_like_takes_off_the_bottom_and_the_right():
    x = RNG.normal(size=(2, 4, 6, 3)).astype("float32")
    found = layers.CropLike()([x, np.zeros((2, 3, 5, 1))])
    np.testing.assert_array_equal(numpy(found), x[:, :3, :5])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize(
    "layer",
    [
        lambda dtype: layers.ReflectionPadding2D(2, dtype=dtype),
        lambda dtype: layers.SubPixelUpSampling2D(2, dtype=dtype),
    ],
    ids=["reflection", "sub-pixel"],
)
def test_layers_that_move_pixels_leave_them_exact(layer, dtype):
    x = ops.cast(RNG.normal(size=(1, 3, 4, 8)), dtype)
    found = layer(dtype)(x)
    assert keras.backend.standardize_dtype(found.dtype) == dtype
    full = layer("float32")(ops.cast(x, "float32"))
    np.testing.assert_array_equal(
        numpy(ops.cast(found, "float32")), numpy(full)
    )


@pytest.mark.parametrize(
    "network",
    [
        lambda x: layers.ReflectionPadding2D(1)(x),
        lambda x: layers.SubPixelUpSampling2D(2)(x),
        lambda x: layers.InstanceNormalization()(x),
        lambda x: layers.CropLike()([keras.layers.UpSampling2D()(x), x]),
    ],
    ids=["reflection", "sub-pixel", "instance", "crop"],
)
def test_images_may_vary_in_size(network):
    inputs = keras.Input((None, None, 4))
    model = keras.Model(inputs, network(inputs))
    for size in ((4, 3), (7, 6)):
        x = RNG.normal(size=(2, *size, 4)).astype("float32")
        known = keras.Input((*size, 4))
        expected = keras.Model(known, network(known))
        found = model.predict(x, verbose=0)
        np.testing.assert_allclose(
            found, expected.predict(x, verbose=0), atol=1e-6
        )


# All.


@pytest.mark.parametrize(
    "layer",
    [
        layers.LayerNormalization(axis=(1, 2), epsilon=1e-5, center=False),
        layers.InstanceNormalization(epsilon=0.2, scale=False),
        layers.SpectralNormalization(
            keras.layers.Dense(3, activation="relu"), power_iterations=2
        ),
        layers.MinibatchStdDev(None),
        layers.LabelPlanes(),
        layers.Projection(
            5, spectral_normalization=True, kernel_initializer="he_normal"
        ),
        layers.ConditionalBatchNormalization(5, momentum=0.9, epsilon=0.1),
        layers.BilinearUpSampling2D(),
        layers.BilinearDownSampling2D(),
        layers.BasisExpansion(4, 5, basis_initializer="he_normal"),
        layers.BasisReduction(basis_initializer="he_normal"),
        layers.GroupedConv2D(6, (3, 1), groups=2, strides=2, use_bias=False),
        layers.ReflectionPadding2D((2, 0)),
        layers.SubPixelUpSampling2D(3),
        layers.CropLike(),
        layers.EqualizedDense(
            3,
            learning_rate_multiplier=0.01,
            use_bias=False,
            kernel_initializer="he_normal",
            bias_initializer="ones",
        ),
        layers.EqualizedConv2D(
            3, 5, down_sampling=True, use_bias=False, kernel_initializer="zeros"
        ),
        layers.ModulatedConv2D(
            3,
            1,
            up_sampling=True,
            demodulate=False,
            use_bias=False,
            kernel_initializer="he_normal",
        ),
        layers.NoiseInjection(fixed=True, strength_initializer="ones", seed=3),
        layers.ConstantInput(4, 5, 2, constant_initializer="zeros"),
        layers.ScaledLeakyReLU(0.1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_round_trip(layer):
    copy = round_trip(layer)
    assert type(copy) is type(layer)
    assert copy.get_config() == layer.get_config()


def test_every_public_layer_is_in_the_round_trip_table():
    table = test_layers_round_trip.pytestmark[0].args[1]
    assert {type(layer).__name__ for layer in table} == set(layers.__all__)
