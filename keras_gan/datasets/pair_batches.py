"""Batches of pairs of images, in an order that seed and epoch fix."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_gan._checks import received
from keras_gan.datasets.look import Look
from keras_gan.datasets.pair_rows import ArrayPairs, Downsized, PairRows
from keras_gan.datasets.pair_sources import Pairs
from keras_gan.datasets.two_sided_batches import TwoSidedBatches
from keras_gan.datasets.views import Views

__all__ = ["PairBatches"]

Pixels = NDArray[np.uint8]


class PairBatches(TwoSidedBatches):
    """Batches `(source, target)` for `fit`, in an order of seed and epoch.

    Epoch e visits the pairs in the order
    `numpy.random.default_rng([seed, e]).permutation(n)`, crops and mirrors
    included, so that a run that is resumed sees what the uninterrupted run
    would have seen. Images stay uint8 in memory, or files on the disk, and
    become float32 batch by batch. For `fit`, the rules of `ImageBatches` hold.

    Args:
        pairs: What `datasets.pairs` returned; or `(source, target)`, arrays
            (n, H, W) or (n, H, W, C) with C of 1 or 3: uint8, or floats in
            [0, 1] or [-1, 1], which are rounded to 256 levels. Source and
            target may differ in size and channels. With `scale`, target
            images alone.
        scale: For super-resolution: each source is its target, so many times
            smaller, by a bicubic filter.
        batch_size: Pairs in a batch, at most 2**31 - 1. The last one of an
            epoch holds the rest.
        seed: Whole number from 0 to 2**31 - 1.
        shuffle: False visits the pairs in their own order.
        value_range: The floats that stand for black and white.
        drop_remainder: Whether to leave out a last batch that is not full.
        jitter: By how many pixels a pair is enlarged, and cropped back to its
            size at a random place, the same for both images: 30 for 256x256
            in the paper. Pair i of epoch e is cropped at row i of
            `numpy.random.default_rng([seed, e, 2]).integers(0, jitter, (n, 2),
            endpoint=True)`, from the top and from the left. Where one image
            is k times larger, the numbers are those of the larger one: k
            divides `jitter`, and the crops begin at multiples of k.
        flip: True mirrors pairs left to right, each with probability 1/2 in
            each epoch, as `ImageBatches` does.
        part: `(i, n)`: only the i-th of n parts of each batch, for one of n
            processes that train together.
        steps_per_epoch: Batches in an epoch, at most the full ones of the
            data. So large data have several epochs a pass, with what is done
            at their ends. The order and all else that is random is that of
            the pass, whose number takes the place of the epoch's, and each
            epoch sees the next part of it. Batches of a pass that do not fill
            an epoch are left out, without `shuffle` the same ones each time.
            None makes an epoch of all pairs.

    Raises:
        TypeError: If `pairs` is none.
        ValueError: If there are not as many sources as targets, the images
            can't be used, or another argument is not what it must be.

    Example:
        >>> batches = PairBatches(datasets.pairs("outlines"), flip=True)
        >>> gan.fit(batches, epochs=20)

    Reference: Isola et al., 2017, arXiv 1611.07004, section 6.2.
    """

    def __init__(
        self,
        pairs: Any,
        *,
        scale: int | None = None,
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
        self._rows = _as_rows(pairs, scale)
        super().__init__(
            len(self._rows),
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
        _check_jitter(self.jitter, self._rows)

    @property
    def source_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of a source."""
        return self._rows.source_shape

    @property
    def target_shape(self) -> tuple[int, int, int]:
        """(H, W, C) of a target."""
        return self._rows.target_shape

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch, with its order, crops and mirrored pairs."""
        super().set_epoch(epoch)
        self._views = Views(
            len(self._rows),
            self.seed,
            self.data_pass,
            jitter=self.jitter,
            flip=self.flip,
            step=self._rows.step or 1,
        )

    def arrays(self) -> tuple[Pixels, Pixels]:
        """Returns all sources and all targets, uint8 (n, H, W, C).

        In their own order, neither cropped nor mirrored.
        """
        return self._rows.pixels(np.arange(len(self._rows)))

    def _looks(self, index: int) -> list[Look]:
        chosen = self.chosen(index)
        return [Look(self._rows, chosen, self._views.of(chosen))]


def _as_rows(pairs: Any, scale: int | None) -> PairRows:
    if isinstance(pairs, Pairs):
        if scale is None:
            return pairs.rows
        raise ValueError(
            "`scale` makes the sources of target images alone, and `pairs` "
            f"has sources: leave it out. {received('scale', scale)}"
        )
    are_two = isinstance(pairs, (tuple, list)) and len(pairs) == 2
    if are_two and scale is not None:
        raise ValueError(
            "`scale` makes the sources of target images alone, and `pairs` "
            f"are two arrays: leave it out. {received('scale', scale)}"
        )
    try:
        if are_two:
            return ArrayPairs(*pairs)
        if scale is not None:
            return Downsized(pairs, scale)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"`pairs` or `scale` can't be used: {error}"
        ) from error
    raise TypeError(
        "`pairs` must be what `datasets.pairs` returns, or (source, target), "
        "or images alone with `scale`. "
        f"{received('pairs', pairs)}"
    )


def _check_jitter(jitter: int, rows: PairRows) -> None:
    if jitter and rows.step is None:
        raise ValueError(
            "`jitter` needs images of a pair that are of one size, or one a "
            f"whole number of times larger. {received('jitter', jitter)} for "
            f"source {rows.source_shape} and target {rows.target_shape}"
        )
    if jitter % (rows.step or 1):
        raise ValueError(
            f"`jitter` must be a multiple of {rows.step}, because one image "
            f"of a pair is so many times larger. {received('jitter', jitter)}"
        )
