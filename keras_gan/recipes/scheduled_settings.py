"""Settings that a recipe lets change from the start of a run to its end.

Where a component takes a number or a schedule, a recipe has a number, or says
which schedule: `{"name": "cosine", "start": 0.05, "end": 0.005}`. How many
updates that takes follows from the length of the run.
"""

import functools
import operator
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import keras

from keras_gan._checks import shown
from keras_gan.recipes.setting_types import Range, check_range, check_type
from keras_gan.schedules import Cosine, HalfLife

__all__ = ["Updates", "changed", "check", "made", "plain", "takes_schedule"]

_Schedule = keras.optimizers.schedules.LearningRateSchedule
_KEYS = {
    "cosine": ("start", "end", "hold"),
    "linear": ("start", "end"),
    "half_life": ("images",),
}
_OPTIONAL = ("hold",)
_OF_GENERATOR = (
    *("ema_decay", "l1_weight", "adversarial_weight"),
    *("cycle_weight", "identity_weight", "path_length_weight"),
)
"""Settings of a model that the updates of its generator are counted for."""
_HOLD = Range(0, 1, below=True)


class Updates(NamedTuple):
    """How many updates each player makes in a run; 0 where that is unknown."""

    discriminator: int = 0
    generator: int = 0

    def of(self, component: str, key: str) -> int:
        """Returns those that a setting is scheduled by."""
        of_generator = component == "g_opt" or key in _OF_GENERATOR
        return self.generator if of_generator else self.discriminator


def takes_schedule(hint: Any) -> bool:
    """Whether a setting of this type may be a schedule."""
    return _Schedule in get_args(hint)


def plain(hint: Any) -> Any:
    """Returns the type of a setting where it is no schedule."""
    if not takes_schedule(hint):
        return hint
    kinds = [k for k in get_args(hint) if k not in (_Schedule, HalfLife)]
    return functools.reduce(operator.or_, kinds)


def check(key: str, value: Any, hint: Any, allowed: Range) -> None:
    """Raises an error if a description of a schedule is wrong.

    Args:
        key: The setting, as it is written with `--set`.
        value: What describes the schedule.
        hint: The type of the setting.
        allowed: The range of its numbers.

    Raises:
        ValueError: If the setting takes none, the name or a key is unknown or
            missing, or a number is of the wrong type or out of range.
    """
    name = value.get("name")
    names = _names(hint)
    if not isinstance(name, str) or name not in names:
        raise ValueError(
            f'`{key}` must be a number, or a schedule whose "name" is one of '
            f"{', '.join(names)}. Received: {shown(value)}"
        )
    known = _KEYS[name]
    needed = [each for each in known if each not in _OPTIONAL]
    if not set(needed) <= set(value) - {"name"} <= set(known):
        raise ValueError(
            f"`{key}`: the schedule {name} takes {', '.join(known)}, and needs "
            f"{' and '.join(needed)}. Received: {shown(value)}"
        )
    for each in set(value) - {"name"}:
        place = f"{key}.{each}"
        if each == "images" and isinstance(value[each], Mapping):
            check(place, value[each], float | _Schedule, Range(0))
            continue
        check_type(place, value[each], float)
        ranges = {"hold": _HOLD, "images": Range(0)}
        check_range(place, value[each], ranges.get(each, allowed))


def _names(hint: Any) -> list[str]:
    """The schedules that a setting may have."""
    with_average = HalfLife in get_args(hint)
    return [name for name in _KEYS if name != "half_life" or with_average]


def made(value: Any, updates: int) -> Any:
    """Makes the schedule that a recipe describes.

    Args:
        value: A description, or a number, which is returned as it is.
        updates: How many it takes to the end; 0 keeps the number at the start.
    """
    if not isinstance(value, Mapping):
        return value
    if value["name"] == "half_life":
        images = made(value["images"], updates)
        return HalfLife(images)
    start, end = float(value["start"]), float(value["end"])
    if not updates:
        return start
    if value["name"] == "linear":
        return keras.optimizers.schedules.PolynomialDecay(start, updates, end)
    held = round(value.get("hold", 0.0) * updates)
    return Cosine(start, end, updates, hold=min(held, updates - 1))


def changed(
    key: str, current: Any, rest: Sequence[str], value: Any, hint: Any
) -> Any:
    """Returns a setting with a change of the schedule in it.

    Args:
        key: The setting, as it is written with `--set`.
        current: Its value before, or default.
        rest: The keys inside the description, such as `["end"]`; none for the
            setting itself.
        value: The new value. For the setting itself, the name of a schedule
            stands for one from the number that was there down to 0.
        hint: The type of the setting.

    Raises:
        ValueError: If there is no schedule to change.
    """
    if not rest:
        number = isinstance(current, int | float)
        named = isinstance(value, str) and value in _names(hint)
        if named and value != "half_life" and takes_schedule(hint) and number:
            return {"name": value, "start": current, "end": 0.0}
        return value
    if not isinstance(current, Mapping):
        raise ValueError(
            f"`{key}` has no schedule, so it has no {'.'.join(rest)}. Say "
            f"first which one, for example --set {key}=cosine. Received: "
            f"{shown(current)}"
        )
    first, *others = rest
    inner = changed(
        f"{key}.{first}",
        current.get(first),
        others,
        value,
        float | _Schedule if first == "images" else float,
    )
    return {**current, first: inner}
