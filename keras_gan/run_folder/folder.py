"""The folder of a training run, and the names of the files in it."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from keras_gan._atomic_write import write_json
from keras_gan.run_folder.damaged_file import DamagedFileError
from keras_gan.run_folder.lock import FolderInUseError, locked

__all__ = ["RunFolder"]

_SNAPSHOT = re.compile(r"epoch-(\d+)\.png")
_FILE_NAMES = (
    r"config\.json|metrics\.csv|(model|best)\.keras|losses\.png|progress\.gif|"
    r"report\.html|real\.png|epoch-\d+\.(png|weights\.h5)"
)
# Earlier versions wrote the report under the last of these names first.
_LEFTOVER = re.compile(rf"\.\d+-({_FILE_NAMES})|report\.html\.part")
_MOST_BYTES = 16 * 2**20
"""The largest configuration: it has some hundred thousand class names."""


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run.

    ```text
    config.json   the resolved recipe, seed, data and versions
    metrics.csv   a row for each epoch
    images/       grids of epochs, from the same latents; real.png beside
    progress.gif  the grids as an animation
    losses.png    the curves of both players
    report.html   all of this on one page
    tensorboard/  event files
    model.keras   the GAN at the end
    best.keras    the GAN at its best epoch
    backup/       the checkpoints that `--resume` continues from
    ```

    Args:
        path: The folder.
    """

    path: Path

    config = property(lambda self: self.path / "config.json")
    metrics = property(lambda self: self.path / "metrics.csv")
    images = property(lambda self: self.path / "images")
    real = property(lambda self: self.path / "images" / "real.png")
    progress = property(lambda self: self.path / "progress.gif")
    losses = property(lambda self: self.path / "losses.png")
    tensorboard = property(lambda self: self.path / "tensorboard")
    model = property(lambda self: self.path / "model.keras")
    best = property(lambda self: self.path / "best.keras")
    backup = property(lambda self: self.path / "backup")
    report = property(lambda self: self.path / "report.html")

    @classmethod
    def unused(cls, recipe: str, parent: Path) -> Self:
        """Returns a folder that does not exist yet: `<recipe>-<date>`."""
        date = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        path = parent / f"{recipe}-{date}"
        count = 1
        while path.exists():
            count += 1
            path = parent / f"{recipe}-{date}-{count}"
        return cls(path)

    @classmethod
    def made(cls, recipe: str, parent: Path) -> Self:
        """Makes a new folder, also if other processes do so at the same time.

        Raises:
            OSError: If it can't be made.
        """
        parent.mkdir(parents=True, exist_ok=True)
        while True:
            folder = cls.unused(recipe, parent)
            with suppress(FileExistsError):
                folder.path.mkdir()
                return folder

    @classmethod
    def newest(cls, recipe: str | None, parent: Path) -> Self | None:
        """Returns the run that was started last, of one recipe or of any."""
        runs = [
            (config.stat().st_mtime_ns, config.parent)
            for config in parent.glob("*/config.json")
            if recipe in (None, _recipe_name(config))
        ]
        return cls(max(runs)[1]) if runs else None

    @property
    def occupied(self) -> bool:
        """Whether there is a file, or a folder that holds more than a lock."""
        if not self.path.exists():
            return False
        return not self.path.is_dir() or any(
            path.name != ".lock" for path in self.path.iterdir()
        )

    @property
    def started(self) -> bool:
        """Whether the folder holds a run, which has a configuration."""
        return bool(self.config.is_file())

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Makes the folder, and locks it for this process.

        If the folder was made here and no run was started, it is removed at
        the end.

        Raises:
            FolderInUseError: If another process trains, or has trained, in it.
            OSError: If it can't be written.
        """
        made = not self.path.exists()
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with locked(self.path):
                if self.started:
                    raise FolderInUseError(
                        f"Another process has started a run in {self.path} "
                        "meanwhile. Choose another --out."
                    )
                yield
        finally:
            if made and not self.started:
                with suppress(OSError):
                    self.backup.rmdir()
                with suppress(OSError):
                    self.path.rmdir()

    @property
    def size(self) -> int:
        """The bytes of all files in it. One with two names counts once."""
        found = (path.stat() for path in self.path.rglob("*") if path.is_file())
        return sum({each.st_ino: each.st_size for each in found}.values())

    def create(self, config: dict[str, Any]) -> None:
        """Makes the folder, and writes its configuration.

        Raises:
            OSError: If it can't be written.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self.backup.mkdir(exist_ok=True)
        write_json(self.config, config)

    def read_config(self) -> dict[str, Any]:
        """Returns the configuration.

        Raises:
            ValueError: If this is not the folder of a run, or the
                configuration is no JSON object.
            OSError: If it can't be read.
        """
        if not self.started:
            raise ValueError(
                f"{self.path} is not the folder of a run: it has no "
                "config.json."
            )
        return _read_json_object(self.config)

    def forget_after(self, epoch: int) -> None:
        """Removes files of epochs that will be done again after a kill.

        Args:
            epoch: The number of epochs that are done.
        """
        for path in [*_files_in(self.path), *_files_in(self.backup)]:
            if _LEFTOVER.fullmatch(path.name):
                path.unlink()
        for path in _files_in(self.images):
            found = _SNAPSHOT.fullmatch(path.name)
            undone = found is not None and int(found[1]) > epoch
            if undone or _LEFTOVER.fullmatch(path.name):
                path.unlink()


def _files_in(folder: Path) -> Iterable[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.is_file()]


def _read_json_object(path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise DamagedFileError(path, f"it has {size:,} bytes")
    content = path.read_bytes()
    try:
        values = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedFileError(path, f"no JSON can be read: {error}") from error
    if not isinstance(values, dict):
        raise DamagedFileError(path, "it holds no JSON object")
    return values


def _recipe_name(config: Path) -> str | None:
    try:
        return str(_read_json_object(config)["recipe"]["name"])
    except (ValueError, TypeError, KeyError, OSError):
        return None
