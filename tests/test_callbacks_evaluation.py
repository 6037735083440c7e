import keras
import numpy as np
import pytest
import tiny

import keras_gan
from keras_gan import datasets, features, metrics
from keras_gan import images as pictures
from keras_gan.callbacks import Evaluation
from keras_gan.datasets.decode import as_picture


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


def of_vectors(dim):
    """A GAN of vectors, and some to train it on."""
    layers = keras.layers
    made = keras.Sequential([keras.Input((4,)), layers.Dense(dim, "tanh")])
    judged = keras.Sequential([keras.Input((dim,)), layers.Dense(1)])
    vectors = np.cos(np.arange(48 * dim)).reshape(48, dim).astype("float32")
    return keras_gan.GAN(made, judged, seed=1), vectors


def test_vectors_that_are_pictures_are_compared_with_images(images, extractor):
    model, vectors = of_vectors(64)
    evaluated = evaluation(images, extractor, seed=3)
    history = fit(model, vectors, [evaluated], epochs=1)
    made = model.generate(latents=model.latents(30, seed=3))
    made = made.reshape(-1, 8, 8, 1)
    real, fake = (extractor(pictures.to_uint8(each)) for each in (images, made))
    expected = metrics.frechet_distance(real, fake)
    assert history["fid"][-1] == pytest.approx(expected, rel=1e-4)


def test_other_vectors_are_not_compared_with_images(images, extractor):
    model, vectors = of_vectors(7)
    with pytest.raises(ValueError, match="`real` must be an array \\(n, d\\)"):
        fit(model, vectors, [evaluation(images, extractor)], epochs=1)


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


@pytest.mark.slow
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
    assert callback._data(None).shape == (2000, 28, 28, 1)


def judged_by_pairs(targets, extractor, **kwargs):
    settings = {"extractor": extractor, **kwargs}
    return Evaluation(["psnr", "kid"], targets, **settings)


def fit_pairs(model, images, callback, epochs=1):
    model.compile(run_eagerly=True)
    pair = images[:8], images[8:16]
    return model.fit(
        *pair, epochs=epochs, verbose=0, callbacks=[callback]
    ).history


@pytest.mark.parametrize("pixels", [False, True])
def test_translated_sources_are_compared_with_their_targets(
    pixels, images, extractor
):
    model = tiny.pix2pix()
    sources, targets = images[16:22], images[22:28]
    given = pictures.to_uint8(sources) if pixels else sources
    callback = judged_by_pairs(targets, extractor, sources=given)
    history = fit_pairs(model, images, callback)
    floats = pictures.to_float(given) if pixels else given
    made, real = (
        pictures.to_uint8(each) for each in (model.translate(floats), targets)
    )
    assert history["psnr"] == [pytest.approx(metrics.psnr(real, made).mean())]
    expected = metrics.kernel_distance(extractor(real), extractor(made))
    assert history["kid"] == [pytest.approx(expected)]


def test_structure_is_compared_where_images_are_large_enough(extractor):
    sources = np.random.default_rng(0).uniform(-1, 1, (6, 16, 16, 1))
    sources = sources.astype("float32")
    model = keras_gan.Pix2Pix(
        tiny.translator(size=16), tiny.patch_judge(source=1, size=16)
    )
    callback = Evaluation(
        "ssim", -sources, sources=sources, extractor=extractor
    )
    model.compile(run_eagerly=True)
    history = model.fit(sources, -sources, verbose=0, callbacks=[callback])
    made, real = map(pictures.to_uint8, (model.translate(sources), -sources))
    expected = metrics.ssim(real, made).mean()
    assert history.history["ssim"] == [pytest.approx(expected)]


def test_no_more_sources_than_asked_for_are_compared(images, extractor):
    model = tiny.pix2pix()
    callback = judged_by_pairs(
        images[20:40], extractor, sources=images[:20], num_samples=7
    )
    history = fit_pairs(model, images, callback)
    real = pictures.to_uint8(images[20:27])
    made = pictures.to_uint8(model.translate(images[:7]))
    assert history["psnr"] == [pytest.approx(metrics.psnr(real, made).mean())]


@pytest.mark.parametrize(
    ("direction", "name"), [("ab", "kid_b"), ("ba", "kid_a")]
)
def test_a_direction_is_compared_with_the_side_it_leads_to(
    direction, name, images, extractor
):
    model = tiny.cycle_gan()
    callback = Evaluation(
        "kid",
        images[:40],
        sources=images[20:27],
        direction=direction,
        extractor=extractor,
    )
    history = fit_pairs(model, images, callback)
    made = model.translate(images[20:27], direction=direction)
    real, fake = (
        extractor(pictures.to_uint8(each)) for each in (images[:40], made)
    )
    expected = metrics.kernel_distance(real, fake)
    assert history[name] == [pytest.approx(expected)]
    assert "kid" not in history


def as_pairs(pixels, tmp_path):
    return datasets.PairBatches(pixels, flip=True, batch_size=4)


def as_folder(pixels, tmp_path):
    for side, images in zip("ab", pixels, strict=True):
        for index, image in enumerate(images):
            file = f"{side}/{index:02}.png"
            pictures.save(as_picture(image), tmp_path / "test" / file)
            pictures.save(as_picture(255 - image), tmp_path / "train" / file)
    return str(tmp_path)


def as_found(pixels, tmp_path):
    return datasets.pairs(as_folder(pixels, tmp_path), "test")


@pytest.mark.parametrize("given", [as_pairs, as_folder, as_found])
def test_data_of_pairs_bring_their_sources(given, images, extractor, tmp_path):
    pixels = [pictures.to_uint8(i) for i in (images[16:22], images[22:28])]
    model = tiny.pix2pix()
    callback = judged_by_pairs(given(pixels, tmp_path), extractor, split="test")
    expected = judged_by_pairs(pixels[1], extractor, sources=pixels[0])
    fit_pairs(model, images, callback)
    expected.set_model(model)
    expected.on_train_begin()
    assert callback.evaluate(model) == expected.evaluate(model)


@pytest.mark.parametrize("direction", ["ab", "ba"])
def test_sides_without_pairs_are_compared_in_both_directions(
    direction, images, extractor
):
    sides = [pictures.to_uint8(i) for i in (images[:7], images[7:16])]
    if direction == "ab":
        start, end = sides
    else:
        end, start = sides
    settings = {"extractor": extractor, "direction": direction}
    found = []
    model = tiny.cycle_gan()
    for real, sources in (
        (datasets.UnpairedBatches(sides), None),
        (end, datasets.UnpairedBatches(sides)),
        (end, start),
    ):
        callback = Evaluation("kid", real, sources=sources, **settings)
        callback.set_model(model)
        callback.on_train_begin()
        found.append(callback.evaluate(model))
    assert found[0] == found[1] == found[2]


def test_sources_are_found_by_their_path_in_the_size_of_the_model(
    images, extractor, tmp_path
):
    large = pictures.to_uint8(images[:6]).repeat(2, axis=1).repeat(2, axis=2)
    np.savez(tmp_path / "large.npz", images=large)
    callback = Evaluation(
        "kid",
        pictures.to_uint8(images[6:12]),
        sources=tmp_path / "large.npz",
        extractor=extractor,
    )
    callback.set_model(tiny.pix2pix())
    callback.on_train_begin()
    assert callback._translates.shape == (6, 8, 8, 1)


def test_a_named_set_of_pairs_brings_its_classifier():
    found = datasets.pairs("outlines", "test").select(limit=4)
    for real in (found, "outlines"):
        callback = Evaluation("kid", real)
        assert isinstance(
            callback._chosen_extractor((28, 28, 1)),
            features.ClassifierExtractor,
        )


def test_sides_without_pairs_have_no_metrics_of_pairs(images):
    sides = datasets.UnpairedBatches((images[:4], images[4:8]))
    for real in (sides, "sneakers_to_boots"):
        with pytest.raises(ValueError, match=r"'psnr' compare.*'kid'"):
            Evaluation("psnr", real)


def test_translated_images_that_are_not_finite_have_no_number(
    images, extractor
):
    class Broken(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            network = self.model.generator
            network.set_weights([w * np.nan for w in network.get_weights()])

    model = tiny.pix2pix(ema_decay=None)
    model.compile(run_eagerly=True)
    pixels = pictures.to_uint8(images[:6])
    callbacks = [Broken(), judged_by_pairs(pixels, extractor, sources=pixels)]
    history = model.fit(
        images[:8], images[:8], verbose=0, callbacks=callbacks
    ).history
    assert np.isnan(history["psnr"]).all()
    assert np.isnan(history["kid"]).all()


def test_an_evaluation_of_pairs_comes_back_from_its_config(images):
    pixels = pictures.to_uint8(images[:6])
    callback = Evaluation("psnr", pixels, sources=pixels, direction="ba")
    again = Evaluation.from_config(callback.get_config())
    assert again.sources.dtype == np.uint8
    np.testing.assert_array_equal(again.sources, pixels)
    assert again.direction == "ba"


@pytest.mark.parametrize(
    ("make", "arguments", "match"),
    [
        (tiny.pix2pix, {"metrics": "kid"}, r"Pix2Pix .*sources=.*None"),
        (tiny.cycle_gan, {"metrics": "kid"}, r"CycleGAN .*sources=.*None"),
        (tiny.gan, {"sources": 6}, r"`sources`.*Received: .*GAN"),
        (tiny.pix2pix, {"sources": 6, "direction": "ba"}, "one direction"),
        (tiny.pix2pix, {"sources": 5}, r"as many .*Received: 5 .*\(6, 8, 8, 1"),
        (
            tiny.pix2pix,
            {"sources": 6, "metrics": "kid", "real": np.zeros((6, 3), "f4")},
            "`real` must be images",
        ),
        (
            tiny.gan,
            {"real": datasets.PairBatches((np.zeros((2, 8, 8), "uint8"),) * 2)},
            "`real` holds images to translate",
        ),
        (tiny.gan, {"real": "outlines"}, "`sources`"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_training(
    make, arguments, match, images, extractor
):
    arguments = dict(arguments)
    if "sources" in arguments:
        arguments["sources"] = images[: arguments["sources"]]
    settings = {
        "metrics": ["psnr"],
        "real": images[:6],
        "extractor": extractor,
        **arguments,
    }
    model = make()
    model.compile(run_eagerly=True)
    targets = None if make is tiny.gan else images[:8]
    with pytest.raises(ValueError, match=match):
        model.fit(
            images[:8], targets, verbose=0, callbacks=[Evaluation(**settings)]
        )
    assert int(model.optimizer.iterations) == 0


def test_another_game_has_no_images_that_can_be_measured(images, extractor):
    class Game(keras_gan.AdversarialModel):
        pass

    judge = keras_gan.Player("judge", {"network": tiny.patch_judge()})
    callback = evaluation(images, extractor)
    callback.set_model(Game([judge]))
    with pytest.raises(ValueError, match=r"GAN, Pix2Pix or CycleGAN.*Game"):
        callback.on_train_begin()


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
        ({"metrics": ["fid", "psnr"]}, "measured by 'psnr', and.*`sources`"),
        ({"direction": "b"}, "`direction`"),
        ({"sources": [1, 2]}, "`sources`"),
        ({"sources": np.zeros((1, 8, 8, 1))}, "`sources`.*at least 2"),
        (
            {"sources": np.zeros((2, 8, 8, 1)), "labels": [0] * 10_000},
            "`labels`.*`sources`",
        ),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_bad_arguments_are_refused(arguments, match):
    settings = {"metrics": "fid", "real": "fashion_mnist_sample", **arguments}
    with pytest.raises(ValueError, match=match):
        Evaluation(**settings)
