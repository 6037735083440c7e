"""Which point does a network make a given image of?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor
from keras_gan.latents.distance import Distance

__all__ = ["Batch", "Search"]

Array = np.ndarray[Any, Any]
Report = Callable[[int, float], None]

_LOOK = 10
"""Steps between two looks at the distances, each of which waits."""
_WARM_UP = 0.05
"""The share of the steps in which the learning rate rises."""


@dataclass(frozen=True)
class Batch:
    """Images, and where the search for each of them starts.

    Attributes:
        points: Where it starts, `(n, ...)`.
        condition: What else the network is told, each `(n, ...)`.
        images: Float32 images, in the generator's range.
        seen: Their features, `(n, d)`.
    """

    points: Array
    condition: tuple[Array, ...]
    images: Array
    seen: Array

    def __iter__(self) -> Iterator[Array]:
        """Yields all arrays."""
        yield from (self.points, *self.condition, self.images, self.seen)


class Search:
    """Adam on points, each for an image of its own, by the distance.

    The step is compiled once, and serves batches of one size. The best point
    so far is kept, since the last one need not be the best. The learning rate
    rises over the first 5 % of the steps, and falls to 0 along a cosine.

    Args:
        make: From points and conditions to images; differentiable.
        distance: The distance of images.
        variables: The variables that `make` reads or changes.
        like: A batch of the size and types of those to come.
        steps: How many updates.
        learning_rate: Of Adam, at its highest.
    """

    def __init__(
        self,
        make: Callable[[Tensor, tuple[Tensor, ...]], Tensor],
        distance: Distance,
        variables: Sequence[keras.Variable],
        like: Batch,
        *,
        steps: int,
        learning_rate: float,
    ) -> None:
        self._make, self._distance, self._steps = make, distance, steps
        self._points = _holding(like.points, trainable=True)
        self._condition = [_holding(each) for each in like.condition]
        self._images = _holding(like.images)
        self._seen = _holding(like.seen)
        self._best = _holding(like.points)
        self._distances = _holding(np.zeros(len(like.points), "float32"))
        self._optimizer = keras.optimizers.Adam(_rate(steps, learning_rate))
        self._optimizer.build([self._points])
        self._state = [
            *(self._points, self._best, self._distances),
            *(*self._condition, self._images, self._seen),
            *variables,
            *distance.variables,
        ]
        self._step = backend.compiled(
            self._update, [*self._state, *self._optimizer.variables]
        )

    def run(self, batch: Batch, report: Report) -> tuple[Array, Array]:
        """Searches.

        Args:
            batch: Images and starts, as many as in `like`.
            report: Called with the steps done since the last call, and the
                mean of the best distances so far.

        Returns:
            The best points, and the distance of each.
        """
        held = (self._points, *self._condition, self._images, self._seen)
        for variable, value in zip(held, batch, strict=True):
            variable.assign(value)
        self._best.assign(batch.points)
        self._distances.assign(np.full(len(batch.points), np.inf, "float32"))
        for variable in self._optimizer.variables:
            variable.assign(ops.zeros(variable.shape, variable.dtype))
        for start in range(0, self._steps, _LOOK):
            count = min(_LOOK, self._steps - start)
            for _ in range(count):
                self._step()
            found = ops.convert_to_numpy(self._distances)
            report(count, float(found.mean()))
        return (
            np.array(ops.convert_to_numpy(self._best)),
            np.array(ops.convert_to_numpy(self._distances)),
        )

    def _update(self) -> Tensor:
        """Notes how good the points are, and improves them."""
        distances, gradients = backend.value_and_grad(
            self._objective, [self._points], self._state
        )
        points, best, least = (
            ops.stop_gradient(ops.convert_to_tensor(each))
            for each in (self._points, self._best, self._distances)
        )
        better = ops.reshape(
            distances < least, (-1, *(1 for _ in points.shape[1:]))
        )
        self._best.assign(ops.where(better, points, best))
        self._distances.assign(ops.where(distances < least, distances, least))
        backend.apply_gradients(self._optimizer, gradients, [self._points])
        return ops.zeros(())

    def _objective(self) -> tuple[Tensor, Tensor]:
        condition = tuple(ops.convert_to_tensor(c) for c in self._condition)
        made = self._make(ops.convert_to_tensor(self._points), condition)
        distances = self._distance(
            ops.cast(made, "float32"),
            ops.convert_to_tensor(self._images),
            ops.convert_to_tensor(self._seen),
        )
        # Adam takes each number by itself, so the sum serves all points.
        return ops.sum(distances), ops.stop_gradient(distances)


def _rate(
    steps: int, highest: float
) -> keras.optimizers.schedules.LearningRateSchedule:
    warm_up = max(1, round(_WARM_UP * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0,
        max(1, steps - warm_up),
        warmup_target=highest,
        warmup_steps=warm_up,
    )


def _holding(value: Array, trainable: bool = False) -> keras.Variable:
    """Makes a variable that holds an array."""
    return keras.Variable(value, dtype=str(value.dtype), trainable=trainable)
