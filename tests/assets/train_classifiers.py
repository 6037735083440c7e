"""Trains the classifiers whose features the package ships.

    python tests/assets/train_classifiers.py fashion_mnist

writes `keras_gan/assets/classifier_fashion_mnist.npz`.
"""

import argparse
import math
import sys
from pathlib import Path

import keras
import numpy as np

# The package need not be installed.
sys.path.append(str(Path(__file__).parents[2]))

from keras_gan.datasets import load
from keras_gan.features.classifiers import (
    CLASSIFIERS,
    asset_name,
    network,
    prepare,
)

ASSETS = Path(__file__).parents[2] / "keras_gan" / "assets"

_EPOCHS = 6
_BATCH_SIZE = 128


def train(dataset: str, *, seed: int = 0) -> tuple[keras.Model, float]:
    """Trains the classifier of one data set and rounds it to float16.

    Adam at 2e-3 with cosine decay, batches of 128, six epochs over the whole
    training split.

    Args:
        dataset: `"fashion_mnist"` or `"mnist"`.
        seed: Seeds initial weights and the order of the data.

    Returns:
        The model with its weights rounded, and its accuracy on the test split.
    """
    keras.utils.set_random_seed(seed)
    images, labels = load(dataset, "train")
    steps = _EPOCHS * math.ceil(len(images) / _BATCH_SIZE)
    model = network()
    classes = keras.Model(model.input, model.outputs[1])
    classes.compile(
        keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(2e-3, steps)
        ),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    classes.fit(prepare(images), labels, _BATCH_SIZE, epochs=_EPOCHS, verbose=2)
    model.set_weights([w.astype(np.float16) for w in model.get_weights()])
    images, labels = load(dataset, "test")
    _, accuracy = classes.evaluate(prepare(images), labels, verbose=0)
    return model, accuracy


def main(arguments: list[str] | None = None) -> None:
    """Trains one classifier and writes its weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", choices=CLASSIFIERS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=ASSETS)
    options = parser.parse_args(arguments)
    model, accuracy = train(options.dataset, seed=options.seed)
    path = options.out / asset_name(options.dataset)
    weights = [w.astype(np.float16) for w in model.get_weights()]
    np.savez_compressed(path, **{f"w{i}": w for i, w in enumerate(weights)})
    size = path.stat().st_size / 1024
    print(f"{path}: {size:.0f} KB, test accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main()
