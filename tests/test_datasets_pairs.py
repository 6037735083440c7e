import numpy as np
import pytest
from PIL import Image

from keras_gan import datasets
from keras_gan.datasets import ImageBatches, PairBatches, pair_folder, pairs
from keras_gan.datasets.fingerprint import fingerprint, matches
from keras_gan.datasets.outlines import outlines

SAMPLE = "fashion_mnist_sample"


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.fixture
def numbered():
    """Ten pairs: a source is its number, a target ten times as much."""
    numbers = np.arange(10)[:, None, None, None]
    source = (np.ones((10, 4, 4, 1)) * numbers).astype(np.uint8)
    return source, np.repeat(source * 10, 3, axis=-1)


def draw(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def side_by_side(root, splits=("train", "test"), size=8, count=3):
    for split in splits:
        for number in range(count):
            left = np.full((size, size, 3), number, np.uint8)
            right = np.full((size, size, 3), 100 + number, np.uint8)
            both = np.concatenate([left, right], axis=1)
            draw(root / split / f"{number}.png", both)
    return root


def two_folders(root, size=8, other_size=8, names="xyz", sides=("a", "b")):
    for index, name in enumerate(names):
        grey = np.full((size, size), index, np.uint8)
        draw(root / sides[0] / f"{name}.png", grey)
        other = np.full((other_size, other_size, 3), 100 + index, np.uint8)
        draw(root / sides[1] / f"{name}.bmp", other)
    return root


def test_a_pair_stays_together(numbered):
    batches = PairBatches(numbered, batch_size=4, value_range=(0, 255))

    assert [len(source) for source, _ in batches] == [4, 4, 2]
    for source, target in batches:
        assert (source.shape[1:], target.shape[1:]) == ((4, 4, 1), (4, 4, 3))
        np.testing.assert_allclose(target[..., :1], 10 * source, atol=1e-3)


def test_pairs_come_in_the_order_of_image_batches(numbered):
    pair, single = (
        PairBatches(numbered, seed=3, batch_size=4),
        ImageBatches(numbered[0], seed=3, batch_size=4),
    )
    for batches in (pair, single):
        batches.set_epoch(5)

    for index in range(3):
        np.testing.assert_array_equal(pair[index][0], single[index])


def test_pairs_are_mirrored_like_the_images_of_image_batches():
    images = noise(10, 4, 4, 3)
    pair = PairBatches((images, 255 - images), seed=1, flip=True, batch_size=10)
    single = ImageBatches(images, seed=1, flip=True, batch_size=10)

    source, target = pair.pixels(0)

    np.testing.assert_array_equal(source, single.pixels(0))
    np.testing.assert_array_equal(target, 255 - source)


def test_jitter_is_an_enlarged_image_cropped_at_the_stated_place():
    images = noise(6, 16, 16, 3)
    batches = PairBatches((images, images), jitter=4, seed=7, shuffle=False)
    batches.set_epoch(2)
    corners = np.random.default_rng([7, 2, 2]).integers(
        0, 4, (6, 2), endpoint=True
    )

    source, target = batches.pixels(0)

    for index, (top, left) in enumerate(corners):
        large = np.asarray(
            Image.fromarray(images[index]).resize((20, 20), Image.BICUBIC)
        )
        expected = large[top : top + 16, left : left + 16]
        # Pillow rounds after each direction.
        np.testing.assert_allclose(
            source[index].astype(int), expected.astype(int), atol=1
        )
    np.testing.assert_array_equal(source, target)
    assert len({tuple(corner) for corner in corners.tolist()}) > 1


def test_a_jittered_smaller_source_stays_over_its_target():
    # Brightness grows from left to right and from top to bottom.
    ramp = np.add.outer(np.arange(32), np.arange(32)).astype(np.uint8) * 4
    target = np.repeat(ramp[None, ..., None], 8, axis=0)
    source = target.reshape(8, 16, 2, 16, 2, 1).mean(axis=(2, 4))
    batches = PairBatches(
        (source.astype(np.uint8), target), jitter=8, seed=1, flip=True
    )

    small, large = (each.astype(float) for each in batches.pixels(0))

    means = large.reshape(8, 16, 2, 16, 2, 1).mean(axis=(2, 4))
    inner = np.s_[:, 2:-2, 2:-2]
    assert np.abs(small - means)[inner].max() < 4
    assert len({each.tobytes() for each in small}) > 4


def test_an_epoch_and_a_seed_decide_crops_and_mirrors():
    images = noise(8, 8, 8, 1)

    def seen(seed, epoch):
        batches = PairBatches(
            (images, images), seed=seed, jitter=3, flip=True, shuffle=False
        )
        batches.set_epoch(epoch)
        return batches.pixels(0)[0].tobytes()

    assert seen(1, 4) == seen(1, 4)
    assert len({seen(0, 0), seen(0, 1), seen(1, 0), seen(1, 1)}) == 4


def test_what_is_stored_is_not_changed_by_crops_and_mirrors():
    images = noise(8, 8, 8, 1)
    before = images.copy()

    PairBatches((images, images), jitter=2, flip=True).pixels(0)

    np.testing.assert_array_equal(images, before)


def test_floats_are_taken_as_pixels():
    images = noise(4, 4, 4, 1)
    batches = PairBatches((images / 255.0, images / 127.5 - 1), shuffle=False)

    for side in batches.pixels(0):
        np.testing.assert_array_equal(side, images)


def test_a_scale_makes_each_source_of_what_is_seen_of_its_target():
    images = noise(5, 16, 16, 3)
    batches = PairBatches(images, scale=4, jitter=8, flip=True)

    source, target = batches.pixels(0)

    assert source.shape == (5, 4, 4, 3)
    for small, large in zip(source, target, strict=True):
        expected = Image.fromarray(large).resize((4, 4), Image.BICUBIC)
        np.testing.assert_array_equal(small, np.asarray(expected))


@pytest.mark.parametrize(
    ("given", "settings", "message"),
    [
        ((noise(3, 4, 4, 1), noise(2, 4, 4, 1)), {}, "3 sources and 2 targets"),
        ((noise(0, 4, 4, 1), noise(0, 4, 4, 1)), {}, "there are no images"),
        ((noise(2, 4, 4, 1), noise(2, 6, 6, 1)), {"jitter": 2}, "`jitter`"),
        ((noise(2, 4, 4, 1), noise(2, 8, 8, 1)), {"jitter": 3}, "of 2"),
        (noise(2, 6, 6, 1), {"scale": 4}, "`scale` must divide"),
    ],
    ids=["lengths", "empty", "sizes", "step", "scale"],
)
def test_pairs_that_cannot_be_are_refused(given, settings, message):
    with pytest.raises(ValueError, match=message):
        PairBatches(given, **settings)


@pytest.mark.parametrize("memory", [2**30, 0], ids=["memory", "files"])
@pytest.mark.parametrize("direction", ["ab", "ba"])
def test_side_by_side_images_are_cut_at_their_middle(
    tmp_path, memory, direction
):
    found = pairs(side_by_side(tmp_path), direction=direction, memory=memory)

    source, target = found.arrays()

    left, right = (source, target) if direction == "ab" else (target, source)
    assert found.source_shape == (8, 8, 3)
    assert left[:, 0, 0, 0].tolist() == [0, 1, 2]
    assert (left == left[:, :1, :1]).all()
    assert (right == left + 100).all()


def test_a_half_is_cropped_by_itself(tmp_path):
    # The halves are 12 wide and 8 high: two columns go at each of their sides.
    half = np.repeat(np.arange(12, dtype=np.uint8)[None] * 20, 8, axis=0)
    draw(tmp_path / "0.png", np.concatenate([half, half], axis=1))

    source, target = pairs(tmp_path, image_size=8).arrays()

    np.testing.assert_array_equal(source[0, 0, :, 0], half[0, 2:10])
    np.testing.assert_array_equal(target, source)


@pytest.mark.parametrize("memory", [2**30, 0], ids=["memory", "files"])
def test_two_folders_are_paired_by_name(tmp_path, memory):
    found = pairs(two_folders(tmp_path), memory=memory)

    source, target = found.arrays()

    assert (found.source_shape, found.target_shape) == ((8, 8, 1), (8, 8, 3))
    assert source[:, 0, 0, 0].tolist() == [0, 1, 2]
    assert target[:, 0, 0, 0].tolist() == [100, 101, 102]


def test_files_and_memory_give_the_same_batches(tmp_path):
    root = two_folders(tmp_path, names="abcdefg")
    settings = {"batch_size": 3, "seed": 2, "jitter": 2, "flip": True}
    memory = PairBatches(pairs(root), **settings)
    files = PairBatches(pairs(root, memory=0), **settings)

    for index in range(3):
        for one, other in zip(memory[index], files[index], strict=True):
            np.testing.assert_array_equal(one, other)


def test_smaller_sources_stay_smaller(tmp_path):
    root = two_folders(tmp_path, size=8, other_size=16)

    assert pairs(root).source_shape == (8, 8, 1)
    assert pairs(root, image_size=8).source_shape == (4, 4, 1)


def test_subfolders_of_both_sides_are_classes(tmp_path):
    two_folders(tmp_path, names=["cat/x", "dog/y"])

    found = pairs(tmp_path)

    assert found.class_names == ("cat", "dog")
    assert found.labels.tolist() == [0, 1]
    assert len(found.select(label=1)) == 1


@pytest.mark.parametrize(
    ("folders", "convention", "splits"),
    [
        (("train/", "val/"), "side by side", ("train", "val")),
        (("",), "side by side", ("train",)),
        (("trainA/", "trainB/"), "trainA and trainB", ("train",)),
        (
            ("trainA/", "trainB/", "testA/", "testB/"),
            "trainA and trainB",
            ("train", "test"),
        ),
        (("photo/", "map/"), "two folders", ("train",)),
        (
            ("train/a/", "train/b/", "test/a/", "test/b/"),
            "two folders",
            ("train", "test"),
        ),
        (
            ("a/train/", "a/val/", "b/train/", "b/val/"),
            "two folders",
            ("train", "val"),
        ),
    ],
)
def test_a_folder_s_convention_is_found(tmp_path, folders, convention, splits):
    for folder in (*folders, ".git/"):
        draw(tmp_path / f"{folder}0.png", noise(4, 8, 3))

    found = pair_folder(tmp_path)

    assert (found.convention, found.splits) == (convention, splits)


def test_a_folder_of_no_convention_is_told_all_of_them(tmp_path):
    for name in "abc":
        (tmp_path / name).mkdir()

    with pytest.raises(ValueError, match="none of the conv") as caught:
        pair_folder(tmp_path)

    for words in ("side by side", "trainA", "a/x.png", "['a', 'b', 'c']"):
        assert words in str(caught.value)


def test_a_missing_side_is_named(tmp_path):
    (tmp_path / "trainA").mkdir()

    with pytest.raises(ValueError, match="`trainB`"):
        pair_folder(tmp_path)


def test_a_missing_split_says_which_there_are(tmp_path):
    side_by_side(tmp_path, splits=("train", "val"))

    with pytest.raises(ValueError, match='no test split, only "train" and'):
        pairs(tmp_path, "test")


def test_an_image_without_a_partner_is_named(tmp_path):
    (two_folders(tmp_path) / "b" / "y.bmp").unlink()

    with pytest.raises(ValueError, match=r"1 image without.*a/y\.png"):
        pairs(tmp_path)


def test_what_is_not_found_is_told_all_names():
    with pytest.raises(ValueError, match=r"small_clothes.*'mnist'.*exists"):
        pairs("nowhere", scale=4)
    with pytest.raises(ValueError, match="name too long"):
        pairs("x" * 300, scale=4)


def test_a_name_that_is_there_twice_is_refused(tmp_path):
    draw(two_folders(tmp_path) / "a" / "x.bmp", noise(8, 8))

    with pytest.raises(ValueError, match=r"two images.*x\.bmp and x\.png"):
        pairs(tmp_path)


def test_a_pair_of_two_shapes_is_named(tmp_path):
    draw(two_folders(tmp_path) / "b" / "y.bmp", noise(6, 8))

    with pytest.raises(ValueError, match=r"a/y\.png 8 x 8 with b/y\.bmp 8 x 6"):
        pairs(tmp_path, image_size=8)


def test_an_empty_side_is_named(tmp_path):
    for file in (two_folders(tmp_path) / "b").iterdir():
        file.unlink()

    with pytest.raises(ValueError, match="b holds no image"):
        pairs(tmp_path)


def test_pictures_side_by_side_of_several_sizes_are_told_by_halves(tmp_path):
    draw(tmp_path / "a.png", noise(8, 16, 3))
    draw(tmp_path / "b.png", noise(12, 20, 3))
    with pytest.raises(ValueError, match=r"halves of 2 sizes.* 8x8, 12x10"):
        datasets.pairs(tmp_path)


@pytest.mark.parametrize(
    "shape", [(8, 8, 3), (8, 17, 3)], ids=["square", "odd"]
)
def test_an_image_of_no_two_halves_is_named(tmp_path, shape):
    draw(side_by_side(tmp_path) / "train" / "wrong.png", noise(*shape))

    with pytest.raises(ValueError, match=r"1 others: wrong\.png"):
        pairs(tmp_path, image_size=8)


@pytest.mark.parametrize("memory", [2**30, 0], ids=["memory", "files"])
def test_a_file_that_is_no_image_is_left_out_with_its_partner(tmp_path, memory):
    (two_folders(tmp_path) / "b" / "y.bmp").write_bytes(b"nothing")

    with pytest.warns(UserWarning, match=r"b/y\.bmp \(no known image"):
        found = pairs(tmp_path, memory=memory)

    assert found.arrays()[0][:, 0, 0, 0].tolist() == [0, 2]


def cut(path):
    path.write_bytes(path.read_bytes()[:-60])


def test_a_damaged_pair_is_left_out_before_training(tmp_path):
    cut(two_folders(tmp_path) / "b" / "y.bmp")

    with pytest.warns(UserWarning, match=r"b/y\.bmp"):
        found = pairs(tmp_path)

    source, target = found.arrays()
    assert source[:, 0, 0, 0].tolist() == [0, 2]
    assert target[:, 0, 0, 0].tolist() == [100, 102]


def test_a_damaged_pair_of_a_large_folder_is_replaced_as_a_whole(tmp_path):
    cut(two_folders(tmp_path) / "b" / "y.bmp")
    found = pairs(tmp_path, memory=0)

    with pytest.warns(UserWarning, match=r"replaced by another.*y\.bmp"):
        source, target = found.arrays()

    assert source[:, 0, 0, 0].tolist() == [0, 2, 2]
    assert target[:, 0, 0, 0].tolist() == [100, 102, 102]


@pytest.mark.parametrize(
    ("split", "count"), [("train", 10_000), ("test", 2000)]
)
def test_outlines_are_of_the_clothes_in_the_package(split, count):
    found = pairs("outlines", split, clothes=SAMPLE)
    images, labels = datasets.load(SAMPLE, split)

    source, target = found.arrays()

    np.testing.assert_array_equal(target, images)
    np.testing.assert_array_equal(found.labels, labels)
    assert source.shape == (count, 28, 28, 1)
    assert found.class_names[9] == "Ankle boot"
    assert set(np.unique(source)) == {0, 255}
    # Thin lines: a garment covers half of the image, its outline a tenth.
    assert 0.05 < (source > 0).mean() < 0.2


def test_the_outline_of_a_square_is_its_border():
    square = np.zeros((1, 20, 20, 1), np.uint8)
    square[0, 5:15, 5:15] = 200

    drawn = outlines(square)[0, ..., 0] > 0

    inside = square[0, ..., 0] > 0
    assert not drawn[7:13, 7:13].any()
    assert not drawn[:4].any()
    assert not drawn[:, :4].any()
    # Each row that crosses the square has a line left and right.
    assert all(drawn[row].sum() in (2, 3, 4) for row in range(7, 13))
    assert inside.sum() == 100


def test_an_image_of_one_grey_has_no_outline():
    assert not outlines(np.zeros((2, 9, 9, 1), np.uint8)).any()


@pytest.mark.parametrize(("scale", "size"), [(None, 7), (2, 14)])
def test_small_clothes_are_the_clothes_made_smaller(scale, size):
    found = pairs("small_clothes", "test", clothes=SAMPLE, scale=scale, limit=9)

    source, target = found.arrays()

    assert source.shape == (9, size, size, 1)
    expected = Image.fromarray(target[4, ..., 0]).resize((size, size))
    np.testing.assert_array_equal(source[4, ..., 0], np.asarray(expected))


def test_any_folder_of_images_gives_pairs_for_super_resolution(tmp_path):
    for name in "xy":
        draw(tmp_path / f"{name}.png", noise(8, 8, 3))

    found = pairs(tmp_path, scale=2, memory=0)

    assert (found.source_shape, found.target_shape) == ((4, 4, 3), (8, 8, 3))
    assert len(PairBatches(found).pixels(0)[0]) == 2


@pytest.mark.parametrize("memory", [2**30, 0], ids=["memory", "files"])
def test_a_changed_target_changes_the_fingerprint(tmp_path, memory):
    root = two_folders(tmp_path)
    before = fingerprint(pairs(root, memory=memory))
    assert matches(pairs(root, memory=memory), before)

    draw(root / "b" / "y.bmp", noise(8, 8, 3))

    assert not matches(pairs(root, memory=memory), before)


def test_a_limit_reads_no_more_than_it_keeps(tmp_path):
    root = two_folders(tmp_path, names="abcd")
    cut(root / "b" / "b.bmp")

    found = pairs(root, limit=2)

    assert found.arrays()[1][:, 0, 0, 0].tolist() == [100, 102]
