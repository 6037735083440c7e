"""What do the networks of a GAN make of random inputs?

That is how its outputs are known before there are data.
"""

from typing import TYPE_CHECKING, Any

import keras

from keras_gan._typing import Tensor
from keras_gan.models import network_checks, packing
from keras_gan.models.batch import Condition

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN


def images(gan: "GAN", count: int) -> Any:
    """Returns the generator's output for so many random inputs."""
    latents, condition = _inputs(gan, count)
    return gan.call_generator(gan.generator, latents, condition, False)


def outputs(gan: "GAN", count: int) -> Any:
    """Returns the discriminator's outputs for so many random packs."""
    _, condition = _inputs(gan, count * gan.pack)
    return gan.call_discriminator(packs(gan, count), condition, False)


def packs(gan: "GAN", count: int) -> Tensor:
    """Returns so many random inputs of the discriminator."""
    shape = packing.packed_shape(gan.image_shape, gan.pack)
    return network_checks.random((count, *shape), "float32")


def _inputs(gan: "GAN", count: int) -> tuple[Tensor, Condition]:
    def like(symbol: Tensor) -> Tensor:
        shape = (count, *symbol.shape[1:])
        return network_checks.random(shape, symbol.dtype)

    inputs = gan._symbolic_inputs()
    return gan._split_inputs(keras.tree.map_structure(like, inputs))
