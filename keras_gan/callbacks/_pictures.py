"""What callbacks need to draw a model's pictures."""

import warnings
from typing import Any

import numpy as np

from keras_gan._arrays import numbers
from keras_gan._checks import received
from keras_gan.models import class_names
from keras_gan.models.adversarial_model import AdversarialModel
from keras_gan.models.fixed_points import FixedPoints
from keras_gan.models.fixed_samples import FixedRows, FixedSamples, to_pixels
from keras_gan.models.image_to_image import ImageToImage

MOST_IMAGES = 2**16
"""Images of a grid."""

Array = np.ndarray[Any, Any]
Samples = FixedSamples | FixedRows | FixedPoints
"""What a model makes pictures of, the same each time."""

_TOLERANCE = 0.01


def own_samples(name: str, value: Any) -> Any:
    """Returns latents or labels of the user's own unchanged, or None.

    Raises:
        ValueError: If they are none at all, or no numbers; labels may be
            names of classes, too.
    """
    names = name == "labels" and class_names.are_names(value)
    if value is not None and not names:
        array = numbers(name, value)
        if array.ndim == 0 or not array.size:
            raise ValueError(
                f"`{name}` must be an array with a row for each image, and "
                f"not empty. Received: {name}.shape={array.shape}"
            )
    return value


def own_sources(value: Any) -> Any:
    """Returns images to translate as a tuple of one or two arrays, or None.

    Args:
        value: Images, shape `(n, height, width, channels)`, or a pair of such.

    Raises:
        ValueError: If they are something else.
    """
    if value is None:
        return None
    several = isinstance(value, (list, tuple)) and len(value) in (1, 2)
    several = several and all(_rank(each) == 4 for each in value)
    return tuple(_pictures(each) for each in (value if several else [value]))


def _rank(value: Any) -> int:
    """The number of axes, of nested lists, too."""
    rank = 0
    while isinstance(value, (list, tuple)) and value:
        value, rank = value[0], rank + 1
    return rank + int(np.ndim(value))


def _pictures(value: Any) -> Array:
    if callable(getattr(value, "arrays", None)):
        raise ValueError(
            "`sources` must be images to translate. Of a data set, give some: "
            "`sources=datasets.pairs(...).select(limit=8).arrays()`. "
            f"{received('sources', value)}"
        )
    array = numbers("sources", value)
    if array.dtype.kind in "iu" and array.size and array.min() >= 0:
        # As JSON gives pixels back.
        array = array.astype("uint8") if array.max() <= 255 else array
    right = array.dtype == np.uint8 or array.dtype.kind == "f"
    if right and array.ndim == 4 and array.size:
        return array
    raise ValueError(
        "`sources` must be images to translate, uint8 or floats of shape (n, "
        "height, width, channels), or a pair of such. Received: sources of "
        f"{array.dtype}, shape {array.shape}"
    )


def fixed_samples(
    model: AdversarialModel,
    num_images: int,
    *,
    sources: Any,
    **settings: Any,
) -> Samples:
    """Returns what a callback draws.

    Args:
        model: The model that is trained.
        num_images: How many images.
        sources: As from `own_sources`.
        **settings: All else that `model.fixed_samples` takes.

    Raises:
        ValueError: If something does not fit the model.
    """
    if sources is not None:
        if not isinstance(model, ImageToImage):
            raise ValueError(
                "`sources` are images to translate, as Pix2Pix and CycleGAN "
                f"do. Received: sources for {type(model).__name__}"
            )
        settings["sources"] = sources
    samples: Samples = model.fixed_samples(num_images, **settings)
    return samples


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
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return None if value is None else np.asarray(value).tolist()
