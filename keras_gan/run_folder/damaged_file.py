"""The error of a file that is not what was written."""

from pathlib import Path
from typing import Any

__all__ = ["DamagedFileError"]


class DamagedFileError(ValueError):
    """A file exists, but its content is not what was written."""

    def __init__(self, path: Path, reason: Any) -> None:
        said = " ".join(str(reason).split())[:200] or type(reason).__name__
        super().__init__(f"{path} is damaged: {said}")
        self.path = path
