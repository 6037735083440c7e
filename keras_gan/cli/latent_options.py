"""What the commands that work with latents have in common."""

import itertools
from pathlib import Path

from keras_gan.cli.console import quoted
from keras_gan.cli.errors import UsageError
from keras_gan.cli.labels import named_classes
from keras_gan.cli.loading import load
from keras_gan.models import GAN

__all__ = ["chosen_labels", "load_pictures_gan", "unused"]


def load_pictures_gan(path: Path, purpose: str) -> GAN:
    """Loads a GAN that makes pictures of latents.

    Args:
        path: The run's folder, or a `.keras` file.
        purpose: What it is wanted for, in words that go on after "which".

    Raises:
        UsageError: If it is another model, or can't be loaded.
    """
    trained = load(path)
    gan = trained.gan
    if not isinstance(gan, GAN):
        raise UsageError(
            f"{path} translates images: it has no latents, which {purpose}. "
            f"Use `keras-gan translate {quoted(path)} PICTURES --out DIR`."
        )
    if gan.makes_vectors or not gan.makes_pictures:
        raise UsageError(
            f"{path} makes samples of shape {gan.image_shape}, not pictures, "
            f"which {purpose}. Use `keras-gan generate {quoted(path)}`."
        )
    if gan.pixel_range is None:
        gan.pixel_range = trained.value_range
    return gan


def chosen_labels(given: str | None, gan: GAN) -> list[int] | None:
    """Returns the classes that `--labels` names, each as often as it does.

    Args:
        given: Names or numbers separated by commas, `all`, or None.
        gan: The GAN.

    Raises:
        UsageError: If they are none of its classes, or it has none.
    """
    if given is None:
        return None
    return named_classes(given, gan)


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
