"""The pool gives what a plain list gives, one image after the other."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan.models.image_pool import ImagePool, exchanged


class PlainPool:
    """The authors' pool, with the draws given."""

    def __init__(self, size):
        self.size, self.images = size, []

    def query(self, images, slots, coins):
        shown = []
        for image, slot, coin in zip(images, slots, coins, strict=True):
            if len(self.images) < self.size:
                self.images.append(image)
                shown.append(image)
            elif coin < 0.5:
                place = int(slot * self.size)
                shown.append(self.images[place])
                self.images[place] = image
            else:
                shown.append(image)
        return np.stack(shown)


@pytest.mark.parametrize("size", [1, 3, 10])
@pytest.mark.parametrize("batch", [1, 4, 7])
def test_a_batch_passes_as_its_images_one_by_one_would(size, batch):
    random = np.random.default_rng(size * 100 + batch)
    plain, kept, count = PlainPool(size), np.zeros((size, 2, 2, 1)), 0
    kept = ops.convert_to_tensor(kept.astype("float32"))
    count = ops.convert_to_tensor(count, "int32")
    for _ in range(12):
        images = random.normal(size=(batch, 2, 2, 1)).astype("float32")
        slots, coins = random.uniform(size=(2, batch)).astype("float32")
        expected = plain.query(images, slots, coins)
        shown, kept, count = exchanged(
            kept,
            count,
            *map(ops.convert_to_tensor, (images, slots, coins)),
        )
        np.testing.assert_array_equal(ops.convert_to_numpy(shown), expected)
    assert int(count) == len(plain.images)
    found = ops.convert_to_numpy(kept)[: len(plain.images)]
    np.testing.assert_array_equal(found, np.stack(plain.images))


def test_a_draw_of_nearly_one_takes_the_last_place():
    kept = ops.reshape(ops.arange(49, dtype="float32"), (49, 1))
    one = ops.convert_to_tensor(np.float32([0.99999997]))
    shown, _, _ = exchanged(
        kept,
        ops.convert_to_tensor(49, "int32"),
        ops.zeros((1, 1)),
        one,
        ops.zeros((1,)),
    )
    assert float(shown[0, 0]) == 48.0


def test_half_of_the_images_are_of_the_past():
    pool = ImagePool(50)
    pool.build((1, 1, 1))
    seed = keras.random.SeedGenerator(3)
    old = []
    for number in range(40):
        new = ops.full((20, 1, 1, 1), float(number))
        shown = ops.convert_to_numpy(pool.exchange(new, seed))
        old.append(np.mean(shown < number))
    assert old[:2] == [0.0, 0.0]
    # One in ten of the images that are swapped was put there by its own batch.
    assert 0.4 < np.mean(old[3:]) < 0.55


def test_images_are_kept_in_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        pool = ImagePool(2)
        pool.build((1, 1, 1))
    finally:
        keras.config.set_dtype_policy("float32")
    third = ops.convert_to_tensor(np.full((1, 1, 1, 1), 1 / 3, "float32"))
    pool.exchange(third, keras.random.SeedGenerator(0))
    kept = ops.convert_to_numpy(pool.images)
    assert kept.dtype == np.float32
    assert kept[0, 0, 0, 0] == np.float32(1 / 3)
