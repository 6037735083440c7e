"""Any images through a network of images: of which type, size and number?"""

import warnings
from fractions import Fraction
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan import images as pictures
from keras_gan._arrays import numbers
from keras_gan._checks import received, whole_number
from keras_gan._typing import Tensor
from keras_gan.models import generating, inspection

Array = np.ndarray[Any, Any]
Range = tuple[float, float]

_MULTIPLES = tuple(2**power for power in range(11))
"""Sizes that a network halves several times must be one of these, times n."""

_TOLERANCE = 0.01


class Sizes(NamedTuple):
    """In which size images go through a network.

    Attributes:
        height: The height that they are padded to.
        width: The width that they are padded to.
        scale: How much larger the outputs are: 1, but for super-resolution.
    """

    height: int
    width: int
    scale: Fraction


def translate(
    network: keras.layers.Layer,
    images: Any,
    pixel_range: Range,
    batch_size: int = 16,
) -> Array:
    """Returns what a generator makes of images, in inference mode.

    Args:
        network: The generator.
        images: As for `Pix2Pix.translate`.
        pixel_range: The floats that are black and white.
        batch_size: Images at a time.

    Raises:
        ValueError: If they are no such images, or too large for the network.
    """
    batch_size = whole_number("batch_size", batch_size, 1)
    array, single = _images(images, network)
    as_bytes = array.dtype == np.uint8
    if not as_bytes:
        _check_floats(array, pixel_range)
    sizes = sizes_for(network, *array.shape[1:])
    made = [
        _made(network, part, sizes, pixel_range)[:count]
        for part, count in generating.batches([array], len(array), batch_size)
    ]
    if not made:
        return _none(network, array, sizes)
    whole = np.concatenate(made)
    return whole[0] if single else whole


def as_floats(images: Array, pixel_range: Range) -> Array:
    """Returns uint8 pixels as floats in a range, and floats as they are."""
    if images.dtype == np.uint8:
        images = pictures.to_float(images, pixel_range)
    return images.astype("float32")


def _made(
    network: keras.layers.Layer, images: Array, sizes: Sizes, bounds: Range
) -> Array:
    """Translates one batch: padded, cropped, and in its own type again."""
    as_bytes = images.dtype == np.uint8
    floats = as_floats(images, bounds)
    height, width = images.shape[1:3]
    top, left = (sizes.height - height) // 2, (sizes.width - width) // 2
    below, right = sizes.height - height - top, sizes.width - width - left
    around = ((0, 0), (top, below), (left, right), (0, 0))
    outputs = _outputs(network, np.pad(floats, around, mode="reflect"))
    rows, columns = (
        slice(int(start * sizes.scale), int((start + size) * sizes.scale))
        for start, size in ((top, height), (left, width))
    )
    outputs = outputs[:, rows, columns]
    return pictures.to_uint8(outputs, bounds) if as_bytes else outputs


def _outputs(network: keras.layers.Layer, images: Array) -> Array:
    if isinstance(network, keras.Model):
        if inputs := inspection.symbolic_inputs(network):
            backend.predict_any_size(network, tuple(inputs[0].shape))
        made = backend.predict_on_batch(network, images)
        return np.asarray(made, "float32")
    tensor = ops.convert_to_tensor(images)
    made = backend.constant(lambda: network(tensor, training=False))
    return np.asarray(ops.convert_to_numpy(ops.cast(made, "float32")))


def _none(network: keras.layers.Layer, array: Array, sizes: Sizes) -> Array:
    """Returns no images, of the shape that they would have."""
    _, height, width, channels = array.shape
    spec = _output_spec(network, sizes.height, sizes.width, channels)
    shape = (int(height * sizes.scale), int(width * sizes.scale))
    dtype = "uint8" if array.dtype == np.uint8 else "float32"
    return np.zeros((0, *shape, spec.shape[-1]), dtype)


# ------------------------------------------------------------------- images


def _images(images: Any, network: keras.layers.Layer) -> tuple[Array, bool]:
    """Returns images as an array of four axes, and whether it was one."""
    array = numbers("images", images)
    if array.dtype != np.uint8 and array.dtype.kind != "f":
        raise ValueError(
            "`images` must be uint8 pixels from 0 to 255, or floats. Received: "
            f"images.dtype={array.dtype}"
        )
    single = array.ndim == 3
    array = array[None] if single else array
    channels = _channels(network)
    if array.ndim == 4 and channels in (None, array.shape[-1]):
        if 0 in array.shape[1:]:
            raise ValueError(
                "`images` must have at least one pixel. "
                f"Received: images.shape={array.shape}"
            )
        return array, single
    hint = ""
    if channels == 1 and array.shape[-1] != 1:
        hint = " Add the channel axis of grey images: images[..., None]."
    raise ValueError(
        "`images` must have the shape (n, height, width, "
        f"{channels or 'channels'}), or be one image without the first axis. "
        f"Received: shape {np.shape(images)}.{hint}"
    )


def _channels(network: keras.layers.Layer) -> int | None:
    inputs = inspection.symbolic_inputs(network)
    found: int | None = inputs[0].shape[-1] if inputs else None
    return found


def _check_floats(array: Array, bounds: Range) -> None:
    if array.size == 0:
        return
    low, high = float(np.min(array)), float(np.max(array))
    if not np.isfinite([low, high]).all():
        raise ValueError(
            "`images` must be finite. Received: NaN or infinite values"
        )
    slack = _TOLERANCE * (bounds[1] - bounds[0])
    if low < bounds[0] - slack or high > bounds[1] + slack:
        warnings.warn(
            f"`images` are floats from {low:g} to {high:g}, but the networks "
            f"take black and white as {bounds[0]:g} and {bounds[1]:g}. Pixels "
            "from 0 to 255 are given as uint8.",
            stacklevel=5,
        )


# -------------------------------------------------------------------- sizes


def sizes_for(
    network: keras.layers.Layer, height: int, width: int, channels: int
) -> Sizes:
    """Returns the least sizes that a network takes and gives back in full.

    A network that halves its input must get sizes that can be halved; one
    with skip connections fails on others, and one without gives another size.

    Args:
        network: A generator.
        height: Of the images.
        width: Of the images.
        channels: Of the images.

    Raises:
        ValueError: If there are none.
    """
    fixed = _fixed_size(network)
    if fixed is not None:
        if height > fixed[0] or width > fixed[1]:
            raise ValueError(
                f"The generator takes images of {fixed[0]} x {fixed[1]} "
                f"pixels. Received: images of {height} x {width}. Make them "
                "smaller, or make the generator for any size: "
                "keras.Input((None, None, channels))."
            )
        scale = _scale(network, *fixed, channels)
        if scale is not None:
            return Sizes(*fixed, scale)
    else:
        scale = _usual_scale(network, channels)
        for multiple in _MULTIPLES:
            rows, columns = (
                -(-each // multiple) * multiple for each in (height, width)
            )
            found = _scale(network, rows, columns, channels)
            if found is not None and found == scale:
                return Sizes(rows, columns, scale)
    raise ValueError(
        "The generator gives outputs of no size that goes with its inputs' "
        f"size. {received('images', f'{height} x {width} pixels')}"
    )


def _fixed_size(network: keras.layers.Layer) -> tuple[int, int] | None:
    inputs = inspection.symbolic_inputs(network)
    if not inputs or None in inputs[0].shape[1:3]:
        return None
    height, width = inputs[0].shape[1:3]
    return height, width


def _usual_scale(network: keras.layers.Layer, channels: int) -> Fraction | None:
    """Returns the scale at a size that can be halved often."""
    for size in reversed(_MULTIPLES):
        if 32 <= size <= 512:
            scale = _scale(network, size, size, channels)
            if scale is not None:
                return scale
    return None


def _scale(
    network: keras.layers.Layer, height: int, width: int, channels: int
) -> Fraction | None:
    """Returns how much larger outputs are; `None` where there are none."""
    spec = _output_spec(network, height, width, channels)
    if spec is None or len(spec.shape) != 4 or None in spec.shape[1:3]:
        return None
    scales = [
        Fraction(made, size)
        for made, size in zip(spec.shape[1:3], (height, width), strict=True)
    ]
    return scales[0] if scales[0] == scales[1] else None


def _output_spec(
    network: keras.layers.Layer, height: int, width: int, channels: int
) -> Tensor:
    symbol = keras.KerasTensor((None, height, width, channels), "float32")
    try:
        return network.compute_output_spec(symbol)
    except Exception:
        # Each layer fails in its own way on sizes that do not go through it.
        return None
