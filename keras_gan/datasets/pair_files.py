"""Finding the files of pairs, and refusing those that are none."""

from pathlib import Path, PurePath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from keras_gan.datasets.listing import (
    Listing,
    names_in_words,
    path_text,
    scan,
)
from keras_gan.datasets.pair_rows import FilePairs, factor_of

__all__ = ["FoundPairs", "find_halves", "find_partners"]

Size = tuple[int, int]


class FoundPairs(NamedTuple):
    """Pairs of files, with what is known about them."""

    rows: FilePairs
    class_names: tuple[str, ...] | None
    skipped: list[str]
    """The files that are left out, and why."""


def find_halves(
    path: Path,
    size: Size | None,
    channels: tuple[int | None, int | None],
    *,
    reversed_halves: bool,
) -> FoundPairs:
    """Finds the images of a folder, each of which is cut into halves.

    Args:
        path: The folder.
        size: Height and width of a half, or None for their own.
        channels: Of source and target, or None for what the images have.
        reversed_halves: Whether the target is the left half.

    Raises:
        ValueError: If an image has no two halves, or they differ in size.
    """
    listing = scan(path)
    _check_halves(path, listing)
    if size is None:
        size = listing.common_size(beside=2)
    source, target = (each or listing.channels for each in channels)
    rows = FilePairs(
        path,
        [(file,) for file in listing.files],
        listing.labels,
        (*size, source),
        (*size, target),
        reversed_halves=reversed_halves,
    )
    return FoundPairs(rows, listing.class_names, list(listing.skipped))


def find_partners(
    root: Path,
    folders: tuple[Path, Path],
    size: Size | None,
    channels: tuple[int | None, int | None],
) -> FoundPairs:
    """Finds the images of two folders that have equal names.

    Endings may differ. A file that is no image is left out with its partner.

    Args:
        root: The folder that both are in.
        folders: Those of the sources and of the targets.
        size: Height and width of the targets, or None for their own. So large
            is a source, too, unless the files of all sources are smaller than
            their targets by one and the same factor: then it stays so.
        channels: Of source and target, or None for what the images have.

    Raises:
        ValueError: If an image has no partner, or a pair is of two shapes.
    """
    listings = (scan(folders[0]), scan(folders[1]))
    found = [_by_name(*each) for each in zip(folders, listings, strict=True)]
    names = _common_names(folders, listings, found)
    places = [
        np.array([side[name] for name in names], np.int64) for side in found
    ]
    sizes = _sizes(folders, listings, places, size)
    depths = [
        given or listing.channels
        for given, listing in zip(channels, listings, strict=True)
    ]
    labels = listings[0].labels
    rows = FilePairs(
        root,
        [
            (listings[0].files[source], listings[1].files[target])
            for source, target in zip(*places, strict=True)
        ],
        None if labels is None else labels[places[0]],
        (*sizes[0], depths[0]),
        (*sizes[1], depths[1]),
    )
    skipped = [
        f"{path_text(folder.relative_to(root) / name)} ({reason})"
        for folder, listing in zip(folders, listings, strict=True)
        for name, reason in listing.refused
    ]
    return FoundPairs(rows, listings[0].class_names, skipped)


def _check_halves(path: Path, listing: Listing) -> None:
    wrong = [
        f"{path_text(Path(file).relative_to(path))} ({width} x {height})"
        for file, (height, width) in zip(
            listing.files, listing.file_sizes, strict=True
        )
        if width % 2 or width <= height
    ]
    if wrong:
        raise ValueError(
            f"The images of {path_text(path)} must each be two pictures of one "
            "size side by side: wider than high, and an even number of pixels "
            "wide. Put other pairs into two folders with equal names. "
            f"Received (width x height): {len(wrong)} others"
            f"{names_in_words(wrong)}"
        )


def _by_name(folder: Path, listing: Listing) -> dict[str, int]:
    """Returns the place of each file by its name without its ending."""
    found: dict[str, int] = {}
    for place, file in enumerate(listing.files):
        name = _without_ending(Path(file).relative_to(folder))
        if name in found:
            first = Path(listing.files[found[name]]).relative_to(folder)
            second = Path(file).relative_to(folder)
            raise ValueError(
                f"{path_text(folder)} holds two images of one name, so it "
                "isn't known which is the partner. Take one of them away. "
                f"Received: {path_text(first)} and {path_text(second)}"
            )
        found[name] = place
    return found


def _without_ending(file: PurePath) -> str:
    return file.with_suffix("").as_posix()


def _common_names(
    folders: tuple[Path, Path],
    listings: tuple[Listing, Listing],
    found: list[dict[str, int]],
) -> list[str]:
    """Returns the names that both sides have, if no image is alone."""
    alone = []
    for side, other in ((0, 1), (1, 0)):
        # Its own fault is named, not that it has no partner.
        broken = {
            _without_ending(Path(name)) for name, _ in listings[other].refused
        }
        alone += [
            path_text(listings[side].files[place])
            for name, place in found[side].items()
            if name not in found[other] and name not in broken
        ]
    if alone:
        images = "1 image" if len(alone) == 1 else f"{len(alone)} images"
        raise ValueError(
            f"Each image of {path_text(folders[0])} needs a partner in "
            f"{path_text(folders[1])} with the same name, endings aside, and "
            f"the reverse. Received: {images} without a partner"
            f"{names_in_words(alone)}"
        )
    names = [name for name in found[0] if name in found[1]]
    if not names:
        reasons = [*listings[0].skipped, *listings[1].skipped]
        raise ValueError(
            f"{path_text(folders[0])} and {path_text(folders[1])} hold no pair "
            f"that can be read. Received: {len(reasons)} files that can't be"
            f"{names_in_words(reasons)}"
        )
    return names


def _sizes(
    folders: tuple[Path, Path],
    listings: tuple[Listing, Listing],
    places: list[NDArray[np.int64]],
    size: Size | None,
) -> tuple[Size, Size]:
    """Returns the sizes to bring the sources and the targets to."""
    sources, targets = (
        np.array(listing.file_sizes, np.int64)[place]
        for listing, place in zip(listings, places, strict=True)
    )
    differ = sources[:, 0] * targets[:, 1] != sources[:, 1] * targets[:, 0]
    if differ.any():
        wrong = [
            _pair_in_words(folders, listings, places, int(row))
            for row in np.flatnonzero(differ)
        ]
        raise ValueError(
            "Both images of a pair must have the same shape, or one be the "
            "other made larger, so that they cover each other. Received "
            f"(width x height): {len(wrong)} pairs that don't"
            f"{names_in_words(wrong)}"
        )
    if size is None:
        return listings[0].common_size(), listings[1].common_size()
    factors = {
        factor_of(source, target) if source[0] <= target[0] else None
        for source, target in np.unique(
            np.stack([sources, targets], axis=1), axis=0
        ).tolist()
    }
    factor = factors.pop() if len(factors) == 1 else None
    factor = factor or 1
    if size[0] % factor or size[1] % factor:
        raise ValueError(
            f"The sources are {factor} times smaller than the targets, so "
            f"`image_size`, that of the targets, must be a multiple of "
            f"{factor}. Received: image_size={size}"
        )
    return (size[0] // factor, size[1] // factor), size


def _pair_in_words(
    folders: tuple[Path, Path],
    listings: tuple[Listing, Listing],
    places: list[NDArray[np.int64]],
    row: int,
) -> str:
    parts = []
    for folder, listing, place in zip(folders, listings, places, strict=True):
        height, width = listing.file_sizes[place[row]]
        name = Path(folder.name, Path(listing.files[place[row]]).name)
        parts.append(f"{path_text(name)} {width} x {height}")
    return " with ".join(parts)
