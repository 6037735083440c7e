"""Where commands write what they make: nothing that exists is replaced."""

import itertools
import os
from pathlib import Path

from keras_gan._printable import printable
from keras_gan.cli.errors import UsageError

__all__ = ["check_new", "unused"]


def check_new(flag: str, *paths: Path) -> None:
    """Refuses what can't be written, or is there, before anything is computed.

    Args:
        flag: The option that names it, such as `"--out"`.
        *paths: What would be written.

    Raises:
        UsageError: If one of them exists, or its folder can be neither made
            nor written to.
    """
    for path in paths:
        if path.exists():
            raise UsageError(
                f"{printable(path)} exists, and nothing is overwritten. "
                f"Choose another {flag}, or remove it."
            )
        above = next(each for each in path.absolute().parents if each.exists())
        if not above.is_dir():
            raise UsageError(
                f"{printable(path)} can't be written: {printable(above)} is no "
                f"folder. Choose another {flag}."
            )
        if not os.access(above, os.W_OK):
            raise UsageError(
                f"{printable(path)} can't be written: you have no permission "
                f"to write to {printable(above)}. Choose another {flag}."
            )


def unused(model: Path, *names: str) -> Path:
    """Returns where results go that were given no name: nothing is replaced.

    Args:
        model: A run's folder, whose results go there, or a `.keras` file or a
            preset, whose results go beside it.
        *names: Those of the files, the first of which is returned; "-2" and so
            on is added to all where one of them exists.
    """
    folder = model if model.is_dir() else model.parent
    for number in itertools.count(1):
        added = "" if number == 1 else f"-{number}"
        paths = [
            folder / f"{Path(each).stem}{added}{Path(each).suffix}"
            for each in names
        ]
        if not any(path.exists() for path in paths):
            return paths[0]
    raise AssertionError
