"""Starting from a trained model: its weights, and layers that keep them."""

from itertools import zip_longest
from typing import Any

import keras

from keras_gan._checks import instance_of, received
from keras_gan.models import AdversarialModel

__all__ = ["freeze_first_layers", "init_from"]


def init_from(gan: AdversarialModel, trained: AdversarialModel) -> None:
    """Copies the weights of a trained GAN: of all networks and averages.

    Optimizers, counters and random states stay as they are, so that a fresh
    GAN begins a training of its own, for example on few images of another
    kind. Where only one of the two GANs has an average of the generator, the
    average starts from the generator's weights, or is left out.

    Args:
        gan: The GAN that gets the weights; or a `Pix2Pix`, a `CycleGAN`, or
            any other `AdversarialModel`.
        trained: The one that has them; it is not changed. Its model and recipe
            may be others, as long as the networks hold the same weights.

    Raises:
        TypeError: If one of them is no `keras_gan.AdversarialModel`.
        ValueError: If the networks don't fit each other: with the first
            difference, and before any weight is changed.

    Example:
        >>> recipe = override(get("quick-64"), [("freeze_d", 2)])
        >>> gan = assemble(recipe, (64, 64, 3))
        >>> init_from(gan, keras.saving.load_model("runs/faces/model.keras"))

    Reference: Mo et al., 2020, arXiv 2002.10964.
    """
    for name, value in (("gan", gan), ("trained", trained)):
        words = "a `keras_gan.GAN`, or another `keras_gan.AdversarialModel`"
        instance_of(name, value, AdversarialModel, words)
    _require_same_classes(gan, trained)
    its = trained.players.networks
    pairs = {
        name: (network, its.get(name))
        for name, network in gan.players.networks.items()
    }
    for name, (network, source) in pairs.items():
        _require_same_shapes(name, network, source)
    for network, source in pairs.values():
        _copy(network, source)
    averages = _averages(trained)
    for name, average in _averages(gan).items():
        _copy(average, averages.get(name) or its[name])


def freeze_first_layers(discriminator: keras.Model, count: int) -> None:
    """Excludes the first layers of a discriminator from training.

    Args:
        discriminator: The network, before its GAN is compiled.
        count: How many of the layers that have weights, in the order of
            `discriminator.summary()`.

    Raises:
        ValueError: If no layer would be left to train.
    """
    layers = [layer for layer in discriminator.layers if layer.weights]
    if count >= len(layers) and count > 0:
        raise ValueError(
            "`freeze_d` must leave a layer to train: the discriminator has "
            f"{len(layers)} layers with weights. {received('freeze_d', count)}"
        )
    for layer in layers[:count]:
        layer.trainable = False


def _averages(gan: AdversarialModel) -> dict[str, keras.Model]:
    """Returns the averaged networks, by the names of the networks."""
    return {
        name: average
        for player in gan.players.values()
        for name, average in player.averaged.items()
    }


def _require_same_classes(
    gan: AdversarialModel, trained: AdversarialModel
) -> None:
    mine, its = (_classes(each) for each in (gan, trained))
    if mine != its:
        raise ValueError(
            "A GAN starts from one that was trained on as many classes. "
            f"Expected: {mine}. Received: a trained GAN of {its}"
        )


def _classes(gan: AdversarialModel) -> str:
    count = getattr(gan, "num_classes", None)
    return "no classes" if count is None else f"{count} classes"


def _require_same_shapes(
    name: str, network: keras.Model, source: keras.Model | None
) -> None:
    """Raises an error if the weights of two networks differ in shape."""
    if source is None:
        raise ValueError(
            f"The {name} needs a trained one. Received: a trained GAN without"
        )
    for what in ("input", "output"):
        # A subclassed model may not know its shapes.
        expected, found = (
            getattr(each, f"{what}_shape", None) for each in (network, source)
        )
        if None not in (expected, found) and expected != found:
            raise ValueError(
                f"The {name} does not fit. Expected an {what} of shape "
                f"{expected}. Received: a trained one of {found}"
            )
    for mine, other in zip_longest(network.weights, source.weights):
        if mine is None or other is None or mine.shape != other.shape:
            raise ValueError(
                f"The {name} does not fit. Expected {_described(mine)}. "
                f"Received: {_described(other)} of the trained one"
            )


def _described(weight: Any) -> str:
    if weight is None:
        return "no further weight"
    return f"{weight.path} of shape {tuple(weight.shape)}"


def _copy(network: keras.Model, source: keras.Model) -> None:
    # Through numpy: a shared buffer could not be donated twice on JAX.
    network.set_weights(source.get_weights())
