"""Where are the penalties of a GAN taken, and by which passes?"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import keras
from keras import ops

from keras_gan._typing import Tensor
from keras_gan.models import packing
from keras_gan.models.batch import Condition
from keras_gan.models.bound_network import BoundNetwork
from keras_gan.models.judging import packs_of
from keras_gan.models.shared_passes import SharedPasses
from keras_gan.regularizers import Penalty

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN
    from keras_gan.models.style_gan import StyleGAN


def at_images(
    gan: "GAN",
    regularizer: Penalty,
    batch: tuple[Tensor, Condition],
    outputs: Mapping[str, Tensor],
    training: bool,
) -> Tensor:
    """Takes a penalty on the discriminator, at real and generated images."""
    real, condition = batch
    points = [packs_of(gan, each) for each in (real, outputs["fake"])]
    critic = _critic(gan, condition, training)
    return regularizer(critic, *points, gan.seeds(training))


def at_latents(
    gan: "GAN",
    regularizer: Penalty,
    batch: tuple[Tensor, Condition],
    training: bool,
) -> Tensor:
    """Takes a penalty on the generator, at fresh latents."""
    real, condition = batch

    def generate(latents: Tensor) -> Tensor:
        made = gan.call_generator(gan.generator, latents, condition, training)
        return ops.cast(made, "float32")

    latents = gan.draw_latents(ops.shape(real)[0], training)
    bound = BoundNetwork(generate, [gan.generator, *other_layers(gan)])
    return regularizer(bound, latents, gan.seeds(training))


def at_styles(
    gan: "StyleGAN",
    regularizer: Penalty,
    batch: tuple[Tensor, Condition],
    training: bool,
) -> Tensor:
    """Takes a penalty on the generator, at the styles of fresh latents."""
    real, condition = batch

    def generate(styles: Tensor) -> Tensor:
        return ops.cast(gan.synthesis(styles, training=training), "float32")

    styles = gan.draw_styles(ops.shape(real)[0], condition, training)
    bound = BoundNetwork(generate, [gan.generator, *other_layers(gan)])
    return regularizer(bound, styles, gan.seeds(training))


@contextlib.contextmanager
def passes_shared(
    gan: "GAN",
    batch: tuple[Tensor, Condition],
    outputs: Mapping[str, Tensor],
    due: Sequence[Penalty],
    training: bool,
) -> Iterator[None]:
    """Lets penalties use the forward passes of the loss, inside it.

    Args:
        gan: The GAN.
        batch: As from `unpack`.
        outputs: As from `make`.
        due: The penalties of the player whose turn it is.
        training: Whether this is a training step.
    """
    if due and gan._can_share(training):
        images = {"real": [batch[0]], "fake": [outputs["fake"]]}
        critic = _critic(gan, batch[1], training)
        gan._shared = SharedPasses.wanted_by(due, images, critic, gan.pack)
    try:
        yield
    finally:
        gan._shared = None


def other_layers(gan: "GAN") -> list[keras.layers.Layer]:
    """Returns layers that an override may use beside the two networks."""
    pair = (gan.generator, gan.discriminator, gan.ema_generator)
    return [
        layer for layer in gan.layers if not any(layer is each for each in pair)
    ]


def _critic(gan: "GAN", condition: Condition, training: bool) -> BoundNetwork:
    """Returns the discriminator as a function of packs alone."""

    def logits(packs: Tensor) -> Tensor:
        images = packing.unpacked(packs, gan.pack)
        scores = gan.discriminate(images, condition, training)
        return gan._as_logits("discriminator", scores)

    layers = [gan.discriminator, *other_layers(gan)]
    return BoundNetwork(logits, layers, shared=gan._shared)
