import numpy as np
import pytest
from PIL import Image, ImageSequence

from keras_gan import images

RANGES = pytest.mark.parametrize(
    "value_range", [(-1, 1), (0, 1), (0, 255), (-0.5, 2.0)], ids=str
)


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28, 3)])
def test_a_single_image_is_not_taken_for_its_rows(shape):
    with pytest.raises(ValueError, match=r"images\[None\]"):
        images.to_pil(np.zeros(shape, "uint8"))


@RANGES
def test_ends_of_the_pixel_range_become_the_ends_of_the_value_range(
    value_range,
):
    pixels = np.array([0, 255], np.uint8)

    floats = images.to_float(pixels, value_range)

    assert floats.dtype == np.float32
    assert floats.tolist() == [float(value) for value in value_range]


def test_to_float_is_the_affine_map_rounded_once():
    pixels = np.arange(256, dtype=np.uint8).reshape(2, 8, 16)

    floats = images.to_float(pixels, (-1, 1))

    exact = pixels / np.float64(255) * 2 - 1
    np.testing.assert_allclose(floats, exact, rtol=0, atol=6e-8)
    assert floats.shape == pixels.shape


@RANGES
def test_every_pixel_value_survives_the_way_there_and_back(value_range):
    pixels = np.arange(256, dtype=np.uint8)

    back = images.to_uint8(images.to_float(pixels, value_range), value_range)

    np.testing.assert_array_equal(back, pixels)


def test_to_uint8_rounds_to_the_nearest_and_clips():
    floats = np.array([-7, 0.4, 0.6, 127.4, 254.6, 300, np.inf], np.float32)

    pixels = images.to_uint8(floats, (0, 255))

    assert pixels.tolist() == [0, 0, 1, 127, 255, 255, 255]


def test_to_uint8_takes_half_precision():
    assert images.to_uint8(np.array([1.0], np.float16)).tolist() == [255]


def test_to_uint8_refuses_nan():
    with pytest.raises(ValueError, match=r"some are NaN.*1 NaN of 2 values"):
        images.to_uint8(np.array([0.0, np.nan]))


def test_to_uint8_refuses_integers():
    with pytest.raises(TypeError, match=r"images.dtype=uint8"):
        images.to_uint8(np.zeros(3, np.uint8))


def test_to_float_refuses_floats():
    with pytest.raises(TypeError, match="float32"):
        images.to_float(np.zeros(3, np.float32))


@pytest.mark.parametrize(
    "value_range", [(1, 0), (0, 0), (0, np.nan), (0, np.inf), (1,), None]
)
def test_value_range_must_be_two_rising_numbers(value_range):
    with pytest.raises(ValueError, match="`value_range` must be two finite"):
        images.to_float(np.zeros(3, np.uint8), value_range)


def test_grid_places_images_row_by_row():
    cells = np.arange(1, 6, dtype=np.uint8).reshape(5, 1, 1) * np.ones(
        (1, 2, 3), np.uint8
    )

    picture = np.array(images.grid(cells, columns=3, padding=1, scale=1))

    assert picture.shape == (2 * 2 + 3, 3 * 3 + 4)
    assert picture[1:3, 1:4].tolist() == [[1] * 3] * 2
    assert picture[1:3, 9:12].tolist() == [[3] * 3] * 2
    assert picture[4:6, 5:8].tolist() == [[5] * 3] * 2
    assert (picture[4:6, 9:12] == 255).all()
    assert (picture[[0, 3, 6]] == 255).all()


def test_grid_enlarges_each_pixel_to_a_square():
    cell = np.array([[[10, 20]]], np.uint8)

    picture = np.array(images.grid(cell, padding=0, scale=3))

    assert picture.tolist() == [[10, 10, 10, 20, 20, 20]] * 3


@pytest.mark.parametrize(
    ("side", "scale"), [(8, 7), (28, 2), (32, 2), (64, 1), (128, 1)]
)
def test_grid_makes_small_images_visible(side, scale):
    picture = images.grid(np.zeros((1, side, side), np.uint8), padding=0)

    assert picture.size == (side * scale, side * scale)


def test_grid_of_colour_images_is_rgb():
    cells = np.zeros((300, 4, 4, 3), np.uint8)
    cells[..., 0] = 200

    picture = images.grid(cells, columns=20, padding=0, scale=1)

    assert (picture.mode, picture.size) == ("RGB", (80, 60))
    assert picture.getpixel((79, 59)) == (200, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": 0}, "`columns` must be a whole number of at least 1"),
        ({"scale": 1.5}, "`scale` must be a whole number.*scale=1.5"),
        ({"padding": -1}, "`padding` must be a whole number of at least 0"),
        ({"background": 256}, "at least 0 and at most 255"),
    ],
)
def test_grid_refuses_numbers_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        images.grid(np.zeros((1, 2, 2), np.uint8), **arguments)


@pytest.mark.parametrize("shape", [(0, 4, 4), (4, 4), (2, 4, 4, 2)], ids=str)
def test_grid_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match=r"`images` must be \(n, H, W, C\)"):
        images.grid(np.zeros(shape, np.uint8))


def test_save_makes_missing_folders(tmp_path):
    picture = images.grid(np.full((1, 8, 8), 7, np.uint8), padding=0, scale=1)

    path = images.save(picture, tmp_path / "new" / "grid.png")

    with Image.open(path) as stored:
        assert np.array(stored).tolist() == [[7] * 8] * 8


class _Failing(Image.Image):
    def save(self, path, **options):
        path.write_bytes(b"half a fi")
        raise OSError("No space left on device")


def test_a_failed_save_leaves_the_old_picture(tmp_path):
    path = tmp_path / "grid.png"
    path.write_bytes(b"the good one")

    with pytest.raises(OSError, match="No space left"):
        images.save(_Failing(), path)

    assert [file.name for file in tmp_path.iterdir()] == ["grid.png"]
    assert path.read_bytes() == b"the good one"


def test_gif_shows_all_frames_for_the_time_given(tmp_path):
    greys = (0, 100, 200)
    frames = (Image.new("L", (6, 4), grey) for grey in greys)

    path = images.gif(frames, tmp_path / "progress.gif", duration=150)

    with Image.open(path) as stored:
        shown = [
            (frame.convert("L").getpixel((0, 0)), frame.info["duration"])
            for frame in ImageSequence.Iterator(stored)
        ]
        assert stored.info["loop"] == 0
    assert shown == [(grey, 150) for grey in greys]


def test_gif_without_frames_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="`frames` must hold at least one"):
        images.gif([], tmp_path / "progress.gif")

    assert not list(tmp_path.iterdir())
