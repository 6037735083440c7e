"""The user's own functions and Keras metrics, as measures of samples."""

import inspect
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_gan._arrays import Array
from keras_gan._checks import received

__all__ = ["is_own", "name_of_own", "own_score"]

Measure = Callable[[Array, Array], float]
"""Called on real and on generated images, or vectors."""

_BATCH = 256
_RESERVED = ("extractor", "num_real", "num_fake", "real_split", "k")
"""What `evaluate` returns beside the metrics."""


def is_own(given: Any) -> bool:
    """Whether this is a function or Keras metric, rather than a name."""
    if isinstance(given, keras.metrics.Metric):
        return True
    return callable(given) and not isinstance(given, type)


def name_of_own(given: Any) -> str:
    """Returns the name of a function or Keras metric in the logs.

    Raises:
        ValueError: If it has none, or one that is taken.
    """
    of_metric = isinstance(given, keras.metrics.Metric)
    name = getattr(given, "name" if of_metric else "__name__", "")
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(
            "A metric is called in the logs as its function, and this one has "
            "no name that a log can have. Write it with `def`. "
            f"{received('metrics', given)}"
        )
    if name in _RESERVED:
        raise ValueError(
            f"A metric cannot be called {name!r}, which is another part of "
            f"the result. {received('metrics', given)}"
        )
    return name


def own_score(given: Any) -> Measure:
    """Returns the function that measures real and generated data.

    Raises:
        ValueError: If it can't be called on both.
    """
    if isinstance(given, keras.metrics.Metric):
        return lambda real, fake: _number(_streamed(given, real, fake), given)
    name = name_of_own(given)
    try:
        inspect.signature(given).bind("real", "fake")
    except TypeError as error:
        raise ValueError(
            f"A metric is called as {name}(real, fake), on uint8 images or on "
            f"vectors, and this one takes {inspect.signature(given)}: {error}."
        ) from error
    return lambda real, fake: _number(given(real, fake), given)


def _streamed(metric: keras.metrics.Metric, real: Array, fake: Array) -> Any:
    """Updates a metric by batches, with as many of each."""
    metric.reset_state()
    if real.dtype == np.uint8:
        # The difference of two bytes would wrap around.
        real, fake = (np.asarray(each, "float32") for each in (real, fake))
    count = min(len(real), len(fake))
    for start in range(0, count, _BATCH):
        part = slice(start, min(start + _BATCH, count))
        metric.update_state(real[part], fake[part])
    return metric.result()


def _number(value: Any, given: Any) -> float:
    """Returns the one number that a metric found."""
    # NumPy takes None for "not a number".
    if value is not None and not isinstance(value, dict):
        try:
            array = np.asarray(keras.ops.convert_to_numpy(value), "float64")
        except (TypeError, ValueError):
            array = np.zeros(0)
        if math.prod(array.shape) == 1:
            return float(array.reshape(()))
    raise ValueError(
        f"The metric {name_of_own(given)!r} must be one number. Received: "
        f"{type(value).__name__} {value!r:.100}"
    )
