"""`keras-gan recipes`: lists what can be trained."""

import argparse
from typing import Any

__all__ = ["add_parser", "run"]

_SHAPES: dict[str | None, tuple[int, ...]] = {
    None: (64, 64, 3),
    "digits": (8, 8, 1),
    "grid": (2,),
    "ring": (2,),
    "stacked_mnist": (28, 28, 3),
}
_CLASSES = 10


def add_parser(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "recipes",
        help="list what can be trained",
        description="Lists the recipes: system, data, networks, parameters, "
        "and, where they were measured, CPU time and score: FID by the "
        "package's classifier, KID by ImageNet features.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints the table."""
    from rich.table import Table
    from rich.text import Text

    from keras_gan import recipes
    from keras_gan.cli.console import console

    table = Table(box=None, pad_edge=False)
    # A name that is cut off can't be typed, so long names are wrapped.
    for title in ("recipe and system", "data", "networks"):
        table.add_column(title, overflow="fold")
    for title in ("parameters\nG + D", "measured\nepochs", "time", "score"):
        table.add_column(title, overflow="fold", justify="right")
    measured = _measured_results()
    for recipe in recipes.ALL:
        result = measured.get(recipe.name, {})
        table.add_row(
            Text.assemble((recipe.name, "bold"), f"\n  {recipe.system}"),
            _data(recipe),
            recipe.networks["name"],
            _parameters(recipe),
            str(result.get("epochs", "")),
            _time(result),
            _score(result),
        )
    out = console(table=True)
    out.print(table)
    return 0


def _data(recipe: Any) -> str:
    if recipe.data is None:
        return "--data DIR"
    parts = [recipe.data]
    parts += [f"class {recipe.label}"] if recipe.label is not None else []
    parts += [f"{recipe.limit} images"] if recipe.limit is not None else []
    return ", ".join(parts)


def _parameters(recipe: Any) -> str:
    from keras_gan.recipes.tasks import task_of
    from keras_gan.recipes.weight_counts import count_weights

    shape = _SHAPES.get(recipe.data, (28, 28, 1))
    classes = _CLASSES if recipe.conditional else None
    shapes = task_of(recipe).completed(shape, None)
    sizes = count_weights(recipe, shapes, classes)
    return " + ".join(_rounded(size) for size in sizes)


def _rounded(count: int) -> str:
    if count < 1_000_000:
        return f"{count / 1000:.0f}k"
    return f"{count / 1_000_000:.1f}M"


def _measured_results() -> dict[str, dict[str, Any]]:
    """Returns the measured results by the name of the recipe."""
    import json
    from importlib.resources import files

    path = files("keras_gan") / "assets" / "results.json"
    if not path.is_file():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


def _time(result: dict[str, Any]) -> str:
    from keras_gan.cli.console import duration

    return duration(result["seconds"]) if "seconds" in result else ""


def _score(result: dict[str, Any]) -> str:
    if "fid" in result:
        return f"FID {result['fid']:.1f}"
    return f"KID {result['kid']:.1f}" if "kid" in result else ""
