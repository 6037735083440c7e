"""Vectors: data that are no images, such as the points of a plane."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Vectors", "as_vectors", "holds_vectors"]

Vectors = NDArray[np.float32]
"""Vectors, (n, d)."""


def holds_vectors(data: Any) -> bool:
    """Whether data are vectors: floats of shape (n, d)."""
    dtype = getattr(data, "dtype", None)
    is_floating = isinstance(dtype, np.dtype) and dtype.kind == "f"
    return is_floating and len(getattr(data, "shape", ())) == 2


def as_vectors(name: str, data: Any) -> Vectors:
    """Returns vectors as float32 (n, d).

    Args:
        name: The argument, for the message.
        data: Floats (n, d) of any precision.

    Raises:
        ValueError: If they are something else, there are none, or a value is
            not finite.
    """
    if not holds_vectors(data) or 0 in data.shape:
        kind = type(data).__name__
        if hasattr(data, "shape") and hasattr(data, "dtype"):
            kind = f"{data.dtype} of shape {data.shape}"
        raise ValueError(
            f"`{name}` must be vectors: floats of shape (n, d), and not empty. "
            f"Received: {kind}"
        )
    with np.errstate(over="ignore"):
        vectors: Vectors = np.asarray(data, np.float32)
    strange = int((~np.isfinite(vectors)).sum())
    if strange:
        raise ValueError(
            f"`{name}` must be finite in 32 bits. Received: {strange} NaN or "
            "infinite values"
        )
    return vectors
