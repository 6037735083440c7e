"""Making what a recipe describes: model, batches and callbacks."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan._checks import (
    LARGEST_INT32,
    seed_or_none,
    shape_of,
    whole_number,
)
from keras_gan.models import AdversarialModel
from keras_gan.models.two_players import TwoPlayers
from keras_gan.recipes.components import (
    check_setting,
    default_settings,
    make_component,
)
from keras_gan.recipes.recipe import (
    Recipe,
    Settings,
    check_recipe,
    settings_of,
)
from keras_gan.recipes.scheduled_settings import Updates
from keras_gan.recipes.starting import freeze_first_layers
from keras_gan.recipes.tasks import task_of
from keras_gan.recipes.tasks.task import Batches

__all__ = ["assemble", "batches", "clipping", "compile_by"]


def assemble(
    recipe: Recipe,
    image_shape: Sequence[int],
    *,
    source_shape: Sequence[int] | None = None,
    num_classes: int | None = None,
    seed: int | None = None,
    num_images: int | None = None,
) -> AdversarialModel:
    """Makes and compiles the model of a recipe, for images of any shape.

    Args:
        recipe: The recipe.
        image_shape: (H, W, C) of the images that are made; (d,) of vectors.
            Of a `Pix2Pix`, that of targets; of a `CycleGAN`, that of side b.
        source_shape: (H, W, C) of the images that are translated, sources or
            side a. Default: `image_shape`; with the recipe's `scale`, so many
            times smaller.
        num_classes: How many classes the labels name; needed where the recipe
            is conditional.
        seed: Seed of initial weights, latents, dropout and penalties.
        num_images: How many images or pairs the data have. With it the learning
            rates follow the recipe's schedule to the end of its epochs;
            without, they stay as they are.

    Returns:
        The compiled model: a `GAN`, or a `Pix2Pix` or `CycleGAN`.

    Raises:
        TypeError: If `recipe` is none.
        ValueError: If the recipe's settings don't fit each other or the
            images, or another argument is not what it must be.

    Example:
        >>> gan = assemble(get("quick"), (28, 28, 1), num_images=60_000)
    """
    check_recipe(recipe)
    image_shape = shape_of("image_shape", image_shape)
    if source_shape is not None:
        source_shape = shape_of("source_shape", source_shape, rank=3)
    num_classes = _count_or_none("num_classes", num_classes)
    num_images = _count_or_none("num_images", num_images)
    seed = seed_or_none("seed", seed)
    task = task_of(recipe)
    shapes = task.completed(image_shape, source_shape)
    networks = task.networks(shapes, num_classes, seed)
    for discriminator in networks.discriminators.values():
        freeze_first_layers(discriminator, recipe.freeze_d)
    updates = _updates(recipe, num_images)
    own = task.model_arguments(shapes, num_classes, updates, seed)
    penalties = [
        make_component("regularizer", each, updates=updates)
        for each in settings_of(recipe, "regularizer")
    ]
    model: TwoPlayers = make_component(
        "model",
        recipe.model,
        updates=updates,
        **networks.generators,
        **networks.discriminators,
        regularizer=penalties or None,
        seed=seed,
        **own,
    )
    compile_by(recipe, model, updates)
    return model


def compile_by(
    recipe: Recipe, model: TwoPlayers, updates: Updates | None = None
) -> None:
    """Compiles a model with the optimizers and the loss of a recipe.

    Args:
        recipe: The recipe.
        model: The model that it describes.
        updates: How often each player is updated, for the schedules. Default:
            rates stay as they are.
    """
    updates = updates or Updates()
    model.compile(
        _optimizer(recipe, "d_opt", updates),
        _optimizer(recipe, "g_opt", updates),
        recipe.loss and make_component("loss", recipe.loss),
    )


def _count_or_none(name: str, value: Any) -> int | None:
    if value is None:
        return None
    return whole_number(name, value, 1, LARGEST_INT32)


def _updates(recipe: Recipe, num_images: int | None) -> Updates:
    if num_images is None:
        return Updates()
    recipe = recipe.planned(num_images)
    steps = recipe.batches_of(num_images) * (recipe.epochs or 0)
    every = {
        player: _steps_of(recipe, f"{player}_steps")
        for player in ("discriminator", "generator")
    }
    # Each player waits for the steps of the other one.
    return Updates(
        -(-steps // every["generator"]), -(-steps // every["discriminator"])
    )


def _steps_of(recipe: Recipe, key: str) -> int:
    name = recipe.model["name"]
    number: int = recipe.model.get(key, default_settings("model", name)[key])
    check_setting("model", name, key, number)
    # The model refuses what is below 1.
    return max(1, number)


def _optimizer(
    recipe: Recipe, component: str, updates: Updates
) -> keras.optimizers.Optimizer | None:
    settings: Settings | None = getattr(recipe, component)
    if settings is None:
        return None
    # Keras names the learning rates in the logs after the optimizers.
    given: dict[str, Any] = {
        "name": {"d_opt": "discriminator", "g_opt": "generator"}[component]
    }
    steps = updates.of(component, "learning_rate")
    if recipe.schedule is not None and steps:
        given["learning_rate"] = _schedule(recipe, component, steps)
    return make_component(component, settings, updates=updates, **given)


def _schedule(recipe: Recipe, component: str, steps: int) -> Any:
    assert recipe.schedule is not None
    settings = getattr(recipe, component)
    rate = {**default_settings(component, settings["name"]), **settings}[
        "learning_rate"
    ]
    return make_component(
        "schedule",
        recipe.schedule,
        initial_learning_rate=rate,
        decay_steps=steps,
    )


def batches(
    recipe: Recipe,
    images: Any,
    labels: Any = None,
    *,
    seed: int = 0,
    part: tuple[int, int] = (0, 1),
) -> Batches:
    """Returns the batches of a recipe, in an order that (seed, epoch) fixes.

    Args:
        recipe: The recipe.
        images: uint8 (n, H, W, C): an array or a `datasets.ImageFolder`; or
            vectors: floats (n, d); or a `datasets.Source` with its labels. Of
            a `Pix2Pix` what `datasets.PairBatches` takes, such as
            `datasets.pairs` returns; of a `CycleGAN` what
            `datasets.UnpairedBatches` takes.
        labels: Class numbers (n,); needed where the recipe is conditional.
        seed: Seed of the order, from 0 to 2**31 - 1.
        part: As for `datasets.ImageBatches`.

    Raises:
        TypeError: If `recipe` is none, or the images are not uint8.
        ValueError: If labels are needed and there are none, or another
            argument is not what the batches take.

    Example:
        >>> pairs = keras_gan.datasets.pairs("outlines")
        >>> batches(get("pix2pix"), pairs)
    """
    check_recipe(recipe)
    return task_of(recipe).batches(images, labels, seed=seed, part=part)


def clipping(recipe: Recipe) -> list[keras.callbacks.Callback]:
    """Returns the callbacks that a recipe's `clipping` asks for.

    Args:
        recipe: The recipe.

    Returns:
        What `fit` needs among its callbacks: an empty list for most recipes.

    Raises:
        TypeError: If `recipe` is none.
        ValueError: If its settings are not what the callback takes.

    Example:
        >>> gan.fit(batches(recipe, images), callbacks=clipping(recipe))
    """
    check_recipe(recipe)
    if recipe.clipping is None:
        return []
    return [make_component("clipping", recipe.clipping)]
