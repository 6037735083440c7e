"""Which numbers of few images say little?"""

from collections.abc import Sequence
from typing import Any

__all__ = ["listed", "of_few"]

_FOR_FID = 2_000
"""Images below which its bias is larger than what one would compare."""
_FOR_KID = 300
"""Images below which it depends most on which ones they are."""
_FOR_NEIGHBOURS = 1_000
_BY_NEIGHBOURS = ("precision", "density", "recall", "coverage")


def of_few(scores: dict[str, Any]) -> list[str]:
    """Returns what to know of numbers of few images, a sentence each.

    Args:
        scores: The numbers, with `num_real` and `num_fake`.
    """
    counts = scores["num_real"], scores["num_fake"]
    few = f"of {counts[0]:,} real and {counts[1]:,} generated images"
    found = []
    if "fid" in scores and min(counts) < _FOR_FID:
        found.append(
            f"fid {few} says little: with so few it is far too high. kid is "
            "not biased"
        )
    kid = next((name for name in scores if name.startswith("kid")), None)
    if kid is not None and min(counts) < _FOR_KID:
        found.append(
            f"kid {few} says little: it would be another with other images"
        )
    named = [name for name in _BY_NEIGHBOURS if name in scores]
    if named and min(counts) < _FOR_NEIGHBOURS:
        found.append(
            f"{listed(named)} {few} compare{'s' * (len(named) == 1)} only "
            "with numbers of exactly as many"
        )
    return found


def listed(names: Sequence[str]) -> str:
    """Returns names as a sentence has them: "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]][len(names) < 2 :])
