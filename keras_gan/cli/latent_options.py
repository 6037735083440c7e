"""What the commands that work with latents have in common."""

from pathlib import Path

from keras_gan.cli.console import quoted
from keras_gan.cli.errors import UsageError
from keras_gan.cli.labels import named_classes
from keras_gan.cli.loading import load
from keras_gan.models import GAN

__all__ = ["chosen_labels", "load_pictures_gan"]


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
