import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from tests import tiny


def equal(left, right):
    return all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))


def train(model, images, labels, first, last, *callbacks):
    """Trains from epoch `first` up to `last`, in an order fixed by both."""
    model.fit(
        images,
        labels,
        batch_size=32,
        initial_epoch=first,
        epochs=last,
        verbose=0,
        callbacks=list(callbacks),
    )


def saved_in(folder):
    """Saves the model after each epoch, as `2.keras` after the second."""
    return keras.callbacks.ModelCheckpoint(folder / "{epoch}.keras")


def adaptive(**kwargs):
    """All the state there is: averaged weights, augmentation, lazy penalty."""
    return tiny.gan_r1_ema(augment="ada", **kwargs)


def scheduled():
    """Schedules wherever there may be one."""
    schedules, total = keras_gan.schedules, 9

    def adam(player):
        rate = keras.optimizers.schedules.CosineDecay(1e-3, total, 0.1)
        beta_2 = schedules.Cosine(0.9, 0.99, total)
        return keras_gan.optimizers.Adam(rate, 0.0, beta_2, name=player)

    weight = schedules.Cosine(5.0, 0.5, total)
    half_life = schedules.HalfLife(schedules.Cosine(0.0, 500.0, total))
    strength = schedules.Cosine(0.0, 0.55, total)
    model = tiny.gan(
        regularizer=keras_gan.regularizers.R1(weight),
        ema_decay=half_life,
        augment=keras_gan.augment.RandomApply(probability=strength),
    )
    model.compile(adam("discriminator"), adam("generator"))
    return model


@pytest.mark.parametrize(
    "make",
    [
        *(pytest.param(make, marks=pytest.mark.slow) for make in tiny.MODELS),
        adaptive,
        pytest.param(scheduled, marks=pytest.mark.slow_on_tensorflow),
        tiny.conditional_wgan_gp,
    ],
    ids=lambda make: make.__name__,
)
def test_a_resumed_run_equals_an_uninterrupted_one(
    make, images, labels, tmp_path
):
    straight = make()
    train(straight, images, labels, 0, 3, saved_in(tmp_path))

    keras.utils.set_random_seed(99)
    resumed = keras.saving.load_model(tmp_path / "2.keras")
    train(resumed, images, labels, 2, 3)

    assert type(resumed) is type(straight)
    assert equal(tiny.state(straight), tiny.state(resumed))


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(adaptive, marks=pytest.mark.slow_on_tensorflow),
        pytest.param(tiny.ac_gan, marks=pytest.mark.slow),
    ],
    ids=lambda make: make.__name__,
)
def test_weights_hold_the_whole_state(make, images, labels, tmp_path):
    model = make()
    train(model, images, labels, 0, 2)
    path = tmp_path / "gan.weights.h5"
    model.save_weights(path)
    keras.utils.set_random_seed(99)
    again = make()
    again.load_weights(path)
    assert equal(tiny.state(model), tiny.state(again))
    latents = model.generate(3, seed=0)
    assert np.array_equal(latents, again.generate(3, seed=0))


@pytest.mark.slow
@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="keras_cv runs on TensorFlow",
)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", [3, None])
def test_generators_of_keras_cv_are_resumed(seed, images, tmp_path):
    keras_cv = pytest.importorskip("keras_cv")
    import tensorflow as tf

    def make():
        tf.random.set_global_generator(tf.random.Generator.from_seed(1))
        # Ranges of one value, as TensorFlow does not save their draws.
        cutout = keras_cv.layers.RandomCutout((0.5, 0.5), (0.5, 0.5), seed=seed)
        flip = keras_cv.layers.RandomFlip("horizontal", seed=seed)
        return tiny.gan(augment=keras.Sequential([cutout, flip]))

    straight = tiny.made_afresh(make)
    train(straight, images, None, 0, 2)

    stopped = tiny.made_afresh(make)
    train(stopped, images, None, 0, 1)
    stopped.save(tmp_path / "gan.keras")
    tf.random.set_global_generator(tf.random.Generator.from_seed(99))
    resumed = keras.saving.load_model(tmp_path / "gan.keras")
    train(resumed, images, None, 1, 2)
    assert equal(tiny.state(straight), tiny.state(resumed))


RESUME = """
import sys
import keras, numpy as np
from tests import tiny, test_saving
folder = sys.argv[1]
model = keras.saving.load_model(folder + "/2.keras")
test_saving.train(model, np.load(folder + "/images.npy"), None, 2, 3)
np.savez(folder + "/resumed.npz", *tiny.state(model))
"""


@pytest.mark.slow_on_tensorflow
def test_a_new_process_resumes_to_the_bit(images, tmp_path):
    straight = tiny.gan_r1_ema()
    train(straight, images, None, 0, 3, saved_in(tmp_path))
    np.save(tmp_path / "images.npy", images)
    subprocess.run(
        [sys.executable, "-c", RESUME, tmp_path],
        check=True,
        cwd=Path.cwd(),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    with np.load(tmp_path / "resumed.npz") as arrays:
        assert equal(tiny.state(straight), arrays.values())


@pytest.mark.slow_on_tensorflow
def test_backup_and_restore_resumes_to_the_bit(images, tmp_path):
    class Crash(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    def fit(model, *more):
        backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
        model.fit(
            images,
            batch_size=32,
            epochs=3,
            verbose=0,
            callbacks=[backup, *more],
        )

    straight = tiny.made_afresh(tiny.gan_r1_ema)
    train(straight, images, None, 0, 3)
    crashed = tiny.made_afresh(tiny.gan_r1_ema)
    with pytest.raises(KeyboardInterrupt):
        fit(crashed, Crash())
    resumed = tiny.made_afresh(tiny.gan_r1_ema, seed=99)
    fit(resumed)
    assert equal(tiny.state(straight), tiny.state(resumed))


@pytest.mark.slow_on_tensorflow
def test_a_checkpoint_keeps_the_best(images, tmp_path):
    path = tmp_path / "best.keras"
    model = tiny.gan()
    model.fit(
        images,
        epochs=2,
        verbose=0,
        callbacks=[
            keras.callbacks.ModelCheckpoint(
                path, monitor="d_loss", mode="min", save_best_only=True
            )
        ],
    )
    assert isinstance(keras.saving.load_model(path), keras_gan.GAN)


@pytest.mark.slow_on_tensorflow
def test_the_compiled_settings_come_back(images, tmp_path):
    model = tiny.gan()
    model.compile(
        d_opt=keras.optimizers.RMSprop(3e-3),
        g_opt=keras.optimizers.Adam(
            keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.5)
        ),
        loss=keras.losses.BinaryCrossentropy(
            from_logits=True, label_smoothing=0.1
        ),
    )
    model.fit(images, epochs=1, verbose=0)
    model.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    pair = again.optimizer
    assert isinstance(pair.discriminator, keras.optimizers.RMSprop)
    rate = float(ops.convert_to_numpy(pair.discriminator.learning_rate))
    assert rate == pytest.approx(3e-3)
    assert isinstance(
        again.adversarial_loss.loss, keras.losses.BinaryCrossentropy
    )
    assert again.adversarial_loss.loss.get_config()["label_smoothing"] == 0.1


def test_optimizers_are_saved_under_public_names(images, tmp_path):
    import zipfile

    model = tiny.gan()
    model.fit(images, epochs=1, verbose=0)
    model.save(tmp_path / "gan.keras")
    with zipfile.ZipFile(tmp_path / "gan.keras") as archive:
        config = json.loads(archive.read("config.json"))
    for player in ("d_opt", "g_opt"):
        assert config["compile_config"][player]["module"] == "keras.optimizers"


@pytest.mark.slow_on_tensorflow
def test_other_optimizers_are_refused_rather_than_reset(images, tmp_path):
    model = tiny.gan()
    train(model, images, None, 0, 1)
    path = tmp_path / "gan.weights.h5"
    model.save_weights(path)
    other = tiny.gan()
    other.compile(d_opt="sgd")
    with pytest.raises(ValueError, match="other optimizers"):
        other.load_weights(path)


@pytest.mark.slow_on_tensorflow
def test_a_missing_random_state_is_refused(images, tmp_path):
    import h5py

    model = tiny.gan()
    train(model, images, None, 0, 1)
    path = tmp_path / "gan.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        del file["vars"]["seed_0"]
    with pytest.raises(ValueError, match="random state"):
        tiny.gan().load_weights(path)


def test_a_generator_without_config_says_how_to_get_an_average():
    class Painter(keras.Model):
        def __init__(self, settings):
            super().__init__()
            self.dense = keras.layers.Dense(settings.width, "tanh")

        def call(self, latents):
            return ops.reshape(self.dense(latents), (-1, *tiny.SHAPE))

    with pytest.raises(ValueError, match="get_config"):
        keras_gan.GAN(
            Painter(SimpleNamespace(width=64)),
            tiny.discriminator(),
            latent_dim=4,
            ema_decay=0.9,
        )


# Keras' export to SavedModel on JAX names an argument that JAX retires.
@pytest.mark.slow_on_tensorflow
@pytest.mark.filterwarnings(
    "ignore:The `native_serialization` parameter:DeprecationWarning"
)
def test_only_the_generator_is_exported(images, tmp_path):
    if keras.backend.backend() == "torch":
        pytest.skip("SavedModel is a format of TensorFlow and JAX")
    tf = pytest.importorskip("tensorflow")
    model = tiny.gan(ema_decay=0.9)
    train(model, images, None, 0, 1)
    model.export(tmp_path / "generator", verbose=False)
    latents = model.latents(3, seed=0)
    served = tf.saved_model.load(str(tmp_path / "generator"))
    np.testing.assert_allclose(
        np.asarray(served.serve(latents)),
        model.generate(latents=latents),
        atol=1e-5,
    )


@pytest.mark.slow_on_tensorflow
def test_unseeded_dropout_resumes_to_the_bit(images, tmp_path):
    # On torch it draws from the global generator.
    def make():
        judge = keras.Sequential(
            [
                keras.Input(tiny.SHAPE),
                keras.layers.Flatten(),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(1),
            ]
        )
        return keras_gan.GAN(tiny.generator(), judge, seed=5)

    straight = make()
    train(straight, images, None, 0, 3, saved_in(tmp_path))
    keras.utils.set_random_seed(99)
    resumed = keras.saving.load_model(tmp_path / "2.keras")
    train(resumed, images, None, 2, 3)
    assert equal(tiny.state(straight), tiny.state(resumed))
