"""Exported models: names, facts, missing packages, and programs of the docs."""

import importlib.util
import io
import json
import re
import threading
import urllib.request
from pathlib import Path

import keras
import numpy as np
import pytest
import tiny
from PIL import Image

from keras_gan.cli import exporting, main

PAGE = Path(__file__).parents[1] / "docs" / "export.md"
on_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a TensorFlow format"
)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder with a model that is in no run."""
    monkeypatch.chdir(tmp_path)
    gan = tiny.gan(ema_decay=0.9)
    gan.save("gan.keras")
    return gan


def program(title):
    """Returns the first program of a section of the docs."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {title}\n")[1]
    return re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]


def expected(gan):
    latents = np.random.default_rng(0).normal(size=(4, tiny.LATENT))
    made = gan.generate(latents=latents.astype("float32"))
    return (made + 1) / 2 * 255


@pytest.mark.slow
@on_tensorflow
@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
def test_the_tflite_program_makes_the_same_images(elsewhere):
    out = ["--format=tflite", "--out=generator.tflite"]
    assert main(["export", "gan.keras", *out]) == 0
    found = {}
    exec(program("TFLite"), found)
    assert np.abs(found["pixels"] - expected(elsewhere)).max() < 1.0
    (given,) = found["interpreter"].get_input_details()
    (made,) = found["interpreter"].get_output_details()
    assert "latents" in given["name"]
    assert list(given["shape_signature"]) == [-1, tiny.LATENT]
    runner = found["interpreter"].get_signature_runner()
    assert list(runner.get_output_details()) == ["images"]
    assert made["shape"][0] == 4


@on_tensorflow
@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("tf2onnx", "onnxruntime"))),
    reason="tf2onnx and onnxruntime are not installed",
)
@pytest.mark.filterwarnings("ignore")
def test_the_onnx_program_makes_the_same_images(elsewhere):
    out = ["--format=onnx", "--out=generator.onnx"]
    assert main(["export", "gan.keras", *out]) == 0
    found = {}
    exec(program("ONNX"), found)
    assert np.abs(found["pixels"] - expected(elsewhere)).max() < 1.0
    (made,) = found["session"].get_outputs()
    assert made.name == "images"
    assert made.shape[1:] == list(tiny.SHAPE)


def test_the_web_app_answers_with_a_picture(elsewhere):
    Path("runs/first").mkdir(parents=True)
    Path("gan.keras").rename("runs/first/model.keras")
    text = program("A web app in twenty lines")
    assert len([line for line in text.splitlines() if line.strip()]) <= 20
    text = text.replace("ThreadingHTTPServer((", "server = Quiet((")
    text = text.replace("8000", "0").replace(".serve_forever()", "")
    from http.server import ThreadingHTTPServer

    found = {"Quiet": ThreadingHTTPServer}
    exec(text, found)
    found["NewImages"].log_message = lambda *_: None
    with found["server"] as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        with urllib.request.urlopen(address) as answer:
            content = answer.read()
        server.shutdown()
        thread.join()
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (4 * 58 + 2, 4 * 58 + 2)


def test_the_facts_are_those_of_the_model(elsewhere, monkeypatch):
    monkeypatch.setattr(exporting, "require_packages", lambda form: None)
    monkeypatch.setattr(
        keras.Model, "export", lambda self, path, **_: Path(path).touch()
    )
    assert main(["export", "gan.keras", "--format=onnx", "--out=g.onnx"]) == 0
    facts = json.loads(Path("g.onnx.json").read_text())
    assert facts["value_range"] == [-1.0, 1.0]
    assert facts["inputs"]["latents"]["shape"] == [None, tiny.LATENT]
    assert facts["model"] == "g.onnx"
    assert facts["classes"] is None


def test_a_missing_package_is_one_line_with_the_command(
    elsewhere, monkeypatch, capsys
):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["export", "gan.keras", "--format=onnx", "--out=g.onnx"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pip install" in error
    assert not Path("g.onnx").exists()


def test_inputs_and_outputs_have_names_that_say_what_they_are():
    gan = tiny.conditional_gan()
    network = exporting.named_network(gan, "onnx")
    assert [each.name for each in network.inputs] == ["latents", "labels"]
    assert list(network.output) == ["images"]
    assert all(each.shape[0] is None for each in network.inputs)
