"""A file in memory that Keras takes for a path."""

import io

__all__ = ["NamedMemory"]


class NamedMemory(io.BytesIO):
    """A file in memory that Keras saves into.

    Keras accepts a file object in place of a path, and takes the format from
    the ending of its name. On a full disk, HDF5 ends the process. So HDF5
    writes to memory, and Python writes the disk.

    Args:
        name: A file name, whose ending names the format.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __str__(self) -> str:
        """Returns the name."""
        return self._name
