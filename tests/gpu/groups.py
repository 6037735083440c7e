"""What the GPU check measures, and what of it fits into the time."""

import statistics
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "docs" / "gpu" / "record.json"

RECIPES = ("quick", "dcgan", "wgan-gp", "r3gan")
SIZES = (32, 64, 128)
DTYPES = ("float32", "bfloat16", "float16")
CHANNELS = 3


@dataclass(frozen=True)
class Contestant:
    """Who trains.

    Args:
        name: What the record calls it.
        describe: For the page.
        module: The one of tests/gpu that trains.
        framework: What it computes with.
        keras: Whether Keras is needed, on that framework.
    """

    name: str
    describe: str
    module: str
    framework: str
    keras: bool


CONTESTANTS = (
    Contestant(
        "keras_gan-torch",
        "`keras_gan`, `fit` on torch",
        "fitted",
        "torch",
        True,
    ),
    Contestant(
        "keras_gan-jax", "`keras_gan`, `fit` on JAX", "fitted", "jax", True
    ),
    Contestant("pytorch", "PyTorch loop, eager", "plain_torch", "torch", False),
    Contestant(
        "pytorch-compile",
        "PyTorch loop, `torch.compile`",
        "compiled_torch",
        "torch",
        False,
    ),
    Contestant("jax", "hand-written JAX step", "jax_step", "jax", True),
)


@dataclass(frozen=True)
class Group:
    """One training, which all contestants do by turns.

    Args:
        recipe: Whose networks, losses, penalties and optimizers.
        size: Height and width of the images.
        dtype: Of what is computed; weights are float32.
        batch_size: Images in a batch.
    """

    recipe: str
    size: int
    dtype: str
    batch_size: int

    def key(self):
        return asdict(self)

    def __str__(self):
        size = f"{self.size} px, batches of {self.batch_size}"
        return f"{self.recipe}, {size}, {self.dtype}"


def ordered(recipes, sizes, dtypes, batch_sizes):
    """All groups, what says most first.

    64 pixels in float32 and bfloat16 come first, then the other sizes of
    these, float16 last.
    """
    sizes = sorted(sizes, key=lambda size: (size != 64, size))
    dtypes = sorted(dtypes, key=DTYPES.index)
    rounds = [
        (batch_size, size, dtype)
        for late in (False, True)
        for batch_size in batch_sizes
        for size in sizes
        for dtype in dtypes
        if (dtype == "float16") == late
    ]
    return [
        Group(recipe, size, dtype, batch_size)
        for batch_size, size, dtype in rounds
        for recipe in recipes
    ]


class TimeBudget:
    """Which groups still fit.

    What a group will take is the longest of those of its recipe that were
    measured; else, the median of all of them; else, what it is told.

    Args:
        seconds: Until everything must be over.
        clock: Returns seconds.
        first: Seconds that a group takes, before any was measured.
    """

    def __init__(self, seconds, clock, first=60.0):
        self._clock, self._end, self._first = clock, clock() + seconds, first
        self._taken = {}

    def left(self):
        return self._end - self._clock()

    def expected(self, group):
        if own := self._taken.get(group.recipe):
            return max(own)
        every = [each for taken in self._taken.values() for each in taken]
        return statistics.median(every) if every else self._first

    def fits(self, group):
        return self.expected(group) <= self.left()

    def next_of(self, groups, count):
        """Returns the first groups that fit, at most so many."""
        return [each for each in groups if self.fits(each)][:count]

    def took(self, group, seconds):
        self._taken.setdefault(group.recipe, []).append(seconds)


def networks_changes(recipe, size):
    """What of a recipe's networks follows the size; None removes a setting."""
    if recipe == "quick":
        # As in `quick-64` and `quick-128`, but all filters.
        return {"stages": {32: 3, 64: 4, 128: 5}.get(size, 3)}
    if recipe == "wgan-gp":
        # At 32 pixels they are the recipe's; above, one more a doubling.
        return {"critic_filters": None}
    return {}


def recipe_of(group):
    """The recipe at the group's size, with its batches."""
    from dataclasses import replace

    from keras_gan import recipes

    found = recipes.get(group.recipe)
    changed = {**found.networks, **networks_changes(group.recipe, group.size)}
    networks = {
        key: value for key, value in changed.items() if value is not None
    }
    return replace(found, networks=networks, batch_size=group.batch_size)
