"""What tests/benchmarks/coverage.py trains, and where its records are."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "docs" / "coverage"
SEEDS = 3


class Data(NamedTuple):
    """A data set whose modes are known.

    Attributes:
        title: What the page calls it.
        recipe: The recipe that trains on it.
        modes: How many it has.
        samples: How many samples the papers measure.
        looks: How often a run is measured, at even distances.
        variants: How it is trained, beside the recipe as it is.
        animated: The variants whose run the page shows in motion.
        compared: The images on which all variants but the recipe train, if not
            as many as in the recipe.
        holds_vectors: Whether it has points in the plane, not images.
        early: After how many images a shorter run of the recipe is measured,
            which ends at the last of them: all modes are found long before the
            first look of a whole run.
    """

    title: str
    recipe: str
    modes: int
    samples: int
    looks: int
    variants: tuple[str, ...]
    animated: tuple[str, ...] = ()
    compared: int | None = None
    holds_vectors: bool = True
    early: tuple[int, ...] = ()


DATA = {
    "stacked_mnist": Data(
        "Stacked MNIST",
        "stacked-mnist",
        1000,
        26_000,
        10,
        variants=(
            *("recipe", "short", "with-r2", "no-pairing", "no-r1"),
            *("packed", "plain"),
        ),
        compared=200_000,
        holds_vectors=False,
        early=tuple(range(12_800, 70_401, 6_400)),
    ),
    "grid": Data(
        "Grid",
        "grid",
        25,
        2500,
        12,
        variants=("recipe", "packed", "plain"),
        animated=("recipe", "plain"),
    ),
    "ring": Data(
        "Ring",
        "ring",
        8,
        2500,
        12,
        variants=("recipe", "plain"),
        animated=("recipe", "plain"),
    ),
}

_PACGAN = [
    ("networks.generator_units", [400, 400, 400, 400]),
    ("networks.discriminator_units", [200, 200, 200]),
    ("networks.generator_activation", "relu"),
    ("networks.batch_normalization", True),
    ("d_opt.learning_rate", 1e-4),
    ("g_opt.learning_rate", 1e-4),
    *((f"{opt}.beta_1", 0.8) for opt in ("d_opt", "g_opt")),
    *((f"{opt}.beta_2", 0.999) for opt in ("d_opt", "g_opt")),
    ("schedule", None),
    ("model.ema_decay", None),
    ("batch_size", 100),
]
"""PacGAN's networks for points and their optimizers, but leaky ReLUs in place
of maxout in the discriminator."""


@dataclass(frozen=True)
class Row:
    """A way to train on one data set.

    Args:
        data: A key of `DATA`.
        variant: One of the variants of its data.
        pack: How many samples the discriminator sees at once.
    """

    data: str
    variant: str
    pack: int = 1

    @property
    def name(self):
        pack = f"-{self.pack}" if self.pack > 1 else ""
        return f"{self.data}-{self.variant}{pack}"

    @property
    def early(self):
        """After how many images its first ones are measured, too."""
        return DATA[self.data].early if self.variant == "recipe" else ()

    @property
    def title(self):
        """What it trains with; the plain loss is the non-saturating one."""
        recipe = self.trained()
        pairing = recipe.loss["name"] == "relativistic_pairing"
        names = [each["name"].upper() for each in penalties_of(recipe)]
        title = " + ".join(["pairing" if pairing else "plain loss", *names])
        if self.pack > 1:
            return f"{title}, packs of {self.pack}"
        return f"{title}, the recipe" if self.variant == "recipe" else title

    def trained(self):
        """The recipe with the row's changes."""
        from keras_gan import recipes

        recipe = recipes.get(DATA[self.data].recipe)
        recipe = recipes.override(recipe, [("data", self.data)])
        changes = []
        compared = DATA[self.data].compared
        if compared is not None and self.variant != "recipe":
            changes += [("budget", compared)]
        if self.variant in ("no-pairing", "plain", "packed"):
            changes += [("loss", "non_saturating")]
        vectors = DATA[self.data].holds_vectors
        if self.variant in ("plain", "packed"):
            changes += [("regularizer", None)]
            changes += _PACGAN if vectors else []
        if self.pack > 1:
            changes += [("model.pack", self.pack)]
        if self.pack > 1 and vectors:
            # PacGAN's batches are of as many packs as of samples without them,
            # and there are as many batches.
            changes += [("batch_size", self.pack * recipe.batch_size)]
            changes += [("epochs", self.pack * recipe.epochs)]
        recipe = recipes.override(recipe, changes)
        if self.variant not in ("with-r2", "no-r1"):
            return recipe
        known = {each["name"]: each for each in penalties_of(recipe)}
        if self.variant == "with-r2":
            known["r2"] = {**known["r1"], "name": "r2"}
        else:
            del known["r1"]
        return replace(recipe, regularizer=tuple(known.values()) or None)


def penalties_of(recipe):
    found = recipe.regularizer or ()
    return found if isinstance(found, tuple) else (found,)


_PACKS = {"stacked_mnist": 2, "grid": 4}
ROWS = [
    Row(data, variant, _PACKS[data] if variant == "packed" else 1)
    for data, known in DATA.items()
    for variant in known.variants
]


class Published(NamedTuple):
    """A row of a paper's table.

    Attributes:
        name: Which GAN.
        modes: Modes found.
        kl: The reverse KL divergence.
        quality: The share of samples of high quality, in percent.
        source: Where it is from.
    """

    name: str
    modes: float
    kl: float
    quality: float | None = None
    source: str = "PacGAN"


PUBLISHED = {
    "stacked_mnist": [
        Published("DCGAN", 78.9, 4.50),
        Published("VEEGAN", 150, 2.95),
        Published("PacDCGAN2", 1000, 0.06),
        Published("StyleGAN2", 940, 0.42, source="R3GAN"),
        Published("GAN + R1 + R2", 693, 0.93, source="R3GAN"),
        Published("pairing + R1 + R2", 1000, 0.078, source="R3GAN"),
        Published("R3GAN", 1000, 0.029, source="R3GAN"),
    ],
    "grid": [
        Published("GAN", 17.3, 0.70, 94.8),
        Published("ALI", 24.1, 0.14, 95.7),
        Published("PacGAN2", 23.8, 0.13, 91.3),
        Published("PacGAN4", 24.8, 0.04, 93.6),
    ],
    "ring": [
        Published("GAN", 6.3, 0.45, 98.2),
        Published("PacGAN2", 7.9, 0.07, 95.6),
    ],
}
"""PacGAN: Lin et al., 2018, arXiv 1712.04086, tables 1 to 3. R3GAN: Huang et
al., 2024, arXiv 2501.05441, table 1."""


def records(row):
    """What was recorded of a row, by seed."""
    names = [f"{row.name}-seed-{seed}" for seed in range(SEEDS)]
    found = [(record(name), record(f"{name}-early")) for name in names]
    return [with_early(run, early) for run, early in found if run]


def record(name):
    path = RECORDS / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def with_early(run, early):
    """A run with the looks at one that ended early, if both are the same."""
    if early is None:
        return run
    both = [without_words(each["settings"]) for each in (run, early)]
    if both[0] != both[1]:
        return run
    return {**run, "early": early["points"]}


def without_words(settings):
    """What decides how a recipe of a record trains.

    What recipes could not say when it was made had its default.
    """
    from keras_gan.recipes import Recipe

    bare = Recipe(name="", system="", networks={"name": "dense"}).to_dict()
    found = {**json.loads(json.dumps(bare)), **settings}
    words = ("name", "system", "evaluation")
    return {k: v for k, v in found.items() if k not in words}


def measured():
    """The rows of which there are records, with them."""
    pairs = [(row, records(row)) for row in ROWS]
    return [(row, runs) for row, runs in pairs if runs]
