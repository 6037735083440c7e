"""Several workers measure and draw once, and go by the same numbers."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from tests.test_replicas import ROOT, finish, free_port, start

SCRIPT = ROOT / "tests" / "data" / "worker_run.py"
ENGINES = {
    "mirrored": ("tensorflow", 1),
    "multiworker": ("tensorflow", 2),
    "torch": ("torch", 2),
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
