"""Which convention does a folder of pairs or of two sides follow?"""

import os
from dataclasses import dataclass
from pathlib import Path

from keras_gan._checks import file_path, received
from keras_gan.datasets.listing import (
    is_folder,
    is_the_users_own,
    path_text,
)
from keras_gan.datasets.sources import SPLITS, check_split

__all__ = ["PairFolder", "pair_folder"]

SIDE_BY_SIDE = "side by side"
TWO_SIDES = "trainA and trainB"
EQUAL_NAMES = "two folders"

_CONVENTIONS = """
  side by side (pix2pix): folders `train`, `val`, `test` of images, each of \
them two pictures beside each other; or such images alone.
  trainA and trainB (CycleGAN): folders `trainA`, `trainB`, `testA`, `testB`.
  two folders of images: `a/x.png` and `b/x.png`, of equal names where they \
are pairs; alone, in each of `train`, `val` and `test`, or with these inside."""


@dataclass(frozen=True)
class PairFolder:
    """A folder of pairs, or of the two sides of an unpaired translation.

    `pair_folder` makes it.

    Attributes:
        path: The folder.
        convention: `"side by side"`, `"trainA and trainB"` or `"two folders"`.
        folders: For each split, where its images are: one folder of images
            that are cut into halves, or two folders, side a first.
    """

    path: Path
    convention: str
    folders: dict[str, tuple[Path, ...]]

    @property
    def splits(self) -> tuple[str, ...]:
        """Those of "train", "val" and "test" that there are."""
        return tuple(self.folders)

    def of_split(self, split: str) -> tuple[Path, ...]:
        """Returns where the images of a split are.

        Raises:
            ValueError: If there is no such split.
        """
        check_split(split, SPLITS)
        if split not in self.folders:
            has = " and ".join(f'"{each}"' for each in self.splits)
            raise ValueError(
                f"{path_text(self.path)} has no {split} split, only {has}. "
                f"{received('split', split)}"
            )
        return self.folders[split]


def pair_folder(path: str | Path) -> PairFolder:
    """Finds out how a folder holds pairs of images, or two unpaired sides.

    | convention | folders |
    |---|---|
    | `"side by side"` | `train/x.png`, `val/x.png`, `test/x.png`, each with \
two pictures beside each other: left is side a, right is side b |
    | `"trainA and trainB"` | `trainA/`, `trainB/`, `testA/`, `testB/` |
    | `"two folders"` | two folders, such as `a/x.png` and `b/x.png`; those \
of `train`, `val` and `test` may be above or below them; the first by its name \
is side a |

    Args:
        path: The folder. Names that begin with a dot are left out, as are
            those that systems and archivers put there.

    Returns:
        A `PairFolder`.

    Raises:
        ValueError: If it is no folder, or follows none of the conventions, or
            a folder of one side is missing.

    Example:
        >>> pair_folder("horse2zebra").splits
        ('train', 'test')
    """
    root = file_path("path", path)
    if not is_folder(root):
        raise ValueError(
            f"`path` must be a folder. Received: path={path_text(root)}"
        )
    names, has_files = _content(root)
    convention, folders = (
        _two_sides(root, names)
        or _by_split(root, names)
        or _two_folders(root, names, has_files)
        or _images_alone(root, names, has_files)
        or _refuse(root, names, has_files)
    )
    return PairFolder(root, convention, folders)


_Found = tuple[str, dict[str, tuple[Path, ...]]]


def _content(path: Path) -> tuple[list[str], bool]:
    """Returns the names of subfolders, and whether there are files."""
    try:
        with os.scandir(path) as entries:
            seen = [each for each in entries if is_the_users_own(each.name)]
            folders = sorted(each.name for each in seen if each.is_dir())
            return folders, len(seen) > len(folders)
    except OSError as error:
        raise ValueError(
            f"The folder {path_text(path)} can't be read ({error.strerror})."
        ) from error


def _two_sides(root: Path, names: list[str]) -> _Found | None:
    wanted = {split: (f"{split}A", f"{split}B") for split in SPLITS}
    folders: dict[str, tuple[Path, ...]] = {}
    for split, pair in wanted.items():
        there = [name for name in pair if name in names]
        if len(there) == 1:
            (missing,) = set(pair) - set(there)
            raise ValueError(
                f"{path_text(root)} has a folder `{there[0]}`, but none of the "
                f"other side, `{missing}`. Received: folders {names}"
            )
        if there:
            folders[split] = (root / pair[0], root / pair[1])
    return (TWO_SIDES, folders) if "train" in folders else None


def _by_split(root: Path, names: list[str]) -> _Found | None:
    if "train" not in names:
        return None
    folders: dict[str, tuple[Path, ...]] = {}
    for split in (each for each in SPLITS if each in names):
        sides, has_files = _content(root / split)
        two = len(sides) == 2 and not has_files
        folders[split] = (
            tuple(root / split / side for side in sides)
            if two
            else (root / split,)
        )
    kinds = {len(each) for each in folders.values()}
    if len(kinds) > 1:
        which = [f"{split} has {len(each)}" for split, each in folders.items()]
        raise ValueError(
            f"The splits of {path_text(root)} must all hold two folders, or "
            f"all images side by side. Received: folders of images: {which}"
        )
    return (EQUAL_NAMES if 2 in kinds else SIDE_BY_SIDE), folders


def _two_folders(
    root: Path, names: list[str], has_files: bool
) -> _Found | None:
    if len(names) != 2 or has_files or set(names) & set(SPLITS):
        return None
    a, b = (root / name for name in names)
    within = [set(_content(side)[0]) for side in (a, b)]
    splits = [each for each in SPLITS if each in within[0] & within[1]]
    if "train" in splits:
        return EQUAL_NAMES, {split: (a / split, b / split) for split in splits}
    return EQUAL_NAMES, {"train": (a, b)}


def _images_alone(
    root: Path, names: list[str], has_files: bool
) -> _Found | None:
    if has_files and not names:
        return SIDE_BY_SIDE, {"train": (root,)}
    return None


def _refuse(root: Path, names: list[str], has_files: bool) -> _Found:
    files = "files and " if has_files else ""
    raise ValueError(
        f"{path_text(root)} follows none of the conventions.{_CONVENTIONS}\n"
        f"Received: {files}{len(names)} folders {names[:10]}"
    )
