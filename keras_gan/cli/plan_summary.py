"""The lines that say what is about to run."""

import json
from collections.abc import Iterator
from typing import Any

import keras
from rich.text import Text

from keras_gan import run_folder
from keras_gan._printable import printable
from keras_gan.cli.console import console, counted, duration, labelled
from keras_gan.cli.expected_time import seconds_per_batch
from keras_gan.cli.preparing import Prepared
from keras_gan.models import AdversarialModel
from keras_gan.recipes import Recipe
from keras_gan.recipes.components import COMPONENTS, default_settings
from keras_gan.recipes.recipe import settings_of

__all__ = ["print_summary"]


def print_summary(prepared: Prepared, *, in_full: bool) -> None:
    """Prints a run's data, networks, measurements and folder.

    Args:
        prepared: The run, and what it needs.
        in_full: Whether to print every setting, as `--dry-run` does.
    """
    out, plan = console(), prepared.plan
    for note in plan.notes:
        out.print(Text(printable(note), "yellow"))
    for label, text in _lines(prepared, in_full):
        out.print(labelled(label, text))
    if in_full:
        for key, value in _settings(plan.recipe.to_dict()):
            out.print(f"  {key}={json.dumps(value)}")
        out.print("By default:")
        for key, values in _defaults(plan.recipe, prepared.gan):
            words = [f"{k}={json.dumps(v, default=str)}" for k, v in values]
            out.print(Text(f"  {key}: {' '.join(words)}"))
        out.print("Nothing was written.")


def _lines(prepared: Prepared, planned: bool) -> list[tuple[str, str]]:
    plan, gan = prepared.plan, prepared.gan
    recipe, source = plan.recipe, plan.source
    batches = recipe.batches_of(len(source))
    epochs = counted(recipe.epochs or 0, "epoch", "epochs")
    parts = batches < len(source) // recipe.batch_size
    partly = " (a part of the data each)" if parts else ""
    flipped = ", mirrored at random" if recipe.flip else ""
    state = "would be " if planned and not plan.resumed else ""
    lines = [
        ("recipe", f"{recipe.name}: {recipe.system}"),
        (
            "data",
            f"{source.name}: {plan.task.in_words(source)}{flipped} "
            f"({source.origin})",
        ),
        ("networks", f"{recipe.networks['name']}, {weight_counts(gan)}"),
        (
            "training",
            f"{epochs} of {counted(batches, 'batch', 'batches')} of "
            f"{recipe.batch_size}{partly}, seed {plan.seed}, "
            f"{keras.backend.backend()}",
        ),
        ("folder", f"{state}{plan.folder.path}"),
    ]
    metrics = [name for each in prepared.evaluation for name in each.metrics]
    measured = plan.task.measurement_in_words(source, metrics)
    lines.insert(2, ("measured", measured))
    lines.insert(-1, ("length", _length(prepared, batches)))
    if plan.decoding is not None:
        lines.insert(2, ("decoding", plan.decoding))
    if plan.start is not None:
        frozen = counted(recipe.freeze_d, "layer", "layers")
        kept = f", {frozen} of the discriminator frozen"
        text = f"weights of {plan.start.path}"
        lines.insert(3, ("start", text + (kept if recipe.freeze_d else "")))
    return lines


def _length(prepared: Prepared, batches: int) -> str:
    """Returns how long the run is: in images, and in time on this machine."""
    plan, recipe = prepared.plan, prepared.plan.recipe
    done = run_folder.epochs_done(plan.folder.backup) if plan.resumed else 0
    steps = max(0, (recipe.epochs or 0) - done) * batches
    kind = plan.shapes.kind
    said = counted(steps * recipe.batch_size, kind, f"{kind}s")
    seconds = seconds_per_batch(prepared.gan, recipe.batch_size, plan.shapes)
    if seconds is None or not steps:
        return said
    rate = recipe.batch_size / seconds
    rate_in_words = f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"
    return (
        f"{said}, about {duration(max(1, steps * seconds))} at {rate_in_words} "
        f"{kind}s a second, as this machine is now; the start and measuring "
        "come on top"
    )


def weight_counts(gan: AdversarialModel) -> str:
    """Returns how many weights each network has."""
    counts = [
        f"{name.replace('_', ' ')} {network.count_params():,}"
        for player in reversed(list(gan.players.values()))
        for name, network in player.networks.items()
    ]
    counts[0] += " weights"
    return ", ".join(counts)


def _defaults(
    recipe: Recipe, gan: AdversarialModel
) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Yields what a run will use of each component without being told to.

    What is off by default, None, is left out.
    """
    optimizers = {
        f"{player.prefix}_opt": player.optimizer
        for player in gan.players.values()
    }
    for component in COMPONENTS:
        several = settings_of(recipe, component)
        for settings in several:
            name = settings["name"]
            all_of_it = default_settings(component, name).items()
            left = [
                (key, value)
                for key, value in all_of_it
                if key not in settings and value is not None
            ]
            if left:
                yield (f"{component}.{name}", left)
        if several:
            continue
        if component == "loss":
            yield component, [("name", gan.default_loss)]
        if component in optimizers:
            yield component, _in_short(optimizers[component])


def _in_short(
    optimizer: keras.optimizers.Optimizer,
) -> list[tuple[str, Any]]:
    """Returns an optimizer's name and what is most often changed of it."""
    config = optimizer.get_config()
    shown = ("learning_rate", "beta_1", "beta_2")
    # Keras keeps a rate as float32.
    known = [(k, float(f"{config[k]:.6g}")) for k in shown if k in config]
    return [("name", type(optimizer).__name__.lower()), *known]


def _settings(values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Returns a recipe's settings by the keys that `--set` takes."""
    flat: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            flat += [(f"{key}.{name}", each) for name, each in value.items()]
        elif isinstance(value, tuple) and isinstance(value[0], dict):
            flat.append((key, ",".join(each["name"] for each in value)))
            flat += [
                (f"{key}.{each['name']}.{name}", setting)
                for each in value
                for name, setting in each.items()
                if name != "name"
            ]
        elif key not in ("name", "system"):
            flat.append((key, value))
    return flat
