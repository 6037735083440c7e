"""Starting a run from the weights of a trained one, as `--init` asks for."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from keras_gan import presets, recipes
from keras_gan.cli import run_config
from keras_gan.cli.errors import UsageError
from keras_gan.cli.loading import Trained, load
from keras_gan.models import AdversarialModel
from keras_gan.recipes import Recipe
from keras_gan.run_folder import RunFolder

__all__ = ["Start", "recipe_of", "start_from"]


@dataclass(frozen=True)
class Start:
    """What a run's first weights are copied from.

    Args:
        path: The folder of a run, a `.keras` file, or a preset's name.
        digest: Of its weights; None where they were not read yet.
    """

    path: Path
    digest: str | None = None

    @classmethod
    def at(cls, path: Path) -> Self:
        """Returns the start from a path that the user gave.

        Raises:
            UsageError: If there is neither a run nor a model.
        """
        if presets.named_by(path) is not None:
            return cls(path)
        run = path.is_dir() and run_config.exists(RunFolder(path))
        if not (run or (path.is_file() and path.suffix == ".keras")):
            raise UsageError(
                "--init must be the folder of a run, a .keras file or one of "
                f"the presets {', '.join(presets.NAMES)}. Received: {path}"
            )
        return cls(path.resolve())

    @classmethod
    def noted(cls, config: dict[str, Any]) -> Self | None:
        """Returns the start that a run's config.json notes, if any."""
        if config["init"] is None:
            return None
        return cls(Path(config["init"]["path"]), config["init"]["digest"])

    def config(self) -> dict[str, Any]:
        """Returns what config.json notes."""
        return {"path": str(self.path), "digest": self.digest}


def recipe_of(start: Start, data: str | None) -> Recipe | None:
    """Returns the recipe of a trained run, for images of its shape.

    Args:
        start: The folder of the run, or a `.keras` file in it; or a preset.
        data: The data to train on; None for those of the run.

    Returns:
        The recipe, or None for a file that is in no run.

    Raises:
        UsageError: If the run's config.json is damaged.
    """
    path = start.path
    preset = presets.named_by(path)
    if preset is not None:
        card = presets.card(preset)
        size, _, channels = card["image_shape"]
        recipe = recipes.get(card["recipe"])
        return replace(recipe, image_size=size, channels=channels)
    folder = RunFolder(path if path.is_dir() else path.parent)
    if path.is_file() and not folder.started:
        return None
    config, recipe = run_config.read(folder)
    if data is not None:
        # These say which of the run's images were taken, and how many at once.
        recipe = replace(
            recipe, label=None, limit=None, clothes=None, steps_per_epoch=None
        )
        source = config["source_shape"]
        if source is not None:
            recipe = replace(recipe, source_channels=source[2])
        height, *others = config["image_shape"]
        # Vectors have a single size, and networks that follow it.
        if others and height == others[0]:
            recipe = replace(recipe, image_size=height, channels=others[1])
    if recipe.budget is not None:
        # The epochs were for the run's images.
        recipe = replace(recipe, epochs=None, steps_per_epoch=None)
    return recipe


def start_from(gan: AdversarialModel, start: Start) -> Start:
    """Copies the weights of a trained GAN into the fresh one of a run.

    Args:
        gan: The compiled model, fresh from its recipe.
        start: What is copied. With a digest, the weights must be those.

    Returns:
        The same, with the digest of the weights.

    Raises:
        UsageError: If the networks don't fit, or the weights have changed.
    """
    trained = load(start.path)
    digest = _digest(trained)
    if start.digest not in (None, digest):
        raise UsageError(
            f"The weights in {start.path} are not those that this run was "
            "started with, so it can't begin anew. Start a new run with "
            "another --out."
        )
    try:
        recipes.init_from(gan, trained.gan)
    except ValueError as error:
        raise UsageError(f"--init {start.path}: {error}") from error
    return replace(start, digest=digest)


def _digest(trained: Trained) -> str:
    found = hashlib.sha256()
    players = trained.gan.players
    averages = [
        average
        for player in players.values()
        for average in player.averaged.values()
    ]
    for network in (*players.networks.values(), *averages):
        for values in network.get_weights():
            found.update(values.tobytes())
    return found.hexdigest()
