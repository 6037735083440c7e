"""Makes the trained models in the package, with their cards and their page.

    python tests/benchmarks/presets.py quick_fashion_mnist
    python tests/benchmarks/presets.py quick_fashion_mnist --run RUN
    python tests/benchmarks/presets.py --write

Trains by the command that the card names, or takes the folder of that run or
of `results.py --keep`, whose model is the same. Keeps the networks alone, with
averaged weights as float16, and measures what was kept. `--write` writes the
page alone.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from keras_gan._atomic_write import write_bytes, write_text

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "keras_gan" / "assets" / "presets"
PAGE = ROOT / "docs" / "presets.md"
PICTURES = ROOT / "docs" / "presets"
METRICS = ("fid", "kid", "precision", "recall", "density", "coverage")
SAMPLES = 10_000


class Preset(NamedTuple):
    """A model to train and to keep.

    Attributes:
        recipe: The recipe that trains it.
        epochs: How long.
        data: The name of the data set, all of it.
        description: What it makes, for its card.
        licence: Of the data.
        seed: The seed of its run.
    """

    recipe: str
    epochs: int
    data: str
    description: str
    licence: str
    seed: int = 0

    @property
    def arguments(self):
        """The arguments of `keras-gan` that train it."""
        return [
            *("train", self.recipe, "--data", self.data),
            *("--epochs", str(self.epochs), "--seed", str(self.seed)),
        ]


_FASHION = "MIT, Zalando SE"
PRESETS = {
    "quick_fashion_mnist": Preset(
        "quick",
        20,
        "fashion_mnist",
        "Clothes, shoes and bags, 28x28, grey.",
        _FASHION,
    ),
    "ac_gan_fashion_mnist": Preset(
        "ac-gan",
        10,
        "fashion_mnist",
        "Clothes, shoes and bags, 28x28, grey, of the class that you name.",
        _FASHION,
    ),
    "style_gan_fashion_mnist": Preset(
        "style-gan",
        10,
        "fashion_mnist",
        "Clothes, shoes and bags, 28x28, grey, by styles: for truncation, "
        "mixing and directions.",
        _FASHION,
    ),
}


def train(preset, folder):
    """Trains a preset by its command, into a run's folder."""
    command = [sys.executable, "-m", "keras_gan.cli", *preset.arguments]
    subprocess.run([*command, "--out", str(folder)], check=True, cwd=ROOT)


def bare(run):
    """The networks of a run as a GAN of the same class, averaged."""
    import keras

    gan = keras.saving.load_model(Path(run) / "model.keras")
    config = gan.get_config()
    config["ema_decay"] = None
    kept = type(gan).from_config(config)
    kept.generator.set_weights(
        (gan.ema_generator or gan.generator).get_weights()
    )
    kept.discriminator.set_weights(gan.discriminator.get_weights())
    states = own_states(gan)
    for path, variable in own_states(kept).items():
        if path in states:
            variable.assign(states[path])
    return kept


def own_states(gan):
    """Variables beside those of networks, such as a mean style, by path."""
    networks = [gan.generator, gan.discriminator, gan.ema_generator]
    of_networks = {
        id(variable)
        for network in networks
        if network is not None
        for variable in network.variables
    }
    return {
        variable.path: variable
        for variable in gan.non_trainable_variables
        if id(variable) not in of_networks
    }


def write_rounded(gan, path):
    """Saves a model with float16 in place of float32, compressed."""
    import h5py
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        whole, weights = Path(folder, "whole.keras"), Path(folder, "weights.h5")
        gan.save(whole)
        with zipfile.ZipFile(whole) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        weights.write_bytes(parts["model.weights.h5"])
        rounded = Path(folder, "rounded.h5")
        with h5py.File(weights) as old, h5py.File(rounded, "w") as new:

            def copy(name, item):
                if isinstance(item, h5py.Group):
                    place = new.require_group(name)
                else:
                    value = item[()]
                    if value.dtype == np.float32:
                        value = value.astype(np.float16)
                    packed = {"compression": "gzip"} if value.ndim else {}
                    place = new.create_dataset(name, data=value, **packed)
                place.attrs.update(item.attrs)

            old.visititems(copy)
            new.attrs.update(old.attrs)
        parts["model.weights.h5"] = rounded.read_bytes()
        small = Path(folder, "small.keras")
        with zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, small.read_bytes())


def make(name, run):
    """Writes a preset, its card and its picture."""
    import keras

    import keras_gan
    from keras_gan import datasets, features, images, metrics

    preset = PRESETS[name]
    path = ASSETS / f"{name}.keras"
    names = datasets.source(preset.data, "test").class_names
    whole = bare(run)
    classes = getattr(whole, "num_classes", None)
    if classes is not None:
        whole.class_names = names
    write_rounded(whole, path)
    gan = keras.saving.load_model(path)
    real = datasets.source(preset.data, "test").images[:SAMPLES]
    evaluator = metrics.Evaluator(
        real,
        extractor=features.classifier(preset.data),
        metrics=METRICS,
        real_split="test",
    )
    pixels = gan.generate_pixels(SAMPLES, seed=0)
    scores = evaluator(pixels)
    card = {
        "name": name,
        "description": preset.description,
        "data": preset.data,
        "licence": preset.licence,
        "image_shape": list(pixels.shape[1:]),
        "command": " ".join(["keras-gan", *preset.arguments]),
        "recipe": preset.recipe,
        "epochs": preset.epochs,
        "seed": preset.seed,
        "parameters": {
            "generator": gan.generator.count_params(),
            "discriminator": gan.discriminator.count_params(),
        },
        "scores": json.loads(json.dumps(scores, default=float)),
        "versions": {
            "keras_gan": keras_gan.__version__,
            "keras": keras.version(),
            "backend": keras.backend.backend(),
        },
    }
    if classes is not None:
        card["classes"] = list(names)
    write_text(ASSETS / f"{name}.json", json.dumps(card, indent=1) + "\n")
    PICTURES.mkdir(exist_ok=True)
    images.save(images.grid(pixels[:100], 10), PICTURES / f"{name}.png")


def page():
    """What docs/presets.md says, from the cards alone."""
    parts = [HEAD]
    for name in PRESETS:
        path = ASSETS / f"{name}.json"
        if path.is_file():
            card = json.loads(path.read_text("utf-8"))
            parts.append(section(name, card))
    return "\n\n".join([*parts, AGAIN]) + "\n"


def section(name, card):
    scores = card["scores"]
    sizes = card["parameters"]
    size = (ASSETS / f"{name}.keras").stat().st_size
    lines = [
        f"| data | `{card['data']}` ({card['licence']}) |",
        f"| trained by | `{card['command']}` |",
        f"| parameters | {sizes['generator']:,} of the generator, "
        f"{sizes['discriminator']:,} of the discriminator |",
        f"| file | {size / 1e6:.1f} MB |",
        f"| FID, KID | {scores['fid']:.2f}, {scores['kid']:.2f} |",
        f"| precision, recall | {scores['precision']:.3f}, "
        f"{scores['recall']:.3f} |",
        f"| density, coverage | {scores['density']:.3f}, "
        f"{scores['coverage']:.3f} |",
    ]
    table = "\n".join(["|  |  |", "| --- | --- |", *lines])
    return (
        f"## {name}\n\n{card['description']}\n\n{table}\n\n"
        f"![100 pictures, not selected](presets/{name}.png)"
    )


HEAD = """# Presets

Trained GANs that are in the package. They make pictures with no training:

```console
keras-gan generate quick_fashion_mnist --out grid.png
keras-gan generate ac_gan_fashion_mnist --labels Coat,Bag --out classes.png
keras-gan generate style_gan_fashion_mnist --truncation 0.7 --out typical.png
keras-gan explore style_gan_fashion_mnist --out styles/
```

```python
import keras_gan

gan = keras_gan.from_preset("quick_fashion_mnist")
images = gan.generate(16, seed=0)  # floats in [-1, 1], (16, 28, 28, 1)
```

They are models like any other: `gan.generator` and `gan.discriminator` are
Keras models, and `gan.fit` goes on training them, with the loss and the
optimizers of the recipe they were trained by. Their weights were rounded to
float16, and the scores are those of the rounded ones: 10,000 pictures beside
the 10,000 test images, by the package's classifier of the data."""

AGAIN = """## Making them again

```console
python tests/benchmarks/presets.py quick_fashion_mnist
```

The command trains by the command above, rounds the weights, measures, and
writes the file, its card and this page."""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", choices=[*PRESETS, []])
    parser.add_argument("--run", type=Path, help="a run that was trained")
    parser.add_argument("--write", action="store_true", help="the page alone")
    options = parser.parse_args()
    for name in () if options.write else options.names or PRESETS:
        if options.run is not None:
            make(name, options.run)
            continue
        with tempfile.TemporaryDirectory() as folder:
            run = Path(folder) / "run"
            train(PRESETS[name], run)
            make(name, run)
    write_text(PAGE, page())


if __name__ == "__main__":
    main()
