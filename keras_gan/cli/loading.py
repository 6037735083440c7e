"""Loading a trained model from a run's folder or a `.keras` file."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan import datasets, images, presets, recipes, run_folder
from keras_gan._checks import meant
from keras_gan.cli import run_config
from keras_gan.cli.errors import UsageError, in_one_line
from keras_gan.cli.labels import tell_names
from keras_gan.models import GAN, AdversarialModel, StyleGAN
from keras_gan.recipes import Recipe
from keras_gan.recipes.components import NETWORKS
from keras_gan.run_folder import DamagedFileError, RunFolder

__all__ = ["Trained", "load"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Trained:
    """A trained model with the configuration of its run.

    Args:
        gan: The model.
        config: The run's config.json; None for a file that is in no run.
        origin: What it was loaded from.
    """

    gan: AdversarialModel
    config: dict[str, Any] | None
    origin: Path

    @property
    def recipe(self) -> Recipe | None:
        """The recipe it was trained by, if known."""
        if self.config is None:
            return None
        return Recipe.from_dict(self.config["recipe"])

    @property
    def num_classes(self) -> int | None:
        """The number of classes of a conditional GAN, else None."""
        return getattr(self.gan, "num_classes", None)

    @property
    def makes_points(self) -> bool:
        """Whether it makes vectors that are no pictures."""
        gan = self.gan
        return gan.makes_vectors and not gan.vectors_are_pictures

    @property
    def translates(self) -> bool:
        """Whether it makes images of images, not of latents."""
        return not isinstance(self.gan, GAN)

    def generate(
        self,
        n: int,
        labels: Any,
        seed: int | None,
        truncation: float | None = None,
    ) -> Array:
        """Returns images as pixels, uint8 (n, H, W, C); vectors as floats.

        Raises:
            UsageError: If truncation is asked of a GAN that has no styles.
        """
        chosen = {}
        if truncation is not None:
            if not isinstance(self.gan, StyleGAN):
                raise UsageError(
                    f"{self.origin} has no styles, so it takes no "
                    "--truncation. Only a StyleGAN does. Received: "
                    f"--truncation {truncation:g}"
                )
            chosen["truncation"] = truncation
        floats: Array = self.gan.generate(n, labels=labels, seed=seed, **chosen)
        if self.gan.makes_vectors:
            return floats
        return images.to_uint8(floats, self.value_range)

    def real_vectors(self) -> Array | None:
        """Returns the vectors of the run's data, where they can be found."""
        recipe = self.recipe
        if recipe is None or recipe.data is None:
            return None
        try:
            return np.asarray(datasets.source(recipe.data).images[:])
        except ValueError:
            return None  # The pictures then show what was made alone.

    @property
    def value_range(self) -> tuple[float, float]:
        """The floats that are black and white.

        Raises:
            UsageError: If that is not known.
        """
        if self.recipe is not None:
            return self.recipe.value_range
        found = self.gan.pixel_range
        if found is None:
            raise UsageError(
                f"{self.origin} does not say which values stand for black and "
                "white: its generator's output is unbounded. Keep it in its "
                "run's folder, whose config.json does."
            )
        return found


def load(path: Path) -> Trained:
    """Loads a model from a run's folder or a `.keras` file, or a preset.

    Of a run that is not finished, the last checkpoint is loaded. A file or
    folder that has a preset's name comes before the preset.

    Raises:
        UsageError: If there is nothing to load.
        ValueError: If it can't be loaded.
    """
    trained = _loaded(path)
    if trained.config is not None:
        # Earlier versions saved no names with the model.
        tell_names(trained.gan, trained.config["data"]["class_names"])
    return trained


def _loaded(path: Path) -> Trained:
    if path.is_dir():
        return _from_run(RunFolder(path))
    preset = presets.named_by(path)
    if preset is not None:
        return Trained(presets.from_preset(preset), None, path)
    if path.suffix != ".keras" or not path.is_file():
        raise UsageError(
            "Expected the folder of a run, a .keras file or one of the presets "
            f"{', '.join(presets.NAMES)}. "
            f"{meant(str(path), presets.NAMES)}Received: {path}"
        )
    beside = RunFolder(path.parent)
    config = run_config.read(beside)[0] if beside.started else None
    return Trained(_from_file(path), config, path)


def _from_run(folder: RunFolder) -> Trained:
    config, recipe = run_config.read(folder)
    if _model_is_newest(folder):
        return Trained(_from_file(folder.model), config, folder.model)
    if not run_folder.epochs_done(folder.backup):
        raise UsageError(
            f"The run in {folder.path} has not finished an epoch, so there is "
            "no model yet."
        )
    with run_config.named_in_errors(folder):
        gan = recipes.assemble(
            recipe,
            config["image_shape"],
            source_shape=config["source_shape"],
            num_classes=config["num_classes"],
            seed=config["seed"],
            num_images=config["data"]["num_images"],
        )
    run_folder.restore(gan, folder.backup)
    return Trained(gan, config, folder.backup)


def _model_is_newest(folder: RunFolder) -> bool:
    """Whether model.keras is from the last epoch of the run so far."""
    if not folder.model.exists():
        return False
    done = run_folder.epochs_done(folder.backup)
    sound = next(run_folder.sound_checkpoints(folder.backup), None)
    try:
        updates = run_folder.updates_of(folder.model)
    except DamagedFileError as error:
        if sound is None:
            raise
        _warn(f"{error}. `keras-gan train --resume` writes it anew.")
        return False
    if sound is None:
        if done:
            _warn(
                f"No checkpoint in {folder.backup} can be read, so it isn't "
                f"known whether {folder.model} is of the last epoch."
            )
        return True
    if updates * sound.epoch >= sound.updates * done:
        return True
    _warn(
        f"{folder.model} is of an earlier epoch than the run has come to, so "
        "a checkpoint is used. `keras-gan train --resume` ends the run."
    )
    return updates > sound.updates


def _warn(message: str) -> None:
    warnings.warn(message, stacklevel=3)


def _from_file(path: Path) -> AdversarialModel:
    try:
        run_folder.check_model(path)
        model = keras.saving.load_model(path)
    # A damaged or foreign file raises errors of zipfile, h5py or Keras.
    except Exception as error:
        raise UsageError(
            f"{path} can't be loaded: {in_one_line(error)}"
        ) from error
    if not isinstance(model, AdversarialModel) or not isinstance(
        model, tuple(NETWORKS)
    ):
        raise UsageError(
            f"{path} holds no GAN of keras_gan. "
            f"Received: {type(model).__name__}"
        )
    return model
