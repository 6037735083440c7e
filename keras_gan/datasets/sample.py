"""The sample of Fashion-MNIST inside the package: reading and making it.

`python -m keras_gan.datasets.sample OUT.npz` cuts the sample again from the
full data set: the first 1,000 training and 200 test images of each class, in
their original order.
"""

import argparse
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np

__all__ = ["ASSET", "cut", "read", "write"]

ASSET = resources.files("keras_gan") / "assets" / "fashion_mnist_sample.npz"
PER_CLASS = {"train": 1000, "test": 200}


def read(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns the sample's images (n, 28, 28) and labels (n,), both uint8."""
    with ASSET.open("rb") as file, np.load(file) as arrays:
        images = arrays[f"x_{split}_transposed"].transpose(0, 2, 1)
        return np.ascontiguousarray(images), arrays[f"y_{split}"]


def cut(labels: np.ndarray, per_class: int) -> np.ndarray:
    """Returns the sorted indices of the first `per_class` of each class."""
    firsts = [
        np.flatnonzero(labels == label)[:per_class]
        for label in np.unique(labels)
    ]
    if any(len(first) < per_class for first in firsts):
        raise ValueError(
            f"Each class needs at least {per_class} images. Received: "
            f"counts={[len(first) for first in firsts]}"
        )
    return np.sort(np.concatenate(firsts))


def write(path: str | Path, arrays: dict[str, np.ndarray]) -> None:
    """Writes arrays as an LZMA-compressed `.npz` that `numpy.load` reads."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, array in arrays.items():
            # A fixed date keeps the file the same from one day to the next.
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.compress_type = zipfile.ZIP_LZMA
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array))


def main(argv: list[str] | None = None) -> None:
    """Cuts the sample from the full data set into a file."""
    from keras_gan.datasets.named import fashion_mnist

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--path", help="folder with the full data set")
    arguments = parser.parse_args(argv)
    arrays = {}
    for split, per_class in PER_CLASS.items():
        images, labels, _ = fashion_mnist(split, arguments.path)
        chosen = cut(labels, per_class)
        # Columns repeat more than rows do in clothes: 4 % fewer bytes.
        arrays[f"x_{split}_transposed"] = images[chosen].transpose(0, 2, 1)
        arrays[f"y_{split}"] = labels[chosen]
    write(arguments.out, arrays)


if __name__ == "__main__":
    main()
