import gc
import os
import signal
import tracemalloc
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan import datasets
from keras_gan.cli import given_pictures, translation_jobs
from keras_gan.datasets import ImageBatches, ImageFolder, folder
from keras_gan.datasets.listing import scan

RED = (255, 0, 0)
RED_AS_GREY = 76  # 0.299 * 255, ITU-R 601


def store(path, size=(8, 8), mode="RGB", color=RED, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(path, **options)
    return path


def store_pixels(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def numbered(tmp_path):
    """Twelve grey pictures whose pixels are their number."""
    for number in range(12):
        store(tmp_path / f"{number:02}.png", mode="L", color=number)
    return tmp_path


@pytest.fixture
def decoded(monkeypatch):
    """The names of the files that were decoded, in order of decoding."""
    names = []
    real = folder.decode

    def counting(path, size, channels):
        names.append(Path(path).name)
        return real(path, size, channels)

    monkeypatch.setattr(folder, "decode", counting)
    return names


def test_a_folder_loads_in_the_order_of_names(numbered):
    images, labels = datasets.load(numbered)

    assert (images.shape, images.dtype) == ((12, 8, 8, 1), np.uint8)
    assert images[:, 0, 0, 0].tolist() == list(range(12))
    assert labels is None


@pytest.mark.parametrize(
    ("name", "mode", "color", "rgb"),
    [
        ("a.png", "RGB", RED, RED),
        ("a.png", "L", 90, (90, 90, 90)),
        ("a.png", "1", 1, (255, 255, 255)),
        ("a.png", "RGBA", (0, 0, 255, 255), (0, 0, 255)),
        ("a.png", "RGBA", (0, 0, 255, 0), (255, 255, 255)),
        ("a.png", "RGBA", (255, 0, 0, 51), (255, 204, 204)),
        ("a.png", "LA", (0, 51), (204, 204, 204)),
        ("a.png", "I;16", 65535, (255, 255, 255)),
        ("a.png", "I;16", 257 * 100, (100, 100, 100)),
        ("a.tif", "CMYK", (0, 255, 255, 0), RED),
        ("a.bmp", "RGB", RED, RED),
        ("a.gif", "L", 90, (90, 90, 90)),
        ("a.webp", "RGB", (255, 255, 255), (255, 255, 255)),
        ("a.jpg", "L", 90, (90, 90, 90)),
        ("a.JPEG", "CMYK", (0, 0, 0, 0), (255, 255, 255)),
    ],
)
def test_any_mode_becomes_colour(tmp_path, name, mode, color, rgb):
    store(tmp_path / name, mode=mode, color=color)

    images, _ = datasets.load(tmp_path, channels=3)

    np.testing.assert_array_equal(images, np.full((1, 8, 8, 3), rgb))


def palette(path, **options):
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, *RED])
    image.save(path, **options)


def test_a_palette_is_looked_up(tmp_path):
    palette(tmp_path / "a.png")

    assert datasets.load(tmp_path)[0][0, 0, 0].tolist() == list(RED)
    assert datasets.load(tmp_path, channels=1)[0][0, 0, 0] == [RED_AS_GREY]


@pytest.mark.parametrize("name", ["a.png", "a.gif"])
def test_a_palette_s_transparent_colour_is_white(tmp_path, name):
    palette(tmp_path / name, transparency=1)

    assert (datasets.load(tmp_path)[0] == 255).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "CMYK"])
def test_all_modes_become_the_same_grey(tmp_path, mode):
    color = Image.new("RGB", (1, 1), RED).convert(mode).getpixel((0, 0))
    store(tmp_path / "a.tif", mode=mode, color=color)

    images, _ = datasets.load(tmp_path, channels=1)

    assert (images == RED_AS_GREY).all()
    assert images.shape == (1, 8, 8, 1)


@pytest.mark.parametrize(
    ("modes", "channels"), [(["L", "1", "I;16"], 1), (["L", "RGB"], 3)]
)
def test_a_folder_is_grey_where_no_image_has_colour(tmp_path, modes, channels):
    for mode in modes:
        name = mode.replace(";", "")
        store(tmp_path / f"{name}.png", mode=mode, color=0)

    assert datasets.source(tmp_path).image_shape == (8, 8, channels)


def test_images_are_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # stored turned left, shown turned right
    pixels = np.zeros((4, 8), np.uint8)
    pixels[:, :4] = 255  # the left half, on top once it is upright
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)

    images, _ = datasets.load(tmp_path, image_size=(8, 4))

    assert (images[0, :4] == 255).all()
    assert (images[0, 4:] == 0).all()


@pytest.mark.parametrize("shape", [(8, 24), (24, 8)], ids=["wide", "tall"])
def test_the_centre_is_cropped(tmp_path, shape):
    pixels = np.zeros(shape, np.uint8)
    middle = tuple(slice(side // 2 - 4, side // 2 + 4) for side in shape)
    pixels[middle] = 200
    store_pixels(tmp_path / "a.png", pixels)

    images, _ = datasets.load(tmp_path, image_size=8)

    assert (images == 200).all()


def test_images_are_scaled_to_cover(tmp_path):
    pixels = np.zeros((40, 80), np.uint8)
    pixels[:, 20:60] = 200
    store_pixels(tmp_path / "a.png", pixels)

    images, _ = datasets.load(tmp_path, image_size=(10, 20))

    assert images.shape == (1, 10, 20, 1)
    assert (images[0, :, 8:12] == 200).all()
    assert (images[0, :, :2] == 0).all()


def test_images_of_the_wanted_size_stay_as_they_are(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    store_pixels(tmp_path / "a.png", pixels)

    images, _ = datasets.load(tmp_path)

    np.testing.assert_array_equal(images[0], pixels)


def test_a_large_jpeg_is_scaled_like_any_other(tmp_path):
    ramp = np.linspace(0, 255, 1600).astype(np.uint8) * np.ones((1200, 1))
    picture = Image.fromarray(ramp.astype(np.uint8))
    picture.save(tmp_path / "a.jpg", quality=95)
    picture.save(tmp_path / "b.png")

    images, _ = datasets.load(tmp_path, image_size=32)

    assert abs(images[0].astype(int) - images[1]).max() <= 2


def test_differing_sizes_need_an_image_size(tmp_path):
    store(tmp_path / "a.png", (8, 6))
    store(tmp_path / "b.png", (9, 9))

    with pytest.raises(ValueError, match=r"2 sizes .*6x8.*9x9|9x9.*6x8"):
        datasets.load(tmp_path)
    assert datasets.load(tmp_path, image_size=16)[0].shape == (2, 16, 16, 3)


def test_subfolders_become_labels_in_sorted_order(tmp_path):
    store(tmp_path / "zebra" / "a.png", color=(1, 1, 1))
    store(tmp_path / "ant" / "deeper" / "b.png", color=(2, 2, 2))
    store(tmp_path / "ant" / "c.png", color=(3, 3, 3))

    found = datasets.source(tmp_path)

    assert found.class_names == ("ant", "zebra")
    assert found.labels.tolist() == [0, 0, 1]
    assert sorted(found.images[:2, 0, 0, 0].tolist()) == [2, 3]
    assert (found.num_classes, found.name) == (2, tmp_path.name)


@pytest.mark.parametrize(
    "names", [["one/a.png", "one/b.png"], ["a.png", "one/b.png", "two/c.png"]]
)
def test_one_subfolder_or_images_beside_them_are_no_classes(tmp_path, names):
    for name in names:
        store(tmp_path / name)

    images, labels = datasets.load(tmp_path)

    assert len(images) == len(names)
    assert labels is None


def test_subfolders_train_and_test_are_splits(tmp_path):
    for name in ("train/x/a.png", "train/y/b.png", "test/x/c.png"):
        store(tmp_path / name)

    assert datasets.load(tmp_path)[1].tolist() == [0, 1]
    assert len(datasets.load(tmp_path, "test")[0]) == 1


def test_a_folder_without_test_split_says_so(numbered):
    with pytest.raises(ValueError, match="has no test split"):
        datasets.load(numbered, "test")


def break_files(path):
    (path / "broken.png").write_bytes(b"no picture")
    (path / "empty.jpg").write_bytes(b"")
    (path / "readme.txt").write_text("about these pictures")
    whole = store_pixels(
        path / "torn.png",
        np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8),
    )
    content = whole.read_bytes()
    whole.write_bytes(content[: len(content) // 2 + 20])


def test_broken_files_are_named_counted_and_skipped(numbered):
    break_files(numbered)

    with pytest.warns(UserWarning, match="readable") as caught:
        images, _ = datasets.load(numbered)

    assert len(images) == 12
    (warning,) = caught
    message = str(warning.message)
    assert "4 files are no readable images and are left out: " in message
    for name in ("broken.png", "empty.jpg", "readme.txt", "torn.png"):
        assert name in message


def test_every_reader_of_folders_says_what_it_leaves_out(numbered):
    (numbered / "readme.txt").write_text("about these pictures")
    said = r"1 file is no readable image and is left out: readme\.txt \("
    for read in (
        datasets.load,
        datasets.ImageFolder,
        lambda path: translation_jobs.job_of(path, path.parent / "out"),
        lambda path: given_pictures.read_pictures([path], (8, 8, 1)),
    ):
        with pytest.warns(UserWarning, match=said):
            read(numbered)


def test_of_many_broken_files_the_first_are_named(numbered):
    for number in range(25):
        (numbered / f"bad{number:02}.png").write_bytes(b"")

    with pytest.warns(UserWarning, match="25 files.*bad00.*and 15 more"):
        datasets.load(numbered)


def test_an_image_of_32_bit_numbers_is_skipped(numbered):
    store(numbered / "x.tif", mode="F", color=0.5)

    with pytest.warns(UserWarning, match="1 file is .*x.tif"):
        images, _ = datasets.load(numbered)

    assert len(images) == 12


def test_hidden_files_are_ignored(numbered):
    (numbered / ".DS_Store").write_bytes(b"hidden")
    store(numbered / ".thumbnails" / "a.png")

    assert len(datasets.load(numbered)[0]) == 12


def test_links_are_followed_but_not_in_circles(numbered, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    store(elsewhere / "a.png")
    (numbered / "linked").symlink_to(elsewhere)
    (numbered / "circle").symlink_to(numbered)

    assert len(datasets.load(numbered)[0]) == 13


@pytest.mark.parametrize(
    "prepare",
    [lambda path: None, lambda path: (path / "a.png").write_bytes(b"torn")],
    ids=["empty", "broken"],
)
def test_a_folder_without_images_is_an_error(tmp_path, prepare):
    prepare(tmp_path)

    with pytest.raises(ValueError, match="holds no image that can be read"):
        datasets.load(tmp_path)


def test_a_folder_of_torn_images_is_an_error(tmp_path):
    break_files(tmp_path)

    with (
        pytest.warns(UserWarning, match="torn.png"),
        pytest.raises(ValueError, match="no image that can be decoded"),
    ):
        datasets.load(tmp_path)


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="`path` must be a folder"):
        ImageFolder(tmp_path / "nowhere")


def test_a_folder_beyond_memory_stays_on_the_disk(numbered, decoded):
    found = datasets.source(numbered, memory=12 * 64 - 1)

    assert isinstance(found.images, ImageFolder)
    assert found.images.shape == (12, 8, 8, 1)
    assert decoded == []


def test_load_refuses_what_does_not_fit(tmp_path):
    for number in range(3):
        store(tmp_path / f"{number}.png")

    with pytest.raises(ValueError, match=r"1\.1 GiB.*`limit`.*datasets.source"):
        datasets.load(tmp_path, image_size=11_500)


def test_a_limit_makes_a_large_folder_fit(numbered, decoded):
    found = datasets.source(numbered, limit=3, memory=3 * 64)

    assert found.images[:, 0, 0, 0].tolist() == [0, 4, 8]
    assert decoded == ["00.png", "04.png", "08.png"]


def test_only_what_is_asked_for_is_decoded(numbered, decoded):
    images = ImageFolder(numbered)

    batch = images[np.array([3, 0, 3])]

    assert batch[:, 0, 0, 0].tolist() == [3, 0, 3]
    assert sorted(decoded) == ["00.png", "03.png", "03.png"]


def test_indexing_is_that_of_an_array(numbered):
    images = ImageFolder(numbered)
    array, _ = datasets.load(numbered)

    for key in (
        5,
        -1,
        slice(2, 9, 3),
        [4, 4],
        np.zeros(0, int),
        array[:, 0, 0, 0] > 9,
    ):
        np.testing.assert_array_equal(images[key], array[key])
    with pytest.raises(IndexError):
        images[12]


def test_a_part_of_a_folder_can_be_chosen(tmp_path, decoded):
    for number in range(6):
        name = f"{'ab'[number % 2]}/{number}.png"
        store(tmp_path / name, mode="L", color=number)

    found = datasets.source(tmp_path, memory=0, label=1, limit=2)

    assert found.images[:].ravel()[::64].tolist() == [1, 3]
    assert found.labels.tolist() == found.images.labels.tolist() == [1, 1]
    assert decoded == ["1.png", "3.png"]


def test_streamed_batches_equal_those_from_memory(numbered, decoded):
    array, _ = datasets.load(numbered)
    decoded.clear()
    streamed = ImageBatches(ImageFolder(numbered), batch_size=5, seed=2)
    stored = ImageBatches(array, batch_size=5, seed=2)

    for one, other in zip(streamed, stored, strict=True):
        np.testing.assert_array_equal(one, other)
    assert sorted(decoded) == [f"{number:02}.png" for number in range(12)]


def test_a_torn_image_is_replaced_by_the_next_of_its_class(tmp_path):
    torn = []
    for label, name in enumerate("ab"):
        (tmp_path / name).mkdir()
        break_files(tmp_path / name)
        torn.append(tmp_path / name / "torn.png")
        store(tmp_path / name / "ok.png", mode="L", color=label)
    with pytest.warns(UserWarning, match="6 files"):
        images = ImageFolder(tmp_path)
    names = [Path(file).name for file in images.files]
    assert names == ["ok.png", "torn.png"] * 2

    with pytest.warns(UserWarning, match="torn.png") as caught:
        pixels = images[:]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = images[:]

    assert pixels[:, 0, 0, 0].tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(again, pixels)
    assert len(caught) == 2


def test_a_class_of_torn_images_alone_is_an_error(tmp_path):
    break_files(tmp_path)
    with pytest.warns(UserWarning, match="3 files"):
        images = ImageFolder(tmp_path)

    with pytest.raises(ValueError, match="no image of this class"):
        images[0]


def test_a_model_trains_on_a_streamed_folder(tmp_path, decoded):
    for number in range(6):
        name = f"{'ab'[number % 2]}/{number}.png"
        store(tmp_path / name, mode="L", color=number)
    found = datasets.source(tmp_path, memory=0)
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse", jit_compile=False)

    history = model.fit(
        ImageBatches(found.images, found.labels, batch_size=2),
        epochs=2,
        shuffle=False,
        verbose=0,
    )

    assert np.isfinite(history.history["loss"]).all()
    assert len(decoded) >= 12


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_forked_process_reads_with_threads_of_its_own(numbered):
    images = ImageFolder(numbered)
    assert images[3][0, 0, 0] == 3
    child = os.fork()
    if child == 0:
        signal.alarm(30)  # Rather than wait for threads that are not there.
        os._exit(int(images[4][0, 0, 0]))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 4


@pytest.mark.slow
def test_a_listing_takes_a_string_for_each_file(tmp_path):
    store(tmp_path / "a" / "0.png")
    for number in range(1, 2000):
        (tmp_path / "a" / f"{number}.png").hardlink_to(tmp_path / "a" / "0.png")
    scan(tmp_path)  # Pillow loads its plugins.

    tracemalloc.start()
    listing = scan(tmp_path)
    gc.collect()
    snapshot = tracemalloc.take_snapshot()
    tracemalloc.stop()
    # What is held for each file; tables of Python's own may grow meanwhile.
    held = sum(
        each.size
        for each in snapshot.statistics("lineno")
        if each.count >= 1000
    )

    text = sum(map(len, listing.files))
    assert len(listing.files) == 2000
    # Objects of `pathlib` took 440 bytes each beside their text.
    assert held - text < 200 * 2000
