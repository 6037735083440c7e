import io
import re
from collections import defaultdict

import keras
import numpy as np
import pytest
import tiny
from PIL import Image
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.compat.proto import config_pb2
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util

from keras_gan import callbacks, regularizers, schedules
from keras_gan.callbacks import TensorBoard
from keras_gan.callbacks import _events as events
from keras_gan.callbacks._hparams import hyper_parameters
from keras_gan.callbacks._points import Points
from keras_gan.models.saved_state import seed_states
from tests.test_layers_agree import SMALL
from tests.test_layers_agree import made as made_networks


def read(folder):
    """Every value under a run's folder: tag -> [(step, value, plugin)]."""
    found = defaultdict(list)
    for path in sorted(folder.glob("events*")):
        for event in event_file_loader.EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                plugin = value.metadata.plugin_data
                found[value.tag].append(
                    (event.step, tensor_util.make_ndarray(value.tensor), plugin)
                )
    return found


def fit(model, data, board, labels=None, **kwargs):
    settings = {"epochs": 2, "batch_size": 16, "verbose": 0, **kwargs}
    return model.fit(data, labels, callbacks=[board], **settings)


@pytest.fixture(scope="module")
def run(images, labels, tmp_path_factory):
    """A conditional WGAN-GP's run: what it wrote, its history, the model."""
    keras.utils.set_random_seed(1)
    folder = tmp_path_factory.mktemp("runs") / "first"
    model = tiny.conditional_wgan_gp()
    board = TensorBoard(folder, histogram_freq=1, hparams={"data": "tiny"})
    history = fit(
        model,
        images,
        board,
        labels,
        validation_data=(images[:16], labels[:16]),
    )
    return read(folder / "train"), history.history, model, folder


def points(found, tag):
    return [(step, float(value)) for step, value, _ in found[tag]]


@pytest.mark.parametrize(
    "name", ["d_loss", "g_loss", "d_real", "d_fake", "gp", "d_gradient_norm"]
)
def test_every_log_by_epoch_and_by_step(run, name):
    found, history, _, _ = run
    expected = list(enumerate(history[name]))
    np.testing.assert_allclose(
        points(found, f"epoch_{name}"), expected, rtol=1e-5
    )
    by_step = points(found, f"batch_{name}")
    assert [step for step, _ in by_step] == list(range(1, 11))
    np.testing.assert_allclose(by_step[-1][1], history[name][-1], rtol=1e-5)


def test_validation_is_a_run_beside(run):
    _, history, _, folder = run
    found = read(folder / "validation")
    expected = list(enumerate(history["val_d_loss"]))
    np.testing.assert_allclose(
        points(found, "epoch_d_loss"), expected, rtol=1e-5
    )


def test_one_file_for_a_run(run):
    folder = run[3]
    assert len(list((folder / "train").iterdir())) == 1


def test_learning_rates_norms_and_speed(run):
    found, _, model, _ = run
    rate = points(found, "epoch_learning_rate_generator")[0][1]
    assert rate == pytest.approx(1e-4)
    assert "epoch_learning_rate_discriminator" in found
    weights = [v.numpy() for v in model.generator.trainable_variables]
    norm = np.sqrt(sum(np.sum(w.astype("float64") ** 2) for w in weights))
    written = points(found, "epoch_g_weight_norm")[-1][1]
    assert written == pytest.approx(norm, rel=1e-5)
    assert points(found, "epoch_images_per_second")[-1][1] > 0.0


def test_generated_images_beside_real_ones(run):
    found = run[0]
    steps = [step for step, _, _ in found["generated/grid"]]
    assert steps == [0, 1]
    pictures = []
    for tag in ("generated/grid", "real/grid"):
        width, height, png = found[tag][-1][1]
        assert found[tag][-1][2].plugin_name == "images"
        pictures.append(Image.open(io.BytesIO(png)))
        assert pictures[-1].size == (int(width), int(height))
    assert pictures[0].size == pictures[1].size


def test_histograms_of_weights_gradients_and_scores(run, images):
    found, _, model, _ = run
    for player in ("discriminator", "generator"):
        for variable in getattr(model, player).trainable_variables:
            path = variable.path
            tag = path if path.startswith(player) else f"{player}/{path}"
            for kind in ("histogram", "gradient"):
                rows = found[f"{tag}/{kind}"][-1][1]
                assert rows[:, 2].sum() == np.prod(variable.shape)
    assert found["scores/real"][-1][1][:, 2].sum() == 16
    assert found["scores/fake"][-1][2].plugin_name == "histograms"


def test_the_table_of_hyper_parameters(run):
    found = run[0]
    ((_, _, plugin),) = found["_hparams_/session_start_info"]
    data = plugin_data_pb2.HParamsPluginData.FromString(plugin.content)
    start = data.session_start_info
    assert start.group_name == "first"
    assert start.hparams["model"].string_value == "ConditionalWGANGP"
    assert start.hparams["gp_weight"].number_value == 10.0
    assert start.hparams["d_learning_rate"].number_value == 1e-4
    assert start.hparams["batch_size"].number_value == 16
    assert start.hparams["data"].string_value == "tiny"
    assert "_hparams_/session_end_info" in found


def test_both_losses_on_one_chart(run):
    charts = charts_in(run[0])
    assert charts["losses by epoch"] == ["epoch_d_loss", "epoch_g_loss"]


def test_the_adversarial_losses_of_translators_have_charts_of_their_own(
    run, images, tmp_path
):
    model = tiny.cycle_gan()
    model.compile(run_eagerly=True)
    board = TensorBoard(tmp_path, histogram_freq=0, images_freq=0)
    model.fit(
        *(images[:4], images[4:8]), batch_size=4, verbose=0, callbacks=[board]
    )
    charts = charts_in(read(tmp_path / "train"))
    found = charts["adversarial losses by epoch"]
    tags = ["d_loss", "g_adversarial_a", "g_adversarial_b", "g_loss"]
    drawn = [t for t in tags if any(re.match(p, f"epoch_{t}") for p in found)]
    assert drawn == tags[:-1]
    assert "adversarial losses by step" in charts
    assert not any("adversarial" in title for title in charts_in(run[0]))


def charts_in(found):
    ((_, value, _), *_) = found["custom_scalars__config__"]
    layout = layout_pb2.Layout.FromString(value.item())
    return {c.title: list(c.multiline.tag) for c in layout.category[0].chart}


def test_no_chart_is_empty(run):
    found = run[0]
    ((_, value, _),) = found["custom_scalars__config__"]
    layout = layout_pb2.Layout.FromString(value.item())
    tags = set(found)
    for chart in layout.category[0].chart:
        patterns = list(chart.multiline.tag)
        assert any(re.match(p, tag) for p in patterns for tag in tags)


@pytest.mark.slow
def test_a_chart_comes_with_its_first_curve(images, tmp_path):
    class Measures(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                logs["fid"] = 9.0

    board = TensorBoard(tmp_path)
    tiny.gan().fit(
        images,
        batch_size=16,
        epochs=3,
        verbose=0,
        callbacks=[Measures(), board],
    )
    layouts = read(tmp_path / "train")["custom_scalars__config__"]
    titles = [
        [
            c.title
            for c in layout_pb2.Layout.FromString(v.item()).category[0].chart
        ]
        for _, v, _ in layouts
    ]
    assert [step for step, _, _ in layouts] == [0, 1]
    assert set(titles[1]) - set(titles[0]) == {"distance to real images"}


def test_a_schedule_is_told_by_its_name_and_first_rate(images):
    model = tiny.gan()
    cosine = keras.optimizers.schedules.CosineDecay(1e-3, 10)
    steps = keras.optimizers.schedules.PiecewiseConstantDecay([5], [0.5, 0.1])
    model.compile(keras.optimizers.Adam(cosine), keras.optimizers.SGD(steps))
    found = hyper_parameters(model)
    assert (found["d_schedule"], found["d_learning_rate"]) == (
        "CosineDecay",
        1e-3,
    )
    assert (found["g_schedule"], found["g_learning_rate"]) == (
        "PiecewiseConstantDecay",
        0.5,
    )
    model.compile("adam", "adam")
    assert hyper_parameters(model)["d_schedule"] == "constant"


def test_score_histograms_share_a_scale(run):
    found = run[0]
    real, fake = (found[f"scores/{n}"][-1][1] for n in ("real", "fake"))
    np.testing.assert_array_equal(real[:, :2], fake[:, :2])
    assert len(real) == 6  # For 16 scores, by the rule of Rice.


def test_both_networks_are_in_the_graph(run):
    found, _, model, _ = run
    ((_, value, plugin),) = found["networks"]
    assert plugin.plugin_name == "graph_run_metadata_graph"
    data = config_pb2.RunMetadata.FromString(value.item())
    graph = data.function_graphs[0].pre_optimization_graph
    names = {node.name for node in graph.node}
    for player in ("discriminator", "generator"):
        layers = {layer.name for layer in getattr(model, player).layers}
        assert {f"{player}/{layer}" for layer in layers} <= names
    assert {path for node in graph.node for path in node.input} <= names
    assert {node.op for node in graph.node} >= {"Dense", "Conv2DTranspose"}


@pytest.mark.parametrize("name", [*SMALL])
def test_every_network_of_the_package_has_a_graph(name):
    networks = made_networks(name, {})
    for network in networks:
        summary = events.networks({"player": network.to_json()})
        data = config_pb2.RunMetadata.FromString(
            summary.value[0].tensor.string_val[0]
        )
        nodes = data.function_graphs[0].pre_optimization_graph.node
        names = {node.name for node in nodes}
        # A model inside of another one is a group of its layers.
        groups = {name.rsplit("/", 1)[0] for name in names}
        layers = {f"player/{layer.name}" for layer in network.layers}
        assert layers <= names | groups
        given = {path for node in nodes for path in node.input}
        assert given <= names
        # Layers are connected: only few, such as inputs, are given nothing.
        made = sum(bool(node.input) for node in nodes)
        assert made >= len(nodes) - len(network.layers) // 2


def test_a_graph_has_operations_that_are_given_numbers():
    inputs = keras.Input((4, 3))
    x = keras.ops.reshape(inputs[:, 1], (-1, 3, 1))
    x = keras.ops.concatenate([x, keras.ops.squeeze(x, -1)[..., None]], axis=2)
    x = keras.ops.add(keras.ops.multiply(x, 2.0), x2=x)
    model = keras.Model(inputs, keras.layers.Flatten()(x), name="own")
    nested = keras.Model(inputs, model(inputs), name="outer")
    for network in (model, nested):
        summary = events.networks({"generator": network.to_json()})
        data = config_pb2.RunMetadata.FromString(
            summary.value[0].tensor.string_val[0]
        )
        graph = data.function_graphs[0].pre_optimization_graph
        found = {node.name: list(node.input) for node in graph.node}
        added = [n for n in found if n.split("/")[-1].startswith("add")]
        assert len(added) == 1
        assert len(found[added[0]]) == 2


@pytest.mark.parametrize(
    "update_freq", ["auto", pytest.param(3, marks=pytest.mark.slow)]
)
def test_training_is_the_same_under_watch(images, tmp_path, update_freq):
    plain, watched = tiny.gan_r1_ema(), tiny.gan_r1_ema()
    watched.set_weights(plain.get_weights())
    plain.fit(images, epochs=2, batch_size=16, verbose=0)
    board = TensorBoard(tmp_path, histogram_freq=1, update_freq=update_freq)
    fit(watched, images, board)
    for one, other in zip(
        tiny.weights(plain), tiny.weights(watched), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-6)
    for one, other in zip(
        seed_states(plain), seed_states(watched), strict=True
    ):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    found = read(tmp_path / "train")
    expected = list(range(1, 11)) if update_freq == "auto" else [3, 6, 9]
    assert [step for step, _ in points(found, "batch_g_loss")] == expected
    assert [s for s, _ in points(found, "epoch_g_loss")] == [0, 1]


def test_by_epoch_there_are_no_points_by_step(images, tmp_path):
    fit(tiny.gan(), images, TensorBoard(tmp_path, update_freq="epoch"))
    found = read(tmp_path / "train")
    assert not [tag for tag in found if tag.startswith("batch_")]
    assert len(found["epoch_d_loss"]) == 2


@pytest.mark.slow
def test_steps_go_on_in_a_second_fit(images, tmp_path):
    model = tiny.gan()
    fit(model, images, TensorBoard(tmp_path / "a"), epochs=1)
    fit(model, images, TensorBoard(tmp_path / "b"), epochs=1)
    found = read(tmp_path / "b" / "train")
    steps = [step for step, _ in points(found, "batch_d_loss")]
    assert steps == [6, 7, 8, 9, 10]


@pytest.mark.slow
def test_gradient_norms_are_watched_for_the_run_only(images, tmp_path):
    model = tiny.gan()
    assert (
        "d_gradient_norm" in fit(model, images, TensorBoard(tmp_path)).history
    )
    after = model.fit(images, batch_size=16, verbose=0).history
    assert "d_gradient_norm" not in after


def test_vectors_have_points_as_pictures(tmp_path):
    import keras_gan

    layers = keras.layers
    generator = keras.Sequential([keras.Input((2,)), layers.Dense(2)])
    critic = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    data = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
    fit(keras_gan.GAN(generator, critic), data, TensorBoard(tmp_path))
    found = read(tmp_path / "train")
    assert "epoch_d_loss" in found
    for tag, count in (("generated/grid", 2), ("real/grid", 1)):
        assert len(found[tag]) == count
        for _, picture, _ in found[tag]:
            with Image.open(io.BytesIO(picture[2])) as opened:
                assert opened.size == (568, 600)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="as in Keras"
)
def test_profiling_still_works(images, tmp_path):
    board = TensorBoard(tmp_path, profile_batch=(2, 3))
    fit(tiny.gan(), images, board, epochs=1)
    assert list(tmp_path.rglob("*.xplane.pb"))


def test_keras_own_options_still_work(images, tmp_path):
    board = TensorBoard(
        tmp_path,
        write_images=True,
        write_steps_per_second=True,
        update_freq="batch",
    )
    fit(tiny.gan(), images, board, epochs=1)
    found = read(tmp_path / "train")
    assert "epoch_steps_per_second" in found
    assert len(found["batch_steps_per_second"]) == 5
    assert [tag for tag in found if tag.endswith("/image")]


def test_gradients_are_those_of_the_step(images):
    """Plain descent moves each weight by the gradient times the rate."""
    model = tiny.gan()
    model.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0))
    batch = images[:16]
    unpacked = model.unpack(batch)
    found = {(p, path): g for p, path, g in model.gradients(unpacked)}
    before = {
        v.path: v.numpy() for v in model.discriminator.trainable_variables
    }
    model.train_on_batch(batch)
    for variable in model.discriminator.trainable_variables:
        moved = before[variable.path] - variable.numpy()
        gradient = found["discriminator", variable.path]
        np.testing.assert_allclose(moved, gradient, atol=1e-5)


def test_a_histogram_counts_what_numpy_counts():
    values = np.array([0.0, 0.1, 0.2, 1.0, np.nan, np.inf], "float32")
    (value,) = events.histogram("h", values, buckets=4).value
    rows = tensor_util.make_ndarray(value.tensor)
    np.testing.assert_allclose(rows[:, 2], [3, 0, 0, 1])
    np.testing.assert_allclose(rows[:, 0], [0.0, 0.25, 0.5, 0.75])


@pytest.mark.parametrize(
    ("values", "shape", "total"),
    [([], (0, 3), 0), ([2.0, 2.0], (1, 3), 2)],
    ids=["nothing", "all equal"],
)
def test_degenerate_histograms(values, shape, total):
    (value,) = events.histogram("h", values).value
    rows = tensor_util.make_ndarray(value.tensor)
    assert rows.shape == shape
    assert rows[:, 2].sum() == total


def test_curves_leave_out_what_is_not_finite():
    summary = events.scalars({"a": 1.0, "b": float("nan"), "c": float("inf")})
    assert [value.tag for value in summary.value] == ["a"]


def test_points_beyond_the_budget_are_thinned_evenly(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    written = []

    def slowly(points):
        clock[0] += 0.01 * len(points)
        written.append([step for step, _ in points])

    waiting = Points(slowly, limited=True)
    for start in (0, 100, 200):
        clock[0] += 1.0
        for step in range(start + 1, start + 101):
            waiting.add(step, {})
        waiting.flush()
    assert len(written[0]) == 100  # What it costs is not known before.
    assert written[1] == [200]
    assert written[2] == [300]


def test_points_that_come_in_late_are_put_in_order(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    written = []
    waiting = Points(lambda p: written.extend(s for s, _ in p), limited=False)
    for step in (1, 3, 2, *range(4, 20)):
        waiting.add(step, {})
    waiting.flush_if_due()
    assert written == []  # Not yet a second.
    clock[0] = 2.0
    waiting.flush_if_due()
    assert written == [1, 2, 3]
    waiting.flush()
    assert written == list(range(1, 20))


@pytest.mark.parametrize(
    "arguments",
    [
        {"histogram_freq": -1},
        {"update_freq": "step"},
        {"update_freq": 0},
        {"images_freq": -1},
        {"num_images": 0},
    ],
    ids=str,
)
def test_bad_arguments_are_refused(arguments, tmp_path):
    with pytest.raises(ValueError, match=f"`{next(iter(arguments))}`"):
        TensorBoard(tmp_path, **arguments)


@pytest.mark.slow
def test_schedules_have_a_curve_by_epoch(images, tmp_path):
    weight = schedules.Cosine(5.0, 1.0, 8)
    model = tiny.gan(regularizer=regularizers.R1(weight))
    fit(model, images[:32], TensorBoard(tmp_path, histogram_freq=0))
    found = read(tmp_path / "train")
    # After two and after four updates.
    expected = [
        (epoch, float(weight(step))) for epoch, step in ((0, 2), (1, 4))
    ]
    np.testing.assert_allclose(
        points(found, "epoch_r1_weight"), expected, rtol=1e-6
    )
    charts = layout_pb2.Layout.FromString(
        found["custom_scalars__config__"][0][1].item()
    )
    titles = [c.title for group in charts.category for c in group.chart]
    assert "penalty weights" in titles


def test_curves_by_epoch_are_in_groups_beside_their_stable_tags(run):
    found, _, _, folder = run
    pairs = {
        "2 losses/d_loss": "epoch_d_loss",
        "3 scores/d_real": "epoch_d_real",
        "4 penalties/gp": "epoch_gp",
        "5 norms/d_gradient_norm": "epoch_d_gradient_norm",
        "5 norms/g_weight_norm": "epoch_g_weight_norm",
        "6 settings/learning_rate_generator": "epoch_learning_rate_generator",
        "7 speed/images_per_second": "epoch_images_per_second",
    }
    for grouped, stable in pairs.items():
        np.testing.assert_allclose(
            points(found, grouped), points(found, stable), rtol=1e-6
        )
    beside = read(folder / "validation")
    assert points(beside, "2 losses/g_loss") == points(beside, "epoch_g_loss")


def test_the_table_of_runs_shows_quality_and_losses_first(images, tmp_path):
    def sharpness(real, fake):
        return float(fake.std())

    quality = callbacks.Evaluation(
        ["sliced_wasserstein", sharpness], images, num_samples=16
    )
    board = TensorBoard(tmp_path / "first", histogram_freq=0, images_freq=0)
    tiny.gan().fit(images[:32], epochs=1, verbose=0, callbacks=[quality, board])
    found = read(tmp_path / "first/train")
    # TensorBoard sorts the columns by their tags.
    scalars = sorted(
        tag for tag, values in found.items() if np.ndim(values[0][1]) == 0
    )
    assert scalars[:3] == [
        *("1 quality/sliced_wasserstein", "2 losses/d_loss"),
        "2 losses/g_loss",
    ]
    assert "8 others/sharpness" in scalars
