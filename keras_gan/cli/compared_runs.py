"""Reading the runs that are compared, and saying what is wrong with them."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_gan.cli import run_config
from keras_gan.cli.errors import UsageError, in_one_line
from keras_gan.recipes import Recipe
from keras_gan.run_folder import Row, RunFolder, read_metrics

__all__ = ["ComparedRun", "read_runs"]

Settings = dict[str, Any]

_NOT_SETTINGS = ("name", "system", "data")
"""Of a recipe: its name and data are said otherwise, its system in words."""


@dataclass(frozen=True)
class ComparedRun:
    """What is compared of one run.

    Args:
        path: Its folder.
        config: What config.json says.
        recipe: The recipe in it.
        rows: The epochs that are done, at least one.
    """

    path: Path
    config: dict[str, Any]
    recipe: Recipe
    rows: list[Row]

    @property
    def name(self) -> str:
        """The folder, as the user named it."""
        return str(self.path)

    @property
    def seed(self) -> int:
        """The seed of weights, latents and the order of the images."""
        return int(self.config["seed"])

    @property
    def digest(self) -> str:
        """What its images are, whatever their name and place."""
        return str(self.config["data"]["digest"])

    @property
    def epochs(self) -> int:
        """How many epochs are done."""
        return int(self.rows[-1]["epoch"])

    @property
    def planned(self) -> int:
        """How many epochs it was to have."""
        planned = self.recipe.planned(self.config["data"]["num_images"])
        return planned.epochs or 0

    @property
    def epoch_images(self) -> int:
        """How many images an epoch of it has."""
        batches = self.recipe.batches_of(self.config["data"]["num_images"])
        return batches * self.recipe.batch_size

    def settings(self) -> Settings:
        """Returns what it was made with, by names as in `--set`.

        The seed, the data and the versions of packages are not among them.
        """
        found: Settings = {"recipe": self.recipe.name}
        for key, value in self.recipe.to_dict().items():
            if key not in _NOT_SETTINGS:
                _add(found, key, value)
        found["data.num_images"] = self.config["data"]["num_images"]
        for key in ("init", "image_shape", "num_classes", "backend"):
            _add(found, key, self.config[key])
        return found


def read_runs(paths: Iterable[Path]) -> tuple[list[ComparedRun], list[str]]:
    """Reads runs.

    Args:
        paths: Folders of runs, or folders that hold some.

    Returns:
        The runs that can be compared, each once, and a sentence for each that
        cannot.

    Raises:
        UsageError: If none can.
    """
    runs, notes = [], []
    for folder in _folders(paths):
        try:
            runs.append(_read(folder))
        except (UsageError, ValueError, OSError) as error:
            notes.append(f"Left out: {folder.path}: {in_one_line(error)}")
    if not runs:
        reasons = " ".join(notes) or "The folders are empty."
        raise UsageError(f"There is no run to compare. {reasons}")
    return runs, notes


def _folders(paths: Iterable[Path]) -> list[RunFolder]:
    """Returns the runs' folders, each once."""
    found: dict[Path, RunFolder] = {}
    for path in paths:
        for each in _runs_in(path):
            found.setdefault(each.resolve(), RunFolder(each))
    return list(found.values())


def _runs_in(path: Path) -> Sequence[Path]:
    if not path.is_dir() or run_config.exists(RunFolder(path)):
        return [path]
    inside = sorted(each for each in path.iterdir() if each.is_dir())
    runs = [each for each in inside if run_config.exists(RunFolder(each))]
    return runs or [path]


def _read(folder: RunFolder) -> ComparedRun:
    if not folder.path.is_dir():
        raise UsageError("There is no such folder.")
    if not run_config.exists(folder):
        raise UsageError("It is not the folder of a run: no config.json.")
    with warnings.catch_warnings():
        # That a copy of config.json is taken changes nothing here.
        warnings.simplefilter("ignore")
        config, recipe = run_config.read(folder)
    rows = read_metrics(folder.metrics)
    if not rows:
        raise UsageError("No epoch is complete yet.")
    return ComparedRun(folder.path, config, recipe, rows)


def _add(settings: Settings, key: str, value: Any) -> None:
    """Adds a setting; a component by its name and its own settings."""
    if not isinstance(value, dict):
        settings[key] = value
        return
    settings[key] = value.get("name", value.get("digest"))
    for inner, each in value.items():
        if inner not in ("name", "digest", "path"):
            _add(settings, f"{key}.{inner}", each)
