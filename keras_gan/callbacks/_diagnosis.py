"""What is going wrong with a run, and what usually helps?"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from keras_gan.models.fixed_samples import ScoredSamples

Array = np.ndarray[Any, Any]


_OF_TRANSLATION = {
    "saturation": (
        'regularizer="r1", jitter and flips where few pairs are loaded, a '
        "lower learning rate or fewer filters for the discriminator."
    ),
    "collapse": (
        "a larger weight of what ties an image to its source (l1_weight, "
        'cycle_weight), a lower learning rate, or regularizer="r1".'
    ),
}
"""Cures of models without latents, by the kind of trouble."""


class Trouble(NamedTuple):
    """Something that is wrong.

    Attributes:
        kind: What, in a word.
        words: What it is.
        cures: What usually helps.
    """

    kind: str
    words: str
    cures: str

    def of_translation(self) -> "Trouble":
        """Returns it with what helps a model that translates images."""
        return self._replace(cures=_OF_TRANSLATION.get(self.kind, self.cures))

    def in_full(self) -> str:
        """Says what it is and what usually helps."""
        return f"{self.words} What usually helps: {self.cures}"


def not_finite(logs: Mapping[str, float]) -> Trouble | None:
    """Looks for logs that are NaN or infinite."""
    bad = {
        name: value
        for name, value in logs.items()
        if isinstance(value, float) and not math.isfinite(value)
    }
    if not bad:
        return None
    said = ", ".join(f"{name}={value}" for name, value in bad.items())
    return Trouble(
        "nan",
        f"Training has diverged: {said}.",
        "a lower learning rate, "
        "keras_gan.callbacks.GradientClipping(global_norm=1.0), float32 in "
        "place of float16, or data without NaN.",
    )


def exploding(
    logs: Mapping[str, float], limit: float | None, players: Iterable[str]
) -> Trouble | None:
    """Looks for gradient norms above a limit."""
    if limit is None:
        return None
    for player in players:
        norm = logs.get(f"{player[0]}_gradient_norm", 0.0)
        if norm > limit:
            return Trouble(
                "explosion",
                f"The {player}'s gradients explode: their norm is {norm:.3g}, "
                f"above {limit:.3g}.",
                "keras_gan.callbacks.GradientClipping(global_norm=1.0), "
                "a lower learning rate, or spectral normalisation.",
            )
    return None


class Saturation:
    """Watches for a discriminator that has won.

    It has won when its scores part real from generated images nearly without
    error, for many epochs in a row: the generator then learns little. The line
    is drawn halfway between their means. Under a loss without `boundary` there
    is nothing to see: a Wasserstein critic shall part them, a relativistic one
    is never asked to classify, and of a pair of functions nobody knows.

    Args:
        accuracy: Share of right answers from which on it has won.
        patience: For how many epochs in a row.
    """

    def __init__(self, accuracy: float, patience: int) -> None:
        self._accuracy = accuracy
        self._patience = patience
        self._epochs = 0

    def reset(self) -> None:
        """Starts to count anew."""
        self._epochs = 0

    def check(
        self, samples: ScoredSamples, boundary: float | None
    ) -> Trouble | None:
        """Looks at one epoch.

        Args:
            samples: Real and generated images with their scores.
            boundary: That of the loss.
        """
        if boundary is None:
            return None
        share = _accuracy(samples)
        self._epochs = self._epochs + 1 if share >= self._accuracy else 0
        if self._epochs < self._patience:
            return None
        return Trouble(
            "saturation",
            f"The discriminator has won: for {self._epochs} epochs it has told "
            f"real from generated images with an accuracy of {share:.1%}, so "
            "the generator learns little.",
            'regularizer="r1", augment= (where there are few images), a lower '
            "learning rate or fewer filters for the discriminator, or WGANGP.",
        )


class Collapse:
    """Watches for generated images that are all alike.

    Their variety is the root of the mean variance of a pixel over the images,
    divided by that of real images. At the start of training it is low; so it
    counts only after it was enough once.

    Args:
        share: The least variety, as a share of the real images'.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._was_enough = False

    def check(self, samples: ScoredSamples) -> Trouble | None:
        """Looks at one epoch."""
        variety = _spread(samples.fake) / max(_spread(samples.real), 1e-12)
        if variety >= self._share:
            self._was_enough = True
        if variety >= self._share or not self._was_enough:
            return None
        return Trouble(
            "collapse",
            f"The generator has collapsed: its images vary only "
            f"{variety:.0%} as much as the real ones.",
            "keras_gan.layers.MinibatchStdDev in the discriminator, a lower "
            'learning rate, larger batches, regularizer="r1", or WGANGP.',
        )


def _spread(images: Array) -> float:
    return float(np.sqrt(np.mean(np.var(images, axis=0, dtype="float64"))))


def _accuracy(samples: ScoredSamples) -> float:
    real, fake = samples.real_scores.ravel(), samples.fake_scores.ravel()
    line = (real.mean() + fake.mean()) / 2
    return float(np.mean(np.concatenate([real > line, fake < line])))
