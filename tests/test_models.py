import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from keras_gan.models import steering
from tests import tiny

BACKEND = keras.backend.backend()


def slow(*values):
    return pytest.param(*values, marks=pytest.mark.slow)


every_model = tiny.every_model
# Between them they have every part that a step can have.
two_models = pytest.mark.parametrize(
    "make",
    [tiny.gan_r1_ema, tiny.conditional_wgan_gp],
    ids=lambda f: f.__name__,
)
# Where one of them shows it, the other is slow.
one_model = pytest.mark.parametrize(
    "make",
    [tiny.gan_r1_ema, slow(tiny.conditional_wgan_gp)],
    ids=lambda f: f.__name__,
)


def fit(model, images, labels, **kwargs):
    settings = {"epochs": 1, "batch_size": 32, "verbose": 0, **kwargs}
    return model.fit(images, labels, **settings).history


@pytest.fixture(scope="module")
def fitted(images, labels):
    """Trains one of each kind, for the tests that leave it as it is."""
    made = {}

    def get(make):
        if make not in made:
            model = make()
            made[make] = model, fit(model, images, labels)
        return made[make]

    return get


def equal(left, right):
    return all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))


# ------------------------------------------------- what holds for every model


@pytest.mark.slow_on_tensorflow
@every_model
def test_fit_needs_no_compile_and_logs_both_players(make, fitted):
    model, history = fitted(make)
    expected = {"d_loss", "g_loss", "d_real", "d_fake"}
    if isinstance(model, keras_gan.ACGAN):
        expected |= {"d_class_loss", "g_class_loss"}
    assert set(history) == expected | set(model.penalty_names)
    assert np.isfinite([values[-1] for values in history.values()]).all()


@every_model
def test_a_discriminator_step_leaves_the_generator_untouched(
    make, images, labels
):
    model = make(discriminator_steps=2)
    before = tiny.weights(model.generator), tiny.weights(model.discriminator)
    model.train_on_batch(images, labels)
    trainable = [v.trainable for v in model.generator.weights]
    after = tiny.weights(model.generator)
    for was, now, trained in zip(before[0], after, trainable, strict=True):
        # Batch statistics move, as in every training-mode pass.
        assert np.array_equal(was, now) or not trained
    assert not equal(before[1], tiny.weights(model.discriminator))


@every_model
def test_a_generator_step_leaves_the_discriminator_untouched(
    make, images, labels
):
    model = make(discriminator_steps=1)
    model.compile(d_opt=keras.optimizers.SGD(0.0))
    before = tiny.weights(model.generator), tiny.weights(model.discriminator)
    model.train_on_batch(images, labels)
    assert equal(before[1], tiny.weights(model.discriminator))
    assert not equal(before[0], tiny.weights(model.generator))


@every_model
def test_evaluate_changes_nothing_and_repeats_itself(
    make, fitted, images, labels
):
    model, _ = fitted(make)
    before = tiny.state(model)
    first = model.evaluate(images, labels, verbose=0, return_dict=True)
    changed = [
        not np.array_equal(a, b)
        for a, b in zip(before, tiny.state(model), strict=True)
    ]
    # Only the seed of the evaluation itself has moved.
    assert sum(changed) <= 1
    again = model.evaluate(images, labels, verbose=0, return_dict=True)
    assert first == again


@pytest.mark.slow_on_tensorflow
@two_models
def test_validation_does_not_change_training(make, images, labels):
    runs = []
    for validation in (None, (images[:20], labels[:20])):
        model = tiny.made_afresh(make)
        fit(model, images, labels, epochs=2, validation_data=validation)
        runs.append(model.get_weights())
    assert equal(*runs)


@pytest.mark.slow_on_tensorflow
@one_model
def test_the_same_seed_gives_the_same_run(make, images, labels):
    runs = []
    for _ in range(2):
        model = tiny.made_afresh(make)
        fit(model, images, labels, epochs=2)
        runs.append(tiny.state(model))
    assert equal(*runs)


@every_model
def test_predict_and_generate_are_deterministic(make, fitted):
    model, _ = fitted(make)
    first, again = model.generate(5, seed=3), model.generate(5, seed=3)
    assert first.shape == (5, 8, 8, 1)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, model.generate(5, seed=4))
    latents = model.latents(5, seed=3)
    inputs = latents
    if isinstance(model, keras_gan.ConditionalGAN):
        one_hot = np.eye(tiny.CLASSES, dtype="float32")[np.arange(5) % 3]
        inputs = [latents, one_hot]
    predicted = model.predict(inputs, verbose=0)
    np.testing.assert_allclose(predicted, first, atol=1e-6)


@every_model
def test_generate_does_not_depend_on_the_batch_size(make):
    model = make()
    whole = model.generate(7, seed=3)
    parts = model.generate(7, seed=3, batch_size=3)
    np.testing.assert_allclose(whole, parts, atol=1e-6)


@pytest.mark.slow_on_tensorflow
@two_models
def test_eager_equals_compiled(make, images, labels):
    runs = []
    for eager in (False, True):
        model = tiny.made_afresh(make)
        model.compile(run_eagerly=eager)
        fit(model, images, labels, epochs=2)
        runs.append(model.get_weights())
    for compiled, eager in zip(*runs, strict=True):
        np.testing.assert_allclose(compiled, eager, atol=2e-5)


@pytest.mark.slow_on_tensorflow
@pytest.mark.skipif(BACKEND == "torch", reason="Keras: one step on torch")
@two_models
def test_several_steps_an_execution_equal_single_ones(make, images, labels):
    runs = []
    for steps in (1, 2):
        model = tiny.made_afresh(make)
        model.compile(steps_per_execution=steps)
        fit(model, images[:64], labels[:64], epochs=2)
        runs.append(model.get_weights())
    for single, several in zip(*runs, strict=True):
        np.testing.assert_allclose(single, several, atol=2e-6)


@pytest.mark.parametrize(
    ("make", "policy"),
    [
        (tiny.gan_r1_ema, "mixed_float16"),
        (tiny.conditional_wgan_gp, "mixed_bfloat16"),
        slow(tiny.gan_r1_ema, "mixed_bfloat16"),
        slow(tiny.conditional_wgan_gp, "mixed_float16"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_mixed_precision_trains(make, policy, images, labels):
    keras.config.set_dtype_policy(policy)
    try:
        model = make()
        history = fit(model, images, labels, epochs=2)
        pictures = model.generate(3)
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite([values[-1] for values in history.values()]).all()
    assert pictures.dtype == np.float32
    assert np.isfinite(pictures).all()
    scaled = keras.optimizers.LossScaleOptimizer
    for optimizer in model.optimizer.optimizers:
        assert isinstance(optimizer, scaled) == (policy == "mixed_float16")


@pytest.mark.slow_on_tensorflow
@pytest.mark.skipif(
    keras.backend.backend() == "jax", reason="needs JAX_ENABLE_X64"
)
@one_model
def test_float64_trains(make, images, labels):
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        model = make()
        model.watch_gradients()
        history = fit(model, images, labels, epochs=2)
    finally:
        keras.config.set_dtype_policy("float32")
        keras.config.set_floatx("float32")
    assert {weight.dtype for weight in model.generator.weights} == {"float64"}
    assert np.isfinite([values[-1] for values in history.values()]).all()


@pytest.mark.slow_on_tensorflow
@two_models
def test_frozen_layers_stay_frozen(make, images, labels):
    model = make()
    generator, discriminator = tiny.pair("conditional" in make.__name__)
    frozen = generator.layers[-1], discriminator.layers[1]
    for layer in frozen:
        layer.trainable = False
    model = type(model)(generator, discriminator, seed=1)
    before = [tiny.weights(layer) for layer in frozen]
    fit(model, images, labels, epochs=3)
    for layer, was in zip(frozen, before, strict=True):
        assert equal(was, tiny.weights(layer))


@pytest.mark.slow_on_tensorflow
@two_models
def test_gradient_accumulation_waits(make, images, labels):
    model = make(discriminator_steps=1)
    model.compile(
        d_opt=keras.optimizers.Adam(1e-2, gradient_accumulation_steps=2),
        g_opt=keras.optimizers.Adam(1e-2, gradient_accumulation_steps=2),
    )
    before = tiny.weights(model.discriminator)
    model.train_on_batch(images, labels)
    assert equal(before, tiny.weights(model.discriminator))
    model.train_on_batch(images, labels)
    assert not equal(before, tiny.weights(model.discriminator))


@two_models
def test_a_summary_tells_networks_and_objective(make, capsys):
    model = make()
    model.summary()
    printed = capsys.readouterr().out
    assert '"generator"' in printed
    assert '"discriminator"' in printed
    assert "objective: " in printed


# --------------------------------------------------------- alternating updates


@pytest.mark.slow_on_tensorflow
@pytest.mark.parametrize(
    ("steps", "epochs", "updates"), [(1, 2, 6), (2, 2, 3), (3, 1, 1), (5, 2, 1)]
)
def test_the_generator_is_updated_at_every_kth_step(
    steps, epochs, updates, images
):
    model = tiny.gan(discriminator_steps=steps)
    fit(model, images, None, epochs=epochs)  # Three batches an epoch.
    assert int(ops.convert_to_numpy(model.optimizer.iterations)) == 3 * epochs
    generator = model.optimizer.generator.iterations
    assert int(ops.convert_to_numpy(generator)) == updates


@pytest.mark.slow_on_tensorflow
@pytest.mark.filterwarnings("ignore:The generator has not been updated")
def test_the_generators_loss_is_shown_before_its_first_update(images):
    model = tiny.gan(discriminator_steps=50)
    history = fit(model, images, None)
    # An untrained discriminator scores about 0, where the loss is log 2.
    assert history["g_loss"][0] == pytest.approx(np.log(2), abs=0.4)


@pytest.mark.slow_on_tensorflow
def test_a_lazy_penalty_is_logged_and_counts_interval_times(images):
    class Counted(keras_gan.regularizers.R1):
        def __call__(self, critic, real, fake, seed):
            return ops.convert_to_tensor(2.0)

    model = tiny.gan(regularizer=Counted(1.0, interval=3))
    logs = [
        model.train_on_batch(images, return_dict=True)["d_loss"]
        for _ in range(3)
    ]
    plain = tiny.gan()
    assert logs[0] == pytest.approx(6.0 + 2 * np.log(2), abs=0.8)
    assert (
        plain.train_on_batch(images, return_dict=True)["d_loss"] < logs[0] - 4
    )


def test_the_generator_step_sees_the_discriminator_in_training_mode(images):
    seen = []

    class Spy(keras.layers.Layer):
        def call(self, x, training=None):
            seen.append(bool(training))
            return x

    network = keras.Sequential(
        [keras.Input(tiny.SHAPE), Spy(), keras.layers.Flatten()]
    )
    network.add(keras.layers.Dense(1))
    model = keras_gan.GAN(tiny.generator(), network)
    seen.clear()
    model.train_on_batch(images)
    assert len(seen) >= 3
    assert all(seen)


def test_trainable_is_never_toggled(images):
    model = tiny.gan()
    fit(model, images, None)
    assert all(layer.trainable for layer in model.generator.layers)
    assert all(layer.trainable for layer in model.discriminator.layers)


# ------------------------------------------------------------------- objective


def loss_name(value):
    """Of a loss in any form, for the name of a test."""
    if isinstance(value, tuple):
        return "two functions"
    plain = isinstance(value, str | float)
    return str(value) if plain else type(value).__name__


@pytest.mark.slow_on_tensorflow
@pytest.mark.parametrize(
    "loss",
    [
        "minimax",
        "least_squares",
        "hinge",
        "relativistic",
        "relativistic_pairing",
        keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1),
        keras.losses.MeanSquaredError(),
        keras_gan.losses.NonSaturating(label_smoothing=0.1),
        (
            lambda real, fake: ops.mean(fake) - ops.mean(real),
            lambda fake: -ops.mean(fake),
        ),
    ],
    ids=loss_name,
)
def test_every_form_of_loss_trains(loss, images):
    model = tiny.gan()
    model.compile(loss=loss)
    before = tiny.weights(model.generator), tiny.weights(model.discriminator)
    history = fit(model, images, None)
    assert np.isfinite([values[-1] for values in history.values()]).all()
    assert not equal(before[0], tiny.weights(model.generator))
    assert not equal(before[1], tiny.weights(model.discriminator))


@pytest.mark.slow_on_tensorflow
def test_a_sigmoid_discriminator_trains_as_its_logits_do(images):
    runs = []
    for activation in (None, "sigmoid"):
        keras.utils.set_random_seed(1)
        model = keras_gan.GAN(
            tiny.generator(), tiny.discriminator(activation=activation), seed=5
        )
        fit(model, images, None, epochs=2)
        runs.append(model.get_weights())
    for logits, probabilities in zip(*runs, strict=True):
        np.testing.assert_allclose(logits, probabilities, atol=2e-3)


def test_an_explicit_mismatch_of_logits_warns():
    model = tiny.gan()
    with pytest.warns(UserWarning, match="ends in no sigmoid"):
        model.compile(loss=keras.losses.BinaryCrossentropy())


def test_an_overridden_objective_is_what_is_trained(images):
    class Still(keras_gan.GAN):
        def discriminator_loss(self, real, fake, condition=(), training=True):
            return 0.0 * ops.mean(self.discriminate(real, condition, training))

    model = Still(*tiny.pair(), seed=1)
    model.compile(d_opt=keras.optimizers.SGD(1.0))
    before = tiny.weights(model.discriminator)
    history = fit(model, images, None)
    assert history["d_loss"] == [0.0]
    assert equal(before, tiny.weights(model.discriminator))


def test_a_log_that_was_not_announced_is_refused(images):
    class Chatty(keras_gan.GAN):
        def generator_loss(self, real, fake, condition=(), training=True):
            loss, _ = super().generator_loss(real, fake, condition, training)
            return loss, {"mood": loss}

    with pytest.raises(ValueError, match="log_names"):
        Chatty(*tiny.pair()).train_on_batch(images)


@pytest.mark.slow_on_tensorflow
@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_adaptive_augmentation_is_steered_by_each_images_score(
    activation, images
):
    model = keras_gan.GAN(
        tiny.generator(),
        tiny.discriminator(activation=activation),
        augment="ada",
        seed=1,
    )
    history = fit(model, images, None, epochs=2)
    assert np.isfinite(history["d_loss"]).all()


def noise():
    return keras_gan.augment.InstanceNoise(0.1, decay_steps=9, seed=2)


@pytest.mark.slow_on_tensorflow
@pytest.mark.parametrize(
    "hold",
    [
        lambda layer: layer,
        lambda layer: keras.Sequential([layer]),
        lambda layer: ["brightness", keras.Sequential([layer])],
        lambda layer: keras_gan.augment.AdaptiveAugment([layer]),
        lambda layer: keras_gan.augment.Compose(
            [keras_gan.augment.Compose([layer])]
        ),
    ],
    ids=["alone", "sequential", "in a list", "adaptive", "composed twice"],
)
def test_what_augments_counts_each_update_once_wherever_it_is(hold, images):
    layer = noise()
    model = tiny.gan(augment=hold(layer))
    fit(model, images[:64], None, epochs=2)
    assert int(ops.convert_to_numpy(layer.step.value)) == 4


@pytest.mark.parametrize(
    ("loss", "score", "probability"),
    [
        ("non_saturating", 0.25, 0.5),
        ("least_squares", 0.25, 0.0),
        ("least_squares", 0.75, 0.5),
        slow(keras.losses.MeanSquaredError(), 0.25, 0.0),
        slow(keras.losses.BinaryCrossentropy(from_logits=True), 0.25, 0.5),
    ],
    ids=loss_name,
)
def test_adaptive_augmentation_rises_where_real_images_look_real(
    loss, score, probability, images
):
    judge = keras.Sequential(
        [
            keras.Input(tiny.SHAPE),
            keras.layers.Flatten(),
            keras.layers.Dense(
                1,
                kernel_initializer="zeros",
                bias_initializer=keras.initializers.Constant(score),
            ),
        ]
    )
    layer = keras_gan.augment.AdaptiveAugment(interval=1, ramp_images=64)
    model = keras_gan.GAN(tiny.generator(), judge, augment=layer, seed=1)
    model.compile(loss=loss)
    model.train_on_batch(images[:32])
    assert float(ops.convert_to_numpy(layer.probability.value)) == probability


def on_vectors(augment):
    generator = keras.Sequential(
        [keras.Input((tiny.LATENT,)), keras.layers.Dense(5)]
    )
    judge = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    return keras_gan.GAN(generator, judge, augment=augment, seed=1)


@pytest.mark.parametrize("augment", ["ada", "diffaugment", "color"])
def test_what_changes_images_is_refused_for_vectors(augment):
    with pytest.raises(ValueError, match=r"images, .*shape \(None, 5\)"):
        on_vectors(augment)


class OnlyHere(keras.layers.Layer):
    """Takes images of one shape."""

    def call(self, images, training=True):
        return ops.reshape(images, (-1, *tiny.SHAPE)) * 0.5


@pytest.mark.parametrize(
    "hold",
    [lambda x: x, lambda x: [x], keras_gan.augment.AdaptiveAugment],
    ids=["alone", "in a list", "adaptive"],
)
def test_a_layer_for_the_generators_images_alone_may_augment(hold):
    assert tiny.gan(augment=hold(OnlyHere())).augment is not None


def test_vectors_get_adaptive_noise_each_by_itself():
    layer = keras_gan.augment.AdaptiveAugment([noise()], seed=3)
    model = on_vectors(layer)
    model.train_on_batch(np.ones((8, 5), "float32"))
    layer.probability.assign(0.5)
    x = np.ones((1000, 5), "float32")
    y = ops.convert_to_numpy(layer(x))
    assert y.shape == x.shape
    changed = np.any(y != x, axis=1)
    assert changed.mean() == pytest.approx(0.5, abs=0.05)


def own_loss(**kwargs):
    return keras_gan.losses.CallableLosses(
        lambda real, fake: keras.ops.mean(fake) - keras.ops.mean(real),
        lambda fake: -keras.ops.mean(fake),
        **kwargs,
    )


def test_adaptive_augmentation_takes_a_boundary_that_it_is_told():
    tiny.gan(augment="ada").compile(loss=own_loss(boundary=0.0))


@pytest.mark.parametrize("loss", ["wasserstein", own_loss()])
def test_adaptive_augmentation_under_a_loss_without_boundary_warns(loss):
    model = tiny.gan(augment=["ada", noise()])
    with pytest.warns(UserWarning, match="the sign of a score says nothing"):
        model.compile(loss=loss)
    tiny.gan(augment="diffaugment").compile(loss=loss)


@pytest.mark.parametrize("level", [0.0, 7.0])
@pytest.mark.parametrize("loss", ["relativistic", "relativistic_pairing"])
def test_adaptive_augmentation_follows_the_middle_of_scores_that_drift(
    loss, level
):
    model = tiny.gan(augment=keras_gan.augment.AdaptiveAugment(interval=1))
    model.compile(loss=loss)
    # Halfway between the means, 2 and -2, lies 0: of 4 real scores 3 are above.
    real = np.array([[5.0], [2.0], [2.0], [-1.0]], "float32") + level
    fake = np.full((4, 1), -2.0, "float32") + level
    seen = []
    model.augment.observe = seen.append
    logs = {"d_real": real, "d_fake": fake}
    steering.steer(
        model, {k: ops.convert_to_tensor(v) for k, v in logs.items()}
    )
    assert (ops.convert_to_numpy(seen[0]) > 0).sum() == 3


def test_the_gap_of_the_scores_is_logged_for_losses_of_gaps(images):
    model = tiny.gan()
    model.compile(loss="relativistic_pairing")
    logs = {name: v[-1] for name, v in fit(model, images, None).items()}
    assert logs["d_gap"] == pytest.approx(
        logs["d_real"] - logs["d_fake"], abs=1e-5
    )


def test_adaptive_augmentation_needs_the_scores_of_real_images(images):
    class Silent(keras_gan.GAN):
        def discriminator_loss(self, real, fake, condition=(), training=True):
            loss, _ = super().discriminator_loss(
                real, fake, condition, training
            )
            return loss

    model = Silent(*tiny.pair(), augment="ada", seed=1)
    with pytest.raises(ValueError, match=r"return \(loss, {'d_real': scores}"):
        fit(model, images, None)


def test_weight_regularizers_of_each_player_are_minimised(images):
    generator, discriminator = tiny.pair()
    discriminator = keras.Sequential(
        [
            keras.Input(tiny.SHAPE),
            keras.layers.Flatten(),
            keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(50)),
        ]
    )
    model = keras_gan.GAN(generator, discriminator, seed=1)
    model.compile(d_opt=keras.optimizers.SGD(5e-3))
    before = np.abs(discriminator.get_weights()[0]).sum()
    for _ in range(5):
        model.train_on_batch(images)
    assert np.abs(discriminator.get_weights()[0]).sum() < 0.5 * before


@pytest.mark.slow_on_tensorflow
def test_metrics_see_real_and_fake_in_evaluate(images):
    @keras.saving.register_keras_serializable("tests")
    class Gap(keras.metrics.Mean):
        def update_state(self, real, fake, sample_weight=None):
            super().update_state(ops.abs(ops.mean(real) - ops.mean(fake)))

    model = tiny.gan()
    model.compile(metrics=[Gap(name="gap")])
    result = model.evaluate(images, verbose=0, return_dict=True)
    assert 0 < result["gap"] < 2
    history = fit(model, images, None, validation_data=(images, None))
    assert "val_gap" in history
    assert "gap" not in history


def test_gradient_norms_are_logged_on_request(images):
    model = tiny.gan()
    model.watch_gradients()
    history = fit(model, images, None)
    assert history["d_gradient_norm"][0] > 0
    assert history["g_gradient_norm"][0] > 0


# ------------------------------------------------------------------------ EMA


def test_the_average_follows_the_generator_by_its_rule(images):
    model = tiny.gan(ema_decay=0.9)
    mean = tiny.weights(model.ema_generator)
    for update in range(1, 4):
        model.train_on_batch(images)
        keep = min(0.9, (1 + update) / (20 + update))
        mean = [
            keep * m + (1 - keep) * w
            for m, w in zip(mean, tiny.weights(model.generator), strict=True)
        ]
    for expected, got in zip(
        mean, tiny.weights(model.ema_generator), strict=True
    ):
        np.testing.assert_allclose(got, expected, atol=1e-6)


@pytest.mark.slow_on_tensorflow
def test_pictures_come_from_the_average(images):
    model = tiny.gan(ema_decay=0.99)
    fit(model, images, None, epochs=2)
    latents = model.latents(4, seed=1)
    averaged = ops.convert_to_numpy(model.ema_generator(latents))
    np.testing.assert_allclose(
        model.generate(latents=latents), averaged, atol=1e-6
    )
    trained = ops.convert_to_numpy(model.generator(latents))
    assert np.abs(averaged - trained).max() > 1e-5


# ----------------------------------------------------------------- conditional


@pytest.mark.slow_on_tensorflow
def test_one_hot_and_integer_labels_are_the_same(images, labels):
    runs = []
    for given in (labels, np.eye(tiny.CLASSES, dtype="float32")[labels]):
        model = tiny.made_afresh(tiny.conditional_gan)
        fit(model, images, given)
        runs.append(model.get_weights())
    assert equal(*runs)


def test_an_embedding_gets_class_numbers(images, labels):
    def networks():
        latents = keras.Input((tiny.LATENT,))
        label = keras.Input((1,), dtype="int32")
        told = keras.layers.Flatten()(keras.layers.Embedding(3, 4)(label))
        x = keras.layers.Concatenate()([latents, told])
        x = keras.layers.Dense(64, activation="tanh")(x)
        x = keras.layers.Reshape(tiny.SHAPE)(x)
        generator = keras.Model([latents, label], x)
        picture = keras.Input(tiny.SHAPE)
        label = keras.Input((), dtype="int32")
        told = keras.layers.Embedding(3, 4)(label)
        x = keras.layers.Flatten()(picture)
        x = keras.layers.Concatenate()([x, told])
        x = keras.layers.Dense(1)(x)
        return generator, keras.Model([picture, label], x)

    model = keras_gan.ConditionalGAN(*networks(), seed=1)
    assert model.num_classes == 3
    fit(model, images, labels)
    assert model.generate(4, labels=[0, 1, 2, 0]).shape == (4, 8, 8, 1)


def with_an_embedding_inside(classes):
    """Networks that are told the class by a model within."""
    pair = []
    for shape, made in (((tiny.LATENT,), tiny.SHAPE), (tiny.SHAPE, (1,))):
        label = keras.Input((), dtype="int32")
        inside = keras.Model(label, keras.layers.Embedding(classes, 4)(label))
        first = keras.Input(shape)
        label = keras.Input((), dtype="int32")
        x = keras.layers.Flatten()(first)
        x = keras.layers.Concatenate()([x, inside(label)])
        x = keras.layers.Dense(int(np.prod(made)))(x)
        x = keras.layers.Reshape(made)(x)
        pair.append(keras.Model([first, label], x))
    return pair


def test_the_classes_are_read_off_a_model_within():
    pair = with_an_embedding_inside(5)
    assert keras_gan.ConditionalGAN(*pair).num_classes == 5


def test_an_embedding_deep_inside_does_not_overrule_num_classes():
    pair = with_an_embedding_inside(5)
    model = keras_gan.ConditionalGAN(*pair, num_classes=3)
    assert model.num_classes == 3


@pytest.mark.parametrize("conditioning", ["projection", "embedding"])
def test_the_classes_are_read_off_residual_networks(conditioning):
    pair = keras_gan.networks.residual(
        tiny.SHAPE, 6, filters=2, num_classes=4, conditioning=conditioning
    )
    assert keras_gan.ConditionalGAN(*pair).num_classes == 4
    with pytest.raises(ValueError, match="made for 4 classes"):
        keras_gan.ConditionalGAN(*pair, num_classes=3)


def test_labels_change_the_picture():
    model = tiny.conditional_gan()
    latents = np.repeat(model.latents(1, seed=0), 3, axis=0)
    pictures = model.generate(latents=latents, labels=[0, 1, 1])
    assert np.abs(pictures[0] - pictures[1]).max() > 1e-4
    np.testing.assert_allclose(pictures[1], pictures[2], atol=1e-6)


@pytest.mark.slow_on_tensorflow
def test_an_auxiliary_classifier_learns_the_classes(images, labels):
    model = tiny.ac_gan()
    model.compile(d_opt=keras.optimizers.Adam(5e-2))
    history = fit(model, images, labels, epochs=10)["d_class_loss"]
    # Two terms of log 3 each at first.
    assert history[-1] < 0.8 * 2 * np.log(3)
    assert history[-1] < history[0]


@pytest.mark.slow_on_tensorflow
def test_unconditional_models_ignore_labels(images, labels):
    runs = []
    for given in (labels, None):
        model = tiny.made_afresh(tiny.gan)
        fit(model, images, given)
        runs.append(model.get_weights())
    assert equal(*runs)


# -------------------------------------------------------------------- networks


def test_unbuilt_and_subclassed_networks_are_built_without_data(images):
    class Painter(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = keras.layers.Dense(64, activation="tanh")
            self.shape = keras.layers.Reshape(tiny.SHAPE)

        def call(self, latents):
            return self.shape(self.dense(latents))

    judge = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    model = keras_gan.GAN(Painter(), judge, latent_dim=5, ema_decay=0.9)
    fit(model, images, None)
    assert model.generate(2).shape == (2, 8, 8, 1)
    assert model.latent_dim == 5


def test_latents_may_be_an_image_too(images):
    generator = keras.Sequential(
        [
            keras.Input((1, 1, 12)),
            keras.layers.Conv2DTranspose(1, 8, activation="tanh"),
        ]
    )
    model = keras_gan.GAN(generator, tiny.discriminator())
    assert model.latent_dim == 12
    fit(model, images, None)
    assert model.generate(3).shape == (3, 8, 8, 1)


def test_samples_may_be_vectors():
    points = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
    generator = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(2, activation="linear")]
    )
    judge = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model = keras_gan.GAN(generator, judge)
    fit(model, points, None)
    assert model.generate(3).shape == (3, 2)


# ------------------------------------------------------------------------ data


@pytest.mark.slow_on_tensorflow
def test_every_kind_of_data_trains_alike(images):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return images[32 * index : 32 * index + 32]

    def loop():
        for index in range(2):
            yield (Batches()[index],)

    runs = []
    for data, settings in (
        (Batches(), {"shuffle": False}),
        (loop(), {"steps_per_epoch": 2}),
        (images[:64], {"batch_size": 32, "shuffle": False}),
    ):
        model = tiny.made_afresh(tiny.gan)
        model.fit(data, epochs=1, verbose=0, **settings)
        runs.append(model.get_weights())
    assert equal(runs[0], runs[1])
    assert equal(runs[0], runs[2])


@pytest.mark.slow_on_tensorflow
@pytest.mark.skipif(BACKEND == "torch", reason="tf.data is for the others")
def test_tf_data_trains_with_and_without_labels(images, labels):
    tf = pytest.importorskip("tensorflow")
    for content in (images, (images, labels)):
        data = tf.data.Dataset.from_tensor_slices(content).batch(32)
        tiny.gan().fit(data, epochs=1, verbose=0)
    data = tf.data.Dataset.from_tensor_slices(
        {"image": images, "label": labels}
    )
    tiny.conditional_gan().fit(data.batch(32), epochs=1, verbose=0)


@pytest.mark.slow_on_tensorflow
@pytest.mark.skipif(BACKEND != "tensorflow", reason="Keras' tf.data")
@pytest.mark.parametrize("kind", ["arrays", "batches", "tf.data", "tuned"])
def test_no_epoch_waits_for_the_tuning_of_the_last_one(
    images, kind, monkeypatch
):
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices(images).batch(32)
    if kind == "arrays":
        data = images
    elif kind == "batches":
        pixels = np.zeros((32, *tiny.SHAPE), "uint8")
        data = keras_gan.datasets.ImageBatches(pixels, batch_size=32)
    elif kind == "tuned":
        options = tf.data.Options()
        options.autotune.enabled = True
        data = data.with_options(options)
    strategy = tf.distribute.get_strategy()
    handed_out = []

    def hand_out(dataset, options=None):
        handed_out.append(dataset.options().autotune.enabled)
        return dataset

    monkeypatch.setattr(strategy, "experimental_distribute_dataset", hand_out)
    tiny.gan().fit(data, verbose=0)
    tiny.gan().evaluate(data, verbose=0)
    assert handed_out == [kind == "tuned"] * 2


@pytest.mark.skipif(BACKEND != "torch", reason="a torch DataLoader")
def test_a_torch_data_loader_trains(images, labels):
    torch = pytest.importorskip("torch")
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(
            torch.from_numpy(images), torch.from_numpy(labels)
        ),
        batch_size=32,
        shuffle=True,
    )
    tiny.conditional_gan().fit(loader, epochs=1, verbose=0)


def test_arrays_come_in_an_order_of_seed_and_epoch(images):
    from keras_gan.models.ordering import ArrayBatches

    numbers = np.arange(70)
    batches = ArrayBatches((numbers,), 32, seed=5)

    def epoch(index):
        batches.set_epoch(index)
        return np.concatenate([batches[i] for i in range(len(batches))])

    assert sorted(epoch(0)) == list(range(70))
    assert not np.array_equal(epoch(0), epoch(1))
    assert np.array_equal(epoch(1), epoch(1))


def test_each_epoch_has_an_order_of_its_own(images):
    seen = []

    class Listening(keras_gan.GAN):
        def unpack(self, data):
            real, condition = super().unpack(data)
            seen.append(ops.convert_to_numpy(real)[:, 4, 4, 0])
            return real, condition

    keras.utils.set_random_seed(1)
    model = Listening(*tiny.pair(), seed=1)
    model.compile(run_eagerly=True)
    if BACKEND == "jax":
        pytest.skip("A batch is traced on JAX.")
    fit(model, images, None, epochs=2)
    # Before training the first batch is looked at.
    first, second = np.concatenate(seen[1:4]), np.concatenate(seen[4:])
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(np.sort(first), np.sort(second))


@pytest.mark.slow_on_tensorflow
@pytest.mark.parametrize(
    ("scale", "expected"),
    [(lambda x: (x + 1) * 127.5, (0, 255)), (lambda x: (x + 1) / 2, (0, 1))],
    ids=["0..255", "0..1"],
)
def test_an_unbounded_generator_takes_black_and_white_from_the_data(
    scale, expected, images
):
    model = keras_gan.GAN(
        tiny.generator(activation="relu"), tiny.discriminator()
    )
    assert model.pixel_range is None
    fit(model, scale(images), None)
    assert model.pixel_range == expected
    assert tiny.gan().pixel_range == (-1, 1)
