"""What does the discriminator's output mean to the loss?"""

import math
import warnings
from typing import Any

from keras import ops

from keras_gan._typing import Tensor
from keras_gan.losses import AdversarialLoss, to_logits
from keras_gan.models.output_values import Values


def to_scores(
    outputs: Tensor, values: Values | None, probabilities: bool
) -> Tensor:
    """Returns a discriminator's outputs as float32 scores.

    Args:
        outputs: What the network returned.
        values: Which outputs it can give, `None` where that is unknown.
        probabilities: Whether they are probabilities that become logits.

    Raises:
        ValueError: If the network ends in a softmax.
    """
    if values is not None and values.shares:
        raise ValueError(
            "The discriminator ends in a softmax over "
            f"{outputs.shape[-1]} classes, but a GAN wants one score for "
            "each image, which of them are real. End it in Dense(1), or "
            "Dense(1, activation='sigmoid')."
        )
    scores = ops.cast(outputs, "float32")
    return to_logits(scores) if probabilities else scores


def with_gap(result: Any) -> Any:
    """Adds the gap of the mean scores to what the logs say of them.

    Args:
        result: A loss, or `(loss, logs)`; the gap is added where the logs have
            `d_real` and `d_fake`.
    """
    logs = result[1] if isinstance(result, tuple) else {}
    if not {"d_real", "d_fake"} <= set(logs):
        return result
    means = [ops.mean(logs[name]) for name in ("d_real", "d_fake")]
    return result[0], {**logs, "d_gap": means[0] - means[1]}


def warns_of_width(
    shape: tuple[int | None, ...], values: Values | None
) -> bool:
    """Warns of several scores for each image, and returns whether it did.

    Args:
        shape: That of the discriminator's outputs.
        values: Which outputs it can give, `None` where that is unknown.
    """
    if len(shape) != 2 or shape[1] in (1, None):
        return False
    if values is not None and values.shares:
        return False
    warnings.warn(
        f"The discriminator gives {shape[1]} numbers for each image, and "
        "each is taken for a score by itself. One score is Dense(1); a "
        "discriminator that names classes is for ACGAN.",
        stacklevel=2,
    )
    return True


def are_probabilities(loss: AdversarialLoss, values: Values | None) -> bool:
    """Decides whether outputs are probabilities, and warns where they misfit.

    Args:
        loss: What the discriminator is trained by.
        values: Which outputs it can give, `None` where that cannot be told.

    Returns:
        Whether they are probabilities: what `from_logits` says, or else what
        the network shows.
    """
    found = values is not None and values.probabilities
    said = loss.from_logits
    if said is None and values is None and loss.takes_logits:
        _warn(
            "It cannot be told whether the discriminator's outputs are logits "
            "or probabilities, because they did not follow random weights and "
            "images. They are taken as logits. Say which: loss="
            f"keras_gan.losses.{type(loss).__name__}(from_logits=True), or "
            "False for probabilities."
        )
    if said is not None and values is not None and said == found:
        ending = "a sigmoid" if found else "no sigmoid"
        taken = "logits" if said else "probabilities"
        _warn(
            f"The loss was told from_logits={said}, but the discriminator "
            f"ends in {ending}. Its outputs are taken as {taken}, as told; "
            f"from_logits={not said} would match."
        )
    probabilities = found if said is None else not said
    as_logits = probabilities and loss.takes_logits
    if values is not None and loss.wanted is not None and not as_logits:
        _warn_of_reach(loss, loss.wanted, values)
    return probabilities


def _warn_of_reach(
    loss: AdversarialLoss, wanted: tuple[float, float], values: Values
) -> None:
    """Warns where scores end before the loss is at its least."""
    low, high = wanted
    if values.low <= low and values.high >= high:
        return
    _warn(
        f"{type(loss).__name__} wants scores of {_said(high)} for real and "
        f"{_said(low)} for generated images, but the discriminator's lie "
        f"between {values.low:g} and {values.high:g}, so it cannot be trained "
        "well. End it in a layer without activation, such as Dense(1), or in "
        "a sigmoid."
    )


def _said(score: float) -> str:
    if math.isfinite(score):
        return f"{score:g}"
    return "far above 0" if score > 0 else "far below 0"


def _warn(words: str) -> None:
    warnings.warn(words, stacklevel=5)
