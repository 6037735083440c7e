"""Resolving the arguments of `train`: what exactly will run, and where."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import keras

from keras_gan import datasets, recipes
from keras_gan._checks import meant
from keras_gan._version import __version__
from keras_gan.cli import run_config
from keras_gan.cli.console import quoted
from keras_gan.cli.decoding_options import decoding_in_words, decoding_of
from keras_gan.cli.errors import UsageError
from keras_gan.cli.starting import Start, recipe_of
from keras_gan.datasets import Decoding, Unpaired
from keras_gan.datasets.fingerprint import fingerprint, matches
from keras_gan.datasets.listing import DifferentSizesError
from keras_gan.datasets.pair_loading import clothes_at_hand
from keras_gan.recipes import Recipe
from keras_gan.recipes.setting_changes import parse_change
from keras_gan.recipes.tasks import Data, Shapes, Task, task_of
from keras_gan.recipes.tasks.measuring import with_measurement
from keras_gan.run_folder import RunFolder

__all__ = ["Plan", "claimed", "folder_of", "plan"]

RUNS = Path("runs")
DEFAULT_RECIPE = "quick"
RECIPE_OF = {
    "ring": "ring",
    "grid": "grid",
    "stacked_mnist": "stacked-mnist",
    "outlines": "pix2pix",
    "small_clothes": "super-resolution",
    "sneakers_to_boots": "cyclegan",
}
"""The recipes of data that are no single images, where none is named."""
_NAMES = (*datasets.NAMES, *datasets.PAIR_NAMES, *datasets.UNPAIRED_NAMES)
EMBEDDED_DATA = "fashion_mnist_sample"


@dataclass(frozen=True)
class Plan:
    """Everything that decides a run.

    Args:
        recipe: The recipe, with data set and epochs chosen.
        seed: Seed of everything random.
        source: The real images, pairs of them, or two sides.
        folder: Where the run is, or will be.
        resumed: Whether the folder holds a run to continue.
        start: What the first weights are copied from, or None.
        notes: What the user should know about the choices that were made.
        decoding: How images that are not in memory are decoded, in words.
    """

    recipe: Recipe
    seed: int
    source: Data
    folder: RunFolder
    resumed: bool
    start: Start | None = None
    notes: tuple[str, ...] = ()
    decoding: str | None = None

    @cached_property
    def task(self) -> Task:
        """What the model learns."""
        return task_of(self.recipe)

    @property
    def shapes(self) -> Shapes:
        """What the networks are made for."""
        return self.task.shapes(self.source)

    @property
    def num_classes(self) -> int | None:
        """The number of classes of a conditional recipe, else None."""
        if isinstance(self.source, Unpaired) or not self.recipe.conditional:
            return None
        return self.source.num_classes

    def config(self) -> dict[str, Any]:
        """Returns the content of config.json."""
        image, source = self.shapes
        return {
            "keras_gan": __version__,
            "keras": keras.version(),
            "backend": keras.backend.backend(),
            "recipe": self.recipe.to_dict(),
            "seed": self.seed,
            "image_shape": list(image),
            "source_shape": source and list(source),
            "num_classes": self.num_classes,
            "init": None if self.start is None else self.start.config(),
            "data": {
                "name": self.source.name,
                "origin": self.source.origin,
                "split": self.source.split,
                "num_images": len(self.source),
                "class_names": self.source.class_names,
                "digest": fingerprint(self.source),
                "measured": self.task.measured_in_words(self.source),
            },
        }


def folder_of(arguments: Any) -> RunFolder:
    """Returns the run's folder that the arguments of `train` name.

    Raises:
        UsageError: If there is no run to resume.
    """
    if arguments.out is not None:
        return RunFolder(Path(arguments.out))
    if not arguments.resume:
        return RunFolder.unused(_recipe_name(arguments), RUNS)
    newest = RunFolder.newest(arguments.recipe, RUNS)
    if newest is None:
        of_it = f" of {arguments.recipe}" if arguments.recipe else ""
        raise UsageError(
            f"There is no run{of_it} in {RUNS}/ to resume. Name its folder "
            "with --out DIR, or leave --resume out to start one."
        )
    return newest


def plan(arguments: Any, folder: RunFolder, rank: int = 0) -> Plan:
    """Resolves the arguments of `train`.

    Args:
        arguments: As parsed.
        folder: What `folder_of` returned.
        rank: The number of this process among those that train together. The
            first process may have made the run's folder already.

    Raises:
        UsageError: If the run can't be started or continued like this.
        ValueError: If the recipe, a setting or the data are wrong.
    """
    if arguments.resume and run_config.exists(folder):
        return _resumed(arguments, folder)
    notes: list[str] = []
    if arguments.resume:
        _require_no_other_files(folder)
        _refuse_to_start_unnamed(arguments, folder)
        notes.append(f"There is no run in {folder.path} yet: it starts anew.")
    elif folder.path.is_file():
        raise UsageError(
            f"--out must be a folder. Received: {folder.path}, a file"
        )
    elif folder.occupied and rank == 0:
        raise UsageError(
            f"{folder.path} exists and is not empty. Choose another --out, or "
            "add --resume to go on with the run in it."
        )
    start = None if arguments.init is None else Start.at(arguments.init)
    recipe = recipes.override(
        _first_recipe(arguments, start), _setting_changes(arguments)
    )
    if recipe.freeze_d and start is None:
        raise UsageError(
            "Layers that are frozen keep the weights of a trained run: give it "
            f"with --init RUN. Received: freeze_d={recipe.freeze_d}"
        )
    if arguments.out is None:
        folder = RunFolder.unused(recipe.name, RUNS)
    if arguments.data is None:
        recipe = _with_data_at_hand(recipe, notes)
    recipe = _with_clothes(recipe)
    source = _loaded(recipe, arguments)
    if recipe.batch_size > len(source):
        notes.append(
            f"The batch size is {len(source)}: there are no more images."
        )
        recipe = replace(recipe, batch_size=len(source))
    recipe = recipe.planned(len(source))
    recipe = with_measurement(recipe, source)
    seed = 0 if arguments.seed is None else arguments.seed
    words = decoding_in_words(source, arguments)
    return Plan(recipe, seed, source, folder, False, start, tuple(notes), words)


def _loaded(recipe: Recipe, arguments: Any) -> Data:
    try:
        return task_of(recipe).load(decoding=decoding_of(arguments))
    except DifferentSizesError as error:
        says = "--image-size N brings them to one, cropped in the middle"
        if arguments.recipe is None and arguments.init is None:
            folder = quoted(arguments.data)
            says += (
                ", and the recipe quick-64 is made for folders: `keras-gan "
                f"train quick-64 --data {folder}`"
            )
        raise UsageError(
            f"The images of {recipe.data} differ in size: {says}. Received: "
            f"{error.received}"
        ) from error


def _first_recipe(arguments: Any, start: Start | None) -> Recipe:
    """Returns the recipe before it is changed by other arguments."""
    found = None
    if arguments.recipe is None and start is not None:
        found = recipe_of(start, arguments.data)
    return found or recipes.get(_recipe_name(arguments))


def _recipe_name(arguments: Any) -> str:
    known = RECIPE_OF.get(str(arguments.data), DEFAULT_RECIPE)
    return str(arguments.recipe or known)


@contextmanager
def claimed(plan: Plan, named: bool) -> Iterator[Plan]:
    """Makes the folder of a new run, and locks it for this process.

    Args:
        plan: The run.
        named: Whether the user has chosen the folder.

    Yields:
        The run, with the folder that was made.

    Raises:
        FolderInUseError: If another process was faster.
        OSError: If the folder can't be made.
    """
    folder = plan.folder
    if not named:
        folder = RunFolder.made(plan.recipe.name, RUNS)
    with folder.claimed():
        yield replace(plan, folder=folder)


def _require_no_other_files(folder: RunFolder) -> None:
    """Raises an error if a folder holds more than a killed start leaves."""
    if not folder.occupied:
        return
    names = {path.name for path in folder.path.iterdir()}
    if any(not name.startswith(".") and name != "backup" for name in names):
        raise UsageError(
            f"{folder.path} holds other files and no run (no config.json), so "
            "there is nothing to resume. Choose another --out."
        )


def _refuse_to_start_unnamed(arguments: Any, folder: RunFolder) -> None:
    """Raises an error if it is not said what should be trained.

    Who only named a folder meant a run in it, and another folder.
    """
    if (arguments.recipe, arguments.data, arguments.init) != (None, None, None):
        return
    beside = folder.path.absolute().parent
    runs = beside.iterdir() if beside.is_dir() else ()
    near = meant(
        folder.path.name,
        (each.name for each in runs if run_config.exists(RunFolder(each))),
    )
    raise UsageError(
        f"There is no run in {folder.path} to resume. {near}To start one "
        f"there, name the recipe: keras-gan train {DEFAULT_RECIPE} --resume "
        f"--out {quoted(folder.path)}"
    )


def _resumed(arguments: Any, folder: RunFolder) -> Plan:
    config, before = run_config.read(folder)
    _require_same("KERAS_BACKEND", config["backend"], keras.backend.backend())
    if arguments.recipe is not None:
        _require_same("the recipe", before.name, arguments.recipe)
    if arguments.seed is not None:
        _require_same("--seed", config["seed"], arguments.seed)
    start = Start.noted(config)
    if arguments.init is not None:
        before_it = None if start is None else str(start.path)
        _require_same("--init", before_it, str(arguments.init.resolve()))
    recipe = recipes.override(before, _setting_changes(arguments))
    if recipe.epochs is None:
        recipe = replace(recipe, epochs=before.epochs)
    saved, wanted = before.to_dict(), recipe.to_dict()
    for key in saved:
        if key != "epochs":
            _require_same(key, saved[key], wanted[key])
    recipe, source = _as_before(recipe, config["data"], decoding_of(arguments))
    words = decoding_in_words(source, arguments)
    return Plan(
        recipe, config["seed"], source, folder, True, start, decoding=words
    )


def _as_before(
    recipe: Recipe, before: dict[str, Any], decoding: Decoding
) -> tuple[Recipe, Data]:
    """Loads the data that a run was started with.

    Args:
        recipe: Its recipe.
        before: What config.json says of the data.
        decoding: How a folder is decoded.

    Raises:
        UsageError: If the data have changed.
    """
    # Versions that did not note the clothes took those that were at hand.
    noted = _with_clothes(recipe)
    source = task_of(noted).load(decoding=decoding)
    if noted != recipe and not matches(source, before["digest"]):
        sample = replace(recipe, clothes=EMBEDDED_DATA)
        found = task_of(sample).load(decoding=decoding)
        if matches(found, before["digest"]):
            return sample, found
    _require_same_data(before, source)
    return noted, source


def _require_same(what: str, before: Any, now: Any) -> None:
    # JSON has no tuples.
    if _tuple_as_list(before) != _tuple_as_list(now):
        raise UsageError(
            "A run is resumed with what it was started with, except for more "
            f"--epochs. Expected {what}: {before}. Received: {now}"
        )


def _require_same_data(before: dict[str, Any], source: Data) -> None:
    if matches(source, before["digest"]):
        return
    count, names = len(source), source.class_names
    what = "other images, another order or other labels"
    if count != before["num_images"]:
        what = f"{count} images in place of {before['num_images']}"
    elif _tuple_as_list(names) != before["class_names"]:
        what = f"the classes {names} in place of {before['class_names']}"
    raise UsageError(
        "A run is resumed with what it was started with, except for more "
        f"--epochs. Expected the data as they were. Received: {what} in "
        f"{source.origin}. Bring the data back (a copy of more than 2 GiB of "
        "image files must keep their times, as with `cp -p` or `rsync -a`), "
        "or start a new run."
    )


def _tuple_as_list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _setting_changes(arguments: Any) -> list[tuple[str, Any]]:
    given = {
        "data": _absolute_path(arguments.data),
        "epochs": arguments.epochs,
        "batch_size": arguments.batch_size,
        "freeze_d": arguments.freeze_d,
        "image_size": arguments.image_size,
        "channels": arguments.channels,
        "direction": arguments.direction,
        "flip": arguments.flip or None,
    }
    changes = [(key, each) for key, each in given.items() if each is not None]
    return changes + [parse_change(text) for text in arguments.set]


def _absolute_path(data: str | None) -> str | None:
    if data is None or data in _NAMES:
        return data
    path = Path(data).expanduser()
    if not path.exists():
        raise UsageError(
            f"--data {quoted(data)} is no data set, and no path that exists. "
            f"Give one of {', '.join(_NAMES)}, or the path of a folder or of "
            "an .npz or .npy file."
        )
    if path.is_file() and path.suffix not in (".npz", ".npy"):
        raise UsageError(
            f"--data {quoted(data)} is one file. Give the folder of the "
            "pictures, or an .npz or .npy file."
        )
    return str(path.resolve())


def _with_clothes(recipe: Recipe) -> Recipe:
    """Notes which clothes named pairs are made of, for the run to keep.

    Others may be installed before it is resumed or measured.
    """
    named = recipe.data in (*datasets.PAIR_NAMES, *datasets.UNPAIRED_NAMES)
    if not named or recipe.clothes is not None:
        return recipe
    return replace(recipe, clothes=clothes_at_hand())


def _with_data_at_hand(recipe: Recipe, notes: list[str]) -> Recipe:
    if recipe.data is None:
        raise UsageError(
            f"The recipe {recipe.name} trains on your own pictures: give the "
            "folder with --data DIR."
        )
    if recipe.data != "fashion_mnist" or datasets.installed("fashion_mnist"):
        return recipe
    notes.append(
        "The full Fashion-MNIST is not on this machine, so the 10,000 images "
        "in the package are used. --data fashion_mnist downloads it."
    )
    return replace(recipe, data=EMBEDDED_DATA)
