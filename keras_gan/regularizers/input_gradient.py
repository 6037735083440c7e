"""How large is the gradient of a critic by its input?"""

from collections.abc import Callable

from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor

__all__ = ["gradient_scale", "squared_gradient"]


def squared_gradient(
    critic: Callable[[Tensor], Tensor], images: Tensor
) -> Tensor:
    """Returns the squared norm of each sample's input gradient, `(n,)`."""
    gradient = None
    if hasattr(critic, "shared_gradient"):
        gradient = critic.shared_gradient(images)
    if gradient is None:
        scaled = _Scaled(critic)
        gradient = backend.input_gradient(scaled, images)
        gradient = ops.cast(gradient, "float32") / scaled.scale
    return ops.sum(ops.square(gradient), axis=tuple(range(1, gradient.ndim)))


def gradient_scale(critic: Callable[[Tensor], Tensor]) -> float:
    """Returns what scores are multiplied by while they are differentiated."""
    return 1024.0 if getattr(critic, "compute_dtype", "") == "float16" else 1.0


class _Scaled:
    """A critic whose float16 gradients stay clear of underflow."""

    def __init__(self, critic: Callable[[Tensor], Tensor]) -> None:
        self.scale = gradient_scale(critic)
        if hasattr(critic, "variables"):
            self.variables = critic.variables
        self._critic = critic

    def __call__(self, images: Tensor) -> Tensor:
        return self.scale * ops.cast(self._critic(images), "float32")
