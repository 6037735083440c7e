"""The charts of a run: which curves are drawn together, under which title.

`report.html`, `losses.png` and TensorBoard draw the same logs. A log that is
added to a group here is in the right chart of all three.
"""

import re
from collections.abc import Iterable

__all__ = [
    "DISTANCES",
    "HIGHER_IS_BETTER",
    "LOSSES",
    "LOSSES_PICTURE",
    "REPORT",
    "TENSORBOARD",
    "TENSORBOARD_GROUPS",
    "TENSORBOARD_OTHERS",
    "deciding",
    "grouped",
    "in_words",
]

LOSSES = ("d_loss", "g_loss")
_VALIDATION_LOSSES = ("val_d_loss", "val_g_loss")
_SCORES = ("d_real", "d_fake")
_SCORES_OF_SIDES = ("d_(real|fake)_[ab]",)
_SCORE_GAP = "d_gap"
_ADVERSARIAL = ("d_loss", "g_adversarial", "g_adversarial_[ab]")
"""Beside the whole loss of a translating generator `d_loss` is a flat line."""
_DISTANCES_KEPT = ("g_l1", "g_(cycle|identity)_[ab]")
_WEIGHTS_OF_PARTS = ("(l1|adversarial|cycle|identity)_weight",)
_PENALTIES = ("gp", "r1", "r2", "dragan")
_CLASS_LOSSES = ("d_class_loss", "g_class_loss")
_GRADIENT_NORMS = ("d_gradient_norm", "g_gradient_norm")
_WEIGHT_NORMS = ("d_weight_norm", "g_weight_norm")
_LEARNING_RATES = ("learning_rate_.*",)
_PENALTY_WEIGHTS = tuple(f"{name}_weight$" for name in _PENALTIES)
_KERNEL_DISTANCES = ("kid", "kid_a", "kid_b")
DISTANCES = ("fid", "fid_a", "fid_b", *_KERNEL_DISTANCES, "kl")
"""The metrics where lower is better."""
_MODES = ("modes", "high_quality")
_OVERLAPS = ("precision", "recall", "density", "coverage")
_SIMILARITIES = ("psnr", "ssim")
HIGHER_IS_BETTER = (
    *("precision", "recall", "coverage"),
    *(*_MODES, *_SIMILARITIES),
)
"""Density is not among them: it may be above 1, and is best near it."""


def _by_epoch(*names: str) -> tuple[str, ...]:
    return tuple(f"epoch_{name}" for name in names)


def _by_step(*names: str) -> tuple[str, ...]:
    return tuple(f"batch_{name}" for name in names)


def _whole(patterns: Iterable[str]) -> tuple[str, ...]:
    """Returns patterns that match no longer tags, as TensorBoard's would."""
    return tuple(f"{pattern}$" for pattern in patterns)


def deciding(curves: Iterable[str]) -> list[str]:
    """Returns the curves of a chart of which it needs one, to be drawn.

    The losses of both players are in every run. Where a chart shows them beside
    something else, it is drawn for the sake of that.

    Args:
        curves: Names of logs or tags, or regular expressions of them.
    """
    names = list(curves)
    return [n for n in names if not _BOTH_PLAYERS.search(n)] or names


_BOTH_PLAYERS = re.compile(r"(^|_)[dg]_loss\$?$")

REPORT: dict[str, tuple[str, ...]] = {
    # A log is in the first chart that takes it.
    "Adversarial losses": (*_ADVERSARIAL, "val_d_loss", "val_g_adversarial.*"),
    "Losses": (*LOSSES, *_VALIDATION_LOSSES),
    "Scores of real and generated images": _SCORES,
    "Scores of both sides": _SCORES_OF_SIDES,
    "Gap between real and generated scores": (_SCORE_GAP,),
    "Distances in the generators' loss": (
        *_DISTANCES_KEPT,
        *(f"val_{name}" for name in _DISTANCES_KEPT),
    ),
    "Distance to real images": ("fid", "fid_a", "fid_b"),
    "Kernel distance to real images": _KERNEL_DISTANCES,
    "Peak signal-to-noise ratio to the targets (dB)": ("psnr",),
    "Structural similarity to the targets": ("ssim",),
    "Precision and recall": _OVERLAPS,
    "Modes found": ("modes",),
    "Divergence over the modes (KL)": ("kl",),
    "Share of high quality": ("high_quality",),
    "Penalties": _PENALTIES,
    "Class losses": _CLASS_LOSSES,
    "Gradient norms": _GRADIENT_NORMS,
    "Learning rates": _LEARNING_RATES,
    "Seconds for an epoch": ("seconds",),
}
"""The charts of `report.html`: title -> logs, as regular expressions."""

TENSORBOARD: dict[str, tuple[str, ...]] = {
    "losses by epoch": _by_epoch(*LOSSES),
    "losses by step": _by_step(*LOSSES),
    "adversarial losses by epoch": _by_epoch(*_whole(_ADVERSARIAL)),
    "adversarial losses by step": _by_step(*_whole(_ADVERSARIAL)),
    "scores": _by_epoch(*_SCORES),
    "score gap": _by_epoch(_SCORE_GAP),
    "distances in the generators' loss": _by_epoch(*_DISTANCES_KEPT),
    "weights of the parts of the generators' loss": _by_epoch(
        *_WEIGHTS_OF_PARTS
    ),
    "gradient norms": _by_epoch(*_GRADIENT_NORMS),
    "weight norms": _by_epoch(*_WEIGHT_NORMS),
    "learning rates": _by_epoch(*_LEARNING_RATES),
    "penalties": _by_epoch(*_PENALTIES),
    "penalty weights": _by_epoch(*_PENALTY_WEIGHTS),
    "betas of Adam": _by_epoch("beta_[12]_.*"),
    "decay of averages": _by_epoch("ema_decay_.*"),
    "half-life of averages": _by_epoch("ema_half_life_.*"),
    "probability of augmentation": _by_epoch("augment_probability.*"),
    "class losses": _by_epoch(*_CLASS_LOSSES),
    "distance to real images": _by_epoch("(fid|kid)(_[ab])?"),
    "signal-to-noise ratio to the targets": _by_epoch("psnr"),
    "structural similarity to the targets": _by_epoch("ssim"),
    "precision and recall": _by_epoch(*_OVERLAPS),
    "modes found": _by_epoch("modes"),
    "divergence over the modes": _by_epoch("kl"),
    "share of high quality": _by_epoch("high_quality"),
}
"""TensorBoard's custom scalars: title -> tags, as regular expressions."""

TENSORBOARD_GROUPS: dict[str, tuple[str, ...]] = {
    "1 quality": (
        *(*DISTANCES, *_OVERLAPS, *_MODES, *_SIMILARITIES),
        *("inception_score", "ms_ssim_diversity", "sliced_wasserstein"),
    ),
    "2 losses": (*LOSSES, *_ADVERSARIAL[1:], *_DISTANCES_KEPT, *_CLASS_LOSSES),
    "3 scores": (*_SCORES, *_SCORES_OF_SIDES, _SCORE_GAP),
    "4 penalties": _PENALTIES,
    "5 norms": (*_GRADIENT_NORMS, *_WEIGHT_NORMS),
    "6 settings": (
        "learning_rate.*",
        ".*_weight",
        "beta_[12]_.*",
        "ema_decay_.*",
        "ema_half_life_.*",
        "augment_probability.*",
    ),
    "7 speed": ("images_per_second", "seconds", "steps_per_second"),
}
"""TensorBoard's groups of curves by epoch: group -> logs, as expressions.

TensorBoard sorts groups, and the columns of its table of runs, by name.
"""

TENSORBOARD_OTHERS = "8 others"
"""The group of logs that are in no other one, such as a user's metric."""

LOSSES_PICTURE: dict[str, dict[str, str]] = {
    "loss": dict(zip(LOSSES, ("discriminator", "generator"), strict=True)),
    "mean score": dict(
        zip(_SCORES, ("real images", "generated images"), strict=True)
    ),
    "score gap": {_SCORE_GAP: "real - generated"},
    "adversarial loss": {
        "d_loss": "discriminator",
        "g_adversarial": "generator",
        "g_adversarial_a": "side a",
        "g_adversarial_b": "side b",
    },
    "distance": {
        "g_l1": "from the target",
        "g_cycle_a": "a, there and back",
        "g_cycle_b": "b, there and back",
        "g_identity_a": "a, kept as it is",
        "g_identity_b": "b, kept as it is",
    },
    "penalty": {name: name for name in _PENALTIES},
}
"""The panels of `losses.png`: axis -> log -> name in the legend."""

_WORDS = {
    key: name
    for curves in LOSSES_PICTURE.values()
    for key, name in curves.items()
}


def grouped(names: Iterable[str]) -> dict[str, list[str]]:
    """Puts logs into the charts of `REPORT`, each into the first that fits.

    Args:
        names: The logs. What fits none has a chart of its own, under its name.

    Returns:
        The logs by the title of their chart.
    """
    left = list(names)
    charts: dict[str, list[str]] = {}
    for title, patterns in REPORT.items():
        if _matching(deciding(patterns), left):
            charts[title] = _matching(patterns, left)
            left = [name for name in left if name not in charts[title]]
    return {**charts, **{name: [name] for name in left}}


def _matching(patterns: Iterable[str], names: list[str]) -> list[str]:
    """Returns the names that match, in the patterns' order."""
    return [n for each in patterns for n in names if re.fullmatch(each, n)]


def in_words(name: str) -> str:
    """Returns what a legend calls a log, such as "generator" for `g_loss`."""
    if name.startswith("val_"):
        return f"{in_words(name.removeprefix('val_'))}, validation"
    return _WORDS.get(name, name)
