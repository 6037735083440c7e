"""Affine maps of images, and images resampled by them.

A map says where each pixel of the result comes from: that at `(x, y)`, in
pixels from the image's centre, `x` to the right and `y` down, comes from
`matrix @ (x, y, 1)`. There is a matrix for each image, float32 (n, 3, 3).
"""

from collections.abc import Sequence

from keras import ops

from keras_gan._typing import Tensor

__all__ = ["product", "resample", "rotation", "scaling", "shift"]


def scaling(x: Tensor, y: Tensor) -> Tensor:
    """Returns the maps (n, 3, 3) that take `1 / x` of the width to all of it.

    Args:
        x: Factors (n,), negative to mirror.
        y: Factors (n,) of the height.
    """
    return _matrices((x, 0, 0), (0, y, 0))


def rotation(cosine: Tensor, sine: Tensor) -> Tensor:
    """Returns the maps (n, 3, 3) of a rotation about the centre."""
    return _matrices((cosine, -sine, 0), (sine, cosine, 0))


def shift(x: Tensor, y: Tensor) -> Tensor:
    """Returns the maps (n, 3, 3) of a shift by `-x` and `-y` pixels."""
    return _matrices((1, 0, x), (0, 1, y))


def product(outer: Tensor, inner: Tensor) -> Tensor:
    """Returns the maps (n, 3, 3) that take `inner` first, and then `outer`."""
    # A product of matrices may be rounded on an accelerator, and whole pixels
    # would no longer be whole.
    return ops.sum(outer[:, :, :, None] * inner[:, None, :, :], axis=2)


def _matrices(*rows: Sequence[Tensor]) -> Tensor:
    """Returns matrices (n, 3, 3) of two rows of numbers or tensors (n,)."""
    entries = [entry for row in (*rows, (0, 0, 1)) for entry in row]
    like = next(entry for entry in entries if not isinstance(entry, int))
    same = {0: ops.zeros_like(like), 1: ops.ones_like(like)}
    filled = [same[e] if isinstance(e, int) else e for e in entries]
    return ops.reshape(ops.stack(filled, axis=-1), (-1, 3, 3))


def resample(images: Tensor, maps: Tensor) -> Tensor:
    """Returns images whose pixels come from where maps say.

    Between pixels, the four around are weighted (bilinear). Beyond the edge the
    image is mirrored about its last pixels, as often as needed. Where a map
    leads to whole pixels, the result is theirs to the bit.

    The result is linear in the images, and made of gathers, products and sums
    alone: its derivatives are right to any order on all backends.

    Args:
        images: Floats (n, H, W, C), at least 2 pixels high and wide.
        maps: Matrices (n, 3, 3).
    """
    count, height, width = ops.shape(images)[:3]
    channels = images.shape[-1]
    x, y = _from_centre(width)[None, None], _from_centre(height)[None, :, None]
    across, down = (
        row[:, 0] * x + row[:, 1] * y + row[:, 2]
        for row in (maps[:, 0, :, None, None], maps[:, 1, :, None, None])
    )
    left, right_share = _cell(across, width)
    top, lower_share = _cell(down, height)
    pixels = height * width
    first = ops.arange(count, dtype="int32")[:, None, None] * pixels
    place = ops.reshape(first + top * width + left, (-1,))
    # A gather of slices (1, C) along the first axis is the fastest there is,
    # and so is its gradient, on each of the backends.
    flat = ops.reshape(images, (count * pixels, 1, channels))
    shape = (count, height, width, channels)
    parts = [
        ops.reshape(
            ops.take(flat, place + lower * width + right, axis=0), shape
        )
        * ops.cast(weight[..., None], images.dtype)
        for lower, right, weight in (
            (0, 0, (1.0 - lower_share) * (1.0 - right_share)),
            (0, 1, (1.0 - lower_share) * right_share),
            (1, 0, lower_share * (1.0 - right_share)),
            (1, 1, lower_share * right_share),
        )
    ]
    return parts[0] + parts[1] + parts[2] + parts[3]


def _from_centre(size: Tensor) -> Tensor:
    """How far each of `size` pixels in a row is from their middle."""
    return ops.cast(ops.arange(size), "float32") - _half(size)


def _half(size: Tensor) -> Tensor:
    return ops.cast(size - 1, "float32") / 2.0


def _cell(coordinate: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the pixel before a place, and how far behind it the place is.

    Args:
        coordinate: From the middle of the row.
        size: Pixels in the row.
    """
    last = ops.cast(size - 1, "float32")
    place = coordinate + _half(size)
    # Mirrored about 0 and about the last pixel: periodic over twice the row.
    place = place - 2.0 * last * ops.floor(place / (2.0 * last))
    place = last - ops.abs(place - last)
    before = ops.clip(ops.floor(place), 0.0, last - 1.0)
    return ops.cast(before, "int32"), place - before
