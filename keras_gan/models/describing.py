"""What is a GAN made of? In a few lines."""

from typing import TYPE_CHECKING

from keras_gan.schedules import in_words

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN


def facts(gan: "GAN") -> list[str]:
    """Returns the sizes of a GAN, its objective and settings, in lines."""
    penalties = " + ".join(
        f"{type(each).__name__}(weight={in_words(each.weight)})"
        for each in gan.regularizers
    )
    loss = getattr(gan, "adversarial_loss", None)
    objective = type(loss).__name__ if loss else gan.default_loss
    objective += f" + {penalties}" if penalties else ""
    sizes = (
        f"generator {gan.generator.count_params():,} parameters, "
        f"discriminator {gan.discriminator.count_params():,}"
    )
    packs = f"; packs of {gan.pack}" if gan.pack > 1 else ""
    return [
        f'{type(gan).__name__} "{gan.name}": {sizes}',
        f"latents {gan.latent_shape} -> images {gan.image_shape}",
        f"objective: {objective}{packs}; discriminator steps: "
        f"{gan.discriminator_steps}; EMA decay: {gan.ema_decay}",
    ]
