"""What a network's output can be, however its last steps are written."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan.models.output_values import Values, _stated, output_values
from tests import tiny
from tests.network_names import FROM_LATENTS

INF = float("inf")


def after(end):
    """A functional network of images that ends as told."""
    images = keras.Input(tiny.SHAPE)
    x = layers.Dense(16, activation="leaky_relu")(layers.Flatten()(images))
    return keras.Model(images, end(x))


def deep(end, depth=12):
    """Deep enough for large weights to overflow, normalised on the way."""
    images = keras.Input(tiny.SHAPE)
    x = images
    for index in range(depth):
        x = layers.Conv2D(8, 3, padding="same")(x)
        if index % 2:
            x = layers.LayerNormalization()(x)
        x = layers.LeakyReLU()(x)
    return keras.Model(images, end(layers.Flatten()(x)))


class InCall(keras.Model):
    """Applies a function in `call`; its layers are made in another order."""

    def __init__(self, function):
        super().__init__()
        self.out = layers.Dense(1)
        self.gate = layers.Dense(16, activation="sigmoid")
        self.hidden = layers.Dense(16, activation="relu")
        self.flat = layers.Flatten()
        self.function = function

    def call(self, images):
        x = self.flat(images)
        return self.function(self.out(self.hidden(x) * self.gate(x)))


def values_of(network):
    images = np.random.default_rng(1).normal(size=(4, *tiny.SHAPE))
    images = ops.convert_to_tensor(images.astype("float32"))
    network(images)
    return output_values(network, lambda n: network(images[:n]))


def dense(units=1, **settings):
    return layers.Dense(units, **settings)


ENDS = {
    "dense": (lambda x: dense()(x), (-INF, INF)),
    "sigmoid": (lambda x: dense(activation="sigmoid")(x), (0, 1)),
    "tanh, reshaped": (
        lambda x: layers.Reshape((2, 2))(dense(4, activation="tanh")(x)),
        (-1, 1),
    ),
    "sigmoid of ops": (lambda x: ops.sigmoid(dense()(x)), (0, 1)),
    "sigmoid in a lambda": (
        lambda x: dense(activation=lambda t: ops.sigmoid(t))(x),
        (0, 1),
    ),
    "sigmoid before a mean": (
        lambda x: ops.mean(ops.sigmoid(dense(30)(x)), -1, keepdims=True),
        (0, 1),
    ),
    "sigmoid rescaled": (lambda x: ops.sigmoid(dense(5)(x)) * 2 - 1, (-1, 1)),
    "sigmoid of bytes": (
        lambda x: layers.Rescaling(255.0)(dense(5, activation="sigmoid")(x)),
        (0, 255),
    ),
    "tanh rescaled": (lambda x: (ops.tanh(dense(5)(x)) + 1) / 2, (0, 1)),
    "clipped": (lambda x: ops.clip(dense(9)(x), -3, 5), (-3, 5)),
    "relu": (lambda x: ops.relu(dense(9)(x)), (0, INF)),
    "shifted": (lambda x: dense()(x) - 3.0, (-INF, INF)),
    "exponential": (lambda x: ops.exp(dense()(x)), (0, INF)),
    "zeros at first": (
        lambda x: ops.sigmoid(dense(kernel_initializer="zeros")(x)),
        (0, 1),
    ),
    "gated": (
        lambda x: ops.mean(
            x * ops.sigmoid(dense(x.shape[-1])(x)), -1, keepdims=True
        ),
        (-INF, INF),
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_output_is_known_however_it_is_written(name):
    end, expected = ENDS[name]
    values = values_of(after(end))
    assert (values.low, values.high) == expected
    assert not values.shares


@pytest.mark.parametrize("name", ["sigmoid of ops", "shifted", "tanh rescaled"])
def test_depth_and_normalisation_hide_nothing(name):
    end, expected = ENDS[name]
    values = values_of(deep(end))
    assert (values.low, values.high) == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (ops.sigmoid, (0, 1)),
        (lambda x: x, (-INF, INF)),
        (lambda x: x - 3.0, (-INF, INF)),
    ],
    ids=["sigmoid", "identity", "shifted"],
)
def test_a_subclass_is_measured(function, expected):
    values = values_of(InCall(function))
    assert (values.low, values.high) == expected


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_does_not_overflow(policy):
    keras.config.set_dtype_policy(policy)
    try:
        found = [
            values_of(deep(lambda x: ops.sigmoid(dense()(x)))),
            values_of(deep(lambda x: dense()(x) - 3.0)),
        ]
    finally:
        keras.config.set_dtype_policy("float32")
    assert [each.probabilities for each in found] == [True, False]


def test_a_softmax_is_told_from_a_sigmoid():
    assert values_of(after(lambda x: ops.softmax(dense(3)(x)))).shares
    assert not values_of(after(lambda x: ops.sigmoid(dense(3)(x)))).shares


def test_what_follows_neither_weights_nor_inputs_is_unknown():
    network = after(lambda x: ops.zeros_like(dense()(x)))
    assert values_of(network) is None


@pytest.mark.parametrize("end", ["dense", "sigmoid", "tanh, reshaped"])
def test_nothing_is_run_where_the_last_layer_says_it(end):
    def never(count):
        raise AssertionError

    network = after(ENDS[end][0])
    assert output_values(network, never) == _stated(network)


def test_measuring_changes_nothing():
    generator = keras.Sequential(
        [
            keras.Input((tiny.LATENT,)),
            layers.Dense(64),
            layers.BatchNormalization(),
            layers.Dropout(0.5, seed=1),
            layers.Reshape(tiny.SHAPE),
            layers.Lambda(ops.tanh),
        ]
    )
    before = tiny.weights(generator)
    model = keras_gan.GAN(generator, tiny.discriminator(), seed=1)
    assert model.output_range == (-1.0, 1.0)
    for was, now in zip(before, tiny.weights(generator), strict=True):
        assert np.array_equal(was, now)
    again = [ops.convert_to_numpy(v) for v in generator.variables]
    assert np.array_equal(again[-1], [1, 0])  # The seed of the dropout.


def test_values_say_what_they_bound():
    assert Values(0.0, 1.0).probabilities
    assert not Values(-1.0, 1.0).probabilities
    assert Values(-1.0, 1.0).bounded
    assert not Values(0.0, INF).bounded


# ------------------------------------------------------- what follows from it


@pytest.mark.parametrize(
    ("end", "probabilities"),
    [
        ("sigmoid of ops", True),
        ("sigmoid before a mean", True),
        ("shifted", False),
        ("gated", False),
    ],
)
def test_scores_are_logits_of_what_the_network_gives(
    end, probabilities, images
):
    judge = after(ENDS[end][0])
    model = keras_gan.GAN(tiny.generator(), judge, seed=1)
    model.compile()
    scores = ops.convert_to_numpy(model.discriminate(images, training=False))
    outputs = ops.convert_to_numpy(judge(images)).astype("float64")
    expected = outputs
    if probabilities:
        expected = np.log(outputs) - np.log1p(-outputs)
    np.testing.assert_allclose(scores, expected, rtol=1e-3, atol=1e-4)


def test_outputs_that_cannot_be_told_are_asked_for_once(images):
    judge = after(lambda x: ops.zeros_like(dense()(x)) + dense()(x) * 0.0)
    model = keras_gan.GAN(tiny.generator(), judge, seed=1)
    with pytest.warns(UserWarning, match=r"from_logits=True") as caught:
        model.compile()
    said = [str(each.message) for each in caught]
    assert sum("from_logits=True" in each for each in said) == 1
    model.compile(loss=keras_gan.losses.NonSaturating(from_logits=True))


@pytest.mark.parametrize(
    ("activation", "loss", "match"),
    [
        ("tanh", "non_saturating", r"lie between -1 and 1"),
        ("relu", "hinge", r"-1 for generated.*between 0 and inf"),
        ("relu", "minimax", r"far below 0"),
    ],
)
def test_scores_that_end_before_the_loss_does_warn(activation, loss, match):
    model = keras_gan.GAN(
        tiny.generator(), tiny.discriminator(activation=activation)
    )
    with pytest.warns(UserWarning, match=match):
        model.compile(loss=loss)


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("tanh", "hinge"),
        ("tanh", "wasserstein"),
        ("relu", "least_squares"),
        ("sigmoid", "hinge"),
        ("sigmoid", "non_saturating"),
        (None, "hinge"),
    ],
)
def test_scores_that_reach_what_the_loss_wants_do_not(activation, loss):
    network = tiny.discriminator(activation=activation)
    keras_gan.GAN(tiny.generator(), network).compile(loss=loss)


def test_a_softmax_over_two_classes_is_refused_as_a_score(images):
    judge = after(lambda x: dense(2, activation="softmax")(x))
    model = keras_gan.GAN(tiny.generator(), judge)
    with pytest.raises(ValueError, match="softmax over 2 classes"):
        model.fit(images, verbose=0)


@pytest.mark.slow_on_tensorflow
def test_a_softmax_of_classes_is_taken_as_probabilities(images, labels):
    def network(activation):
        x = keras.Input(tiny.SHAPE)
        h = layers.Flatten()(x)
        return keras.Model(
            x, [dense()(h), dense(tiny.CLASSES, activation=activation)(h)]
        )

    softmax, logits, generator = (
        network("softmax"),
        network(None),
        tiny.generator(True),
    )
    logits.set_weights(softmax.get_weights())
    losses = [
        keras_gan.ACGAN(generator, each, seed=1).evaluate(
            images, labels, verbose=0, return_dict=True
        )["d_class_loss"]
        for each in (softmax, logits)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.parametrize("name", FROM_LATENTS)
@pytest.mark.parametrize("classes", [None, 3])
def test_networks_of_this_package_say_what_they_give(name, classes):
    small = {"generator_units": [4], "discriminator_units": [4]}
    if name != "dense":
        small = {"filters": 4, "output_activation": "tanh"}
    generator, discriminator = getattr(keras_gan.networks, name)(
        (16, 12, 1), num_classes=classes, **small
    )
    assert _stated(generator) == Values(-1.0, 1.0)
    # A product of vectors may be anything, so the network is run instead.
    by_product = name in ("r3gan", "style_gan") and classes is not None
    stated = None if by_product else Values(-INF, INF)
    assert _stated(discriminator) == stated


def test_scores_by_a_product_with_the_class_are_no_probabilities():
    pair = keras_gan.networks.r3gan((16, 12, 1), num_classes=3, filters=4)
    gan = keras_gan.ConditionalGAN(*pair, seed=1)
    gan.compile()
    assert not gan.gives_probabilities("discriminator")
