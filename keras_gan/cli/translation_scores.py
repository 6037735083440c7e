"""Measuring what a run makes of images that it was not trained on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from keras_gan import metrics
from keras_gan.cli import run_config
from keras_gan.cli.errors import UsageError
from keras_gan.cli.loading import Trained, load
from keras_gan.cli.translating import translator
from keras_gan.features import Extractor
from keras_gan.metrics import METRICS
from keras_gan.metrics.few_images import of_few
from keras_gan.recipes import Recipe
from keras_gan.recipes.tasks import Translation, task_of
from keras_gan.run_folder import RunFolder

__all__ = ["scores_of", "translation_in"]

_IMAGES_AT_ONCE = 64
_OF_BOTH_WAYS = ("extractor", "real_split", "k")
"""What is the same of both directions."""

_OF_NEIGHBOURS = {"precision", "recall", "density", "coverage"}

ExtractorOf = Callable[[str, str, tuple[int, ...], list[str]], Extractor | None]


def translation_in(path: Path) -> Recipe | None:
    """Returns the recipe of a run that learned to translate.

    Args:
        path: The folder of a run, or a `.keras` file in it.

    Returns:
        The recipe; None where there is no such run.

    Raises:
        UsageError: If its config.json is damaged.
    """
    if not path.is_dir() and path.suffix != ".keras":
        return None
    folder = RunFolder(path if path.is_dir() else path.parent)
    if not run_config.exists(folder):
        return None
    recipe = run_config.read(folder)[1]
    return recipe if isinstance(task_of(recipe), Translation) else None


def scores_of(
    recipe: Recipe,
    arguments: Any,
    names: list[str] | None,
    extractor_of: ExtractorOf,
) -> dict[str, Any]:
    """Translates held-out images, and measures the results.

    Args:
        recipe: That of the run.
        arguments: As parsed by `evaluate`.
        names: The metrics. Default: what can be known of the data.
        extractor_of: From the extractor that the user named, the name of the
            data, the shape of an image and the metrics to the extractor.

    Returns:
        The numbers, and what was compared.

    Raises:
        UsageError: If a metric needs pairs, and there are none.
        ValueError: If there are no such images, or a metric can't be had.
    """
    trained = load(arguments.model)
    assert trained.config is not None
    if arguments.data is not None:
        recipe = _on_other_data(recipe, arguments.data, trained.config)
    task = task_of(recipe)
    assert isinstance(task, Translation)
    data = _held_out(task, arguments.real_split, arguments.num_samples)
    possible = task.metrics(data)
    chosen = names or [*possible, "kid"]
    _refuse_pairs(chosen, possible, recipe)
    try:
        extractor = extractor_of(
            arguments.extractor, data.name, task.shapes(data).image, chosen
        )
    # Features of other images need a further package.
    except ImportError:
        if not possible or names is not None:
            raise
        chosen, extractor = possible, None
    scores = {
        "data": data.name,
        "compared": f"{task.in_words(data)}, of the split {data.split}",
    }
    said: dict[str, None] = {}
    for images in task.compared(data):
        made = _translated(trained, images)
        evaluator = metrics.Evaluator(
            images["real"],
            extractor=extractor,
            metrics=chosen,
            k=_neighbours(arguments.k, chosen, images, made),
            real_split=data.split,
        )
        found = evaluator(made, labels=getattr(data, "labels", None))
        if _of_pixels(chosen):
            del found["extractor"]
        scores |= dict(_named(found, images.get("direction")))
        said |= dict.fromkeys(of_few(found))
    return {**scores, "cautions": list(said)}


def _neighbours(
    k: int, names: list[str], images: dict[str, Any], made: Any
) -> int:
    """Returns `k`; fewer where there are few images, and no metric minds."""
    if _OF_NEIGHBOURS & set(names):
        return k
    return max(1, min(k, len(made) - 1, len(images["real"]) - 1))


def _of_pixels(names: list[str]) -> bool:
    """Whether metrics compare pixels alone, and no features."""
    return all(METRICS[name].needs == "pairs" for name in names)


def _on_other_data(
    recipe: Recipe, named: str, config: dict[str, Any]
) -> Recipe:
    """Returns a recipe for other data, with images as they were.

    Args:
        recipe: The recipe.
        named: The name or path of data, or the folder of a run.
        config: The run's configuration.
    """
    other = RunFolder(Path(named))
    if other.started:
        named = run_config.read(other)[1].data or named
    height, width, channels = config["image_shape"]
    return replace(
        recipe,
        data=named,
        clothes=None,
        label=None,
        limit=None,
        image_size=height if height == width else recipe.image_size,
        channels=channels,
        source_channels=None if recipe.scale else config["source_shape"][2],
    )


def _held_out(task: Translation, split: str | None, limit: int) -> Any:
    """Returns the images of a split: test, else val, else train."""
    if split is not None:
        return task.load(split, limit=limit).select(limit=limit)
    held = task.held_out("test", "val", limit=limit)
    return task.load().select(limit=limit) if held is None else held


def _refuse_pairs(
    names: list[str], possible: list[str], recipe: Recipe
) -> None:
    """Raises an error if a metric needs pairs, and there are none."""
    paired = [name for name in names if METRICS[name].needs == "pairs"]
    if paired and not possible:
        raise UsageError(
            "Pairs are measured by "
            f"{' and '.join(paired)}, and the data of {recipe.name} have none. "
            f"Choose other --metrics. Received: {','.join(names)}"
        )


def _translated(trained: Trained, images: dict[str, Any]) -> Any:
    sources = images["sources"]
    translate = translator(
        trained,
        images.get("direction"),
        _IMAGES_AT_ONCE,
        [sources.shape[1:3]],
    )
    return translate(sources)


def _named(
    found: dict[str, Any], direction: str | None
) -> Iterator[tuple[str, Any]]:
    """Yields numbers, by the side that images shall be like, if of two."""
    side = "" if direction is None else f"_{direction[1]}"
    for name, value in found.items():
        yield name if name in _OF_BOTH_WAYS else f"{name}{side}", value
