"""Which classes does `--labels` name, and what are they called?"""

from collections.abc import Sequence
from typing import Any

from keras_gan.cli.errors import UsageError
from keras_gan.models import AdversarialModel, ConditionalGAN

__all__ = ["named_classes", "tell_names"]


def tell_names(gan: AdversarialModel, names: Sequence[str] | None) -> None:
    """Tells a model what its classes are called, where it takes classes.

    Args:
        gan: The model. One that knows names already keeps them.
        names: As a data set has them, or None.
    """
    if names is None or not isinstance(gan, ConditionalGAN):
        return
    # Labels may be no classes, and folders of strange names are called alike.
    fit = len(set(names)) == len(names) == gan.num_classes
    if gan.class_names is None and fit:
        gan.class_names = tuple(names)


def named_classes(given: str, gan: Any) -> list[int]:
    """Returns the classes that were named, each as often as it was.

    Args:
        given: Names or numbers separated by commas, or `all`. What is both is
            a name.
        gan: The model. It may know its classes' names.

    Raises:
        UsageError: If they are none of its classes, or it has none.
    """
    classes = getattr(gan, "num_classes", None)
    if classes is None:
        raise UsageError(
            "This GAN is not conditional, so it takes no --labels."
        )
    names = gan.class_names or ()
    wanted = [each.strip() for each in given.split(",")]
    if given in names:  # Its name may hold a comma.
        wanted = [given]
    elif given == "all":
        return list(range(classes))
    found = [_number(each, names) for each in wanted]
    if not all(0 <= number < classes for number in found):
        called = f", or names among {', '.join(names)}," if names else ""
        raise UsageError(
            f"--labels must be `all`, or numbers from 0 to {classes - 1}"
            f"{called} separated by commas. Received: {given}"
        )
    return found


def _number(wanted: str, names: Sequence[str]) -> int:
    """Returns the number of a class, or -1 where there is none."""
    if wanted in names:
        return names.index(wanted)
    try:
        return int(wanted)
    except ValueError:
        return -1
