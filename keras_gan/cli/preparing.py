"""Making and checking everything a run needs before files are written."""

import os
from dataclasses import dataclass, replace
from typing import Any

import keras

from keras_gan import run_folder
from keras_gan.backend import Workers
from keras_gan.callbacks import Evaluation
from keras_gan.cli.backend_loading import stderr_held_back
from keras_gan.cli.labels import tell_names
from keras_gan.cli.planning import Plan
from keras_gan.cli.starting import start_from
from keras_gan.models import AdversarialModel
from keras_gan.recipes import assemble, batches, clipping
from keras_gan.recipes.tasks.task import Batches
from keras_gan.recipes.weight_counts import count_weights

__all__ = ["Prepared", "prepare"]

Callbacks = list[keras.callbacks.Callback]
Evaluations = list[Evaluation]

# A weight and its gradient in 32 bits: the least that training needs.
_BYTES_PER_WEIGHT = 8


@dataclass(frozen=True)
class Prepared:
    """The objects that a plan describes.

    Args:
        plan: The plan, with what was found out about it.
        gan: The compiled model, fresh from the recipe, or with the weights of
            a trained one.
        data: Its batches.
        clipping: The callbacks that clip, if any.
        evaluation: The callbacks that measure, if any, with loaded weights.
        shown: What snapshots show, as arguments of `ImageSnapshot`.
        save_every: The least seconds between two checkpoints.
    """

    plan: Plan
    gan: AdversarialModel
    data: Batches
    clipping: Callbacks
    evaluation: Evaluations
    shown: dict[str, Any]
    save_every: float = 60.0


def prepare(plan: Plan, workers: Workers, save_every: float = 60.0) -> Prepared:
    """Makes a run's model, batches and callbacks.

    Args:
        plan: The run.
        workers: The processes or devices that train together.
        save_every: The least seconds between two checkpoints.

    Raises:
        ValueError: If a setting is wrong, or settings don't fit each other or
            the images.
        ImportError: If a package is missing that a setting needs.
        MemoryError: If the networks are larger than the machine.
    """
    recipe, source = plan.recipe, plan.source
    _check_that_it_fits(plan)
    # Keras imports TensorFlow here, whichever backend runs.
    with stderr_held_back():
        keras.utils.set_random_seed(plan.seed)
    with workers.scope():
        gan = assemble(
            recipe,
            plan.shapes.image,
            source_shape=plan.shapes.source,
            num_classes=plan.num_classes,
            seed=plan.seed,
            num_images=len(source),
        )
        tell_names(gan, source.class_names)
        plan = _started(plan, gan)
    data = batches(recipe, source, seed=plan.seed, part=workers.part)
    return Prepared(
        plan,
        gan,
        data,
        clipping(recipe),
        plan.task.evaluation(source),
        plan.task.shown(source),
        save_every,
    )


def _started(plan: Plan, gan: AdversarialModel) -> Plan:
    """Copies the weights that a run starts from, if it has not begun yet."""
    if plan.start is None:
        return plan
    if plan.resumed and (
        run_folder.epochs_done(plan.folder.backup) or plan.folder.model.exists()
    ):
        return plan
    return replace(plan, start=start_from(gan, plan.start))


def _check_that_it_fits(plan: Plan) -> None:
    """Raises an error if the networks do not fit in the machine's memory."""
    sizes = count_weights(plan.recipe, plan.shapes, plan.num_classes)
    memory = _bytes_of_memory()
    if memory is not None and sum(sizes) * _BYTES_PER_WEIGHT > memory:
        raise MemoryError(
            f"The networks have {sum(sizes):,} weights, more than this "
            f"machine's {memory / 2**30:.0f} GiB of memory can train. "
            "Choose smaller `networks`."
        )


def _bytes_of_memory() -> int | None:
    """Returns the machine's bytes of memory, where the system tells."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
