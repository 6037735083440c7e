"""What `fit` can do, it can do for models of images to images."""

import keras
import numpy as np
import pytest
from keras import ops

from tests import tiny, variants

BACKEND = keras.backend.backend()
every_translator = pytest.mark.parametrize(
    "make", variants.TRANSLATORS, ids=lambda make: make.__name__
)


def fit(model, images, **kwargs):
    settings = {"batch_size": 32, "epochs": 2, "verbose": 0, **kwargs}
    return model.fit(images, images[:, ::-1].copy(), **settings).history


def trained(make, images, **compilation):
    keras.utils.set_random_seed(1)
    model = make()
    model.compile(**compilation)
    fit(model, images)
    return model.get_weights()


@pytest.mark.slow
@every_translator
def test_eager_equals_compiled(make, images):
    runs = [trained(make, images, run_eagerly=eager) for eager in (True, False)]
    for eager, compiled in zip(*runs, strict=True):
        np.testing.assert_allclose(eager, compiled, atol=5e-5)


@pytest.mark.slow
@pytest.mark.skipif(BACKEND == "torch", reason="Keras: one step on torch")
@every_translator
def test_several_steps_an_execution_equal_single_ones(make, images):
    runs = [trained(make, images[:64], steps_per_execution=n) for n in (1, 2)]
    for single, several in zip(*runs, strict=True):
        np.testing.assert_allclose(single, several, atol=5e-6)


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@every_translator
def test_mixed_precision_trains(make, policy, images):
    if (BACKEND, policy) == ("torch", "mixed_float16"):
        # "slow_conv2d: grad_weight must be contiguous", where a convolution
        # of several channels makes one.
        pytest.skip("torch has no such gradient in float16 on the CPU")
    keras.config.set_dtype_policy(policy)
    try:
        model = make()
        history = fit(model, images)
        made = model.translate(images[:3])
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite([values[-1] for values in history.values()]).all()
    assert made.dtype == np.float32
    assert np.isfinite(made).all()


@pytest.mark.slow
@every_translator
def test_accumulated_gradients_move_weights_at_every_second_step(make, images):
    model = make(regularizer=None, ema_decay=None)
    adams = [
        keras.optimizers.Adam(1e-3, gradient_accumulation_steps=2)
        for _ in range(2)
    ]
    model.compile(*adams)
    pair = images[:16], images[16:32]
    networks = [*model.generators, *model.discriminators]
    before = [tiny.weights(each) for each in networks]
    model.train_on_batch(*pair)
    for was, network in zip(before, networks, strict=True):
        assert all(map(np.array_equal, was, tiny.weights(network)))
    model.train_on_batch(*pair)
    for was, network in zip(before, networks, strict=True):
        assert not all(map(np.array_equal, was, tiny.weights(network)))


@pytest.mark.slow
@pytest.mark.skipif(BACKEND != "tensorflow", reason="needs tf.distribute")
@every_translator
def test_one_replica_equals_none(make, images):
    import tensorflow as tf

    # TensorFlow adds gradients in an order that names of layers decide, and
    # those count on: "conv2d_10" comes before "conv2d_9", and "conv2d_8" too.
    keras.backend.clear_session()
    expected = trained(make, images[:64])
    keras.backend.clear_session()
    with tf.distribute.MirroredStrategy(["CPU:0"]).scope():
        found = trained(make, images[:64])
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def served(folder, images):
    """What TensorFlow alone makes of images by an exported network."""
    tf = pytest.importorskip("tensorflow")
    network = tf.saved_model.load(str(folder))
    return np.asarray(network.serve(images))


# Keras' export to SavedModel on JAX names an argument that JAX retires.
exports = pytest.mark.filterwarnings(
    "ignore:The `native_serialization` parameter:DeprecationWarning"
)
not_on_torch = pytest.mark.skipif(
    BACKEND == "torch", reason="SavedModel is not torch's"
)


@exports
@not_on_torch
def test_the_averaged_generator_of_pairs_is_exported(images, tmp_path):
    model = tiny.pix2pix(ema_decay=0.5)
    model.ema_generator.set_weights(
        [w + 0.1 for w in model.ema_generator.get_weights()]
    )
    model.export(tmp_path / "there", verbose=False)
    np.testing.assert_allclose(
        served(tmp_path / "there", images[:3]),
        model.translate(images[:3]),
        atol=1e-5,
    )


@exports
@not_on_torch
@pytest.mark.parametrize(
    "direction", [pytest.param("ab", marks=pytest.mark.slow), "ba"]
)
def test_a_direction_is_exported(direction, images, tmp_path):
    model = tiny.cycle_gan(ema_decay=0.5)
    model.export(tmp_path / "there", direction=direction, verbose=False)
    np.testing.assert_allclose(
        served(tmp_path / "there", images[:3]),
        model.translate(images[:3], direction=direction),
        atol=1e-5,
    )


@every_translator
def test_fit_compiles_itself_as_in_the_papers(make, images):
    model = make()
    model.compile()
    for name in ("discriminator", "generator"):
        adam = getattr(model.optimizer, name)
        assert float(ops.convert_to_numpy(adam.learning_rate)) == (
            pytest.approx(2e-4)
        )
        assert adam.beta_1 == 0.5
    losses = {"pix2pix": "NonSaturating", "cycle_gan": "LeastSquares"}
    assert type(model.adversarial_loss).__name__ == losses[make.__name__]
