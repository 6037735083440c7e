"""Snapshots of models that translate: sources, outputs and targets in rows."""

import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan.callbacks import ImageSnapshot, TensorBoard
from tests import tiny


def fitted(model, snapshot, a, b):
    model.compile(run_eagerly=True)
    model.fit(a, b, batch_size=8, verbose=0, callbacks=[snapshot])
    return model


def picture(columns):
    """A grid with a column for each array of images."""
    cells = np.stack(columns, axis=1)
    pixels = keras_gan.images.to_uint8(cells.reshape(-1, *cells.shape[2:]))
    colour = np.repeat(pixels, 3, axis=-1)
    return np.array(keras_gan.images.grid(colour, len(columns)))


def saved(folder):
    with Image.open(folder / "epoch-0001.png") as image:
        return np.array(image)


def test_a_row_shows_source_output_and_target(images, tmp_path):
    snapshot = ImageSnapshot(tmp_path, num_images=3, gif=False)
    source, target = images[:8], images[:8, ::-1].copy()
    gan = fitted(tiny.pix2pix(), snapshot, source, target)
    made = gan.translate(source[:3])
    expected = picture([source[:3], made, target[:3]])
    np.testing.assert_array_equal(saved(tmp_path), expected)


def test_sources_of_the_users_own_are_shown_without_targets(images, tmp_path):
    pixels = keras_gan.images.to_uint8(images[20:22])
    snapshot = ImageSnapshot(tmp_path, sources=pixels, gif=False)
    gan = fitted(tiny.pix2pix(), snapshot, images[:8], images[:8])
    floats = keras_gan.images.to_float(pixels)
    expected = picture([floats, gan.translate(floats)])
    np.testing.assert_array_equal(saved(tmp_path), expected)


def test_both_sides_are_shown_there_and_back(images, tmp_path):
    pair = images[20:22], images[30:32]
    snapshot = ImageSnapshot(tmp_path, sources=pair, gif=False)
    gan = fitted(tiny.cycle_gan(), snapshot, images[:8], images[8:16])
    columns = []
    for direction, shown in zip(("ab", "ba"), pair, strict=True):
        there = gan.translate(shown, direction=direction)
        back = gan.translate(there, direction=direction[::-1])
        columns += [shown, there, back]
    np.testing.assert_array_equal(saved(tmp_path), picture(columns))


def test_a_small_source_is_drawn_as_large_as_its_target(images):
    gan = keras_gan.Pix2Pix(
        tiny.translator(size=4, scale=2), tiny.patch_judge(source=1, scale=2)
    )
    shown = gan.fixed_samples(sources=(images[:1, ::2, ::2], images[:1])).grid()
    columns = [images[:1, ::2, ::2].repeat(2, axis=1).repeat(2, axis=2)]
    columns += [gan.translate(images[:1, ::2, ::2]), images[:1]]
    np.testing.assert_array_equal(np.array(shown), picture(columns))


def test_a_data_set_for_a_snapshot_is_told_how_to_be_given(tmp_path):
    found = keras_gan.datasets.pairs("outlines", "test")
    with pytest.raises(ValueError, match=r"select\(limit=8\).arrays\(\)"):
        ImageSnapshot(tmp_path, sources=found)
    some = found.select(limit=8).arrays()
    assert len(ImageSnapshot(tmp_path, sources=some).sources) == 2


@pytest.mark.parametrize("kind", [ImageSnapshot, TensorBoard])
@pytest.mark.parametrize("pair", [False, True])
def test_sources_come_back_from_a_config(kind, pair, images, tmp_path):
    if kind is TensorBoard:
        pytest.importorskip("tensorflow")
    pixels = keras_gan.images.to_uint8(images[:2])
    sources = (pixels, pixels[:, ::2, ::2]) if pair else pixels
    again = kind.from_config(kind(tmp_path, sources=sources).get_config())
    wanted = sources if pair else (sources,)
    for one, other in zip(wanted, again.sources, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_a_gan_of_latents_takes_no_sources(images, tmp_path):
    snapshot = ImageSnapshot(tmp_path, sources=images[:2])
    with pytest.raises(ValueError, match=r"`sources`.*Received: .*GAN"):
        fitted(tiny.gan(), snapshot, images[:8], None)


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (np.zeros((2, 9, 9, 1)), r"of `source` .*\(8, 8, 1\).*\(9, 9, 1\)"),
        (
            (np.zeros((2, 8, 8, 1)), np.zeros((3, 8, 8, 1))),
            r"equally.*\[2, 3\]",
        ),
        (np.zeros((8, 8, 1)), r"`sources` must be images.*\(8, 8, 1\)"),
        ("photo.png", "`sources` must be an array"),
    ],
)
def test_sources_that_do_not_fit_are_refused(sources, words, images, tmp_path):
    def run():
        snapshot = ImageSnapshot(tmp_path, sources=sources)
        fitted(tiny.pix2pix(), snapshot, images[:8], images[:8])

    with pytest.raises(ValueError, match=words):
        run()


def test_a_model_of_images_to_images_takes_no_latents(images, tmp_path):
    snapshot = ImageSnapshot(tmp_path, latents=np.zeros((2, 6)))
    with pytest.raises(ValueError, match="takes no latents"):
        fitted(tiny.pix2pix(), snapshot, images[:8], images[:8])


@pytest.mark.parametrize("make", [tiny.pix2pix, tiny.cycle_gan])
def test_scores_of_real_and_made_images_are_at_hand(make, images):
    gan = make()
    gan.compile(run_eagerly=True)
    gan.train_on_batch(images[:8], images[8:16])
    found = gan.scored_samples()
    logs = gan.test_on_batch(images[:8], images[8:16], return_dict=True)
    names = [name for name in logs if name.startswith("d_real")]
    mean = np.mean([float(logs[name]) for name in names])
    assert found.real_scores.mean() == pytest.approx(mean, rel=1e-4)
    assert found.real.shape == found.fake.shape == (8, 64 * len(names))
