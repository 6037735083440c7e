"""What distinguishes one run from another?"""

from typing import Any

import keras

from keras_gan.callbacks._players import working_optimizer
from keras_gan.callbacks._values import rate_of
from keras_gan.models import GAN, AdversarialModel
from keras_gan.models.image_to_image import ImageToImage
from keras_gan.schedules import HalfLife, restored, value_at

_OPTIMIZER = ("learning_rate", "beta_1", "beta_2", "momentum", "rho")

Value = bool | float | str


def hyper_parameters(model: AdversarialModel) -> dict[str, Value]:
    """Returns a compiled GAN's settings, each a number, a bool or a string."""
    found: dict[str, Value] = {
        "backend": keras.backend.backend(),
        "model": type(model).__name__,
        "loss": type(model.adversarial_loss).__name__,
    }
    if isinstance(model, GAN):
        augment = type(model.augment).__name__ if model.augment else "none"
        found["latent_dim"] = model.latent_dim
        found["discriminator_steps"] = model.discriminator_steps
        found["generator_steps"] = model.generator_steps
        found |= _average(model.ema_decay)
        found["augment"] = augment
    if isinstance(model, ImageToImage):
        for name, weight in model.weights_of_loss.items():
            found[name] = value_at(weight, 0)
        found["discriminator_steps"] = model.discriminator_steps
        found["generator_steps"] = model.generator_steps
        found |= _average(model.ema_decay)
    # The generator's side first.
    players = list(model.players.values())
    for player in (players[-1], *players[:-1]):
        found[f"{player.name}_parameters"] = sum(
            network.count_params() for network in player.networks.values()
        )
    for player in players:
        for penalty in player.regularizers:
            found[f"{penalty.name}_weight"] = value_at(penalty.weight, 0)
    for player in players:
        short = player.prefix
        optimizer = working_optimizer(model, player.name)
        found[f"{short}_optimizer"] = type(optimizer).__name__
        config = optimizer.get_config()
        schedule, rate = _schedule(optimizer, config["learning_rate"])
        found[f"{short}_schedule"] = schedule
        config["learning_rate"] = rate
        for name in _OPTIMIZER:
            number = config.get(name)
            if isinstance(number, dict):
                number = value_at(restored(number), 0)
            if isinstance(number, (int, float)):
                # A float32's digits beyond the seventh are noise.
                found[f"{short}_{name}"] = float(f"{number:.6g}")
    if model.first_batch is not None:
        found["batch_size"] = model.first_batch.size
    return found


def _average(decay: Any) -> dict[str, Value]:
    """Returns the decay of the average, a schedule's first one."""
    if isinstance(decay, HalfLife):
        return {"ema_half_life": value_at(decay.images, 0)}
    return {"ema_decay": 0.0 if decay is None else value_at(decay, 0)}


def _schedule(
    optimizer: keras.optimizers.Optimizer, rate: Any
) -> tuple[str, float]:
    """Returns the name of a learning rate's schedule, and its first value.

    A column with words among its numbers can't be sorted or filtered by them.
    """
    if isinstance(rate, (int, float)):
        return "constant", rate
    settings = rate.get("config", {}) if isinstance(rate, dict) else {}
    first = settings.get("initial_learning_rate")
    if first is None:
        first = rate_of(optimizer)
    name = rate.get("class_name") if isinstance(rate, dict) else None
    return str(name or "schedule"), first
