"""Checking and converting the class numbers of images."""

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_labels"]

_ALWAYS_ALLOWED = 100_000
"""Class numbers below this are allowed for any number of images."""

_ABOVE_ALL_LABELS = 2**63
_HOW_TO_NUMBER = (
    "number them with `names, labels = numpy.unique(labels, "
    "return_inverse=True)`"
)


def as_labels(labels: Any, count: int) -> NDArray[np.int64]:
    """Converts class numbers (n,), (n, 1) or one-hot (n, k) to integers (n,).

    Args:
        labels: Whole numbers from 0 on, of any type, or bools. A one-hot row
            holds a single 1, else 0.
        count: Of images: there must be as many labels.

    Raises:
        ValueError: If the number of labels is another, or one of them is no
            class number, or so high that there would be more classes than
            images (100,000 classes are always possible).
    """
    given = _as_array(labels)
    shape = given.shape
    if len(shape) not in (1, 2) or shape[0] != count or 0 in shape:
        raise ValueError(
            f"`labels` must be one for each of the {count} images: (n,), "
            f"(n, 1) or one-hot (n, classes). Received: labels.shape={shape}"
        )
    values = _as_numbers(given)
    _refuse(~np.isfinite(values), given, "must be finite")
    if len(shape) == 2 and shape[1] > 1:
        return _from_one_hot(values)
    fractional = values % 1 != 0 if values.dtype.kind == "f" else False
    _refuse((values < 0) | fractional, given, "must be whole numbers from 0 on")
    most = max(_ALWAYS_ALLOWED, count)
    _refuse(
        values >= most,
        given,
        f"must be below {most} for {count} images, because there is a class "
        f"for each number up to the highest; {_HOW_TO_NUMBER}",
    )
    classes: NDArray[np.int64] = values.reshape(count).astype(np.int64)
    return classes


def _as_array(labels: Any) -> NDArray[Any]:
    if isinstance(labels, np.ma.MaskedArray):
        _refuse(np.ma.getmaskarray(labels), labels, "must not be masked")
        labels = labels.data
    try:
        return np.asarray(labels)
    except ValueError as error:
        raise ValueError(
            "`labels` must be an array (n,), (n, 1) or one-hot (n, classes). "
            f"Received: {type(labels).__name__} that is no array ({error})"
        ) from error


def _as_numbers(given: NDArray[Any]) -> NDArray[Any]:
    """Returns the same as whole or floating numbers of numpy."""
    if given.dtype == bool:
        return given.astype(np.uint8)
    rule = f"must be numbers; where they are names, {_HOW_TO_NUMBER}"
    if given.dtype != object:
        no_numbers = given.dtype.kind not in "iuf"
        _refuse(np.full(given.shape, no_numbers), given, rule)
        return given.astype(np.float64) if given.dtype.kind == "f" else given
    strange = [not _is_number(value) for value in given.ravel()]
    _refuse(np.array(strange), given, rule)
    # A whole number of Python may be too large for a float.
    inside = [max(min(value, _ABOVE_ALL_LABELS), -1) for value in given.ravel()]
    return np.array(inside, np.float64).reshape(given.shape)


def _is_number(value: Any) -> bool:
    # numpy counts durations among the whole numbers.
    return isinstance(value, numbers.Real | np.bool_) and not isinstance(
        value, np.timedelta64
    )


def _from_one_hot(rows: NDArray[Any]) -> NDArray[np.int64]:
    single = (rows == 1).sum(axis=1) == 1
    wrong = ~single | ((rows != 0).sum(axis=1) != 1)
    if wrong.any():
        first = int(wrong.argmax())
        row = np.array2string(rows[first], threshold=10)
        raise ValueError(
            "`labels` of shape (n, classes) must be one-hot: in each row a "
            "single 1, else 0. The class of the largest value is "
            f"`labels.argmax(axis=1)`. Received: labels[{first}]={row}"
        )
    classes: NDArray[np.int64] = rows.argmax(axis=1).astype(np.int64)
    return classes


def _refuse(wrong: NDArray[np.bool_], labels: Any, rule: str) -> None:
    """Raises an error that names the first wrong value, if there is any."""
    if not wrong.any():
        return
    position = np.unravel_index(int(np.argmax(wrong)), labels.shape)
    index = ", ".join(str(part) for part in position)
    value = labels[position]
    plain = value.item() if isinstance(value, np.generic) else value
    raise ValueError(
        f"`labels` {rule}. Received: labels[{index}]={_cut(repr(plain))}"
    )


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."
