"""A training is shown in one place, and is not changed by it."""

import importlib
import io
import sys
import types

import numpy as np
import pytest
from PIL import Image

from keras_gan import callbacks
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


def test_a_notebook_has_one_output_that_changes(images, notebook):
    fit(tiny.gan(), images, callbacks.LiveDisplay(seconds=0))
    assert len(notebook.displays) == 1
    assert notebook.updates
    picture = Image.open(io.BytesIO(notebook.last._repr_png_()))
    assert picture.mode == "RGB"


def test_words_stand_where_there_are_no_pictures(images, notebook):
    history = fit(tiny.gan(), images, callbacks.LiveDisplay())
    words = repr(notebook.last)
    assert words.startswith("epoch 3 of 3 - d_loss: ")
    assert f"{history.history['d_loss'][-1]:.4g}" in words


def test_a_training_is_the_same_with_it_and_without(images, notebook):
    with_it, without = tiny.gan_r1_ema(), tiny.gan_r1_ema()
    without.set_weights(with_it.get_weights())
    fit(with_it, images, callbacks.LiveDisplay(seconds=0))
    without.fit(images, batch_size=32, epochs=3, verbose=0)
    for mine, theirs in zip(
        tiny.state(with_it), tiny.state(without), strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_pictures_wait_for_their_time(images, notebook):
    fit(tiny.gan(), images, callbacks.LiveDisplay(seconds=1e6))
    assert len(notebook.displays) == 1
    assert notebook.updates == []


def test_a_model_that_translates_is_shown_too(images, notebook):
    live = callbacks.LiveDisplay(4)
    fit(tiny.pix2pix(), (images, images), live, epochs=1)
    assert len(notebook.displays) == 1


def test_a_single_epoch_has_curves(images):
    curves = importlib.import_module(
        "keras_gan.callbacks.live_display"
    ).Curves()
    curves.within(0.5, {"d_loss": 1.0})
    curves.epoch(1, {"d_loss": 2.0})
    points = curves.by_chart()["Losses"]["discriminator"]
    assert points == [(0.5, 1.0), (1, 2.0)]


def test_epochs_take_the_place_of_parts(images):
    curves = importlib.import_module(
        "keras_gan.callbacks.live_display"
    ).Curves()
    curves.within(0.5, {"d_loss": 1.0})
    curves.epoch(1, {"d_loss": 2.0})
    curves.epoch(2, {"d_loss": 3.0})
    points = curves.by_chart()["Losses"]["discriminator"]
    assert points == [(1, 2.0), (2, 3.0)]


@pytest.mark.parametrize(("verbose", "lines"), [(0, 3), (2, 0)])
def test_elsewhere_there_is_a_line_for_each_epoch(
    images, capsys, verbose, lines
):
    live = callbacks.LiveDisplay()
    fit(tiny.gan(), images, live, verbose=verbose)
    printed = capsys.readouterr().out
    assert printed.count(" of 3 - d_loss: ") == lines


def test_labels_that_do_not_fit_fail_before_training(images, labels, notebook):
    model = tiny.conditional_gan()
    live = callbacks.LiveDisplay(labels=[7])
    with pytest.raises(ValueError, match="num_classes"):
        model.fit(
            images, labels, callbacks=[live], verbose=0, batch_size=32, epochs=1
        )
