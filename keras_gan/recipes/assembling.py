"""Making what a recipe describes: GAN, batches and callbacks."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan import augment as augmentation
from keras_gan import features
from keras_gan._checks import (
    LARGEST_INT32,
    received,
    seed_or_none,
    shape_of,
    whole_number,
)
from keras_gan.datasets import ImageBatches, Source, VectorBatches
from keras_gan.datasets.arrays import pixel_shape
from keras_gan.datasets.vectors import holds_vectors
from keras_gan.features.of_data import (
    EXTRACTOR_OF,
    extractor_for,
    named_extractor,
)
from keras_gan.models import GAN, WGANGP
from keras_gan.models.packing import packed_shape
from keras_gan.recipes.components import (
    check_setting,
    default_settings,
    make_component,
    model_class,
)
from keras_gan.recipes.recipe import (
    Recipe,
    Settings,
    check_recipe,
    settings_of,
)
from keras_gan.recipes.scheduled_settings import Updates
from keras_gan.recipes.starting import freeze_first_layers

__all__ = [
    "assemble",
    "batches",
    "clipping",
    "evaluation",
    "networks",
]

_MOST_REAL_IMAGES = 10_000
_FOR_VECTORS = "dense"
"""The networks that know nothing of height and width."""


def assemble(
    recipe: Recipe,
    image_shape: Sequence[int],
    *,
    num_classes: int | None = None,
    seed: int | None = None,
    num_images: int | None = None,
) -> GAN:
    """Makes and compiles the GAN of a recipe, for images of any shape.

    Args:
        recipe: The recipe.
        image_shape: (H, W, C); (d,) of vectors.
        num_classes: How many classes the labels name; needed where the recipe
            is conditional.
        seed: Seed of initial weights, latents, dropout and penalties.
        num_images: How many images an epoch has. With it the learning rates
            follow the recipe's schedule to the end of its epochs; without,
            they stay as they are.

    Returns:
        The compiled GAN.

    Raises:
        TypeError: If `recipe` is none.
        ValueError: If the recipe's settings don't fit each other or the
            images, or another argument is not what it must be.

    Example:
        >>> gan = assemble(get("quick"), (28, 28, 1), num_images=60_000)
    """
    check_recipe(recipe)
    image_shape = shape_of("image_shape", image_shape)
    num_classes = _count_or_none("num_classes", num_classes)
    num_images = _count_or_none("num_images", num_images)
    seed = seed_or_none("seed", seed)
    pair = networks(recipe, image_shape, num_classes, seed)
    freeze_first_layers(pair[1], recipe.freeze_d)
    updates = _updates(recipe, num_images)
    shared = _class_argument(recipe, num_classes)
    augment = augmentation.get(
        recipe.augment
        and make_component(
            "augment", recipe.augment, updates=updates, seed=seed
        ),
        image_shape,
        recipe.value_range,
    )
    penalties = [
        make_component("regularizer", each, updates=updates)
        for each in settings_of(recipe, "regularizer")
    ]
    gan: GAN = make_component(
        "model",
        recipe.model,
        updates=updates,
        **dict(zip(_network_arguments(recipe), pair, strict=True)),
        regularizer=penalties or None,
        augment=augment,
        seed=seed,
        **shared,
    )
    gan.compile(
        _optimizer(recipe, "d_opt", updates),
        _optimizer(recipe, "g_opt", updates),
        recipe.loss and make_component("loss", recipe.loss),
    )
    return gan


def _count_or_none(name: str, value: Any) -> int | None:
    if value is None:
        return None
    return whole_number(name, value, 1, LARGEST_INT32)


def _updates(recipe: Recipe, num_images: int | None) -> Updates:
    if num_images is None:
        return Updates()
    batches = max(1, num_images // recipe.batch_size)
    steps = batches * recipe.epochs_for(num_images)
    name, key = recipe.model["name"], "discriminator_steps"
    every = recipe.model.get(key, default_settings("model", name)[key])
    check_setting("model", name, key, every)
    # The model refuses what is below 1.
    return Updates(steps, -(-steps // max(1, every)))


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


def networks(
    recipe: Recipe,
    image_shape: Sequence[int],
    num_classes: int | None = None,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Makes the two networks of a recipe. Arguments are those of `assemble`."""
    shape = tuple(image_shape)
    if len(shape) == 1 and recipe.networks["name"] != _FOR_VECTORS:
        raise ValueError(
            f"The networks of {recipe.name} are for images, and the data are "
            "vectors: use the recipe grid, or --set networks=dense --set "
            f"networks.output_activation=none. {received('image_shape', shape)}"
        )
    classes = _class_argument(recipe, num_classes)
    pair = _pair(recipe, shape, seed, classes)
    pack = recipe.model.get("pack", 1)
    pack = whole_number("model.pack", pack, 1, LARGEST_INT32)
    if pack == 1:
        return pair
    # It sees several images, and their classes, side by side.
    many = {name: pack * count for name, count in classes.items()}
    return pair[0], _pair(recipe, packed_shape(shape, pack), seed, many)[1]


def _pair(
    recipe: Recipe,
    image_shape: tuple[int, ...],
    seed: int | None,
    classes: dict[str, Any],
) -> tuple[keras.Model, keras.Model]:
    pair: tuple[keras.Model, keras.Model] = make_component(
        "networks",
        recipe.networks,
        image_shape=image_shape,
        seed=seed,
        **classes,
    )
    return pair


def batches(
    recipe: Recipe,
    images: Any,
    labels: Any = None,
    *,
    seed: int = 0,
    part: tuple[int, int] = (0, 1),
) -> ImageBatches | VectorBatches:
    """Returns the batches of a recipe, in an order that (seed, epoch) fixes.

    Args:
        recipe: The recipe.
        images: uint8 (n, H, W, C): an array or a `datasets.ImageFolder`. Or
            vectors: floats (n, d).
        labels: Class numbers (n,); needed where the recipe is conditional.
        seed: Seed of the order, from 0 to 2**31 - 1.
        part: As for `datasets.ImageBatches`.

    Raises:
        TypeError: If `recipe` is none, or the images are not uint8.
        ValueError: If labels are needed and there are none, or another
            argument is not what `ImageBatches` takes.
    """
    check_recipe(recipe)
    vectors = holds_vectors(images)
    count = len(images) if vectors else pixel_shape(images)[0]
    if recipe.conditional and labels is None:
        raise _classes_missing(recipe, "labels")
    labels = labels if recipe.conditional else None
    # A last batch of another size would compile the step once more. The
    # images that one epoch leaves out are in another.
    drop_remainder = count >= recipe.batch_size
    if vectors and recipe.flip:
        raise ValueError(
            "`flip` mirrors images, and the data are vectors. "
            f"{received('flip', recipe.flip)}"
        )
    if vectors:
        return VectorBatches(
            images,
            labels,
            batch_size=recipe.batch_size,
            seed=seed,
            drop_remainder=drop_remainder,
            part=part,
        )
    return ImageBatches(
        images,
        labels,
        batch_size=recipe.batch_size,
        seed=seed,
        value_range=recipe.value_range,
        drop_remainder=drop_remainder,
        flip=recipe.flip,
        part=part,
    )


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


def evaluation(
    recipe: Recipe, source: Source
) -> list[keras.callbacks.Callback]:
    """Returns the callbacks that a recipe's `evaluation` asks for.

    They compare with the training images: a test set that is used to choose
    the best epoch is no longer a test set.
    """
    if recipe.evaluation is None:
        return []
    known = EXTRACTOR_OF.get(source.name)
    settings = {"extractor": known, **recipe.evaluation}
    if settings["extractor"] is None and not source.holds_vectors:
        return []
    real = source.select(limit=_MOST_REAL_IMAGES).images[:]
    if len(real) < 2:
        raise ValueError(
            "A distance needs at least 2 real images; --set evaluation=none "
            f"measures nothing. Received: {len(real)}"
        )
    name = recipe.evaluation["name"]
    found = make_component("evaluation", settings, metrics=name, real=real)
    found.extractor = _loaded_extractor(
        found.extractor, name, source.image_shape
    )
    found.metrics = [name, *_measured_with(name, found.extractor)]
    return [found]


def _loaded_extractor(
    chosen: str | None, metric: str, shape: tuple[int, ...]
) -> features.Extractor:
    """Returns an extractor, with its weights loaded already.

    An error then comes now, not after the first epoch.
    """
    found = (
        extractor_for("", shape) if chosen is None else named_extractor(chosen)
    )
    if metric == "kl" and found.num_classes is None:
        raise ValueError(
            "The modes that `evaluation` by kl counts are known of "
            f"{', '.join(EXTRACTOR_OF)}. --set evaluation=fid measures other "
            f"data, too. Received: evaluation.extractor={found.name}"
        )
    found.load()
    return found


def _measured_with(metric: str, extractor: features.Extractor) -> list[str]:
    """Returns what is measured beside a metric, at hardly any cost."""
    if metric != "kl":
        return []
    points = isinstance(extractor, features.GaussiansExtractor)
    return ["modes", "high_quality"] if points else ["modes"]


def _network_arguments(recipe: Recipe) -> tuple[str, str]:
    found = model_class(recipe.model["name"])
    has_critic = found is not None and issubclass(found, WGANGP)
    return "generator", "critic" if has_critic else "discriminator"


def _class_argument(recipe: Recipe, num_classes: int | None) -> dict[str, Any]:
    if not recipe.conditional:
        return {}
    if num_classes is None:
        raise _classes_missing(recipe, "num_classes")
    return {"num_classes": num_classes}


def _classes_missing(recipe: Recipe, argument: str) -> ValueError:
    return ValueError(
        f"The recipe {recipe.name} trains on classes, and the data have "
        "none. Put the images of each class into a subfolder of its own, "
        f"or add an array of labels to the .npz. {received(argument, None)}"
    )
