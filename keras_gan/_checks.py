"""Checks of arguments: each returns the value in its plain form, or raises.

An error names the argument, says what was expected, and shows what came.
"""

import difflib
import math
import os
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LARGEST_INT32",
    "LARGEST_SEED",
    "activation",
    "channels_last",
    "choice",
    "file_path",
    "flag",
    "function",
    "initializer",
    "instance_of",
    "meant",
    "number_in",
    "received",
    "seed_or_none",
    "shape_of",
    "shown",
    "text",
    "uint8_pixels",
    "value_range_of",
    "whole_number",
    "whole_numbers",
]

LARGEST_SEED = 2**31 - 1
"""What the random generators of all three backends can start from."""

LARGEST_INT32 = 2**31 - 1
"""What the counters of steps hold, and numbers of classes."""

_LONGEST_NAME = 255
"""Bytes of a file's name, on nearly every file system."""

_SHOWN = 200
"""Characters of a received value that a message shows."""


def received(name: str, value: Any) -> str:
    """Returns how a message ends: what came, cut where it is long."""
    return f"Received: {name}={shown(value)}"


def shown(value: Any) -> str:
    """Returns a value as a message shows it, cut where it is long."""
    try:
        words = repr(value)
    except Exception:
        # Python refuses to print integers of more than 4300 digits, and a
        # class may have a `__repr__` that fails.
        words = f"a {type(value).__name__} that cannot be printed"
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}..."


def whole_number(
    name: str,
    value: Any,
    minimum: int,
    maximum: int | None = None,
    why: str = "",
) -> int:
    """Returns a whole number in a range as an int.

    Args:
        name: The argument, for the message.
        value: What was given: an integer of Python or NumPy, no bool.
        minimum: The smallest that is allowed.
        maximum: The largest, or None for no limit.
        why: The reason, as words that go on after the range.

    Raises:
        ValueError: If it is something else.
    """
    whole = isinstance(value, Integral) and not _is_bool(value)
    if whole and minimum <= value and (maximum is None or value <= maximum):
        return int(value)
    limit = "" if maximum is None else f" and at most {maximum}"
    raise ValueError(
        f"`{name}` must be a whole number of at least {minimum}{limit}{why}. "
        f"{received(name, value)}"
    )


def number_in(
    name: str,
    value: Any,
    interval: str = "(0, inf)",
    why: str = "",
) -> float:
    """Returns a finite number in an interval as a float.

    Args:
        name: The argument, for the message.
        value: What was given: a real number of Python or NumPy, no bool.
        interval: Two ends; a round bracket leaves its end out, a square one
            takes it in: "[0, 1)". "inf" is no limit.
        why: The reason, as words that go on after the range.

    Raises:
        ValueError: If it is something else.
    """
    number = _finite(value)
    low, high = (float(end) for end in interval[1:-1].split(","))
    above = number > low or (number == low and interval[0] == "[")
    below = number < high or (number == high and interval[-1] == "]")
    if above and below:
        return number
    raise ValueError(
        f"`{name}` must be a finite number{_limits(interval)}{why}. "
        f"{received(name, value)}"
    )


def seed_or_none(name: str, value: Any) -> int | None:
    """Returns a seed as an int, or None.

    Raises:
        ValueError: If it is neither, or does not fit all backends' generators.
    """
    return None if value is None else whole_number(name, value, 0, LARGEST_SEED)


def flag(name: str, value: Any) -> bool:
    """Returns True or False.

    Raises:
        ValueError: If it is something else: 0, "no" and None are easily meant
            in other ways.
    """
    if _is_bool(value):
        return bool(value)
    raise ValueError(f"`{name}` must be True or False. {received(name, value)}")


def choice(
    name: str, value: Any, choices: Sequence[str | None], why: str = ""
) -> Any:
    """Returns one of several names; None may be one of them.

    Raises:
        ValueError: If it is none of them.
    """
    if (value is None or isinstance(value, str)) and value in choices:
        return None if value is None else str(value)
    names = ", ".join(repr(each) for each in choices)
    raise ValueError(
        f"`{name}` must be one of {names}{why}. "
        f"{meant(value, choices)}{received(name, value)}"
    )


def meant(given: Any, names: Iterable[str | None]) -> str:
    """Asks whether the name that is most like a wrong one was meant.

    Args:
        given: What was given.
        names: Those that there are.

    Returns:
        A question with a blank after it, or "" where no name is like it.
    """
    if not isinstance(given, str):
        return ""
    near = difflib.get_close_matches(given, filter(None, names), 1, 0.75)
    return f"Did you mean {near[0]!r}? " if near else ""


def text(name: str, value: Any) -> str:
    """Returns a name of at least one character.

    Raises:
        ValueError: If it is something else.
    """
    if isinstance(value, str) and value:
        return str(value)
    raise ValueError(
        f"`{name}` must be a text that is not empty. {received(name, value)}"
    )


def file_path(name: str, value: Any) -> Path:
    """Returns the path of a file or folder, which need not exist.

    Raises:
        ValueError: If it is none, or an empty one.
    """
    if isinstance(value, str | os.PathLike):
        path = os.fspath(value)
        if isinstance(path, str) and path and "\0" not in path:
            parts = [os.fsencode(part) for part in Path(path).parts]
            if max(map(len, parts), default=0) <= _LONGEST_NAME:
                return Path(path)
    raise ValueError(
        f"`{name}` must be a path: a text that is not empty, or a "
        f"pathlib.Path, each name in it at most {_LONGEST_NAME} bytes long. "
        f"{received(name, value)}"
    )


def whole_numbers(
    name: str,
    value: Any,
    minimum: int,
    maximum: int | None = None,
    *,
    length: tuple[int, int],
    why: str = "",
) -> tuple[int, ...]:
    """Returns a sequence of whole numbers as a tuple.

    Args:
        name: The argument, for the message.
        value: What was given: a list, a tuple or a flat array.
        minimum: The smallest entry that is allowed.
        maximum: The largest one, or None for no limit.
        length: The fewest and the most entries.
        why: What they mean, as words that go on after the range.

    Raises:
        ValueError: If it is something else.
    """
    entries = _entries(value)
    fewest, most = length
    try:
        if entries is not None and fewest <= len(entries) <= most:
            return tuple(
                whole_number(name, each, minimum, maximum) for each in entries
            )
    except ValueError:
        pass  # Said below, of the whole sequence.
    count = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    limit = "" if maximum is None else f" and at most {maximum}"
    raise ValueError(
        f"`{name}` must be {count} whole numbers, each at least {minimum}"
        f"{limit}{why}. {received(name, value)}"
    )


def shape_of(
    name: str, value: Any, *, rank: int | None = None, largest: int = 2**26
) -> tuple[int, ...]:
    """Returns the shape of one sample, without the batch.

    Args:
        name: The argument, for the message.
        value: What was given.
        rank: 3 for (height, width, channels); None for any, also (d,).
        largest: The most values that one sample may have.

    Raises:
        ValueError: If it is no such shape, or one too large to compute with.
    """
    if rank is None:
        form, length = "", (1, 8)
    else:
        form, length = ": (height, width, channels)", (rank, rank)
    why = f"{form}; (28, 28, 1) is grey"
    shape = whole_numbers(name, value, 1, length=length, why=why)
    if math.prod(shape) > largest:
        raise ValueError(
            f"`{name}` must be of at most {largest} values in one sample. "
            f"{received(name, value)}"
        )
    return shape


def value_range_of(name: str, value: Any) -> tuple[float, float]:
    """Returns the floats that stand for black and white.

    Raises:
        ValueError: If it is not two finite numbers, the lower one first.
    """
    entries = _entries(value)
    if entries is not None and len(entries) == 2:
        low, high = (_finite(each) for each in entries)
        if low < high and math.isfinite(high - low):
            return low, high
    raise ValueError(
        f"`{name}` must be two finite numbers (low, high), low < high. "
        f"{received(name, value)}"
    )


def instance_of(
    name: str, value: Any, kinds: type | tuple[type, ...], words: str
) -> Any:
    """Returns an object of some class.

    Args:
        name: The argument, for the message.
        value: What was given.
        kinds: Its class, or several.
        words: What it must be, in words.

    Raises:
        TypeError: If it is something else.
    """
    if isinstance(value, kinds):
        return value
    raise TypeError(
        f"`{name}` must be {words}. {received(name, value)} of type "
        f"{type(value).__name__}"
    )


def function(name: str, value: Any, takes: str) -> Any:
    """Returns a function of the user's own.

    Args:
        name: The argument, for the message.
        value: What was given.
        takes: What it is called with, in words.

    Raises:
        TypeError: If it is something that cannot be called.
    """
    if callable(value):
        return value
    raise TypeError(
        f"`{name}` must be a function of ({takes}). {received(name, value)}"
    )


def activation(name: str, value: Any) -> Any:
    """Returns an activation unchanged: a name, a function or layer, or None.

    Raises:
        ValueError: If Keras does not know the name, or what was given does
            not make of numbers as many others.
    """
    import keras

    def get() -> Any:
        if value is not None and not isinstance(value, str):
            _require_shape(value(keras.ops.zeros((1, 2))), (1, 2))
        keras.activations.get(value)
        return value

    return _made(name, value, get, "a Keras activation, or the name of one")


def initializer(name: str, value: Any) -> Any:
    """Returns a Keras initializer, from a name, a config, or as it is.

    Raises:
        ValueError: If Keras does not know it.
    """
    import keras

    def get() -> Any:
        found = keras.initializers.get(value)
        if not (
            found is None or isinstance(found, keras.initializers.Initializer)
        ):
            # Two shapes: a tensor is taken for an initializer of its own.
            for shape in ((2, 3), (3, 2)):
                _require_shape(found(shape, dtype="float32"), shape)
        return found

    return _made(name, value, get, "a Keras initializer, or the name of one")


def uint8_pixels(images: Any) -> NDArray[np.uint8]:
    """Returns images unchanged if they are uint8, from whatever array type.

    Raises:
        TypeError: If they are not uint8.
    """
    dtype = getattr(images, "dtype", None)
    if dtype != np.uint8:
        raise TypeError(
            "`images` must be an array of uint8 pixels from 0 to 255; convert "
            "floats with `keras_gan.images.to_uint8(images, value_range)`. "
            f"Received: {type(images).__name__} of {dtype}"
        )
    pixels: NDArray[np.uint8] = images
    return pixels


def channels_last(who: str) -> None:
    """Refuses Keras' setting for images whose channels come first.

    Args:
        who: What works on images whose channels come last.

    Raises:
        ValueError: If Keras is set to the other format.
    """
    import keras

    if keras.config.image_data_format() == "channels_first":
        raise ValueError(
            f"{who} takes images whose channels come last, (n, H, W, C). "
            "Received: Keras is set to channels_first. Call "
            "keras.config.set_image_data_format('channels_last') first."
        )


def _made(name: str, value: Any, get: Callable[[], Any], words: str) -> Any:
    try:
        return get()
    except Exception as error:
        # Keras fails in many ways, few of which name the argument.
        raise ValueError(
            f"`{name}` must be {words}. {received(name, value)}"
        ) from error


def _require_shape(found: Any, shape: tuple[int, ...]) -> None:
    if tuple(found.shape) != shape:
        raise ValueError(f"the shape is {tuple(found.shape)}, not {shape}")


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool | np.bool_)


def _finite(value: Any) -> float:
    """Returns the number as a float; NaN where it is none or not finite."""
    if not isinstance(value, Real) or _is_bool(value):
        return math.nan
    try:
        number = float(value)
    except OverflowError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _limits(interval: str) -> str:
    low, high = (end.strip() for end in interval[1:-1].split(","))
    words = []
    if low != "-inf":
        words.append(
            f"{'of at least' if interval[0] == '[' else 'above'} {low}"
        )
    if high != "inf":
        words.append(f"{'at most' if interval[-1] == ']' else 'below'} {high}")
    return f" {' and '.join(words)}" if words else ""


def _entries(value: Any) -> list[Any] | None:
    """Returns the entries of a list, tuple or flat array; else None."""
    if isinstance(value, np.ndarray):
        return list(value) if value.ndim == 1 else None
    return list(value) if isinstance(value, list | tuple) else None
