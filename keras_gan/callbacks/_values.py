"""Variables and tensors as numpy arrays."""

from typing import Any

import numpy as np
from keras import ops


def value_of(variable: Any) -> np.ndarray[Any, Any]:
    """Returns a copy of a variable's value, or a tensor's."""
    # A variable itself would make numpy 2 warn of its `__array__`.
    tensor = ops.convert_to_tensor(variable)
    return np.array(ops.convert_to_numpy(tensor))
