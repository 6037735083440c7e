"""Curves and networks as pictures."""

import importlib.util
import shutil
import types
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import plotting
from keras_gan._curves import charts
from keras_gan._drawing import CURVES
from tests import tiny

CHART = charts({"one": {"a": [(1, 1.0)]}}).size
ONE_CURVE = {"chart": {"a": [(x, float(x)) for x in range(60)]}}


def places(picture, colour):
    """Rows and columns of the pixels inside the frame of one chart."""
    pixels = np.asarray(picture)[52:238, 58:394]
    return np.argwhere((pixels == colour).all(axis=-1))


def test_a_rising_curve_rises():
    found = places(charts(ONE_CURVE), CURVES[0])
    rows, columns = found.T
    assert np.corrcoef(rows, columns)[0, 1] < -0.99


def test_what_is_not_finite_is_left_out():
    points = [(x, float(x)) for x in range(60)]
    broken = [*points, (60, float("nan")), (61, float("inf"))]
    pictures = [charts({"chart": {"a": each}}) for each in (points, broken)]
    np.testing.assert_array_equal(*map(np.asarray, pictures))


@pytest.mark.parametrize(
    "points", [[], [(1, 0.0)], [(1, 2e-4), (2, 2e-4)], [(1, float("nan"))]]
)
def test_few_points_make_a_chart(points):
    assert charts({"chart": {"a": points}}).size == CHART


def test_what_belongs_together_is_in_one_chart():
    history = {"d_loss": [1.0], "g_loss": [1.0], "gp": [0.1]}
    picture = keras_gan.plot_history(history)
    assert picture.size == (2 * CHART[0], CHART[1])


def test_a_constant_learning_rate_is_no_curve():
    history = {"d_loss": [1.0, 2.0], "learning_rate_generator": [1e-4, 1e-4]}
    assert keras_gan.plot_history(history).size == CHART


def test_the_history_of_fit_is_drawn():
    history = keras.callbacks.History()
    history.set_model(tiny.gan())
    history.on_train_begin()
    for epoch in (3, 4):  # A resumed training.
        history.on_epoch_end(epoch, {"d_loss": float(epoch)})
    drawn = keras_gan.plot_history(history)
    curve = {"Losses": {"discriminator": [(4, 3.0), (5, 4.0)]}}
    np.testing.assert_array_equal(np.asarray(drawn), np.asarray(charts(curve)))


@pytest.mark.parametrize(
    "wrong",
    [None, [1.0], {}, {"d_loss": []}, {"d_loss": ["a"]}],
    ids=["none", "list", "empty", "no epoch", "words"],
)
def test_what_is_no_history_is_refused(wrong):
    with pytest.raises((TypeError, ValueError), match=r"`history`.*Received"):
        keras_gan.plot_history(wrong)


class Dot:
    """What is used of pydot's graphs."""

    def __init__(self, **settings):
        self.parts = []

    def set_node_defaults(self, **settings):
        pass

    def add_subgraph(self, part):
        self.parts.append(part)

    def set_name(self, name):
        self.name = name

    def set(self, key, value):
        setattr(self, key, value)

    def write(self, path, format):  # noqa: A002 (pydot's word)
        Dot.written = self, path, format
        # In a notebook it is read again.
        Path(path).write_text("<svg/>", "utf-8")


def test_every_network_is_in_the_picture(monkeypatch, tmp_path):
    pydot = types.SimpleNamespace(Dot=Dot)
    monkeypatch.setattr(plotting, "_pydot", lambda: pydot)
    drawn = []

    def to_dot(network, subgraph, **settings):
        assert subgraph
        drawn.append((network, settings))
        return Dot()

    monkeypatch.setattr(keras.utils, "model_to_dot", to_dot)
    gan = tiny.gan()
    keras_gan.plot_model(gan, tmp_path / "gan.svg", show_shapes=True)
    networks = [gan.generator, gan.discriminator]
    assert drawn == [(each, {"show_shapes": True}) for each in networks]
    whole, path, kind = Dot.written
    labels = [part.label for part in whole.parts]
    assert labels == ["generator", "discriminator"]
    assert (path, kind) == (str(tmp_path / "gan.svg"), "svg")


@pytest.mark.skipif(
    importlib.util.find_spec("pydot") is None or shutil.which("dot") is None,
    reason="needs pydot and Graphviz",
)
def test_graphviz_draws_it(tmp_path):
    path = tmp_path / "gan.png"
    keras_gan.plot_model(tiny.gan(), path, dpi=40)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_single_network_is_for_keras():
    with pytest.raises(TypeError, match=r"`model`.*keras\.utils\.plot_model"):
        keras_gan.plot_model(tiny.generator())
