"""Each epoch has an order of its own, over all calls of `fit`."""

import keras
import numpy as np
import pytest

from keras_gan.datasets import ImageBatches
from keras_gan.models.ordering import EpochOrder, with_epochs
from tests import tiny


class Noting:
    """Data that note the epochs that they are told of."""

    def __init__(self):
        self.epochs = []

    def set_epoch(self, epoch):
        self.epochs.append(epoch)


class Counting:
    """A model, as far as the order is concerned."""

    def __init__(self, epochs_ordered=0):
        self.epochs_ordered = epochs_ordered


def run(model, first, last):
    """The orders that `fit(initial_epoch=first, epochs=last)` sees."""
    data = Noting()
    order = EpochOrder(model, data)
    for epoch in range(first, last):
        order.on_epoch_begin(epoch)
        order.on_epoch_end(epoch)
    return data.epochs


def test_one_fit_counts_from_the_first_epoch():
    assert run(Counting(), 0, 3) == [0, 1, 2]


def test_a_loop_of_fits_goes_on_counting():
    model = Counting()
    assert [run(model, 0, 2) for _ in range(3)] == [[0, 1], [2, 3], [4, 5]]


def test_fits_that_go_on_at_an_epoch_are_one_run():
    model = Counting()
    parts = [run(model, 0, 2), run(model, 2, 3), run(model, 3, 5)]
    assert parts == [[0, 1], [2], [3, 4]]


def test_a_file_without_a_count_goes_on_at_its_epoch():
    assert run(Counting(0), 3, 5) == [3, 4]


def test_a_second_run_that_is_resumed_equals_the_uninterrupted_one():
    model = Counting(5)
    assert run(model, 0, 4) == [5, 6, 7, 8]
    # Saved after its second epoch, when seven had been put in order.
    assert run(Counting(7), 2, 4) == [7, 8]


def test_the_order_is_set_and_counted_before_other_callbacks():
    other = keras.callbacks.Callback()
    callbacks = keras.callbacks.CallbackList([other])
    for _ in range(2):
        found = with_epochs(Counting(), Noting(), callbacks)
        kinds = [isinstance(each, EpochOrder) for each in found.callbacks]
        assert kinds == [True, False]
    found = with_epochs(Counting(), Noting(), [other])
    assert isinstance(found[0], EpochOrder)


class Seen(keras.callbacks.Callback):
    """Notes the order of the data at each epoch."""

    def __init__(self, data):
        super().__init__()
        self._noted = data
        self.epochs = []

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs.append(self._noted.epoch)


def test_image_batches_in_a_loop_come_in_new_orders(images):
    pixels = np.rint((images[:16] + 1) * 127.5).astype("uint8")
    batches = ImageBatches(pixels, batch_size=8)
    model = tiny.gan()
    model.compile(run_eagerly=True, jit_compile=False)
    seen = Seen(batches)
    for _ in range(2):
        model.fit(batches, epochs=1, verbose=0, callbacks=[seen])
    assert seen.epochs == [0, 1]


@pytest.mark.slow_on_tensorflow
def test_a_saved_loop_goes_on_with_the_next_order(images, tmp_path):
    runs = []
    for saved in (False, True):
        model = tiny.made_afresh(tiny.gan)
        model.compile(run_eagerly=True, jit_compile=False)
        for _ in range(3):
            model.fit(images[:16], batch_size=8, verbose=0)
            if saved:
                model.save(tmp_path / "gan.keras")
                model = keras.saving.load_model(tmp_path / "gan.keras")
        assert model.epochs_ordered == 3
        runs.append(model.get_weights())
    for a, b in zip(*runs, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5, -0.2])
def test_an_impossible_validation_split_is_refused(share, images):
    from keras_gan.models.ordering import split

    with pytest.raises(ValueError, match="validation_split"):
        split(images, None, share)
