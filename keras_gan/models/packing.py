"""Several samples as one, for a discriminator that sees them together.

Lin et al., 2018, PacGAN: The power of two samples in generative adversarial
networks, arXiv 1712.04086, section 2: `m` samples of one kind are joined along
their last axis, and get one score. A generator that drops modes makes packs
whose samples look more alike than real ones do.
"""

import math
from typing import Any

import keras
from keras import ops

from keras_gan._typing import Tensor

Shape = tuple[Any, ...]


def packed_shape(shape: Shape, pack: int) -> Shape:
    """Returns the shape of a pack of samples of a shape."""
    last = shape[-1]
    return (*shape[:-1], None if last is None else pack * last)


def packed(samples: Tensor, pack: int) -> Tensor:
    """Joins each `pack` samples along their last axis.

    Args:
        samples: Shape `(n, ..., c)`, concrete or symbolic. Where `n` is no
            multiple of `pack`, the first samples fill the last pack up.
        pack: How many samples a pack has.

    Returns:
        Shape `(ceil(n / pack), ..., pack * c)`.
    """
    if pack == 1:
        return samples
    if isinstance(samples, keras.KerasTensor):
        shape = packed_shape(tuple(samples.shape[1:]), pack)
        return keras.KerasTensor((None, *shape), samples.dtype)
    samples = filled(samples, pack)
    inner = tuple(samples.shape[1:])
    apart = ops.reshape(samples, (-1, pack, *inner))
    beside = ops.moveaxis(apart, 1, -2)
    return ops.reshape(beside, (-1, *packed_shape(inner, pack)))


def unpacked(packs: Tensor, pack: int) -> Tensor:
    """Takes packs apart, the inverse of `packed`.

    Args:
        packs: Shape `(n, ..., pack * c)`.
        pack: How many samples a pack has.

    Returns:
        Shape `(pack * n, ..., c)`.
    """
    if pack == 1:
        return packs
    *inner, last = packs.shape[1:]
    beside = ops.reshape(packs, (-1, *inner, pack, last // pack))
    apart = ops.moveaxis(beside, -2, 1)
    return ops.reshape(apart, (-1, *inner, last // pack))


def filled(samples: Tensor, pack: int) -> Tensor:
    """Repeats the first samples until packs are full.

    Args:
        samples: Shape `(n, ...)`.
        pack: How many samples a pack has.

    Returns:
        Shape `(n', ...)`, `n'` the next multiple of `pack`.
    """
    count = samples.shape[0]
    if count is not None and count % pack == 0:
        return samples
    size = ops.shape(samples)[0]
    packs = (
        math.ceil(count / pack)
        if count is not None
        else ops.floor_divide(size + pack - 1, pack)
    )
    return ops.concatenate([samples] * pack)[: packs * pack]
