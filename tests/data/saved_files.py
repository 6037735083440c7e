"""Writes an archive of what this code saves, and what it makes of it next.

`KERAS_BACKEND=tensorflow PYTHONPATH=. python tests/data/saved_files.py NAME`
writes `NAME.zip`. There are

* `saved_by_0_1_0.zip`, by version 0.1.0;
* `saved_before_players.zip`, by the code before `AdversarialModel`.

In each are

* `finished/`, a run of two epochs, and `interrupted/`, the same one killed in
  its second epoch, without what only people look at;
* a `.keras` file of each of `MODELS`, saved after three steps;
* `expected.npz`: what these make next, see `resumed` and `gone_on`.
"""

import sys
import tempfile
import zipfile
from pathlib import Path

import keras
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests"))

import tiny  # noqa: E402

from keras_gan import datasets  # noqa: E402
from keras_gan.cli import loading, main, progress  # noqa: E402

FOLDER = Path(__file__).parent
ARCHIVES = ("saved_by_0_1_0", "saved_before_players")
MODELS = (tiny.gan_r1_ema, tiny.wgan_gp, tiny.conditional_gan, tiny.ac_gan)
TRAIN = [
    *("train", "quick", "--data=fashion_mnist_sample", "--set=limit=64"),
    *("--set=image_size=8", "--set=networks.stages=1"),
    *("--set=networks.filters=2", "--set=networks.dropout=0.2"),
    *("--set=model.ema_decay=0.9", "--batch-size=32", "--epochs=2"),
    "--set=evaluation.num_samples=64",
]
KEPT = ("*.keras", "config.json", "metrics.csv", "images/*", "backup/*")


def data(conditional):
    """48 real images, 8x8 grey in [-1, 1], with classes where wanted."""
    pictures, classes = datasets.load("fashion_mnist_sample")
    squares = pictures[:48, 2:26, 2:26].reshape(48, 8, 3, 8, 3)
    images = (squares.mean(axis=(2, 4)) / 127.5 - 1.0).astype("float32")
    labels = np.asarray(classes[:48]) % 3
    return (images[..., None], labels) if conditional else (images[..., None],)


def gone_on(gan):
    """What a loaded model draws, and its weights after an epoch more."""
    conditional = hasattr(gan, "num_classes")
    labels = [0, 1, 2, 0] if conditional else None
    drawn = gan.generate(4, labels=labels, seed=2)
    arguments = {"batch_size": 16, "shuffle": False, "verbose": 0}
    gan.fit(*data(conditional), epochs=1, **arguments)
    return {"drawn": drawn, "weights": state(gan)}


def resumed(folder, epochs):
    """What a run draws, and its weights at its end."""
    drawn = loading.load(folder).generate(8, None, 1)
    arguments = ["--resume", f"--out={folder}", f"--epochs={epochs}"]
    assert main(["train", *arguments]) == 0
    end = state(keras.saving.load_model(folder / "model.keras"))
    return {"drawn": drawn, "weights": end}


def state(gan):
    networks = (gan.generator, gan.discriminator, gan.ema_generator)
    return np.concatenate(
        [
            weight.ravel()
            for network in networks
            if network is not None
            for weight in network.get_weights()
        ]
    )


class Killed(BaseException):
    """Stands for a process that is gone."""


def interrupted_run(folder):
    before = progress.Progress.on_epoch_begin

    def fall(self, epoch, logs=None):
        before(self, epoch, logs)
        if epoch == 1:
            raise Killed

    progress.Progress.on_epoch_begin = fall
    try:
        main([*TRAIN, f"--out={folder}"])
    except Killed:
        return
    finally:
        progress.Progress.on_epoch_begin = before


def write(archive, folder):
    """Saves everything, then sees what comes of it."""
    assert main([*TRAIN, f"--out={folder / 'finished'}"]) == 0
    interrupted_run(folder / "interrupted")
    for make in MODELS:
        keras.utils.set_random_seed(1)
        gan = make()
        arrays = data(hasattr(gan, "num_classes"))
        gan.fit(*arrays, batch_size=16, shuffle=False, verbose=0)
        gan.save(folder / f"{make.__name__}.keras")
    for pattern in ("*.keras", *(f"*/{each}" for each in KEPT)):
        for path in sorted(folder.glob(pattern)):
            archive.write(path, path.relative_to(folder))
    found = {
        "finished": resumed(folder / "finished", 3),
        "interrupted": resumed(folder / "interrupted", 2),
    }
    for make in MODELS:
        path = folder / f"{make.__name__}.keras"
        found[make.__name__] = gone_on(keras.saving.load_model(path))
    with archive.open("expected.npz", "w") as file:
        np.savez(
            file,
            **{
                f"{name}/{key}": value
                for name, values in found.items()
                for key, value in values.items()
            },
        )


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as path,
        zipfile.ZipFile(
            FOLDER / f"{sys.argv[1]}.zip",
            "w",
            zipfile.ZIP_DEFLATED,
            compresslevel=9,
        ) as archive,
    ):
        write(archive, Path(path))
