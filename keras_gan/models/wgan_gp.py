"""Wasserstein GAN with gradient penalty."""

from typing import Any

import keras

from keras_gan import regularizers, schedules
from keras_gan.models.gan import GAN
from keras_gan.models.player import require_network
from keras_gan.schedules import Number


@keras.saving.register_keras_serializable("keras_gan")
class WGANGP(GAN):
    """Wasserstein GAN whose critic is kept 1-Lipschitz by a penalty.

    `critic: mean(D(fake)) - mean(D(real)) + gp_weight * mean((|grad D| -
    1)^2)`, `generator: -mean(D(fake))`. Stable where a plain GAN collapses, at
    the price of several critic steps for each generator step.

    Both optimizers are Adam by default, at the paper's rate of 1e-4. A training
    of a few thousand updates gets much further at 1e-3, as the recipe `wgan-gp`
    has it.

    Args:
        generator: Maps latents to images.
        critic: Maps images to unbounded scores, without batch normalisation.
        gp_weight: Factor of the gradient penalty, at least 0: a number, or a
            schedule of the critic's updates, see `keras_gan.schedules`.
        discriminator_steps: Critic updates for each generator update, each on
            a fresh batch of real images.
        **kwargs: As in `GAN`; a `regularizer` comes on top of the penalty.

    Reference: Gulrajani et al., 2017, arXiv 1704.00028, Algorithm 1.
    """

    default_loss = "wasserstein"

    def __init__(
        self,
        generator: keras.Model,
        critic: keras.Model,
        *,
        gp_weight: Number = 10.0,
        discriminator_steps: int = 5,
        regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        require_network(critic, "critic")
        gp_weight = schedules.number_or_schedule(
            "gp_weight", gp_weight, "[0, inf)", why="; the paper uses 10"
        )
        penalty = regularizers.GradientPenalty(gp_weight)
        own = regularizers.get(regularizer)
        super().__init__(
            generator,
            critic,
            discriminator_steps=discriminator_steps,
            regularizer=[penalty, *own],
            **kwargs,
        )
        self.gp_weight = gp_weight

    @property
    def critic(self) -> keras.Model:
        """The discriminator, by the name that the paper gives it."""
        return self.discriminator

    def default_optimizer(self) -> keras.optimizers.Optimizer:
        """Returns the paper's Adam: 1e-4, beta_1 0.0, beta_2 0.9."""
        return keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9)

    def _own_regularizers(self) -> tuple[Any, ...]:
        return self.regularizers[1:]

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config["critic"] = config.pop("discriminator")
        return {**config, "gp_weight": schedules.saved(self.gp_weight)}
