"""Named, complete experiments: data, networks, model and hyper-parameters."""

from keras_gan._checks import meant, received
from keras_gan.recipes.assembling import assemble as assemble
from keras_gan.recipes.assembling import batches as batches
from keras_gan.recipes.assembling import clipping as clipping
from keras_gan.recipes.image_to_image import IMAGE_TO_IMAGE
from keras_gan.recipes.recipe import Recipe as Recipe
from keras_gan.recipes.recommended import RECOMMENDED
from keras_gan.recipes.setting_changes import override as override
from keras_gan.recipes.starting import init_from as init_from
from keras_gan.recipes.tutorials import TUTORIALS

__all__ = [
    "ALL",
    "NAMES",
    "Recipe",
    "assemble",
    "batches",
    "clipping",
    "get",
    "init_from",
    "override",
]

ALL: tuple[Recipe, ...] = (*RECOMMENDED, *IMAGE_TO_IMAGE, *TUTORIALS)
"""All recipes, the default first."""

NAMES: tuple[str, ...] = tuple(recipe.name for recipe in ALL)
"""Their names, in the same order."""


def get(name: str) -> Recipe:
    """Returns a recipe by its name.

    Args:
        name: One of `NAMES`.

    Raises:
        ValueError: If there is none of that name.

    Example:
        >>> images, labels = keras_gan.datasets.load("fashion_mnist_sample")
        >>> recipe = get("quick").planned(len(images))
        >>> gan = assemble(recipe, images.shape[1:], num_images=len(images))
        >>> gan.fit(
        ...     batches(recipe, images),
        ...     epochs=recipe.epochs,
        ...     callbacks=clipping(recipe),
        ... )
    """
    for recipe in ALL:
        if isinstance(name, str) and recipe.name == name:
            return recipe
    raise ValueError(
        f"There is no recipe of that name. Expected one of "
        f"{', '.join(NAMES)}. {meant(name, NAMES)}{received('name', name)}"
    )
