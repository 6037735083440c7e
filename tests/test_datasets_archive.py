import struct
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest

from keras_gan import datasets
from keras_gan.datasets import archive
from keras_gan.datasets.named import read_idx

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (40, 6, 5, 3), np.uint8)
SAVE = {"stored": np.savez, "compressed": np.savez_compressed}


@pytest.fixture(params=SAVE)
def save(request):
    return SAVE[request.param]


@pytest.fixture(params=[90, 1000, 2**24], ids=["rows", "pieces", "whole"])
def _pieces(request, monkeypatch):
    """Reads a row, some rows, or all of them at a time."""
    monkeypatch.setattr(archive, "_BYTES_AT_ONCE", request.param)


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize(
    "stored",
    [
        PIXELS,
        PIXELS[..., 0],
        np.asfortranarray(PIXELS),
        PIXELS.astype(">i4"),
        PIXELS / np.float64(255),
        (PIXELS / 127.5 - 1).astype(np.float32),
    ],
    ids=["uint8", "3d", "fortran", "big-endian", "unit", "signed"],
)
def test_an_archive_read_in_pieces_holds_the_same_images(
    tmp_path, save, stored
):
    save(tmp_path / "a.npz", images=stored, labels=np.arange(40) % 4)
    expected = PIXELS[..., :1] if stored.ndim == 3 else PIXELS

    images, _ = datasets.load(tmp_path / "a.npz")
    some, labels = datasets.load(tmp_path / "a.npz", label=3, limit=4)

    np.testing.assert_array_equal(images, expected)
    np.testing.assert_array_equal(some, expected[[3, 11, 23, 31]])
    assert labels.tolist() == [3, 3, 3, 3]


@pytest.mark.parametrize("name", ["a.npz", "a.npy"])
def test_all_images_decide_what_floats_mean(tmp_path, name):
    floats = np.zeros((10, 2, 2, 1), np.float32)
    floats[7] = -1
    if name == "a.npy":
        np.save(tmp_path / name, floats)
    else:
        np.savez(tmp_path / name, images=floats)

    images, _ = datasets.load(tmp_path / name, limit=2)

    assert set(images.ravel().tolist()) == {128}


def test_a_limit_keeps_memory_small(tmp_path, save):
    images = np.zeros((500, 128, 128, 3), np.uint8)
    images[:] = np.arange(500).reshape(-1, 1, 1, 1) // 10
    save(tmp_path / "u.npz", images=images, labels=np.arange(500) % 10)
    save(tmp_path / "f.npz", images=images[:150] / np.float32(255))

    for name, first in (("u.npz", [0, 16, 33]), ("f.npz", [0, 5, 10])):
        tracemalloc.start()
        some, _ = datasets.load(tmp_path / name, limit=3)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert some[:, 0, 0, 0].tolist() == first
        assert peak < images.nbytes * 0.7


def damage(path, change):
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)


def test_a_flipped_byte_is_found_whatever_is_kept(tmp_path, save):
    path = tmp_path / "a.npz"
    save(path, images=PIXELS)

    def flip(content):
        content[len(content) // 2] ^= 1

    damage(path, flip)

    with pytest.raises(ValueError, match=r"a\.npz: can't be read as numpy"):
        datasets.load(path, limit=1)


def rewrite(path, header, body=b""):
    """Stores an array whose header says what is not so."""
    text = header.encode().ljust(117) + b"\n"
    content = b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text + body
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("images.npy", content)


@pytest.mark.parametrize(
    "shape",
    ["(2147483648, 28, 28)", "(9223372036854775807, 2, 2)", "(2, 2, 2)"],
)
def test_a_header_that_speaks_of_other_images_is_refused(tmp_path, shape):
    rewrite(
        tmp_path / "a.npz",
        f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}",
        bytes(5),
    )

    with pytest.raises(ValueError, match=r"images: its header speaks of \d+"):
        datasets.load(tmp_path / "a.npz")


def test_python_objects_and_text_are_no_images(tmp_path):
    np.savez(tmp_path / "o.npz", images=np.array([{}, {}], object))
    np.savez(tmp_path / "t.npz", images=np.full((2, 2, 2), "text"))

    with pytest.raises(ValueError, match="holds Python objects"):
        datasets.load(tmp_path / "o.npz")
    with pytest.raises(ValueError, match="Received: <U4"):
        datasets.load(tmp_path / "t.npz")


def idx(shape, body):
    return (
        bytes([0, 0, 8, len(shape)])
        + struct.pack(f">{len(shape)}I", *shape)
        + body
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx((2**31, 28, 28), bytes(784)), "speaks of 1683627180032 bytes"),
        (idx((2**32 - 1,) * 3, bytes(9)), "there are 9"),
        (idx((2, 2, 2), bytes(9)), "there are more"),
        (idx((2, 2, 2), bytes(7)), "there are 7"),
        (b"\0\0\x08\x03\0\0", "can't be read"),
        (b"", "not an idx file"),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_an_idx_header_allocates_nothing_by_itself(
    tmp_path, content, message, suffix
):
    path = tmp_path / f"images{suffix}"
    packed = zlib.compressobj(wbits=31)
    gzipped = packed.compress(content) + packed.flush()
    path.write_bytes(gzipped if suffix else content)

    tracemalloc.start()
    with pytest.raises(ValueError, match=message):
        read_idx(path, 3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2**26


def test_damaged_gzip_is_named(tmp_path):
    packed = zlib.compressobj(wbits=31)
    content = packed.compress(idx((9, 9, 9), RNG.bytes(729))) + packed.flush()
    for at in range(10, len(content), 41):
        broken = bytearray(content)
        broken[at] ^= 255
        (tmp_path / "a.gz").write_bytes(broken)
        with pytest.raises(ValueError, match=r"a\.gz can't be read"):
            read_idx(tmp_path / "a.gz", 3)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y_train": np.full(3, 10)}, r"below 10, .*labels\[0\]=10"),
        ({"y_train": np.array([0, 1, -1])}, r"labels\[2\]=-1"),
        ({"y_train": np.array(3)}, "3 images but 0 labels"),
        ({"y_train": np.array(["a", "b", "c"])}, r"numpy\.unique"),
        ({"x_train": np.zeros((0, 28, 28), np.uint8)}, "there are no images"),
        ({"x_train": np.array(3)}, r"Received: shape=\(\)"),
        ({"x_train": np.full((3, 2, 2), -1)}, "int64 from -1 to -1"),
    ],
)
def test_a_named_data_set_that_can_t_be_is_refused(tmp_path, arrays, message):
    path = tmp_path / "mnist.npz"
    whole = {"x_train": np.zeros((3, 28, 28), np.uint8), "y_train": np.ones(3)}
    np.savez(path, **{**whole, **arrays})

    with pytest.raises(ValueError, match=message) as caught:
        datasets.load("mnist", path=path)

    assert str(path) in str(caught.value)
