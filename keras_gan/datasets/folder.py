"""A folder of images, decoded when they are asked for."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan.datasets.decode import decode
from keras_gan.datasets.listing import Listing, scan, warn_of_skipped

__all__ = ["ImageFolder"]

Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]


class ImageFolder:
    """A folder of images as an array that is decoded when it is indexed.

    For more images than fit into memory: `folder[indices]` gives the uint8
    pixels of these images, read by several threads. Images may have any
    format, size and mode; each is turned upright, laid on white where it is
    transparent, scaled to cover `image_size` and cropped at its centre.

    Files that are no images are skipped with one `UserWarning` that names
    them. A file whose header is whole but whose pixels can't be decoded is
    replaced by the next readable one of its class, so that the length and
    the order stay.

    Args:
        path: The folder. Subfolders are searched; two or more of them, with
            no image beside them, become classes in the order of their names.
            Names that begin with a dot are left out.
        image_size: Height and width, or one number for both. Defaults to the
            size of the images where all have the same.
        channels: 1 for grey, 3 for colour. Defaults to 1 where no image has
            colour.
        listing: What `scan(path)` found, where that is at hand.

    Raises:
        ValueError: If there is no image in the folder, or the images differ
            in size and no `image_size` is given.

    Example:
        >>> faces = ImageFolder("faces", image_size=64)
        >>> faces.shape
        (202599, 64, 64, 3)
        >>> batches = ImageBatches(faces, faces.labels, batch_size=64)
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(
        self,
        path: str | Path,
        image_size: int | tuple[int, int] | None = None,
        channels: int | None = None,
        *,
        listing: Listing | None = None,
    ) -> None:
        self.path = Path(path)
        listing = listing or scan(self.path)
        self.files: Sequence[Path] = listing.files
        self.labels = listing.labels
        self.class_names = listing.class_names
        self.image_size = image_size_of(listing, image_size)
        self.channels = channels or (1 if listing.grey else 3)
        self._stand_ins: dict[int, int] = {}
        warn_of_skipped(self.path, listing.skipped, "are left out")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(n, H, W, C), as of an array."""
        return (len(self.files), *self.image_size, self.channels)

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, key: Any) -> Pixels:
        """Decodes the images at an index, a slice or an array of indices."""
        indices = np.arange(len(self))[key]
        flat = [int(index) for index in np.atleast_1d(indices)]
        images = decode_files(
            [self.files[self._stand_ins.get(index, index)] for index in flat],
            self.image_size,
            self.channels,
        )
        pixels = np.empty((len(flat), *self.shape[1:]), np.uint8)
        for position, (index, image) in enumerate(
            zip(flat, images, strict=True)
        ):
            pixels[position] = self._replace(index) if image is None else image
        return pixels if np.ndim(indices) else pixels[0]

    def select(self, indices: NDArray[np.integer[Any]]) -> "ImageFolder":
        """Returns the folder with these images alone, in this order."""
        chosen = object.__new__(ImageFolder)
        chosen.__dict__.update(self.__dict__)
        chosen.files = [self.files[index] for index in indices]
        chosen.labels = None if self.labels is None else self.labels[indices]
        chosen._stand_ins = {}
        return chosen

    def _replace(self, index: int) -> Pixels:
        """Finds the next readable image of the same class."""
        same = np.ones(len(self), bool)
        if self.labels is not None:
            same = self.labels == self.labels[index]
        for other in np.roll(np.arange(len(self)), -index - 1):
            if not same[other] or other == index:
                continue
            (image,) = decode_files(
                [self.files[other]], self.image_size, self.channels
            )
            if image is not None:
                self._stand_ins[index] = int(other)
                name = str(self.files[index].relative_to(self.path))
                warn_of_skipped(self.path, [name], "are replaced by another")
                return image
        raise ValueError(f"{self.path}: no image of this class can be decoded")


def image_size_of(
    listing: Listing, image_size: int | tuple[int, int] | None
) -> tuple[int, int]:
    """Returns the height and width asked for, or the images' common one."""
    if image_size is not None:
        return (
            (image_size, image_size)
            if isinstance(image_size, int)
            else image_size
        )
    if len(listing.sizes) > 1:
        common = ", ".join(
            f"{height}x{width}"
            for (height, width), _ in listing.sizes.most_common(3)
        )
        raise ValueError(
            "The images differ in size: give the one to bring them to, as "
            f"`image_size=64`. Received: {len(listing.sizes)} sizes, most "
            f"often {common}"
        )
    return next(iter(listing.sizes))


def read_folder(
    path: Path, listing: Listing, size: tuple[int, int], channels: int
) -> tuple[Pixels, Labels | None]:
    """Decodes a whole folder, without the files that can't be decoded."""
    decoded = decode_files(listing.files, size, channels)
    kept = [index for index, image in enumerate(decoded) if image is not None]
    broken = [
        str(file.relative_to(path))
        for file, image in zip(listing.files, decoded, strict=True)
        if image is None
    ]
    if not kept:
        raise ValueError(f"{path}: no image can be decoded: {broken[:10]}")
    warn_of_skipped(path, [*listing.skipped, *broken], "are left out")
    images = np.stack([image for image in decoded if image is not None])
    return images, None if listing.labels is None else listing.labels[kept]


def decode_files(
    files: Sequence[Path], size: tuple[int, int], channels: int
) -> list[Pixels | None]:
    """Decodes files in parallel; None stands for one that can't be."""

    def attempt(file: Path) -> Pixels | None:
        try:
            return decode(file, size, channels)
        # Pillow's decoders raise whatever the broken bytes provoke.
        except Exception:
            return None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(attempt, files))
