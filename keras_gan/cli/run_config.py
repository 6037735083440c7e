"""Reading and checking a run's config.json."""

import json
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from typing import Any

from keras_gan import recipes, run_folder
from keras_gan.cli.console import quoted
from keras_gan.cli.errors import UsageError
from keras_gan.recipes import Recipe
from keras_gan.recipes.components import COMPONENTS
from keras_gan.recipes.recipe import settings_of
from keras_gan.run_folder import RunFolder

__all__ = ["exists", "named_in_errors", "read"]

Check = Callable[[Any], bool]

_WITHOUT: dict[str, Any] = {"init": None, "source_shape": None}
"""What runs of earlier versions, which had no such things, do not say."""


def exists(folder: RunFolder) -> bool:
    """Whether a folder holds config.json, or a checkpoint with a copy."""
    return folder.started or _copy_in_checkpoint(folder) is not None


def read(folder: RunFolder) -> tuple[dict[str, Any], Recipe]:
    """Returns a run's configuration, and the recipe in it.

    Each checkpoint holds a copy of config.json. The copy is used if the file is
    missing. A file that differs from the copy is an error.

    Raises:
        UsageError: If config.json is damaged or incomplete, or differs from
            what the run was made with. The error names the file and the key.
        ValueError: If there is no run.
        OSError: If a file can't be read.
    """
    kept = _copy_in_checkpoint(folder)
    if kept is not None and not folder.started:
        warnings.warn(
            f"{folder.config} is missing. The copy in the checkpoint is used.",
            stacklevel=2,
        )
        return _WITHOUT | kept, Recipe.from_dict(kept["recipe"])
    with named_in_errors(folder, has_copy=kept is not None):
        config = folder.read_config()
        config = _WITHOUT | config
        _check_keys(config)
        recipe = _recipe_of(config["recipe"])
        if kept is not None:
            _require_same(config, kept)
    return config, recipe


@contextmanager
def named_in_errors(
    folder: RunFolder, *, has_copy: bool = False
) -> Iterator[None]:
    """Turns errors that values of config.json cause into ones that name it.

    Args:
        folder: The run.
        has_copy: Whether a checkpoint holds a copy.

    Raises:
        UsageError: In place of a `ValueError`, `TypeError` or the like.
    """
    try:
        yield
    except (ValueError, TypeError, ArithmeticError) as error:
        text = str(error)
        if str(folder.path) not in text:
            text = f"{folder.config}: {text}"
        if has_copy:
            text = text.rstrip(".") + (
                ". Put it right; or remove it, and `keras-gan train --resume "
                f"--out {quoted(folder.path)}` takes the copy in the "
                "checkpoint."
            )
        raise UsageError(text) from error


def _copy_in_checkpoint(folder: RunFolder) -> dict[str, Any] | None:
    for checkpoint in run_folder.sound_checkpoints(folder.backup):
        if checkpoint.record is not None and "config" in checkpoint.record:
            config: dict[str, Any] = checkpoint.record["config"]
            return config
    return None


def _whole_number(least: int, most: float = math.inf) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_image_shape(value: Any) -> bool:
    size = isinstance(value, list) and len(value) in (1, 3)
    return size and all(map(_whole_number(1), value))


def _is_start(value: Any) -> bool:
    if value is None:
        return True
    texts = isinstance(value, dict) and all(map(_is_text, value.values()))
    return texts and set(value) == {"path", "digest"}


_REQUIRED: dict[str, tuple[Check, str]] = {
    "backend": (_is_text, "a name"),
    "recipe": (lambda value: isinstance(value, dict), "an object"),
    "seed": (
        _whole_number(0, 2**32 - 1),
        "a whole number from 0 to 4294967295",
    ),
    "image_shape": (
        _is_image_shape,
        "three whole numbers [height, width, channels], or one of vectors",
    ),
    "source_shape": (
        lambda value: value is None or _is_image_shape(value),
        "three whole numbers [height, width, channels], or null",
    ),
    "num_classes": (
        lambda value: value is None or _whole_number(1)(value),
        "a whole number or null",
    ),
    "init": (_is_start, "null, or an object with `path` and `digest`"),
    "data": (lambda value: isinstance(value, dict), "an object"),
    "data.num_images": (_whole_number(1), "a whole number"),
    "data.class_names": (
        lambda value: value is None or _are_texts(value),
        "a list of names or null",
    ),
    "data.digest": (_is_text, "a text"),
}


def _check_keys(config: dict[str, Any]) -> None:
    for key, (fits, wanted) in _REQUIRED.items():
        place: Any = config
        for step in key.split("."):
            if step not in place:
                raise ValueError(f"`{key}` is missing. Expected {wanted}.")
            place = place[step]
        if not fits(place):
            raise ValueError(
                f"`{key}` must be {wanted}. Received: {_cut(place)}."
            )


def _recipe_of(values: dict[str, Any]) -> Recipe:
    """Returns the recipe in config.json, checked as `--set` checks values."""
    for each in fields(Recipe):
        optional = (each.default, each.default_factory) != (MISSING, MISSING)
        if each.name not in values and not optional:
            raise ValueError(f"`recipe.{each.name}` is missing.")
    for key in ("name", "system"):
        if not _is_text(values[key]):
            raise ValueError(
                f"`recipe.{key}` must be a text. Received: {_cut(values[key])}."
            )
    for component in COMPONENTS:
        _check_component(component, values.get(component))
    known = {"value_range": (-1.0, 1.0), **values}
    recipe = Recipe.from_dict(known)
    settings = {key: known[key] for key in known if key not in COMPONENTS}
    named = [
        (key, settings[key]) for key in settings if key not in _NOT_SETTINGS
    ]
    return recipes.override(recipe, [*named, *_component_settings(recipe)])


_NOT_SETTINGS = ("name", "system")


def _check_component(component: str, settings: Any) -> None:
    if settings is None and component not in ("networks", "model"):
        return
    several = component == "regularizer" and isinstance(settings, list)
    for each in settings if several and settings else [settings]:
        if not isinstance(each, dict) or not _is_text(each.get("name")):
            raise ValueError(
                f"`recipe.{component}` must be an object with a `name`. "
                f"Received: {_cut(settings)}."
            )


def _component_settings(recipe: Recipe) -> Iterator[tuple[str, Any]]:
    for component in COMPONENTS:
        several = settings_of(recipe, component)
        for settings in several:
            prefix = f"{component}."
            if len(several) > 1:
                prefix += f"{settings['name']}."
            for key, value in settings.items():
                if key != "name":
                    yield f"{prefix}{key}", value


def _require_same(config: dict[str, Any], kept: dict[str, Any]) -> None:
    """Raises an error if config.json differs from the copy in a checkpoint."""
    now, before = (_flattened(_in_full(each)) for each in (config, kept))
    for key in sorted({*now, *before} - _MAY_DIFFER):
        if now.get(key) != before.get(key):
            raise ValueError(
                f"`{key}` is {_cut(now.get(key))}, and the run was made "
                f"with {_cut(before.get(key))}."
            )


def _in_full(config: dict[str, Any]) -> dict[str, Any]:
    """Returns a configuration with what was no setting when it was written."""
    recipe = Recipe.from_dict(config["recipe"])
    return {**_WITHOUT, **config, "recipe": recipe.to_dict()}


_MAY_DIFFER = {
    *("keras_gan", "keras", "recipe.epochs", "recipe.system"),
    # The digest is compared with the data themselves, and they are found by it
    # where an earlier version did not note which clothes they were.
    *("data.digest", "recipe.clothes"),
}


def _flattened(value: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {prefix: value}
    flat: dict[str, Any] = {}
    for key, each in value.items():
        flat |= _flattened(each, f"{prefix}.{key}" if prefix else key)
    return flat


def _cut(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 80 else f"{text[:76]} ..."
