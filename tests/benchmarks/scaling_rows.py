"""What tests/benchmarks/scaling.py measures, and where its records are."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "docs" / "scaling"


@dataclass(frozen=True)
class Variant:
    """One thing to measure.

    Args:
        name: What it is called in its sweep.
        recipe: What is trained.
        changes: To the recipe, as `recipes.override` takes them.
        size: Height and width of the images.
        channels: Of the images.
        engine: `one`, `mirrored` or `multiworker`, of which the last two have
            two replicas, or `apart`: two processes that train a model each.
        pinned: Whether each replica has one core and one thread for its
            computations; else all there are.
        threads: How many an operation has, and how many operations run at a
            time; None leaves it to TensorFlow.
        keep_freed: Whether freed memory is kept, as `keras-gan train` does.
    """

    name: str
    recipe: str = "quick"
    changes: tuple[tuple[str, object], ...] = ()
    size: int = 28
    channels: int = 1
    engine: str = "one"
    pinned: bool = False
    threads: tuple[int, int] | None = None
    keep_freed: bool = False


def _batch(size):
    return Variant(str(size), changes=(("batch_size", size),))


def _image_size(size, stages):
    # 128 x 128 takes seconds a step with the recipe's own batch.
    changes = (("networks.stages", stages), ("batch_size", 16))
    return Variant(str(size), changes=changes, size=size)


def _replicas(recipe, batch):
    """One replica, two with its batch each, two that share its batch."""
    return [
        Variant(
            f"{recipe} {engine} {total}",
            recipe=recipe,
            changes=(("batch_size", total),),
            engine=engine,
            pinned=True,
        )
        for engine, totals in (
            ("one", [batch]),
            ("mirrored", [2 * batch, batch]),
            ("multiworker", [2 * batch, batch]),
        )
        for total in totals
    ]


CORES = {
    "one core": {"pinned": True},
    "both cores": {},
    "both cores, one operation at a time": {"threads": (2, 1)},
    "both cores, a thread for each operation": {"threads": (1, 2)},
    "two trainings, a core each": {"engine": "apart", "pinned": True},
}
"""What two cores can be used for."""


def _cores(recipe, batch):
    """A recipe in each of the ways of `CORES`."""
    return [
        Variant(
            name,
            recipe=recipe,
            changes=(("batch_size", batch),),
            keep_freed=True,
            **use,
        )
        for name, use in CORES.items()
    ]


SWEEPS = {
    "batch": [_batch(2**power) for power in range(3, 10)],
    "size": [
        _image_size(size, stages)
        for size, stages in ((28, 3), (32, 3), (64, 4), (128, 5))
    ],
    "channels": [Variant(str(n), size=32, channels=n) for n in (1, 3)],
    "filters": [
        Variant(str(n), changes=(("networks.filters", n),))
        for n in (8, 16, 32, 64)
    ],
    "steps": [
        Variant(str(n), changes=(("model.discriminator_steps", n),))
        for n in (1, 2, 5)
    ],
    "replicas": [
        *_replicas("quick", 32),
        *_replicas("dcgan", 128),
        Variant(
            "dcgan-64 one 16",
            recipe="dcgan-64",
            changes=(("batch_size", 16),),
            size=64,
            channels=3,
            pinned=True,
        ),
    ],
    "cores": [
        *_cores("quick", 32),
        *_cores("quick", 128),
        *_cores("dcgan", 128),
    ],
}


def recipe_of(variant):
    from keras_gan import recipes

    return recipes.override(recipes.get(variant.recipe), variant.changes)


def cycle(recipe):
    """Steps after which all that is not done in each has been done alike."""
    lazy = (recipe.regularizer or {}).get("interval", 1)
    return math.lcm(lazy, recipe.model.get("discriminator_steps", 1))


def path_of(name):
    return RECORDS / f"{name}.json"


def record(name):
    """What was measured, or None."""
    path = path_of(name)
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def write_record(name, values):
    RECORDS.mkdir(parents=True, exist_ok=True)
    path_of(name).write_text(json.dumps(values, indent=1) + "\n", "utf-8")
