"""Makes the folder of photos that results.py trains on.

    python tests/benchmarks/photos.py FOLDER          # 300, 160x160
    python tests/benchmarks/photos.py FOLDER --mixed  # many sizes and shapes

Cuts pieces out of 31 photos: scikit-learn's two, and those of three packages of
Debian's, which it downloads (78 MB) and unpacks without installing them. The
pieces are the same each time. Needs scikit-learn, and Debian or Ubuntu.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

COUNT = 300
SIZE = 160
SHARES = (0.3, 0.8)
"""How much of a photo's shorter side a piece has, from and to."""

NATURE = (
    *("Aqua", "Blinds", "Dune", "FreshFlower", "Garden", "GreenMeadow"),
    *("LadyBird", "RainDrops", "Storm", "TwoWings", "Wood", "YellowFlower"),
)
FILES = {
    "mate-backgrounds": [f"mate/nature/{name}.jpg" for name in NATURE],
    "lomiri-wallpapers-16.04": ["*.jpg"],
    "lomiri-wallpapers-20.04": ["Fossa_*.jpg", "Kleiber_*.jpg"],
}
"""The photos of each package, below its folder of backgrounds."""


def photos():
    """Yields 31 photos."""
    from sklearn.datasets import load_sample_images

    yield from (Image.fromarray(each) for each in load_sample_images().images)
    with tempfile.TemporaryDirectory() as folder:
        for package, patterns in FILES.items():
            download(package, folder)
            root = Path(folder, package, "usr/share/backgrounds")
            for path in sorted(p for each in patterns for p in root.glob(each)):
                yield Image.open(path).convert("RGB")


def download(package, folder):
    """Unpacks a package into a folder of its name."""
    command = ["apt-get", "-qq", "download", package]
    subprocess.run(command, cwd=folder, check=True)
    (file,) = Path(folder).glob(f"{package}_*.deb")
    subprocess.run(["dpkg-deb", "-x", file, Path(folder, package)], check=True)


def piece(photo, rng, mixed):
    """Cuts a piece out of a photo, and makes it smaller."""
    side = round(rng.uniform(*SHARES) * min(photo.size))
    shape = rng.uniform(0.6, 1.0, 2) if mixed else (1.0, 1.0)
    width, height = (max(1, round(side * part)) for part in shape)
    left = int(rng.integers(photo.size[0] - width + 1))
    top = int(rng.integers(photo.size[1] - height + 1))
    found = photo.crop((left, top, left + width, top + height))
    short = int(rng.integers(SIZE, 3 * SIZE)) if mixed else SIZE
    factor = short / min(width, height)
    size = (round(width * factor), round(height * factor))
    return found.resize(size, Image.Resampling.LANCZOS)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mixed", action="store_true", help="of many sizes")
    options = parser.parse_args()
    options.folder.mkdir(parents=True)
    found = list(photos())
    rng = np.random.default_rng(0)
    for index in range(COUNT):
        image = piece(found[index % len(found)], rng, options.mixed)
        image.save(options.folder / f"{index:03}.jpg", quality=92)
    print(f"{COUNT} pieces of {len(found)} photos in {options.folder}")


if __name__ == "__main__":
    main()
