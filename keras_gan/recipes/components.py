"""The components of a recipe: by name, the code that makes each of them.

A component, such as the loss, is described by a name and settings. Here is
which function or class the name stands for, which settings it takes, of which
types and in which ranges.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, get_type_hints

import keras

from keras_gan import (
    callbacks,
    losses,
    models,
    networks,
    optimizers,
    regularizers,
    schedules,
)
from keras_gan.augment.identifiers import maker as augment_maker
from keras_gan.recipes import scheduled_settings
from keras_gan.recipes.scheduled_settings import Updates
from keras_gan.recipes.setting_types import (
    Range,
    as_declared,
    check_range,
    check_type,
    check_value_range,
)
from keras_gan.schedules import Number

__all__ = [
    "COMPONENTS",
    "check_setting",
    "default_settings",
    "make_component",
    "model_class",
    "types_of_settings",
]

Maker = Callable[..., Any]

_CLIPPING: dict[str, Maker] = {
    "gradient": callbacks.GradientClipping,
    "weight": callbacks.WeightClipping,
}


def _cosine_schedule(
    initial_learning_rate: float,
    decay_steps: int,
    hold: float = 0.0,
    alpha: float = 0.0,
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Holds the rate for a share of the steps, then lowers it to `alpha`."""
    if not 0.0 <= hold < 1.0:
        raise ValueError(
            "`schedule.hold` is the share of the steps at the first rate, from "
            f"0 to below 1. Received: hold={hold}"
        )
    held = round(hold * decay_steps)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate,
        max(1, decay_steps - held),
        alpha,
        # Keras holds a rate by warming up from it to itself.
        warmup_target=initial_learning_rate if held else None,
        warmup_steps=held,
    )


def _linear_schedule(
    initial_learning_rate: float,
    decay_steps: int,
    end_learning_rate: float = 0.0,
) -> keras.optimizers.schedules.LearningRateSchedule:
    return keras.optimizers.schedules.PolynomialDecay(
        initial_learning_rate, decay_steps, end_learning_rate
    )


_SCHEDULES: dict[str, Maker] = {
    "cosine": _cosine_schedule,
    "linear": _linear_schedule,
}
_EVALUATION_METRICS = ("fid", "kid", "kl")
"""Of all metrics those where lower is better: they choose the best epoch."""
_BETAS = ("beta_1", "beta_2")
_NEVER_SET = (
    *("self", "name", "seed", "image_shape", "num_classes"),
    *("generator", "discriminator", "critic", "regularizer", "augment"),
    *("real", "metrics", "split", "labels", "cache", "sources"),
    *("initial_learning_rate", "decay_steps", "layers"),
)
"""Arguments that no recipe sets: data, seed or other components do."""
_NEVER_SET_OF: dict[str, tuple[str, ...]] = {
    # A model reads the latents' size off its generator.
    "model": (
        "latent_dim",
        *("generator_ab", "generator_ba"),
        *("discriminator_a", "discriminator_b"),
    ),
    "networks": ("source_shape", "scale", "source_channels", "channels_b"),
    "evaluation": ("direction",),
}
"""Those of single components."""

NETWORKS: dict[type[models.AdversarialModel], tuple[str, ...]] = {
    models.GAN: (
        *("dcgan", "dense", "r3gan", "residual", "resize_conv", "style_gan"),
        "wgan_gp",
    ),
    models.Pix2Pix: ("pix2pix", "srgan"),
    models.CycleGAN: ("cycle_gan",),
}
"""The functions that make all networks of a model, by its class."""

_TYPES_IN_KERAS: dict[str, Any] = {
    "weight_decay": float | None,
    "clipnorm": float | None,
    "clipvalue": float | None,
    "global_clipnorm": float | None,
    "ema_overwrite_frequency": int | None,
    "loss_scale_factor": float | None,
    "gradient_accumulation_steps": int | None,
    "exclude_layers": Sequence[str] | None,
    "adam_lr_ratio": float,
    "dtype": str | None,
}
_SHARE = Range(0, 1, below=True)
_POSITIVE = Range(0, above=True)
_NOT_NEGATIVE = Range(0)
# Keras accepts nearly any number, and then the weights become NaN.
_OPTIMIZER_RANGES = {
    **dict.fromkeys(
        ("learning_rate", "epsilon", "epsilon_1", "epsilon_2", "beta"),
        _NOT_NEGATIVE,
    ),
    **dict.fromkeys(
        ("weight_decay", "adam_weight_decay", "adam_lr_ratio", "rms_rate"),
        _NOT_NEGATIVE,
    ),
    **dict.fromkeys(
        ("beta_1", "beta_2", "adam_beta_1", "adam_beta_2", "rho", "momentum"),
        _SHARE,
    ),
    **dict.fromkeys(
        ("clipnorm", "clipvalue", "global_clipnorm", "clip_threshold"),
        _POSITIVE,
    ),
    "loss_scale_factor": _POSITIVE,
    "initial_accumulator_value": _NOT_NEGATIVE,
    "learning_rate_power": Range(high=0),
    "beta_2_decay": Range(high=0),
    # Each of these steps makes the compiled step longer.
    "ns_steps": Range(1, 100),
    "ema_momentum": Range(0, 1),
}
_RANGES: dict[str, dict[str, Range]] = {
    "networks": {
        "batch_norm_momentum": _SHARE,
        "batch_norm_epsilon": _POSITIVE,
        "dropout": _SHARE,
    },
    "d_opt": _OPTIMIZER_RANGES,
    "g_opt": _OPTIMIZER_RANGES,
    # Arguments of Keras' losses. Scores are (n, 1), hence the axes.
    "loss": {"label_smoothing": Range(0, 1), "axis": Range(-1, 1)},
    "schedule": {"alpha": Range(0, 1), "end_learning_rate": _NOT_NEGATIVE},
    # All images are made, and in memory, before the first is measured.
    "evaluation": {"num_samples": Range(2, 1_000_000)},
}
"""The ranges that a component does not check itself."""


def make_component(
    component: str,
    settings: Mapping[str, Any],
    *,
    updates: Updates | None = None,
    **given: Any,
) -> Any:
    """Makes a component, such as a loss, from its name and settings.

    Args:
        component: One of `COMPONENTS`.
        settings: As in a `Recipe`.
        updates: The length of the run, which schedules follow.
        **given: Arguments that no recipe sets.

    Raises:
        ValueError: If there is none of that name, or a setting is wrong.
        TypeError: If a setting is unknown.
    """
    name = settings["name"]
    arguments = {}
    for key, value in settings.items():
        if key != "name":
            check_setting(component, name, key, value)
            hint = types_of_settings(component, name).get(key)
            value = as_declared(value, scheduled_settings.plain(hint))
            steps = (updates or Updates()).of(component, key)
            arguments[key] = scheduled_settings.made(value, steps)
    maker = COMPONENTS[component](name)
    if _is_adam(component, name) and _with_schedule(arguments):
        maker = optimizers.Adam
    return maker(**{**arguments, **given})


def _is_adam(component: str, name: str) -> bool:
    return component in ("d_opt", "g_opt") and name.lower() == "adam"


def _with_schedule(arguments: Mapping[str, Any]) -> bool:
    return any(schedules.is_schedule(arguments.get(key)) for key in _BETAS)


def check_setting(
    component: str, name: str, key: str, value: Any, label: str | None = None
) -> None:
    """Raises an error if a setting has a wrong value.

    Args:
        component: One of `COMPONENTS`.
        name: Its name, such as `hinge`.
        key: Its argument.
        value: A number, text, bool, None, a list of these, or the description
            of a schedule.
        label: What errors call it. Default: component and key.

    Raises:
        ValueError: If there is none of that name, the value is of the wrong
            type, or the number out of range.
    """
    hint = types_of_settings(component, name).get(key)
    if hint is None:
        return  # The setting is unknown: making the component raises.
    label = label or f"{component}.{key}"
    ranges = _RANGES.get(component, {})
    if isinstance(value, Mapping) and scheduled_settings.takes_schedule(hint):
        allowed = ranges.get(key, Range())
        scheduled_settings.check(label, value, hint, allowed)
        return
    hint = scheduled_settings.plain(hint)
    check_type(label, value, hint)
    if key == "value_range" and value is not None:
        check_value_range(label, value)
    if key in ranges:
        check_range(label, value, ranges[key])


def default_settings(component: str, name: str) -> dict[str, Any]:
    """Returns the settings that a component takes, with their defaults.

    Args:
        component: One of `COMPONENTS`.
        name: Its name, such as `hinge`.

    Raises:
        ValueError: If there is none of that name.
    """
    maker = COMPONENTS[component](name)
    given = (*_NEVER_SET, *_NEVER_SET_OF.get(component, ()))
    found: dict[str, Any] = {}
    for each in _constructors(maker):
        for parameter in inspect.signature(each).parameters.values():
            if parameter.name in given or parameter.kind in _VARIADIC:
                continue
            default = parameter.default
            missing = default is inspect.Parameter.empty
            found.setdefault(parameter.name, None if missing else default)
    return found


@cache
def types_of_settings(component: str, name: str) -> dict[str, Any]:
    """Returns the type of each setting of a component.

    Keras has no type hints. For its classes this is the type of the default
    or, if the default is None, the type that Keras documents.

    Args:
        component: One of `COMPONENTS`.
        name: Its name, such as `hinge`.

    Raises:
        ValueError: If there is none of that name.
    """
    declared: dict[str, Any] = {}
    for each in _constructors(COMPONENTS[component](name)):
        declared = {**get_type_hints(each), **declared}
    if _is_adam(component, name):
        declared |= dict.fromkeys(_BETAS, Number)
    found = {}
    for key, default in default_settings(component, name).items():
        if key in declared and declared[key] is not Any:
            found[key] = declared[key]
        elif key in _TYPES_IN_KERAS:
            found[key] = _TYPES_IN_KERAS[key]
        else:
            found[key] = Any if default is None else type(default)
    return found


_VARIADIC = (
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.VAR_KEYWORD,
)


def _constructors(maker: Maker) -> list[Maker]:
    """Returns the functions whose arguments a class takes.

    Those of its base, too, where a class of ours hands on what it is given.
    """
    if isinstance(maker, partial):
        maker = maker.func
    if not isinstance(maker, type):
        return [maker]
    own = [base for base in maker.__mro__ if "__init__" in vars(base)]
    ours = [base for base in own if base.__module__.startswith("keras_gan.")]
    found: list[Maker] = []
    for base in ours or own[:1]:
        found.append(vars(base)["__init__"])
        parameters = inspect.signature(found[-1]).parameters.values()
        if all(p.kind is not inspect.Parameter.VAR_KEYWORD for p in parameters):
            break
    return found


def _network(name: str) -> Maker:
    known = [each for names in NETWORKS.values() for each in names]
    if name not in known:
        raise _unknown("networks", name, known)
    maker: Maker = getattr(networks, name)
    return maker


def _model(name: str) -> Maker:
    found = model_class(name)
    if found is None:
        raise _unknown("model", name, filter(model_class, models.__all__))
    return found


def model_class(name: str) -> type[models.AdversarialModel] | None:
    """Returns the model of that name, or None if there is none."""
    found = getattr(models, name) if name in models.__all__ else None
    known = isinstance(found, type) and issubclass(found, tuple(NETWORKS))
    return found if known else None


def _optimizer(name: str) -> Maker:
    return type(keras.optimizers.get(name))


def _schedule(name: str) -> Maker:
    if name not in _SCHEDULES:
        raise _unknown("schedule", name, _SCHEDULES)
    return _SCHEDULES[name]


def _loss(name: str) -> Maker:
    found = losses.get(name)
    inner = getattr(found, "loss", None)
    return type(found) if inner is None else type(inner)


def _regularizer(name: str) -> Maker:
    return type(regularizers.get(name)[0])


def _augment(name: str) -> Maker:
    made = augment_maker(name)
    made()  # An unknown name is an error now.
    return made


def _clipping(name: str) -> Maker:
    if name not in _CLIPPING:
        raise _unknown("clipping", name, _CLIPPING)
    return _CLIPPING[name]


def _evaluation(name: str) -> Maker:
    if name not in _EVALUATION_METRICS:
        raise _unknown("evaluation", name, _EVALUATION_METRICS)
    return callbacks.Evaluation


def _unknown(component: str, name: str, known: Any) -> ValueError:
    return ValueError(
        f"`{component}` must be one of {', '.join(known)}. Received: {name!r}"
    )


COMPONENTS: dict[str, Callable[[str], Maker]] = {
    "networks": _network,
    "model": _model,
    "loss": _loss,
    "d_opt": _optimizer,
    "g_opt": _optimizer,
    "schedule": _schedule,
    "regularizer": _regularizer,
    "augment": _augment,
    "clipping": _clipping,
    "evaluation": _evaluation,
}
"""A recipe's components, each with the function that finds one by name."""
