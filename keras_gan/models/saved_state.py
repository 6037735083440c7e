"""What does a model's state hold beside the weights that Keras saves?"""

import contextlib
import json
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.models.player import Players


def refuse_older_format(filepath: Any) -> None:
    """Raises `ValueError` for the older format, which loses half the state."""
    if str(filepath).lower().endswith((".h5", ".hdf5")):
        raise ValueError(
            "A GAN cannot be saved in the older HDF5 format, from which it "
            "could not be loaded again. Use the ending `.keras`, or "
            "`save_weights` with `.weights.h5` for the weights alone. "
            f"Received: filepath={str(filepath)!r}"
        )


def save_random(model: keras.Model, store: dict[str, Any]) -> None:
    """Puts the state of all random generators into a store."""
    for index, state in enumerate(seed_states(model)):
        store[f"seed_{index}"] = ops.convert_to_numpy(state)
    for name, value in backend.random_state().items():
        store[f"random_{name}"] = value


def load_random(model: keras.Model, store: Any) -> None:
    """Restores what `save_random` saved.

    Raises:
        ValueError: If the random state is missing or another model's.
    """
    keys = list(store.keys())
    states = seed_states(model)
    saved_seeds = [key for key in keys if key.startswith("seed_")]
    if len(states) != len(saved_seeds):
        raise ValueError(
            "The file does not hold this model's random state, so "
            f"training could not go on exactly. Expected: {len(states)} "
            f"random generators. Received: {len(saved_seeds)}. Was it saved "
            "from another model, or from one with other dropout layers?"
        )
    for index, state in enumerate(states):
        saved = np.array(store[f"seed_{index}"])
        state.assign(ops.convert_to_tensor(saved, dtype=state.dtype))
    backend.set_random_state(
        {
            key.removeprefix("random_"): np.array(store[key])
            for key in keys
            if key.startswith("random_")
        }
    )


def save_players(players: Players, store: dict[str, Any]) -> None:
    """Notes how the players play, so that a loaded model can be compared."""
    store["players"] = np.frombuffer(_played(players).encode(), dtype="uint8")


def compare_players(players: Players, store: Any) -> None:
    """Warns where a file was saved by players that play otherwise."""
    # Files of older versions lack it.
    if "players" not in list(store.keys()):
        return
    saved = bytes(np.array(store["players"])).decode()
    if saved != _played(players):
        warnings.warn(
            "The file was saved by a model whose players have other settings, "
            "and training will not go on as it would have there. Saved: "
            f"{saved}. Now: {_played(players)}. Does `get_config` return all "
            "arguments of the constructor?",
            stacklevel=4,
        )


def _played(players: Players) -> str:
    return json.dumps(
        {
            name: {
                "every": player.every,
                "ema_decay": _decay(player.average.decay),
                "regularizers": [each.name for each in player.regularizers],
            }
            for name, player in players.items()
        }
    )


def _decay(decay: Any) -> Any:
    """A schedule by its name: a run that goes on for longer has another."""
    plain = isinstance(decay, float | None)
    return decay if plain else type(decay).__name__


def seed_states(model: keras.Model) -> list[Any]:
    """Returns every random generator's state, dropout layers' included."""
    weights = {id(v) for v in model.weights}
    seeds = [v for v in model.variables if id(v) not in weights]
    return [*seeds, *backend.generator_states(model)]


@contextlib.contextmanager
def seeds_kept(model: keras.Model) -> Iterator[None]:
    """Puts all random generators back to where they were."""
    with _kept(seed_states(model)):
        yield


@contextlib.contextmanager
def unchanged(model: keras.Model) -> Iterator[None]:
    """Puts back all that a step changes beside the trained weights.

    Batch statistics, random generators and the state of layers.
    """
    variables = [v for v in model.variables if not v.trainable]
    with _kept([*variables, *backend.generator_states(model)]):
        yield


@contextlib.contextmanager
def _kept(variables: list[Any]) -> Iterator[None]:
    random = backend.random_state()
    # A copy: a backend may give a view of the variable's own memory.
    before = [
        (v, np.array(ops.convert_to_numpy(ops.copy(v)))) for v in variables
    ]
    try:
        yield
    finally:
        for variable, value in before:
            variable.assign(ops.convert_to_tensor(value, dtype=variable.dtype))
        backend.set_random_state(random)
