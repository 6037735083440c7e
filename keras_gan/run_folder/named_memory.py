"""A file in memory that Keras takes for a path."""

import io

__all__ = ["NamedMemory"]


class NamedMemory(io.BytesIO):
    """A file in memory that Keras saves into.

    Keras takes a file object for a path, and reads the format off the end of
    its name. HDF5 brings the process down where it can't write a file to its
    end; memory it can always write, and Python writes the disk.

    Args:
        name: With the ending that names the format.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __str__(self) -> str:
        """Returns the name."""
        return self._name
