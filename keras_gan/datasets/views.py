"""How the images of an epoch are seen: cropped anew, and mirrored."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from keras_gan.datasets.decode import as_picture, from_picture

__all__ = ["Views"]

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

    def mirrored(self, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Returns which of some images are mirrored, of those with `flip`."""
        assert self._mirrored is not None, "made without `flip`"
        mirrored: NDArray[np.bool_] = self._mirrored[chosen]
        return mirrored

    def seen(
        self, images: Pixels, chosen: NDArray[np.int64], divisor: int = 1
    ) -> Pixels:
        """Returns images as they are seen in this epoch.

        Args:
            images: uint8 (k, H, W, C), which are overwritten.
            chosen: Which images of the epoch these are, (k,).
            divisor: How many times smaller these images are than those that
                `jitter` is given for.
        """
        if self._corners is not None:
            jitter = self._jitter // divisor
            corners = self._corners[chosen] // divisor
            for image, (top, left) in zip(images, corners, strict=True):
                image[...] = _cropped(image, int(top), int(left), jitter)
        if self._mirrored is not None:
            mirrored = self.mirrored(chosen)
            images[mirrored] = images[mirrored, :, ::-1]
        return images


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
