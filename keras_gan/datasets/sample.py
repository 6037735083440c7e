"""The sample of Fashion-MNIST inside the package."""

from importlib import resources

import numpy as np

__all__ = ["ASSET", "read"]

ASSET = resources.files("keras_gan") / "assets" / "fashion_mnist_sample.npz"


def read(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns the sample's images (n, 28, 28) and labels (n,), both uint8."""
    with ASSET.open("rb") as file, np.load(file) as arrays:
        images = arrays[f"x_{split}_transposed"].transpose(0, 2, 1)
        return np.ascontiguousarray(images), arrays[f"y_{split}"]
