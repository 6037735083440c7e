"""`keras-gan recipes`: lists what can be trained."""

import argparse
from typing import Any

__all__ = ["add_parser", "run"]


def add_parser(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "recipes",
        help="list what can be trained",
        description="Lists the recipes: system, data, networks, parameters, "
        "and, where they were measured, CPU time and score: FID by the "
        "package's classifier, KID by ImageNet features.",
    )
    # To count the weights, networks would have to be made, which takes
    # seconds: all that is listed is in a file.
    parser.set_defaults(run=run, loads_backend=False)


def run(arguments: argparse.Namespace) -> int:
    """Prints the table."""
    from rich.table import Table
    from rich.text import Text

    from keras_gan.cli.console import console

    table = Table(box=None, pad_edge=False)
    # A name that is cut off can't be typed, so long names are wrapped.
    for title in ("recipe and system", "data", "networks"):
        table.add_column(title, overflow="fold")
    for title in ("parameters\nG + D", "measured\nepochs", "time", "score"):
        table.add_column(title, overflow="fold", justify="right")
    for recipe in _listed():
        table.add_row(
            Text.assemble((recipe["name"], "bold"), f"\n  {recipe['system']}"),
            _data(recipe),
            recipe["networks"],
            " + ".join(_rounded(size) for size in recipe["weights"]),
            str(recipe.get("epochs", "")),
            _time(recipe),
            _score(recipe),
        )
    out = console(table=True)
    out.print(table)
    return 0


def _listed() -> list[dict[str, Any]]:
    """Returns what there is to say of each recipe, in their order."""
    import json
    from importlib.resources import files

    path = files("keras_gan") / "assets" / "recipes.json"
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


def _data(recipe: dict[str, Any]) -> str:
    if recipe["data"] is None:
        return "--data DIR"
    parts = [recipe["data"]]
    parts += [f"class {recipe['label']}"] if "label" in recipe else []
    parts += [f"{recipe['limit']} images"] if "limit" in recipe else []
    return ", ".join(parts)


def _rounded(count: int) -> str:
    if count < 1_000_000:
        return f"{count / 1000:.0f}k"
    return f"{count / 1_000_000:.1f}M"


def _time(result: dict[str, Any]) -> str:
    from keras_gan.cli.console import duration

    return duration(result["seconds"]) if "seconds" in result else ""


def _score(result: dict[str, Any]) -> str:
    if "fid" in result:
        return f"FID {result['fid']:.1f}"
    return f"KID {result['kid']:.1f}" if "kid" in result else ""
