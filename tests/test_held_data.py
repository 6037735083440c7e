"""Data on the device: the same numbers as batch by batch, for less sent."""

import keras
import numpy as np
import pytest

from keras_gan.datasets import ImageBatches
from keras_gan.models import held_data
from keras_gan.models.ordering import ArrayBatches
from tests import tiny

PIXELS = np.random.default_rng(0).integers(0, 256, (27, 8, 8, 1), np.uint8)
FLOATS = PIXELS / 127.5 - 1
LABELS = np.arange(27) % tiny.CLASSES


def of_bytes(**settings):
    return ImageBatches(PIXELS, **{"batch_size": 8, "seed": 3, **settings})


def trained(monkeypatch, most, make, data, **settings):
    """State and logs of a model whose data may have so many bytes."""
    monkeypatch.setattr(held_data, "MOST_BYTES", most)
    model = tiny.made_afresh(make)
    settings = {"epochs": 2, "verbose": 0, **settings}
    history = model.fit(data(), **settings)
    assert (model.held is not None) == (most > 0)
    return tiny.state(model), history.history


@pytest.mark.parametrize(
    ("make", "data", "settings"),
    [
        (tiny.gan, lambda: of_bytes(flip=True), {}),
        (tiny.gan, lambda: FLOATS, {"batch_size": 8}),
        pytest.param(
            tiny.gan,
            lambda: of_bytes(flip=True, steps_per_epoch=1),
            {"epochs": 3},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            tiny.gan,
            lambda: of_bytes(drop_remainder=True),
            {},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            tiny.conditional_gan,
            lambda: of_bytes(labels=LABELS, flip=True),
            {},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            tiny.conditional_gan,
            lambda: {"image": FLOATS, "label": LABELS},
            {"batch_size": 8},
            marks=pytest.mark.slow,
        ),
    ],
    ids=[
        "bytes, flipped",
        "arrays",
        "parts of a pass",
        "full",
        "labels",
        "dict",
    ],
)
def test_held_data_train_as_sent_ones_do(monkeypatch, make, data, settings):
    held, logs = trained(monkeypatch, 10**6, make, data, **settings)
    sent, others = trained(monkeypatch, -1, make, data, **settings)
    for a, b in zip(held, sent, strict=True):
        np.testing.assert_array_equal(a, b)
    assert logs == others


@pytest.mark.parametrize(
    ("data", "settings", "looked_at"),
    [(FLOATS, {"batch_size": 8}, 0), (of_bytes(), {}, 1)],
    ids=["arrays", "bytes"],
)
def test_the_host_makes_no_batches(monkeypatch, data, settings, looked_at):
    made = []
    for kind in (ArrayBatches, ImageBatches):
        monkeypatch.setattr(kind, "__getitem__", counted(kind, made))
    tiny.gan().fit(data, epochs=2, verbose=0, **settings)
    assert len(made) == looked_at


def counted(kind, made):
    get = kind.__getitem__

    def count(self, index):
        made.append(index)
        return get(self, index)

    return count


def test_a_subclass_makes_its_own_batches():
    class Darker(ImageBatches):
        def pixels(self, index):
            made.append(index)
            return super().pixels(index) // 2

    made = []
    data = Darker(PIXELS, batch_size=8)
    tiny.gan().fit(data, epochs=2, verbose=0)
    assert set(made) == {0, 1, 2, 3}


def test_an_epoch_sends_four_bytes_an_image():
    (rows,) = of_bytes().order()
    assert rows.nbytes == 4 * len(PIXELS)


def test_an_epoch_of_full_batches_leaves_out_the_rest():
    (rows,) = of_bytes(drop_remainder=True).order()
    assert len(rows) == 24


@pytest.mark.slow
def test_each_fit_trains_on_its_own_data(monkeypatch):
    states = []
    for most in (10**6, -1):
        monkeypatch.setattr(held_data, "MOST_BYTES", most)
        model = tiny.made_afresh(tiny.gan)
        for data in (FLOATS, FLOATS[:20] / 2, of_bytes(), FLOATS):
            model.fit(data, verbose=0)
        states.append(tiny.state(model))
    for a, b in zip(*states, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("fails", [False, True])
def test_the_memory_is_given_back(fails):
    model = tiny.gan()

    def check(epoch, logs):
        assert rows_held(model) == [27]
        if fails:
            raise RuntimeError("stopped")

    watch = keras.callbacks.LambdaCallback(on_epoch_begin=check)
    try:
        model.fit(FLOATS, verbose=0, callbacks=[watch])
    except RuntimeError:
        assert fails
    assert sum(rows_held(model)) == 0


def rows_held(model):
    store = model.held.store
    arrays = getattr(store, "_variables", None) or store._arrays
    return [len(keras.ops.convert_to_numpy(each)) for each in arrays]
