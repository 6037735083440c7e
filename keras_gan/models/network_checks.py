"""Can these networks be trained against each other? Checked without data."""

import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor
from keras_gan.models import inspection, second_derivatives
from keras_gan.models.player import Player

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel

_RIGHT_LAYERS = (
    "Right ones are keras_gan.layers.LayerNormalization and "
    "InstanceNormalization (or ops.mean of squares in place of ops.moments "
    "and ops.layer_normalization), "
    'keras.layers.UpSampling2D(interpolation="nearest"), strided convolutions '
    "and average pooling (in place of Resizing and ops.image.resize), or "
    "another backend."
)

_WHY_NOT_ADDED = (
    "Keras keeps those of the last call only, and a network is called several "
    "times a step. Add the term by overriding `discriminator_loss` or "
    "`generator_loss`, or `player_loss`."
)


def refuse_shared_layers(players: Sequence[Player]) -> None:
    """Raises `ValueError` where two players train the same layer."""
    for index, first in enumerate(players):
        for second in players[index + 1 :]:
            shared = [
                name
                for one in first.networks.values()
                for other in second.networks.values()
                for name in inspection.shared_layers(one, other)
            ]
            if shared:
                raise ValueError(
                    f"The {second.name} and the {first.name} must have no "
                    "layer in common: both players would train it, and a "
                    "saved model could not be loaded. Received: both have "
                    f"{shared}. Give each its own, such as by "
                    "keras.models.clone_model."
                )


def refuse_untrained(model: "AdversarialModel") -> None:
    """Raises `ValueError` where a network of the model has no player.

    It would be saved, but never trained.
    """
    networks = model.players.networks.values()
    trained = {id(v) for network in networks for v in network.variables}
    others = [
        layer
        for layer in model.layers
        if not any(layer is network for network in networks)
    ]
    found = {
        v.path for v in model.trainable_variables if id(v) not in trained
    } | {layer.name for layer in others if not layer.built and layer.trainable}
    alone = sorted(found)
    if alone:
        raise ValueError(
            f"{alone} belong to no player, so nothing would train them. Name "
            "them among the networks of a Player, add them by add_network("
            "name, network, player=...), or set their trainable = False."
        )


def refuse_bad_numbers(batch: Any) -> None:
    """Raises `ValueError` where a batch holds NaN, no numbers, or nothing."""
    flat = [each for each in keras.tree.flatten(batch) if each is not None]
    strange = [
        type(each).__name__ if not hasattr(each, "dtype") else str(each.dtype)
        for each in flat
        if getattr(getattr(each, "dtype", None), "kind", "V") not in "fiubc"
        and "bfloat16" not in str(getattr(each, "dtype", ""))
    ]
    if strange:
        raise ValueError(
            "`unpack` must return tensors of numbers. Received: "
            f"{sorted(set(strange))}"
        )
    sizes = {len(each) if each.ndim else None for each in flat}
    if len(sizes) > 1:
        raise ValueError(
            "All tensors that `unpack` returns must have the batch as their "
            f"first axis. Received: shapes {[each.shape for each in flat]}"
        )
    if not flat or 0 in {len(each) for each in flat if np.ndim(each)}:
        raise ValueError("The data are empty: the first batch holds no sample.")
    for each in flat:
        if each.dtype.kind == "f" and not np.isfinite(each).all():
            count = int((~np.isfinite(each)).sum())
            raise ValueError(
                f"Data must be finite. Received: {count} NaN or infinite "
                "values in the first batch. Look at where they come from "
                "before training."
            )


def warn_of_other_weights(players: Sequence[Player]) -> None:
    """Warns of layers that were frozen or thawed since `compile`."""
    for player in players:
        now = {id(v) for v in player.trainable_variables}
        if now != {id(v) for v in player.trained}:
            warnings.warn(
                f"`trainable` of the {player.name} or a layer in it has been "
                "changed since `compile`, which has no effect: the same "
                f"{len(player.trained)} variables as then are trained, and not "
                f"the {len(now)} that are trainable now. Call `compile` "
                "again.",
                stacklevel=4,
            )


def random_call(network: keras.layers.Layer) -> Callable[[int], Any]:
    """Returns a function that calls a network on so many random samples."""

    def call(count: int) -> Any:
        symbols = inspection.structure(network)
        if symbols is None:
            raise ValueError("The network does not say what it is called on.")
        inputs = keras.tree.map_structure(
            lambda each: random((count, *each.shape[1:]), each.dtype), symbols
        )
        return network(inputs, training=False)

    return call


def random(shape: tuple[int | None, ...], dtype: str) -> Tensor:
    """Returns normal numbers, or for integers zeros; unknown sizes are 16."""
    sizes = tuple(16 if size is None else size for size in shape)
    numbers = np.random.default_rng(0).standard_normal(sizes)
    if not keras.backend.is_float_dtype(dtype):
        numbers = np.zeros(sizes)
    return ops.convert_to_tensor(numbers.astype("float32"), dtype)


def announce_updates(networks: Iterable[keras.layers.Layer]) -> None:
    """Tells layers that `before_update` will come before each update.

    Here, where the model is made or loaded, and not at the first update: steps
    that are traced before and after it would differ.
    """
    for network in networks:
        for layer in backend.flat_layers(network):
            if hasattr(layer, "expect_updates"):
                layer.expect_updates()


def warn_of_networks(networks: Iterable[keras.layers.Layer]) -> None:
    """Warns of layers that do not do in a GAN what they are made for."""
    layers = [
        layer for network in networks for layer in backend.flat_layers(network)
    ]
    overwritten = [
        layer.name
        for layer in layers
        if isinstance(layer, keras.layers.SpectralNormalization)
    ]
    if overwritten:
        warnings.warn(
            f"keras.layers.SpectralNormalization ({overwritten}) changes "
            "its kernel in each call, and a network is called several "
            "times a step: it trains differently on each backend, and not "
            "as published. Use keras_gan.layers.SpectralNormalization.",
            stacklevel=5,
        )
    regularized = [
        layer.name
        for layer in layers
        if getattr(layer, "activity_regularizer", None) is not None
    ]
    if regularized:
        warnings.warn(
            f"The activity regularizers of {regularized} are not part of "
            f"any player's loss: {_WHY_NOT_ADDED}",
            stacklevel=5,
        )
    adding = [
        f"{layer.name} ({type(layer).__name__})"
        for layer in layers
        if _calls_add_loss(layer)
    ]
    if adding:
        warnings.warn(
            f"What {adding} add by add_loss is not part of any player's "
            f"loss: {_WHY_NOT_ADDED}",
            stacklevel=5,
        )


def warn_of_penalised_layers(
    discriminator: keras.Model,
    penalties: list[str],
    image_shape: tuple[int | None, ...],
) -> None:
    """Warns of layers under which a gradient penalty is not what it says.

    Args:
        discriminator: The network that is penalised.
        penalties: The names of the penalties.
        image_shape: The shape of one image.
    """
    if not penalties:
        return
    mixing = inspection.per_sample_penalty_risk(discriminator)
    known = second_derivatives.known_faults(discriminator)
    if mixing:
        also = (
            "; on TensorFlow its second derivative is wrong, too"
            if any(each.split(" ")[0] in mixing for each in known)
            else ""
        )
        warnings.warn(
            f"The discriminator has batch normalisation ({mixing}), which "
            "mixes the samples of a batch, but each sample's gradient is "
            f"penalised ({penalties}){also}. Use "
            "keras_gan.layers.LayerNormalization, or no normalisation.",
            stacklevel=5,
        )
    wrong = [each for each in known if each.split(" ")[0] not in mixing]
    if wrong:
        warnings.warn(
            "TensorFlow computes a wrong second derivative of "
            f"{wrong}, or none, so the penalty {penalties} would train on "
            f"a wrong gradient, or stop with an error. {_RIGHT_LAYERS}",
            stacklevel=5,
        )
    if not known:
        _warn_of_what_is_measured(discriminator, penalties, image_shape)


def _warn_of_what_is_measured(
    discriminator: keras.Model,
    penalties: list[str],
    image_shape: tuple[int | None, ...],
) -> None:
    unknown = second_derivatives.unknown_parts(discriminator)
    if not unknown:
        return
    fault = second_derivatives.measured(discriminator, image_shape)
    if fault is not None:
        warnings.warn(
            f"The penalty {penalties} needs the second derivative of the "
            "discriminator, and on the "
            f"{keras.backend.backend()} backend that is wrong: {fault}. "
            f"It may be one of {unknown}. {_RIGHT_LAYERS}",
            stacklevel=6,
        )


def _calls_add_loss(layer: keras.layers.Layer) -> bool:
    """Whether a method of the layer's own class speaks of `add_loss`."""
    return any(
        "add_loss" in code.co_names
        for kind in type(layer).__mro__
        if not kind.__module__.startswith(("keras.", "tensorflow.", "torch."))
        for method in vars(kind).values()
        for code in _codes(getattr(method, "__code__", None))
    )


def _codes(code: types.CodeType | None) -> Iterator[types.CodeType]:
    """Yields the code of a function and of those defined inside it."""
    if code is None:
        return
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)
