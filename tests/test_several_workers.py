"""Several workers measure and draw once, and go by the same numbers."""

import importlib.util
import json
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_gan import backend, callbacks
from keras_gan.models.several_workers import StopTogether
from keras_gan.run_folder import Interruption, OptionalCallback
from tests import tiny
from tests.test_replicas import ROOT, finish, free_port, start

SCRIPT = ROOT / "tests" / "data" / "worker_run.py"
ENGINES = {
    "mirrored": ("tensorflow", 1),
    "multiworker": ("tensorflow", 2),
    "torch": ("torch", 2),
    "jax": ("jax", 1),
    "jax-processes": ("jax", 2),
}
"""The backend of each engine, and its processes."""


def run(engine, backend, processes, folder):
    """What each worker's script wrote."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"needs {backend}")
    port = free_port(processes)
    count = 1 if engine == "one" else 2
    finish(
        [
            start([SCRIPT, engine, count, rank, port, folder], backend)
            for rank in range(processes)
        ]
    )
    return [
        json.loads(Path(folder, f"{rank}.json").read_text("utf-8"))
        for rank in range(processes)
    ]


def flat(found):
    return np.concatenate([np.ravel(each) for each in found["weights"]])


@pytest.fixture(scope="module")
def one_device(tmp_path_factory):
    known = {}

    def found(backend):
        if backend not in known:
            folder = tmp_path_factory.mktemp("one")
            known[backend] = run("one", backend, 1, folder)[0]
        return known[backend]

    return found


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_workers_measure_once_and_agree(engine, one_device, tmp_path):
    backend, processes = ENGINES[engine]
    workers = run(engine, backend, processes, tmp_path)
    expected = one_device(backend)
    first = workers[0]
    # Rollback and TensorBoard make as many as the first batch has, which is a
    # process's part of it, and do so after three epochs.
    fewer = 6 * (expected["looked_at"] - first["looked_at"])
    for what, count in expected["seen"].items():
        seen = sum(each["seen"][what] for each in workers)
        assert seen == count - fewer * (what == "generated")
    for other in workers[1:]:
        # To the bit: what stops by a number must stop all.
        assert other["stopped"] == first["stopped"]
        assert other["early"] == first["early"]
        np.testing.assert_array_equal(flat(other), flat(first))
    assert len(first["stopped"]["fid"]) == 3
    assert len(first["early"]["fid"]) == 2
    np.testing.assert_allclose(flat(first), flat(expected), atol=2e-6)
    for name in ("d_loss", "fid", "kid"):
        np.testing.assert_allclose(
            first["stopped"][name], expected["stopped"][name], rtol=1e-3
        )
    np.testing.assert_allclose(first["alone"], expected["alone"], atol=2e-6)
    assert len(list((tmp_path / "images").glob("*.png"))) == 3


def pretend(monkeypatch, rank, said):
    """Makes this process one of two, in which the first one says something."""
    text = json.dumps(said).encode()
    answers = iter([np.array([len(text)], "int32"), np.array(list(text))])
    monkeypatch.setattr(backend, "worker", lambda model: (rank, 2))
    monkeypatch.setattr(
        backend._adapter, "workers_sum", lambda model, numbers: next(answers)
    )


def test_the_others_return_what_the_first_one_said(monkeypatch):
    pretend(monkeypatch, 1, [{"fid": 0.1, "kid": float("nan")}])
    found = backend.by_first_worker(None, lambda: 1 / 0, "Measuring")
    assert found["fid"] == 0.1
    assert np.isnan(found["kid"])


def test_what_fails_on_the_first_worker_fails_on_all(monkeypatch):
    pretend(monkeypatch, 1, [])
    with pytest.raises(RuntimeError, match="Measuring failed on the first"):
        backend.by_first_worker(None, lambda: 1, "Measuring")


def test_the_first_worker_tells_the_others_before_it_fails(monkeypatch):
    pretend(monkeypatch, 0, [])
    monkeypatch.setattr(backend._adapter, "alone", backend.strategy_scope)
    with pytest.raises(ZeroDivisionError):
        backend.by_first_worker(tiny.gan(), lambda: 1 / 0, "Measuring")


def fit_as(monkeypatch, rank, given, images):
    """The callbacks that `fit` calls on one of two workers."""
    found = []
    monkeypatch.setattr(backend, "worker", lambda model: (rank, 2))
    monkeypatch.setattr(backend, "any_worker", lambda model, flag: flag)
    monkeypatch.setattr(
        keras.Model, "fit", lambda self, *a, **k: found.append(k["callbacks"])
    )
    model = tiny.gan()
    model.compile()
    model.fit(images[:16], callbacks=given)
    (called,) = found
    return called


@pytest.mark.parametrize("rank", [0, 1])
def test_only_the_first_worker_draws(monkeypatch, images, tmp_path, rank):
    stock = keras.callbacks.EarlyStopping("fid")
    given = [
        callbacks.ImageSnapshot(tmp_path),
        OptionalCallback(callbacks.TensorBoard(tmp_path), "events"),
        callbacks.LiveDisplay(),
        stock,
    ]
    called = fit_as(monkeypatch, rank, given, images)
    assert isinstance(called[-1], StopTogether)
    assert stock in called
    drawing = [each for each in given if each in called and each is not stock]
    assert drawing == (given[:3] if rank == 0 else [])


def test_a_list_of_keras_is_used_again(monkeypatch, images):
    model = tiny.gan()
    given = keras.callbacks.CallbackList(
        [callbacks.LiveDisplay()], model=model, epochs=1
    )
    for _ in range(2):
        called = fit_as(monkeypatch, 1, given, images)
        kinds = [type(each) for each in called.callbacks]
        assert kinds.count(StopTogether) == 1
        assert callbacks.LiveDisplay not in kinds


def test_one_worker_s_wish_stops_training(monkeypatch, images):
    monkeypatch.setattr(backend, "any_worker", lambda model, flag: True)
    stop = StopTogether()
    history = tiny.gan().fit(images, epochs=5, verbose=0, callbacks=[stop])
    assert len(history.history["d_loss"]) == 1


def test_a_signal_waits_for_the_epoch_where_several_train(monkeypatch, images):
    monkeypatch.setattr(backend, "any_worker", lambda model, flag: flag)
    interruption = Interruption(together=True)
    interruption.requested = True
    history = tiny.gan().fit(
        images, epochs=5, batch_size=16, verbose=0, callbacks=[interruption]
    )
    assert not interruption.cut_short
    assert len(history.history["d_loss"]) == 1


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="tf.distribute"
)
@pytest.mark.parametrize(
    ("cluster", "task", "expected"),
    [
        ({}, (None, None), (0, 1)),
        ({"worker": ["a:1", "b:1"]}, ("worker", 1), (1, 2)),
        ({"chief": ["a:1"], "worker": ["b:1"]}, ("chief", 0), (0, 2)),
        ({"chief": ["a:1"], "worker": ["b:1"]}, ("worker", 0), (1, 2)),
    ],
)
def test_a_chief_is_the_first_worker(cluster, task, expected):
    import tensorflow as tf

    from keras_gan.backend import tensorflow

    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec(cluster), task_type=task[0], task_id=task[1]
    )
    assert tensorflow._place(resolver) == expected
