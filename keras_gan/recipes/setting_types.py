"""Checks that a setting has the declared type and is in the allowed range."""

import math
from collections.abc import Sequence
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

from keras_gan._checks import LARGEST_INT32, shown

__all__ = [
    "Range",
    "as_declared",
    "check_range",
    "check_type",
    "check_value_range",
    "has_type",
    "type_name",
]

_LARGEST_FLOAT = 3.4e38
"""The backends calculate with 32 bits."""

ANY_VALUE = bool | float | str | None
"""The type of a setting that declares none."""


class Range(NamedTuple):
    """The range of numbers that a setting allows."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    """Whether `low` itself is too low."""
    below: bool = False
    """Whether `high` itself is too high."""

    def holds(self, number: float) -> bool:
        """Whether a number is in the range."""
        low = number > self.low if self.above else number >= self.low
        high = number < self.high if self.below else number <= self.high
        return low and high

    def __str__(self) -> str:
        """Says the range in words."""
        low = f"{'above' if self.above else 'at least'} {self.low:g}"
        high = f"{'below' if self.below else 'at most'} {self.high:g}"
        if math.isinf(self.high):
            return low
        return high if math.isinf(self.low) else f"{low} and {high}"


def check_type(key: str, value: Any, hint: Any) -> None:
    """Raises an error if a value is not of the declared type.

    Args:
        key: The setting, as it is written with `--set`.
        value: A number, text, bool, None, or a list of these.
        hint: A type, union, or `Sequence` of one. `Any` allows each of those
            but the list.

    Raises:
        ValueError: If the value is of another type, or a number that is not
            finite or too large for a backend.
    """
    if not has_type(value, hint):
        raise ValueError(
            f"`{key}` must be of type {type_name(hint)}. "
            f"Received: {shown(value)} ({type(value).__name__})"
        )
    for number in value if isinstance(value, (list, tuple)) else [value]:
        if not isinstance(number, (int, float)):
            continue
        most = LARGEST_INT32 if _is_whole_number(hint) else _LARGEST_FLOAT
        if not -most <= number <= most:
            raise ValueError(
                f"`{key}` must be finite, and at most {most:,}. "
                f"Received: {shown(value)}"
            )


def check_range(key: str, value: Any, allowed: Range) -> None:
    """Raises an error if a number is out of range. Other values pass.

    Raises:
        ValueError: With the key, the range and the value.
    """
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and not allowed.holds(value):
        raise ValueError(f"`{key}` must be {allowed}. Received: {shown(value)}")


def check_value_range(key: str, value: Any) -> None:
    """Raises an error unless the value is a pair of numbers, the lower first.

    Raises:
        ValueError: With the key and the value.
    """
    pair = has_type(value, Sequence[float]) and len(value) == 2
    if not pair:
        raise ValueError(
            f"`{key}` must be two numbers, for example [-1, 1]. "
            f"Received: {shown(value)}"
        )
    check_type(key, value, Sequence[float])
    low, high = value
    if low >= high:
        raise ValueError(
            f"`{key}` must be two numbers, the one that stands for black "
            f"below that for white. Received: {shown(list(value))}"
        )


def as_declared(value: Any, hint: Any) -> Any:
    """Returns a whole number as a float if the declared type is float.

    JAX would take a large one for an integer of 32 bits.
    """
    number = isinstance(value, int) and not isinstance(value, bool)
    names = _type_names(ANY_VALUE if hint is Any else hint)
    as_float = "float" in names and "int" not in names
    return float(value) if number and as_float else value


def has_type(value: Any, hint: Any) -> bool:
    """Whether a value has a type. A whole number is a float, too."""
    origin = get_origin(hint)
    if hint is Any:
        return has_type(value, ANY_VALUE)
    if origin in (Union, UnionType):
        return any(has_type(value, option) for option in get_args(hint))
    if isinstance(origin, type) and issubclass(origin, Sequence):
        kind = get_args(hint)[0]
        listed = isinstance(value, (list, tuple))
        return listed and all(has_type(each, kind) for each in value)
    if hint is None or hint is type(None):
        return value is None
    if isinstance(value, bool):
        return hint is bool
    if hint is float:
        return isinstance(value, (int, float))
    return isinstance(hint, type) and isinstance(value, hint)


def type_name(hint: Any) -> str:
    """Returns a type as words for an error: `float or none`."""
    return " or ".join(sorted(_type_names(ANY_VALUE if hint is Any else hint)))


def _type_names(hint: Any) -> set[str]:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return {name for each in get_args(hint) for name in _type_names(each)}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return {f"list of {type_name(get_args(hint)[0])}"}
    if hint is None or hint is type(None):
        return {"none"}
    return {hint.__name__}


def _is_whole_number(hint: Any) -> bool:
    return "int" in type_name(hint) and "float" not in type_name(hint)
