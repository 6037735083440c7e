"""What the modules that read and write a run's files share."""

import io
from pathlib import Path
from typing import Any

__all__ = ["DamagedFileError", "NamedMemory"]


class DamagedFileError(ValueError):
    """A file that is there, and is not what was written."""

    def __init__(self, path: Path, reason: Any) -> None:
        said = " ".join(str(reason).split())[:200] or type(reason).__name__
        super().__init__(f"{path} is damaged: {said}")
        self.path = path


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
