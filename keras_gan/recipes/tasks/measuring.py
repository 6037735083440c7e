"""What is measured while a recipe trains, what is not, and why."""

import math
from dataclasses import replace
from typing import Any

from keras_gan.features.efficientnet import INSTALL, imagenet_installed
from keras_gan.features.of_data import EXTRACTOR_OF
from keras_gan.recipes.components import default_settings
from keras_gan.recipes.recipe import DEFAULT_EVALUATION, Recipe

__all__ = ["of_generated", "of_translated", "with_measurement"]

_MEASUREMENTS = 25
"""Of a run whose images take seconds to measure."""
_NUM_SAMPLES = 1000
"""The distance by kernels, which is unbiased, needs no more."""
_ENOUGH_FOR_FID = 10_000
_LAST = "best.keras will be the last epoch"
_UNKNOWN = (
    "no classifier in the package knows these images, and the weights of the "
    f"ImageNet features are missing ({INSTALL})"
)


def with_measurement(recipe: Recipe, data: Any) -> Recipe:
    """Returns the recipe with what can be measured of images of one's own.

    Nothing in the package knows such images, as its classifiers know theirs.
    Where the weights of the ImageNet features are installed, these compare,
    by KID where nothing else was asked for.

    Args:
        recipe: The recipe, with its epochs.
        data: What it is trained on.

    Returns:
        The recipe, unchanged where its data are known, nothing shall be
        measured, the extractor was chosen, or the weights are missing.
    """
    settings = recipe.evaluation
    if settings is None or "extractor" in settings:
        return recipe
    if _known(data) or not imagenet_installed():
        return recipe
    found = {**settings, "extractor": "imagenet"}
    # One that was chosen by its name alone has that name alone.
    if settings["name"] == DEFAULT_EVALUATION["name"] and len(settings) > 1:
        found["name"] = "kid"
        if settings.get("num_samples") == DEFAULT_EVALUATION["num_samples"]:
            found["num_samples"] = _NUM_SAMPLES
    if not hasattr(data, "arrays"):
        found.setdefault(
            "every", math.ceil((recipe.epochs or 1) / _MEASUREMENTS)
        )
    return replace(recipe, evaluation=found)


def of_generated(
    recipe: Recipe, data: Any, metrics: list[str], real: int
) -> str:
    """Returns what is measured of generated images, what is not, and why.

    Args:
        recipe: As from `with_measurement`.
        data: What it is trained on.
        metrics: What is measured.
        real: The real images that are compared with.
    """
    settings = recipe.evaluation
    if settings is None:
        return f"nothing, as evaluation=none says; {_LAST}"
    if not metrics:
        return f"nothing: {_UNKNOWN}; {_LAST}"
    known = default_settings("evaluation", settings["name"])
    settings = {**known, **settings}
    every = settings["every"]
    when = "each epoch" if every == 1 else f"every {every} epochs"
    chosen = settings["extractor"] or EXTRACTOR_OF.get(data.name)
    by = f" by {chosen} features" if chosen else ""
    kind = "points" if data.holds_vectors else "images"
    said = (
        f"{', '.join(metrics)}{by}, {when}: {settings['num_samples']:,} "
        f"generated {kind} against {real:,} that it trains on; best.keras has "
        f"the lowest {metrics[0]}"
    )
    if chosen != "imagenet" or real >= _ENOUGH_FOR_FID:
        return said
    many = f"{_ENOUGH_FOR_FID:,} images"
    if "fid" in metrics:
        return f"{said}. Below {many} fid is too high: evaluation=kid is better"
    return f"{said}. Not fid, which needs {many}"


def of_translated(
    recipe: Recipe, data: Any, metrics: list[str], images: str | None
) -> str:
    """Returns what is measured of translated images, what is not, and why.

    Args:
        recipe: As from `with_measurement`.
        data: What it is trained on.
        metrics: What is measured.
        images: Which images are translated, in words.
    """
    settings = recipe.evaluation
    if settings is None:
        return f"nothing, as evaluation=none says; {_LAST}"
    if not metrics:
        return f"nothing: {_UNKNOWN}; {_LAST}"
    # Two sides without pairs have each of them twice.
    names = list(dict.fromkeys(metrics))
    ways = ", both ways" if len(names) < len(metrics) else ""
    said = f"{images}: {', '.join(names)}{ways}"
    if settings["name"] in metrics:
        return said
    return f"{said}. Not {settings['name']}: {_UNKNOWN}; {_LAST}"


def _known(data: Any) -> bool:
    vectors = getattr(data, "holds_vectors", False)
    return bool(vectors) or data.name in EXTRACTOR_OF
