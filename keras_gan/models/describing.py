"""What is a GAN made of? In a few lines."""

from typing import TYPE_CHECKING

from keras_gan.schedules import in_words

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN
    from keras_gan.models.image_to_image import ImageToImage


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
        f"objective: {objective}{packs}; {_steps(gan)}; "
        f"EMA decay: {gan.ema_decay}",
    ]


def translation(gan: "ImageToImage") -> list[str]:
    """Returns the sizes of an image-to-image model and its objective."""
    sizes = [
        f"{name} {network.count_params():,} parameters"
        for name, network in gan.players.networks.items()
    ]
    penalties = "".join(
        f" + {type(each).__name__}(weight={in_words(each.weight)})"
        for each in gan.regularizers
    )
    loss = getattr(gan, "adversarial_loss", None)
    objective = type(loss).__name__ if loss else gan.default_loss
    weights = gan.weights_of_loss.items()
    said = ", ".join(f"{name}={in_words(each)}" for name, each in weights)
    average = "none" if gan.ema_decay is None else in_words(gan.ema_decay)
    return [
        f'{type(gan).__name__} "{gan.name}": {", ".join(sizes)}',
        f"objective: {objective}{penalties}; {said}",
        f"{_steps(gan)}; EMA decay: {average}",
    ]


def _steps(gan: "GAN | ImageToImage") -> str:
    said = f"discriminator steps: {gan.discriminator_steps}"
    more = gan.generator_steps > 1
    return f"{said}; generator steps: {gan.generator_steps}" if more else said
