import hashlib
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from keras_gan import datasets
from keras_gan.cli import main
from keras_gan.datasets import Source, fingerprint
from keras_gan.datasets.fingerprint import matches


def write(path, number):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(number).integers(0, 256, (8, 8), np.uint8)
    # Uncompressed, so that all files have one size.
    Image.fromarray(pixels).save(path)


@pytest.fixture
def pictures(tmp_path):
    """Three hundred pictures in three classes."""
    folder = tmp_path / "pictures"
    for number in range(300):
        write(folder / "abc"[number % 3] / f"{number:03}.bmp", number)
    return folder


@pytest.fixture(params=["in memory", "on the disk"])
def read(request, pictures):
    """Reads the pictures into memory, or leaves them on the disk."""
    memory = {"in memory": 2**30, "on the disk": 0}[request.param]
    return lambda: datasets.source(pictures, memory=memory)


def change_a_picture(folder):
    write(folder / "b" / "151.bmp", 1000)


def change_two_at_the_same_time(folder):
    for name, number in (("a/003.bmp", 1000), ("c/005.bmp", 1001)):
        times = (folder / name).stat()
        write(folder / name, number)
        # As an editor that restores times would.
        os.utime(folder / name, ns=(times.st_atime_ns, times.st_mtime_ns + 1))


def change_a_label(folder):
    (folder / "a" / "150.bmp").rename(folder / "b" / "150.bmp")


def swap_two_names(folder):
    one, other = folder / "a" / "150.bmp", folder / "a" / "153.bmp"
    one.rename(folder / "a" / "aside")
    other.rename(one)
    (folder / "a" / "aside").rename(other)


def swap_two_classes(folder):
    (folder / "a").rename(folder / "aside")
    (folder / "b").rename(folder / "a")
    (folder / "aside").rename(folder / "b")


def rename_a_class(folder):
    (folder / "b").rename(folder / "bb")


def add_a_file(folder):
    write(folder / "c" / "301.bmp", 301)


def remove_a_file(folder):
    (folder / "c" / "149.bmp").unlink()


@pytest.mark.parametrize(
    "change",
    [
        change_a_picture,
        change_two_at_the_same_time,
        change_a_label,
        swap_two_names,
        swap_two_classes,
        rename_a_class,
        add_a_file,
        remove_a_file,
    ],
    ids=lambda change: change.__name__,
)
def test_any_change_of_the_data_changes_the_fingerprint(pictures, read, change):
    before = fingerprint.fingerprint(read())
    assert matches(read(), before)

    change(pictures)

    assert not matches(read(), before)


def touch(folder):
    os.utime(folder / "b" / "151.bmp", (1, 1))


def copy(folder):
    # Without the times, as `cp -r` and an upload do.
    shutil.copytree(folder, folder.parent / "copy", copy_function=shutil.copy)
    shutil.rmtree(folder)
    (folder.parent / "copy").rename(folder)


def rename_in_the_same_order(folder):
    (folder / "b" / "151.bmp").rename(folder / "b" / "152.bmp")


@pytest.mark.parametrize(
    "change",
    [touch, copy, rename_in_the_same_order],
    ids=lambda change: change.__name__,
)
def test_other_times_and_names_of_the_same_pictures_are_no_change(
    pictures, read, change
):
    before = fingerprint.fingerprint(read())

    change(pictures)

    assert fingerprint.fingerprint(read()).startswith(("pixels:", "files:"))
    assert matches(read(), before)


def test_contents_are_not_read_where_names_sizes_and_times_agree(
    pictures, monkeypatch
):
    source = datasets.source(pictures, memory=0)
    before = fingerprint.fingerprint(source)
    assert "contents:" in before

    monkeypatch.setattr(fingerprint, "_content_digest", None)

    assert matches(source, before)


def test_of_too_many_bytes_names_sizes_and_times_alone_count(
    pictures, monkeypatch
):
    monkeypatch.setattr(fingerprint, "READ_WHOLE", 300)
    source = datasets.source(pictures, memory=0)
    before = fingerprint.fingerprint(source)
    assert "contents:" not in before
    assert matches(source, before)

    touch(pictures)

    assert not matches(source, before)


def test_an_image_file_that_is_gone_is_named(pictures):
    source = datasets.source(pictures, memory=0)
    remove_a_file(pictures)

    with pytest.raises(ValueError, match=r"149\.bmp can't be read"):
        fingerprint.fingerprint(source)


def arrays(images, labels=None, names=None):
    return Source("mine", "train", images, labels, names, "memory")


def test_every_pixel_and_every_label_of_an_array_counts():
    images = np.zeros((5000, 8, 8, 1), np.uint8)
    labels = np.zeros(5000, np.int64)
    names = ("a", "b")
    known = fingerprint.fingerprint(arrays(images, labels, names))
    assert matches(arrays(images, labels, names), known)

    other_images, other_labels = images.copy(), labels.copy()
    other_images[4321, 5, 6], other_labels[1234] = 1, 1

    assert not matches(arrays(other_images, labels, names), known)
    assert not matches(arrays(images, other_labels, names), known)
    assert not matches(arrays(images, labels, ("b", "a")), known)
    assert not matches(arrays(images, labels), known)
    assert not matches(arrays(images), known)
    assert not matches(arrays(images.reshape(5000, 4, 16, 1), labels), known)


def test_a_fingerprint_is_the_same_whatever_holds_the_array(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (9, 4, 4, 1), np.uint8)
    np.save(tmp_path / "a.npy", images)
    np.save(tmp_path / "f.npy", np.asfortranarray(images))
    known = fingerprint.fingerprint(arrays(images))

    assert matches(arrays(np.load(tmp_path / "a.npy", mmap_mode="r")), known)
    assert matches(arrays(np.load(tmp_path / "f.npy", mmap_mode="r")), known)
    assert matches(arrays(images[::-1][::-1]), known)


def digest_of_0_1_0(images, labels):
    """As version 0.1.0 computed it, of 64 images."""
    chosen = np.unique(np.linspace(0, len(images) - 1, 64).astype(int))
    digest = hashlib.sha256(str(images.shape).encode())
    digest.update(images[chosen].tobytes())
    digest.update(labels[chosen].tobytes())
    return digest.hexdigest()[:16]


def test_data_of_a_run_of_version_0_1_0_are_recognised(pictures, read):
    images, labels = datasets.load(pictures)
    before = digest_of_0_1_0(images, labels)
    assert len(before) == 16

    assert matches(read(), before)
    write(pictures / "a" / "000.bmp", 1000)
    assert not matches(read(), before)


def test_the_digest_that_version_0_1_0_wrote_is_recognised():
    source = datasets.source("fashion_mnist_sample", limit=64)

    assert matches(source, "59f113ac11ad9cfc")


TINY = [
    "--set=networks.generator_units=[4]",
    "--set=networks.discriminator_units=[4]",
    "--set=evaluation=none",
    "--batch-size=100",
]


@pytest.mark.slow
def test_a_run_is_not_resumed_with_a_changed_picture(
    pictures, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    arguments = [*TINY, f"--data={pictures}", "--out=run"]
    assert main(["train", "vanilla", *arguments, "--epochs=1"]) == 0
    again = ["train", "--resume", "--out=run", "--epochs=2"]
    change_a_picture(pictures)
    capsys.readouterr()

    assert main(again) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert f"other images, another order or other labels in {pictures}" in error

    write(pictures / "b" / "151.bmp", 151)
    assert main(again) == 0
    add_a_file(pictures)
    assert main([*again[:-1], "--epochs=3"]) == 2
    assert "301 images in place of 300" in capsys.readouterr().err
