"""What steers an augmentation that adapts to the discriminator?"""

import warnings
from typing import TYPE_CHECKING, Any

from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor
from keras_gan.augment import AdaptiveAugment
from keras_gan.losses import AdversarialLoss, to_logits

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN


def steer(gan: "GAN", logs: dict[str, Tensor]) -> None:
    """Shows real scores to every layer of the augmentation that steers.

    Args:
        gan: The GAN.
        logs: What the discriminator's loss returned.

    Raises:
        ValueError: If a layer wants scores and the logs have none.
    """
    inside: list[Any] = []
    if gan.augment is not None:
        inside = list(backend.flat_layers(gan.augment))
    steering: list[Any] = [
        layer for layer in inside if hasattr(layer, "observe")
    ]
    if steering and "d_real" not in logs:
        raise ValueError(
            "`discriminator_loss` must return (loss, {'d_real': scores}), "
            "with the score of each real image: "
            f"{[layer.name for layer in steering]} of `augment` are "
            f"steered by them. Received: logs of {sorted(logs)}"
        )
    for layer in steering:
        layer.observe(_margin(gan, logs))


def count_updates(gan: "GAN", updates: Tensor) -> None:
    """Tells layers of the augmentation how often the discriminator changed."""
    if gan.augment is None:
        return
    layers: list[Any] = list(backend.flat_layers(gan.augment))
    for layer in layers:
        if hasattr(layer, "follow"):
            layer.follow(updates)


def _margin(gan: "GAN", logs: dict[str, Tensor]) -> Tensor:
    """Returns how far real scores are on the side of real images.

    A loss of gaps leaves open where the scores are. What it is undecided about
    is halfway between the means of both kinds.
    """
    scores = logs["d_real"]
    if gan.pack > 1 and len(scores.shape) > 0:
        # Images are counted, and a pack of them has one score.
        scores = ops.repeat(scores, gan.pack, axis=0)
    if (
        gan.adversarial_loss.boundary is None
        and gan.adversarial_loss.needs_real
    ):
        means = [backend.global_mean(logs[k]) for k in ("d_real", "d_fake")]
        return scores - 0.5 * (means[0] + means[1])
    outputs = not gan.adversarial_loss.takes_logits
    if outputs and gan.gives_probabilities("discriminator"):
        return to_logits(scores)
    return scores - (gan.adversarial_loss.boundary or 0.0)


def warn_of_drift(augment: Any, loss: AdversarialLoss) -> None:
    """Warns of an adaptive augmentation that this loss cannot steer."""
    if augment is None or loss.boundary is not None or loss.needs_real:
        return
    inside = backend.flat_layers(augment)
    if any(isinstance(layer, AdaptiveAugment) for layer in inside):
        warnings.warn(
            "AdaptiveAugment follows how many real images the "
            "discriminator is sure of, but under "
            f"{type(loss).__name__} the sign of a score "
            "says nothing, and its strength will drift. Use DiffAugment, "
            "another loss such as 'non_saturating', or, with a loss of "
            "your own, tell its boundary: "
            "keras_gan.losses.CallableLosses(d_loss, g_loss, boundary=0.0)"
            " or KerasLoss(loss, boundary=0.0).",
            stacklevel=6,
        )
