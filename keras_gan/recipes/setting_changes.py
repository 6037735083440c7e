"""Changing the settings of a recipe, for example `networks.filters=16`."""

import ast
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from keras_gan._checks import meant, received, shown
from keras_gan.models import ACGAN
from keras_gan.recipes import scheduled_settings
from keras_gan.recipes.components import (
    COMPONENTS,
    check_setting,
    default_settings,
    model_class,
    types_of_settings,
)
from keras_gan.recipes.recipe import (
    OWN_VALUES,
    Recipe,
    Settings,
    check_recipe,
    settings_of,
)

__all__ = ["override", "parse_change"]

_NEVER_CHANGED = ("name", "system")
_WORDS = {"true": True, "false": False, "none": None, "null": None}


def override(recipe: Recipe, changes: Iterable[tuple[str, Any]]) -> Recipe:
    """Returns the recipe with some values changed.

    Args:
        recipe: What to start from.
        changes: Pairs of a key and a value: a recipe's own, such as
            `("batch_size", 32)`; a setting of a component, such as
            `("networks.filters", 16)`; a schedule of a setting, such as
            `("regularizer.weight", {"name": "cosine", "start": 5.0, "end":
            0.5})`, or a part of it, `("regularizer.weight.end", 0.1)`; or a
            component by its name, with its defaults, such as
            `("loss", "hinge")`. Several penalties are
            `("regularizer", "r1,r2")`, and a setting of one of them
            `("regularizer.r1.weight", 2.0)`. With other networks or
            another model, `networks.conditioning` follows the model, unless
            it is given, too. Their order does not matter; of equal keys, the
            last counts.

    Raises:
        TypeError: If `recipe` is none, or `changes` are no pairs.
        ValueError: If a key is unknown, or a value of the wrong type.

    Example:
        >>> override(get("dcgan"), [("networks.filters", 16)])
    """
    check_recipe(recipe)
    changes = _outer_first(_pairs(changes))
    for key, value in changes:
        head, *rest = key.split(".")
        if head in COMPONENTS:
            change: _Change = _CHANGES.get(head, _component_with_setting)
            component: Any = change(recipe, head, rest, value)
            recipe = replace(recipe, **{head: component})
        else:
            recipe = _with_own_value(recipe, key, value)
    keys = {key.removesuffix(".name") for key, _ in changes}
    if keys & {"model", "networks"} and "networks.conditioning" not in keys:
        return _with_conditioning_for_the_model(recipe)
    return recipe


def _pairs(changes: Any) -> list[tuple[str, Any]]:
    try:
        pairs = list(changes)
    # A symbolic tensor raises `NotImplementedError`.
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


def _outer_first(changes: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Sorts changes: a component is chosen before its settings are changed.

    Else one that is chosen by its name would forget settings given before.
    One that is left out is left out at last.
    """
    chosen = {
        key.removesuffix(".name"): value
        for key, value in changes
        if key.removesuffix(".name") in COMPONENTS
    }

    def depth(change: tuple[str, Any]) -> float:
        key = change[0].removesuffix(".name")
        if key in chosen and chosen[key] is None:
            return math.inf
        return key.count(".")

    return sorted(changes, key=depth)


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
    # Brackets that are nested too deeply raise the last two.
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text


def _with_own_value(recipe: Recipe, key: str, value: Any) -> Recipe:
    if key not in OWN_VALUES:
        raise _unknown_key(
            key, [*OWN_VALUES, *(f"{component}.…" for component in COMPONENTS)]
        )
    changed = replace(recipe, **{key: value})
    if key != "value_range":
        return changed
    low, high = changed.value_range
    return replace(changed, value_range=(float(low), float(high)))


def _component_with_setting(
    recipe: Recipe, component: str, rest: list[str], value: Any
) -> dict[str, Any] | None:
    if rest in ([], ["name"]):
        return _component_by_name(component, value)
    current = next(iter(settings_of(recipe, component)), None)
    if current is None:
        raise ValueError(
            f"{recipe.name} leaves `{component}` at the default. Say which one "
            f"first, for example --set {component}=NAME. "
            f"Received: {'.'.join([component, *rest])}"
        )
    return _with_setting(component, component, current, rest, value)


def _with_setting(
    component: str,
    prefix: str,
    current: Settings,
    rest: list[str],
    value: Any,
) -> dict[str, Any]:
    """Changes one setting, or a part of one that is a schedule."""
    name = current["name"]
    known = default_settings(component, name)
    key, *inside = rest
    if key not in known:
        raise _unknown_key(
            ".".join([prefix, *rest]), [f"{prefix}.{k}" for k in known]
        )
    label = f"{prefix}.{key}"
    value = scheduled_settings.changed(
        label,
        current.get(key, known[key]),
        inside,
        value,
        types_of_settings(component, name)[key],
    )
    check_setting(component, name, key, value, label)
    return {**current, key: value}


def _component_by_name(component: str, value: Any) -> dict[str, Any] | None:
    if value is None and component not in ("networks", "model"):
        return None
    if not isinstance(value, str):
        raise ValueError(
            f"`{component}` is chosen by its name. {received(component, value)}"
        )
    # Raises if there is none of that name.
    default_settings(component, value)
    return {"name": value}


def _penalties_with_setting(
    recipe: Recipe, component: str, rest: list[str], value: Any
) -> Settings | tuple[Settings, ...] | None:
    """Changes one of several penalties, or chooses them by their names."""
    if rest in ([], ["name"]):
        return _penalties_by_name(component, value)
    current = settings_of(recipe, component)
    names = [each["name"] for each in current]
    full = ".".join([component, *rest])
    if len(rest) > 1 and rest[0] in names:
        which, inside = names.index(rest[0]), rest[1:]
        prefix = f"{component}.{rest[0]}"
    elif len(rest) > 1 and names and not _is_setting(current, rest[0]):
        raise ValueError(
            f"The penalties of {recipe.name} are {' and '.join(names)}. Others "
            f"are taken beside them by --set {component}="
            f"{','.join([*names, 'NAME'])}. Received: {shown(full)}"
        )
    elif len(names) > 1:
        raise ValueError(
            f"{recipe.name} has the penalties {' and '.join(names)}. Say whose "
            f"setting it is, for example {component}.{names[0]}.{rest[0]}. "
            f"Received: {shown(full)}"
        )
    else:
        return _component_with_setting(recipe, component, rest, value)
    changed = [*current]
    changed[which] = _with_setting(
        component, prefix, current[which], inside, value
    )
    return tuple(changed) if len(changed) > 1 else changed[0]


def _is_setting(penalties: Sequence[Settings], key: str) -> bool:
    """Whether one of the penalties has a setting of that name."""
    return any(
        key in default_settings("regularizer", each["name"])
        for each in penalties
    )


def _penalties_by_name(
    component: str, value: Any
) -> Settings | tuple[Settings, ...] | None:
    names = value
    if isinstance(value, str):
        names = [name.strip() for name in value.split(",")]
    if not isinstance(names, list | tuple) or len(names) < 2:
        one = names[0] if isinstance(names, list | tuple) and names else value
        return _component_by_name(component, one)
    if not all(isinstance(name, str) for name in names):
        raise ValueError(
            f"`{component}` is chosen by its name, or several names. "
            f"{received(component, value)}"
        )
    for name in names:
        default_settings(component, name)  # Raises if there is none.
    return tuple({"name": name} for name in names)


_Change = Callable[[Recipe, str, list[str], Any], Any]
_CHANGES: dict[str, _Change] = {"regularizer": _penalties_with_setting}


def _with_conditioning_for_the_model(recipe: Recipe) -> Recipe:
    """Makes the discriminator classify for ACGAN, and for no other model."""
    found = model_class(recipe.model["name"])
    should = found is not None and issubclass(found, ACGAN)
    does = recipe.networks.get("conditioning") == "auxiliary"
    if should == does or not recipe.conditional:
        return recipe
    networks = {**recipe.networks, "conditioning": "auxiliary"}
    if not should:
        del networks["conditioning"]
    return replace(recipe, networks=networks)


def _unknown_key(key: str, known: Sequence[str]) -> ValueError:
    inside = key.partition(".")[2]
    exact = [name.replace("…", inside) for name in known]
    return ValueError(
        f"There is nothing to set by that name. Known: {', '.join(known)}. "
        f"{meant(key, exact)}Received: {shown(key)}"
    )


_KEYS = {*OWN_VALUES, *COMPONENTS, *_NEVER_CHANGED}
assert {each.name for each in fields(Recipe)} == _KEYS
