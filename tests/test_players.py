"""What a game of a user's own may look like, and what is refused."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan import callbacks
from tests import tiny

SGD = keras.optimizers.SGD


class Game(keras_gan.AdversarialModel):
    """Images from latents, on the base alone."""

    def __init__(self, generator, discriminator, **settings):
        judge = keras_gan.Player(
            "discriminator", {"discriminator": discriminator}
        )
        networks = {"generator": generator}
        maker = keras_gan.Player("generator", networks, **settings)
        super().__init__([judge, maker], seed=3)

    def make(self, batch, training=False):
        shape = (ops.shape(batch)[0], tiny.LATENT)
        seeds = self.seeds(training)
        latents = keras_gan.backend.draw(keras.random.normal, shape, seeds)
        return {"fake": self.generator(latents, training=training)}

    def judge(self, images, training):
        judged = self.discriminator(images, training=training)
        return self.scores("discriminator", judged)

    def player_loss(self, player, batch, outputs, training=True):
        fake = self.judge(outputs["fake"], training)
        if player == "generator":
            return self.adversarial_loss.generator(fake)
        real = self.judge(batch, training)
        return self.adversarial_loss.discriminator(real, fake)


def game(kind=Game, **settings):
    return kind(*tiny.pair(), **settings)


def encoder(built=True):
    inputs = [keras.Input(tiny.SHAPE)] if built else []
    return keras.Sequential([*inputs, layers.Flatten(), layers.Dense(4)])


def test_make_is_told_that_it_trains(images):
    """Keras' own default for `training` is False."""
    model = game()
    (layer,) = (
        each
        for each in model.generator.layers
        if isinstance(each, layers.BatchNormalization)
    )
    before = layer.moving_mean.numpy().copy()
    model.fit(images, verbose=0)
    assert not np.array_equal(before, layer.moving_mean.numpy())


@pytest.mark.slow
def test_batches_come_to_unpack_in_one_form(images, labels):
    class Pairs(Game):
        def unpack(self, data):
            real, _ = data
            assert not isinstance(real, np.ndarray)
            return real

    model = game(Pairs)
    model.fit(images, labels, verbose=0)
    model.train_on_batch(images[:8], labels[:8])
    model.test_on_batch(images[:8], labels[:8])
    model.evaluate(images, labels, verbose=0)


@pytest.mark.slow
def test_a_dict_comes_to_unpack_as_it_is(images):
    class Named(Game):
        def unpack(self, data):
            return data["picture"]

    model = game(Named)
    model.fit({"picture": images}, verbose=0)
    model.train_on_batch({"picture": images[:8]})


@pytest.mark.slow
def test_images_alone_come_to_unpack_alone(images):
    class Scaled(Game):
        def unpack(self, data):
            return data * 1.0

    model = game(Scaled)
    model.fit(images, verbose=0)
    model.train_on_batch(images[:8])


@pytest.mark.parametrize(
    ("returned", "match"),
    [
        (lambda self, fake: None, "player_loss for the disc.*NoneType"),
        (lambda self, fake: fake, "must return a scalar.*keras.ops.mean"),
        (lambda self, fake: (0.0, {}, {}), "a tuple of 3"),
        (lambda self, fake: (0.0, {"d_loss": 1.0}), "d_loss.*other names"),
    ],
    ids=["nothing", "not averaged", "too much", "a log that is taken"],
)
def test_what_is_no_loss_is_refused_by_name(returned, match, images):
    class Wrong(Game):
        def player_loss(self, player, batch, outputs, training=True):
            return returned(self, self.judge(outputs["fake"], training))

    with pytest.raises(ValueError, match=match):
        game(Wrong).fit(images, verbose=0)


def test_scores_of_an_unknown_network_are_refused(images):
    class Wrong(Game):
        def judge(self, images, training):
            judged = self.discriminator(images, training=training)
            return self.scores("critic", judged)

    with pytest.raises(ValueError, match=r"'discriminator'.*critic"):
        game(Wrong).fit(images, verbose=0)


def test_an_unbuilt_network_is_refused():
    model = game()
    with pytest.raises(ValueError, match="must be built"):
        model.add_network("encoder", encoder(built=False), player="generator")


def test_a_network_of_no_player_is_refused_unless_it_is_frozen():
    model = game()
    model.extra = encoder()
    with pytest.raises(ValueError, match="belong to no player"):
        model.compile()
    model.extra.trainable = False
    model.compile()


def test_an_unbuilt_network_of_no_player_is_refused():
    model = game()
    model.extra = encoder(built=False)
    with pytest.raises(ValueError, match="belong to no player"):
        model.compile()


def test_a_variable_of_no_player_is_refused():
    model = game()
    model.log_scale = keras.Variable(0.0, name="log_scale")
    with pytest.raises(ValueError, match=r"log_scale.*belong to no player"):
        model.compile()


def test_an_added_network_is_trained_and_comes_back(images, tmp_path):
    class WithEncoder(Game):
        def player_loss(self, player, batch, outputs, training=True):
            loss = super().player_loss(player, batch, outputs, training)
            if player == "generator":
                code = self.encoder(outputs["fake"], training=training)
                loss = loss + ops.mean(ops.square(code))
            return loss

    model = game(WithEncoder)
    model.add_network("encoder", encoder(), player="generator")
    before = tiny.weights(model.encoder)
    model.fit(images, verbose=0)
    after = tiny.weights(model.encoder)
    assert not np.array_equal(before[0], after[0])
    model.save_weights(tmp_path / "a.weights.h5")
    again = game(WithEncoder)
    again.add_network("encoder", encoder(), player="generator")
    again.load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_array_equal(after[0], again.encoder.get_weights()[0])


def players(*names, **settings):
    return [
        keras_gan.Player(name, {f"{name}_network": encoder()}, **settings)
        for name in names
    ]


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: players("judge", "juror"), "different letters"),
        (lambda: players("a", "b", regularizer="r1"), "one player only"),
        (
            lambda: [keras_gan.Player("a", {"optimizer": encoder()})],
            "attribute of the model",
        ),
        (
            lambda: [keras_gan.Player("a", {"weights": encoder()})],
            "attribute of the model",
        ),
        (lambda: [keras_gan.Player("a", {"ema_x": encoder()})], "ema_"),
    ],
    ids=["one letter", "one penalty", "taken later", "taken", "an average"],
)
def test_players_that_cannot_play_are_refused(make, match):
    with pytest.raises(ValueError, match=match):
        keras_gan.AdversarialModel(make())


def test_a_network_has_one_name_in_a_player():
    network = encoder()
    with pytest.raises(ValueError, match="named once"):
        keras_gan.Player("a", {"one": network, "two": network})


def test_players_play_in_one_model():
    ours = players("a", "b")
    keras_gan.AdversarialModel(ours)
    with pytest.raises(ValueError, match="players of its own"):
        keras_gan.AdversarialModel(ours)


def test_a_player_of_another_name_is_clipped(images):
    class Critics(Game):
        def __init__(self, generator, discriminator):
            critic = {"discriminator": discriminator}
            keras_gan.AdversarialModel.__init__(
                self,
                [
                    keras_gan.Player("critic", critic),
                    keras_gan.Player("generator", {"generator": generator}),
                ],
            )

        def player_loss(self, player, batch, outputs, training=True):
            player = player.replace("critic", "discriminator")
            return super().player_loss(player, batch, outputs, training)

    model = game(Critics)
    clip = callbacks.WeightClipping(0.01, player="critic")
    model.fit(images, verbose=0, callbacks=[clip])
    for weight in model.discriminator.trainable_variables:
        assert np.abs(weight.numpy()).max() <= 0.01 + 1e-7
    other = callbacks.WeightClipping(0.01, player="encoder")
    with pytest.raises(ValueError, match=r"no player 'encoder'.*critic"):
        model.fit(images, verbose=0, callbacks=[other])


def test_every_and_average_work_on_the_base(images):
    model = game(every=3, ema_decay=0.5)
    model.compile({"generator": SGD(0.1), "discriminator": SGD(0.1)})
    model.fit(images, batch_size=10, verbose=0)
    steps = int(model.optimizer.generator.iterations.numpy())
    assert steps == 7 // 3
    averaged = tiny.weights(model.ema_generator)
    assert not np.array_equal(averaged[0], tiny.weights(model.generator)[0])


def test_a_penalty_of_ones_own_game_is_the_stated_one(images):
    """On `a x`, R1 is half the weight times `|a|^2`."""

    class Penalised(Game):
        def __init__(self, generator, discriminator):
            judge = {"discriminator": discriminator}
            keras_gan.AdversarialModel.__init__(
                self,
                [
                    keras_gan.Player("discriminator", judge, regularizer="r1"),
                    keras_gan.Player("generator", {"generator": generator}),
                ],
            )

        def penalty(self, player, regularizer, batch, outputs, training=True):
            critic = self.bound(
                lambda images: self.judge(images, training), "discriminator"
            )
            seeds = self.seeds(training)
            return regularizer(critic, batch, outputs["fake"], seeds)

    images_in = keras.Input(tiny.SHAPE)
    flat = layers.Flatten()(images_in)
    judge = keras.Model(images_in, layers.Dense(1, use_bias=False)(flat))
    model = Penalised(tiny.generator(), judge)
    logs = model.test_on_batch(images, return_dict=True)
    (a,) = judge.get_weights()
    assert logs["r1"] == pytest.approx(5 * np.square(a).sum(), rel=1e-5)


def used_by_another_gan():
    optimizer = keras.optimizers.Adam()
    tiny.gan().compile(g_opt=optimizer)
    return optimizer


def used_by_a_keras_model():
    model = keras.Sequential([layers.Input((3,)), layers.Dense(1)])
    optimizer = keras.optimizers.RMSprop()
    model.compile(optimizer, "mse")
    model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
    return optimizer


def used_in_float16():
    optimizer = used_by_another_gan()
    return keras.optimizers.LossScaleOptimizer(optimizer)


@pytest.mark.parametrize(
    "make", [used_by_another_gan, used_by_a_keras_model, used_in_float16]
)
def test_an_optimizer_of_other_weights_is_refused_by_compile(make):
    with pytest.raises(
        ValueError, match="generator's optimizer was built for other weights"
    ):
        tiny.gan().compile(g_opt=make())


def test_an_optimizer_goes_on_in_a_gan_that_is_compiled_again(images):
    gan = tiny.gan()
    optimizer = keras.optimizers.Adam()
    gan.compile(g_opt=optimizer)
    gan.fit(images[:16], batch_size=8, verbose=0)
    first = next(each for each in gan.generator.layers if each.weights)
    first.trainable = False
    gan.compile(g_opt=optimizer)
    assert int(optimizer.iterations) == 2
    gan.fit(images[:16], batch_size=8, verbose=0)
    assert int(optimizer.iterations) == 4


def test_compile_says_what_it_takes():
    with pytest.raises(TypeError, match=r"discriminator.*generator"):
        game().compile(SGD())
    with pytest.raises(ValueError, match="takes no metrics"):
        game().compile(metrics=[keras.metrics.MeanSquaredError()])


def test_pictures_of_several_sizes_stand_side_by_side(images, tmp_path):
    class Shown(Game):
        def pictures(self, batch):
            return {"small": batch[:, ::2, ::2], "large": batch}

    snapshot = callbacks.ImageSnapshot(tmp_path, num_images=4, gif=False)
    game(Shown).fit(images, verbose=0, callbacks=[snapshot])
    assert (tmp_path / "epoch-0001.png").is_file()


def test_arrays_of_several_lengths_are_refused(images):
    with pytest.raises(ValueError, match="equally many"):
        game().fit(images, images[:30], verbose=0)


@pytest.mark.slow
def test_settings_that_a_file_loses_are_missed(images, tmp_path):
    model = game(every=2, ema_decay=0.9)
    model.fit(images, verbose=0)
    model.save_weights(tmp_path / "a.weights.h5")
    with pytest.warns(UserWarning, match="other settings"):
        game(every=3, ema_decay=0.9).load_weights(tmp_path / "a.weights.h5")


@pytest.mark.slow
def test_numbers_come_in_the_precision_that_keras_has(images):
    class Asking(Game):
        def unpack(self, data):
            assert keras.backend.standardize_dtype(data.dtype) == "float32"
            return data

    model = game(Asking)
    model.fit(images.astype("float64"), verbose=0)
    model.train_on_batch(images[:8].astype("float64"))
