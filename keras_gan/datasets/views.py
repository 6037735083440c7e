"""How the images of an epoch are seen: cropped anew, and mirrored."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from keras_gan.datasets.decode import as_picture, from_picture

__all__ = ["View", "Views"]

Pixels = NDArray[np.uint8]


class Views:
    """Where each image of an epoch is cropped, and whether it is mirrored.

    An image is enlarged by `jitter` pixels and cropped back to its size at a
    random place, and mirrored left to right with probability 1/2. The numbers
    are `numpy.random.default_rng([seed, epoch, stream])`'s.

    Args:
        count: How many images the epoch has.
        seed: Seed of the numbers.
        epoch: The epoch.
        jitter: How many pixels the images are enlarged by; 0 for no crops.
        flip: Whether half of the images are mirrored.
        step: The crops begin at multiples of so many pixels.
        streams: Those of the mirroring and of the crops. Not 0, which gives
            the same numbers as none: those of the order.

    Reference: Isola et al., 2017, arXiv 1611.07004, section 6.2.
    """

    def __init__(
        self,
        count: int,
        seed: int,
        epoch: int,
        *,
        jitter: int = 0,
        flip: bool = False,
        step: int = 1,
        streams: tuple[int, int] = (1, 2),
    ) -> None:
        mirroring, cropping = (
            np.random.default_rng([seed, epoch, stream]) for stream in streams
        )
        self._jitter = jitter
        self._mirrored = mirroring.random(count) < 0.5 if flip else None
        self._corners = (
            cropping.integers(0, jitter // step, (count, 2), endpoint=True)
            * step
            if jitter
            else None
        )

    def of(self, chosen: NDArray[np.int64]) -> "View":
        """Returns how some images of the epoch are seen.

        Args:
            chosen: Which ones these are, (k,).
        """
        return View(
            self._jitter,
            None if self._corners is None else self._corners[chosen],
            None if self._mirrored is None else self._mirrored[chosen],
        )


class View(NamedTuple):
    """How some images are seen, in their order.

    Attributes:
        jitter: How many pixels the images are enlarged by.
        corners: Where each is cropped, from the top and from the left, (k, 2).
            None for no crops.
        mirrored: Whether each is mirrored, (k,). None for none.
    """

    jitter: int = 0
    corners: NDArray[np.int64] | None = None
    mirrored: NDArray[np.bool_] | None = None

    def seen(self, images: Pixels, divisor: int = 1) -> Pixels:
        """Returns images as they are seen.

        Args:
            images: uint8 (k, H, W, C), which are overwritten.
            divisor: How many times smaller these images are than those that
                `jitter` is given for.
        """
        if self.corners is not None:
            jitter = self.jitter // divisor
            corners = self.corners // divisor
            for image, (top, left) in zip(images, corners, strict=True):
                image[...] = _cropped(image, int(top), int(left), jitter)
        if self.mirrored is not None:
            images[self.mirrored] = images[self.mirrored, :, ::-1]
        return images

    def part(self, start: int, end: int) -> "View":
        """Returns how the images from one place to another are seen."""
        return View(
            self.jitter,
            None if self.corners is None else self.corners[start:end],
            None if self.mirrored is None else self.mirrored[start:end],
        )


def _cropped(image: Pixels, top: int, left: int, jitter: int) -> Pixels:
    """Returns part of an enlarged image, without enlarging all of it."""
    height, width = image.shape[:2]
    vertical, horizontal = height + jitter, width + jitter
    box = (
        left * width / horizontal,
        top * height / vertical,
        (left + width) * width / horizontal,
        (top + height) * height / vertical,
    )
    picture = as_picture(image).resize(
        (width, height), Image.Resampling.BICUBIC, box=box
    )
    return from_picture(picture)
