"""What distinguishes one run from another?"""

from typing import Any

import keras

from keras_gan.callbacks._players import working_optimizer

_OPTIMIZER = ("learning_rate", "beta_1", "beta_2", "momentum", "rho")

Value = bool | float | str


def hyper_parameters(model: Any) -> dict[str, Value]:
    """Returns a compiled GAN's settings, each a number, a bool or a string."""
    found: dict[str, Value] = {
        "backend": keras.backend.backend(),
        "model": type(model).__name__,
        "loss": type(model.adversarial_loss).__name__,
        "latent_dim": model.latent_dim,
        "discriminator_steps": model.discriminator_steps,
        "ema_decay": model.ema_decay or 0.0,
        "augment": type(model.augment).__name__ if model.augment else "none",
        "generator_parameters": model.generator.count_params(),
        "discriminator_parameters": model.discriminator.count_params(),
    }
    for penalty in model.regularizers:
        found[f"{penalty.name}_weight"] = float(penalty.weight)
    for short, player in (("d", "discriminator"), ("g", "generator")):
        optimizer = working_optimizer(model, player)
        found[f"{short}_optimizer"] = type(optimizer).__name__
        config = optimizer.get_config()
        for name in _OPTIMIZER:
            if isinstance(config.get(name), (int, float)):
                # A float32's digits beyond the seventh are noise.
                found[f"{short}_{name}"] = float(f"{config[name]:.6g}")
            elif name in config:
                found[f"{short}_{name}"] = "schedule"
    if getattr(model, "first_batch", None) is not None:
        found["batch_size"] = model.first_batch.size
    return found
