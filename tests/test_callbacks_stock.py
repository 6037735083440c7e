"""Keras' own callbacks, each with an effect on a GAN."""

import csv

import keras
import numpy as np
import pytest
import tiny

CALLBACKS = keras.callbacks


def fit(model, images, callbacks, epochs=3, **kwargs):
    return model.fit(
        images,
        batch_size=16,
        epochs=epochs,
        verbose=0,
        callbacks=callbacks,
        **kwargs,
    )


def rates(model):
    return [
        float(keras.ops.convert_to_numpy(optimizer.learning_rate))
        for optimizer in model.optimizer.optimizers
    ]


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.slow
def test_model_checkpoint_keeps_the_best_gan(images, tmp_path):
    path = tmp_path / "best.keras"
    checkpoint = CALLBACKS.ModelCheckpoint(
        path, monitor="g_loss", mode="min", save_best_only=True
    )
    weights = {}
    remember = CALLBACKS.LambdaCallback(
        on_epoch_end=lambda epoch, logs: weights.update(
            {logs["g_loss"]: tiny.weights(model)}
        )
    )
    model = tiny.gan_r1_ema()
    fit(model, images, [checkpoint, remember], epochs=4)
    restored = keras.saving.load_model(path)
    assert equal(tiny.weights(restored), weights[min(weights)])


@pytest.mark.slow
def test_early_stopping_restores_the_best_weights(images):
    weights = []
    model = tiny.gan()
    remember = CALLBACKS.LambdaCallback(
        on_epoch_end=lambda epoch, logs: weights.append(tiny.weights(model))
    )
    stop = CALLBACKS.EarlyStopping(
        monitor="g_loss",
        mode="min",
        min_delta=1e3,
        patience=2,
        restore_best_weights=True,
    )
    history = fit(model, images, [remember, stop], epochs=9)
    assert len(history.epoch) == 3
    assert equal(tiny.weights(model), weights[0])


@pytest.mark.slow
def test_reduce_lr_on_plateau_reduces_both_rates(images):
    model = tiny.gan()
    reduce = CALLBACKS.ReduceLROnPlateau(
        monitor="val_d_loss", mode="min", factor=0.1, patience=1, min_delta=1e3
    )
    fit(model, images, [reduce], epochs=2, validation_data=images[:16])
    np.testing.assert_allclose(rates(model), [2e-5, 2e-5], rtol=1e-5)


def test_one_schedule_for_both_players(images):
    model = tiny.gan()
    model.compile(keras.optimizers.Adam(4e-4), keras.optimizers.Adam(1e-4))
    halve = CALLBACKS.LearningRateScheduler(lambda epoch, rate: rate / 2)
    fit(model, images, [halve], epochs=2)
    np.testing.assert_allclose(rates(model), [1e-4, 2.5e-5], rtol=1e-5)


def test_a_schedule_for_each_player(images):
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 5, 0.5)
    model = tiny.gan()
    model.compile(keras.optimizers.Adam(schedule), keras.optimizers.Adam(1e-4))
    fit(model, images, [], epochs=2)
    d_rate = keras.ops.convert_to_numpy(
        model.optimizer.discriminator.learning_rate
    )
    np.testing.assert_allclose(d_rate, 2.5e-4, rtol=1e-5)
    assert rates_of_generator(model) == pytest.approx(1e-4)


def rates_of_generator(model):
    return float(model.optimizer.generator.learning_rate.numpy())


def test_csv_logger_writes_every_log(images, tmp_path):
    path = tmp_path / "metrics.csv"
    history = fit(tiny.gan(), images, [CALLBACKS.CSVLogger(path)])
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [0, 1, 2]
    for name, values in history.history.items():
        written = [float(row[name]) for row in rows]
        np.testing.assert_allclose(written, values, rtol=1e-6)


class Interrupted(CALLBACKS.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_backup_and_restore_ends_like_the_uninterrupted_run(images, tmp_path):
    def model():
        keras.utils.set_random_seed(1)
        return tiny.gan_r1_ema()

    def backup():
        return CALLBACKS.BackupAndRestore(tmp_path / "backup")

    straight = model()
    fit(straight, images, [], epochs=4)
    with pytest.raises(KeyboardInterrupt):
        fit(model(), images, [backup(), Interrupted()], epochs=4)
    resumed = model()
    history = fit(resumed, images, [backup()], epochs=4)
    assert history.epoch == [2, 3]
    assert equal(tiny.state(resumed), tiny.state(straight))


@pytest.mark.slow
def test_swap_ema_weights_shows_averaged_weights_to_validation(images):
    model = tiny.gan()
    model.compile(
        keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9),
        keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9),
    )
    seen = {}

    class Looks(CALLBACKS.Callback):
        def on_test_begin(self, logs=None):
            seen["validation"] = tiny.weights(self.model.generator)

        def on_epoch_end(self, epoch, logs=None):
            seen["training"] = tiny.weights(self.model.generator)

    swap = CALLBACKS.SwapEMAWeights()
    fit(
        model,
        images,
        [swap, Looks()],
        epochs=1,
        validation_data=images[:16],
    )
    assert not equal(seen["validation"], seen["training"])


def test_lambda_callback_sees_steps_and_logs(images):
    seen = []
    watch = CALLBACKS.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(
            (batch, sorted(logs))
        )
    )
    fit(tiny.gan(), images, [watch], epochs=1)
    assert [batch for batch, _ in seen] == [0, 1, 2, 3, 4]
    assert seen[-1][1] == ["d_fake", "d_loss", "d_real", "g_loss"]


@pytest.mark.slow
def test_a_search_can_take_an_objective_of_validation(images):
    """What KerasTuner does: fit, read the history, keep the best."""

    def trial(rate):
        keras.utils.set_random_seed(1)
        model = tiny.gan()
        model.compile(
            keras.optimizers.SGD(rate), keras.optimizers.SGD(rate), "hinge"
        )
        history = fit(model, images, [], validation_data=images[:16])
        return min(history.history["val_d_loss"])

    scores = {rate: trial(rate) for rate in (1e-6, 1e-1)}
    assert min(scores, key=scores.get) == 1e-1
