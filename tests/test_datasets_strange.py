"""Folders as they are found: pipes, litter, torn, lost and huge files."""

import contextlib
import errno
import io
import os
import socket
import struct
import sys
import threading
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from keras_gan import datasets
from keras_gan._printable import bytes_in_words
from keras_gan.datasets import ImageFolder, decode, folder
from keras_gan.datasets.budget import Budget
from keras_gan.datasets.listing import path_text


def store(path, color=100, size=(8, 8), mode="L", **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(path, **options)
    return path


@pytest.fixture
def classes(tmp_path):
    """A folder of three classes with two pictures each."""
    for number in range(6):
        store(tmp_path / "abc"[number // 2] / f"{number}.png", number)
    return tmp_path


def assert_three_classes(path):
    found = datasets.source(path)
    assert found.class_names == ("a", "b", "c")
    assert found.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert found.images[:, 0, 0, 0].tolist() == list(range(6))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_pipes_and_sockets_are_passed_over(classes):
    os.mkfifo(classes / "a" / "pipe.png")
    with socket.socket(socket.AF_UNIX) as opened:
        with contextlib.chdir(classes):  # A socket's name must be short.
            opened.bind("b/socket.png")

        with pytest.warns(UserWarning, match="2 files") as caught:
            assert_three_classes(classes)

    assert "pipe.png (not a regular file)" in str(caught[0].message)


@pytest.mark.parametrize(
    "name",
    [
        "__MACOSX/a.png",
        "a/@eaDir/a.png",
        "$RECYCLE.BIN/a.png",
        "lost+found/a.png",
        "System Volume Information/a.png",
        "Thumbs.db",
        "a/thumbs.DB",
        "b/desktop.ini",
        "c/Icon\r",
    ],
)
def test_what_systems_leave_in_a_folder_is_no_part_of_it(classes, name):
    store(classes / "a.png").rename(classes / "aside")
    (classes / name).parent.mkdir(parents=True, exist_ok=True)
    (classes / "aside").rename(classes / name)

    assert_three_classes(classes)


def deny(monkeypatch, path):
    """Makes a folder unreadable, for the superuser too."""
    real = os.scandir

    def scandir(place="."):
        if os.fspath(place) == str(path):
            raise PermissionError(
                errno.EACCES, os.strerror(errno.EACCES), str(path)
            )
        return real(place)

    monkeypatch.setattr(os, "scandir", scandir)


@pytest.mark.parametrize("name", ["b", "b/deeper"])
def test_an_unreadable_class_folder_is_an_error(classes, monkeypatch, name):
    (classes / "b" / "deeper").mkdir()
    deny(monkeypatch, classes / name)

    with pytest.raises(ValueError, match="Permission denied") as caught:
        datasets.source(classes)

    assert f"The folder {classes / name} can't be read" in str(caught.value)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="may read all"
)
def test_a_folder_without_permission_is_an_error(classes):
    (classes / "b").chmod(0)
    try:
        with pytest.raises(ValueError, match="b can't be read"):
            datasets.source(classes)
    finally:
        (classes / "b").chmod(0o700)


def test_a_class_whose_files_can_t_be_read_is_an_error(classes):
    for file in (classes / "b").iterdir():
        file.unlink()
        file.symlink_to("/nowhere/at/all.png")

    with pytest.raises(ValueError, match=r"b/2\.png can't be read \(No such"):
        datasets.source(classes)


def test_a_class_folder_that_is_a_lost_link_is_an_error(classes):
    (classes / "b").rename(classes.parent / f"{classes.name}-b")
    (classes / "b").symlink_to("/nowhere/at/all")

    with pytest.raises(ValueError, match=r"/b can't be read \(No such file"):
        datasets.source(classes)


def test_a_folder_without_images_is_no_class_and_is_named(classes):
    (classes / "aa").mkdir()
    (classes / "notes").mkdir()
    (classes / "notes" / "about.txt").write_text("about")

    with (
        pytest.warns(UserWarning, match=r"notes/about\.txt"),
        pytest.warns(UserWarning, match=r"\['aa', 'notes'\] hold no image"),
    ):
        assert_three_classes(classes)


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n"


def test_no_other_program_is_started_to_draw_a_picture(classes, monkeypatch):
    def start(*arguments, **options):
        raise AssertionError(arguments)

    monkeypatch.setattr("subprocess.Popen", start)
    for name in ("x.eps", "y.png"):
        (classes / "a" / name).write_bytes(EPS)

    with pytest.warns(UserWarning, match=r"2 files .*x\.eps \(no known image"):
        assert_three_classes(classes)


def exif(orientation):
    found = Image.Exif()
    found[0x0112] = orientation
    return found


def late(path, chunk):
    """Moves a PNG file's EXIF behind its pixels, as ImageMagick does."""
    content = path.read_bytes()
    start = content.index(b"eXIf") - 4
    end = start + 12 + struct.unpack(">I", content[start : start + 4])[0]
    moved = content[start:end]
    if chunk == b"iTXt":
        text = b"XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation='6' "
        text += b'tiff:Orientation="6"/>'
        moved = struct.pack(">I", len(text)) + chunk + text
        moved += struct.pack(">I", zlib.crc32(chunk + text))
    rest = content[:start] + content[end:]
    at = rest.index(b"IEND") - 4
    path.write_bytes(rest[:at] + moved + rest[at:])


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_of_a_turned_picture_is_the_upright_one(
    tmp_path, name, orientation
):
    pixels = np.full((16, 48), 30, np.uint8)
    pixels[:, :24] = 220  # One half is bright, upright too.
    Image.fromarray(pixels).save(tmp_path / name, exif=exif(orientation))

    images, _ = datasets.load(tmp_path)

    turned = orientation > 4
    assert images.shape[1:3] == ((48, 16) if turned else (16, 48))
    halves = np.array_split(images[0, ..., 0], 2, axis=0 if turned else 1)
    means = sorted(half.mean() for half in halves)
    assert abs(np.subtract(means, [30, 220])).max() < 4


@pytest.mark.parametrize("chunk", [b"eXIf", b"iTXt"])
def test_the_orientation_behind_the_pixels_of_a_png_counts(tmp_path, chunk):
    path = store(tmp_path / "a.png", size=(48, 16), exif=exif(6))
    late(path, chunk)

    images, _ = datasets.load(tmp_path)

    assert images.shape == (1, 48, 16, 1)


def test_a_scan_decodes_no_pixels(classes, monkeypatch):
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", None)

    assert ImageFolder(classes).shape == (6, 8, 8, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="needs such names")
def test_names_that_are_not_utf_8_are_shown_in_ascii(tmp_path):
    for name in (b"caf\xe9", b"\xff"):
        place = tmp_path / os.fsdecode(name)
        store(place / "a.png")
        (place / os.fsdecode(b"\xfe.txt")).write_bytes(b"text")

    with pytest.warns(UserWarning, match="2 files") as caught:
        found = datasets.source(tmp_path)

    assert found.class_names == ("caf\\xe9", "\\xff")
    assert "caf\\xe9/\\xfe.txt" in str(caught[0].message)
    for text in (*found.class_names, str(caught[0].message)):
        text.encode("utf-8")


def test_a_printable_path_stays_as_it_is_where_it_can():
    assert path_text("ä/b c/日本") == "ä/b c/日本"
    assert path_text(os.fsdecode(b"a\xff")) == "a\\xff"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (2**20 - 1, "1.0 MiB"),
        (1.5 * 2**30, "1.5 GiB"),
        (2**50, "1024.0 TiB"),
    ],
)
def test_bytes_are_told_in_the_unit_that_fits(count, words):
    assert bytes_in_words(count) == words


def test_a_folder_that_is_gone_ends_the_reading_at_once(classes, monkeypatch):
    images = ImageFolder(classes)
    tried = []
    real = folder.decode
    monkeypatch.setattr(
        folder, "decode", lambda *given: tried.append(given) or real(*given)
    )
    classes.rename(classes.parent / f"{classes.name}-moved")

    with pytest.raises(ValueError, match="is not there any more"):
        images[np.arange(3)]

    assert len(tried) == 3
    with pytest.raises(ValueError, match="is not there any more"):
        images.read()


def test_where_all_files_are_gone_a_few_are_tried(tmp_path, monkeypatch):
    for number in range(200):
        store(tmp_path / f"{number:03}.png", number)
    images = ImageFolder(tmp_path)
    for file in tmp_path.iterdir():
        file.unlink()
    tried = []
    real = folder.decode
    monkeypatch.setattr(
        folder, "decode", lambda *given: tried.append(given) or real(*given)
    )

    with pytest.raises(ValueError, match=r"\(No such file.*64 more were tried"):
        images[7]

    assert len(tried) == 65


def test_one_file_that_is_gone_is_replaced_with_the_reason(classes):
    images = ImageFolder(classes)
    (classes / "b" / "2.png").unlink()

    with pytest.warns(UserWarning, match=r"b/2\.png \(No such file"):
        assert images[2][0, 0, 0] == 3


@pytest.mark.parametrize(
    "error", [MemoryError(), OSError(errno.EMFILE, "Too many open files")]
)
def test_a_process_at_its_limits_takes_no_wrong_picture(
    classes, monkeypatch, error
):
    images = ImageFolder(classes)

    def fail(*given):
        raise error

    monkeypatch.setattr(folder, "decode", fail)

    with pytest.raises(type(error)):
        images[:]
    with pytest.raises(type(error)):
        images.read()


def test_a_budget_bounds_what_is_done_at_the_same_time():
    budget = Budget(10)
    running, most = [], []
    lock = threading.Lock()

    def work(amount):
        with budget.spent(amount):
            with lock:
                running.append(amount)
                most.append(sum(min(each, 10) for each in running))
            threading.Event().wait(0.002)
            with lock:
                running.remove(amount)

    threads = [
        threading.Thread(target=work, args=(amount,))
        for amount in (3, 4, 25, 6, 10, 1, 2, 9, 30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert not running
    assert len(most) == 9
    assert max(most) <= 10


def test_large_pictures_are_decoded_one_after_the_other(tmp_path, monkeypatch):
    budget = Budget(500)
    monkeypatch.setattr(
        "keras_gan.datasets.decode.pixel_budget", lambda: budget
    )
    busy, most = [], []
    real = Image.Image.resize

    def resize(image, *arguments, **options):
        busy.append(image)
        most.append(len(busy))
        threading.Event().wait(0.02)
        busy.pop()
        return real(image, *arguments, **options)

    monkeypatch.setattr(Image.Image, "resize", resize)
    for number in range(4):
        store(tmp_path / f"{number}.png", number, (20, 20))

    images, _ = datasets.load(tmp_path, image_size=8)

    assert images[:, 0, 0, 0].tolist() == [0, 1, 2, 3]
    assert most == [1, 1, 1, 1]


@pytest.mark.parametrize("mode", ["RGBA", "P", "CMYK", "LA", "I;16", "1"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_changes_its_mode_in_strips(
    tmp_path, monkeypatch, mode, channels
):
    rng = np.random.default_rng(0)
    if mode == "I;16":
        picture = Image.fromarray(rng.integers(0, 65536, (40, 30), np.uint16))
    else:
        pixels = rng.integers(0, 256, (40, 30, 4), np.uint8)
        picture = Image.fromarray(pixels, "RGBA")
        if mode in ("CMYK", "P", "1"):
            picture = picture.convert("RGB")
        picture = picture.convert(mode)
    options = {"transparency": 3} if mode == "P" else {}
    name = "a.tif" if mode == "CMYK" else "a.png"
    picture.save(tmp_path / name, **options)
    whole, _ = datasets.load(tmp_path, channels=channels)

    monkeypatch.setattr(decode, "_STRIP_PIXELS", 7 * 30)

    strips, _ = datasets.load(tmp_path, channels=channels)
    np.testing.assert_array_equal(strips, whole)
    assert whole.std() > 10


def frames(path, count):
    pictures = [Image.new("L", (8, 8), 50 * number) for number in range(count)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:])


def gif_without_frames():
    file = io.BytesIO()
    Image.new("L", (8, 8), 5).save(file, "GIF")
    content = file.getvalue()
    return content[: content.index(b",\0\0\0\0")] + b";"


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.tif", "a.png"])
def test_of_an_animation_the_first_frame_is_taken(tmp_path, name):
    frames(tmp_path / name, 3)

    images, _ = datasets.load(tmp_path)

    assert images.shape[:3] == (1, 8, 8)
    assert images.max() <= 2


@pytest.mark.parametrize(
    "content",
    [b"", gif_without_frames(), b"GIF89a", b"\x89PNG\r\n\x1a\n", b"BM"],
    ids=["empty", "no frames", "gif", "png", "bmp"],
)
def test_a_file_that_is_only_a_beginning_is_left_out(classes, content):
    (classes / "a" / "x.png").write_bytes(content)

    with pytest.warns(UserWarning, match=r"1 file is .*x\.png"):
        assert_three_classes(classes)


def test_a_picture_of_one_pixel_is_scaled(tmp_path):
    store(tmp_path / "a.png", 9, (1, 1))

    assert datasets.load(tmp_path)[0].shape == (1, 1, 1, 1)
    assert (datasets.load(tmp_path, image_size=8)[0] == 9).all()


def test_a_file_that_was_cut_meanwhile_is_replaced(classes):
    images = ImageFolder(classes)
    (classes / "a" / "0.png").write_bytes(b"")

    with pytest.warns(UserWarning, match=r"a/0\.png \(no known image format"):
        assert images[0][0, 0, 0] == 1


def test_a_circle_of_links_ends(classes):
    (classes / "a" / "up").symlink_to(classes)
    (classes / "b" / "self").symlink_to("self")

    with pytest.warns(UserWarning, match=r"1 file is .*b/self"):
        assert_three_classes(classes)


@pytest.mark.parametrize("name", ["", " ", "~nobody-of-this-name/x", "a\0b"])
def test_what_is_no_path_is_refused(name):
    with pytest.raises(ValueError, match="`name` must be one of"):
        datasets.load(name)


def test_a_scan_of_a_large_picture_takes_little_memory(tmp_path):
    store(tmp_path / "a.png", size=(3000, 3000), exif=exif(6))
    ImageFolder(tmp_path)

    tracemalloc.start()
    ImageFolder(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 500_000
