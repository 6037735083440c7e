"""Names for the values that pass between the modules."""

from typing import Any, TypeAlias

Tensor: TypeAlias = Any
"""A tensor of the active backend, or a Keras variable."""
