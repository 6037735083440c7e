"""Rows of pairs: arrays, target images alone, or files."""

import copy
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from keras_gan._checks import received, whole_number
from keras_gan.datasets.arrays import pixel_shape, pixels_of
from keras_gan.datasets.attempts import attempt_each
from keras_gan.datasets.decode import (
    as_picture,
    decode,
    decode_halves,
    from_picture,
)
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.listing import path_text
from keras_gan.datasets.look import SeenRows
from keras_gan.datasets.streamed import StreamedRows
from keras_gan.datasets.views import View

__all__ = ["ArrayPairs", "Downsized", "FilePairs", "PairRows", "factor_of"]

Pixels = NDArray[np.uint8]
Indices = NDArray[np.int64]
Shape = tuple[int, int, int]


class PairRows(SeenRows):
    """Pairs of images, source and target, that are indexed by number."""

    @property
    @abstractmethod
    def source_shape(self) -> Shape:
        """(H, W, C) of a source."""

    @property
    @abstractmethod
    def target_shape(self) -> Shape:
        """(H, W, C) of a target."""

    @abstractmethod
    def __len__(self) -> int:
        """Returns how many pairs there are."""

    @abstractmethod
    def pixels(self, rows: Indices) -> tuple[Pixels, Pixels]:
        """Returns these sources and targets, uint8, as new arrays."""

    @abstractmethod
    def select(self, rows: Indices) -> Self:
        """Returns these pairs alone, in this order."""

    @property
    def step(self) -> int | None:
        """How many times larger one of a pair is; None if no whole number."""
        return factor_of(self.source_shape[:2], self.target_shape[:2])

    def seen(self, rows: Indices, view: View) -> tuple[Pixels, Pixels]:
        """Returns these pairs, both images cropped and mirrored alike."""
        source, target = self.pixels(rows)
        larger = max(source.shape[1], target.shape[1])
        return (
            view.seen(source, larger // source.shape[1]),
            view.seen(target, larger // target.shape[1]),
        )


def factor_of(one: tuple[int, ...], other: tuple[int, ...]) -> int | None:
    """Returns how many times larger one size is than the other.

    None where that is no whole number, or another in height than in width.
    """
    small, large = sorted((tuple(one), tuple(other)))
    factor = large[0] // small[0]
    same = all(a * factor == b for a, b in zip(small, large, strict=True))
    return factor if same else None


class ArrayPairs(PairRows):
    """Pairs in memory.

    Args:
        source: Images (n, H, W) or (n, H, W, C) with C of 1 or 3: uint8, or
            floats in [0, 1] or [-1, 1].
        target: As many images; size and channels may be others.

    Raises:
        ValueError: If they are none, or not as many.
    """

    def __init__(self, source: Any, target: Any) -> None:
        self.source, self.target = pixels_of(source), pixels_of(target)
        if len(self.source) != len(self.target):
            raise ValueError(
                "`pairs` must be as many sources as targets. Received: "
                f"{len(self.source)} sources and {len(self.target)} targets"
            )

    @property
    def source_shape(self) -> Shape:
        """(H, W, C) of a source."""
        return _image_shape(self.source)

    @property
    def target_shape(self) -> Shape:
        """(H, W, C) of a target."""
        return _image_shape(self.target)

    def __len__(self) -> int:
        return len(self.target)

    def part(self, rows: Indices) -> "ArrayPairs":
        """Returns these pairs alone."""
        return self.select(rows)

    def pixels(self, rows: Indices) -> tuple[Pixels, Pixels]:
        """Returns these sources and targets, uint8, as new arrays."""
        return self.source[rows], self.target[rows]

    def select(self, rows: Indices) -> "ArrayPairs":
        """Returns these pairs alone, in this order."""
        return ArrayPairs(self.source[rows], self.target[rows])


class Downsized(PairRows):
    """Pairs for super-resolution: each source is its target, made smaller.

    By Pillow's bicubic filter, which averages over all pixels that a smaller
    one covers.

    Args:
        target: Images, as for `ArrayPairs`, or an `ImageFolder`.
        scale: How many times smaller a source is: a divisor of the height and
            the width.

    Raises:
        ValueError: If the images can't be used, or the scale does not divide
            their size.

    Reference: Ledig et al., 2017, arXiv 1609.04802, section 3.
    """

    def __init__(self, target: Any, scale: int) -> None:
        self.target: Pixels | ImageFolder = (
            target if isinstance(target, ImageFolder) else pixels_of(target)
        )
        self.scale = whole_number("scale", scale, 2)
        height, width, _ = self.target_shape
        if height % self.scale or width % self.scale:
            raise ValueError(
                "`scale` must divide the height and the width of the images, "
                f"{height} and {width}. {received('scale', scale)}"
            )
        if isinstance(self.target, ImageFolder):
            self.num_workers = self.target.num_workers

    @property
    def source_shape(self) -> Shape:
        """(H, W, C) of a source."""
        height, width, channels = self.target_shape
        return height // self.scale, width // self.scale, channels

    @property
    def target_shape(self) -> Shape:
        """(H, W, C) of a target."""
        return _image_shape(self.target)

    def __len__(self) -> int:
        return len(self.target)

    def pixels(self, rows: Indices) -> tuple[Pixels, Pixels]:
        """Returns these sources and targets, uint8, as new arrays."""
        target = self.target[rows]
        return self._smaller(target), target

    def select(self, rows: Indices) -> "Downsized":
        """Returns these pairs alone, in this order."""
        if isinstance(self.target, ImageFolder):
            return Downsized(self.target.select(rows), self.scale)
        return Downsized(self.target[rows], self.scale)

    def part(self, rows: Indices) -> "Downsized":
        """Returns these pairs alone, for another process to make."""
        if isinstance(self.target, ImageFolder):
            return Downsized(self.target.part(rows), self.scale)
        return self.select(rows)

    def seen(self, rows: Indices, view: View) -> tuple[Pixels, Pixels]:
        """Returns these pairs; a source is made of what is seen of a target."""
        target = view.seen(self.target[rows])
        return self._smaller(target), target

    def _smaller(self, target: Pixels) -> Pixels:
        height, width, channels = self.source_shape
        source = np.empty((len(target), height, width, channels), np.uint8)
        for index, pixels in enumerate(target):
            picture = as_picture(pixels).resize(
                (width, height), Image.Resampling.BICUBIC
            )
            source[index] = from_picture(picture)
        return source


class FilePairs(StreamedRows, PairRows):
    """Pairs of files, or files of two halves, decoded when they are wanted.

    A pair that can't be decoded is replaced as a whole, as by `ImageFolder`.

    Args:
        path: The folder that all files are in.
        files: Of each pair the source and the target, or the one file that
            holds both beside each other.
        labels: The class of each, or None.
        source_shape: (H, W, C) to bring the sources to.
        target_shape: (H, W, C) to bring the targets to.
        reversed_halves: Whether the target is the left half.
    """

    def __init__(
        self,
        path: Path,
        files: Sequence[tuple[str, ...]],
        labels: Indices | None,
        source_shape: Shape,
        target_shape: Shape,
        *,
        reversed_halves: bool = False,
    ) -> None:
        self.path = path
        self.files = tuple(files)
        self.labels = labels
        self._source_shape, self._target_shape = source_shape, target_shape
        self._reversed = reversed_halves
        self._stand_ins = {}

    @property
    def source_shape(self) -> Shape:
        """(H, W, C) of a source."""
        return self._source_shape

    @property
    def target_shape(self) -> Shape:
        """(H, W, C) of a target."""
        return self._target_shape

    def __len__(self) -> int:
        return len(self.files)

    def pixels(self, rows: Indices) -> tuple[Pixels, Pixels]:
        """Returns these sources and targets, uint8, as new arrays."""
        pairs = self._empty(len(rows))
        for index, pair in enumerate(self._whole_rows(rows.tolist())):
            for side in (0, 1):
                pairs[side][index] = pair[side]
        return pairs

    def select(self, rows: Indices) -> "FilePairs":
        """Returns these pairs alone, in this order."""
        chosen = copy.copy(self)
        chosen.files = tuple(self.files[int(row)] for row in rows)
        chosen.labels = None if self.labels is None else self.labels[rows]
        chosen._stand_ins = {}
        if self._decoded is not None:
            chosen._decoded = self._decoded.select(rows)
        return chosen

    def read(self) -> tuple[ArrayPairs, NDArray[np.bool_], list[str]]:
        """Decodes all pairs that are whole.

        Returns:
            These pairs; which they are; and the files that are not whole.

        Raises:
            ValueError: If there is none, or the folder is gone.
        """
        pairs = self._empty(len(self))
        whole = np.ones(len(self), bool)
        broken = []
        for row, pair in self._each_row():
            if isinstance(pair, str):
                whole[row] = False
                broken.append(pair)
                continue
            for side in (0, 1):
                pairs[side][row] = pair[side]
        if broken:
            self._require_folder()
        if not whole.any():
            raise ValueError(
                f"{path_text(self.path)} holds no pair that can be decoded. "
                f"Received: {len(self)} pairs, such as {broken[0]}"
            )
        if broken:
            pairs = pairs[0][whole], pairs[1][whole]
        return ArrayPairs(*pairs), whole, broken

    def name_of(self, index: int) -> str:
        """Returns the files of a pair below the folder, as printable text."""
        return " and ".join(map(self._name, self.files[index]))

    def _name(self, file: str) -> str:
        return path_text(Path(file).relative_to(self.path))

    def _path_of(self, row: int) -> str:
        return " or ".join(map(path_text, self.files[row]))

    def _empty(self, count: int) -> tuple[Pixels, Pixels]:
        return (
            np.empty((count, *self.source_shape), np.uint8),
            np.empty((count, *self.target_shape), np.uint8),
        )

    def _chosen(self, rows: Indices) -> "FilePairs":
        return self.select(rows)

    @property
    def _all_files(self) -> list[str]:
        return [file for pair in self.files for file in pair]

    @property
    def row_shapes(self) -> tuple[Shape, ...]:
        """(H, W, C) of each image of a row."""
        return (self.source_shape, self.target_shape)

    @property
    def _way(self) -> str:
        files = len(self.files[0])
        return f"{files} files, reversed: {self._reversed}"

    def _decode_files(self, rows: Sequence[int]) -> list[Any]:
        if len(self.files[0]) == 1:
            halves = attempt_each(self._halves, rows)
            return [
                self._broken(row, 0, each) if isinstance(each, str) else each
                for row, each in zip(rows, halves, strict=True)
            ]
        # One by one: two threads decode the images of a single pair.
        places = [2 * row + side for row in rows for side in (0, 1)]
        images = attempt_each(self._image, places)
        pairs: list[Any] = []
        for row, *pair in zip(rows, images[::2], images[1::2], strict=True):
            reasons = [
                self._broken(row, side, image)
                for side, image in enumerate(pair)
                if isinstance(image, str)
            ]
            pairs.append(reasons[0] if reasons else pair)
        return pairs

    def _halves(self, row: int) -> tuple[Pixels, Pixels]:
        channels = (self.source_shape[2], self.target_shape[2])
        size = self.target_shape[:2]
        (file,) = self.files[row]
        if self._reversed:
            target, source = decode_halves(file, size, channels[::-1])
            return source, target
        return decode_halves(file, size, channels)

    def _image(self, place: int) -> Pixels:
        row, side = divmod(place, 2)
        shape = self.target_shape if side else self.source_shape
        return decode(self.files[row][side], shape[:2], shape[2])

    def _broken(self, row: int, side: int, reason: str) -> str:
        return f"{self._name(self.files[row][side])}: {reason}"


def _image_shape(images: Any) -> Shape:
    _, height, width, channels = pixel_shape(images)
    return height, width, channels
