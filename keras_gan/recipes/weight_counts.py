"""How large a recipe's networks are, without making them."""

import threading
from collections.abc import Sequence

import keras

from keras_gan.recipes.assembling import networks
from keras_gan.recipes.recipe import Recipe

__all__ = ["count_weights"]


def count_weights(
    recipe: Recipe, image_shape: Sequence[int], num_classes: int | None = None
) -> tuple[int, int]:
    """Returns how many weights generator and discriminator have.

    No memory is taken for them, and no time to fill it.

    Args:
        recipe: The recipe.
        image_shape: (H, W, C).
        num_classes: How many classes the labels name, where the recipe is
            conditional.

    Raises:
        ValueError: If the networks can't be made.
    """
    counts: list[int] = []
    failures: list[BaseException] = []

    def count() -> None:
        try:
            with keras.StatelessScope(initialize_variables=False):
                pair = networks(recipe, image_shape, num_classes, 0)
            counts.extend(network.count_params() for network in pair)
        except BaseException as error:
            failures.append(error)

    # Keras remembers, for each thread, the variables that wait for their
    # values, and how many layers of a kind have been named.
    thread = threading.Thread(target=count, name="count_weights")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    generator, discriminator = counts
    return generator, discriminator
