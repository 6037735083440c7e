import keras
import numpy as np
import pytest
import tiny

from keras_gan import losses
from keras_gan.callbacks import Rollback, TerminateOnNaN
from keras_gan.callbacks._diagnosis import Collapse, Saturation, exploding
from keras_gan.callbacks._state import LastGood, TrainingState
from keras_gan.models.fixed_samples import ScoredSamples


class Breaks(keras.callbacks.Callback):
    """Puts NaN into a generator's weight before a step, so often."""

    def __init__(self, epoch, batch, times=1):
        super().__init__()
        self.at, self.times, self.epoch = (epoch, batch), times, None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) >= self.at and self.times:
            self.times -= 1
            weight = self.model.generator.trainable_variables[0]
            weight.assign(np.full(weight.shape, np.nan, "float32"))


def fit(model, images, callbacks, epochs=3):
    return model.fit(
        images, batch_size=16, epochs=epochs, verbose=0, callbacks=callbacks
    )


def finite(model):
    return all(np.isfinite(value).all() for value in tiny.state(model))


def rates(model):
    return [
        float(keras.ops.convert_to_numpy(optimizer.learning_rate))
        for optimizer in model.optimizer.optimizers
    ]


@pytest.mark.slow
def test_it_comes_back_from_nan_within_the_epoch(images):
    model = tiny.gan(ema_decay=0.9)
    rescue = Rollback()
    with pytest.warns(UserWarning, match="diverged") as caught:
        history = fit(model, images, [rescue, Breaks(1, 2)])
    assert rescue.returns == 1
    assert rescue.reason is None
    assert finite(model)
    assert np.isfinite(history.history["g_loss"]).all()
    np.testing.assert_allclose(rates(model), [1e-4, 1e-4], rtol=1e-6)
    text = next(str(w.message) for w in caught if w.category is UserWarning)
    assert "after epoch 1 (1 of 3)" in text
    assert "GradientClipping" in text


@pytest.mark.slow
def test_everything_is_as_it_was(images):
    """Weights, averages, optimizers and seeds; rates are kept by factor 1."""
    model = tiny.gan_r1_ema()
    states = []

    class Keeps(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            states.append(tiny.state(self.model))

    # Broken in the last step of epoch 2: it is found at the epoch's end.
    with pytest.warns(UserWarning, match="after epoch 1"):
        fit(
            model,
            images,
            [Rollback(factor=1.0), Breaks(1, 4), Keeps()],
            epochs=2,
        )
    assert len(states) == 2
    for first, second in zip(*states, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.slow
def test_it_ends_with_the_reason_and_the_last_good_model(images, tmp_path):
    model = tiny.gan()
    path = tmp_path / "best.keras"
    rescue = Rollback(max_returns=2, filepath=path)
    with pytest.warns(UserWarning, match="Training ends|Returned"):
        history = fit(model, images, [rescue, Breaks(1, 0, times=99)], 9)
    assert rescue.returns == 2
    assert "diverged" in rescue.reason
    assert len(history.epoch) == 2
    assert finite(model)
    saved = keras.saving.load_model(path)
    for one, other in zip(
        tiny.weights(saved), tiny.weights(model), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    # Two returns to one state lower the rates twice.
    np.testing.assert_allclose(rates(model), [5e-5, 5e-5], rtol=1e-6)


@pytest.mark.slow
def test_before_the_first_epoch_it_returns_to_the_start(images):
    model = tiny.gan()
    with pytest.warns(UserWarning, match="the state at the start"):
        fit(model, images, [Rollback(), Breaks(0, 1)], epochs=1)
    assert finite(model)


@pytest.mark.slow
def test_it_only_warns_once_where_it_shall_not_restore(images):
    with pytest.warns(UserWarning, match="diverged") as caught:
        fit(tiny.gan(), images, [Rollback(restore=False), Breaks(0, 1)])
    assert len([w for w in caught if w.category is UserWarning]) == 1


@pytest.mark.slow
def test_a_healthy_run_is_left_alone(images):
    plain, watched = tiny.gan(), tiny.gan()
    watched.set_weights(plain.get_weights())
    fit(plain, images, [])
    rescue = Rollback()
    fit(watched, images, [rescue])
    assert rescue.returns == 0
    for one, other in zip(tiny.state(plain), tiny.state(watched), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_a_schedule_goes_on_lower(images, tmp_path):
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 15)
    model = tiny.gan()
    model.compile(
        keras.optimizers.SGD(schedule), keras.optimizers.Adam(schedule)
    )
    weights = []

    class Keeps(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            weights.append(self.model.discriminator.get_weights())

    path = tmp_path / "gan.keras"
    rescue = Rollback(factor=0.1, filepath=path, max_returns=2)
    with pytest.warns(
        UserWarning, match=r"discriminator 7\.5e-0[56]"
    ) as caught:
        fit(model, images, [rescue, Breaks(1, 2, times=2), Keeps()])
    # The second return is to the same step, and lowers the rates further.
    first, second = (
        str(w.message) for w in caught if "Epoch 2" in str(w.message)
    )
    assert "generator 7.5e-05" in first
    assert "generator 7.5e-06" in second
    # What helps is said once.
    assert "usually helps" in first
    assert "usually helps" not in second
    step = int(model.optimizer.discriminator.iterations.numpy())
    expected = 0.01 * float(keras.ops.convert_to_numpy(schedule(step)))
    np.testing.assert_allclose(rates(model), [expected] * 2, rtol=1e-5)
    # The compiled step takes the lower rate, too.
    before = [np.linalg.norm(b - a) for a, b in zip(*weights[:2], strict=True)]
    after = [
        np.linalg.norm(b - a) for a, b in zip(*weights[-3:-1], strict=True)
    ]
    assert max(after) < 0.05 * max(before)
    model.save(path)
    np.testing.assert_allclose(
        rates(keras.saving.load_model(path)), [expected] * 2, rtol=1e-5
    )


@pytest.mark.slow
def test_exploding_gradients_are_seen_and_named(images):
    model = tiny.gan()
    with pytest.warns(UserWarning, match="gradients explode"):
        fit(model, images, [Rollback(gradient_norm=1e-9, max_returns=0)])
    logs = {"d_gradient_norm": 2.0, "g_gradient_norm": 50.0}
    assert exploding(logs, 60.0, PLAYERS) is None
    assert (
        "generator's gradients explode" in exploding(logs, 40.0, PLAYERS).words
    )


PLAYERS = ("discriminator", "generator")


def scored(fake, real=None):
    """Images that are scored by their mean."""
    real = np.ones((8, 4, 4, 1), "float32") if real is None else real
    means = [images.mean(axis=(1, 2, 3)) for images in (real, fake)]
    return ScoredSamples(real, fake, *means)


def test_a_discriminator_that_has_won_for_long():
    watch = Saturation(accuracy=0.995, patience=3)
    lost = -np.ones((8, 4, 4, 1), "float32")
    mixed = lost.copy()
    mixed[4:] = 2.0
    found = [
        watch.check(scored(fake), 0.0) is not None
        for fake in (lost, lost, mixed, lost, lost, lost)
    ]
    assert found == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("loss", "judged"),
    [
        ("non_saturating", True),
        ("wasserstein", False),
        (losses.CallableLosses(len, len), False),
        (losses.CallableLosses(len, len, boundary=0.0), True),
    ],
    ids=["non_saturating", "wasserstein", "own", "own with a boundary"],
)
def test_only_a_loss_with_a_boundary_says_who_has_won(loss, judged):
    watch = Saturation(accuracy=0.9, patience=1)
    samples = scored(-np.ones((8, 4, 4, 1), "float32"))
    found = watch.check(samples, losses.get(loss).boundary)
    assert (found is not None) == judged


def test_collapse_counts_once_there_was_variety(images):
    watch = Collapse(share=0.1)
    alike = np.repeat(images[:1], 64, axis=0)
    start = watch.check(scored(alike, images[:64]))
    assert start is None
    assert watch.check(scored(images[6:70], images[:64])) is None
    assert "collapsed" in watch.check(scored(alike, images[:64])).words


@pytest.mark.slow
def test_a_run_that_collapses_comes_back(images):
    model = tiny.gan()

    class Collapses(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.params["epochs"] and batch == 4 and self.epoch == 1:
                for weight in self.model.generator.trainable_variables:
                    weight.assign(weight * 0.0)

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

    rescue = Rollback(variety=0.02)
    with pytest.warns(UserWarning, match="has collapsed"):
        fit(model, images, [rescue, Collapses()])
    assert rescue.returns == 1
    assert np.abs(model.generator.get_weights()[0]).max() > 0.01


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_returns": -1},
        {"factor": 0.0},
        {"factor": 1.5},
        {"gradient_norm": -1.0},
        {"accuracy": 0.5},
        {"patience": 0},
        {"variety": 2.0},
    ],
    ids=str,
)
def test_bad_arguments_are_refused(arguments):
    with pytest.raises(ValueError, match=f"`{next(iter(arguments))}`"):
        Rollback(**arguments)


@pytest.mark.parametrize("name", ["d_loss", "gp", "g_loss"])
def test_terminate_on_nan_sees_every_log(name, capsys):
    model = tiny.gan()
    stop = TerminateOnNaN()
    stop.set_model(model)
    model.stop_training = False
    stop.on_batch_end(0, {"d_loss": 1.0, "g_loss": 1.0})
    assert not model.stop_training
    stop.on_batch_end(1, {"d_loss": 1.0, name: float("nan")})
    assert model.stop_training
    assert "Batch 1" in capsys.readouterr().out


@pytest.mark.slow
def test_terminate_on_nan_ends_fit_at_the_step(images, capsys):
    history = fit(tiny.gan(), images, [Breaks(1, 2), TerminateOnNaN()])
    assert len(history.epoch) == 2
    assert "Batch 2" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match="NaN"):
        fit(
            tiny.gan(), images, [Breaks(0, 0), TerminateOnNaN(raise_error=True)]
        )


def test_the_last_good_state_is_not_renewed_at_any_price(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])

    class Slow:
        def __init__(self, model, epoch):
            clock[0] += 1.0
            self.epoch = epoch

    monkeypatch.setattr("keras_gan.callbacks._state.TrainingState", Slow)
    good = LastGood(None, 0)
    kept = []
    for epoch in range(1, 5):
        clock[0] += 30.0
        if good.is_cheap():
            good.renew(None, epoch)
        kept.append(good.state.epoch)
    # The first is free; the next is due when 50 seconds have gone by.
    assert kept == [1, 2, 2, 2]


@pytest.mark.slow
@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="keras_cv runs on TensorFlow",
)
@pytest.mark.filterwarnings("ignore")
def test_the_kept_state_holds_the_generators_of_keras_cv(images):
    keras_cv = pytest.importorskip("keras_cv")
    flip = keras_cv.layers.RandomFlip(seed=3)
    model = tiny.gan(augment=flip)
    model.compile()
    kept = TrainingState(model, 0)
    before = flip._random_generator.state.numpy()
    model.train_on_batch(images)
    assert np.any(flip._random_generator.state.numpy() != before)
    kept.restore(model)
    np.testing.assert_array_equal(flip._random_generator.state.numpy(), before)
