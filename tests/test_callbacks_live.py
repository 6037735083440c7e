"""A training is shown in one place, and is not changed by it."""

import io
import sys
import types

import numpy as np
import pytest
from PIL import Image

from keras_gan import callbacks
from keras_gan.callbacks.live_display import Curves
from tests import tiny


class Notebook:
    """What IPython does with what is displayed: the last one stays."""

    def __init__(self):
        self.displays = []
        self.updates = []

    def display(self, shown, display_id):
        assert display_id
        self.displays.append(shown)
        return types.SimpleNamespace(update=self.updates.append)

    @property
    def last(self):
        return [*self.displays, *self.updates][-1]


@pytest.fixture
def notebook(monkeypatch):
    made = Notebook()
    package = types.ModuleType("IPython")
    package.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    shown = types.ModuleType("IPython.display")
    shown.display = made.display
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    return made


def fit(model, images, live, **settings):
    settings = {"batch_size": 32, "epochs": 3, "verbose": 0, **settings}
    return model.fit(images, callbacks=[live], **settings)


@pytest.mark.slow_on_tensorflow
def test_a_notebook_has_one_output_that_changes(images, notebook):
    with_it, without = tiny.gan_r1_ema(), tiny.gan_r1_ema()
    without.set_weights(with_it.get_weights())
    history = fit(with_it, images, callbacks.LiveDisplay(seconds=0))
    assert len(notebook.displays) == 1
    assert notebook.updates
    picture = Image.open(io.BytesIO(notebook.last._repr_png_()))
    assert picture.mode == "RGB"
    # Where there are no pictures, there are words.
    loss = f"{history.history['d_loss'][-1]:.4g}"
    assert repr(notebook.last).startswith(f"epoch 3 of 3 - d_loss: {loss} - ")
    # The training is as it would have been.
    without.fit(images, batch_size=32, epochs=3, verbose=0)
    for mine, theirs in zip(
        tiny.state(with_it), tiny.state(without), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.slow
def test_pictures_wait_for_their_time(images, notebook):
    fit(tiny.gan(), images, callbacks.LiveDisplay(seconds=1e6))
    assert len(notebook.displays) == 1
    assert len(notebook.updates) == 1  # In the end.


@pytest.mark.slow
def test_a_model_that_translates_is_shown_too(images, notebook):
    live = callbacks.LiveDisplay(4)
    fit(tiny.pix2pix(), (images, images), live, epochs=1)
    assert len(notebook.displays) == 1


def test_a_single_epoch_has_curves():
    curves = Curves()
    curves.within(0.5, {"d_loss": 1.0})
    curves.epoch(1, {"d_loss": 2.0})
    points = curves.by_chart()["Losses"]["discriminator"]
    assert points == [(0.5, 1.0), (1, 2.0)]


def test_epochs_take_the_place_of_parts():
    curves = Curves()
    curves.within(0.5, {"d_loss": 1.0})
    curves.epoch(1, {"d_loss": 2.0})
    curves.epoch(2, {"d_loss": 3.0})
    points = curves.by_chart()["Losses"]["discriminator"]
    assert points == [(1, 2.0), (2, 3.0)]


@pytest.mark.parametrize(("verbose", "lines"), [(0, 1), (2, 0)])
def test_elsewhere_there_is_a_line_for_each_epoch(capsys, verbose, lines):
    live = callbacks.LiveDisplay()
    live.set_model(tiny.gan())
    live.set_params({"epochs": 3, "steps": 2, "verbose": verbose})
    live.on_train_begin()
    live.on_epoch_begin(1)
    live.on_train_batch_end(0, {"d_loss": 2.0})
    live.on_epoch_end(1, {"d_loss": 2.5})
    live.on_train_end()
    assert capsys.readouterr().out == "epoch 2 of 3 - d_loss: 2.5\n" * lines


def test_labels_that_do_not_fit_fail_before_training(notebook):
    live = callbacks.LiveDisplay(labels=[7])
    live.set_model(tiny.conditional_gan())
    with pytest.raises(ValueError, match="num_classes"):
        live.on_train_begin()
