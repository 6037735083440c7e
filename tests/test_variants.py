"""What holds for every GAN holds for other games, built in or a user's own."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from keras_gan import callbacks
from tests import tiny, variants

SGD = keras.optimizers.SGD
_OFTEN = (variants.cycle_gan, variants.info_gan)
GAMES = (*variants.VARIANTS, *variants.TRANSLATORS)


def called(make):
    own = make in variants.TRANSLATORS
    return f"built-in {make.__name__}" if own else make.__name__


every_game = pytest.mark.parametrize("make", GAMES, ids=called)

# The others are made of the same parts.
some_variants = pytest.mark.parametrize(
    "make",
    [
        pytest.param(make, marks=() if make in _OFTEN else pytest.mark.slow)
        for make in GAMES
    ],
    ids=called,
)


def fit(model, x, y, **kwargs):
    settings = {"batch_size": 32, "verbose": 0, **kwargs}
    return model.fit(x, y, **settings).history


def optimizers(model, frozen=None):
    """Rates of 0 for one player."""
    return {
        name: SGD(0.0 if name == frozen else 0.05) for name in model.players
    }


def compiled(model, frozen=None):
    found = optimizers(model, frozen)
    return compile_with(model, found)


def compile_with(model, found):
    named = (keras_gan.GAN, keras_gan.Pix2Pix, keras_gan.CycleGAN)
    if isinstance(model, named):
        model.compile(found["discriminator"], found["generator"])
    else:
        model.compile(found)
    return model


def equal(left, right):
    return all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))


def trained(player):
    return [ops.convert_to_numpy(v) for v in player.trainable_variables]


@some_variants
@pytest.mark.parametrize("frozen", ["discriminator", "generator"])
def test_a_step_of_one_player_leaves_the_other_untouched(
    make, frozen, images, labels
):
    model = compiled(make(), frozen)
    before = {name: trained(p) for name, p in model.players.items()}
    fit(model, *variants.data(make, images, labels))
    for name, player in model.players.items():
        assert equal(before[name], trained(player)) == (name == frozen)


@some_variants
def test_each_network_of_a_player_is_trained(make, images, labels):
    model = compiled(make())
    networks = model.players.networks
    before = {name: tiny.weights(each) for name, each in networks.items()}
    fit(model, *variants.data(make, images, labels))
    for name, network in networks.items():
        assert not equal(before[name], tiny.weights(network)), name


@pytest.mark.slow_on_tensorflow
@every_game
def test_a_loaded_variant_goes_on_to_the_bit(make, images, labels, tmp_path):
    x, y = variants.data(make, images, labels)
    straight = tiny.made_afresh(make)
    fit(straight, x, y, epochs=3)

    stopped = tiny.made_afresh(make)
    fit(stopped, x, y, epochs=2)
    stopped.save(tmp_path / "gan.keras")
    keras.utils.set_random_seed(99)
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    assert equal(tiny.state(stopped), tiny.state(resumed))
    fit(resumed, x, y, initial_epoch=2, epochs=3)

    assert type(resumed) is type(straight)
    assert equal(tiny.state(straight), tiny.state(resumed))


@pytest.mark.slow_on_tensorflow
@some_variants
def test_evaluate_changes_nothing_and_repeats_itself(make, images, labels):
    x, y = variants.data(make, images, labels)
    model = compiled(make())
    fit(model, x, y)
    before = model.get_weights()
    first = model.evaluate(x, y, verbose=0, return_dict=True)
    assert equal(before, model.get_weights())
    assert first == model.evaluate(x, y, verbose=0, return_dict=True)


@pytest.mark.slow_on_tensorflow
@some_variants
def test_watching_changes_nothing(make, images, labels, tmp_path):
    x, y = variants.data(make, images, labels)
    runs = []
    for watched in (False, True):
        model = tiny.made_afresh(make)
        watching = [
            callbacks.ImageSnapshot(tmp_path / "pictures", num_images=4),
            callbacks.TensorBoard(
                tmp_path / "board", histogram_freq=1, watch_gradients=False
            ),
            callbacks.Rollback(gradient_norm=None),
        ]
        fit(model, x, y, epochs=2, callbacks=watching if watched else [])
        runs.append(tiny.state(model))
    assert equal(*runs)
    assert len(list((tmp_path / "pictures").glob("epoch-*.png"))) == 2


@some_variants
def test_clipping_bounds_the_step_of_each_player(make, images, labels):
    x, y = variants.data(make, images, labels)
    model = make()
    largest = {name: SGD(1.0) for name in model.players}
    compile_with(model, largest)
    before = {name: trained(p) for name, p in model.players.items()}
    fit(model, x[:32], None if y is None else y[:32],
        callbacks=[callbacks.GradientClipping(1e-3)])  # fmt: skip
    for name, player in model.players.items():
        for was, now in zip(before[name], trained(player), strict=True):
            assert np.abs(now - was).max() <= 1.001e-3


@pytest.mark.slow_on_tensorflow
@some_variants
def test_a_run_that_diverges_goes_back(make, images, labels):
    x, y = variants.data(make, images, labels)
    model = compiled(make())
    bad = x.copy()
    fit(model, x, y)
    before = model.get_weights()
    # Of what comes in batches, the first is looked at; the last one is not.
    bad[-1] = np.inf
    halves = [slice(0, len(x) // 2), slice(len(x) // 2, None)]
    batches = (bad[h] if y is None else (bad[h], y[h]) for h in halves)
    rescue = callbacks.Rollback(max_returns=0)
    with pytest.warns(UserWarning, match="diverged"):
        model.fit(batches, steps_per_epoch=2, verbose=0, callbacks=[rescue])
    assert rescue.reason is not None
    assert equal(before, model.get_weights())


@pytest.mark.parametrize(
    "make", variants.VARIANTS, ids=lambda make: make.__name__
)
def test_the_lines_of_a_variant_fit_one_page(make):
    name = make.__name__
    lines = (variants.FOLDER / f"{name}.py").read_text().splitlines()
    assert len(lines) <= 80
