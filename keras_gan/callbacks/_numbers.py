"""Checks of arguments that are numbers."""

import math
from numbers import Real
from typing import Any


def number_in(
    name: str, value: Any, low: float = 0.0, high: float = math.inf
) -> float:
    """Returns a finite number above `low` and at most `high` as a float.

    Raises:
        ValueError: If it is something else, with the argument's name.
    """
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not low < value <= high or math.isinf(value):
        end = "" if math.isinf(high) else f" and at most {high:g}"
        raise ValueError(
            f"`{name}` must be a number above {low:g}{end}. "
            f"Received: {name}={value!r}"
        )
    return float(value)
