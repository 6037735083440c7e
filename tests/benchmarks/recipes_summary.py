"""Writes what `keras-gan recipes` lists, which makes no networks itself.

    python tests/benchmarks/recipes_summary.py

From the recipes, their networks and all records of what was measured. Run it
after a change of either; `tests/test_results.py` says when it is needed.
"""

import json
import sys
from pathlib import Path

# The package of this folder, not one that is installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

from keras_gan import recipes
from keras_gan.recipes.tasks import task_of
from keras_gan.recipes.weight_counts import count_weights
from tests.benchmarks import results_page, translation_page
from tests.benchmarks.results_rows import ROOT

FILE = ROOT / "keras_gan" / "assets" / "recipes.json"
SHAPES = {
    None: (64, 64, 3),
    "digits": (8, 8, 1),
    "grid": (2,),
    "ring": (2,),
    "stacked_mnist": (28, 28, 3),
}
"""Of what data the networks are made for; others are 28x28x1."""
CLASSES = 10


def measured():
    """Epochs, CPU seconds and the score of each recipe that was measured."""
    return results_page.summary() | translation_page.summary()


def entry(recipe):
    """What there is to say of a recipe without its scores."""
    found = {"name": recipe.name, "system": recipe.system, "data": recipe.data}
    found["networks"] = recipe.networks["name"]
    found["weights"] = weights(recipe)
    chosen = {"label": recipe.label, "limit": recipe.limit}
    return found | {k: v for k, v in chosen.items() if v is not None}


def weights(recipe):
    """How many weights generators and discriminators have."""
    shape = SHAPES.get(recipe.data, (28, 28, 1))
    shapes = task_of(recipe).completed(shape, None)
    classes = CLASSES if recipe.conditional else None
    return list(count_weights(recipe, shapes, classes))


def summary():
    """All that is listed, in the order of the recipes."""
    scores = measured()
    return [
        entry(recipe) | scores.get(recipe.name, {}) for recipe in recipes.ALL
    ]


def write():
    FILE.write_text(json.dumps(summary(), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    write()
