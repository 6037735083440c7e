"""Real images, with what a program has to know about them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import whole_number
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.labels import as_labels

__all__ = ["Source", "choose"]

_NAMED = 20
"""So many labels are named in an error; the rest is counted."""


@dataclass(frozen=True)
class Source:
    """Real images and what is known about them; `source` makes it.

    Args:
        name: The data set's name, or the path's last part.
        split: `"train"` or `"test"`.
        images: uint8 (n, H, W, C): an array, or an `ImageFolder` that decodes
            what it is asked for.
        labels: Class numbers (n,), or None.
        class_names: What the numbers stand for, where that is known.
        origin: Where the images were found.

    Raises:
        ValueError: If the labels are no class numbers, are not as many as the
            images, or one of them has no class name.
    """

    name: str
    split: str
    images: NDArray[np.uint8] | ImageFolder
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...] | None
    origin: str

    def __post_init__(self) -> None:
        if self.labels is None:
            return
        labels = as_labels(self.labels, len(self.images))
        # The dataclass is frozen for everybody else.
        object.__setattr__(self, "labels", labels)
        classes = self.num_classes
        if classes is not None and (highest := labels.max()) >= classes:
            raise ValueError(
                f"`labels` of {self.name} must be below {classes}, the number "
                f"of its class names. Received: "
                f"labels[{labels.argmax()}]={highest}"
            )

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(H, W, C)."""
        _, height, width, channels = self.images.shape
        return height, width, channels

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
            limit: Keep so many, at even distances in the order there is, so
                that a folder sorted by classes keeps all of them.

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
        chosen = chosen[_has(name, labels, label)]
    if limit is not None:
        limit = whole_number("limit", limit, 1)
        chosen = chosen[_evenly(len(chosen), limit)]
    return chosen


def _has(
    name: str, labels: NDArray[np.int64] | None, label: int
) -> NDArray[np.bool_]:
    if labels is None:
        raise ValueError(
            f"{name} has no labels, so none can be chosen. "
            f"Received: label={label!r}"
        )
    is_number = isinstance(label, int | float | np.number)
    found: NDArray[np.bool_] = labels == (label if is_number else -1)
    if isinstance(label, bool) or not found.any():
        known = np.unique(labels)
        more = len(known) - _NAMED
        rest = f" and {more} more" if more > 0 else ""
        raise ValueError(
            f"`label` must be one of {name}'s labels, "
            f"{known[:_NAMED].tolist()}{rest}. Received: label={label!r}"
        )
    return found


def _evenly(count: int, limit: int) -> NDArray[np.int64]:
    kept = min(count, limit)
    return np.arange(kept) * count // kept
