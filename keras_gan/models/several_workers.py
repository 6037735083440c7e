"""What do callbacks do where several workers train one model?"""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import keras

from keras_gan import backend
from keras_gan.models import saved_state

if TYPE_CHECKING:
    from keras_gan.models.adversarial_model import AdversarialModel


class StopTogether(keras.callbacks.Callback):
    """Ends training on all workers after an epoch, if one has asked for it.

    It is the last of the callbacks.
    """

    wants_each_batch = False

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Asks all workers."""
        model = self.model
        stops = bool(model.stop_training)
        model.stop_training = backend.any_worker(model, stops)


def callbacks_of(model: "AdversarialModel", callbacks: Any) -> Any:
    """Returns the callbacks of `fit` that this worker calls.

    On workers but the first, one with a method `for_other_workers` is replaced
    by what that returns: a callback, or `None` for none.

    Args:
        model: The model.
        callbacks: As given to `fit`.
    """
    rank, count = backend.worker(model)
    if count == 1:
        return callbacks
    listed = isinstance(callbacks, keras.callbacks.CallbackList)
    given = callbacks.callbacks if listed else callbacks
    several = given if isinstance(given, (list, tuple)) else [given]
    mine = [each if rank == 0 else _elsewhere(each) for each in several]
    # One of an earlier call of `fit` with this list is not needed.
    kept = [
        each
        for each in mine
        if each is not None and not isinstance(each, StopTogether)
    ]
    kept.append(StopTogether())
    if not listed:
        return kept
    kept[-1].set_model(model)
    kept[-1].set_params(callbacks.params)
    callbacks.callbacks = kept
    return callbacks


def _elsewhere(callback: Any) -> Any:
    replaced = getattr(callback, "for_other_workers", None)
    return callback if replaced is None else replaced()


@contextlib.contextmanager
def looking_on(model: "AdversarialModel") -> Iterator[None]:
    """Lets one worker use a model that all of them train.

    What runs inside waits for no other worker, and changes no random state,
    which all of them share.
    """
    with backend.alone(model), saved_state.seeds_kept(model):
        yield
