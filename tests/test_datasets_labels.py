import numpy as np
import pytest

from keras_gan import _arrays, datasets, metrics
from keras_gan.datasets import ImageBatches, Source

PIXELS = np.zeros((3, 2, 2, 1), np.uint8)
OBJECTS = {"dtype": object}


def labels_of_batches(labels):
    return ImageBatches(PIXELS, labels).labels


def labels_of_source(labels):
    return Source("mine", "train", PIXELS, labels, None, "memory").labels


@pytest.fixture(params=[labels_of_batches, labels_of_source])
def accepted(request):
    """What takes labels, and returns them as it understands them."""
    return request.param


@pytest.mark.parametrize(
    ("labels", "received"),
    [
        ([0, np.inf, 1], "labels[1]=inf"),
        ([0, 1, np.nan], "labels[2]=nan"),
        ([0, 1e300, 1], "labels[1]=1e+300"),
        (np.array([0, 1, 2**64 - 1], np.uint64), f"labels[2]={2**64 - 1}"),
        ([0, 2**70, 1], f"labels[1]={2**70}"),
        ([-(10**400), 0, 1], "labels[0]=-1000"),
        ([0, 1, 10**9], "labels[2]=1000000000"),
        ([0, 0.5, -1], "labels[1]=0.5"),
        ([[0], [1], [-1]], "labels[2, 0]=-1"),
        (["cat", "dog", "cat"], "labels[0]='cat'"),
        ([b"cat", b"dog", b"cat"], "labels[0]=b'cat'"),
        (np.array([0, "dog", 1], **OBJECTS), "labels[1]='dog'"),
        (np.array([0, 1, None], **OBJECTS), "labels[2]=None"),
        (np.array([0, np.nan, 1], **OBJECTS), "labels[1]=nan"),
        (np.array([1, 1j, 0]), "labels[0]=(1+0j)"),
        (np.zeros(3, "M8[s]"), "labels[0]=datetime.datetime"),
        (np.zeros(3, "m8[s]"), "labels[0]=datetime.timedelta"),
        (np.ma.array([0, 1, 2], mask=[0, 0, 1]), "labels[2]=masked"),
        (np.zeros(3, [("a", int)]), "labels[0]=(0,)"),
        ([[1, 0], [1, 1], [0, 1]], "labels[1]=[1 1]"),
        ([[1, 0], [0, 0], [0, 1]], "labels[1]=[0 0]"),
        ([[1, 0], [0, 1], [-1, 1]], "labels[2]=[-1  1]"),
        ([[1, 0], [0, 1], [np.nan, 1]], "labels[2, 0]=nan"),
        ([[1, 0], [0.25, 0.75], [0, 1]], "labels[1]=[0.25 0.75]"),
        ([0, 1], "labels.shape=(2,)"),
        (np.zeros((3, 0)), "labels.shape=(3, 0)"),
        (np.zeros((3, 2, 2)), "labels.shape=(3, 2, 2)"),
        ([[0], [1, 2], [0]], "no array"),
        (1, "labels.shape=()"),
    ],
    ids=str,
)
def test_what_is_no_class_number_is_named_with_its_place(
    accepted, labels, received
):
    with pytest.raises(ValueError, match="`labels`") as caught:
        accepted(labels)

    assert f"Received: {received}" in str(caught.value) or (
        received == "no array" and "that is no array" in str(caught.value)
    )


@pytest.mark.parametrize(
    "labels",
    [
        [0, 2, 1],
        np.array([0, 2, 1], np.uint64),
        np.array([0, 2, 1], np.float16),
        np.array([-0.0, 2, 1]),
        np.array([0, 2.0, np.int8(1)], **OBJECTS),
        np.ma.array([0, 2, 1]),
        [[0], [2], [1]],
        np.eye(3)[[0, 2, 1]],
        np.eye(3, dtype=bool)[[0, 2, 1]],
        np.eye(3)[[0, 2, 1]].astype(object),
    ],
    ids=str,
)
def test_class_numbers_of_any_type_are_the_same_classes(accepted, labels):
    numbers = accepted(labels)

    assert (numbers.tolist(), numbers.dtype) == ([0, 2, 1], np.int64)


def test_bools_are_two_classes(accepted):
    assert accepted([True, False, True]).tolist() == [1, 0, 1]


def test_text_is_refused_with_a_way_to_number_it_that_works():
    names = np.array(["dog", "cat", "dog"])
    with pytest.raises(ValueError, match=r"labels = numpy\.unique") as caught:
        ImageBatches(PIXELS, names)
    (line,) = [part for part in str(caught.value).split("`") if " = " in part]

    scope = {"numpy": np, "labels": names}
    exec(line, scope)

    assert ImageBatches(PIXELS, scope["labels"]).labels.tolist() == [1, 0, 1]
    assert scope["names"].tolist() == ["cat", "dog"]


def test_few_images_of_many_classes_keep_their_numbers(accepted):
    assert accepted([0, 21_840, 99_999]).tolist() == [0, 21_840, 99_999]


def test_a_source_has_no_label_beyond_its_class_names():
    with pytest.raises(ValueError, match=r"below 2, .*labels\[1\]=2"):
        Source("mine", "train", PIXELS, [0, 2, 1], ("a", "b"), "memory")


def test_text_labels_in_an_npz_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", images=PIXELS, labels=["cat", "dog", "cat"])

    with pytest.raises(ValueError, match=r"a.npz: `labels` .*numpy.unique"):
        datasets.load(tmp_path / "a.npz")


@pytest.mark.parametrize("label", ["1", None, np.nan, True, [0, 1], 0.5, 2**70])
def test_only_a_label_that_there_is_can_be_chosen(label):
    source = Source("mine", "train", PIXELS, np.array([0, 1, 1]), None, "")
    if label is None:
        assert source.select(label=None) is source
        return

    with pytest.raises(ValueError, match=r"one of mine's labels, \[0, 1\]"):
        source.select(label=label)


def test_of_many_labels_the_first_are_listed():
    labels = np.arange(3) * 30_000
    many = np.zeros((50, 2, 2, 1), np.uint8)
    few = Source("few", "train", PIXELS, labels, None, "")
    source = Source("many", "train", many, np.arange(50), None, "")

    with pytest.raises(ValueError, match=r"\[0, 30000, 60000\]\. Received"):
        few.select(label=1)
    with pytest.raises(ValueError, match=r", 19\] and 30 more\. Received"):
        source.select(label=50)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.array([[1, 1j], [2, 3]]), r"real numbers.*1\.j"),
        (np.zeros((2, 2), "M8[s]"), "real numbers.*1970"),
        (np.ma.array(np.ones((2, 2)), mask=np.eye(2)), "2 masked values"),
        ([[1, 2], [3]], "`real` must be an array.*all rows equally long"),
    ],
    ids=["complex", "times", "masked", "ragged"],
)
def test_features_are_not_half_taken(features, message):
    with pytest.raises(ValueError, match=message):
        metrics.frechet_distance(features, np.ones((2, 2)))


def test_large_finite_features_are_finite():
    large = np.full((2, 2), 1.7e308)

    np.testing.assert_array_equal(_arrays.features("real", large), large)
