"""Variables and tensors as numpy arrays."""

from typing import Any

import numpy as np
from keras import ops

from keras_gan import backend


def value_of(variable: Any) -> np.ndarray[Any, Any]:
    """Returns a copy of a variable's value, or a tensor's."""
    # A variable itself would make numpy 2 warn of its `__array__`.
    array = ops.convert_to_numpy(ops.convert_to_tensor(variable))
    # A backend may give a view of the variable's own memory.
    return array if array.flags.owndata else np.array(array)


def rate_of(optimizer: Any) -> float:
    """Returns an optimizer's learning rate as of now."""
    return float(value_of(backend.eagerly(lambda: optimizer.learning_rate)))
