import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan import datasets
from keras_gan.datasets import ImageBatches
from keras_gan.images import to_float


@pytest.fixture
def numbered():
    """Ten images whose pixels are their number, labelled with it too."""
    numbers = np.arange(10)
    pixels = np.ones((10, 2, 2, 1), np.uint8) * numbers[:, None, None, None]
    return pixels.astype(np.uint8), numbers


def order(batches):
    return [int(label) for _, labels in batches for label in labels]


def test_an_epoch_visits_every_image_once(numbered):
    batches = ImageBatches(*numbered, batch_size=4)

    assert len(batches) == 3
    assert [len(labels) for _, labels in batches] == [4, 4, 2]
    assert sorted(order(batches)) == list(range(10))


def test_images_stay_with_their_labels(numbered):
    for images, labels in ImageBatches(
        *numbered, batch_size=4, value_range=(0, 255)
    ):
        assert images[:, 0, 0, 0].tolist() == labels.tolist()


def test_batches_are_float32_in_the_value_range(numbered):
    pixels = numbered[0]
    pixels[:5], pixels[5:] = 0, 255

    (images,) = ImageBatches(pixels, batch_size=10)

    assert images.dtype == np.float32
    assert set(images.ravel().tolist()) == {-1.0, 1.0}


def test_the_order_is_a_function_of_seed_and_epoch(numbered):
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (7, 300)]

    def visited(seed, epoch):
        batches = ImageBatches(*numbered, seed=seed)
        batches.set_epoch(epoch)
        return order(batches)

    orders = {(seed, epoch): visited(seed, epoch) for seed, epoch in pairs}

    assert all(visited(*pair) == orders[pair] for pair in pairs)
    assert len({tuple(visit) for visit in orders.values()}) == len(pairs)


def test_the_order_is_the_one_the_docstring_names(numbered):
    batches = ImageBatches(*numbered, seed=3)
    batches.set_epoch(5)

    stated = np.random.default_rng([3, 5]).permutation(10)

    assert order(batches) == stated.tolist()


def test_the_order_of_a_seed_and_epoch_stays_from_release_to_release(numbered):
    batches = ImageBatches(*numbered, seed=1)
    batches.set_epoch(2)

    assert order(batches) == [8, 5, 6, 0, 9, 1, 4, 3, 7, 2]


def test_without_shuffle_the_order_is_the_data_s_own(numbered):
    assert order(ImageBatches(*numbered, shuffle=False)) == list(range(10))


def test_drop_remainder_leaves_full_batches(numbered):
    batches = ImageBatches(*numbered, batch_size=4, drop_remainder=True)

    assert [len(labels) for _, labels in batches] == [4, 4]


def test_without_labels_a_batch_is_the_images_alone(numbered):
    batches = ImageBatches(numbered[0], batch_size=5)

    assert batches[0].shape == (5, 2, 2, 1)


@pytest.mark.parametrize("flip", [False, True])
def test_epochs_of_some_steps_are_the_parts_of_a_pass(numbered, flip):
    pixels = np.arange(10 * 4, dtype=np.uint8).reshape(10, 2, 2, 1)
    whole = ImageBatches(pixels, numbered[1], batch_size=2, seed=3, flip=flip)
    parts = ImageBatches(
        pixels,
        numbered[1],
        batch_size=2,
        seed=3,
        flip=flip,
        steps_per_epoch=2,
    )
    assert len(parts) == 2
    for epoch in range(6):
        parts.set_epoch(epoch)
        whole.set_epoch(epoch // 2)
        assert parts.data_pass == epoch // 2
        before = 2 * (epoch % 2)
        for index in range(2):
            for one, other in zip(
                parts[index], whole[before + index], strict=True
            ):
                np.testing.assert_array_equal(one, other)
        rows, *mirrored = parts.order()
        held = whole.order()
        first = 2 * before
        np.testing.assert_array_equal(rows, held[0][first : first + 4])
        assert bool(mirrored) == flip
        if flip:
            np.testing.assert_array_equal(
                mirrored[0], held[1][first : first + 4]
            )
        with pytest.raises(IndexError, match="2 batches"):
            parts[2]


PIXELS = np.random.default_rng(0).integers(0, 256, (10, 6, 6, 1), "uint8")
OTHERS = PIXELS[:7, ::-1]


@pytest.mark.parametrize(
    "make",
    [
        lambda **own: datasets.VectorBatches(
            PIXELS[:, 0, :, 0].astype("float32"), **own
        ),
        lambda **own: datasets.PairBatches(
            (PIXELS, PIXELS[:, ::-1]), jitter=2, flip=True, **own
        ),
        lambda **own: datasets.UnpairedBatches(
            (PIXELS, OTHERS), jitter=2, flip=True, **own
        ),
    ],
    ids=["vectors", "pairs", "unpaired"],
)
def test_all_batches_have_epochs_of_some_steps(make):
    whole = make(batch_size=2, seed=3)
    parts = make(batch_size=2, seed=3, steps_per_epoch=2)
    for epoch in (0, 3):
        parts.set_epoch(epoch)
        whole.set_epoch(epoch // 2)
        for index in range(2):
            found = parts[index], whole[2 * (epoch % 2) + index]
            for one, other in zip(*map(keras.tree.flatten, found), strict=True):
                np.testing.assert_array_equal(one, other)


def test_more_steps_than_the_data_have_are_refused(numbered):
    with pytest.raises(ValueError, match=r"full batches .* 2:.*Received.*3"):
        ImageBatches(*numbered, batch_size=4, steps_per_epoch=3)
    with pytest.raises(ValueError, match=r"batch_size=20 for 10 rows"):
        ImageBatches(*numbered, batch_size=20, steps_per_epoch=1)


def linear():
    layers = [keras.layers.Flatten(), keras.layers.Dense(1, use_bias=False)]
    model = keras.Sequential([keras.Input((2, 2, 1)), *layers])
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
    return model


def trained(numbered, *, epochs, initial_epoch=0, kernel=None, follow=True):
    """Trains a linear model, whose kernel depends on the order of the data."""
    model = linear()
    model.set_weights([np.ones((4, 1)) if kernel is None else kernel])
    batches = ImageBatches(*numbered, batch_size=3, seed=4)
    callback = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: batches.set_epoch(epoch)
    )
    model.fit(
        batches,
        epochs=epochs,
        initial_epoch=initial_epoch,
        shuffle=False,
        verbose=0,
        callbacks=[callback] if follow else [],
    )
    # The outputs for the unit vectors are the kernel.
    return model.predict(np.eye(4).reshape(4, 2, 2, 1), verbose=0)


def test_a_resumed_fit_sees_what_the_uninterrupted_one_saw(numbered):
    straight = trained(numbered, epochs=4)

    half = trained(numbered, epochs=2)
    resumed = trained(numbered, epochs=4, initial_epoch=2, kernel=half)

    np.testing.assert_array_equal(resumed, straight)


def test_a_fit_that_does_not_say_its_epoch_starts_from_the_first(numbered):
    half = trained(numbered, epochs=2)

    resumed = trained(
        numbered, epochs=4, initial_epoch=2, kernel=half, follow=False
    )
    straight = trained(numbered, epochs=4)

    assert not np.allclose(resumed, straight)


class _Recorded(ImageBatches):
    """Notes the epoch of each batch that is made while `fit` runs."""

    def __getitem__(self, index):
        if self._begun:
            self.made.append((self.epoch, index))
        return super().__getitem__(index)


@pytest.mark.parametrize("follow", [True, False], ids=["callback", "alone"])
def test_no_batch_of_fit_is_of_another_epoch(numbered, follow):
    batches = _Recorded(*numbered, batch_size=3)
    batches.made = []
    callback = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: batches.set_epoch(epoch)
    )

    linear().fit(
        batches,
        epochs=3,
        shuffle=False,
        verbose=0,
        callbacks=[callback] if follow else [],
    )

    first = batches.made[-1][0] - 2
    assert batches.made[-12:] == [
        (first + epoch, index) for epoch in range(3) for index in range(4)
    ]
    assert first == 0 or not follow


def test_a_second_shuffle_by_fit_is_warned_of(numbered):
    batches = ImageBatches(*numbered, batch_size=1)
    batches.on_epoch_begin()

    with pytest.warns(UserWarning, match=r"Pass `shuffle=False` to `fit`"):
        batches[3]


def test_batches_can_be_indexed_freely_outside_of_fit(numbered):
    batches = ImageBatches(*numbered, batch_size=1, shuffle=False)

    assert batches[7][1].tolist() == [7]


def test_a_batch_beyond_the_epoch_is_an_index_error(numbered):
    with pytest.raises(IndexError, match="There are 5 batches"):
        ImageBatches(*numbered, batch_size=2)[5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "`batch_size` must be a whole number of at least"),
        ({"batch_size": 2.5}, "Received: batch_size=2.5"),
        ({"seed": -1}, "`seed` must be a whole number of at least 0"),
        ({"value_range": (1, 0)}, "`value_range` must be"),
        ({"part": (2, 2)}, r"i from 0 to n - 1.* part=\(2, 2\), batch_size=64"),
        ({"part": (0, 65)}, "n at most the batch size"),
        ({"labels": np.arange(9)}, "one for each of the 10 images"),
        (
            {"batch_size": 11, "drop_remainder": True},
            "no batch would be left. Received: batch_size=11 for 10 images",
        ),
    ],
)
def test_bad_arguments_are_refused_at_once(numbered, arguments, message):
    with pytest.raises(ValueError, match=message):
        ImageBatches(numbered[0], **arguments)


def test_float_images_are_refused(numbered):
    with pytest.raises(TypeError, match="ndarray of float64"):
        ImageBatches(numbered[0] / 255)


@pytest.mark.parametrize("shape", [(0, 2, 2, 1), (3, 2, 2)], ids=str)
def test_images_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"must be \(n, H, W, C\)"):
        ImageBatches(np.zeros(shape, np.uint8))


def test_the_embedded_sample_makes_batches():
    images, labels = datasets.load("fashion_mnist_sample", limit=100)

    batch, chosen = ImageBatches(images, labels, batch_size=32)[3]

    assert (batch.shape, chosen.shape) == ((4, 28, 28, 1), (4,))
    assert batch.min() == -1
    assert batch.max() == 1


def test_bytes_hold_the_same_images_in_the_same_order():
    images, labels = datasets.load("fashion_mnist_sample", limit=100)
    floats = ImageBatches(images, labels, batch_size=32, seed=4)
    pixels = floats.as_uint8()

    pixels.set_epoch(3)

    assert len(pixels) == len(floats)
    assert pixels[2][0].dtype == np.uint8
    np.testing.assert_array_equal(to_float(pixels[2][0]), floats[2][0])
    np.testing.assert_array_equal(pixels[2][1], floats[2][1])


# Mirrored images.


@pytest.fixture
def slopes():
    """40 images whose rows rise, each from a level of its own."""
    rise = np.arange(3, dtype=np.uint8)[None, None, :, None]
    levels = 5 * np.arange(40, dtype=np.uint8)[:, None, None, None]
    return np.broadcast_to(levels + rise, (40, 2, 3, 1)).copy()


def mirrored(pixels, epoch=0, **kwargs):
    """Which of the images are mirrored in an epoch; all are visited."""
    batches = ImageBatches(pixels, batch_size=16, flip=True, **kwargs)
    batches.set_epoch(epoch)
    seen = np.concatenate([batches.pixels(i) for i in range(len(batches))])
    seen = seen[np.argsort(seen.min((1, 2, 3)))]
    found = seen[:, 0, 0, 0] > seen[:, 0, 2, 0]
    expected = pixels.copy()
    expected[found] = pixels[found, :, ::-1]
    np.testing.assert_array_equal(seen, expected)
    return found


def test_images_are_mirrored_as_the_docstring_says(slopes):
    stated = np.random.default_rng([3, 5, 1]).random(40) < 0.5
    np.testing.assert_array_equal(mirrored(slopes, 5, seed=3), stated)


def test_what_is_mirrored_stays_from_release_to_release(slopes):
    found = np.flatnonzero(mirrored(slopes[:12], 2, seed=1))
    assert found.tolist() == [1, 3, 4, 5]


def test_other_images_are_mirrored_in_each_epoch_and_by_each_seed(slopes):
    pairs = [(0, 0), (0, 1), (1, 0)]
    found = [mirrored(slopes, epoch, seed=seed) for seed, epoch in pairs]
    assert len({tuple(each) for each in found}) == 3


def test_the_order_does_not_decide_what_is_mirrored(slopes):
    np.testing.assert_array_equal(
        mirrored(slopes, shuffle=False), mirrored(slopes)
    )


def test_the_data_themselves_are_not_mirrored(slopes):
    before = slopes.copy()
    mirrored(slopes)
    np.testing.assert_array_equal(slopes, before)


def test_bytes_are_mirrored_as_floats_are(slopes):
    batches = ImageBatches(slopes, value_range=(0, 255), flip=True)
    np.testing.assert_array_equal(batches[0], batches.as_uint8()[0])


def test_images_of_a_folder_are_mirrored(slopes, tmp_path):
    colored = np.repeat(slopes, 3, axis=-1)
    for index, image in enumerate(colored):
        Image.fromarray(image).save(tmp_path / f"{index:02}.png")
    folder = datasets.ImageFolder(tmp_path)
    np.testing.assert_array_equal(
        ImageBatches(folder, batch_size=40, flip=True)[0],
        ImageBatches(colored, batch_size=40, flip=True)[0],
    )


def test_a_line_says_what_they_hold():
    source = datasets.source("fashion_mnist_sample", limit=100)
    assert "images=<uint8 (100, 28, 28, 1)>" in repr(source)
    assert len(repr(source)) < 300
    batches = ImageBatches(source.images, batch_size=32, seed=7)
    said = "<ImageBatches: 100 rows in 4 batches of 32, shuffled, seed=7>"
    assert repr(batches) == said
