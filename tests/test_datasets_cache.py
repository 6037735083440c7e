"""Decoded pixels on the disk are those of the files, or are made anew."""

import os
import shutil
import warnings

import numpy as np
import pytest
from PIL import Image

from keras_gan import datasets
from keras_gan.datasets import Decoding, decoded_cache, folder, pair_rows
from keras_gan.datasets.fingerprint import fingerprint, matches
from tests.test_datasets_workers import (
    KINDS,
    WORKERS,
    all_of,
    assert_same,
    classes,
    halves,
    partners,
    pictures,
    sides,
)

__all__ = ["classes", "halves", "partners", "sides"]  # Fixtures.


@pytest.fixture
def no_decoding(monkeypatch):
    """Makes an error of decoding a file, when it is called."""

    def refuse(*arguments):
        raise AssertionError(f"{arguments} was decoded.")

    def forbid():
        for module in (folder, pair_rows):
            monkeypatch.setattr(module, "decode", refuse)
        monkeypatch.setattr(pair_rows, "decode_halves", refuse)

    return forbid


@pytest.fixture
def faces(tmp_path):
    pictures(tmp_path / "faces", 20)
    return tmp_path / "faces"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def images_of(faces, cache, **settings):
    decoding = Decoding(cache=cache, **settings)
    return datasets.source(faces, memory=0, decoding=decoding).images


def entries(cache):
    return sorted(path.name for path in cache.iterdir())


@pytest.mark.parametrize("num_workers", [0, WORKERS])
@pytest.mark.parametrize("kind", KINDS)
def test_cached_batches_are_those_of_the_files(
    request, cache, no_decoding, kind, num_workers
):
    expected = all_of(kind(request, None))
    decoding = Decoding(num_workers=num_workers, cache=cache)

    assert_same(all_of(kind(request, decoding)), expected)
    no_decoding()  # In this process; the next has all from the disk.
    assert_same(all_of(kind(request, Decoding(cache=cache))), expected)


def test_what_fits_into_memory_is_read_from_the_cache(
    faces, cache, no_decoding
):
    expected = datasets.source(faces).images
    datasets.source(faces, decoding=Decoding(cache=cache))
    no_decoding()

    found = datasets.source(faces, decoding=Decoding(cache=cache)).images

    np.testing.assert_array_equal(found, expected)


def repainted(faces):
    file = faces / "005.png"
    Image.new("RGB", (12, 12), (9, 9, 9)).save(file)


def renamed(faces):
    (faces / "005.png").rename(faces / "zzz.png")


def removed(faces):
    (faces / "005.png").unlink()


def touched(faces):
    os.utime(faces / "005.png", ns=(1, 1))


@pytest.mark.parametrize("change", [repainted, renamed, removed, touched])
def test_a_changed_folder_is_decoded_anew(faces, cache, change):
    images_of(faces, cache)
    change(faces)

    found = images_of(faces, cache)

    np.testing.assert_array_equal(found[:], datasets.load(faces)[0])
    assert len(entries(cache)) == 2


@pytest.mark.parametrize("other", [{"image_size": 6}, {"channels": 1}])
def test_other_settings_are_other_pixels(faces, cache, other):
    images_of(faces, cache)
    decoding = Decoding(cache=cache)

    found = datasets.source(faces, memory=0, decoding=decoding, **other)

    np.testing.assert_array_equal(
        found.images[:], datasets.load(faces, **other)[0]
    )


def test_both_directions_of_halves_have_pixels_of_their_own(halves, cache):
    for direction in ("ab", "ba", "ab"):
        found = datasets.pairs(
            halves,
            direction=direction,
            memory=0,
            decoding=Decoding(cache=cache),
        )
        read = datasets.pairs(halves, direction=direction)
        assert_same(found.arrays(), read.arrays())


def test_a_part_of_a_cached_folder_is_that_part(classes, cache):
    found = datasets.source(classes, memory=0, decoding=Decoding(cache=cache))

    dogs = found.select(label=1, limit=5)

    read = datasets.source(classes, label=1, limit=5)
    np.testing.assert_array_equal(dogs.images[:], read.images)
    np.testing.assert_array_equal(dogs.labels, read.labels)


def test_the_fingerprint_of_a_run_s_data_stays(faces, cache):
    plain = datasets.source(faces, memory=0)
    cached = datasets.source(faces, memory=0, decoding=Decoding(cache=cache))

    assert fingerprint(cached) == fingerprint(plain)
    assert matches(cached, fingerprint(plain))


@pytest.mark.parametrize("memory", [0, 2**30], ids=["streamed", "read"])
def test_a_torn_image_is_named_as_without_a_cache(
    faces, cache, memory, recwarn
):
    file = faces / "007.png"
    file.write_bytes(file.read_bytes()[:200])

    def seen(decoding):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = datasets.source(faces, memory=memory, decoding=decoding)
            pixels = np.array(found.images[:])
        return pixels, [str(each.message) for each in caught]

    expected, named = seen(None)
    for _ in range(2):
        found, warned = seen(Decoding(cache=cache))
        np.testing.assert_array_equal(found, expected)
        assert "007.png" in warned[0]
        assert warned == named


def cut(entry):
    file = entry / "rows.npy"
    file.write_bytes(file.read_bytes()[:-1])


def emptied(entry):
    (entry / "about.json").write_text("")


def half_gone(entry):
    (entry / "rows.npy").unlink()


@pytest.mark.parametrize("damage", [cut, emptied, half_gone])
def test_a_damaged_entry_is_made_anew(faces, cache, damage):
    expected = images_of(faces, cache)[:]
    decoded_cache._mapped.cache_clear()
    (entry,) = cache.iterdir()
    damage(entry)

    found = images_of(faces, cache)[:]

    np.testing.assert_array_equal(found, expected)
    assert entries(cache) == [entry.name]


def test_a_file_is_no_cache(tmp_path):
    (tmp_path / "file").write_text("mine")

    for path in ("file", "file/below"):
        with pytest.raises(ValueError, match=r"must be a folder.*is a file"):
            Decoding(cache=tmp_path / path)

    assert (tmp_path / "file").read_text() == "mine"


def test_what_fails_leaves_no_entry(faces, cache):
    def stop(decoded, images):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        images_of(faces, cache, progress=stop)

    assert entries(cache) == []


def test_half_an_entry_of_a_killed_process_is_removed(faces, cache):
    left = cache / ".123-abc"
    left.mkdir(parents=True)
    (left / "rows.npy").write_bytes(b"half")
    images_of(faces, cache)
    assert ".123-abc" in entries(cache)  # Its process may still write.
    os.utime(left / "rows.npy", (1, 1))

    touched(faces)
    images_of(faces, cache)

    assert ".123-abc" not in entries(cache)


def test_of_two_that_write_at_once_one_is_kept(faces, cache, tmp_path):
    images_of(faces, tmp_path / "other")

    def other(decoded, images):
        """The other process is done meanwhile."""
        shutil.copytree(tmp_path / "other", cache, dirs_exist_ok=True)

    found = images_of(faces, cache, progress=other)

    np.testing.assert_array_equal(found[:], datasets.load(faces)[0])
    assert len(entries(cache)) == 1


SIZE = 20 * 12 * 12 * 3


def test_what_was_not_used_for_longest_gives_way(faces, cache):
    made = []
    for number in range(3):
        os.utime(faces / "000.png", (number, number))
        images_of(faces, cache, cache_limit=3 * SIZE + 1000)
        made += [each for each in entries(cache) if each not in made]
        os.utime(cache / made[-1], (number, number))
    os.utime(faces / "000.png", (0, 0))
    images_of(faces, cache)  # The first was used last now.
    os.utime(faces / "000.png", (9, 9))

    images_of(faces, cache, cache_limit=3 * SIZE + 1000)

    assert set(made) - set(entries(cache)) == {made[1]}


def test_more_than_the_limit_is_an_error_and_decodes_nothing(
    faces, cache, no_decoding
):
    no_decoding()
    said = rf"take {SIZE / 1024:.1f} KiB.*`cache_limit`.*={SIZE - 1}, "
    with pytest.raises(ValueError, match=said):
        images_of(faces, cache, cache_limit=SIZE - 1)


def test_a_full_disk_is_an_error_before_anything_is_written(
    faces, cache, monkeypatch
):
    usage = shutil.disk_usage(faces)._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)

    with pytest.raises(ValueError, match="Choose another folder"):
        images_of(faces, cache)

    assert entries(cache) == []


def test_progress_says_how_many_were_decoded(faces, cache):
    said = []

    images_of(faces, cache, progress=lambda *counts: said.append(counts))

    assert said == [(0, 20)]


def test_what_decoding_takes_is_checked():
    for wrong in ({"cache": ""}, {"cache": 3}, {"cache_limit": 0}):
        with pytest.raises(ValueError, match="cache"):
            Decoding(**wrong)
    with pytest.raises(TypeError, match="progress"):
        Decoding(progress=3)
    with pytest.raises(TypeError, match=r"datasets\.Decoding"):
        datasets.source("digits", decoding=4)
