"""A line that says what a result holds, and not its numbers."""

from dataclasses import fields
from typing import Any

import numpy as np

__all__ = ["ShortRepr"]


class ShortRepr:
    """A dataclass whose arrays are named by type and shape.

    A notebook shows what the last line of a cell returns; of arrays, that
    would be hundreds of lines.
    """

    def __repr__(self) -> str:
        values = (
            (each.name, getattr(self, each.name))
            for each in fields(self)  # type: ignore[arg-type]  # Of dataclasses.
        )
        held = ", ".join(
            f"{name}={_in_words(value)}"
            for name, value in values
            if value is not None
        )
        return f"{type(self).__name__}({held})"


def _in_words(value: Any) -> str:
    array = isinstance(value, np.ndarray)
    return f"<{value.dtype} {value.shape}>" if array else repr(value)
