import gzip
import struct
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_gan import datasets
from keras_gan.datasets import sample
from tests.assets import cut_sample

DEBIAN = Path("/usr/share/datasets/fashion-mnist")


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """A machine with no data set and no network."""

    def fail():
        raise Exception("URL fetch failure on https://example.org: None")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("keras_gan.datasets.named.SYSTEM", tmp_path / "system")
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", fail)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    return tmp_path


def idx(array):
    header = b"\x00\x00\x08" + bytes([array.ndim])
    return header + struct.pack(f">{array.ndim}I", *array.shape) + bytes(array)


def write_idx(folder, split="train", count=5, compress=True):
    folder.mkdir(parents=True, exist_ok=True)
    prefix = {"train": "train", "test": "t10k"}[split]
    images = np.arange(count * 784, dtype=np.uint32).astype(np.uint8)
    images = images.reshape(count, 28, 28)
    labels = np.arange(count, dtype=np.uint8) % 10
    for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
        name = f"{prefix}-{kind}-ubyte" + (".gz" if compress else "")
        content = gzip.compress(idx(array)) if compress else idx(array)
        (folder / name).write_bytes(content)
    return images[..., None], labels


def assert_pixels(loaded, images, labels):
    np.testing.assert_array_equal(loaded[0], images)
    np.testing.assert_array_equal(loaded[1], labels)
    assert (loaded[0].dtype, loaded[1].dtype) == (np.uint8, np.int64)


@pytest.mark.parametrize(
    ("split", "count", "each"), [("train", 10_000, 1_000), ("test", 2_000, 200)]
)
def test_the_sample_is_balanced_and_needs_no_network(
    offline, split, count, each
):
    images, labels = datasets.load("fashion_mnist_sample", split)

    assert (images.shape, images.dtype) == ((count, 28, 28, 1), np.uint8)
    assert np.bincount(labels).tolist() == [each] * 10
    assert (images.min(), images.max()) == (0, 255)


def test_the_sample_s_splits_share_no_image():
    train, _ = datasets.load("fashion_mnist_sample")
    test, _ = datasets.load("fashion_mnist_sample", "test")

    seen = {image.tobytes() for image in train}

    # The full data set itself repeats a few images over its splits.
    assert sum(image.tobytes() in seen for image in test) <= 2


def test_the_sample_carries_its_licence_and_is_small():
    folder = Path(str(sample.ASSET)).parent

    notice = (folder / "FASHION_MNIST_LICENSE.txt").read_text()

    assert "Copyright (c) 2017 Zalando SE" in notice
    assert "Permission is hereby granted, free of charge" in notice
    assert (folder / "fashion_mnist_sample.npz").stat().st_size < 4.5e6


@pytest.mark.slow
@pytest.mark.skipif(not DEBIAN.is_dir(), reason="needs the full Fashion-MNIST")
def test_the_sample_is_cut_from_the_full_data_set_again(tmp_path):
    cut_sample.main([str(tmp_path / "again.npz"), "--path", str(DEBIAN)])

    with np.load(tmp_path / "again.npz") as again:
        for split in ("train", "test"):
            images, labels = sample.read(split)
            stored = again[f"x_{split}_transposed"].transpose(0, 2, 1)
            np.testing.assert_array_equal(stored, images)
            np.testing.assert_array_equal(again[f"y_{split}"], labels)


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="needs the full Fashion-MNIST")
@pytest.mark.parametrize(
    ("split", "count"), [("train", 60_000), ("test", 10_000)]
)
def test_the_installed_fashion_mnist_is_found(split, count):
    found = datasets.source("fashion_mnist", split)

    assert found.images.shape == (count, 28, 28, 1)
    assert np.bincount(found.labels).tolist() == [count // 10] * 10
    assert found.class_names[found.labels[0]] == "Ankle boot"
    assert found.origin == str(DEBIAN)


def test_a_written_sample_is_the_same_file_each_time(tmp_path):
    arrays = {"x": np.arange(12).reshape(3, 4).T, "y": np.zeros(2, np.uint8)}

    for name in ("one.npz", "other.npz"):
        cut_sample.write(tmp_path / name, arrays)

    one, other = (tmp_path / name for name in ("one.npz", "other.npz"))
    assert one.read_bytes() == other.read_bytes()
    with np.load(one) as stored:
        np.testing.assert_array_equal(stored["x"], arrays["x"])


def test_cutting_needs_enough_of_each_class():
    assert cut_sample.cut(np.array([1, 0, 1, 0, 1]), 2).tolist() == [0, 1, 2, 3]

    with pytest.raises(ValueError, match=r"at least 3.*counts=\[2, 3\]"):
        cut_sample.cut(np.array([1, 0, 1, 0, 1]), 3)


@pytest.mark.parametrize("compress", [True, False], ids=["gz", "plain"])
@pytest.mark.parametrize("name", ["fashion_mnist", "mnist"])
def test_an_explicit_folder_of_idx_files_is_read(offline, name, compress):
    folder = offline / "here"
    images, labels = write_idx(folder, compress=compress)

    assert_pixels(datasets.load(name, path=folder), images, labels)


def test_an_explicit_npz_is_read(offline):
    images = np.arange(6 * 784).astype(np.uint8).reshape(6, 28, 28)
    path = offline / "mnist.npz"
    np.savez(path, x_train=images, y_train=np.arange(6, dtype=np.uint8))

    loaded = datasets.load("mnist", path=path)

    assert_pixels(loaded, images[..., None], np.arange(6))


def test_places_are_searched_in_order(offline, monkeypatch):
    home = offline / "keras" / "datasets"
    downloaded = np.full((2, 28, 28), 9, np.uint8), np.array([3, 4], np.uint8)
    monkeypatch.setattr(
        keras.datasets.fashion_mnist,
        "load_data",
        lambda: (downloaded, downloaded),
    )

    def origin():
        return datasets.source("fashion_mnist").origin

    assert origin() == "Keras' download"
    assert not datasets.installed("fashion_mnist")
    write_idx(home / "fashion-mnist", count=3)
    assert origin() == str(home / "fashion-mnist")
    assert datasets.installed("fashion_mnist")
    write_idx(offline / "system" / "fashion-mnist", count=4)
    assert origin() == str(offline / "system" / "fashion-mnist")
    write_idx(offline / "mine", count=5)
    found = datasets.source("fashion_mnist", path=offline / "mine")
    assert len(found.images) == 5


def test_what_is_in_packages_is_installed(offline):
    assert datasets.installed("fashion_mnist_sample")
    assert datasets.installed("digits")
    with pytest.raises(ValueError, match="fashion_mnist"):
        datasets.installed("nonsense")


def test_keras_own_mnist_file_is_found_offline(offline):
    images = np.zeros((3, 28, 28), np.uint8)
    folder = offline / "keras" / "datasets"
    folder.mkdir(parents=True)
    np.savez(folder / "mnist.npz", x_test=images, y_test=np.array([1, 2, 3]))

    loaded = datasets.load("mnist", "test")

    assert_pixels(loaded, images[..., None], [1, 2, 3])


def test_a_folder_with_the_other_split_alone_is_passed_over(offline):
    write_idx(offline / "system" / "fashion-mnist", "test")

    assert len(datasets.load("fashion_mnist", "test")[0]) == 5
    with pytest.raises(ValueError, match="was not found on this machine"):
        datasets.load("fashion_mnist", "train")


@pytest.mark.parametrize("name", ["fashion_mnist", "mnist"])
def test_not_found_names_the_places_and_the_ways_out(offline, name):
    with pytest.raises(ValueError, match="URL fetch failure") as caught:
        datasets.load(name)

    message = str(caught.value)
    folder = name.replace("_", "-")
    assert str(offline / "system" / folder) in message
    assert str(offline / "keras" / "datasets" / folder) in message
    assert "path=" in message
    assert '"fashion_mnist_sample"' in message


def test_an_explicit_path_without_the_data_is_an_error(offline):
    with pytest.raises(ValueError, match=r"train-images-idx3-ubyte\.gz"):
        datasets.load("fashion_mnist", path=offline)


@pytest.mark.parametrize(
    "path", [5, "", "a\0b", b"mnist", ["a", "b"], np.zeros(2)], ids=ascii
)
def test_a_path_that_is_none_is_refused_by_name(offline, path):
    with pytest.raises(ValueError, match=r"`path` must be a path.*: path="):
        datasets.load("mnist", path=path)


def test_a_path_beside_a_file_of_arrays_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", images=PIXELS)
    with pytest.raises(ValueError, match=r"leave `path` out.*: path="):
        datasets.load(tmp_path / "a.npz", path=tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"<html>not found</html>",
        lambda content: gzip.compress(gzip.decompress(content)[:-7]),
        lambda content: gzip.compress(b"\x00\x00\x0d\x03" + bytes(16)),
    ],
    ids=["torn", "html", "short", "floats"],
)
def test_a_damaged_idx_file_is_named(offline, damage):
    write_idx(offline)
    file = offline / "train-images-idx3-ubyte.gz"
    file.write_bytes(damage(file.read_bytes()))

    with pytest.raises(ValueError, match=r"images-idx3-ubyte.gz can't be read"):
        datasets.load("fashion_mnist", path=offline)


def test_a_torn_npz_is_named(offline):
    path = offline / "mnist.npz"
    np.savez(path, x_train=np.zeros((9, 28, 28), np.uint8))
    path.write_bytes(path.read_bytes()[:500])

    with pytest.raises(ValueError, match=r"mnist.npz can't be read.*x_train"):
        datasets.load("mnist", path=path)


def test_images_and_labels_must_be_as_many(offline):
    write_idx(offline, count=5)
    labels = gzip.compress(idx(np.zeros(4, np.uint8)))
    (offline / "train-labels-idx1-ubyte.gz").write_bytes(labels)

    with pytest.raises(ValueError, match="5 images but 4 labels"):
        datasets.load("mnist", path=offline)


def test_digits_fill_the_range_of_bytes():
    reference = pytest.importorskip("sklearn.datasets").load_digits()

    images, labels = datasets.load("digits")

    assert (images.shape, images.dtype) == ((1797, 8, 8, 1), np.uint8)
    assert (images.min(), images.max()) == (0, 255)
    back = np.rint(images[..., 0] / 255 * 16)
    np.testing.assert_array_equal(back, reference.images)
    np.testing.assert_array_equal(labels, reference.target)


def test_digits_without_scikit_learn_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)

    with pytest.raises(ValueError, match="pip install scikit-learn"):
        datasets.load("digits")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("fashion-mnist",),
            r"one of \['fashion_mnist'.*or a folder / .npz / .npy path",
        ),
        (("digits", "test"), "`digits` has no test split"),
        (("digits", "validation"), '`split` must be "train" or "test"'),
    ],
)
def test_unknown_names_and_splits_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        datasets.load(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "."}, "`fashion_mnist_sample` is not read from a path"),
        ({"image_size": 0}, "`image_size` must be a whole number"),
        ({"image_size": (28, 28, 1)}, "`image_size` must be a whole number"),
        ({"channels": 4}, "`channels` must be 1"),
        ({"limit": 0}, "`limit` must be a whole number of at least 1"),
        ({"label": 10}, r"`label` must be one of .*\[0, 1, 2.*label=10"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        datasets.load("fashion_mnist_sample", **options)


def test_any_data_set_can_be_resized_and_coloured():
    images, _ = datasets.load(
        "fashion_mnist_sample", "test", image_size=(32, 24), channels=3, limit=7
    )

    assert images.shape == (7, 32, 24, 3)
    np.testing.assert_array_equal(images[..., 0], images[..., 2])


def test_one_class_alone_can_be_had():
    images, labels = datasets.load("fashion_mnist_sample", label=3)

    assert set(labels.tolist()) == {3}
    everything, numbers = datasets.load("fashion_mnist_sample")
    np.testing.assert_array_equal(images, everything[numbers == 3])


def test_a_limit_spreads_over_the_data(tmp_path):
    np.savez(
        tmp_path / "a.npz",
        images=np.zeros((100, 2, 2), np.uint8),
        labels=np.repeat(np.arange(10), 10),
    )

    _, labels = datasets.load(tmp_path / "a.npz", limit=20)

    assert np.bincount(labels).tolist() == [2] * 10
    assert len(datasets.load(tmp_path / "a.npz", limit=1000)[0]) == 100


PIXELS = np.array([0, 1, 127, 254, 255], np.uint8).reshape(5, 1, 1)


@pytest.mark.parametrize(
    "stored",
    [
        PIXELS,
        PIXELS[..., None],
        PIXELS.astype(np.int64),
        PIXELS / np.float64(255),
        (PIXELS / 255).astype(np.float32),
        (PIXELS / 127.5 - 1).astype(np.float32),
    ],
    ids=["uint8", "4d", "int64", "unit", "unit32", "signed32"],
)
def test_npy_arrays_become_bytes(tmp_path, stored):
    np.save(tmp_path / "a.npy", stored)

    images, labels = datasets.load(tmp_path / "a.npy")

    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, PIXELS[..., None])
    assert labels is None


def test_an_npy_file_of_bytes_stays_on_the_disk(tmp_path):
    np.save(tmp_path / "a.npy", PIXELS[..., None])

    found = datasets.source(tmp_path / "a.npy")

    assert isinstance(found.images, np.memmap)
    assert not isinstance(datasets.load(tmp_path / "a.npy")[0], np.memmap)


@pytest.mark.parametrize("name", ["images", "x", "x_train", "arr_0"])
def test_npz_images_go_by_many_names(tmp_path, name):
    np.savez(tmp_path / "a.npz", **{name: PIXELS})

    images, labels = datasets.load(tmp_path / "a.npz")

    np.testing.assert_array_equal(images, PIXELS[..., None])
    assert labels is None


@pytest.mark.parametrize(
    "stored",
    [np.arange(5), np.arange(5.0), np.arange(5)[:, None], np.eye(5)],
    ids=["integers", "floats", "column", "one-hot"],
)
@pytest.mark.parametrize("name", ["labels", "y", "y_train"])
def test_npz_labels_become_class_numbers(tmp_path, name, stored):
    np.savez(tmp_path / "a.npz", images=PIXELS, **{name: stored})

    found = datasets.source(tmp_path / "a.npz")

    assert found.labels.tolist() == list(range(5))
    assert found.labels.dtype == np.int64
    assert found.num_classes == 5


def test_an_npz_can_have_a_test_split(tmp_path):
    np.savez(
        tmp_path / "a.npz",
        x_train=PIXELS,
        y_train=np.zeros(5),
        x_test=PIXELS[:2],
        y_test=np.ones(2),
    )

    images, labels = datasets.load(tmp_path / "a.npz", "test")

    assert (len(images), labels.tolist()) == (2, [1, 1])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": PIXELS * 1.0}, r"float64 from 0.0 to 255.0"),
        ({"images": PIXELS / np.nan}, "from nan to nan"),
        ({"images": PIXELS.astype(np.int64) - 1}, "int64 from -1 to 254"),
        ({"images": PIXELS > 3}, "bool"),
        ({"images": np.zeros((2, 784), np.uint8)}, r"shape=\(2, 784\)"),
        ({"images": np.zeros((2, 3, 8, 8), np.uint8)}, "Channels come last"),
        ({"images": np.zeros((0, 8, 8), np.uint8)}, "there are no images"),
        ({"pictures": PIXELS}, r"arrays \['pictures'\]"),
        ({"images": PIXELS, "labels": np.arange(4)}, "each of the 5 images"),
        ({"images": PIXELS, "labels": np.arange(5) - 1}, r"labels\[0\]=-1"),
        ({"images": PIXELS, "labels": np.arange(5) / 2}, "whole numbers"),
        ({"images": PIXELS, "labels": np.array(list("abcde"))}, "numpy.unique"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unusable_arrays_are_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)

    with pytest.raises(ValueError, match=message) as caught:
        datasets.load(tmp_path / "a.npz")

    assert "a.npz" in str(caught.value)


def test_a_missing_test_split_says_what_there_is(tmp_path):
    np.savez(tmp_path / "a.npz", images=PIXELS)

    with pytest.raises(ValueError, match=r"no test split.*\['images'\]"):
        datasets.load(tmp_path / "a.npz", "test")


@pytest.mark.parametrize("name", ["a.npz", "a.npy"])
def test_a_broken_array_file_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"no array")

    with pytest.raises(ValueError, match=f"{name}: can't be read"):
        datasets.load(tmp_path / name)


def test_a_file_that_is_no_npy_is_not_told_as_pickled(tmp_path):
    (tmp_path / "a.npy").write_bytes(b"GIF89a and more")

    with pytest.raises(ValueError, match=r"15 bytes, which begin with b'GIF"):
        datasets.load(tmp_path / "a.npy")


def test_pickled_objects_are_not_run(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}, {}], object))

    with pytest.raises(ValueError, match="can't be read"):
        datasets.load(tmp_path / "a.npy")
