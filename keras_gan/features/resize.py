"""Resizing as two matrix products: the same numbers on every backend."""

from collections.abc import Callable
from functools import cache

import numpy as np

from keras_gan._arrays import Array

__all__ = ["bicubic", "bilinear", "bilinear_tensorflow1", "grey", "resize"]

Matrix = Callable[[int, int], Array]


def resize(images: Array, size: int, matrix: Matrix) -> Array:
    """Resizes float32 images (n, H, W, C) to (n, size, size, C).

    Args:
        images: The images.
        size: Height and width of the result.
        matrix: One of this module's kernels: what each result pixel takes
            from which source pixels, along one axis.

    Returns:
        float32 images; the same array where nothing changes.
    """
    n, height, width, channels = images.shape
    if height != size:
        flat = images.reshape(n, height, width * channels)
        images = (matrix(height, size) @ flat).reshape(n, size, -1, channels)
    if width != size:
        images = matrix(width, size) @ images
    return images


def grey(images: Array) -> Array:
    """Returns the luma of RGB images (ITU-R 601, as Pillow's "L")."""
    if images.shape[-1] == 1:
        return images
    return images @ np.array([[0.299], [0.587], [0.114]], np.float32)


@cache
def bilinear(source: int, target: int, antialias: bool = False) -> Array:
    """Returns weights of a triangle kernel.

    Without `antialias` they are those of torch's `interpolate`.
    """
    return _weights(source, target, _triangle, 1.0, antialias)


@cache
def bicubic(source: int, target: int) -> Array:
    """Returns weights of Keys' kernel (a = -0.5), antialiased as in Pillow."""
    return _weights(source, target, _keys, 2.0, True)


@cache
def bilinear_tensorflow1(source: int, target: int) -> Array:
    """Returns weights of the original FID's resize, off by half a pixel."""
    position = np.arange(target) * (source / target)
    lower = np.floor(position).astype(int)
    upper = np.minimum(lower + 1, source - 1)
    weights = np.zeros((target, source))
    np.add.at(weights, (np.arange(target), lower), 1.0 + lower - position)
    np.add.at(weights, (np.arange(target), upper), position - lower)
    return weights.astype(np.float32)


def _weights(
    source: int,
    target: int,
    kernel: Callable[[Array], Array],
    support: float,
    antialias: bool,
) -> Array:
    scale = source / target
    stretch = max(scale, 1.0) if antialias else 1.0
    centre = (np.arange(target) + 0.5) * scale
    distance = (np.arange(source) + 0.5 - centre[:, np.newaxis]) / stretch
    weights = np.where(np.abs(distance) < support, kernel(distance), 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights.astype(np.float32)


def _triangle(x: Array) -> Array:
    result: Array = 1.0 - np.abs(x)
    return result


def _keys(x: Array) -> Array:
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x**2 + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x < 1.0, near, far)
