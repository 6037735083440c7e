"""How does a GAN come back exactly as it was?"""

from typing import Any, Self

import keras
import numpy as np
from keras import ops

from keras_gan import backend

_RANGES = ("_given_range", "_real_range")
"""What is known of black and white, by attribute."""


class Persistence:
    """The configuration, and the state that Keras leaves out."""

    epochs_ordered: int

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments, networks included."""
        save = keras.saving.serialize_keras_object
        return {
            "name": self.name,  # type: ignore[attr-defined]
            "generator": save(self.generator),  # type: ignore[attr-defined]
            "discriminator": save(self.discriminator),  # type: ignore[attr-defined]
            "latent_dim": self.latent_dim,  # type: ignore[attr-defined]
            "regularizer": [save(each) for each in self._own_regularizers()],
            "discriminator_steps": self.discriminator_steps,  # type: ignore[attr-defined]
            "ema_decay": self.ema_decay,  # type: ignore[attr-defined]
            "augment": save(self.augment),  # type: ignore[attr-defined]
            "seed": self.seed,  # type: ignore[attr-defined]
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> Self:
        """Makes the model that `get_config` described."""
        restored = {
            key: keras.saving.deserialize_keras_object(
                value, custom_objects=custom_objects
            )
            for key, value in config.items()
        }
        return cls(**restored)

    def _own_regularizers(self) -> tuple[Any, ...]:
        """Those that were given to the constructor."""
        return self.regularizers  # type: ignore[attr-defined, no-any-return]

    def save(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Saves the model to a `.keras` file, as `keras.Model.save` does.

        Args:
            filepath: The file, ending in `.keras`.
            *args: As in `keras.Model.save`.
            **kwargs: As in `keras.Model.save`.

        Raises:
            ValueError: If the ending is that of the older HDF5 format, which
                holds one optimizer and no random state.
        """
        if str(filepath).lower().endswith((".h5", ".hdf5")):
            raise ValueError(
                "A GAN cannot be saved in the older HDF5 format, from which it "
                "could not be loaded again. Use the ending `.keras`, or "
                "`save_weights` with `.weights.h5` for the weights alone. "
                f"Received: filepath={str(filepath)!r}"
            )
        super().save(filepath, *args, **kwargs)  # type: ignore[misc]

    def load_weights(self, filepath: Any, *args: Any, **kwargs: Any) -> None:
        """Loads weights with both optimizers' state, seeds and counters.

        A model that was not compiled is compiled with the defaults first, so
        that the optimizers' state has a place to go to.

        Raises:
            ValueError: If the file's optimizers are not the model's.
        """
        self._ensure_compiled()  # type: ignore[attr-defined]
        super().load_weights(filepath, *args, **kwargs)  # type: ignore[misc]

    def save_own_variables(self, store: dict[str, Any]) -> None:
        """Saves, beside the weights, the state of all random generators.

        And how many epochs have been put in order, and the pixel range.
        """
        super().save_own_variables(store)  # type: ignore[misc]
        for index, state in enumerate(self._seed_states()):
            store[f"seed_{index}"] = ops.convert_to_numpy(state)
        for name, value in backend.random_state().items():
            store[f"random_{name}"] = value
        store["epochs_ordered"] = np.array(self.epochs_ordered)
        for name in _RANGES:
            if getattr(self, name) is not None:
                store[name.lstrip("_")] = np.array(getattr(self, name))

    def load_own_variables(self, store: Any) -> None:
        """Restores what `save_own_variables` saved.

        Raises:
            ValueError: If the random state is missing or another model's.
        """
        keys = list(store.keys())
        own = {key: store[key] for key in keys if key.isdigit()}
        super().load_own_variables(own)  # type: ignore[misc]
        self._load_seeds(store, [k for k in keys if k.startswith("seed_")])
        # Files of the first version lack the others.
        count = store["epochs_ordered"] if "epochs_ordered" in keys else 0
        self.epochs_ordered = int(np.array(count))
        for name in _RANGES:
            key = name.lstrip("_")
            bounds = np.array(store[key]).tolist() if key in keys else None
            setattr(self, name, None if bounds is None else tuple(bounds))
        backend.set_random_state(
            {
                key.removeprefix("random_"): np.array(store[key])
                for key in keys
                if key.startswith("random_")
            }
        )

    def _load_seeds(self, store: Any, keys: list[str]) -> None:
        states = self._seed_states()
        if len(states) != len(keys):
            raise ValueError(
                "The file does not hold this model's random state, so "
                f"training could not go on exactly. Expected: {len(states)} "
                f"random generators. Received: {len(keys)}. Was it saved from "
                "another model, or from one with other dropout layers?"
            )
        for index, state in enumerate(states):
            saved = np.array(store[f"seed_{index}"])
            state.assign(ops.convert_to_tensor(saved, dtype=state.dtype))

    def _seed_states(self) -> list[Any]:
        """Returns every random generator's state, dropout layers' included."""
        weights = {id(v) for v in self.weights}  # type: ignore[attr-defined]
        seeds = [v for v in self.variables if id(v) not in weights]  # type: ignore[attr-defined]
        return [*seeds, *backend.generator_states(self)]
