"""Images of any number, size and type through a model that translates."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan.models import translating
from tests import tiny


@pytest.fixture(scope="module")
def gan():
    """Halves twice, and takes any size."""
    return keras_gan.Pix2Pix(
        tiny.translator(size=None, halvings=2),
        tiny.patch_judge(size=None, source=1),
        seed=1,
    )


def direct(gan, images):
    given = ops.convert_to_tensor(np.asarray(images, "float32"))
    return ops.convert_to_numpy(gan.generator(given, training=False))


def test_sizes_that_fit_go_through_as_they_are(gan, images):
    made = gan.translate(images[:5])
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, direct(gan, images[:5]), atol=1e-6)


def test_other_sizes_are_reflected_and_cropped_back(gan, images):
    some = images[:3, :7, :5]
    padded = np.pad(some, ((0, 0), (0, 1), (1, 2), (0, 0)), mode="reflect")
    expected = direct(gan, padded)[:, :7, 1:6]
    np.testing.assert_allclose(gan.translate(some), expected, atol=1e-6)


def test_bytes_become_bytes(gan, images):
    pixels = keras_gan.images.to_uint8(images[:4])
    made = gan.translate(pixels)
    floats = gan.translate(keras_gan.images.to_float(pixels))
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, keras_gan.images.to_uint8(floats))


def test_one_image_gives_one_image(gan, images):
    expected = gan.translate(images[:1])[0]
    np.testing.assert_allclose(gan.translate(images[0]), expected, atol=1e-6)


def test_batches_do_not_matter(gan, images):
    whole = gan.translate(images[:7], batch_size=7)
    parts = gan.translate(images[:7], batch_size=3)
    np.testing.assert_allclose(whole, parts, atol=1e-6)


def test_the_same_images_give_the_same_outputs(gan, images):
    first, again = gan.translate(images[:7]), gan.translate(images[:7])
    np.testing.assert_array_equal(first, again)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="of TensorFlow's traces"
)
def test_many_sizes_are_traced_once(images):
    """TensorFlow warns of five traces among the last calls of any network."""
    network = tiny.translator(size=None, halvings=1)
    alone = keras.models.clone_model(network)
    alone.set_weights(network.get_weights())
    for count, height, width in ((3, 8, 8), (3, 8, 6), (3, 6, 8), (1, 4, 4)):
        some = images[:count, :height, :width]
        np.testing.assert_array_equal(
            translating.translate(network, some, (-1.0, 1.0)),
            alone.predict_on_batch(some),
        )
    traced = network.predict_function
    assert traced.experimental_get_tracing_count() == 1


def test_no_images_give_none(gan):
    made = gan.translate(np.zeros((0, 7, 5, 1), "uint8"))
    assert made.shape == (0, 7, 5, 1)
    assert made.dtype == np.uint8


def test_predict_and_call_translate_too(gan, images):
    expected = gan.translate(images[:3])
    predicted = gan.predict(images[:3], verbose=0)
    np.testing.assert_allclose(predicted, expected, atol=1e-6)
    called = ops.convert_to_numpy(gan(images[:3]))
    np.testing.assert_allclose(called, expected, atol=1e-6)


def test_the_averaged_weights_translate(images):
    gan = tiny.pix2pix(ema_decay=0.9)
    zeros = [np.zeros_like(w) for w in gan.ema_generator.get_weights()]
    gan.ema_generator.set_weights(zeros)
    assert not gan.translate(images[:2]).any()


def test_a_network_of_one_size_is_padded_up_to_it(images):
    gan = tiny.pix2pix()
    assert gan.translate(images[:2, :6, :3]).shape == (2, 6, 3, 1)


def without_skips():
    """Gives 8 x 8 of 7 x 7, without an error."""
    source = keras.Input((None, None, 1))
    x = layers.Conv2D(2, 3, strides=2, padding="same")(source)
    x = layers.UpSampling2D(2)(x)
    return keras.Model(source, layers.Conv2D(1, 3, padding="same")(x))


def test_sizes_that_come_back_otherwise_are_padded():
    sizes = translating.sizes_for(without_skips(), 7, 10, 1)
    assert sizes == (8, 10, 1)


@pytest.mark.parametrize(
    ("halvings", "scale", "expected"),
    [
        (0, 1, (9, 5, 1)),
        (3, 1, (16, 8, 1)),
        (6, 1, (64, 64, 1)),
        (1, 4, (10, 6, 4)),
    ],
)
def test_the_least_size_is_found(halvings, scale, expected):
    network = tiny.translator(size=None, halvings=halvings, scale=scale)
    assert translating.sizes_for(network, 9, 5, 1) == expected


REFUSED = {
    "channels": (
        np.zeros((2, 8, 8, 3), "uint8"),
        r"height, width, 1.*2, 8, 8, 3",
    ),
    "no channels": (np.zeros((2, 8, 8), "uint8"), "Add the channel axis"),
    "integers": (np.zeros((2, 8, 8, 1), "int64"), "uint8 pixels.*int64"),
    "nan": (np.full((2, 8, 8, 1), np.nan), "`images` must be finite"),
    "no pixels": (np.zeros((2, 0, 8, 1), "uint8"), "at least one pixel"),
    "text": ("photo.png", "`images` must be an array"),
}


@pytest.mark.parametrize(("given", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_image_is_refused(gan, given, words):
    with pytest.raises(ValueError, match=words):
        gan.translate(given)


def test_images_larger_than_the_network_are_refused(images):
    with pytest.raises(ValueError, match=r"8 x 8 pixels.*9 x 8.*None, None"):
        tiny.pix2pix().translate(np.zeros((1, 9, 8, 1), "uint8"))


def test_floats_of_another_scale_are_warned_of(gan):
    with pytest.warns(UserWarning, match="from 0 to 255 are given as uint8"):
        gan.translate(np.full((1, 8, 8, 1), 200.0))


def test_an_unbounded_generator_takes_the_range_of_its_data(images):
    gan = keras_gan.Pix2Pix(
        without_skips(), tiny.patch_judge(size=None, source=1), seed=1
    )
    assert gan.pixel_range == (-1.0, 1.0)
    gan.compile(run_eagerly=True)
    bright = (images[:4] + 1) / 2
    gan.train_on_batch(bright, bright)
    assert gan.pixel_range == (0.0, 1.0)
    gan.pixel_range = (0.0, 2.0)
    assert gan.pixel_range == (0.0, 2.0)
