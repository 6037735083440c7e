import runpy
import sys
from pathlib import Path

import keras
import matplotlib
import numpy as np
import pytest
from PIL import Image

import keras_gan
from tests.shortened import one_step as one_step

matplotlib.use("Agg")
FOLDER = Path(__file__).parents[1] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))
TESTED_ELSEWHERE = (
    *("log_to_mlflow", "log_to_wandb", "search_with_keras_tuner", "sweep"),
)
"""In `test_examples_experiments.py`, which looks at what they write."""
QUICK = ("custom_objective", "dense_logits", "vanilla")

# The names that the tutorial's script has.
VANILLA_FLAGS = [
    *("--epochs=1", "--batch_size=16", "--lr=1e-3", "--b1=0.4", "--b2=0.9"),
    *("--latent_dim=8", "--img_size=32", "--channels=1"),
]


def arguments(name, folder):
    if name == "switch_backend":
        return [keras.backend.backend()]
    if name == "vanilla":
        return VANILLA_FLAGS
    if name != "image_folder":
        return []
    pictures = folder / "mine"
    pictures.mkdir()
    rng = np.random.default_rng(0)
    for index in range(4):
        noise = rng.integers(0, 256, (70, 80, 3), dtype="uint8")
        Image.fromarray(noise).save(pictures / f"{index}.png")
    return [str(pictures)]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[] if path.stem in QUICK else pytest.mark.slow)
        for path in EXAMPLES
        if path.stem not in TESTED_ELSEWHERE
    ],
    ids=lambda path: path.stem,
)
@pytest.mark.filterwarnings(
    "ignore:The generator has not been updated:UserWarning"  # So few steps.
)
def test_an_example_runs(path, one_step, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(
        sys, "argv", [str(path), *arguments(path.stem, tmp_path)]
    )
    gan = runpy.run_path(str(path), run_name="__main__").get("gan")
    if isinstance(gan, keras_gan.WGANGP):
        # At the paper's 1e-4 so few epochs only get to outlines.
        told = isinstance(gan, keras_gan.ConditionalGAN)
        for player in gan.optimizer.optimizers:
            rate = float(player.learning_rate)
            assert rate == pytest.approx(3e-4 if told else 1e-3)
    snapshots = 'ImageSnapshot("pictures")' in path.read_text()
    if snapshots or isinstance(gan, keras_gan.WGANGP):
        assert list(Path("pictures").glob("*.png"))


def test_examples_are_short():
    for path in EXAMPLES:
        assert len(path.read_text().splitlines()) <= 80, path.name
