"""What an extractor sees in images as a generator makes them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from keras import ops

from keras_gan import features
from keras_gan._checks import instance_of, received
from keras_gan._typing import Tensor

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN

__all__ = ["check_extractor", "seen_by"]


def check_extractor(extractor: Any) -> None:
    """Refuses what is no extractor of images.

    Raises:
        TypeError: If it is none.
        ValueError: If it takes vectors.
    """
    instance_of(
        "extractor",
        extractor,
        features.Extractor,
        "an extractor of keras_gan.features",
    )
    if extractor.takes_vectors:
        raise ValueError(
            "`extractor` must take images, such as "
            "keras_gan.features.classifier(). "
            f"{received('extractor', extractor.name)}"
        )


def seen_by(
    extractor: features.Extractor, gan: "GAN", bounds: tuple[float, float]
) -> Callable[[Tensor], Tensor]:
    """Returns the differentiable features of a GAN's images.

    Args:
        extractor: Takes images.
        gan: The GAN.
        bounds: Its values of black and white.

    Returns:
        A function of images in the generator's range, `(n, ...)`, that
        returns vectors `(n, d)`.

    Raises:
        ValueError: If it makes no pictures.
    """
    if gan.makes_vectors or not gan.makes_pictures:
        raise ValueError(
            "`extractor` takes pictures, and the model makes samples of shape "
            f"{gan.image_shape}. {received('extractor', extractor.name)}"
        )
    low, high = bounds
    height, width, *channels = gan.image_shape
    shape = (height, width, *(channels or [1]))

    def seen(images: Tensor) -> Tensor:
        pixels = (images - low) * (255.0 / (high - low))
        return extractor.differentiable(ops.reshape(pixels, (-1, *shape)))

    return seen
