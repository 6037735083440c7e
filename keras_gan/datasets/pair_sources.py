"""Pairs of images, or two unpaired sides, with what is known about them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import instance_of
from keras_gan._short_repr import ShortRepr
from keras_gan.datasets.labels import as_labels
from keras_gan.datasets.pair_rows import PairRows
from keras_gan.datasets.sources import SPLITS, Source, check_split, choose

__all__ = ["Pairs", "Unpaired"]

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, repr=False)
class Pairs(ShortRepr):
    """Pairs of images, source and target, and what is known about them.

    `pairs` makes it, and `PairBatches` makes batches of it.

    Attributes:
        name: The data set's name, or the path's last part.
        split: `"train"`, `"val"` or `"test"`.
        rows: The pairs, in memory or as files that are decoded when they are
            wanted.
        labels: Class numbers (n,), or None.
        class_names: What the numbers stand for, where that is known.
        origin: Where the images were found.
    """

    name: str
    split: str
    rows: PairRows
    labels: NDArray[np.int64] | None
    class_names: tuple[str, ...] | None
    origin: str

    def __post_init__(self) -> None:
        check_split(self.split, SPLITS)
        if self.labels is not None:
            # The dataclass is frozen.
            object.__setattr__(
                self, "labels", as_labels(self.labels, len(self))
            )

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def source_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of a source."""
        return self.rows.source_shape

    @property
    def target_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of a target."""
        return self.rows.target_shape

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
    ) -> "Pairs":
        """Returns a part: one class alone, or `limit` pairs evenly spread.

        Args:
            label: Keep the pairs of this class.
            limit: Keep so many, at even distances in their order.

        Raises:
            ValueError: If there are no labels, none is `label`, or the limit
                is below 1.
        """
        chosen = choose(self.name, len(self), self.labels, label, limit)
        if len(chosen) == len(self):
            return self
        labels = None if self.labels is None else self.labels[chosen]
        return replace(self, rows=self.rows.select(chosen), labels=labels)

    def arrays(self) -> tuple[Pixels, Pixels]:
        """Returns all sources and all targets, uint8 (n, H, W, C).

        Take a part of many: `select(limit=1000).arrays()`.
        """
        return self.rows.pixels(np.arange(len(self)))


@dataclass(frozen=True, repr=False)
class Unpaired(ShortRepr):
    """Two sides of images without pairs, as CycleGAN takes them.

    `unpaired` makes it, and `UnpairedBatches` makes batches of it.

    Attributes:
        a: The images of side a, with their labels and origin.
        b: Those of side b.

    Raises:
        TypeError: If a side is no `Source`.
        ValueError: If the sides differ in height or width.
    """

    a: Source
    b: Source

    def __post_init__(self) -> None:
        for side in ("a", "b"):
            source = getattr(self, side)
            instance_of(side, source, Source, "a `datasets.Source`")
            if source.holds_vectors:
                raise ValueError(
                    f"`{side}` must be images. Received: the vectors of "
                    f"{source.name}"
                )
        check_sides(self.a.images, self.b.images)

    @property
    def name(self) -> str:
        """The data set's name, or the path's last part."""
        return self.a.name

    @property
    def split(self) -> str:
        """`"train"`, `"val"` or `"test"`."""
        return self.a.split

    @property
    def origin(self) -> str:
        """Where the images of both sides were found."""
        if self.a.origin == self.b.origin:
            return self.a.origin
        return f"{self.a.origin} and {self.b.origin}"

    @property
    def class_names(self) -> None:
        """None: the two sides have no classes in common."""
        return None

    @property
    def shape_a(self) -> tuple[int, ...]:
        """(H, W, C) of an image of side a."""
        return self.a.image_shape

    @property
    def shape_b(self) -> tuple[int, ...]:
        """(H, W, C) of an image of side b."""
        return self.b.image_shape

    def __len__(self) -> int:
        return max(len(self.a.images), len(self.b.images))

    def select(self, *, limit: int | None = None) -> "Unpaired":
        """Returns `limit` images of each side, evenly spread.

        Args:
            limit: Keep so many of each.

        Raises:
            ValueError: If the limit is below 1.
        """
        return Unpaired(self.a.select(limit=limit), self.b.select(limit=limit))

    def arrays(self) -> tuple[Pixels, Pixels]:
        """Returns all images of both sides, uint8 (n, H, W, C)."""
        sides: list[Any] = [self.a.images, self.b.images]
        return np.array(sides[0][:]), np.array(sides[1][:])


def check_sides(a: Any, b: Any) -> None:
    """Refuses sides whose images differ in height or width.

    Raises:
        ValueError: With both shapes.
    """
    if tuple(a.shape[1:3]) != tuple(b.shape[1:3]):
        raise ValueError(
            "Side `a` and side `b` must be images of one height and width; "
            "bring them to one by `image_size`. Received: "
            f"a.shape={tuple(a.shape)}, b.shape={tuple(b.shape)}"
        )
