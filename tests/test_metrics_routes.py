"""A finished run measured in training, from its folder, from its samples."""

import json
import os
from pathlib import Path

import keras
import pytest

from keras_gan import datasets, features, metrics, run_folder
from keras_gan import images as pictures
from keras_gan.cli import main

NUM_SAMPLES = 300
NUM_REAL = 90
TINY = [
    "--data=fashion_mnist_sample",
    f"--set=limit={NUM_REAL}",
    "--batch-size=32",
    "--epochs=1",
    f"--set=evaluation.num_samples={NUM_SAMPLES}",
    "--set=networks.filters=2",
]
RUNS = [
    pytest.param("quick", id="one class"),
    pytest.param("ac-gan", id="conditional", marks=pytest.mark.slow),
]
LABEL = {"quick": 3, "ac-gan": None}
SAME = ["--real-split=train", f"--num-samples={NUM_SAMPLES}"]
SAMPLES = ["-n", str(NUM_SAMPLES), "--seed=0"]


@pytest.fixture(scope="module", params=RUNS)
def recipe(request, tmp_path_factory):
    """The recipe of a finished run in the folder `r`."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("routes"))
    label = f"--set=label={json.dumps(LABEL[request.param])}"
    assert main(["train", request.param, *TINY, label, "--out=r"]) == 0
    yield request.param
    os.chdir(before)


def measured(capsys, *arguments):
    capsys.readouterr()
    assert main(["evaluate", *arguments, *SAME, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_all_routes_give_one_number(recipe, capsys):
    logged = run_folder.read_metrics(Path("r/metrics.csv"))[-1]["fid"]
    of_run = measured(capsys, "r")
    assert main(["generate", "r", *SAMPLES, "--out=samples.npz"]) == 0
    of_samples = measured(capsys, "samples.npz", "--data=r")
    assert (of_run["num_real"], of_run["num_fake"]) == (NUM_REAL, NUM_SAMPLES)
    assert of_run["fid"] == logged
    if recipe == "quick":
        assert of_samples == of_run
    # `generate` sorts by class, which changes the order of sums.
    for name in metrics.DEFAULT_METRICS:
        assert of_samples[name] == pytest.approx(of_run[name], rel=1e-9)


@pytest.mark.slow
def test_the_functions_give_the_same_numbers(recipe, capsys):
    gan = keras.saving.load_model("r/model.keras")
    real, _ = datasets.load(
        "fashion_mnist_sample", label=LABEL[recipe], limit=NUM_REAL
    )
    # Classes come in turn by default.
    fake = pictures.to_uint8(gan.generate(NUM_SAMPLES, seed=0))
    extractor = features.classifier("fashion_mnist")
    with pytest.warns(UserWarning, match="generated images"):
        expected = metrics.evaluate(
            real, fake, extractor=extractor, real_split="train", k=3
        )
    found = measured(capsys, "r", "--k=3")
    assert found.pop("cautions")  # What the command says of so few images.
    assert found == {"data": "fashion_mnist_sample", **expected}


def test_named_data_have_no_limit_of_the_run(recipe, capsys):
    found = measured(
        capsys, "r", "--data=fashion_mnist_sample", "--num-real=120"
    )
    assert (found["num_real"], found["num_fake"]) == (120, NUM_SAMPLES)
