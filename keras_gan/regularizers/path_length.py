"""A penalty that makes equal steps change images equally far."""

import math
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan._checks import number_in
from keras_gan._typing import Tensor
from keras_gan.regularizers.penalty import GeneratorRegularizer
from keras_gan.schedules import Number

__all__ = ["PathLength"]


@keras.saving.register_keras_serializable("keras_gan")
class PathLength(GeneratorRegularizer):
    """Pulls the length of a generator's paths to their moving mean.

    `weight * mean((|J^T y| - a)^2)`. `J` is the derivative of an image by what
    it is made of, and `y` an image of standard normal noise over the root of
    the number of pixels. `a` is the moving mean of `|J^T y|`, which is
    remembered from step to step and saved with the model: `a = a + decay *
    (mean |J^T y| - a)`.

    Of latents `(n, d)`, `|.|` is the Euclidean norm. Of `(n, layers, d)`, as
    `keras_gan.StyleGAN` takes it by the styles, it is the root of the mean over
    the layers of the squared norm.

    A generator under it is smoother, and easier to invert. It costs a second
    derivative, so it is taken at every fourth update by default.

    Args:
        weight: Factor of the penalty, at least 0: a number or a schedule.
        decay: Share of the new length in the moving mean, in `(0, 1]`.
        interval: Taken at every `interval`-th update of the generator.

    Raises:
        ValueError: If a number is out of range.

    Example:
        >>> gan = keras_gan.GAN(
        ...     generator,
        ...     discriminator,
        ...     generator_regularizer=keras_gan.regularizers.PathLength(),
        ... )

    Reference: Karras et al., 2020, arXiv 1912.04958, section 3.2 and appendix
    B.
    """

    name = "path_length"

    def __init__(
        self, weight: Number = 2.0, *, decay: float = 0.01, interval: int = 4
    ) -> None:
        super().__init__(weight, interval=interval)
        self.decay = number_in("decay", decay, "(0, 1]")
        self.mean = keras.Variable(
            0.0, trainable=False, aggregation="mean", name="mean_path_length"
        )

    @property
    def variables(self) -> list[keras.Variable]:
        """The moving mean of the lengths."""
        return [self.mean]

    def __call__(
        self,
        generator: Any,
        latents: Tensor,
        seed: keras.random.SeedGenerator,
    ) -> Tensor:
        """Returns the weighted penalty; see `GeneratorRegularizer`."""

        def towards_noise(images: Tensor) -> Tensor:
            noise = backend.draw(keras.random.normal, ops.shape(images), seed)
            return images * noise / math.sqrt(math.prod(images.shape[1:3]))

        path = generator.then(towards_noise, seed)
        gradient = ops.cast(backend.input_gradient(path, latents), "float32")
        squares = ops.sum(ops.square(gradient), axis=-1)
        layers = tuple(range(1, len(squares.shape)))
        if layers:
            squares = ops.mean(squares, axis=layers)
        # The root's own derivative is infinite at zero.
        length = ops.sqrt(squares + 1e-12)
        now = ops.stop_gradient(backend.global_mean(length))
        mean = self.mean + self.decay * (now - self.mean)
        self.mean.assign(mean)
        return self.weight * ops.mean(ops.square(length - mean))

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "decay": self.decay}
