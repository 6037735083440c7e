"""How does each metric react to known damage?

    python tests/benchmarks/metric_reactions.py [--num-images 10000]

damages real Fashion-MNIST test images in ways whose effect is known, measures
them against training images, and prints a Markdown table.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from keras_gan._arrays import Array
from keras_gan.datasets import load
from keras_gan.features import classifier
from keras_gan.metrics.evaluation import Evaluator

_METRICS = (
    "fid",
    "kid",
    "precision",
    "recall",
    "density",
    "coverage",
    "inception_score",
    "modes",
    "class_entropy",
    "ms_ssim_diversity",
    "sliced_wasserstein",
    "nearest_neighbor",
)

Damage = Callable[[Array, Array, Array], Array]
"""From test images, their labels and the training images to n images."""


def _noise(sigma: float) -> Damage:
    def damage(images: Array, labels: Array, train: Array) -> Array:
        del labels, train
        noise = np.random.default_rng(0).normal(0.0, sigma, images.shape)
        return np.clip(np.rint(images + noise), 0, 255).astype(np.uint8)

    return damage


def _blur(sigma: float) -> Damage:
    def damage(images: Array, labels: Array, train: Array) -> Array:
        from scipy.ndimage import gaussian_filter

        del labels, train
        blurred = gaussian_filter(
            images.astype(np.float32), (0.0, sigma, sigma, 0.0)
        )
        pixels: Array = np.rint(blurred).astype(np.uint8)
        return pixels

    return damage


def _classes(count: int) -> Damage:
    def damage(images: Array, labels: Array, train: Array) -> Array:
        del train
        kept = images[labels < count]
        return np.resize(kept, images.shape)

    return damage


def _repeated(count: int) -> Damage:
    def damage(images: Array, labels: Array, train: Array) -> Array:
        del labels, train
        return np.resize(images[:count], images.shape)

    return damage


def _memorised(images: Array, labels: Array, train: Array) -> Array:
    del labels
    return train[: len(images)]


def _random(images: Array, labels: Array, train: Array) -> Array:
    del labels, train
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, images.shape).astype(np.uint8)


DAMAGES: dict[str, Damage] = {
    "none: test images": lambda images, labels, train: images,
    "noise, sigma 10 of 255": _noise(10.0),
    "noise, sigma 30 of 255": _noise(30.0),
    "blur, sigma 0.7 pixels": _blur(0.7),
    "nine of ten classes": _classes(9),
    "five of ten classes": _classes(5),
    "50 images repeated": _repeated(50),
    "memorised training images": _memorised,
    "random pixels": _random,
}


def reactions(num_images: int = 10_000) -> dict[str, dict[str, float]]:
    """Measures every kind of damage.

    Args:
        num_images: How many training images, and how many damaged ones.

    Returns:
        For each damage the numbers by metric.
    """
    train, _ = load("fashion_mnist", "train")
    images, labels = load("fashion_mnist", "test")
    images, train = images[:num_images], train[:num_images]
    labels = np.asarray(labels)[:num_images]
    evaluator = Evaluator(
        train, extractor=classifier("fashion_mnist"), metrics=_METRICS
    )
    return {
        name: evaluator(damage(images, labels, train))
        for name, damage in DAMAGES.items()
    }


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--num-images", type=int, default=10_000)
    options = parser.parse_args(arguments)
    table = reactions(options.num_images)
    first = next(iter(table.values()))
    print(
        f"Extractor {first['extractor']}, {first['num_real']} training "
        f"images, {first['num_fake']} damaged test images, k = {first['k']}.\n"
    )
    print("| damage | " + " | ".join(_METRICS) + " |")
    print("|---" * (len(_METRICS) + 1) + "|")
    for name, row in table.items():
        cells = (f"{row[metric]:.3g}" for metric in _METRICS)
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
