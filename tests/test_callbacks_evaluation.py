import keras
import numpy as np
import pytest
import tiny

from keras_gan import features, metrics
from keras_gan import images as pictures
from keras_gan.callbacks import Evaluation


def network():
    """Two features of an image: its mean brightness, left and right."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.AveragePooling2D((8, 4)),
            layers.Flatten(),
        ]
    )


@pytest.fixture
def extractor():
    return features.from_model(network(), name="brightness")


def evaluation(images, extractor, **kwargs):
    settings = {"num_samples": 30, "extractor": extractor, **kwargs}
    return Evaluation(["fid", "kid"], images, **settings)


def fit(model, images, callbacks, labels=None, epochs=3):
    return model.fit(
        images,
        labels,
        batch_size=16,
        epochs=epochs,
        verbose=0,
        callbacks=callbacks,
    ).history


def test_the_numbers_are_those_of_the_samples(images, extractor):
    model = tiny.gan(ema_decay=0.9)
    history = fit(model, images, [evaluation(images, extractor, seed=3)])
    made = model.generate(latents=model.latents(30, seed=3))
    real, fake = (extractor(pictures.to_uint8(each)) for each in (images, made))
    expected = metrics.frechet_distance(real, fake)
    assert history["fid"][-1] == pytest.approx(expected, rel=1e-4)
    assert len(history["kid"]) == 3


def test_between_evaluations_the_last_numbers_are_shown(images, extractor):
    evaluated = evaluation(images, extractor, every=3)
    history = fit(tiny.gan(), images, [evaluated], epochs=5)
    first, second, third, fourth, fifth = history["fid"]
    assert first == second
    assert second != third
    assert third == fourth
    assert fourth != fifth  # The last one is evaluated in any case.


def test_checkpoints_and_early_stopping_can_follow_it(
    images, extractor, tmp_path
):
    best = tmp_path / "best.keras"
    model = tiny.gan()
    model.compile(keras.optimizers.SGD(1e-8), keras.optimizers.SGD(1e-8))
    follow = {"monitor": "fid", "mode": "min"}
    history = fit(
        model,
        images,
        [
            evaluation(images, extractor),
            keras.callbacks.ModelCheckpoint(
                best, save_best_only=True, **follow
            ),
            keras.callbacks.EarlyStopping(patience=1, min_delta=1e3, **follow),
        ],
        epochs=9,
    )
    assert best.exists()
    assert len(history["fid"]) == 2


def test_classes_come_in_turn(images, labels, extractor):
    model = tiny.conditional_gan()
    callback = evaluation(images, extractor, num_samples=7)
    fit(model, images, [callback], labels, epochs=1)
    np.testing.assert_array_equal(
        callback._labels(model), [0, 1, 2, 0, 1, 2, 0]
    )


def test_training_is_the_same_with_evaluation(images, extractor):
    plain, watched = tiny.gan(), tiny.gan()
    watched.set_weights(plain.get_weights())
    fit(plain, images, [])
    fit(watched, images, [evaluation(images, extractor)])
    for one, other in zip(tiny.state(plain), tiny.state(watched), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_named_data_set_brings_its_classifier():
    callback = Evaluation("fid", "fashion_mnist_sample", split="test")
    assert isinstance(
        callback._chosen_extractor((28, 28, 1)), features.ClassifierExtractor
    )
    assert callback._real_data(None).shape == (2000, 28, 28, 1)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"metrics": "fit"}, "`metrics`"),
        ({"metrics": []}, "`metrics`"),
        ({"every": 0}, "`every`"),
        ({"num_samples": 1}, "`num_samples`"),
        ({"extractor": "inception"}, "`extractor`"),
        ({"labels": [0, 1], "num_samples": 3}, "`labels`"),
        ({"split": "validation"}, "`split`"),
        ({"metrics": ["fid", "psnr"]}, "measured by 'psnr', and"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_bad_arguments_are_refused(arguments, match):
    settings = {"metrics": "fid", "real": "fashion_mnist_sample", **arguments}
    with pytest.raises(ValueError, match=match):
        Evaluation(**settings)
