"""A run of a recipe, as it stands, has no warning to give."""

import pytest

from keras_gan.cli import main

# One of each kind of model, networks, data and steering. The first ones would
# take all of Fashion-MNIST, which may not be installed.
SAMPLED = ("quick", "few-images", "ac-gan", "wgan-gp", "r3gan", "style-gan")
OTHERS = ("ring", "pix2pix", "cyclegan", "super-resolution")


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SAMPLED, *OTHERS])
def test_a_short_run_warns_of_nothing(name, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    data = ["--data=fashion_mnist_sample"] if name in SAMPLED else []
    # Enough steps for a critic that makes five for each of the generator.
    short = ["--epochs=1", "--set=limit=64", "--batch-size=8", "--out=run"]
    code = main(["train", name, *data, *short])
    monkeypatch.undo()
    said = "".join(capfd.readouterr())
    assert code == 0, said
    # TensorFlow's own, of the sixth model in one process.
    lines = [line for line in said.splitlines() if "retracing" not in line]
    assert not [line for line in lines if "warning" in line.lower()]
    assert list((tmp_path / "run" / "tensorboard").rglob("events.out*"))
