"""Bytes that are scaled on the device train as floats do."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan.datasets import ImageBatches
from keras_gan.images import to_float
from keras_gan.models import pixel_bytes
from tests import tiny
from tests.float_batches import FloatBatches

PIXELS = np.random.default_rng(0).integers(0, 256, (24, 8, 8, 1), np.uint8)
LABELS = np.arange(24) % tiny.CLASSES


@pytest.mark.parametrize("value_range", [(-1.0, 1.0), (0.0, 1.0)], ids=str)
def test_scaled_bytes_are_the_floats_of_the_images(value_range):
    batches = ImageBatches(
        PIXELS, LABELS, batch_size=24, shuffle=False, value_range=value_range
    )
    sent = pixel_bytes.as_bytes(batches)[0]
    assert [each.dtype for each in keras.tree.flatten(sent)] == [
        "uint8",
        "int32",
    ]
    images, labels = pixel_bytes.as_floats(sent)
    np.testing.assert_allclose(
        ops.convert_to_numpy(images), to_float(PIXELS, value_range), atol=1e-6
    )
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize(
    "data",
    [PIXELS, (PIXELS, LABELS), {"image": PIXELS}, {"pixels from 0 to": PIXELS}],
    ids=["alone", "with labels", "named", "named alike"],
)
def test_bytes_of_other_data_stay_as_they_are(data):
    for was, now in zip(
        keras.tree.flatten(data),
        keras.tree.flatten(pixel_bytes.as_floats(data)),
        strict=True,
    ):
        assert was is now


@pytest.mark.parametrize(
    "make",
    [tiny.gan, pytest.param(tiny.conditional_gan, marks=pytest.mark.slow)],
)
def test_bytes_train_as_floats_do(make):
    conditional = make is tiny.conditional_gan
    batches = ImageBatches(
        PIXELS, LABELS if conditional else None, batch_size=8, shuffle=False
    )
    weights = []
    for data in (batches, FloatBatches(batches)):
        model = tiny.made_afresh(make)
        model.fit(data, epochs=2, verbose=0, shuffle=False)
        weights.append(model.get_weights())
    for a, b in zip(*weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.slow_on_tensorflow
@pytest.mark.filterwarnings("ignore:.*no negative value:UserWarning")
def test_another_range_of_values_is_another_step():
    model = tiny.gan()

    def real_scores(images, **settings):
        logs = model.evaluate(images, return_dict=True, verbose=0, **settings)
        return logs["d_real"]

    for value_range in ((-1.0, 1.0), (0.0, 1.0)):
        batches = ImageBatches(PIXELS, batch_size=8, value_range=value_range)
        floats = to_float(PIXELS, value_range)
        by_hand = real_scores(floats, batch_size=8)
        assert real_scores(batches) == pytest.approx(by_hand, rel=1e-4)
