"""Classes by their names, where a model knows them."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan._checks import received

_KEY = "class_names"


def checked_names(names: Any, count: int | None) -> tuple[str, ...] | None:
    """Returns the names of all classes as a tuple, or None.

    Raises:
        ValueError: If they are no different texts, one for each class.
    """
    if names is None:
        return None
    listed = isinstance(names, (list, tuple, np.ndarray))
    texts = listed and all(isinstance(each, str) for each in names)
    if not texts or len(names) != count or len(set(names)) < len(names):
        expected = "no classes" if count is None else f"{count} different texts"
        raise ValueError(
            "`class_names` must name each class in the order of its number: "
            f"{expected}. {received('class_names', names)}"
        )
    return tuple(map(str, names))


def as_numbers(labels: Any, names: Sequence[str] | None) -> Any:
    """Returns names of classes as their numbers, and all else as it is.

    Raises:
        ValueError: If the names are not known.
    """
    if not are_names(labels):
        if holds_names(labels):
            raise ValueError(
                "`labels` must be a list of names, such as ['Coat', 'Bag'], or "
                "of numbers, and not of both. "
                f"{received('labels', labels)}"
            )
        return labels
    wanted = [str(each) for each in labels]
    if names is None:
        raise ValueError(
            "`labels` are names, and the model does not know those of its "
            "classes. Tell it once, in the order of the classes' numbers: "
            f"gan.class_names = [...]. {received('labels', labels)}"
        )
    unknown = [each for each in wanted if each not in names]
    if unknown:
        raise ValueError(
            f"`labels` must be among the model's class_names, {list(names)}. "
            f"{received('labels', unknown)}"
        )
    return np.array([names.index(each) for each in wanted], "int32")


def are_names(labels: Any) -> bool:
    """Returns whether labels are texts, one for each image, not numbers."""
    if isinstance(labels, np.ndarray):
        return (
            labels.ndim == 1
            and labels.dtype.kind in "UO"
            and bool(all(isinstance(each, str) for each in labels))
        )
    return (
        isinstance(labels, (list, tuple))
        and len(labels) > 0
        and all(isinstance(each, str) for each in labels)
    )


def holds_names(labels: Any) -> bool:
    """Returns whether labels are a text, or some of them are."""
    several = isinstance(labels, (list, tuple))
    each = labels if several else [labels]
    return are_names(labels) or any(isinstance(one, str) for one in each)


def save(names: Sequence[str] | None, store: dict[str, Any]) -> None:
    """Puts names into a store, where there are any."""
    if names is not None:
        store[_KEY] = np.frombuffer(json.dumps(names).encode(), "uint8")


def load(store: Any) -> tuple[str, ...] | None:
    """Returns the names that a store has, if it has any."""
    if _KEY not in list(store.keys()):
        return None
    return tuple(json.loads(bytes(np.array(store[_KEY])).decode()))
