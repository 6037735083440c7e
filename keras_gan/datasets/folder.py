"""A folder of images that are decoded when they are indexed."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import file_path, instance_of
from keras_gan.datasets.attempts import attempt_each
from keras_gan.datasets.decode import check_channels, decode, size_pair
from keras_gan.datasets.listing import (
    Listing,
    path_text,
    scan,
    warn_of_skipped,
)
from keras_gan.datasets.look import SeenRows
from keras_gan.datasets.streamed import StreamedRows
from keras_gan.datasets.views import View
from keras_gan.datasets.workers import check_num_workers

__all__ = ["ImageFolder"]

Pixels = NDArray[np.uint8]


class ImageFolder(StreamedRows, SeenRows):
    """A folder of images as an array that is decoded when it is indexed.

    For more images than fit into memory: `folder[indices]` gives the uint8
    pixels of these images, read by several threads. Images may have any
    format, size and mode; each is turned upright, laid on white where it is
    transparent, scaled to cover `image_size` and cropped at its centre.

    Files that are no images are skipped with one `UserWarning` that names
    them. A file whose header is whole but whose pixels can't be decoded is
    replaced by the next readable one of its class, with a warning, so that
    the length and the order stay. Where the folder is gone, or 64 in a row
    can't be read, indexing raises a `ValueError`.

    Args:
        path: The folder. Subfolders are searched; two or more of them, with
            no image beside them, become classes in the order of their names.
            Names that begin with a dot are left out.
        image_size: Height and width, or one number for both; at most 2**28
            pixels. Defaults to the size of the images where all have the same.
        channels: 1 for grey, 3 for colour. Defaults to 1 where no image has
            colour.
        listing: What `scan(path)` returned, if the caller has it already and
            itself reports what was skipped.

        num_workers: How many processes decode batches ahead of the training,
            and the whole folder where it is read; at most 61 on Windows. 0
            decodes in threads of this process, when a batch is asked for. The
            images and their order are the same.

    Raises:
        TypeError: If `listing` is none.
        ValueError: If there is no image in the folder, the images differ in
            size and no `image_size` is given, or another argument is not what
            it must be.

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
        num_workers: int = 0,
    ) -> None:
        self.path = file_path("path", path)
        size = None if image_size is None else size_pair(image_size)
        if channels is not None:
            channels = check_channels(channels)
        known = listing is not None
        if known:
            instance_of("listing", listing, Listing, "what `scan(path)` found")
        listing = listing or scan(self.path)
        self.files = listing.files
        self.labels = listing.labels
        self.class_names = listing.class_names
        self.image_size = listing.common_size() if size is None else size
        self.channels = listing.channels if channels is None else channels
        self.num_workers = check_num_workers(num_workers)
        self._stand_ins = {}
        self.skipped = listing.skipped
        if not known:
            warn_of_skipped(self.path, self.skipped, "left out")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(n, H, W, C), as of an array."""
        return (len(self.files), *self.image_size, self.channels)

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, key: Any) -> Pixels:
        """Decodes the images at an index, a slice or an array of indices."""
        indices = np.arange(len(self))[key]
        flat = indices.ravel().tolist()
        pixels = np.empty((len(flat), *self.shape[1:]), np.uint8)
        for position, image in enumerate(self._whole_rows(flat)):
            pixels[position] = image
        return pixels.reshape(*indices.shape, *self.shape[1:])

    def read(self) -> tuple[Pixels, NDArray[np.bool_]]:
        """Decodes all readable images, and returns which these are.

        Raises:
            ValueError: If the folder is gone.
        """
        pixels = np.empty(self.shape, np.uint8)
        readable = np.ones(len(self), bool)
        for index, image in self._each_row():
            readable[index] = not isinstance(image, str)
            if not isinstance(image, str):
                pixels[index] = image
        if readable.all():
            return pixels, readable
        self._require_folder()
        return pixels[readable], readable

    def select(self, indices: NDArray[np.int64]) -> "ImageFolder":
        """Returns the folder with these images alone, in this order."""
        chosen = copy.copy(self)
        chosen.files = tuple(self.files[int(index)] for index in indices)
        chosen.labels = None if self.labels is None else self.labels[indices]
        chosen._stand_ins = {}
        if self._decoded is not None:
            chosen._decoded = self._decoded.select(indices)
        return chosen

    def _chosen(self, rows: NDArray[np.int64]) -> "ImageFolder":
        chosen = self.select(rows)
        # What no process needs that decodes.
        chosen.class_names, chosen.skipped = None, ()
        return chosen

    def seen(self, rows: NDArray[np.int64], view: View) -> tuple[Pixels, ...]:
        """Decodes images, cropped and mirrored."""
        return (view.seen(self[rows]),)

    def name_of(self, index: int) -> str:
        """Returns the path of an image below the folder, as printable text."""
        return path_text(Path(self.files[index]).relative_to(self.path))

    @property
    def _all_files(self) -> list[str]:
        return list(self.files)

    @property
    def row_shapes(self) -> tuple[tuple[int, int, int], ...]:
        """(H, W, C) of each image of a row."""
        return ((*self.image_size, self.channels),)

    def _decode_files(self, rows: Sequence[int]) -> list[Pixels | str]:
        def of_file(row: int) -> Pixels:
            return decode(self.files[row], self.image_size, self.channels)

        return attempt_each(of_file, rows)

    def _path_of(self, row: int) -> str:
        return path_text(self.files[row])
