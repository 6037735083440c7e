"""Listing a folder: which files are images, and of which class."""

import os
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from keras_gan.datasets.decode import (
    open_image,
    reason_unreadable,
    upright_size,
)

__all__ = [
    "Listing",
    "is_folder",
    "is_the_users_own",
    "map_files",
    "names_in_words",
    "path_text",
    "scan",
    "warn_of_skipped",
]

_Result = TypeVar("_Result")

_GREY_MODES = {"1", "L", "I", "I;16", "I;16B", "I;16L", "I;16N"}
_FILES_AT_ONCE = 256
"""How many files are given to a thread at once."""
_MOST_NAMED = 10
"""How many broken files an error names. The rest is only counted."""
_SYSTEM_NAMES = {
    *("__macosx", "@eadir", "@tmp", "#recycle", "@recycle", "#snapshot"),
    *("$recycle.bin", "recycler", "system volume information", "lost+found"),
    *("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__pycache__"),
    *("network trash folder", "temporary items"),
}
"""Files that systems and archivers leave in a folder, in lower case."""


class _Header(NamedTuple):
    size: tuple[int, int]
    grey: bool


class _Refusal(NamedTuple):
    reason: str
    """Why a file is no image, or can't be known to be one."""
    by_system: bool
    """Whether the file couldn't be read at all."""


@dataclass(frozen=True)
class Listing:
    """The images of a folder, in the order of their names.

    Args:
        files: The image files.
        labels: The class of each, (n,), where the folder has subfolders.
        class_names: The subfolders, sorted.
        file_sizes: (height, width) of each.
        grey: Whether no image has colour or transparency.
        refused: The files that are no images, below the folder, and why.
    """

    files: tuple[str, ...]
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...] | None
    file_sizes: tuple[tuple[int, int], ...]
    grey: bool
    refused: tuple[tuple[str, str], ...]

    @property
    def skipped(self) -> tuple[str, ...]:
        """The files that are no images, with the reason, as text."""
        return tuple(
            f"{path_text(name)} ({reason})" for name, reason in self.refused
        )

    @property
    def channels(self) -> int:
        """1 where no image has colour, else 3."""
        return 1 if self.grey else 3

    def common_size(self, beside: int = 1) -> tuple[int, int]:
        """Returns the height and width that all images have.

        Args:
            beside: How many images of equal width a file holds.

        Raises:
            ValueError: If they differ.
        """
        sizes = Counter(
            (height, width // beside) for height, width in self.file_sizes
        )
        if len(sizes) > 1:
            common = ", ".join(
                f"{height}x{width}"
                for (height, width), _ in sizes.most_common(3)
            )
            what = "images" if beside == 1 else "halves"
            raise DifferentSizesError(
                f"{what} of {len(sizes)} sizes (height x width), most often "
                f"{common}"
            )
        return next(iter(sizes))


class DifferentSizesError(ValueError):
    """The images of a folder differ in size, and none was asked for.

    Args:
        received: Which sizes they have, in words.
    """

    def __init__(self, received: str) -> None:
        super().__init__(
            "The images differ in size: give the one to bring them to, such "
            f"as `image_size=64`. Received: {received}"
        )
        self.received = received


def scan(path: Path) -> Listing:
    """Reads the headers of all files below a folder.

    Raises:
        ValueError: If it is no folder, or holds no image.
    """
    if not is_folder(path):
        raise ValueError(
            f"`path` must be a folder. Received: path={path_text(path)}"
        )
    # Strings: a million paths would take half a gigabyte.
    files = sorted(
        map(str, _visible_files(path)), key=lambda file: Path(file).as_posix()
    )
    headers = list(map_files(_header, files))
    pairs = [
        (file, header)
        for file, header in zip(files, headers, strict=True)
        if isinstance(header, _Header)
    ]
    refused = [
        (str(Path(file).relative_to(path)), header)
        for file, header in zip(files, headers, strict=True)
        if isinstance(header, _Refusal)
    ]
    if not pairs:
        skipped = [
            f"{path_text(name)} ({refusal.reason})" for name, refusal in refused
        ]
        raise ValueError(
            f"{path_text(path)} holds no image that can be read. Received: "
            f"{len(files)} files{names_in_words(skipped)}"
        )
    images = tuple(file for file, _ in pairs)
    labels, class_names = _classes(path, images)
    _check_empty(path, images, refused)
    known: dict[tuple[int, int], tuple[int, int]] = {}
    return Listing(
        files=images,
        labels=labels,
        class_names=class_names,
        # One tuple for each size, not for each file.
        file_sizes=tuple(
            known.setdefault(header.size, header.size) for _, header in pairs
        ),
        grey=all(header.grey for _, header in pairs),
        refused=tuple((name, refusal.reason) for name, refusal in refused),
    )


def is_folder(path: Path) -> bool:
    """Whether a path is a folder. False if it can't be read."""
    try:
        return path.is_dir()
    except OSError:
        return False


def path_text(path: str | Path) -> str:
    r"""Returns a path as text that any file or terminal takes.

    Bytes that are not UTF-8 are written as `\xff`.
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def warn_of_skipped(path: Path, skipped: Sequence[str], what: str) -> None:
    """Warns once of all files that could not be read."""
    if skipped:
        one = len(skipped) == 1
        they = (
            "file is no readable image and is"
            if one
            else ("files are no readable images and are")
        )
        warnings.warn(
            f"{path_text(path)}: {len(skipped)} {they} {what}"
            f"{names_in_words(skipped)}",
            UserWarning,
            stacklevel=2,
        )


def names_in_words(names: Sequence[str]) -> str:
    """Returns ": a, b and 3 more", or nothing where there are none."""
    if not names:
        return ""
    more = len(names) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return ": " + ", ".join(names[:_MOST_NAMED]) + rest


def _visible_files(path: Path) -> Iterator[Path]:
    seen = set()
    for root, folders, files in os.walk(
        path, onerror=_refuse_folder, followlinks=True
    ):
        # A link to a folder above would be followed without end.
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(filter(is_the_users_own, folders))
        yield from (
            Path(root, name) for name in filter(is_the_users_own, files)
        )


def is_the_users_own(name: str) -> bool:
    """Whether a name is not hidden, nor that of a system or an archiver."""
    return name[0] != "." and name.lower() not in _SYSTEM_NAMES


def _refuse_folder(error: OSError) -> None:
    raise ValueError(
        f"The folder {path_text(error.filename)} can't be read "
        f"({error.strerror}). Without its images the data would be others, "
        "and the classes might be numbered differently. Make it readable, or "
        "move it elsewhere."
    ) from error


def map_files(
    function: Callable[[str], _Result], files: Sequence[str]
) -> Iterator[_Result]:
    """Calls a function for each file, in several threads; keeps the order."""

    def of_part(part: Sequence[str]) -> list[_Result]:
        return [function(file) for file in part]

    # Given one by one, small files cost more to pass to threads than to read.
    parts = (
        files[at : at + _FILES_AT_ONCE]
        for at in range(0, len(files), _FILES_AT_ONCE)
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for results in pool.map(of_part, parts):
            yield from results


def _header(path: str) -> _Header | _Refusal:
    try:
        with open_image(path) as image:
            grey = image.mode in _GREY_MODES and not image.has_transparency_data
            return _Header(upright_size(path, image), grey)
    # On damaged files, Pillow raises any kind of error.
    except Exception as error:
        by_system = isinstance(error, OSError) and error.errno is not None
        return _Refusal(reason_unreadable(error), by_system)


def _check_empty(
    path: Path,
    images: Sequence[str],
    refused: Sequence[tuple[str, _Refusal]],
) -> None:
    """Warns of subfolders without images, which become no classes."""
    found = {_first_folder(Path(file).relative_to(path)) for file in images}
    if "" in found:
        return
    found.add("")
    for name, refusal in refused:
        if refusal.by_system and _may_be_class(path, name) not in found:
            raise ValueError(
                f"{path_text(path / name)} can't be read ({refusal.reason}), "
                "so there may be a class that has no image. Without it the "
                "classes would be numbered differently. Make it readable, or "
                "move it elsewhere."
            )
    with os.scandir(path) as entries:
        empty = sorted(
            path_text(entry.name)
            for entry in entries
            if entry.is_dir()
            and is_the_users_own(entry.name)
            and entry.name not in found
        )
    if empty:
        warnings.warn(
            f"{path_text(path)}: the folders {empty} hold no image of their "
            "own and are no classes",
            UserWarning,
            stacklevel=2,
        )


def _may_be_class(path: Path, name: str) -> str:
    """Returns the class that an unreadable file may hold, or ""."""
    folder = _first_folder(Path(name))
    if folder or Path(name).suffix:
        return folder
    # A broken link may have been one to a folder.
    return name if (path / name).is_symlink() else ""


def _classes(
    path: Path, files: tuple[str, ...]
) -> tuple[NDArray[np.int64] | None, tuple[str, ...] | None]:
    folders = [_first_folder(Path(file).relative_to(path)) for file in files]
    names = sorted(set(folders))
    # A single subfolder is no class. Images beside subfolders would have no
    # class.
    if len(names) < 2 or "" in names:
        return None, None
    number = {name: index for index, name in enumerate(names)}
    labels = np.array([number[name] for name in folders])
    return labels, tuple(map(path_text, names))


def _first_folder(file: Path) -> str:
    first, *rest = file.parts
    return sys.intern(first) if rest else ""
