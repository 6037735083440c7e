"""What is to be translated, and where the results go."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keras_gan import images
from keras_gan._atomic_write import replacing
from keras_gan.cli.errors import UsageError
from keras_gan.cli.output_files import check_new
from keras_gan.datasets.arrays import read_arrays
from keras_gan.datasets.decode import (
    as_picture,
    decode,
    open_image,
    reason_unreadable,
    upright_size,
)
from keras_gan.datasets.listing import path_text, scan, warn_of_skipped
from keras_gan.datasets.vectors import holds_vectors

__all__ = ["TranslationJob", "decoded", "job_of"]

Array = np.ndarray[Any, Any]
Size = tuple[int, int]
Translate = Callable[[Array], Array]

_ARRAYS = (".npz", ".npy")


class TranslationJob(ABC):
    """Images to translate, whose sizes are known, and free places for them."""

    sizes: set[Size]
    """All heights and widths."""

    @abstractmethod
    def run(self, translate: Translate, channels: int, at_once: int) -> int:
        """Translates all images, and writes them.

        Args:
            translate: From pixels, uint8 (n, H, W, C), to pixels.
            channels: How many channels these have.
            at_once: Images that are decoded at a time.

        Returns:
            How many images were written.
        """


def job_of(given: Path, out: Path) -> TranslationJob:
    """Finds the images at a path, and checks that nothing is in the way.

    Args:
        given: An image file, a folder of them, an `.npz` or an `.npy`.
        out: A folder; of arrays, an `.npz`; of one image, a `.png`, too.

    Raises:
        UsageError: If there are no images, or something exists at their place.
        ValueError: If they can't be read.
    """
    if given.suffix.lower() in _ARRAYS and given.is_file():
        return _Arrays(given, out)
    if out.suffix.lower() in _ARRAYS:
        raise UsageError(
            "--out must be a folder, except for an .npz of images. Received: "
            f"--out {out} for {given}"
        )
    if given.is_dir():
        listing = scan(given)
        warn_of_skipped(given, list(listing.skipped), "left out")
        files = zip(map(Path, listing.files), listing.file_sizes, strict=True)
        _require_no_ending(out, given)
        return _Files(dict(files), _in_folder(given, listing.files, out))
    if not given.is_file():
        raise UsageError(
            "Expected an image, a folder of images, or an .npz. There is no "
            f"{given}."
        )
    if out.suffix.lower() == ".png" and not out.is_dir():
        targets = {given: out}
    else:
        _require_no_ending(out, given)
        targets = _in_folder(given.parent, [given], out)
    return _Files({given: _size_of(given)}, targets)


class _Files(TranslationJob):
    """Image files.

    Args:
        files: Their heights and widths.
        targets: The file that each of them becomes.
    """

    def __init__(
        self, files: dict[Path, Size], targets: dict[Path, Path]
    ) -> None:
        self.sizes = set(files.values())
        self._files = files
        self._targets = targets
        _require_one_name_each(self._targets)
        check_new("--out", *self._targets.values())

    def run(self, translate: Translate, channels: int, at_once: int) -> int:
        """Translates all images, and writes them."""
        count = 0
        for files, pixels in self._decoded(channels, at_once):
            made = translate(pixels)
            for file, image in zip(files, made, strict=True):
                images.save(as_picture(image), self._targets[file])
            count += len(files)
        if not count:
            raise UsageError("None of the images could be decoded.")
        return count

    def _decoded(
        self, channels: int, at_once: int
    ) -> Iterator[tuple[list[Path], Array]]:
        """Yields images of one size, as many as are taken at once."""
        size_of = self._files.__getitem__
        for size, group in groupby(sorted(self._files, key=size_of), size_of):
            files = list(group)
            for start in range(0, len(files), at_once):
                read = {
                    file: decoded(file, size, channels)
                    for file in files[start : start + at_once]
                }
                whole = {k: v for k, v in read.items() if v is not None}
                if whole:
                    yield list(whole), np.stack(list(whole.values()))


class _Arrays(TranslationJob):
    """Images in a file of arrays.

    Args:
        given: The file.
        out: The `.npz` that gets the translated images, and the labels.
    """

    def __init__(self, given: Path, out: Path) -> None:
        if out.suffix.lower() != ".npz":
            raise UsageError(
                f"--out must end in .npz, as the images of {given} are in one "
                f"file. Received: {out}"
            )
        check_new("--out", out)
        self._out = out
        self._images, self._labels = read_arrays(given, "train")
        if holds_vectors(self._images):
            raise UsageError(
                f"{given} holds vectors. Expected images, (n, H, W, C)."
            )
        _, height, width, _ = self._images.shape
        self.sizes = {(height, width)}

    def run(self, translate: Translate, channels: int, at_once: int) -> int:
        """Translates all images, and writes one file."""
        arrays: dict[str, Any] = {"images": translate(np.asarray(self._images))}
        if self._labels is not None:
            arrays["labels"] = np.asarray(self._labels, "int64")
        self._out.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self._out) as temporary:
            np.savez_compressed(temporary, **arrays)
        return len(arrays["images"])


def _in_folder(root: Path, files: Iterable[Any], out: Path) -> dict[Path, Path]:
    """Returns where images go that keep their names, in folders as theirs."""
    return {
        file: out / file.relative_to(root).with_suffix(".png")
        for file in map(Path, files)
    }


def _require_no_ending(out: Path, given: Path) -> None:
    """Raises an error if a folder shall be called as an image."""
    ending = out.suffix.lower()
    if ending in Image.registered_extensions() and not out.is_dir():
        raise UsageError(
            "--out must be a folder, or, of one image, a file that ends in "
            f".png. Received: --out {out} for {given}"
        )


def _size_of(file: Path) -> Size:
    try:
        with open_image(file) as image:
            return upright_size(file, image)
    # Pillow raises many kinds of errors on a file that is no image.
    except Exception as error:
        raise UsageError(
            f"{path_text(file)} is no image that can be read "
            f"({reason_unreadable(error)})."
        ) from error


def decoded(file: Path, size: Size, channels: int) -> Array | None:
    """Returns the pixels of a file; None, with a warning, if it is damaged."""
    try:
        return decode(file, size, channels)
    # As above.
    except Exception as error:
        warnings.warn(
            f"{path_text(file)} is left out ({reason_unreadable(error)}).",
            stacklevel=2,
        )
        return None


def _require_one_name_each(targets: dict[Path, Path]) -> None:
    seen: dict[Path, Path] = {}
    for file, target in targets.items():
        if target in seen:
            raise UsageError(
                f"{path_text(seen[target])} and {path_text(file)} have the "
                "same name but for the ending, and both become "
                f"{path_text(target)}. Rename one of them."
            )
        seen[target] = file
