"""Loading pairs of images, or two unpaired sides, by a name or a path."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from keras_gan._checks import choice, number_in, received, whole_number
from keras_gan.datasets.decode import check_channels, resize, size_pair
from keras_gan.datasets.decoding import Decoding, checked_decoding
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.listing import (
    is_folder,
    path_text,
    scan,
    warn_of_skipped,
)
from keras_gan.datasets.loading import (
    MEMORY,
    NAMES,
    as_path,
    read_if_it_fits,
    source,
)
from keras_gan.datasets.named import installed
from keras_gan.datasets.outlines import outlines
from keras_gan.datasets.pair_files import find_halves, find_partners
from keras_gan.datasets.pair_layout import PairFolder, pair_folder
from keras_gan.datasets.pair_rows import (
    ArrayPairs,
    Downsized,
    FilePairs,
    PairRows,
)
from keras_gan.datasets.pair_sources import Pairs, Unpaired
from keras_gan.datasets.sources import SPLITS, Source, check_split

__all__ = [
    "CLOTHES",
    "PAIR_NAMES",
    "UNPAIRED_NAMES",
    "clothes_at_hand",
    "pairs",
    "unpaired",
]

PAIR_NAMES = ("outlines", "small_clothes")
"""The sets of pairs that have a name."""

UNPAIRED_NAMES = ("sneakers_to_boots",)
"""The sets of two unpaired sides that have a name."""

CLOTHES = ("fashion_mnist", "fashion_mnist_sample")
"""What the named sets are made of."""
_SNEAKER, _BOOT = 7, 9
_SMALL_SCALE = 4

Size = tuple[int, int]


def pairs(
    name: str | Path,
    split: str = "train",
    *,
    direction: str = "ab",
    scale: int | None = None,
    clothes: str | None = None,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    source_channels: int | None = None,
    label: int | None = None,
    limit: int | None = None,
    memory: float = MEMORY,
    decoding: Decoding | None = None,
) -> Pairs:
    """Finds pairs of images, source and target. Large folders stay on disk.

    | name | source | target |
    |---|---|---|
    | `"outlines"` | outlines of clothes, light lines on black, 28x28 | the \
clothes |
    | `"small_clothes"` | clothes, 7x7, or 14x14 with `scale=2` | the same, \
28x28 |
    | a folder, as `pair_folder` describes it | side a | side b |
    | with `scale`: what `datasets.source` takes | the images, made smaller | \
the images |

    The clothes are Fashion-MNIST where it is installed, else the sample of it
    in the package: 10,000 to train on and 2,000 to test. Both need no network.

    Args:
        name: One of `PAIR_NAMES`, or the path of a folder; with `scale`, also
            a name or a path for `datasets.source`.
        split: `"train"`, `"val"` or `"test"`.
        direction: Of a folder: `"ab"` translates side a, or the left half,
            into side b; `"ba"` the reverse.
        scale: For super-resolution: each source is its target, so many times
            smaller, by a bicubic filter. Default: the folder has sources.
        clothes: `"fashion_mnist"` or `"fashion_mnist_sample"`, for the named
            sets. Default: the first where it is installed, else the second.
        image_size: Height and width of the targets, or one number for both.
            Sources get the same size; where all source files are smaller by
            one whole factor, they stay so. Defaults to the files' own.
        channels: 1 for grey, 3 for colour. Defaults to what the images are.
        source_channels: The same for the sources. Defaults to `channels`.
        label: Keep the pairs of this class alone.
        limit: Keep so many pairs at most, evenly spread.
        memory: Bytes of decoded pixels up to which a folder is read into
            memory, 1 GiB by default.
        decoding: As for `source`.

    Returns:
        A `Pairs`.

    Raises:
        TypeError: If `decoding` is none.
        ValueError: If there are no such pairs or no such split; if an image
            has no partner, or another shape than its partner; or if another
            argument is not what it must be.

    Example:
        >>> found = pairs("outlines")
        >>> found.source_shape, found.target_shape
        ((28, 28, 1), (28, 28, 1))
        >>> batches = PairBatches(found, batch_size=64, flip=True)
    """
    wanted = _Wanted.of(
        split, direction, image_size, channels, memory, decoding
    )
    if source_channels is not None:
        source_channels = check_channels(source_channels, "source_channels")
    if scale is not None:
        scale = whole_number("scale", scale, 2)
    if limit is not None:
        limit = whole_number("limit", limit, 1)
    named = isinstance(name, str) and name in PAIR_NAMES
    clothes = _checked_clothes(clothes, named)
    if named and name == "outlines":
        _refuse_scale(scale)
        found = _outlines(clothes, wanted, source_channels)
    elif named or scale is not None:
        _refuse_source_channels(source_channels)
        if not named:
            _require_images(name)
        images = source(
            clothes if named else name,
            split,
            image_size=image_size,
            channels=channels,
            memory=memory,
            decoding=decoding,
        )
        found = _downsized(images, scale or _SMALL_SCALE)
        found = replace(found, name=str(name)) if named else found
    else:
        layout = _layout(name, PAIR_NAMES)
        found, skipped = _from_folder(layout, wanted, source_channels)
        found = found.select(label=label, limit=limit)
        return _read_if_they_fit(found, layout.path, skipped, wanted)
    return found.select(label=label, limit=limit)


def unpaired(
    name: str | Path,
    split: str = "train",
    *,
    direction: str = "ab",
    clothes: str | None = None,
    image_size: int | tuple[int, int] | None = None,
    channels: int | None = None,
    channels_b: int | None = None,
    limit: int | None = None,
    memory: float = MEMORY,
    decoding: Decoding | None = None,
) -> Unpaired:
    """Finds two unpaired sides of images. Large folders stay on disk.

    | name | side a | side b |
    |---|---|---|
    | `"sneakers_to_boots"` | sneakers, 28x28 | ankle boots, 28x28 |
    | a folder, as `pair_folder` describes it | `trainA`, or the first of two \
folders | `trainB`, or the second |

    The shoes are Fashion-MNIST's where it is installed, else those of the
    sample in the package: 1,000 of each side to train on and 200 to test.

    Args:
        name: One of `UNPAIRED_NAMES`, or the path of a folder.
        split: `"train"`, `"val"` or `"test"`.
        direction: `"ba"` exchanges the two sides.
        clothes: As for `pairs`.
        image_size: Height and width of all images, or one number for both.
            Defaults to the files' own, where all are the same.
        channels: 1 for grey, 3 for colour. Defaults to what the images of
            each side are.
        channels_b: The same for side b. Defaults to `channels`.
        limit: Keep so many images of each side at most, evenly spread.
        memory: Bytes of decoded pixels up to which each side is read into
            memory, 1 GiB by default.
        decoding: As for `source`.

    Returns:
        An `Unpaired`.

    Raises:
        TypeError: If `decoding` is none.
        ValueError: If there is no such folder or split; if a side holds no
            image, or the sides differ in size; or if another argument is not
            what it must be.

    Example:
        >>> found = unpaired("sneakers_to_boots", "test")
        >>> found.shape_a, found.shape_b
        ((28, 28, 1), (28, 28, 1))
        >>> batches = UnpairedBatches(found, batch_size=16)
    """
    wanted = _Wanted.of(
        split, direction, image_size, channels, memory, decoding
    )
    other = (
        wanted.channels
        if channels_b is None
        else check_channels(channels_b, "channels_b")
    )
    if limit is not None:
        limit = whole_number("limit", limit, 1)
    named = isinstance(name, str) and name in UNPAIRED_NAMES
    clothes = _checked_clothes(clothes, named)
    if named:
        sides = [
            source(
                clothes, split, image_size=image_size, channels=depth, label=of
            )
            for of, depth in ((_SNEAKER, channels), (_BOOT, other))
        ]
        sides = [replace(each, name=str(name)) for each in sides]
    else:
        layout = _layout(name, UNPAIRED_NAMES)
        sides = [
            _side(layout, folder, replace(wanted, channels=depth), limit)
            for folder, depth in zip(
                _two_folders(layout, split), (channels, other), strict=True
            )
        ]
    if direction == "ba":
        sides.reverse()
    return Unpaired(*sides).select(limit=limit)


@dataclass(frozen=True)
class _Wanted:
    """What both functions are asked for, checked."""

    split: str
    reverse: bool
    size: Size | None
    channels: int | None
    memory: float
    decoding: Decoding

    @classmethod
    def of(
        cls,
        split: Any,
        direction: Any,
        size: Any,
        channels: Any,
        memory: Any,
        decoding: Any,
    ) -> "_Wanted":
        check_split(split, SPLITS)
        direction = choice("direction", direction, ("ab", "ba"))
        return cls(
            split,
            direction == "ba",
            None if size is None else size_pair(size),
            None if channels is None else check_channels(channels),
            number_in("memory", memory, "[0, inf)"),
            checked_decoding(decoding),
        )


def clothes_at_hand() -> str:
    """Returns which of `CLOTHES` there are without a download."""
    return CLOTHES[0] if installed(CLOTHES[0]) else CLOTHES[1]


def _checked_clothes(clothes: Any, named: bool) -> str:
    """Returns which set of clothes the named sets are made of."""
    if clothes is None:
        return clothes_at_hand()
    if not named:
        raise ValueError(
            "`clothes` is for the sets that have a name: leave it out. "
            f"{received('clothes', clothes)}"
        )
    which: str = choice("clothes", clothes, CLOTHES)
    return which


def _refuse_scale(scale: int | None) -> None:
    if scale is not None:
        raise ValueError(
            "`scale` makes the sources from the targets, and `outlines` has "
            f"sources: leave it out. {received('scale', scale)}"
        )


def _require_images(name: Any) -> None:
    """Refuses what `source`, which makes them smaller, would not find."""
    path = as_path(name)
    try:
        found = str(name) in NAMES or (path is not None and path.exists())
    except OSError:  # `source` says why it can't be read.
        return
    if not found:
        known = [*PAIR_NAMES, *NAMES]
        raise ValueError(
            f"`name` must be one of {known}, or, with `scale`, a folder / .npz "
            f"/ .npy path that exists. {received('name', name)}"
        )


def _refuse_source_channels(channels: int | None) -> None:
    if channels is not None:
        raise ValueError(
            "`source_channels` must be left out where the sources are made "
            f"of the targets. {received('source_channels', channels)}"
        )


def _outlines(clothes: str, wanted: _Wanted, depth: int | None) -> Pairs:
    images = source(clothes, wanted.split)
    target: Any = images.images
    height, width = images.image_shape[:2]
    size = wanted.size or (height, width)
    rows = ArrayPairs(
        resize(outlines(target), size, depth or wanted.channels or 1),
        resize(target, size, wanted.channels or 1),
    )
    return _of_source(images, rows, "outlines")


def _downsized(images: Source, scale: int) -> Pairs:
    if images.holds_vectors:
        raise ValueError(
            f"`scale` is for images, and {images.name} holds vectors. "
            f"{received('scale', scale)}"
        )
    return _of_source(images, Downsized(images.images, scale), images.name)


def _of_source(images: Source, rows: PairRows, name: str) -> Pairs:
    return Pairs(
        name,
        images.split,
        rows,
        images.labels,
        images.class_names,
        images.origin,
    )


def _layout(name: Any, names: tuple[str, ...]) -> PairFolder:
    path = as_path(name)
    if path is None or not is_folder(path):
        raise ValueError(
            f"`name` must be one of {list(names)}, or the path of a folder "
            f"that exists. {received('name', name)}"
        )
    return pair_folder(path)


def _from_folder(
    layout: PairFolder, wanted: _Wanted, depth: int | None
) -> tuple[Pairs, list[str]]:
    """Returns the pairs of a folder, and the files that are left out."""
    folders = layout.of_split(wanted.split)
    depths = (depth or wanted.channels, wanted.channels)
    if len(folders) == 1:
        found = find_halves(
            folders[0], wanted.size, depths, reversed_halves=wanted.reverse
        )
    else:
        source_folder, target_folder = folders[:: -1 if wanted.reverse else 1]
        found = find_partners(
            layout.path, (source_folder, target_folder), wanted.size, depths
        )
    pairs_of_files = Pairs(
        path_text(layout.path.resolve().name),
        wanted.split,
        found.rows,
        found.rows.labels,
        found.class_names,
        " and ".join(map(path_text, folders)),
    )
    return pairs_of_files, found.skipped


def _read_if_they_fit(
    found: Pairs, path: Path, skipped: list[str], wanted: _Wanted
) -> Pairs:
    """Reads pairs if they fit in memory, and warns of what is left out."""
    rows = found.rows
    if isinstance(rows, FilePairs):
        rows = wanted.decoding.applied(rows)
        found = replace(found, rows=rows)
    values = math.prod(rows.source_shape) + math.prod(rows.target_shape)
    if isinstance(rows, FilePairs) and len(rows) * values <= wanted.memory:
        read, whole, broken = rows.read()
        skipped = [*skipped, *broken]
        labels = None if found.labels is None else found.labels[whole]
        found = replace(found, rows=read, labels=labels)
    warn_of_skipped(path, skipped, "left out, with their partners")
    return found


def _two_folders(layout: PairFolder, split: str) -> tuple[Path, Path]:
    folders = layout.of_split(split)
    if len(folders) == 1:
        raise ValueError(
            "Two sides without pairs are images in two folders, such as "
            f"`trainA` and `trainB`; {path_text(folders[0])} is one. If its "
            "images have two halves, which are pairs, use the recipe pix2pix, "
            "or `datasets.pairs` in Python. Received: one folder of images"
        )
    return folders[0], folders[1]


def _side(
    layout: PairFolder, folder: Path, wanted: _Wanted, limit: int | None
) -> Source:
    listing = scan(folder)
    images = ImageFolder(folder, wanted.size, wanted.channels, listing=listing)
    side = Source(
        path_text(layout.path.resolve().name),
        wanted.split,
        images,
        images.labels,
        listing.class_names,
        path_text(folder),
    ).select(limit=limit)
    chosen: Any = side.images
    return read_if_it_fits(side, chosen, wanted.memory, wanted.decoding)
