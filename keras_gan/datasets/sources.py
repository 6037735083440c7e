"""Real images or vectors with their labels, class names and origin."""

from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import instance_of, received, whole_number
from keras_gan._short_repr import ShortRepr
from keras_gan.datasets.arrays import pixel_shape
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.labels import as_labels
from keras_gan.datasets.vectors import Vectors, as_vectors, holds_vectors

__all__ = ["SPLITS", "Source", "check_split", "choose"]

SPLITS = ("train", "val", "test")
"""Those that data with two sides may have."""

_MOST_NAMED = 20
"""How many labels an error names. The rest is only counted."""


@dataclass(frozen=True, repr=False)
class Source(ShortRepr):
    """Real images or vectors, and what is known about them.

    `source` makes it.

    Args:
        name: The data set's name, or the path's last part.
        split: `"train"` or `"test"`; of a side of `Unpaired` also `"val"`.
        images: uint8 (n, H, W, C): an array, or an `ImageFolder`, which decodes
            images when it is indexed. Or vectors: floats (n, d), such as the
            points of `"grid"`.
        labels: Class numbers (n,), or None.
        class_names: What the numbers stand for, where that is known.
        origin: Where the images were found.

    Raises:
        TypeError: If the images are not uint8, or a text is none.
        ValueError: If there are no images, a vector is not finite, the split is
            another, the labels are no class numbers, are not as many as the
            images, or one of them has no class name.
    """

    name: str
    split: str
    images: NDArray[np.uint8] | ImageFolder | Vectors
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...] | None
    origin: str

    def __post_init__(self) -> None:
        instance_of("name", self.name, str, "a text")
        check_split(self.split, SPLITS)
        if holds_vectors(self.images):
            vectors = as_vectors("images", self.images)
            # The dataclass is frozen.
            object.__setattr__(self, "images", vectors)
            count = len(vectors)
        else:
            count = pixel_shape(self.images)[0]
        _check_class_names(self.class_names)
        instance_of("origin", self.origin, str, "a text")
        if self.labels is None:
            return
        labels = as_labels(self.labels, count)
        object.__setattr__(self, "labels", labels)
        classes = self.num_classes
        if classes is not None and (highest := labels.max()) >= classes:
            raise ValueError(
                f"`labels` of {self.name} must be below {classes}, the number "
                f"of its `class_names`. Received: "
                f"labels[{labels.argmax()}]={highest}"
            )

    def __len__(self) -> int:
        return len(self.images)

    @property
    def holds_vectors(self) -> bool:
        """Whether these are vectors, not images."""
        return holds_vectors(self.images)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """The shape of one: (H, W, C) of an image, (d,) of a vector."""
        return tuple(self.images.shape[1:])

    @property
    def num_classes(self) -> int | None:
        """How many classes the labels name; None without labels."""
        if self.labels is None:
            return None
        if self.class_names is not None:
            return len(self.class_names)
        return int(self.labels.max()) + 1

    def select(
        self, *, label: int | None = None, limit: int | None = None
    ) -> "Source":
        """Returns a part: one class alone, or `limit` images evenly spread.

        Args:
            label: Keep the images of this class.
            limit: Keep so many, at even distances in their order, so that a
                folder sorted by class keeps all classes.

        Raises:
            ValueError: If there are no labels, none is `label`, or the limit
                is below 1.
        """
        count = len(self.images)
        chosen = choose(self.name, count, self.labels, label, limit)
        if len(chosen) == count:
            return self
        images = (
            self.images.select(chosen)
            if isinstance(self.images, ImageFolder)
            else self.images[chosen]
        )
        labels = None if self.labels is None else self.labels[chosen]
        return replace(self, images=images, labels=labels)


def check_split(
    split: Any, splits: tuple[str, ...] = ("train", "test")
) -> None:
    """Refuses what is no split.

    Args:
        split: What was given.
        splits: Those that there may be.

    Raises:
        ValueError: With what was received.
    """
    if not isinstance(split, str) or split not in splits:
        *others, last = (f'"{each}"' for each in splits)
        raise ValueError(
            f"`split` must be {', '.join(others)} or {last}. "
            f"{received('split', split)}"
        )


def choose(
    name: str,
    count: int,
    labels: NDArray[np.int64] | None,
    label: int | None,
    limit: int | None,
) -> NDArray[np.int64]:
    """Returns the ascending indices of what `Source.select` keeps.

    Args:
        name: Of the data set, for the errors.
        count: How many images there are.
        labels: Their classes, (n,), or None.
        label: As for `Source.select`.
        limit: As for `Source.select`.

    Raises:
        ValueError: As `Source.select`.
    """
    chosen = np.arange(count)
    if label is not None:
        chosen = chosen[_images_with_label(name, labels, label)]
    if limit is not None:
        limit = whole_number("limit", limit, 1)
        chosen = chosen[_evenly_spread(len(chosen), limit)]
    return chosen


def _images_with_label(
    name: str, labels: NDArray[np.int64] | None, label: Any
) -> NDArray[np.bool_]:
    if labels is None:
        raise ValueError(
            f"{name} has no labels, so none can be chosen. "
            f"{received('label', label)}"
        )
    is_number = isinstance(label, Real)
    found: NDArray[np.bool_] = labels == (label if is_number else -1)
    if isinstance(label, bool) or not found.any():
        known = np.unique(labels)
        more = len(known) - _MOST_NAMED
        rest = f" and {more} more" if more > 0 else ""
        raise ValueError(
            f"`label` must be one of {name}'s labels, "
            f"{known[:_MOST_NAMED].tolist()}{rest}. {received('label', label)}"
        )
    return found


def _check_class_names(names: Any) -> None:
    """Raises an error unless they are None or texts."""
    if names is None:
        return
    listed = isinstance(names, tuple | list)
    if not listed or not all(isinstance(each, str) for each in names):
        raise TypeError(
            "`class_names` must be a tuple of texts, one for each class, or "
            f"None. {received('class_names', names)}"
        )


def _evenly_spread(count: int, limit: int) -> NDArray[np.int64]:
    kept = min(count, limit)
    return np.arange(kept) * count // kept
