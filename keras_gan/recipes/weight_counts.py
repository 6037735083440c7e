"""Counting the weights of a recipe's networks without making them."""

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

    It takes no memory for the weights, and no time to initialize them.

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

    # For each thread, Keras keeps a list of variables that have no value yet,
    # and counts layers to name them. A thread of its own leaves both alone.
    thread = threading.Thread(target=count, name="count_weights")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    generator, discriminator = counts
    return generator, discriminator
