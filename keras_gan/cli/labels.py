"""Which classes does `--labels` name?"""

from keras_gan.cli.errors import UsageError

__all__ = ["named_classes"]


def named_classes(given: str, classes: int | None) -> list[int]:
    """Returns the classes that were named, each as often as it was.

    Args:
        given: Numbers separated by commas, or `all`.
        classes: How many the GAN has; None where it is not conditional.

    Raises:
        UsageError: If they are none of its classes, or it has none.
    """
    if classes is None:
        raise UsageError(
            "This GAN is not conditional, so it takes no --labels."
        )
    if given == "all":
        return list(range(classes))
    try:
        labels = [int(each) for each in given.split(",")]
    except ValueError:
        labels = []
    if not labels or not all(0 <= label < classes for label in labels):
        raise UsageError(
            f"--labels must be `all`, or numbers from 0 to {classes - 1} "
            f"separated by commas. Received: {given}"
        )
    return labels
