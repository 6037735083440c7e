"""Generated images of the past, for a discriminator to see again."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan._typing import Tensor


class ImagePool(keras.layers.Layer):
    """Keeps past images, and hands out some of them in place of new ones.

    One new image after the other: while there is room, it is kept and shown.
    Then, with a probability of a half, a random image of the pool is shown,
    and the new one takes its place; otherwise the new one is shown and not
    kept. All images of a batch are looked at in one go, with the same result
    as one after the other.

    The images are variables, so that they are saved with the model. On several
    replicas there is one pool, and each image of the global batch passes it in
    order, as on one device.

    Args:
        size: How many images it holds.

    Reference: Shrivastava et al., 2017, arXiv 1612.07828, section 2.3; Zhu et
    al., 2017, arXiv 1703.10593, section 4.
    """

    def __init__(self, size: int, name: str | None = None) -> None:
        super().__init__(name=name, trainable=False, dtype="float32")
        self.size = size

    def build(self, image_shape: tuple[int, ...]) -> None:
        """Makes room for images of a shape, without the batch."""
        self.images = self._variable("images", (self.size, *image_shape))
        self.count = self._variable("count", (), "int32")
        self.built = True

    def _variable(
        self, name: str, shape: tuple[int, ...], dtype: str = "float32"
    ) -> Any:
        return self.add_weight(
            name=name,
            shape=shape,
            dtype=dtype,
            initializer="zeros",
            trainable=False,
            autocast=False,
            # Replicas compute the same pool.
            aggregation="only_first_replica",
        )

    def exchange(
        self, images: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        """Takes new images in, and returns as many to be judged.

        Args:
            images: New ones, float32, shape `(n, height, width, channels)`.
            seed: What is drawn from, twice for each call.
        """
        size = ops.shape(images)[0]
        draws = [
            backend.draw(keras.random.uniform, (size,), seed) for _ in range(2)
        ]
        images, start = backend.gathered(images)
        slots, coins = (backend.gathered(each)[0] for each in draws)
        shown, kept, count = exchanged(
            ops.convert_to_tensor(self.images),
            ops.convert_to_tensor(self.count),
            images,
            slots,
            coins,
        )
        self.images.assign(kept)
        self.count.assign(count)
        return shown[start : start + size]

    def load_own_variables(self, store: Any) -> None:
        """Restores the images, of the saved shape where there are none yet."""
        if not self.built and "0" in list(store.keys()):
            self.build(np.shape(store["0"])[1:])
        super().load_own_variables(store)


def exchanged(
    pool: Tensor, count: Tensor, images: Tensor, slots: Tensor, coins: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Passes images through a pool, one after the other.

    Args:
        pool: The kept images, shape `(size, ...)`.
        count: How many of them there are, int32.
        images: New ones, shape `(n, ...)`.
        slots: Which one each would replace, uniform in [0, 1), shape `(n,)`.
        coins: It does below a half, likewise uniform, shape `(n,)`.

    Returns:
        The images to show, the pool and its count afterwards.
    """
    size = pool.shape[0]
    order = ops.arange(ops.shape(images)[0], dtype="int32")
    # Rounding could make a slot of the pool's size.
    slot = ops.minimum(ops.cast(slots * size, "int32"), size - 1)
    filling = ops.less(count + order, size)
    swapping = ops.logical_and(ops.logical_not(filling), ops.less(coins, 0.5))
    place = ops.where(filling, count + order, ops.where(swapping, slot, -1))

    # An image that is not kept writes, too: what is at its place anyway.
    target = ops.where(place >= 0, place, slot)
    past = ops.take(pool, target, axis=0)

    def written(by: Tensor) -> Tensor:
        """Returns what is at each target once some of the batch are kept."""
        last = ops.max(ops.where(by, order[None, :], -1), axis=1)
        new = ops.take(images, ops.maximum(last, 0), axis=0)
        has = ops.reshape(last >= 0, (-1, *(1,) * (len(pool.shape) - 1)))
        return ops.where(has, new, past)

    here = ops.equal(place[None, :], target[:, None])
    before = ops.less(order[None, :], order[:, None])
    swapped = ops.reshape(swapping, (-1, *(1,) * (len(pool.shape) - 1)))
    shown = ops.where(swapped, written(ops.logical_and(here, before)), images)
    # The rest of the pool is not touched: it may be large.
    kept = ops.scatter_update(pool, target[:, None], written(here))
    return shown, kept, ops.minimum(count + ops.shape(images)[0], size)
