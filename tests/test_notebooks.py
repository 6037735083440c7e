"""The notebooks run, and hold what a run of them gave."""

import base64
import io
import json
from pathlib import Path

import pytest
from PIL import Image

FOLDER = Path(__file__).parents[1] / "examples"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SECONDS = 900
"""For each cell. On two cores that do nothing else minutes are enough."""

each_notebook = pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=lambda path: path.stem
)


def code_cells(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def pictures(cells):
    found = [
        output["data"]["image/png"]
        for cell in cells
        for output in cell["outputs"]
        if "image/png" in output.get("data", {})
    ]
    return [Image.open(io.BytesIO(base64.b64decode(each))) for each in found]


def test_there_are_notebooks_for_the_four_questions():
    assert {path.stem for path in NOTEBOOKS} == {
        "comparing_objectives",
        "first_gan",
        "own_networks_and_losses",
        "own_pictures",
    }


@each_notebook
def test_it_was_run_from_top_to_bottom(path):
    cells = code_cells(path)
    counts = [cell["execution_count"] for cell in cells]
    assert counts == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not [o for o in outputs if o["output_type"] == "error"]
    # Neither warnings nor TensorFlow's messages.
    assert not [o for o in outputs if o.get("name") == "stderr"]


@each_notebook
def test_its_pictures_are_small_and_not_empty(path):
    found = pictures(code_cells(path))
    assert len(found) >= 3
    assert all(len(set(each.convert("L").tobytes())) > 2 for each in found)
    assert path.stat().st_size < 300_000


@each_notebook
def test_it_speaks_of_no_machine(path):
    text = path.read_text("utf-8")
    assert not any(word in text for word in ("/root", "/work", "/tmp", "/home"))


@pytest.mark.slow
@each_notebook
def test_it_runs(path, tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat", reason="comes with nbclient")
    nbclient = pytest.importorskip("nbclient", reason="in the extra `test`")
    pytest.importorskip("ipykernel", reason="in the extra `test`")
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent))
    # As a reader's process has it: what silences TensorFlow is the package.
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    cells = [each for each in notebook.cells if each.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    assert len(pictures(cells)) == len(pictures(code_cells(path)))
