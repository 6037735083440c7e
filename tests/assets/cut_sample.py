"""Cuts the sample of Fashion-MNIST that is inside the package.

    python tests/assets/cut_sample.py OUT.npz [--path FOLDER]

takes the first 1,000 training and 200 test images of each class of the full
data set, in their original order.
"""

import argparse
import sys
import zipfile
from pathlib import Path

import numpy as np

# The package need not be installed.
sys.path.append(str(Path(__file__).parents[2]))

from keras_gan.datasets.named import fashion_mnist

PER_CLASS = {"train": 1000, "test": 200}


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
