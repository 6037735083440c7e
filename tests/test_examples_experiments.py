"""The examples that follow experiments: what they write is looked at."""

import csv
import json
import runpy
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import cli, datasets

EXAMPLES = Path(__file__).parents[1] / "examples"
EPOCHS = 2
STEPS = 2
RATES = {
    "discriminator": [4e-4] * EPOCHS,
    # The cosine of the example, after each epoch of two steps.
    "generator": [
        2e-4 * 0.5 * (1 + np.cos(np.pi * STEPS * (epoch + 1) / 1000))
        for epoch in range(EPOCHS)
    ],
}


@pytest.fixture
def short(monkeypatch, tmp_path):
    """Takes the time out of an example, and puts what it writes aside."""
    load, fit = datasets.load, keras_gan.AdversarialModel.fit

    def few(name, split="train", **kwargs):
        return load("fashion_mnist_sample", split, **{**kwargs, "limit": 128})

    def twice(self, *args, **kwargs):
        return fit(self, *args, **{**kwargs, "epochs": EPOCHS, "verbose": 0})

    monkeypatch.setattr(datasets, "load", few)
    monkeypatch.setattr(keras_gan.AdversarialModel, "fit", twice)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(name, monkeypatch, *arguments):
    path = EXAMPLES / f"{name}.py"
    monkeypatch.setattr(sys, "argv", [str(path), *arguments])
    return runpy.run_path(str(path), run_name="__main__")


def needed(package):
    """Skips a test where a package that the project can do without lacks."""
    pytest.importorskip(package, reason=f"needs `pip install {package}`")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Of another project.
def test_wandb_gets_the_logs_and_the_true_learning_rates(short, monkeypatch):
    needed("wandb")
    import wandb

    sent = []
    log = wandb.Run.log

    def noted(self, data, *args, **kwargs):
        sent.append(data)
        return log(self, data, *args, **kwargs)

    monkeypatch.setattr(wandb.Run, "log", noted)
    run("log_to_wandb", monkeypatch)
    assert [each["epoch"] for each in sent] == [0, 1]
    for each in sent:
        assert {"d_loss", "g_loss", "r1", "generated"} <= set(each)
    for player, rates in RATES.items():
        found = [each[f"learning_rate/{player}"] for each in sent]
        assert found == pytest.approx(rates, rel=1e-4)
    assert list((short / "wandb").glob("offline-run-*/run-*.wandb"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Of another project.
def test_mlflow_gets_the_logs_and_the_true_learning_rates(short, monkeypatch):
    needed("mlflow")
    run("log_to_mlflow", monkeypatch)
    import mlflow

    (found,) = mlflow.search_runs(
        search_all_experiments=True, output_format="list"
    )
    client = mlflow.MlflowClient()

    def history(name):
        points = client.get_metric_history(found.info.run_id, name)
        return [point.value for point in points]

    assert len(history("g_loss")) == EPOCHS
    for player, rates in RATES.items():
        name = f"learning_rate_{player}"
        assert history(name) == pytest.approx(rates, rel=1e-4)
    assert found.data.params["regularizer"] == "r1"
    saved = list(short.glob("mlruns/*/*/artifacts/gan.keras"))
    assert len(saved) == 1
    assert isinstance(keras.saving.load_model(saved[0]), keras_gan.GAN)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Of another project.
def test_keras_tuner_finds_the_lowest_fid(short, monkeypatch, capsys):
    needed("keras_tuner")
    import keras_tuner

    search = keras_tuner.RandomSearch

    def two_trials(*args, **kwargs):
        return search(*args, **{**kwargs, "max_trials": 2})

    monkeypatch.setattr(keras_tuner, "RandomSearch", two_trials)
    made = run("search_with_keras_tuner", monkeypatch)
    trials = made["tuner"].oracle.get_best_trials(2)
    scores = [trial.score for trial in trials]
    assert scores == sorted(scores)
    assert all(np.isfinite(scores))
    best = trials[0].hyperparameters.values
    gan = made["gan"]
    for player, name in (("discriminator", "d_rate"), ("generator", "g_rate")):
        rate = float(gan.optimizer.players[player].learning_rate)
        assert rate == pytest.approx(best[name], rel=1e-5)
    assert gan.regularizers[0].weight == pytest.approx(best["r1_weight"])


def test_a_sweep_trains_each_setting_with_each_seed_once(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    asked = []

    def noted(argv):
        asked.append(argv)
        if argv[0] == "train":
            folder = Path(argv[-1].removeprefix("--out="))
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "config.json").touch()
            (folder / "model.keras").touch()

    monkeypatch.setattr(cli, "run", noted)
    run("sweep", monkeypatch, "--epochs=5")
    *trained, compared = asked
    assert len({tuple(argv) for argv in trained}) == 2 * 2 * 3
    assert trained[1] == [
        *("train", "quick", "--seed=1", "--set=d_opt.learning_rate=0.0002"),
        *("--set=model.ema_decay=0.0", "--epochs=5"),
        "--out=sweep/d_opt.learning_rate=0.0002-model.ema_decay=0.0-seed=1",
    ]
    assert compared[:2] == ["compare", "sweep"]
    # Again: what is done is left alone, and what was stopped goes on.
    stopped = Path(trained[1][-1].removeprefix("--out="))
    (stopped / "model.keras").unlink()
    asked.clear()
    run("sweep", monkeypatch, "--epochs=5")
    assert asked == [["train", "--resume", f"--out={stopped}"], compared]


@pytest.mark.slow
def test_a_sweep_goes_on_where_it_was_stopped_and_compares(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.chdir(tmp_path)
    small = [
        *("--set=networks.filters=2", "--set=networks.stages=1"),
        *("--set=limit=32", "--set=batch_size=16", "--set=evaluation=none"),
        "--epochs=1",
    ]
    run("sweep", monkeypatch, *small)
    table = (tmp_path / "sweep.csv").read_text()
    rows = list(csv.DictReader(table.splitlines()))
    assert len(rows) == 4
    assert {row["runs"] for row in rows} == {"3"}
    assert {row["seeds"] for row in rows} == {"0 1 2"}
    assert "| recipe | model.ema_decay | d_opt.learning_rate |" in (
        (tmp_path / "sweep.md").read_text()
    )
    # One run is as if it had been stopped before its end.
    name = "d_opt.learning_rate=0.0002-model.ema_decay=0.0-seed=1"
    stopped = tmp_path / "sweep" / name
    (stopped / "model.keras").unlink()
    before = json.loads((stopped / "config.json").read_text())
    capsys.readouterr()
    run("sweep", monkeypatch, *small)
    assert capsys.readouterr().out.count("Resuming after epoch 1.") == 1
    assert (stopped / "model.keras").is_file()
    assert json.loads((stopped / "config.json").read_text()) == before
