"""Who has the players' gradient norms put into the logs, and for how long?"""

from typing import Any

import keras

from keras_gan.callbacks._players import retrace
from keras_gan.models import AdversarialModel


class GradientWatch(keras.callbacks.Callback):
    """Has the gradient norms in the logs while `fit` runs.

    As a callback, or by its own methods from another one.
    """

    wants_each_batch = False

    def __init__(self) -> None:
        super().__init__()
        self._switched_on = False

    def on_train_begin(self, logs: Any = None) -> None:
        """Switches them on."""
        self.begin(self.model)

    def on_train_end(self, logs: Any = None) -> None:
        """Switches them off, where they were."""
        self.end(self.model)

    def begin(self, model: AdversarialModel) -> None:
        """Switches them on, unless they are."""
        if not model.watches_gradients:
            model.watch_gradients(True)
            self._switched_on = True
            retrace(model)

    def end(self, model: AdversarialModel) -> None:
        """Switches them off, where `begin` has switched them on."""
        if self._switched_on:
            model.watch_gradients(False)
            self._switched_on = False
