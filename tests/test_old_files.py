"""What older code saved loads, draws, and goes on as it did there."""

import zipfile

import keras
import numpy as np
import pytest

from keras_gan.cli import main
from tests.data import saved_files as saved

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="another backend draws other random numbers",
)


@pytest.fixture(scope="module", params=saved.ARCHIVES)
def files(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    extract(request.param, folder)
    return folder


def extract(name, folder):
    with zipfile.ZipFile(saved.FOLDER / f"{name}.zip") as archive:
        archive.extractall(folder)


@pytest.fixture(scope="module")
def expected(files):
    with np.load(files / "expected.npz") as arrays:
        return dict(arrays)


@pytest.mark.slow
@pytest.mark.parametrize("make", saved.MODELS, ids=lambda make: make.__name__)
def test_an_old_model_draws_and_trains_on_as_it_did(files, expected, make):
    path = files / f"{make.__name__}.keras"
    found = saved.gone_on(keras.saving.load_model(path))
    for key, value in found.items():
        # Other processors round in other places.
        wanted = expected[f"{make.__name__}/{key}"]
        np.testing.assert_allclose(value, wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "epochs"),
    [
        pytest.param("finished", 3, marks=pytest.mark.slow),
        ("interrupted", 2),
    ],
)
def test_an_old_run_draws_and_is_resumed_to_the_same_end(
    files, expected, name, epochs
):
    found = saved.resumed(files / name, epochs)
    drawn = found["drawn"].astype(int) - expected[f"{name}/drawn"]
    assert abs(drawn).max() <= 1
    wanted = expected[f"{name}/weights"]
    np.testing.assert_allclose(found["weights"], wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", saved.ARCHIVES)
def test_an_old_finished_run_is_finished(name, tmp_path, capsys):
    extract(name, tmp_path)
    folder = tmp_path / "finished"
    before = (folder / "model.keras").read_bytes()
    assert main(["train", "--resume", f"--out={folder}"]) == 0
    assert "finished already" in capsys.readouterr().out
    assert (folder / "model.keras").read_bytes() == before
