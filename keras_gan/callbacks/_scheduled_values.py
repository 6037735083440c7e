"""What do a model's schedules say now?"""

from collections.abc import Iterator
from typing import Any

from keras_gan import backend
from keras_gan.augment import RandomApply
from keras_gan.callbacks._players import working_optimizer
from keras_gan.callbacks._values import value_of
from keras_gan.models import AdversarialModel
from keras_gan.models.image_to_image import ImageToImage
from keras_gan.models.player import Player
from keras_gan.schedules import HalfLife, is_schedule, value_at


def scheduled_values(model: AdversarialModel) -> dict[str, float]:
    """Returns the present value of each schedule, learning rates left out.

    Args:
        model: A compiled model.

    Returns:
        The values that the next update will see, by what they are called on
        charts: `r1_weight`, `l1_weight`, `ema_half_life_generator`,
        `beta_2_discriminator`, `augment_probability`.
    """
    found = {}
    for player in model.players.values():
        updates = int(value_of(player.optimizer.iterations))
        for name, number in _numbers(model, player):
            if is_schedule(number):
                found[name] = value_at(number, updates)
    return found


def _numbers(
    model: AdversarialModel, player: Player
) -> Iterator[tuple[str, Any]]:
    """Yields all that may be scheduled by a player's updates."""
    for penalty in player.regularizers:
        yield f"{penalty.name}_weight", penalty.weight
    decay = player.average.decay
    if isinstance(decay, HalfLife):
        yield f"ema_half_life_{player.name}", decay.images
    else:
        yield f"ema_decay_{player.name}", decay
    if player.name == "generator" and isinstance(model, ImageToImage):
        yield from model.weights_of_loss.items()
    optimizer = working_optimizer(model, player.name)
    for beta in ("beta_1", "beta_2"):
        yield f"{beta}_{player.name}", getattr(optimizer, beta, None)
    augment = getattr(model, "augment", None)
    if player.name != "discriminator" or augment is None:
        return
    inside = backend.flat_layers(augment)
    several = [each for each in inside if isinstance(each, RandomApply)]
    for index, layer in enumerate(several):
        number = f"_{index + 1}" if index else ""
        yield f"augment_probability{number}", layer.probability
