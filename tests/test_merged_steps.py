"""Several steps in one call: only where nobody can tell the difference."""

import keras
import numpy as np
import pytest

from keras_gan.callbacks import ImageSnapshot, Rollback, TensorBoard
from keras_gan.callbacks._interval import Interval
from keras_gan.models import merged_steps
from tests import tiny

IMAGES = np.random.default_rng(0).uniform(-1, 1, (70, 8, 8, 1))
IMAGES = IMAGES.astype("float32")
TOGETHER = keras.backend.backend() == "tensorflow"
only_tensorflow = pytest.mark.skipif(
    not TOGETHER, reason="a step is a call here"
)


class Batches(keras.callbacks.Callback):
    """Counts batches, and notes what is asked of it."""

    def __init__(self, wants_each_batch=None):
        super().__init__()
        self.seen = []
        if wants_each_batch is not None:
            self.wants_each_batch = wants_each_batch

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(batch)


def trained(callbacks=(), settings=None, **fit):
    model = tiny.made_afresh(tiny.gan)
    model.compile(**(settings or {}))
    fit = {"batch_size": 4, "epochs": 2, "verbose": 0, **fit}
    history = model.fit(IMAGES, callbacks=list(callbacks), **fit)
    return model, history.history


def test_multiplications_of_known_layers():
    network = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            keras.layers.Conv2D(4, 3, strides=2, padding="same"),
            keras.layers.Conv2DTranspose(3, 5, strides=2, padding="same"),
            keras.layers.Flatten(),
            keras.layers.Dense(7),
        ]
    )
    by_hand = 16 * 9 * 2 * 4 + 16 * 25 * 4 * 3 + 8 * 8 * 3 * 7
    assert merged_steps.multiplications(network) == by_hand


@pytest.mark.slow_on_tensorflow
@only_tensorflow
def test_short_steps_are_made_together():
    watcher = Batches(wants_each_batch=False)
    model, _ = trained([watcher])
    # 18 batches of an epoch in one call of up to 32, and not beyond the end.
    assert watcher.seen == [17, 17]
    assert int(model.optimizer.iterations.numpy()) == 36
    assert model.steps_per_execution == 1


@only_tensorflow
@pytest.mark.parametrize(
    ("most", "seen"), [(10, [8, 17]), (4, [3, 7, 11, 15, 19]), (1, range(18))]
)
@pytest.mark.parametrize("form", ["arrays", "tf.data"])
def test_calls_of_an_epoch_are_alike(most, seen, form, monkeypatch):
    """A short one at the end would take the progress bar beyond its end."""
    monkeypatch.setattr(merged_steps, "_MOST", most)
    watcher = Batches(wants_each_batch=False)
    model = tiny.gan()
    data, settings = IMAGES, {"batch_size": 4}
    if form == "tf.data":
        import tensorflow as tf

        data = tf.data.Dataset.from_tensor_slices(IMAGES).batch(4)
        settings = {}
    model.fit(data, callbacks=[watcher], verbose=0, **settings)
    assert watcher.seen == list(seen)


@pytest.mark.slow_on_tensorflow
def test_together_or_not_makes_the_same_weights_and_logs():
    one, first = trained(settings={"steps_per_execution": 1})
    several, second = trained()
    for a, b in zip(tiny.state(one), tiny.state(several), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-6)
    assert set(first) == set(second)
    for name, values in first.items():
        np.testing.assert_allclose(values, second[name], rtol=2e-5)


def test_a_callback_with_batch_methods_sees_each_batch():
    watcher = Batches()
    trained([watcher])
    assert watcher.seen == 2 * list(range(18))


@pytest.mark.parametrize(
    ("make", "each"),
    [
        (lambda path: ImageSnapshot(path, unit="step", every=3), True),
        (lambda path: ImageSnapshot(path), False),
        (lambda path: TensorBoard(path, update_freq=2), True),
        (lambda path: TensorBoard(path, update_freq="batch"), True),
        (lambda path: TensorBoard(path), True),
        (lambda path: TensorBoard(path, update_freq="epoch"), False),
        (lambda path: Rollback(), False),
        (lambda path: keras.callbacks.ModelCheckpoint(path / "a.keras"), False),
        (
            lambda path: keras.callbacks.ModelCheckpoint(
                path / "a.keras", save_freq=5
            ),
            True,
        ),
        (lambda path: keras.callbacks.EarlyStopping(), False),
        (
            lambda path: keras.callbacks.LambdaCallback(
                on_train_batch_end=lambda batch, logs: None
            ),
            True,
        ),
    ],
    ids=[
        "pictures-of-steps",
        "pictures-of-epochs",
        "events-of-two-steps",
        "events-of-batches",
        "events-as-they-come",
        "events-of-epochs",
        "rollback",
        "checkpoints-of-epochs",
        "checkpoints-of-steps",
        "early-stopping",
        "function-of-batches",
    ],
)
def test_which_callbacks_want_each_batch(make, each, tmp_path):
    assert merged_steps._wants_each_batch(make(tmp_path)) == each


@only_tensorflow
def test_profiling_wants_each_batch(tmp_path):
    assert merged_steps._wants_each_batch(
        TensorBoard(tmp_path, profile_batch=2)
    )


@pytest.mark.slow_on_tensorflow
def test_exactly_so_many_steps_as_asked_for():
    data = np.concatenate([IMAGES, IMAGES])
    model, _ = trained(steps_per_epoch=7, batch_size=8, shuffle=False, epochs=1)
    assert int(model.optimizer.iterations.numpy()) == 7
    model.fit(data, steps_per_epoch=6, batch_size=8, verbose=0)
    assert int(model.optimizer.iterations.numpy()) == 13


@pytest.mark.slow_on_tensorflow
def test_validation_and_evaluation_see_their_own_steps():
    class Images(keras.metrics.Metric):
        """How many images were scored."""

        def __init__(self):
            super().__init__(name="images")
            self.count = self.add_variable((), "zeros", name="count")

        def update_state(self, real, fake):
            self.count.assign_add(
                keras.ops.cast(keras.ops.shape(real)[0], "float32")
            )

        def result(self):
            return self.count + 0.0

    model, history = trained(
        settings={"metrics": [Images()]},
        validation_data=IMAGES,
        validation_steps=4,
        validation_batch_size=8,
    )
    assert history["val_images"] == [32.0, 32.0]
    logs = model.evaluate(
        IMAGES, steps=3, batch_size=8, verbose=0, return_dict=True
    )
    assert logs["images"] == 24.0


@pytest.mark.slow_on_tensorflow
def test_large_steps_are_made_one_by_one():
    model, _ = trained(epochs=1)
    cost = merged_steps._cost(model, 4)
    model.first_batch = model.first_batch._replace(
        size=int(4 * 1e10 / cost) + 1
    )
    assert merged_steps.choose(model, None, {}) == 1


@pytest.mark.slow_on_tensorflow
def test_the_step_counted_does_not_pass_the_end_of_an_epoch():
    model, _ = trained(epochs=1)
    interval = Interval(1, "step")
    interval.begin_epoch(model, steps=18)
    interval.after_batch(31)
    assert interval.step == 18 + 18


@pytest.mark.parametrize("steps", [0, "many"])
def test_an_impossible_number_is_refused(steps):
    with pytest.raises(ValueError, match="steps_per_execution"):
        tiny.gan().compile(steps_per_execution=steps)
