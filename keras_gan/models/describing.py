"""What is a GAN made of? In a few lines."""

import html
from typing import TYPE_CHECKING, NamedTuple

import keras

from keras_gan import losses
from keras_gan.models import inspection
from keras_gan.schedules import in_words

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel
    from keras_gan.models.gan import GAN
    from keras_gan.models.image_to_image import ImageToImage


def facts(gan: "GAN") -> list[str]:
    """Returns the sizes of a GAN, its objective and settings, in lines."""
    penalties = " + ".join(
        f"{type(each).__name__}(weight={in_words(each.weight)})"
        for each in gan.regularizers
    )
    objective = _loss_name(gan)
    objective += f" + {penalties}" if penalties else ""
    sizes = (
        f"generator {gan.generator.count_params():,} parameters, "
        f"discriminator {gan.discriminator.count_params():,}"
    )
    packs = f"; packs of {gan.pack}" if gan.pack > 1 else ""
    return [
        f'{type(gan).__name__} "{gan.name}": {sizes}',
        f"latents {gan.latent_shape} -> images {gan.image_shape}",
        f"objective: {objective}{packs}; {_steps(gan)}; "
        f"EMA decay: {gan.ema_decay}",
    ]


def translation(gan: "ImageToImage") -> list[str]:
    """Returns the sizes of an image-to-image model and its objective."""
    sizes = [
        f"{name} {network.count_params():,} parameters"
        for name, network in gan.players.networks.items()
    ]
    penalties = "".join(
        f" + {type(each).__name__}(weight={in_words(each.weight)})"
        for each in gan.regularizers
    )
    objective = _loss_name(gan)
    weights = gan.weights_of_loss.items()
    said = ", ".join(f"{name}={in_words(each)}" for name, each in weights)
    average = "none" if gan.ema_decay is None else in_words(gan.ema_decay)
    return [
        f'{type(gan).__name__} "{gan.name}": {", ".join(sizes)}',
        f"objective: {objective}{penalties}; {said}",
        f"{_steps(gan)}; EMA decay: {average}",
    ]


def _steps(gan: "GAN | ImageToImage") -> str:
    said = f"discriminator steps: {gan.discriminator_steps}"
    more = gan.generator_steps > 1
    return f"{said}; generator steps: {gan.generator_steps}" if more else said


class _Network(NamedTuple):
    """What is said of a network, in words."""

    name: str
    kind: str
    shapes: str
    parameters: str
    optimizer: str


def in_a_line(model: "AdversarialModel") -> str:
    """Returns a model's networks, sizes and objective in one line."""
    networks = "; ".join(
        f"{each.name} {each.shapes}{', ' * bool(each.shapes)}"
        f"{each.parameters} parameters"
        for each in _networks(model)
    )
    return (
        f'<{type(model).__name__} "{model.name}": {networks}; '
        f"objective: {_objective(model)}>"
    )


def as_html(model: "AdversarialModel") -> str:
    """Returns what `in_a_line` says, and the optimizers, as a table."""
    rows = _networks(model)
    titles = ["network", "class", "from, to", "parameters"]
    titles += ["optimizer"] if rows[0].optimizer else []
    head = "".join(
        f'<th style="text-align:left">{title}</th>' for title in titles
    )
    body = "".join(
        "<tr>" + "".join(map(_cell, each[: len(titles)])) + "</tr>"
        for each in rows
    )
    return (
        f"<b>{html.escape(type(model).__name__)}</b> "
        f"&ldquo;{html.escape(model.name)}&rdquo;<br>"
        f"objective: {html.escape(_objective(model))}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(words: str) -> str:
    return f'<td style="text-align:left">{html.escape(words)}</td>'


def _networks(model: "AdversarialModel") -> list[_Network]:
    """Returns all networks, those that make something first."""
    return [
        _Network(
            name,
            type(network).__name__,
            _shapes(network),
            f"{network.count_params():,}",
            _optimizer(player.optimizer) if model.compiled else "",
        )
        for player in reversed(list(model.players.values()))
        for name, network in player.networks.items()
    ]


def _shapes(network: keras.layers.Layer) -> str:
    """Returns "(100,) -> (28, 28, 1)", or nothing where it is not known."""
    ends = inspection.symbolic_inputs(network), _outputs(network)
    if not all(ends):
        return ""
    return " -> ".join(
        ", ".join(str(tuple(each.shape[1:])) for each in end) for end in ends
    )


def _outputs(network: keras.layers.Layer) -> list[keras.KerasTensor]:
    try:
        return list(keras.tree.flatten(network.outputs))
    except (AttributeError, ValueError):
        return []


def _optimizer(optimizer: keras.optimizers.Optimizer) -> str:
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    rate = inner.get_config()["learning_rate"]
    said = f"{rate:.3g}" if isinstance(rate, (int, float)) else "by schedule"
    return f"{type(inner).__name__}, learning rate {said}"


def _objective(model: "AdversarialModel") -> str:
    penalties = [
        f"{type(each).__name__}(weight={in_words(each.weight)})"
        for player in model.players.values()
        for each in player.regularizers
    ]
    return " + ".join([_loss_name(model), *penalties])


def _loss_name(model: "AdversarialModel") -> str:
    """Returns the class of a loss, also of the one that `compile` will take."""
    loss = getattr(model, "adversarial_loss", None)
    return type(loss or losses.get(model.default_loss)).__name__
