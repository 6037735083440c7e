"""The recipe: a complete description of a training, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Self, get_type_hints

from keras_gan._checks import choice, instance_of, received, whole_number
from keras_gan.datasets.decode import check_channels
from keras_gan.datasets.pair_loading import CLOTHES
from keras_gan.models import AdversarialModel, ConditionalGAN
from keras_gan.recipes.components import COMPONENTS, model_class
from keras_gan.recipes.setting_types import (
    Range,
    check_range,
    check_type,
    check_value_range,
)

__all__ = [
    "DEFAULT_EVALUATION",
    "OWN_VALUES",
    "Recipe",
    "Settings",
    "check_recipe",
    "default_of",
    "settings_of",
]

Settings = Mapping[str, Any]
"""A component: its `"name"`, and the settings that are not the defaults."""

_AT_LEAST_ONE = Range(low=1)
_RANGES = {
    "label": Range(low=0),
    "freeze_d": Range(low=0),
    "limit": _AT_LEAST_ONE,
    # With larger images not even one batch of activations fits in memory.
    "image_size": Range(1, 4096),
    "scale": Range(low=2),
    "jitter": Range(low=0),
    "batch_size": _AT_LEAST_ONE,
    "epochs": _AT_LEAST_ONE,
    "budget": _AT_LEAST_ONE,
    "steps_per_epoch": _AT_LEAST_ONE,
}

_FEW_EPOCHS = 4
_PARTS = (8, 7, 9, 6, 10)
"""A budget of fewer epochs has so many parts: the first that loses least."""

DEFAULT_EVALUATION = {"name": "fid", "num_samples": 2000}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides a training run, beside data and seed.

    A component, such as the networks, is a mapping: `"name"` says which one it
    is, and every other key is one of its arguments. What is left out keeps the
    component's default. Where an argument takes a number or a schedule, see
    `keras_gan.schedules`, the mapping may have `{"name": "cosine", "start":
    0.05, "end": 0.005}` from the start of the run to its end, with `"hold"`, a
    share of the run, or `"linear"`; for `model.ema_decay` also `{"name":
    "half_life", "images": ...}`, a number or one of these.

    Args:
        name: What the command line calls it.
        system: One sentence: what it is, and what it shows.
        networks: A function of `keras_gan.networks` that makes all networks of
            the model.
        model: A class of `keras_gan`: `GAN` or another that generates, or
            `Pix2Pix` or `CycleGAN`, which translate.
        loss: A name that `keras_gan.losses.get` knows, with the settings of
            that loss. None is the model's default.
        d_opt: The discriminator's Keras optimizer. None is the model's
            default.
        g_opt: The generator's, likewise.
        schedule: How both learning rates fall from the start of the run to
            its end: `cosine` or `linear`, the schedules of Keras. None keeps
            them.
        regularizer: A name that `keras_gan.regularizers.get` knows; or a list
            of several such mappings, as R1 and R2 are taken together.
        augment: A name that `keras_gan.augment.get` knows.
        clipping: `gradient` or `weight`: the callbacks `GradientClipping` and
            `WeightClipping`, which `keras_gan.recipes.clipping` makes.
        freeze_d: How many of the discriminator's first layers with weights
            keep them, for a start from a trained GAN, see `init_from`.
        data: What `keras_gan.datasets.source` knows, or None where the user
            has to say. Of a `Pix2Pix` what `datasets.pairs` knows, of a
            `CycleGAN` what `datasets.unpaired` does.
        clothes: `"fashion_mnist"` or `"fashion_mnist_sample"`: what the named
            sets of `datasets.pairs` and `datasets.unpaired` are made of. None
            is the first where it is on the machine, else the second. A run
            notes which one it was.
        label: The one class to train on, or None for all.
        limit: The number of images or pairs to train on, or None for all; of
            unpaired sides, of each.
        image_size: Size in pixels to bring the images to, or None.
        channels: 1 for grey, 3 for colour, None for what the data are.
        source_channels: The same for sources, or side a. None is `channels`.
        direction: `"ab"` translates side a of pairs, or the left half, into
            side b; `"ba"` the reverse. The sides of a `CycleGAN` are exchanged.
        scale: For super-resolution: each source is its target, so many times
            smaller. None where the data have sources.
        jitter: By how many pixels images are enlarged, and cropped back at a
            random place, as `datasets.PairBatches` does it.
        flip: Whether images are mirrored left to right in half of the epochs,
            each by itself, or each pair, as `datasets.ImageBatches` does it.
            What generated images are compared with stays as it is.
        value_range: The floats that stand for black and white.
        batch_size: Images in a batch.
        epochs: How many epochs to train. None leaves it to `budget`.
        budget: Images to train on in total, where `epochs` is None: more
            epochs of a small data set, fewer of a large one. If these were
            less than four, it is divided into six to ten epochs that see a
            part of the data each, so that there are curves, pictures and
            checkpoints on the way.
        steps_per_epoch: Batches in an epoch, as `datasets.ImageBatches` takes
            them. None is all of the data, or leaves it to `budget`.
        evaluation: `fid`, `kid` or `kl`, measured while training: the settings
            of the callback `Evaluation`. Left out where the package has no
            classifier of the images and no `extractor` is set. With `kl` come
            the modes found and, of points, the share of high quality.

    Raises:
        ValueError: If a value is of the wrong type or out of range. The
            settings of a component are looked at when it is made.
    """

    name: str
    system: str
    networks: Settings
    model: Settings = field(default_factory=lambda: {"name": "GAN"})
    loss: Settings | None = None
    d_opt: Settings | None = None
    g_opt: Settings | None = None
    schedule: Settings | None = None
    regularizer: Settings | Sequence[Settings] | None = None
    augment: Settings | None = None
    clipping: Settings | None = None
    freeze_d: int = 0
    data: str | None = "fashion_mnist"
    clothes: str | None = None
    label: int | None = None
    limit: int | None = None
    image_size: int | None = None
    channels: int | None = None
    source_channels: int | None = None
    direction: str = "ab"
    scale: int | None = None
    jitter: int = 0
    flip: bool = False
    value_range: tuple[float, float] = (-1.0, 1.0)
    batch_size: int = 128
    epochs: int | None = 20
    budget: int | None = None
    steps_per_epoch: int | None = None
    evaluation: Settings | None = field(
        default_factory=lambda: {**DEFAULT_EVALUATION}
    )

    def __post_init__(self) -> None:
        for name, hint in _TYPES.items():
            value = getattr(self, name)
            if hint in _COMPONENT_TYPES:
                _check_component(name, value, hint)
            elif name == "value_range":
                check_value_range(name, value)
            else:
                check_type(name, value, hint)
                check_range(name, value, _RANGES.get(name, Range()))
        if isinstance(self.regularizer, list):
            # JSON has no tuples, and the dataclass is frozen.
            object.__setattr__(self, "regularizer", tuple(self.regularizer))
        if self.channels is not None:
            check_channels(self.channels)
        if self.source_channels is not None:
            check_channels(self.source_channels, "source_channels")
        choice("direction", self.direction, ("ab", "ba"))
        choice("clothes", self.clothes, (None, *CLOTHES))
        if self.data is not None and ("\0" in self.data or not self.data):
            raise ValueError(
                "`data` must be the name of a data set, or a path. "
                f"{received('data', self.data)}"
            )

    @property
    def model_class(self) -> type[AdversarialModel]:
        """The class of the model.

        Raises:
            ValueError: If there is none of that name.
        """
        found: Any = COMPONENTS["model"](self.model["name"])
        return found  # type: ignore[no-any-return]

    @property
    def conditional(self) -> bool:
        """Whether the networks take the class as an input."""
        found = model_class(self.model["name"])
        return found is not None and issubclass(found, ConditionalGAN)

    def planned(self, count: int) -> Self:
        """Returns the recipe with its epochs for a data set.

        A recipe that has `epochs`, as one that is planned, stays as it is.

        Args:
            count: How many images, pairs or vectors the data set has; of
                unpaired sides, the longer one.

        Raises:
            ValueError: If `count` is no whole number from 1 on.
        """
        count = whole_number("count", count, 1)
        if self.epochs is not None:
            return self
        budget, steps = self.budget or count, self.steps_per_epoch
        if steps is not None:
            epochs = round(budget / (steps * self.batch_size))
            return replace(self, epochs=max(1, epochs))
        epochs = max(1, round(budget / count))
        if epochs >= _FEW_EPOCHS or self.batch_size > count:
            return replace(self, epochs=epochs)
        batches = max(1, budget // self.batch_size)
        parts = max(_PARTS, key=lambda parts: batches // parts * parts)
        parts = min(parts, batches)
        return replace(self, epochs=parts, steps_per_epoch=batches // parts)

    def batches_of(self, count: int) -> int:
        """Returns how many batches an epoch of `count` images has."""
        return self.steps_per_epoch or max(1, count // self.batch_size)

    def to_dict(self) -> dict[str, Any]:
        """Returns what `from_dict` takes, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Makes the recipe that `to_dict` described.

        Raises:
            ValueError: If a key is unknown.
        """
        known = {each.name for each in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(
                f"A recipe has {sorted(known)}. Received: {unknown}"
            )
        missing = sorted({"name", "system", "networks"} - set(values))
        if missing:
            raise ValueError(f"A recipe must have {missing}.")
        recipe = cls(**values)
        # JSON has no tuples.
        low, high = recipe.value_range
        return replace(recipe, value_range=(low, high))


def check_recipe(recipe: Any) -> None:
    """Raises an error if something is no recipe, for example its name.

    Raises:
        TypeError: With what was received.
    """
    words = "a `keras_gan.recipes.Recipe`; `recipes.get` finds one by its name"
    instance_of("recipe", recipe, Recipe, words)


def default_of(key: str) -> Any:
    """Returns the value that one of a recipe's keys has where it is left out.

    Args:
        key: One that has a default.
    """
    (found,) = (each for each in fields(Recipe) if each.name == key)
    return found.default


def settings_of(recipe: Recipe, component: str) -> tuple[Settings, ...]:
    """Returns a component's settings: none, one, or those of several."""
    found: Settings | Sequence[Settings] | None = getattr(recipe, component)
    if found is None:
        return ()
    return (found,) if isinstance(found, Mapping) else tuple(found)


def _check_component(name: str, value: Any, hint: Any) -> None:
    if value is None and hint != Settings:
        return
    if hint == _SEVERAL and isinstance(value, list | tuple) and value:
        for each in value:
            _check_component(name, each, Settings)
        names = [each["name"] for each in value]
        if len(set(names)) < len(names):
            raise ValueError(
                f"`{name}` must hold each name once. Received: {names}"
            )
        return
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        raise ValueError(
            f'`{name}` must be settings with a "name". {received(name, value)}'
        )


_SEVERAL = Settings | Sequence[Settings] | None
_COMPONENT_TYPES = (Settings, Settings | None, _SEVERAL)
_TYPES: dict[str, Any] = get_type_hints(Recipe)
OWN_VALUES = tuple(
    name
    for name, hint in _TYPES.items()
    if hint not in _COMPONENT_TYPES and name not in ("name", "system")
)
"""The keys of a recipe that are plain values, not components."""
