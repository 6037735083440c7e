"""Generative adversarial networks that feel like a part of Keras 3."""

import importlib
from typing import TYPE_CHECKING, Any

from keras_gan._registration import register as _register
from keras_gan._start_messages import keep_to_errors as _keep_to_errors
from keras_gan._version import __version__ as __version__

if TYPE_CHECKING:
    from keras_gan import augment as augment
    from keras_gan import callbacks as callbacks
    from keras_gan import cli as cli
    from keras_gan import datasets as datasets
    from keras_gan import features as features
    from keras_gan import images as images
    from keras_gan import latents as latents
    from keras_gan import layers as layers
    from keras_gan import losses as losses
    from keras_gan import memory as memory
    from keras_gan import metrics as metrics
    from keras_gan import models as models
    from keras_gan import networks as networks
    from keras_gan import optimizers as optimizers
    from keras_gan import plotting as plotting
    from keras_gan import presets as presets
    from keras_gan import recipes as recipes
    from keras_gan import regularizers as regularizers
    from keras_gan import report as report
    from keras_gan import schedules as schedules
    from keras_gan.models import ACGAN as ACGAN
    from keras_gan.models import GAN as GAN
    from keras_gan.models import WGANGP as WGANGP
    from keras_gan.models import AdversarialModel as AdversarialModel
    from keras_gan.models import ConditionalGAN as ConditionalGAN
    from keras_gan.models import ConditionalStyleGAN as ConditionalStyleGAN
    from keras_gan.models import ConditionalWGANGP as ConditionalWGANGP
    from keras_gan.models import CycleGAN as CycleGAN
    from keras_gan.models import Pix2Pix as Pix2Pix
    from keras_gan.models import Player as Player
    from keras_gan.models import StyleGAN as StyleGAN
    from keras_gan.plotting import plot_history as plot_history
    from keras_gan.plotting import plot_model as plot_model
    from keras_gan.presets import from_preset as from_preset

_MODELS = (
    "ACGAN",
    "GAN",
    "WGANGP",
    "AdversarialModel",
    "ConditionalGAN",
    "ConditionalStyleGAN",
    "ConditionalWGANGP",
    "CycleGAN",
    "Pix2Pix",
    "Player",
    "StyleGAN",
)
_MODULES = (
    "augment",
    "callbacks",
    "datasets",
    "features",
    "images",
    "latents",
    "layers",
    "losses",
    "metrics",
    "models",
    "networks",
    "optimizers",
    "recipes",
    "regularizers",
    "schedules",
)
# These define nothing that is in a saved file.
_TOOLS = ("cli", "memory", "plotting", "presets", "report")
_FUNCTIONS = {
    "from_preset": "presets",
    "plot_history": "plotting",
    "plot_model": "plotting",
}

__all__ = [*_MODELS, *_MODULES, *_TOOLS, *_FUNCTIONS, "__version__"]


def __getattr__(name: str) -> Any:
    if name in (*_MODULES, *_TOOLS):
        return importlib.import_module(f"keras_gan.{name}")
    if name in _MODELS:
        return getattr(importlib.import_module("keras_gan.models"), name)
    if name in _FUNCTIONS:
        module = importlib.import_module(f"keras_gan.{_FUNCTIONS[name]}")
        return getattr(module, name)
    raise AttributeError(f"module 'keras_gan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


_keep_to_errors()
_register(_MODULES)
