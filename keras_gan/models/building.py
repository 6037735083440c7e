"""How are the two networks of a GAN built, and what is learned of them?"""

from functools import partial
from typing import TYPE_CHECKING, Any

import keras

from keras_gan import augment as augmentation
from keras_gan._typing import Tensor
from keras_gan.models import (
    inspection,
    packing,
    pair_checks,
    random_passes,
)
from keras_gan.models.batch import Condition
from keras_gan.models.output_values import output_values

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN


def build(gan: "GAN", latent_dim: int | None, augment: Any) -> None:
    """Builds both networks from symbols, and refuses what cannot fit.

    Args:
        gan: The GAN. It gets the shapes of latents and images, the values that
            its generator can make, and its augmentation.
        latent_dim: As it was given.
        augment: As it was given.

    Raises:
        ValueError: If the networks or the augmentation don't fit.
    """
    for role in ("generator", "discriminator"):
        pair_checks.refuse_other_inputs(
            getattr(gan, role), role, gan._num_inputs, type(gan).__name__
        )
    gan.latent_shape = inspection.latent_shape(
        gan.generator, latent_dim, gan._main_input("generator")
    )
    fake, condition = gan._build_generator(gan.generator)
    shape = gan._image_shape = tuple(fake.shape[1:])
    pair_checks.refuse_misfit(
        gan.discriminator, shape, gan._main_input("discriminator"), gan.pack
    )
    gan._generator_values = output_values(
        gan.generator, partial(random_passes.images, gan)
    )
    gan.augment = augmentation.get(augment, shape, gan.output_range)
    if gan.augment is not None:
        pair_checks.refuse_reshaping(gan.augment, shape)
    gan._build_discriminator(fake, condition)


def generated(gan: "GAN", generator: keras.Model) -> tuple[Tensor, Condition]:
    """Builds a generator; returns its symbolic images and their condition."""
    latents, condition = gan._split_inputs(gan._symbolic_inputs())
    fake = pair_checks.built_generator(
        generator,
        lambda: gan.call_generator(generator, latents, condition, False),
        gan._called_on[0],
    )
    return fake, condition


def build_discriminator(gan: "GAN", fake: Tensor, condition: Condition) -> None:
    """Builds the discriminator on symbolic images."""
    packs = packing.packed(fake, gan.pack)
    outputs = pair_checks.build_discriminator(
        gan.discriminator,
        lambda: gan.call_discriminator(packs, condition, False),
        gan._called_on[1],
        gan.image_shape,
        gan.pack,
    )
    own = type(gan).call_discriminator.__module__
    if own.startswith("keras_gan.") and not gan._names_more:
        pair_checks.require_one_output(outputs)
