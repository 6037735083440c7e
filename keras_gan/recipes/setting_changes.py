"""Changes to a recipe that a user asks for: `networks.filters=16`."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from keras_gan._checks import received, shown
from keras_gan.recipes.components import (
    COMPONENTS,
    check_setting,
    default_settings,
)
from keras_gan.recipes.recipe import OWN_VALUES, Recipe, check_recipe

__all__ = ["override", "parse_change"]

_NEVER_CHANGED = ("name", "system")
_WORDS = {"true": True, "false": False, "none": None, "null": None}


def override(recipe: Recipe, changes: Iterable[tuple[str, Any]]) -> Recipe:
    """Returns the recipe with some values changed.

    Args:
        recipe: What to start from.
        changes: Pairs of a key and a value: a recipe's own, such as
            `("batch_size", 32)`; a setting of a part, such as
            `("networks.filters", 16)`; or a part by its name, with its
            defaults, such as `("loss", "hinge")`. With other networks or
            another model, `networks.conditioning` follows the model, unless
            it is given, too.

    Raises:
        TypeError: If `recipe` is none, or `changes` are no pairs.
        ValueError: If a key is unknown, or a value of the wrong type.

    Example:
        >>> override(get("dcgan"), [("networks.filters", 16)])
    """
    check_recipe(recipe)
    changes = _pairs(changes)
    for key, value in changes:
        head, *rest = key.split(".")
        if head in COMPONENTS:
            part: Any = _component_with_setting(recipe, head, rest, value)
            recipe = replace(recipe, **{head: part})
        else:
            recipe = _with_own_value(recipe, key, value)
    keys = {key.removesuffix(".name") for key, _ in changes}
    if keys & {"model", "networks"} and "networks.conditioning" not in keys:
        return _with_conditioning_for_the_model(recipe)
    return recipe


def _pairs(changes: Any) -> list[tuple[str, Any]]:
    try:
        pairs = list(changes)
    # The latter is what a symbolic tensor says.
    except (TypeError, NotImplementedError):
        pairs = [None]
    if isinstance(changes, str | bytes | Mapping) or not all(
        isinstance(pair, tuple | list)
        and len(pair) == 2
        and isinstance(pair[0], str)
        for pair in pairs
    ):
        raise TypeError(
            "`changes` must be pairs of a key and a value, such as "
            f'[("batch_size", 32)]. {received("changes", changes)}'
        )
    return [(key, value) for key, value in pairs]


def parse_change(text: str) -> tuple[str, Any]:
    """Reads `key=value`: numbers, true, false, none, lists; else a string.

    Raises:
        ValueError: If there is no `=`.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ValueError(
            "A change is written key=value, for example networks.filters=16. "
            f"Received: {text!r}"
        )
    return key.strip(), _parsed_value(value.strip())


def _parsed_value(text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    # The last two come of brackets in brackets without end.
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text


def _with_own_value(recipe: Recipe, key: str, value: Any) -> Recipe:
    if key not in OWN_VALUES:
        raise _unknown_key(
            key, [*OWN_VALUES, *(f"{part}.…" for part in COMPONENTS)]
        )
    changed = replace(recipe, **{key: value})
    if key != "value_range":
        return changed
    low, high = changed.value_range
    return replace(changed, value_range=(float(low), float(high)))


def _component_with_setting(
    recipe: Recipe, part: str, rest: list[str], value: Any
) -> dict[str, Any] | None:
    current: Mapping[str, Any] | None = getattr(recipe, part)
    if rest in ([], ["name"]):
        return _component_by_name(part, value)
    if current is None:
        raise ValueError(
            f"{recipe.name} leaves `{part}` at the default. Say which one "
            f"first, for example --set {part}=NAME. "
            f"Received: {'.'.join([part, *rest])}"
        )
    known = default_settings(part, current["name"])
    key = ".".join(rest)
    if key not in known:
        raise _unknown_key(f"{part}.{key}", [f"{part}.{k}" for k in known])
    check_setting(part, current["name"], key, value)
    return {**current, key: value}


def _component_by_name(part: str, value: Any) -> dict[str, Any] | None:
    if value is None and part not in ("networks", "model"):
        return None
    if not isinstance(value, str):
        raise ValueError(
            f"`{part}` is chosen by its name. {received(part, value)}"
        )
    default_settings(part, value)  # Raises where there is none of that name.
    return {"name": value}


def _with_conditioning_for_the_model(recipe: Recipe) -> Recipe:
    """Lets the discriminator name the class for ACGAN, and for no other."""
    names = recipe.model["name"] == "ACGAN"
    does = recipe.networks.get("conditioning") == "auxiliary"
    if names == does or not recipe.conditional:
        return recipe
    networks = {**recipe.networks, "conditioning": "auxiliary"}
    if not names:
        del networks["conditioning"]
    return replace(recipe, networks=networks)


def _unknown_key(key: str, known: Iterable[str]) -> ValueError:
    return ValueError(
        f"There is nothing to set by that name. Known: {', '.join(known)}. "
        f"Received: {shown(key)}"
    )


_KEYS = {*OWN_VALUES, *COMPONENTS, *_NEVER_CHANGED}
assert {each.name for each in fields(Recipe)} == _KEYS
