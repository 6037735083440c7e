"""What is a generator's image made of: latents, or styles?"""

import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._arrays import numbers
from keras_gan._checks import choice, received
from keras_gan._typing import Tensor
from keras_gan.models import generating, inspection

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN

__all__ = ["LatentSpace", "Space", "StyleSpace", "has_styles", "space_of"]

Array = np.ndarray[Any, Any]

MAPPING, SYNTHESIS = "mapping", "synthesis"
"""The names of the two parts of a generator with styles."""

_NO_STYLES = (
    "This generator has no styles: it has no two layers named `mapping` (from "
    "latents to a style) and `synthesis` (from styles to images), as that of a "
    "StyleGAN has."
)


class LatentSpace:
    """The latents of a GAN.

    Args:
        gan: The GAN. Its averaged generator is used, where it has one.
    """

    name = "latents"

    def __init__(self, gan: "GAN") -> None:
        self._gan = gan
        self.network = network_of(gan)
        self.shape: tuple[int, ...] = (gan.latent_dim,)

    @property
    def variables(self) -> list[keras.Variable]:
        """Every variable that `make` may read or change."""
        return list(self.network.variables)

    def of_latents(self, latents: Array, labels: Any) -> Array:
        """Returns latents as they are."""
        del labels
        return latents

    def condition(self, points: Array, labels: Any) -> tuple[Array, ...]:
        """Returns labels as `make` takes them."""
        latents = generating.shaped_latents(points, self._gan.latent_shape)
        return tuple(self._gan._sampling_inputs(latents, labels)[1:])

    def make(self, points: Tensor, condition: tuple[Tensor, ...]) -> Tensor:
        """Makes images inside a step, differentiable in the points."""
        latents = ops.reshape(points, (-1, *self._gan.latent_shape))
        inputs = [latents, *condition] if condition else latents
        latents, condition = self._gan._split_inputs(inputs)
        return self._gan.call_generator(
            self.network, latents, condition, training=False
        )

    def images(self, points: Array, labels: Any, batch_size: int) -> Array:
        """Makes images, as `generate` does."""
        return self._gan.generate(
            latents=points, labels=labels, batch_size=batch_size
        )

    def checked(self, points: Any) -> Array:
        """Returns the user's latents as float32 `(n, latent_dim)`.

        Raises:
            ValueError: If they have another shape.
        """
        shaped = generating.shaped_latents(points, self._gan.latent_shape)
        return shaped.reshape(len(shaped), -1)

    def moved(self, direction: Any) -> Array:
        """Returns what a step of one deviation along a direction adds.

        Raises:
            ValueError: If it has another size, or no length.
        """
        # Latents have the same deviation in all directions: 1.
        return _unit(direction, self._gan.latent_dim)


class StyleSpace:
    """The styles of a generator that has a mapping and a synthesis.

    Args:
        gan: The GAN. Its averaged generator is used, where it has one.

    Raises:
        ValueError: If its generator has no styles.
    """

    name = "styles"

    def __init__(self, gan: "GAN") -> None:
        self._gan = gan
        generator = network_of(gan)
        if not has_styles(gan):
            raise ValueError(f"{_NO_STYLES} {received('generator', generator)}")
        self.mapping = generator.get_layer(MAPPING)
        self.network = generator.get_layer(SYNTHESIS)
        given = inspection.symbolic_inputs(self.network)[0]
        self.shape: tuple[int, ...] = tuple(given.shape)[1:]

    @property
    def variables(self) -> list[keras.Variable]:
        """Every variable that `make` may read or change."""
        return list(self.network.variables)

    @property
    def num_styles(self) -> int:
        """How many styles an image is made of."""
        return int(self.shape[0])

    def of_latents(self, latents: Array, labels: Any) -> Array:
        """Returns the styles that the generator makes of latents.

        Args:
            latents: Shape `(n, latent_dim)`.
            labels: Classes, where conditional; default: all in turn.

        Returns:
            Float32, shape `(n, num_styles, style_dim)`: one for all, repeated.
        """
        gan = self._gan
        shaped = generating.shaped_latents(latents, gan.latent_shape)
        inputs = gan._sampling_inputs(shaped, labels)
        parts = [
            _predicted(self.mapping, part, size)
            for part, size in generating.batches(inputs, len(shaped), _BATCH)
        ]
        styles = np.concatenate(parts)
        return np.repeat(styles[:, None], self.num_styles, axis=1)

    def condition(self, points: Array, labels: Any) -> tuple[Array, ...]:
        """Returns nothing: the class is in the styles."""
        del points, labels
        return ()

    def make(self, points: Tensor, condition: tuple[Tensor, ...]) -> Tensor:
        """Makes images inside a step, differentiable in the points."""
        del condition
        return self.network(points, training=False)

    def images(self, points: Array, labels: Any, batch_size: int) -> Array:
        """Makes images of styles."""
        del labels
        parts = [
            _predicted(self.network, part, size)
            for part, size in generating.batches(
                [points], len(points), batch_size
            )
        ]
        return np.concatenate(parts)

    def checked(self, points: Any) -> Array:
        """Returns the user's styles as float32 `(n, num_styles, style_dim)`.

        Raises:
            ValueError: If they have another shape.
        """
        styles = numbers("styles", points).astype("float32")
        if styles.ndim == 2 and styles.shape[1:] == self.shape[1:]:
            return np.repeat(styles[:, None], self.num_styles, axis=1)
        if styles.ndim != 3 or styles.shape[1:] != self.shape:
            count, size = self.shape
            raise ValueError(
                f"`styles` must have shape (n, {count}, {size}), or "
                f"(n, {size}) for one style of all sizes. "
                f"Received: shape {styles.shape}"
            )
        return styles

    def moved(self, direction: Any) -> Array:
        """Returns what a step of one deviation along a direction adds.

        The deviation of styles is measured: they have another one in each
        direction.

        Raises:
            ValueError: If it has another size, or no length.
        """
        unit = _unit(direction, int(self.shape[1]))
        sample = self.of_latents(self._gan.latents(_MEASURED, 0), None)[:, 0]
        return np.asarray(unit * (sample @ unit).std(), "float32")


Space = LatentSpace | StyleSpace

_BATCH = 128
_MEASURED = 1024
"""Styles whose deviation along a direction is measured."""


def network_of(gan: "GAN") -> keras.Model:
    """Returns the generator that makes images, the averaged one if any."""
    return gan.ema_generator or gan.generator


def has_styles(gan: "GAN") -> bool:
    """Whether the generator has a mapping and a synthesis."""
    layers = getattr(network_of(gan), "layers", ())
    names = {layer.name for layer in layers}
    return {MAPPING, SYNTHESIS} <= names


def space_of(gan: "GAN", name: Any) -> Space:
    """Returns the space of a name: by default styles where there are any.

    Args:
        gan: The GAN.
        name: `"latents"`, `"styles"` or `None`.

    Raises:
        ValueError: If it is none of these, or there are no styles.
    """
    name = choice("space", name, (None, LatentSpace.name, StyleSpace.name))
    if name is None:
        name = StyleSpace.name if has_styles(gan) else LatentSpace.name
    return StyleSpace(gan) if name == StyleSpace.name else LatentSpace(gan)


def _predicted(network: keras.Model, inputs: Any, size: int) -> Array:
    """Runs a part of a generator, and leaves out what was filled up."""
    listed = inputs if isinstance(inputs, list) else [inputs]
    packed = inspection.packed(network, listed)
    made = backend.predict_on_batch(network, packed)
    return np.asarray(made, "float32")[:size]


def _unit(direction: Any, size: int) -> Array:
    """Returns a direction of length 1.

    Raises:
        ValueError: If it has another size, or no length.
    """
    array = numbers("direction", direction).astype("float32")
    length = float(np.linalg.norm(array))
    if array.shape != (size,) or not 0 < length < math.inf:
        raise ValueError(
            f"`direction` must be a vector of {size} numbers that are not all "
            "0, such as one of `gan.directions().vectors`. "
            f"{received('direction', direction)}"
        )
    return np.asarray(array / length, "float32")
