"""What a recipe's model learns: to generate, or to translate."""

from keras_gan.recipes.recipe import Recipe
from keras_gan.recipes.tasks.generation import Generation
from keras_gan.recipes.tasks.pairs import PairedTranslation
from keras_gan.recipes.tasks.task import Data, Shapes, Task
from keras_gan.recipes.tasks.translation import Translation
from keras_gan.recipes.tasks.unpaired import UnpairedTranslation

__all__ = [
    "Data",
    "Generation",
    "PairedTranslation",
    "Shapes",
    "Task",
    "Translation",
    "UnpairedTranslation",
    "task_of",
]

_TASKS: tuple[type[Task], ...] = (
    Generation,
    PairedTranslation,
    UnpairedTranslation,
)


def task_of(recipe: Recipe) -> Task:
    """Returns what the model of a recipe learns.

    Raises:
        ValueError: If a setting of the recipe, such as its networks, does not
            fit the model.
    """
    found = recipe.model_class
    (task,) = (each for each in _TASKS if issubclass(found, each.model))
    return task(recipe)
