"""Batches of two unpaired sides, in an order that seed and epoch fix."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import received
from keras_gan.datasets.arrays import pixels_of
from keras_gan.datasets.folder import ImageFolder
from keras_gan.datasets.look import Look
from keras_gan.datasets.pair_sources import Unpaired, check_sides
from keras_gan.datasets.two_sided_batches import TwoSidedBatches
from keras_gan.datasets.views import Views

__all__ = ["UnpairedBatches"]

Pixels = NDArray[np.uint8]

_ORDERS = ((), (3,))
"""The stream of random numbers of each side's order."""
_VIEWS = ((1, 2), (4, 5))
"""Those of what is mirrored and of the crops."""


class UnpairedBatches(TwoSidedBatches):
    """Batches `(a, b)` of two unpaired sides for `fit`, as CycleGAN's code.

    An epoch is as long as the longer side: each of its images is seen once.
    The shorter side goes round, shuffled anew each time. All is a function of
    seed and epoch, so that a run that is resumed sees what the uninterrupted
    run would have seen: the order of side a is what
    `numpy.random.default_rng([seed, e])` permutes, again and again until the
    epoch is full, and that of side b what `default_rng([seed, e, 3])` does.
    Images stay uint8 in memory, or files on the disk, and become float32 batch
    by batch. For `fit`, the rules of `ImageBatches` hold.

    Args:
        sides: What `datasets.unpaired` returned; or `(a, b)`, arrays
            (n, H, W) or (n, H, W, C) with C of 1 or 3: uint8, or floats in
            [0, 1] or [-1, 1], which are rounded to 256 levels; or
            `ImageFolder`s. The sides may differ in length and channels.
        batch_size: Images of each side in a batch, at most 2**31 - 1. The last
            one of an epoch holds the rest.
        seed: Whole number from 0 to 2**31 - 1.
        shuffle: False visits each side in its own order.
        value_range: The floats that stand for black and white.
        drop_remainder: Whether to leave out a last batch that is not full.
        jitter: By how many pixels an image is enlarged, and cropped back to
            its size at a random place, each by itself: 30 for 256x256 in the
            authors' code.
        flip: True mirrors images left to right, each by itself with
            probability 1/2.
        part: `(i, n)`: only the i-th of n parts of each batch, for one of n
            processes that train together.
        steps_per_epoch: Batches in an epoch, at most the full ones of the
            data. So large data have several epochs a pass, with what is done
            at their ends. The order and all else that is random is that of
            the pass, whose number takes the place of the epoch's, and each
            epoch sees the next part of it. Batches of a pass that do not fill
            an epoch are left out, without `shuffle` the same ones each time.
            None makes an epoch of all images.

    Raises:
        TypeError: If `sides` is none.
        ValueError: If a side is empty, the sides differ in height or width,
            the images can't be used, or another argument is not what it must
            be.

    Example:
        >>> shoes = datasets.unpaired("sneakers_to_boots")
        >>> gan.fit(UnpairedBatches(shoes, batch_size=16), epochs=20)

    Reference: Zhu et al., 2017, arXiv 1703.10593; the length of an epoch is
    that of `UnalignedDataset` in the authors' code.
    """

    def __init__(
        self,
        sides: Any,
        *,
        batch_size: int = 64,
        seed: int = 0,
        shuffle: bool = True,
        value_range: tuple[float, float] = (-1.0, 1.0),
        drop_remainder: bool = False,
        jitter: int = 0,
        flip: bool = False,
        part: tuple[int, int] = (0, 1),
        steps_per_epoch: int | None = None,
    ) -> None:
        self.a, self.b = _as_sides(sides)
        super().__init__(
            max(len(self.a), len(self.b)),
            batch_size,
            seed,
            shuffle,
            value_range,
            drop_remainder,
            jitter,
            flip,
            part,
            steps_per_epoch,
        )

    @property
    def shape_a(self) -> tuple[int, ...]:
        """(H, W, C) of an image of side a."""
        return tuple(self.a.shape[1:])

    @property
    def shape_b(self) -> tuple[int, ...]:
        """(H, W, C) of an image of side b."""
        return tuple(self.b.shape[1:])

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch, with the orders, crops and mirrored images."""
        super().set_epoch(epoch)
        self._orders = [
            self._going_round(len(side), stream)
            for side, stream in zip((self.a, self.b), _ORDERS, strict=True)
        ]
        self._views = [
            Views(
                self._count,
                self.seed,
                self.data_pass,
                jitter=self.jitter,
                flip=self.flip,
                streams=streams,
            )
            for streams in _VIEWS
        ]

    def arrays(self) -> tuple[Pixels, Pixels]:
        """Returns all images of both sides, uint8 (n, H, W, C).

        In their own order, neither cropped nor mirrored.
        """
        return np.array(self.a[:]), np.array(self.b[:])

    def _looks(self, index: int) -> list[Look]:
        places = self._places(index)
        return [
            Look(side, order[places], views.of(places))
            for side, order, views in zip(
                (self.a, self.b), self._orders, self._views, strict=True
            )
        ]

    def _going_round(
        self, length: int, stream: tuple[int, ...]
    ) -> NDArray[np.int64]:
        """Returns the order of a side, which begins anew until it is full."""
        rounds = -(-self._count // length)
        generator = np.random.default_rng([self.seed, self.data_pass, *stream])
        each = [
            generator.permutation(length) if self.shuffle else np.arange(length)
            for _ in range(rounds)
        ]
        return np.concatenate(each)[: self._count]


def _as_sides(sides: Any) -> tuple[Any, Any]:
    if isinstance(sides, Unpaired):
        return sides.a.images, sides.b.images
    if not (isinstance(sides, (tuple, list)) and len(sides) == 2):
        raise TypeError(
            "`sides` must be what `datasets.unpaired` returns, or (a, b). "
            f"{received('sides', sides)}"
        )
    try:
        a, b = (
            each if isinstance(each, ImageFolder) else pixels_of(each)
            for each in sides
        )
        check_sides(a, b)
    except (ValueError, TypeError) as error:
        raise ValueError(f"`sides` can't be used: {error}") from error
    return a, b
