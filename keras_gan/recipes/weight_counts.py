"""Counting the weights of a recipe's networks without making them."""

import threading

import keras

from keras_gan.recipes.recipe import Recipe
from keras_gan.recipes.tasks import Shapes, task_of
from keras_gan.recipes.tasks.task import Networks

__all__ = ["count_weights"]


def count_weights(
    recipe: Recipe, shapes: Shapes, num_classes: int | None = None
) -> tuple[int, int]:
    """Returns how many weights generators and discriminators have.

    It takes no memory for the weights, and no time to initialize them.

    Args:
        recipe: The recipe.
        shapes: What the networks are made for.
        num_classes: How many classes the labels name, where the recipe is
            conditional.

    Raises:
        ValueError: If the networks can't be made.
    """
    task = task_of(recipe)
    made: list[Networks] = []
    failures: list[BaseException] = []

    def make() -> None:
        try:
            with keras.StatelessScope(initialize_variables=False):
                made.append(task.networks(shapes, num_classes, 0))
        except BaseException as error:
            failures.append(error)

    # For each thread, Keras keeps a list of variables that have no value yet,
    # and counts layers to name them. A thread of its own leaves both alone.
    thread = threading.Thread(target=make, name="count_weights")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    generators, discriminators = (
        sum(network.count_params() for network in kind.values())
        for kind in made[0]
    )
    return generators, discriminators
