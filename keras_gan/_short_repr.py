"""A line that says what an object holds, and not its numbers."""

import reprlib
from dataclasses import fields
from typing import Any

__all__ = ["ShortRepr"]


class ShortRepr:
    """A dataclass whose arrays are named by type and shape.

    Of a long tuple, the first entries are shown. A notebook shows what the last
    line of a cell returns; of arrays, that would be hundreds of lines.
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
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"<{value.dtype} {tuple(value.shape)}>"
    return reprlib.repr(value) if isinstance(value, tuple) else repr(value)
