"""Which images an evaluation translates, and what it compares them with."""

from pathlib import Path
from typing import Any

import numpy as np

from keras_gan import datasets
from keras_gan.datasets import (
    PAIR_NAMES,
    UNPAIRED_NAMES,
    PairBatches,
    Pairs,
    Unpaired,
    UnpairedBatches,
)
from keras_gan.datasets.listing import is_folder
from keras_gan.datasets.pair_rows import factor_of
from keras_gan.models import CycleGAN
from keras_gan.models.image_to_image import ImageToImage

Array = np.ndarray[Any, Any]

TWO_SIDED = (Pairs, PairBatches, Unpaired, UnpairedBatches)
"""What `keras_gan.datasets` gives of two sets of images."""
_UNPAIRED = (Unpaired, UnpairedBatches)
_WITH_SMALL_SOURCES = ("trainA and trainB", "two folders")
"""The conventions of folders whose sources may be smaller than targets."""
_CLASSIFIED = (28, 28, 1)
"""The shape of the images of all named sets of two sides."""


def has_both(real: Any) -> bool:
    """Whether data hold images to translate, too, or name such data."""
    if isinstance(real, TWO_SIDED):
        return True
    named = isinstance(real, str)
    return named and (
        real in PAIR_NAMES or real in UNPAIRED_NAMES or is_folder(Path(real))
    )


def name_of(real: Any, shape: tuple[int, ...]) -> str:
    """Returns the name of a data set, "" where it has none.

    Args:
        real: What was given as real images.
        shape: The shape of one of them.
    """
    if isinstance(real, str):
        return real
    known = isinstance(real, (Pairs, Unpaired)) and shape == _CLASSIFIED
    return real.name if known else ""


def translated_data(
    model: ImageToImage, real: Any, sources: Any, direction: str, split: str
) -> tuple[Any, Any]:
    """Returns real images, and those to translate, as far as they are known.

    Args:
        model: The model that translates.
        real: Images, the name or path of a data set, or one of `TWO_SIDED`.
        sources: Likewise; `None` where `real` has them.
        direction: `"ab"`, or `"ba"` from the second set to the first.
        split: Which part of data that are named is taken.

    Returns:
        Both as arrays, or as the name of a data set of single images.

    Raises:
        ValueError: If there are no such data, or one lacks the other.
    """
    start = 0 if direction == "ab" else 1
    if sources is None:
        real = _loaded(model, real, direction, split)
        both = real.arrays()
        return both[1 - start], both[start]
    if isinstance(sources, str):
        sources = _single(model, sources, split, start)
    if isinstance(sources, TWO_SIDED):
        sources = sources.arrays()[start]
    if isinstance(real, TWO_SIDED):
        real = real.arrays()[1 - start]
    return real, sources


def require_pairs(real: Any, metrics: list[str]) -> None:
    """Refuses two sides without pairs for metrics that compare pairs.

    Args:
        real: As for `translated_data`.
        metrics: Those of pairs that are asked for.

    Raises:
        ValueError: If the images of the two sides don't belong together.
    """
    if not metrics:
        return
    named = isinstance(real, str) and real in UNPAIRED_NAMES
    if named or isinstance(real, _UNPAIRED):
        raise ValueError(
            f"{' and '.join(map(repr, metrics))} compare images that belong "
            "together, and those of the two sides in `real` do not. Measure "
            "them by 'kid'. Received: real of type "
            f"{type(real).__name__}"
        )


def _loaded(model: ImageToImage, real: Any, direction: str, split: str) -> Any:
    """Returns two sets of images, found by their name or path."""
    if isinstance(real, TWO_SIDED):
        return real
    shapes = [model.image_shapes[name] for name in model.sets]
    first, second = (_depth(shape) for shape in shapes)
    if isinstance(model, CycleGAN):
        return datasets.unpaired(
            real,
            split,
            image_size=_size(shapes[1]),
            channels=first,
            channels_b=second,
        )
    return datasets.pairs(
        real,
        split,
        image_size=_size(shapes[1]),
        channels=second,
        source_channels=first,
        scale=_scale(real, *shapes),
    )


def _single(model: ImageToImage, path: str, split: str, start: int) -> Any:
    """Returns images to translate, by the name or path of a data set."""
    if path in PAIR_NAMES or path in UNPAIRED_NAMES:
        return (
            datasets.pairs(path, split)
            if path in PAIR_NAMES
            else datasets.unpaired(path, split)
        )
    shape = model.image_shapes[model.sets[start]]
    images, _ = datasets.load(
        path, split, image_size=_size(shape), channels=_depth(shape)
    )
    return np.asarray(images)


def _size(shape: Any) -> tuple[int, int] | None:
    """Returns height and width of an image, where a network fixes them."""
    known = shape is not None and None not in shape[:2]
    return (shape[0], shape[1]) if known else None


def _depth(shape: Any) -> int | None:
    """Returns the channels of an image, where a network fixes them."""
    return None if shape is None else shape[-1]


def _scale(real: str, source: Any, target: Any) -> int | None:
    """Returns how many times smaller sources are made, if they must be."""
    small, large = _size(source), _size(target)
    if small is None or large is None or small == large:
        return None
    factor = factor_of(small, large)
    if real in PAIR_NAMES:
        return factor
    try:
        convention = datasets.pair_folder(real).convention
    except ValueError:  # A folder of single images.
        return factor
    return None if convention in _WITH_SMALL_SOURCES else factor
