import keras
import numpy as np
import pytest
import tiny

from keras_gan.callbacks import GradientClipping, WeightClipping

RATE = 0.5


def one_step(images, callbacks, **compile_kwargs):
    """Each player's change of weights by one step of plain descent."""
    keras.utils.set_random_seed(1)
    model = tiny.gan(seed=3)
    settings = {
        "d_opt": keras.optimizers.SGD(RATE),
        "g_opt": keras.optimizers.SGD(RATE),
        **compile_kwargs,
    }
    model.compile(**settings)
    players = {"d": model.discriminator, "g": model.generator}
    before = {
        k: [v.numpy() for v in net.trainable_variables]
        for k, net in players.items()
    }
    model.fit(
        images[:16], batch_size=16, epochs=1, verbose=0, callbacks=callbacks
    )
    changes = {
        k: [
            (old - v.numpy()) / RATE
            for old, v in zip(before[k], net.trainable_variables, strict=True)
        ]
        for k, net in players.items()
    }
    return model, changes


@pytest.fixture(scope="module")
def plain(images):
    keras.utils.set_random_seed(1)
    return one_step(images, [])[1]


def norm(gradients):
    return np.sqrt(sum(np.sum(np.square(g)) for g in gradients))


def clipped_by_hand(gradients, rule, threshold):
    if rule == "value":
        return [np.clip(g, -threshold, threshold) for g in gradients]
    if rule == "norm":
        return [g * min(1.0, threshold / norm([g])) for g in gradients]
    whole = norm(gradients)
    return [g * min(1.0, threshold / whole) for g in gradients]


@pytest.mark.parametrize("rule", ["value", "norm", "global_norm"])
def test_the_update_is_the_clipped_gradient(rule, images, plain):
    # The discriminator moves first, so its gradient is that of `plain`.
    threshold = 0.5 * norm(plain["d"]) if rule != "value" else 0.01
    clip = GradientClipping(**{rule: threshold}, player="discriminator")
    _, changed = one_step(images, [clip])
    expected = clipped_by_hand(plain["d"], rule, threshold)
    assert norm(expected) < 0.95 * norm(plain["d"])
    for got, wanted in zip(changed["d"], expected, strict=True):
        np.testing.assert_allclose(got, wanted, atol=2e-6)


def test_only_the_chosen_player_is_clipped(images, plain):
    _, changed = one_step(images, [GradientClipping(1e-4, player="generator")])
    for got, wanted in zip(changed["d"], plain["d"], strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-6)
    largest = max(np.abs(change).max() for change in changed["g"])
    assert 0.9e-4 < largest <= 1.1e-4


@pytest.mark.slow
def test_the_tutorials_clipping_at_one(images):
    """`clipvalue=1.0` in the discriminator's optimizer is the same thing."""
    in_optimizer = keras.optimizers.SGD(RATE, clipvalue=1.0)
    _, expected = one_step(100.0 * images, [], d_opt=in_optimizer)
    _, changed = one_step(
        100.0 * images, [GradientClipping(1.0, player="discriminator")]
    )
    assert max(np.abs(change).max() for change in expected["d"]) > 0.999
    for got, wanted in zip(changed["d"], expected["d"], strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-5)


# The tutorial's images would draw a warning about their range.
pytestmark = pytest.mark.filterwarnings(
    "ignore:The generator's images lie in:UserWarning"
)


@pytest.mark.slow
def test_it_is_gone_after_fit(images):
    own = keras.optimizers.SGD(RATE, clipnorm=5.0)
    model, _ = one_step(images, [GradientClipping(1e-6)], d_opt=own)
    assert own.clipnorm == 5.0
    assert own.clipvalue is None
    before = tiny.weights(model.discriminator)
    model.fit(images[:16], batch_size=16, epochs=1, verbose=0)
    largest = max(
        np.abs(old - new).max()
        for old, new in zip(
            before, model.discriminator.get_weights(), strict=True
        )
    )
    assert largest > 1e-4


class Fails(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        raise RuntimeError("on purpose")


@pytest.mark.slow
@pytest.mark.parametrize(
    "callback", [GradientClipping(1.0), WeightClipping(0.5)], ids=type
)
def test_an_exception_in_fit_leaves_nothing_for_good(callback, images):
    model = tiny.gan()
    model.compile()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="on purpose"):
            model.fit(images, verbose=0, callbacks=[callback, Fails()])
    model.fit(images, verbose=0, callbacks=[callback])
    assert model.optimizer.discriminator.clipvalue is None
    weights = model.discriminator.trainable_variables
    assert all(weight.constraint is None for weight in weights)


def test_it_reaches_the_optimizer_inside_a_loss_scale(images):
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(RATE))
    _, changed = one_step(
        images, [GradientClipping(1e-3, player="discriminator")], d_opt=scaled
    )
    largest = max(np.abs(change).max() for change in changed["d"])
    assert 0.9e-3 < largest <= 1.1e-3


@pytest.mark.slow
def test_weights_stay_within_the_value(images):
    model = tiny.gan()
    generator = tiny.weights(model.generator)
    model.fit(
        images,
        batch_size=16,
        epochs=2,
        verbose=0,
        callbacks=[WeightClipping(0.02)],
    )
    values = [v.numpy() for v in model.discriminator.trainable_variables]
    largest = max(np.abs(value).max() for value in values)
    assert largest == pytest.approx(0.02)
    assert max(np.abs(w).max() for w in model.generator.get_weights()) > 0.1
    assert not np.array_equal(generator[0], model.generator.get_weights()[0])


@pytest.mark.slow
def test_weight_clipping_keeps_a_constraint_and_gives_it_back(images):
    model = tiny.gan()
    own = keras.constraints.NonNeg()
    model.discriminator.trainable_variables[0].constraint = own
    model.fit(images, verbose=0, callbacks=[WeightClipping(0.05)])
    weight = model.discriminator.trainable_variables[0]
    assert weight.constraint is own
    assert weight.numpy().min() >= 0.0
    assert weight.numpy().max() == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({}, "exactly one"),
        ({"value": 1.0, "norm": 1.0}, "exactly one"),
        ({"value": -1.0}, "`value`"),
        ({"norm": float("nan")}, "`norm`"),
        ({"global_norm": 0}, "`global_norm`"),
        ({"value": 1.0, "player": "a critic"}, "`player`"),
    ],
    ids=["none", "two", "negative", "nan", "zero", "player"],
)
def test_bad_gradient_clipping_is_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        GradientClipping(**arguments)


@pytest.mark.parametrize("value", [0, -0.1, float("inf"), "0.01"], ids=str)
def test_bad_weight_clipping_is_refused(value):
    with pytest.raises(ValueError, match="`value`"):
        WeightClipping(value)
