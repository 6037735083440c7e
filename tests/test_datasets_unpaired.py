import numpy as np
import pytest
from PIL import Image

from keras_gan.datasets import ImageFolder, UnpairedBatches, load, unpaired
from keras_gan.datasets.fingerprint import fingerprint, matches

SAMPLE = "fashion_mnist_sample"


def numbered(count, first=0, channels=1):
    numbers = np.arange(first, first + count)[:, None, None, None]
    return (np.ones((count, 4, 4, channels)) * numbers).astype(np.uint8)


def visited(batches):
    """The numbers of both sides' images, in the order of the epoch."""
    sides = [batches.pixels(index) for index in range(len(batches))]
    return [
        np.concatenate([side[which][:, 0, 0, 0] for side in sides]).tolist()
        for which in (0, 1)
    ]


def draw(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def horse2zebra(root, horses=5, zebras=3, size=8):
    for split in ("train", "test"):
        for number in range(horses):
            pixels = np.full((size, size), number, np.uint8)
            draw(root / f"{split}A" / f"{number}.png", pixels)
        for number in range(zebras):
            pixels = np.full((size, size, 3), 100 + number, np.uint8)
            draw(root / f"{split}B" / f"n{number}.png", pixels)
    return root


@pytest.mark.parametrize("lengths", [(10, 4), (4, 10)], ids=["a", "b"])
def test_an_epoch_sees_each_image_of_the_longer_side_once(lengths):
    sides = numbered(lengths[0]), numbered(lengths[1])
    batches = UnpairedBatches(sides, batch_size=3)

    seen = visited(batches)

    assert len(batches) == 4
    for length, order in zip(lengths, seen, strict=True):
        counts = np.bincount(order, minlength=length)
        assert len(order) == 10
        assert set(counts) <= {10 // length, -(-10 // length)}


def test_the_shorter_side_is_shuffled_anew_in_each_round():
    seen = visited(UnpairedBatches((numbered(40), numbered(8))))[1]

    rounds = [tuple(seen[start : start + 8]) for start in range(0, 40, 8)]

    assert all(sorted(each) == list(range(8)) for each in rounds)
    assert len(set(rounds)) == 5


def test_the_orders_are_those_that_the_docstring_names():
    batches = UnpairedBatches((numbered(6), numbered(4)), seed=3)
    batches.set_epoch(5)
    of_a = np.random.default_rng([3, 5])
    of_b = np.random.default_rng([3, 5, 3])

    a, b = visited(batches)

    assert a == of_a.permutation(6).tolist()
    assert b == [*of_b.permutation(4), *of_b.permutation(4)][:6]


def test_sides_of_one_length_meet_in_other_pairs_each_epoch():
    batches = UnpairedBatches((numbered(20), numbered(20)))

    def met(epoch):
        batches.set_epoch(epoch)
        return set(zip(*visited(batches), strict=True))

    assert len(met(0) & met(1)) < 6
    assert met(0) != {(number, number) for number in range(20)}
    assert met(1) == met(1)


def test_without_shuffle_each_side_goes_round_in_its_own_order():
    sides = numbered(2), numbered(5)

    a, b = visited(UnpairedBatches(sides, shuffle=False))

    assert (a, b) == ([0, 1, 0, 1, 0], [0, 1, 2, 3, 4])


def test_the_sides_are_mirrored_each_by_itself():
    ramp = np.zeros((64, 4, 4, 1), np.uint8) + np.arange(4)[:, None]
    ramp = ramp.astype(np.uint8)
    batches = UnpairedBatches((ramp, ramp), flip=True)

    a, b = (side[:, 0, 0, 0] == 3 for side in batches.pixels(0))

    stated = [
        np.random.default_rng([0, 0, stream]).random(64) < 0.5
        for stream in (1, 4)
    ]
    np.testing.assert_array_equal([a, b], stated)
    assert (a != b).any()


def test_the_sides_are_cropped_each_by_itself():
    images = np.random.default_rng(0).integers(0, 256, (8, 12, 12, 3))
    images = images.astype(np.uint8)
    batches = UnpairedBatches((images, images), jitter=6, shuffle=False)

    a, b = batches.pixels(0)

    assert a.shape == b.shape == images.shape
    assert all((one != other).any() for one, other in zip(a, b, strict=True))


def test_batches_are_float32_in_the_value_range():
    a, b = numbered(3), numbered(3, channels=3)

    for side in UnpairedBatches((a + 253, b), value_range=(0, 1))[0]:
        assert side.dtype == np.float32
        assert 0 <= side.min() <= side.max() <= 1


def test_parts_of_a_batch_are_the_batch():
    sides = numbered(7), numbered(5)
    whole = UnpairedBatches(sides, batch_size=4).pixels(0)
    parts = [
        UnpairedBatches(sides, batch_size=4, part=(which, 2)).pixels(0)
        for which in (0, 1)
    ]

    for side in (0, 1):
        joined = np.concatenate([part[side] for part in parts])
        np.testing.assert_array_equal(joined, whole[side])


@pytest.mark.parametrize("memory", [2**30, 0], ids=["memory", "files"])
def test_the_folders_of_cyclegan_are_two_sides(tmp_path, memory):
    found = unpaired(horse2zebra(tmp_path), "test", memory=memory)

    assert (found.shape_a, found.shape_b) == ((8, 8, 1), (8, 8, 3))
    a, b = visited(UnpairedBatches(found))
    assert sorted(a) == [0, 1, 2, 3, 4]
    assert set(b) == {100, 101, 102}


def test_the_other_direction_exchanges_the_sides(tmp_path):
    found = unpaired(horse2zebra(tmp_path), direction="ba")

    assert len(found.a.images) == 3
    assert found.shape_b == (8, 8, 1)


def test_image_folders_are_sides(tmp_path):
    horse2zebra(tmp_path)
    sides = [
        ImageFolder(tmp_path / f"train{side}", channels=3) for side in "AB"
    ]

    a, b = UnpairedBatches(sides, batch_size=2)[0]

    assert a.shape == b.shape == (2, 8, 8, 3)


def test_sides_of_two_sizes_are_refused(tmp_path):
    horse2zebra(tmp_path)
    draw(tmp_path / "trainB" / "n0.png", np.zeros((9, 9, 3), np.uint8))
    for number in (1, 2):
        (tmp_path / "trainB" / f"n{number}.png").unlink()

    with pytest.raises(ValueError, match=r"a\.shape=.*8, 8.*b\.shape=.*9, 9"):
        unpaired(tmp_path)
    assert unpaired(tmp_path, image_size=8).shape_b == (8, 8, 3)


def test_an_empty_side_is_named(tmp_path):
    for file in (horse2zebra(tmp_path) / "trainB").iterdir():
        file.unlink()

    with pytest.raises(ValueError, match="trainB holds no image"):
        unpaired(tmp_path)
    with pytest.raises(ValueError, match="there are no images"):
        UnpairedBatches((numbered(3), numbered(0)))


def test_a_file_that_is_no_image_is_named(tmp_path):
    (horse2zebra(tmp_path) / "trainA" / "2.png").write_bytes(b"nothing")

    with pytest.warns(UserWarning, match=r"2\.png \(no known image"):
        found = unpaired(tmp_path)

    assert len(found.a.images) == 4


def test_side_by_side_images_are_no_unpaired_sides(tmp_path):
    draw(tmp_path / "train" / "x.png", np.zeros((4, 8, 3), np.uint8))

    with pytest.raises(ValueError, match="recipe pix2pix"):
        unpaired(tmp_path)


def test_one_folder_of_photos_is_told_to_be_two(tmp_path):
    draw(tmp_path / "x.png", np.zeros((9, 5, 3), np.uint8))

    with pytest.raises(ValueError, match=r"in two folders.*is one\."):
        unpaired(tmp_path)


@pytest.mark.parametrize(("split", "count"), [("train", 1000), ("test", 200)])
def test_sneakers_to_boots_are_the_two_kinds_of_shoes(split, count):
    found = unpaired("sneakers_to_boots", split, clothes=SAMPLE)
    images, labels = load(SAMPLE, split)

    a, b = found.arrays()

    np.testing.assert_array_equal(a, images[labels == 7])
    np.testing.assert_array_equal(b, images[labels == 9])
    assert len(a) == len(b) == count
    assert set(found.b.labels) == {9}


def test_a_changed_side_changes_the_fingerprint(tmp_path):
    root = horse2zebra(tmp_path)
    before = fingerprint(unpaired(root, memory=0))
    assert matches(unpaired(root, memory=0), before)

    draw(root / "trainB" / "n1.png", np.zeros((8, 8, 3), np.uint8))

    assert not matches(unpaired(root, memory=0), before)
