"""What callbacks need to draw a model's pictures."""

import warnings
from typing import Any

import numpy as np

from keras_gan._arrays import numbers
from keras_gan.models.adversarial_model import AdversarialModel
from keras_gan.models.fixed_samples import to_pixels

MOST_IMAGES = 2**16
"""Images of a grid."""

Array = np.ndarray[Any, Any]

_TOLERANCE = 0.01


def own_samples(name: str, value: Any) -> Any:
    """Returns latents or labels of the user's own unchanged, or None.

    Raises:
        ValueError: If they are no numbers, or none at all.
    """
    if value is not None:
        array = numbers(name, value)
        if array.ndim == 0 or not array.size:
            raise ValueError(
                f"`{name}` must be an array with a row for each image, and "
                f"not empty. Received: {name}.shape={array.shape}"
            )
    return value


def real_pixels(model: AdversarialModel, images: Array, who: str) -> Array:
    """Returns real images as uint8, and warns where that cuts values off.

    Args:
        model: The model in whose `pixel_range` the images should be.
        images: uint8, or floats.
        who: What measures them.
    """
    if images.dtype == np.uint8:
        return images
    bounds = model.pixel_range
    if bounds is not None:
        slack = _TOLERANCE * (bounds[1] - bounds[0])
        outside = (images < bounds[0] - slack) | (images > bounds[1] + slack)
        if outside.any():
            warnings.warn(
                f"{who} compares images of 256 grey levels, black and white at "
                f"{bounds[0]:g} and {bounds[1]:g}, and cuts off "
                f"{100 * outside.mean():.3g} % of the values of the real "
                f"images, which lie between {images.min():g} and "
                f"{images.max():g}: the numbers are not those of these images. "
                "Set gan.pixel_range = (low, high) to the values of black and "
                "white, or give real images as uint8.",
                stacklevel=4,
            )
        elif bounds[0] < 0 <= images.min():
            warnings.warn(
                f"{who} compares with real images that have no negative value, "
                f"but black is {bounds[0]:g}: they are taken for too bright. "
                "For images in [0, 1] give images * 2 - 1, or real images as "
                "uint8.",
                stacklevel=4,
            )
    return to_pixels(model, np.asarray(images, "float32"))


def plain(value: Any) -> Any:
    """Returns an array as the nested lists that JSON takes."""
    return None if value is None else np.asarray(value).tolist()
