"""Several updates of the generator for each one of the discriminator."""

import keras
import numpy as np
import pytest
import tiny
from keras import ops

import keras_gan
from keras_gan import recipes
from keras_gan.models import turns


def fit(model, data, **kwargs):
    settings = {"epochs": 1, "batch_size": 16, "verbose": 0, "shuffle": False}
    return model.fit(data, **{**settings, **kwargs}).history


def updates(model):
    return [
        int(ops.convert_to_numpy(each.iterations))
        for each in model.optimizer.optimizers
    ]


@pytest.mark.parametrize(
    ("steps", "epochs", "expected"),
    [(1, 2, 6), (2, 2, 3), pytest.param(5, 2, 1, marks=pytest.mark.slow)],
)
def test_the_discriminator_is_updated_at_every_kth_step(
    steps, epochs, expected, images
):
    model = tiny.gan(generator_steps=steps)
    fit(model, images[:48], epochs=epochs)  # Three batches an epoch.
    assert updates(model) == [expected, 3 * epochs]


def test_the_discriminator_stays_as_it_is_between_its_updates(images):
    model = tiny.gan(generator_steps=3)
    before = tiny.weights(model.discriminator)
    made = tiny.weights(model.generator)
    for step in range(3):
        model.train_on_batch(images[:16])
        same = all(
            np.array_equal(one, other)
            for one, other in zip(
                before, tiny.weights(model.discriminator), strict=True
            )
        )
        assert same == (step < 2)
        now = tiny.weights(model.generator)
        assert not np.array_equal(made[0], now[0])
        made = now


@pytest.mark.slow_on_tensorflow
def test_a_lazy_penalty_counts_the_discriminators_own_updates(images):
    class Counted(keras_gan.regularizers.R1):
        def __call__(self, critic, real, fake, seed):
            return ops.convert_to_tensor(2.0)

    model = tiny.gan(
        generator_steps=2, regularizer=Counted(1.0, interval=3), seed=1
    )
    losses = [
        model.train_on_batch(images[:16], return_dict=True)["d_loss"]
        for _ in range(4)
    ]
    # The penalty is due at the first update, and counts three times.
    assert losses[1] == pytest.approx(6.0 + 1.4, abs=1.0)
    assert losses[3] == pytest.approx(1.4, abs=1.0)


@pytest.mark.slow_on_tensorflow
@pytest.mark.parametrize(
    "settings", [{}, {"regularizer": "r1"}], ids=["plain", "penalised"]
)
def test_until_its_first_update_the_logs_show_the_discriminators_loss(
    settings, images
):
    model = tiny.gan(generator_steps=3, seed=1, **settings)
    names = ("d_loss", "d_real", *model.penalty_names)
    expected = model.evaluate(images[:16], verbose=0, return_dict=True)
    logs = model.train_on_batch(images[:16], return_dict=True)
    for name in names:
        assert expected[name] != 0.0
        # The latents are others: training draws its own.
        assert logs[name] == pytest.approx(expected[name], rel=0.2)
    assert (
        model.train_on_batch(images[:16], return_dict=True)["d_loss"]
        == (logs["d_loss"])
    )
    model.train_on_batch(images[:16])
    assert updates(model) == [1, 3]


@pytest.mark.slow_on_tensorflow
def test_what_is_shown_before_changes_nothing_that_is_trained(
    images, monkeypatch
):
    def trained():
        keras.utils.set_random_seed(1)
        model = tiny.gan_r1_ema(generator_steps=2)
        fit(model, images[:48])
        return tiny.state(model)

    shown = trained()
    monkeypatch.setattr(turns.Turns, "_estimate", lambda *given: None)
    for one, other in zip(shown, trained(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_both_players_cannot_make_several_updates():
    with pytest.raises(
        ValueError, match=r"discriminator_steps=2, generator_steps=3"
    ):
        tiny.gan(discriminator_steps=2, generator_steps=3)
    with pytest.raises(ValueError, match="discriminator_steps=5"):
        keras_gan.WGANGP(*tiny.pair(), generator_steps=2)
    model = tiny.wgan_gp(discriminator_steps=1, generator_steps=2)
    assert model.generator_steps == 2


@pytest.mark.parametrize("steps", [0, 1.5, True])
def test_generator_steps_is_a_number_of_updates(steps):
    with pytest.raises(ValueError, match="generator_steps="):
        tiny.gan(generator_steps=steps)


@pytest.mark.slow_on_tensorflow
def test_too_few_steps_for_the_discriminator_are_said(images):
    model = tiny.gan(generator_steps=50)
    with pytest.warns(UserWarning, match=r"discriminator.*generator_steps=50"):
        fit(model, images)


@pytest.mark.parametrize(
    "make", [tiny.gan_r1_ema, tiny.pix2pix, tiny.cycle_gan]
)
def test_it_is_a_part_of_the_configuration(make):
    model = make(generator_steps=4)
    again = type(model).from_config(model.get_config())
    assert again.players["discriminator"].every == 4
    # A subclass whose constructor does not take it can be made again, too.
    assert "generator_steps" not in make().get_config()


@pytest.mark.slow_on_tensorflow
def test_a_resumed_run_goes_on_in_the_middle_of_its_turns(images, tmp_path):
    keras.utils.set_random_seed(1)
    model = tiny.gan_r1_ema(generator_steps=2)
    fit(model, images[:48])  # Three steps: the fourth updates both.
    model.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert fit(loaded, images[:48]) == fit(model, images[:48])
    for one, other in zip(tiny.state(loaded), tiny.state(model), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_recipe_counts_the_updates_of_its_schedules_by_it():
    recipe = recipes.override(
        recipes.get("vanilla"),
        [
            *(("model.generator_steps", 4), ("batch_size", 10), ("epochs", 2)),
            ("schedule", "cosine"),
        ],
    )
    gan = recipes.assemble(recipe, (8, 8, 1), num_images=100)
    steps = [
        each.get_config()["learning_rate"]["config"]["decay_steps"]
        for each in gan.optimizer.optimizers
    ]
    assert steps == [5, 20]


def test_the_summary_says_it(capsys):
    tiny.gan(generator_steps=3).summary()
    assert "generator steps: 3" in capsys.readouterr().out
