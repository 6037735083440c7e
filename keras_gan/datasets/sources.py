"""Real images, with what a program has to know about them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import whole_number
from keras_gan.datasets.folder import ImageFolder

__all__ = ["Source"]


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
    """

    name: str
    split: str
    images: NDArray[np.uint8] | ImageFolder
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...] | None
    origin: str

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
        chosen = np.arange(len(self.images))
        if label is not None:
            chosen = chosen[self._has(label)]
        if limit is not None:
            limit = whole_number("limit", limit, 1)
            chosen = chosen[_evenly(len(chosen), limit)]
        if len(chosen) == len(self.images):
            return self
        images = (
            self.images.select(chosen)
            if isinstance(self.images, ImageFolder)
            else self.images[chosen]
        )
        labels = None if self.labels is None else self.labels[chosen]
        return replace(self, images=images, labels=labels)

    def _has(self, label: int) -> NDArray[np.bool_]:
        if self.labels is None:
            raise ValueError(
                f"{self.name} has no labels, so none can be chosen. "
                f"Received: label={label!r}"
            )
        found: NDArray[np.bool_] = self.labels == label
        if not found.any():
            raise ValueError(
                f"`label` must be one of {self.name}'s labels, "
                f"{np.unique(self.labels).tolist()}. Received: label={label!r}"
            )
        return found


def _evenly(count: int, limit: int) -> NDArray[np.int64]:
    kept = min(count, limit)
    return np.arange(kept) * count // kept
