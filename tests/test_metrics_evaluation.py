import re
import warnings

import keras
import numpy as np
import pytest

from keras_gan import features, metrics
from keras_gan.datasets import load
from keras_gan.metrics import evaluation

OF_IMAGES = [
    name
    for name, score in metrics.METRICS.items()
    if score.needs != "gaussians"
]


@pytest.fixture(scope="module")
def pictures():
    images, labels = load("fashion_mnist_sample")
    return np.asarray(images), np.asarray(labels)


@pytest.fixture(scope="module")
def extractor():
    return features.classifier("fashion_mnist", batch_size=64)


class _Counting(features.ModelExtractor):
    """Features are the four quarters of the first image row."""

    def __init__(self):
        inputs = keras.Input((8, 8, 1))
        super().__init__(keras.Model(inputs, inputs[:, 0, :4, 0]), name="row")
        self.calls = 0

    def extract(self, pixels, *, progress=None):
        self.calls += 1
        return super().extract(pixels, progress=progress)


def _noise(n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (n, 8, 8, 1)).astype("uint8")


def test_evaluate_gives_the_numbers_of_the_single_metrics(pictures, extractor):
    images, _ = pictures
    real, fake = images[:300], images[300:550]
    with pytest.warns(UserWarning, match="of 300 real and 250 generated"):
        found = metrics.evaluate(
            real, fake, extractor=extractor, real_split="train", k=3
        )
    pair = extractor(real), extractor(fake)
    assert found == {
        "fid": metrics.frechet_distance(*pair),
        "kid": metrics.kernel_distance(*pair),
        **metrics.precision_recall(*pair, k=3),
        **metrics.density_coverage(*pair, k=3),
        "extractor": extractor.name,
        "num_real": 300,
        "num_fake": 250,
        "real_split": "train",
        "k": 3,
    }


def test_every_metric_of_the_table_is_a_plain_number(pictures, extractor):
    images, labels = pictures
    evaluator = metrics.Evaluator(
        images[:100], extractor=extractor, metrics=OF_IMAGES
    )
    found = evaluator(images[100:200], labels=labels[100:200])
    assert found.keys() > set(OF_IMAGES)
    for name in OF_IMAGES:
        assert type(found[name]) is float, name
        assert np.isfinite(found[name]), name
    assert found["label_accuracy"] > 0.8
    assert found["modes"] == 10


def test_default_metrics_are_in_the_table():
    assert metrics.METRICS.keys() > set(metrics.DEFAULT_METRICS)


def test_evaluator_takes_real_features_once():
    extractor = _Counting()
    evaluator = metrics.Evaluator(_noise(30), extractor=extractor)
    first = evaluator(_noise(20, seed=1))
    assert evaluator(_noise(20, seed=1)) == first
    assert extractor.calls == 3


def test_evaluator_tells_about_progress():
    seen = []
    metrics.evaluate(
        _noise(30),
        _noise(20),
        extractor=_Counting(),
        metrics=["nearest_neighbor"],
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(30, 30), (20, 20)]


@pytest.mark.parametrize(
    ("names", "counts", "said"),
    [
        (["fid"], (2000, 1999), ["fid of 2,000 real and 1,999 .* too high"]),
        (["fid"], (2000, 2000), []),
        (["kid"], (299, 300), ["kid of 299 real and 300"]),
        (["recall"], (300, 1000), ["recall of 300 real .* compares only"]),
        (["nearest_neighbor"], (30, 30), []),
    ],
)
def test_numbers_of_few_images_are_cautioned(names, counts, said):
    real, fake = (_noise(count, seed) for seed, count in enumerate(counts))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        metrics.evaluate(real, fake, extractor=_Counting(), metrics=names)
    assert len(caught) == len(said)
    for each, expected in zip(caught, said, strict=True):
        assert re.search(expected, str(each.message))


@pytest.mark.parametrize("other", [(8, 8, 3), (9, 8, 1), (16, 16, 1)], ids=str)
def test_images_of_another_shape_are_refused(other):
    fake = np.zeros((20, *other), "uint8")
    with pytest.raises(ValueError, match="one shape") as error:
        metrics.evaluate(_noise(30), fake, extractor=_Counting())
    assert f"{(8, 8, 1)}, generated ones of {other}" in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metrics": ["fidd"]}, "names out of fid, kid"),
        ({"metrics": ["inception_score"]}, "needs a classifier"),
        ({"k": 30}, "`k` must be"),
        ({"real_images": _noise(30) / 255.0}, "`real_images` must be uint8"),
    ],
    ids=["unknown", "no classifier", "k", "floats"],
)
def test_evaluator_refuses_at_once(arguments, message):
    extractor = _Counting()
    with pytest.raises(ValueError, match=message):
        metrics.Evaluator(
            **{"real_images": _noise(30), "extractor": extractor, **arguments}
        )
    assert extractor.calls == 0


def test_evaluator_refuses_label_accuracy_without_labels(pictures, extractor):
    images, _ = pictures
    evaluator = metrics.Evaluator(
        images[:50], extractor=extractor, metrics=["label_accuracy"]
    )
    with pytest.raises(ValueError, match="needs `labels`"):
        evaluator(images[:50])


def test_cache_gives_the_same_features_without_the_extractor(tmp_path):
    extractor, images = _Counting(), _noise(30)
    first = metrics.cached_features(images, extractor, tmp_path)
    second = metrics.cached_features(images, extractor, tmp_path)
    assert extractor.calls == 1
    np.testing.assert_array_equal(first.features, second.features)
    assert second.probabilities is None
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]


def test_cache_keeps_class_probabilities(tmp_path, pictures, extractor):
    images = pictures[0][:20]
    first = metrics.cached_features(images, extractor, tmp_path)
    second = metrics.cached_features(images, extractor, tmp_path)
    np.testing.assert_array_equal(first.probabilities, second.probabilities)


def test_cache_knows_images_and_extractors_apart(tmp_path):
    extractor, images = _Counting(), _noise(30)
    metrics.cached_features(images, extractor, tmp_path)
    changed = images.copy()
    changed[29, 7, 7, 0] ^= 1
    metrics.cached_features(changed, extractor, tmp_path)
    assert extractor.calls == 2
    other = _Counting()
    other._label = "another"
    metrics.cached_features(images, other, tmp_path)
    assert other.calls == 1


def _cut(data):
    return data[: len(data) // 2]


def _flip(data):
    middle = data.index(b"features.npy") + 200
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [_cut, _flip, lambda data: b"", lambda data: b"junk" * 99],
    ids=["cut", "flipped", "empty", "foreign"],
)
def test_cache_computes_anew_where_a_file_is_damaged(tmp_path, damage):
    extractor, images = _Counting(), _noise(30)
    first = metrics.cached_features(images, extractor, tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    second = metrics.cached_features(images, extractor, tmp_path)
    assert extractor.calls == 2
    np.testing.assert_array_equal(first.features, second.features)
    metrics.cached_features(images, extractor, tmp_path)
    assert extractor.calls == 2


def test_cache_does_not_believe_a_file_that_was_renamed(tmp_path):
    extractor = _Counting()
    metrics.cached_features(_noise(30), extractor, tmp_path)
    (path,) = tmp_path.iterdir()
    metrics.cached_features(_noise(30, seed=1), extractor, tmp_path)
    (other,) = set(tmp_path.iterdir()) - {path}
    other.write_bytes(path.read_bytes())
    found = metrics.cached_features(_noise(30, seed=1), extractor, tmp_path)
    np.testing.assert_array_equal(found.features, extractor(_noise(30, seed=1)))


def test_a_cache_that_cannot_be_written_only_warns(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.warns(UserWarning, match="can't be cached"):
        found = metrics.cached_features(_noise(30), _Counting(), blocked)
    assert found.features.shape == (30, 4)


def test_a_new_metric_is_one_row(monkeypatch):
    monkeypatch.setitem(
        evaluation.METRICS,
        "mean_shift",
        evaluation.Score(lambda s: float(s.fake.mean() - s.real.mean())),
    )
    found = metrics.evaluate(
        _noise(30), _noise(30), extractor=_Counting(), metrics=["mean_shift"]
    )
    assert found["mean_shift"] == 0.0


def test_evaluation_inside_fit_leaves_training_alone(extractor, pictures):
    images = pictures[0]

    class Evaluate(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            evaluator = metrics.Evaluator(images[:60], extractor=extractor)
            logs["fid"] = evaluator(images[60:120])["fid"]

    def fit(*callbacks):
        keras.utils.set_random_seed(3)
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(1),
            ]
        )
        model.compile("sgd", "mse")
        x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
        history = model.fit(
            x, x[:, :1], 8, epochs=2, verbose=0, callbacks=[*callbacks]
        )
        return model.get_weights(), history.history

    measured, history = fit(Evaluate())
    plain, _ = fit()
    np.testing.assert_equal(measured, plain)
    assert len(history["fid"]) == 2
    assert history["fid"][0] > 0
