"""What do a generator's first weights make of its latents or styles?"""

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._checks import received
from keras_gan.models import inspection
from keras_gan.models.latent_spaces import LatentSpace, Space, StyleSpace

if TYPE_CHECKING:
    from keras_gan.models.gan import GAN

__all__ = ["first_weights"]

Array = np.ndarray[Any, Any]


def first_weights(gan: "GAN", space: Space) -> Array:
    """Returns the first weights that act on latents or styles.

    Of latents they are the kernel of the first layer that has one, behind
    whatever reshapes the latents or joins them with a label. Of styles, they
    are all kernels that take a style, side by side: the modulations.

    Args:
        gan: The GAN.
        space: Its latents or styles.

    Returns:
        Float64, shape `(numbers of a latent or style, outputs)`.

    Raises:
        ValueError: If the generator does not show them.
    """
    if isinstance(space, StyleSpace):
        return _modulations(space)
    return _of_latents(gan, space)


# ---------------------------------------------------------------------- styles


def _modulations(space: StyleSpace) -> Array:
    size = space.shape[-1]
    kernels = [
        _matrix(layer)
        for layer in backend.flat_layers(space.network)
        if len(_kernel_shape(layer)) == 2 and _kernel_shape(layer)[0] == size
    ]
    if not kernels:
        raise ValueError(
            "The directions of styles are those of the dense layers of "
            "`synthesis` that take a style, and it has none. Received: layers "
            f"without a kernel of shape ({size}, ...)"
        )
    return np.concatenate(kernels, axis=1)


# --------------------------------------------------------------------- latents


def _of_latents(gan: "GAN", space: LatentSpace) -> Array:
    """Returns what the first kernel makes of each number of the latents."""
    if not inspection.symbolic_inputs(space.network):
        raise ValueError(
            "The directions are those of the generator's first kernel, which "
            "a subclassed network does not show. Make the generator of "
            "keras.Input layers, or as keras.Sequential. "
            f"{received('generator', space.network)}"
        )
    found = _first_product(space.network, _unit_latents(gan, space))
    if found is None:
        raise ValueError(
            "The directions are those of the first dense layer or convolution "
            "that the latents come to, and the generator shows none. "
            f"{received('generator', space.network)}"
        )
    return found


def _unit_latents(gan: "GAN", space: LatentSpace) -> list[Any]:
    """Returns the generator's inputs: latents 0, then each with a single 1."""
    count = gan.latent_dim
    points = np.concatenate([np.zeros((1, count)), np.eye(count)])
    points = points.astype("float32")
    label = gan._default_labels(1)
    labels = None if label is None else np.repeat(label, count + 1, axis=0)
    given = [
        points.reshape(-1, *gan.latent_shape),
        *space.condition(points, labels),
    ]
    if gan._main_input("generator"):
        given.reverse()
    return [ops.convert_to_tensor(each) for each in given]


def _first_product(network: keras.Model, given: list[Any]) -> Array | None:
    """Returns the first product of a kernel with what latents change.

    Args:
        network: A functional or Sequential model.
        given: Its inputs: the first row is where nothing has changed.

    Returns:
        Shape `(latent_dim, outputs)`, or `None` where there is no kernel.
    """
    inputs = inspection.symbolic_inputs(network)
    for layer in network.layers:
        nested = isinstance(layer, keras.Model)
        if not (nested or _kernel_shape(layer)):
            continue
        # A model's own `input` is not what it is called on here.
        taken = keras.Operation.input.fget(layer)
        before = keras.Model(inputs, taken)
        values = keras.tree.flatten(before(given, training=False))
        moved = [_moved(each) for each in values]
        if not any(np.any(each) for each in moved):
            continue  # The labels alone come to it.
        if nested:
            return _first_product(layer, values)
        flat = moved[0].reshape(-1, moved[0].shape[-1])
        return (flat @ _matrix(layer)).reshape(len(moved[0]), -1)
    return None


def _moved(values: Any) -> Array:
    """Returns how all rows but the first differ from the first."""
    array = np.asarray(ops.convert_to_numpy(values), "float64")
    difference: Array = array[1:] - array[:1]
    return difference


# --------------------------------------------------------------------- kernels


def _kernel_shape(layer: keras.layers.Layer) -> tuple[int, ...]:
    """Returns the shape of a layer's kernel; `()` where it has none."""
    return tuple(
        getattr(getattr(_unwrapped(layer), "kernel", None), "shape", ())
    )


def _matrix(layer: keras.layers.Layer) -> Array:
    """Returns the kernel of a layer as a matrix from inputs to outputs."""
    inner = _unwrapped(layer)
    kernel = np.asarray(ops.convert_to_numpy(inner.kernel), "float64")
    # A transposed convolution has its inputs last.
    turned = "Transpose" in type(inner).__name__
    axis = kernel.ndim - (1 if turned else 2)
    return np.moveaxis(kernel, axis, 0).reshape(kernel.shape[axis], -1)


def _unwrapped(layer: keras.layers.Layer) -> Any:
    """Returns the layer that a wrapper has, as for spectral normalization."""
    return getattr(layer, "layer", layer)
