"""The callbacks of GANs, on models that translate images."""

import keras
import numpy as np
import pytest

from keras_gan.callbacks import GradientClipping, Rollback, WeightClipping
from keras_gan.models.fixed_samples import ScoredSamples
from tests import tiny, variants

every_translator = pytest.mark.parametrize(
    "make", variants.TRANSLATORS, ids=lambda make: make.__name__
)


def fit(model, images, callbacks, epochs=1):
    model.fit(
        images[:16],
        images[16:32],
        batch_size=8,
        epochs=epochs,
        verbose=0,
        callbacks=callbacks,
    )


class Breaks(keras.callbacks.Callback):
    """Puts NaN into a generator's weight before the last step."""

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == (1, 1):
            weight = self.model.generators[0].trainable_variables[0]
            weight.assign(np.full(weight.shape, np.nan, "float32"))


class Keeps(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.states = []

    def on_epoch_end(self, epoch, logs=None):
        self.states.append(tiny.state(self.model))


@every_translator
def test_a_run_that_breaks_is_as_it_was(make, images):
    """Weights, averages, optimizers, seeds, and a CycleGAN's past images."""
    model, keeps = make(), Keeps()
    model.compile(run_eagerly=True)
    with pytest.warns(UserWarning, match="after epoch 1"):
        fit(model, images, [Rollback(factor=1.0), Breaks(), keeps], epochs=2)
    for first, second in zip(*keeps.states, strict=True):
        np.testing.assert_array_equal(first, second)


def rescued(images, **weights):
    model = tiny.pix2pix(**weights)
    model.compile(run_eagerly=True)
    rescue = Rollback(accuracy=0.51, patience=1, gradient_norm=None)
    model.scored_samples = lambda seed: won(images)
    fit(model, images, [rescue])
    return rescue


def won(images):
    flat = images[:8].reshape(8, -1)
    ones = np.ones((8, 1))
    return ScoredSamples(flat, flat, ones, -ones)


def test_a_discriminator_that_the_generator_does_not_pay_for_may_win(images):
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay
    content_first = schedule([100], [0.0, 1.0])
    assert rescued(images, adversarial_weight=content_first).returns == 0


def test_a_discriminator_that_has_won_is_seen_with_cures_that_there_are(images):
    with pytest.warns(UserWarning, match="has won.*jitter and flips"):
        assert rescued(images).returns == 1


def moved(model, images, callbacks):
    """By how much each player's weights move in a step of plain descent."""
    model.compile(
        keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0), run_eagerly=True
    )
    before = {
        player.name: [
            keras.ops.convert_to_numpy(v).copy()
            for v in player.trainable_variables
        ]
        for player in model.players.values()
    }
    model.fit(
        images[:8], images[8:16], batch_size=8, verbose=0, callbacks=callbacks
    )
    return {
        player.name: np.sqrt(
            sum(
                np.sum((keras.ops.convert_to_numpy(v) - was) ** 2)
                for v, was in zip(
                    player.trainable_variables, before[player.name], strict=True
                )
            )
        )
        for player in model.players.values()
    }


@every_translator
def test_one_norm_is_over_all_networks_of_a_player(make, images):
    clip = GradientClipping(global_norm=1e-3)
    found = moved(make(regularizer=None), images, [clip])
    assert found == {
        "discriminator": pytest.approx(1e-3, rel=1e-3),
        "generator": pytest.approx(1e-3, rel=1e-3),
    }


@every_translator
def test_the_weights_of_all_discriminators_are_clipped(make, images):
    model = make(regularizer=None)
    moved(model, images, [WeightClipping(0.01)])
    for networks, within in (
        (model.discriminators, True),
        (model.generators, False),
    ):
        for network in networks:
            largest = max(np.abs(w).max() for w in network.get_weights())
            assert (largest <= 0.01 + 1e-7) == within
