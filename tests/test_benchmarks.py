"""The page of benchmarks says what was measured, of equal contestants."""

import argparse
import math

import keras
import pytest

from keras_gan import recipes
from tests.benchmarks import op_times, peers, peers_page, peers_rows
from tests.benchmarks.contestants import keras_parts

WORKLOADS = pytest.mark.parametrize(
    "workload", peers_rows.WORKLOADS, ids=lambda each: each.name
)
RECORD = {
    "workload": "small",
    "rounds": 3,
    "machine": {"cpu": "a CPU", "cores": 2},
    "contestants": {
        peers_rows.OURS: {
            "steps": 10,
            "images": 320,
            "images_per_second": 320.0,
            "cpu_seconds_per_1000": 1.0,
            "first_step": 2.0,
            "from_start": 8.0,
            "memory": 1024,
            "wall": [1.0, 2.0, 1.0],
            "others": [0.0, 0.01, 0.02],
            "versions": {"keras": "3"},
        },
        "keras_gan-jax": {
            "steps": 5,
            "images": 160,
            "images_per_second": 160.0,
            "cpu_seconds_per_1000": 0.12345,
            "first_step": 2.0,
            "from_start": 8.0,
            "memory": 10,
            "wall": [1.0, 1.0, 2.0],
            "others": [0.0, 0.01, 0.02],
            "versions": {"jax": "1"},
        },
        "pytorch": {"missing": "no first step within 240 s"},
    },
}


def test_the_page_is_what_the_records_say():
    assert peers_page.PAGE.read_text("utf-8") == peers_page.page()


@WORKLOADS
def test_torch_has_the_same_layers_with_as_many_weights(workload):
    pytest.importorskip("torch")
    from tests.benchmarks.contestants.torch_networks import NETWORKS

    ours = keras_parts.networks(workload)
    theirs = NETWORKS[workload.name]()
    for mine, other in zip(ours, theirs, strict=True):
        weights = [math.prod(w.shape) for w in mine.trainable_weights]
        assert weights == [w.numel() for w in other.parameters()]


@WORKLOADS
def test_torch_has_the_same_shapes(workload):
    torch = pytest.importorskip("torch")
    from tests.benchmarks.contestants.torch_networks import NETWORKS

    generator, discriminator = NETWORKS[workload.name]()
    made = generator(torch.zeros(2, peers_rows.LATENT_DIM))
    assert made.shape == (2, 1, 28, 28)
    assert discriminator(made).shape == (2, 1)


@WORKLOADS
def test_all_have_the_optimizers_of_the_recipe(workload):
    recipe = keras_parts.recipe(workload)
    gan = recipes.assemble(recipe, (28, 28, 1), seed=0)
    theirs = keras_parts.adam(workload)
    for ours in (gan.optimizer.discriminator, gan.optimizer.generator):
        assert type(ours) is type(theirs) is keras.optimizers.Adam
        for name in ("learning_rate", "beta_1", "beta_2"):
            assert float(getattr(ours, name)) == float(getattr(theirs, name))


@WORKLOADS
def test_all_score_alike(workload):
    last = keras_parts.networks(workload)[1].layers[-1]
    logits = last.activation is keras.activations.linear
    assert logits == workload.logits


@WORKLOADS
def test_turns_end_with_the_generators_step(workload):
    for steps in (workload.steps, workload.jax_steps):
        assert steps % workload.critic_steps == 0


def test_ratios_are_those_of_rounds():
    # Turns of JAX have half the images here.
    assert peers_page.ratios(RECORD, "keras_gan-jax") == [2.0, 1.0, 4.0]
    assert peers_page.ratios(RECORD, "pytorch") == []


def test_the_table_shows_medians_and_what_is_missing():
    rows = peers_page.table(RECORD).splitlines()[2:]
    cells = [[c.strip() for c in row.strip("|").split("|")] for row in rows]
    assert cells[0][1:] == ["320", "1", "2.0 (8.0)", "1,024", "1"]
    assert cells[1][2] == "2.00 (1.00 to 4.00)"
    assert cells[1][5] == "0.123"
    assert cells[2][1:] == ["no first step within 240 s", "", "", "", ""]


def test_the_page_names_the_machine_and_the_turns():
    text = peers_page.about(peers_rows.workload("small"), RECORD)
    assert "batches of 32, 10 (JAX: 5) of them a turn, 3 rounds" in text
    assert "2 cores, of whose time 1.0% went to other processes" in text
    assert "Keras 3, JAX 1" in text


@pytest.mark.slow
def test_a_run_measures_every_turn():
    options = argparse.Namespace(steps=5, rounds=2, limit=600.0)
    names = (peers_rows.OURS, "tf-function")
    found = peers.measure(
        peers_rows.workload("small"),
        [peers_rows.contestant(each) for each in names],
        options,
    )
    assert tuple(found["contestants"]) == names
    for each in found["contestants"].values():
        assert len(each["wall"]) == len(each["cpu"]) == 2
        assert min(each["wall"] + each["cpu"]) > 0.0
        assert 0.0 < each["first_step"] < each["from_start"]
        assert each["memory"] > 100


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="TensorFlow's profiler"
)
def test_operations_are_timed_by_type_and_calls_left_out(tmp_path):
    import tensorflow as tf

    @tf.function(autograph=False)
    def inner(x):
        return tf.matmul(tf.matmul(x, x), x)

    @tf.function(autograph=False)
    def outer(x):
        return tf.while_loop(
            lambda n, _: n < 3, lambda n, y: (n + 1, inner(y)), (0, x)
        )

    x = tf.ones((64, 64))
    outer(x)
    tf.profiler.experimental.start(str(tmp_path))
    outer(x)
    tf.profiler.experimental.stop()
    found, count = op_times.operations(tmp_path)
    assert found["MatMul"] > 0
    assert count >= 6
    assert not set(found) & set(op_times.CALLS)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_torch_cannot_compile_the_gradient_penalty():
    torch = pytest.importorskip("torch")
    from tests.benchmarks.contestants import plain_torch, torch_networks

    critic = torch.compile(torch_networks.wgan_gp()[1])
    images = torch.zeros(2, 1, 28, 28)
    penalty = plain_torch.gradient_penalty(critic, images, images + 1.0)
    with pytest.raises(RuntimeError, match="double backward"):
        penalty.backward()
