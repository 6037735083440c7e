import keras
import numpy as np
import pytest
import tiny
from PIL import Image

import keras_gan
from keras_gan.callbacks import ImageSnapshot
from keras_gan.callbacks._interval import Interval
from keras_gan.models.first_batch import FirstBatch
from keras_gan.models.fixed_samples import FixedSamples, _matching


def fit(model, images, snapshot, labels=None, **kwargs):
    settings = {"batch_size": 16, "verbose": 0, **kwargs}
    model.fit(images, labels, callbacks=[snapshot], **settings)
    return snapshot


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
def test_a_picture_every_second_epoch_and_the_animation(images, tmp_path):
    fit(tiny.gan(), images, ImageSnapshot(tmp_path, every=2), epochs=5)
    expected = ["epoch-0002.png", "epoch-0004.png", "progress.gif"]
    assert names(tmp_path) == expected
    with Image.open(tmp_path / "progress.gif") as animation:
        assert animation.n_frames == 2


def test_steps_count_on_over_epochs_and_fits(images, tmp_path):
    snapshot = ImageSnapshot(tmp_path, every=4, unit="step", gif=False)
    model = tiny.gan()
    fit(model, images, snapshot, epochs=2)  # 5 steps each.
    assert names(tmp_path) == ["step-00000004.png", "step-00000008.png"]
    fit(model, images, snapshot, epochs=1)
    assert names(tmp_path)[-1] == "step-00000012.png"


@pytest.mark.slow
def test_the_picture_is_what_the_model_makes_of_the_fixed_latents(
    images, tmp_path
):
    model = tiny.gan(ema_decay=0.9)
    latents = model.latents(4, seed=7)
    snapshot = ImageSnapshot(tmp_path, latents=latents, gif=False)
    fit(model, images, snapshot, epochs=1)
    made = model.generate(latents=latents)
    expected = keras_gan.images.grid(keras_gan.images.to_uint8(made))
    with Image.open(tmp_path / "epoch-0001.png") as saved:
        np.testing.assert_array_equal(np.array(saved), np.array(expected))


def test_a_row_for_each_class_and_one_latent_a_column():
    model = tiny.conditional_gan()
    samples = FixedSamples(model, 10, None, None, seed=0)
    np.testing.assert_array_equal(samples.labels, np.repeat([0, 1, 2], 4))
    assert samples.columns == 4
    np.testing.assert_array_equal(samples.latents[0], samples.latents[8])
    assert not np.array_equal(samples.latents[0], samples.latents[1])


def test_across_a_column_for_each_class_and_one_latent_a_row():
    model = tiny.conditional_gan()
    samples = FixedSamples(model, 10, None, None, seed=0, across=True)
    np.testing.assert_array_equal(samples.labels, np.tile([0, 1, 2], 4))
    assert samples.columns == 3
    np.testing.assert_array_equal(samples.latents[0], samples.latents[2])
    assert not np.array_equal(samples.latents[0], samples.latents[3])


def test_real_images_are_of_the_wanted_class_or_black(images):
    batch = FirstBatch(images[:4], np.array([1, 0, 1, 2]), 4)
    shown = _matching(batch, 4, [0, 0, 1, 1])
    np.testing.assert_array_equal(shown[[0, 2, 3]], images[[1, 0, 2]])
    assert (shown[1] == images[:4].min()).all()


@pytest.mark.parametrize(
    ("labels", "columns"),
    [([2, 2, 1, 1], 2), ([0, 1, 2, 0], None), ([1, 1, 1, 0], None)],
    ids=["two rows", "mixed", "unequal rows"],
)
def test_given_labels_make_rows_where_they_can(labels, columns):
    samples = FixedSamples(tiny.conditional_gan(), 16, None, labels, seed=0)
    assert samples.columns == columns
    assert len(samples.latents) == 4


@pytest.mark.slow
def test_pictures_of_another_run_stay(images, tmp_path):
    fit(tiny.gan(), images, ImageSnapshot(tmp_path), epochs=2)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    second = ImageSnapshot(tmp_path)
    with pytest.warns(UserWarning, match="another run's pictures"):
        fit(tiny.gan(seed=8), images, second, epochs=1)
    assert all(p.read_bytes() == data for p, data in before.items())
    assert second.folder == tmp_path / "run-2"
    assert names(second.folder) == ["epoch-0001.png", "progress.gif"]


@pytest.mark.slow
def test_a_resumed_run_goes_on_in_its_folder(images, tmp_path):
    model = tiny.gan()
    fit(model, images, ImageSnapshot(tmp_path), epochs=2)
    again = ImageSnapshot(tmp_path)
    fit(model, images, again, epochs=3, initial_epoch=2)
    assert names(tmp_path)[:3] == [f"epoch-000{n}.png" for n in (1, 2, 3)]
    with Image.open(tmp_path / "progress.gif") as animation:
        assert animation.n_frames == 3


@pytest.mark.slow
def test_training_is_the_same_with_pictures(images, tmp_path):
    plain, watched = tiny.gan(), tiny.gan()
    watched.set_weights(plain.get_weights())
    settings = {"epochs": 2, "batch_size": 16, "verbose": 0}
    plain.fit(images, **settings)
    units = ("epoch", "step")
    pictures = [ImageSnapshot(tmp_path / unit, unit=unit) for unit in units]
    watched.fit(images, callbacks=pictures, **settings)
    for one, other in zip(tiny.state(plain), tiny.state(watched), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_strips_at_the_end(images, tmp_path):
    snapshot = ImageSnapshot(tmp_path, interpolation=True, gif=False)
    fit(tiny.gan(), images, snapshot, epochs=1)
    for name in ("interpolation.png", "traversal.png"):
        with Image.open(tmp_path / name) as strip:
            scale = strip.width // 10 - 2
            assert strip.size == (10 * scale + 22, 5 * scale + 12)


def test_steps_that_run_together_are_not_missed():
    interval = Interval(4, "step")
    model = tiny.gan()
    model.compile()
    model.steps_per_execution = 3
    interval.begin_epoch(model)
    due = [interval.after_batch(batch) for batch in (2, 5, 8, 9)]
    assert due == [False, True, True, False]
    assert interval.step == 10


def test_images_that_are_not_numbers_become_black(tmp_path):
    model = tiny.gan()
    broken = [np.full_like(w, np.nan) for w in model.generator.get_weights()]
    model.generator.set_weights(broken)
    grid = FixedSamples(model, 4, None, None, seed=0).grid()
    assert set(np.unique(np.array(grid))) == {0, 255}  # 255: the padding.


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"every": 0}, "`every`"),
        ({"unit": "batch"}, "`unit`"),
        ({"num_images": 0}, "`num_images`"),
        ({"seed": -1}, "`seed`"),
    ],
    ids=["every", "unit", "num_images", "seed"],
)
def test_bad_arguments_are_refused(arguments, match, tmp_path):
    with pytest.raises(ValueError, match=match):
        ImageSnapshot(tmp_path, **arguments)


@pytest.mark.parametrize(
    "arguments",
    [{"latents": np.zeros((4, 3))}, {"labels": [0, 1]}],
    ids=["latents of another size", "labels without classes"],
)
def test_what_does_not_fit_is_refused_before_training(
    arguments, images, tmp_path
):
    model = tiny.gan()
    with pytest.raises(ValueError, match=r"latents|labels"):
        fit(model, images, ImageSnapshot(tmp_path, **arguments), epochs=1)
    assert int(model.optimizer.iterations.numpy()) == 0


def test_samples_that_are_no_images_are_refused(tmp_path):
    shape = (4, 4, 4, 1)
    generator = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(64),
            keras.layers.Reshape(shape),
        ]
    )
    critic = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    model = keras_gan.GAN(generator, critic)
    cubes = np.random.default_rng(0).normal(size=(8, *shape))
    with pytest.raises(ValueError, match="Pictures have the shape"):
        fit(model, cubes.astype("float32"), ImageSnapshot(tmp_path), epochs=1)
