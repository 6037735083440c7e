"""The functions of `keras_gan.networks`, by what their generators are given."""

import inspect

from keras_gan import networks


def _from_latents(name):
    return "latent_dim" in inspect.signature(getattr(networks, name)).parameters


FROM_LATENTS = [name for name in networks.__all__ if _from_latents(name)]
FROM_IMAGES = [name for name in networks.__all__ if not _from_latents(name)]
