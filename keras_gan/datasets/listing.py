"""What a folder holds: which files are images, and of which class."""

import os
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Listing", "scan", "warn_of_skipped"]

_Header = tuple[tuple[int, int], bool]

_GREY_MODES = {"1", "L", "I", "I;16", "I;16B", "I;16L", "I;16N"}
_CHUNK = 4096
"""So many files wait for a thread at once: each that does takes a kilobyte."""
_NAMED = 10
"""So many broken files are named; the rest is counted."""


@dataclass(frozen=True)
class Listing:
    """The images of a folder, in the order of their names.

    Args:
        files: The image files.
        labels: The class of each, (n,), where the folder has subfolders.
        class_names: The subfolders, sorted.
        sizes: Every (height, width) that occurs, with its count.
        grey: Whether no image has colour or transparency.
        skipped: Files that are no images, with the reason.
    """

    files: tuple[str, ...]
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...] | None
    sizes: Counter[tuple[int, int]]
    grey: bool
    skipped: tuple[str, ...]

    @property
    def channels(self) -> int:
        """1 where no image has colour, else 3."""
        return 1 if self.grey else 3

    def common_size(self) -> tuple[int, int]:
        """Returns the height and width that all images have.

        Raises:
            ValueError: If they differ.
        """
        if len(self.sizes) > 1:
            common = ", ".join(
                f"{height}x{width}"
                for (height, width), _ in self.sizes.most_common(3)
            )
            raise ValueError(
                "The images differ in size: give the one to bring them to, "
                "such as `image_size=64`. Received: images of "
                f"{len(self.sizes)} sizes (height x width), most often {common}"
            )
        return next(iter(self.sizes))


def scan(path: Path) -> Listing:
    """Reads the headers of all files below a folder.

    Raises:
        ValueError: If it is no folder, or holds no image.
    """
    if not path.is_dir():
        raise ValueError(f"`path` must be a folder. Received: path={path}")
    # Strings: a million paths would take half a gigabyte.
    files = sorted(
        map(str, _visible_files(path)), key=lambda file: Path(file).as_posix()
    )
    headers = _headers(files)
    pairs = [
        (file, header)
        for file, header in zip(files, headers, strict=True)
        if not isinstance(header, str)
    ]
    skipped = tuple(
        f"{Path(file).relative_to(path)} ({header})"
        for file, header in zip(files, headers, strict=True)
        if isinstance(header, str)
    )
    if not pairs:
        raise ValueError(
            f"{path} holds no image that can be read. Received: {len(files)} "
            f"files{_listed(skipped)}"
        )
    images = tuple(file for file, _ in pairs)
    labels, class_names = _classes(path, images)
    return Listing(
        files=images,
        labels=labels,
        class_names=class_names,
        sizes=Counter(size for _, (size, _) in pairs),
        grey=all(grey for _, (_, grey) in pairs),
        skipped=skipped,
    )


def warn_of_skipped(path: Path, skipped: Sequence[str], what: str) -> None:
    """Names the files that could not be read, once."""
    if skipped:
        warnings.warn(
            f"{path}: {len(skipped)} files are no readable images and "
            f"{what}{_listed(skipped)}",
            UserWarning,
            stacklevel=2,
        )


def _listed(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = len(names) - _NAMED
    rest = f" and {more} more" if more > 0 else ""
    return ": " + ", ".join(names[:_NAMED]) + rest


def _visible_files(path: Path) -> Iterator[Path]:
    seen = set()
    for root, folders, files in os.walk(path, followlinks=True):
        # A link to a folder above would lead round in circles.
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if name[0] != ".")
        yield from (Path(root, name) for name in files if name[0] != ".")


def _headers(files: Sequence[str]) -> list[_Header | str]:
    headers: list[_Header | str] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(files), _CHUNK):
            headers += pool.map(_header, files[start : start + _CHUNK])
    return headers


def _header(path: str) -> _Header | str:
    try:
        with Image.open(path) as image:
            grey = image.mode in _GREY_MODES and not image.has_transparency_data
            return (image.height, image.width), grey
    # Pillow's readers raise whatever the broken bytes provoke.
    except Exception as error:
        return type(error).__name__


def _classes(
    path: Path, files: tuple[str, ...]
) -> tuple[NDArray[np.int64] | None, tuple[str, ...] | None]:
    folders = [_first_folder(Path(file).relative_to(path)) for file in files]
    names = sorted(set(folders))
    # One subfolder says nothing about classes; images beside subfolders
    # would have none.
    if len(names) < 2 or "" in names:
        return None, None
    number = {name: index for index, name in enumerate(names)}
    return np.array([number[name] for name in folders]), tuple(names)


def _first_folder(file: Path) -> str:
    first, *rest = file.parts
    return sys.intern(first) if rest else ""
