"""From a part's name to the code behind it, and to what it can be told."""

import inspect
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import keras

import keras_gan
from keras_gan import augment, callbacks, losses, networks, regularizers

__all__ = ["PARTS", "defaults", "kinds", "make"]

Maker = Callable[..., Any]

_CLIPPING: dict[str, Maker] = {
    "gradient": callbacks.GradientClipping,
    "weight": callbacks.WeightClipping,
}


def _cosine(
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


def _linear(
    initial_learning_rate: float,
    decay_steps: int,
    end_learning_rate: float = 0.0,
) -> keras.optimizers.schedules.LearningRateSchedule:
    return keras.optimizers.schedules.PolynomialDecay(
        initial_learning_rate, decay_steps, end_learning_rate
    )


_SCHEDULES: dict[str, Maker] = {
    "cosine": _cosine,
    "linear": _linear,
}
_DISTANCES = ("fid", "kid")
_MODELS = ("GAN", "WGANGP", "ConditionalGAN", "ConditionalWGANGP", "ACGAN")
_GIVEN = (
    *("self", "name", "seed", "image_shape", "num_classes"),
    *("generator", "discriminator", "critic", "regularizer", "augment"),
    *("real", "metrics", "split", "labels", "cache"),
    *("initial_learning_rate", "decay_steps"),
)
"""Arguments that no recipe sets: they follow from data, seed or other parts."""


def make(part: str, settings: Mapping[str, Any], **given: Any) -> Any:
    """Makes a part, such as a loss, from its name and settings.

    Args:
        part: One of `PARTS`.
        settings: As in a `Recipe`.
        **given: Arguments that follow from data, seed or other parts.

    Raises:
        ValueError: If there is no part of that name, or a setting is wrong.
        TypeError: If a setting is unknown.
    """
    arguments = {key: each for key, each in settings.items() if key != "name"}
    return PARTS[part](settings["name"])(**given, **arguments)


def defaults(part: str, name: str) -> dict[str, Any]:
    """Returns what a part can be told, with the defaults.

    Args:
        part: One of `PARTS`.
        name: Which of its kind.

    Raises:
        ValueError: If there is none of that name.
    """
    maker = PARTS[part](name)
    # A model reads the latents' size off its generator.
    given = (*_GIVEN, "latent_dim") if part == "model" else _GIVEN
    found: dict[str, Any] = {}
    for each in _makers(maker):
        for parameter in inspect.signature(each).parameters.values():
            if parameter.name in given or parameter.kind in _VARIADIC:
                continue
            default = parameter.default
            missing = default is inspect.Parameter.empty
            found.setdefault(parameter.name, None if missing else default)
    return found


def kinds(part: str, name: str) -> dict[str, tuple[type, ...]]:
    """Returns of which types a part's settings say they may be.

    Args:
        part: One of `PARTS`.
        name: Which of its kind.

    Raises:
        ValueError: If there is none of that name.
    """
    found: dict[str, tuple[type, ...]] = {}
    for each in _makers(PARTS[part](name)):
        for key, hint in get_type_hints(each).items():
            union = get_origin(hint) in (Union, UnionType)
            options = get_args(hint) if union else (hint,)
            types = tuple(kind for kind in options if type(kind) is type)
            found.setdefault(key, types)
    return found


_VARIADIC = (
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.VAR_KEYWORD,
)


def _makers(maker: Maker) -> list[Maker]:
    """A class takes its bases' arguments too, up to those of Keras."""
    if not isinstance(maker, type):
        return [maker]
    own = [base for base in maker.__mro__ if "__init__" in vars(base)]
    ours = [base for base in own if base.__module__.startswith("keras_gan.")]
    return [vars(base)["__init__"] for base in ours or own[:1]]


def _network(name: str) -> Maker:
    if name not in networks.__all__:
        raise _unknown("networks", name, networks.__all__)
    maker: Maker = getattr(networks, name)
    return maker


def _model(name: str) -> Maker:
    known = [each for each in _MODELS if hasattr(keras_gan, each)]
    if name not in known:
        raise _unknown("model", name, known)
    maker: Maker = getattr(keras_gan, name)
    return maker


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
    return type(augment.get(name))


def _clipping(name: str) -> Maker:
    if name not in _CLIPPING:
        raise _unknown("clipping", name, _CLIPPING)
    return _CLIPPING[name]


def _evaluation(name: str) -> Maker:
    if name not in _DISTANCES:
        raise _unknown("evaluation", name, _DISTANCES)
    return callbacks.Evaluation


def _unknown(part: str, name: str, known: Any) -> ValueError:
    return ValueError(
        f"`{part}` must be one of {', '.join(known)}. Received: {name!r}"
    )


PARTS: dict[str, Callable[[str], Maker]] = {
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
"""A recipe's parts, each with the way from a name to the code."""
