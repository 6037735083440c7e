"""Each mistake is named before training starts."""

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan
from keras_gan import datasets, regularizers
from tests import tiny

NAN = float("nan")


def check(make, error, match):
    with pytest.raises(error, match=match):
        make()


def with_two_inputs():
    return keras_gan.GAN(tiny.generator(True), tiny.discriminator())


def wrong_size():
    judge = keras.Sequential(
        [keras.Input((9, 9, 1)), layers.Flatten(), layers.Dense(1)]
    )
    return keras_gan.GAN(tiny.generator(), judge)


def no_latent_dim():
    network = keras.Sequential([layers.Dense(64), layers.Reshape(tiny.SHAPE)])
    return keras_gan.GAN(network, tiny.discriminator())


def embedding_of_unknown_size():
    inputs = [keras.Input((tiny.LATENT,)), keras.Input((1,), dtype="int32")]
    x = layers.Dense(64)(inputs[0])
    generator = keras.Model(inputs, layers.Reshape(tiny.SHAPE)(x))
    images = [keras.Input(tiny.SHAPE), keras.Input((1,), dtype="int32")]
    score = layers.Dense(1)(layers.Flatten()(images[0]))
    return keras_gan.ConditionalGAN(generator, keras.Model(images, score))


CONSTRUCTORS = {
    "no network": (
        lambda: keras_gan.GAN("generator", tiny.discriminator()),
        TypeError,
        "`generator` must be a Keras model",
    ),
    "no critic": (
        lambda: keras_gan.WGANGP(tiny.generator(), None),
        TypeError,
        "`critic` must be a Keras model",
    ),
    "swapped": (
        lambda: keras_gan.GAN(tiny.discriminator(), tiny.generator()),
        ValueError,
        "swapped",
    ),
    "shapes": (wrong_size, ValueError, r"\(8, 8, 1\).*\(9, 9, 1\)"),
    "conditional generator": (with_two_inputs, ValueError, "ConditionalGAN"),
    "unconditional networks": (
        lambda: keras_gan.ConditionalGAN(*tiny.pair()),
        ValueError,
        r"\[latents, labels\]",
    ),
    "latent size unknown": (no_latent_dim, ValueError, "latent_dim=100"),
    "latent size wrong": (
        lambda: tiny.gan(latent_dim=7),
        ValueError,
        "latent_dim=7",
    ),
    "classes unknown": (
        embedding_of_unknown_size,
        ValueError,
        "num_classes=10",
    ),
    "classes wrong": (
        lambda: tiny.conditional_gan(num_classes=4),
        ValueError,
        "num_classes=4",
    ),
    "no classifier": (
        lambda: keras_gan.ACGAN(tiny.generator(True), tiny.discriminator()),
        ValueError,
        'class_logits.*conditioning="auxiliary"',
    ),
    "classifier that is told": (
        lambda: keras_gan.ACGAN(*tiny.pair(True)),
        ValueError,
        'images alone.*conditioning="auxiliary"',
    ),
    "classifier in a ConditionalGAN": (
        lambda: keras_gan.ConditionalGAN(
            tiny.generator(True), tiny.ac_gan().discriminator
        ),
        ValueError,
        "names the class ACGAN",
    ),
    "steps 0": (
        lambda: tiny.gan(discriminator_steps=0),
        ValueError,
        "discriminator_steps=0",
    ),
    "steps 1.5": (
        lambda: tiny.gan(discriminator_steps=1.5),
        ValueError,
        "discriminator_steps=1.5",
    ),
    "weight negative": (
        lambda: tiny.wgan_gp(gp_weight=-1),
        ValueError,
        "gp_weight=-1",
    ),
    "weight NaN": (
        lambda: tiny.wgan_gp(gp_weight=NAN),
        ValueError,
        "gp_weight=nan",
    ),
    "decay 1": (lambda: tiny.gan(ema_decay=1.0), ValueError, "ema_decay=1.0"),
    "unknown penalty": (
        lambda: tiny.gan(regularizer="r3"),
        ValueError,
        "regularizer='r3'",
    ),
    "penalty twice": (
        lambda: tiny.wgan_gp(regularizer=regularizers.GradientPenalty()),
        ValueError,
        "once",
    ),
}


@pytest.mark.parametrize(
    ("make", "error", "match"), CONSTRUCTORS.values(), ids=CONSTRUCTORS
)
def test_a_constructor_refuses(make, error, match):
    check(make, error, match)


def test_a_weight_of_zero_is_allowed(images):
    model = tiny.wgan_gp(gp_weight=0.0)
    logs = model.train_on_batch(images, return_dict=True)
    assert logs["gp"] == 0.0


SHARED = keras.optimizers.Adam

COMPILES = {
    "unknown loss": ({"loss": "gan"}, ValueError, "gan"),
    "no loss": ({"loss": 3}, TypeError, "loss=3"),
    "unknown optimizer": ({"d_opt": "adamm"}, ValueError, "adamm"),
    "metric by name": ({"metrics": ["fid"]}, TypeError, "update_state"),
}


@pytest.mark.parametrize(
    ("settings", "error", "match"), COMPILES.values(), ids=COMPILES
)
def test_compile_refuses(settings, error, match):
    check(lambda: tiny.gan().compile(**settings), error, match)


def test_compile_refuses_one_optimizer_for_both():
    shared = keras.optimizers.Adam()
    check(lambda: tiny.gan().compile(shared, shared), ValueError, "of its own")


def test_compile_refuses_a_network_without_weights_to_train():
    generator, discriminator = tiny.pair()
    discriminator.trainable = False
    model = keras_gan.GAN(generator, discriminator)
    check(model.compile, ValueError, "discriminator has no trainable weights")


def spoiled(images, value):
    images = images.copy()
    images[3, 2, 2, 0] = value
    return images


DATA = {
    "size": (lambda x: np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))), "Resize"),
    "channels": (lambda x: np.repeat(x, 3, -1), "channels"),
    "no channel axis": (lambda x: x[..., 0], r"images\[\.\.\., None\]"),
    "NaN": (lambda x: spoiled(x, NAN), "1 NaN"),
    "infinite": (lambda x: spoiled(x, np.inf), "infinite"),
    "uint8": (
        lambda x: ((x + 1) * 127.5).astype("uint8"),
        r"/ 127\.5 - 1",
    ),
    "bytes as floats": (lambda x: (x + 1) * 127.5, r"/ 127\.5 - 1"),
    "empty": (lambda x: x[:0], "empty"),
    "words": (lambda x: x.astype(str), "numbers"),
}


@pytest.mark.parametrize("through", ["fit", "evaluate", "train_on_batch"])
@pytest.mark.parametrize(("spoil", "match"), DATA.values(), ids=DATA)
def test_bad_images_are_refused(spoil, match, through, images):
    model = tiny.gan()
    before = tiny.weights(model.generator)
    with pytest.raises(ValueError, match=match):
        getattr(model, through)(spoil(images))
    assert all(
        np.array_equal(a, b)
        for a, b in zip(before, tiny.weights(model.generator), strict=True)
    )


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda x: x * 3, "can never match"),
        (lambda x: (x + 1) / 2, "no negative value"),
    ],
    ids=["-3..3", "0..1"],
)
def test_images_out_of_the_generators_range_warn(change, match, images):
    with pytest.warns(UserWarning, match=match):
        tiny.gan().fit(change(images), epochs=1, verbose=0)


@pytest.mark.parametrize("form", [np.asarray, dict, tuple])
def test_what_is_not_finite_is_found_in_any_image_of_an_array(form, images):
    images = np.repeat(images, 1100 // len(images) + 1, axis=0)
    images[1063, 1, 2] = np.inf
    data = {
        np.asarray: lambda: images,
        dict: lambda: {"image": images},
        tuple: lambda: (images, np.zeros(len(images), "int32")),
    }[form]()
    model = tiny.gan()
    before = tiny.weights(model.generator)
    with pytest.raises(ValueError, match=r"images\[1063\]"):
        model.fit(data, batch_size=8, verbose=0)
    for was, now in zip(before, tiny.weights(model.generator), strict=True):
        np.testing.assert_array_equal(was, now)


@pytest.mark.parametrize("through", ["fit", "evaluate"])
@pytest.mark.parametrize("size", [0, -1, 1.5, "8", True, [8]])
def test_a_batch_size_that_can_not_be_is_refused(size, through, images):
    with pytest.raises(ValueError, match=r"batch_size.*Received: batch_size="):
        getattr(tiny.gan(), through)(images, batch_size=size, verbose=0)


def test_an_unbounded_generator_takes_any_range(images):
    model = keras_gan.GAN(
        tiny.generator(activation="relu"), tiny.discriminator()
    )
    model.fit((images + 1) * 127.5, epochs=1, verbose=0)


LABELS = {
    "missing": (lambda y: None, "needs labels"),
    "too high": (lambda y: y + 1, r"\[0, 3\)"),
    "negative": (lambda y: y - 1, r"from -1"),
    "too few": (lambda y: y[:20], "equally many"),
    "fractions": (lambda y: y + 0.5, "integers"),
    "other width": (lambda y: np.eye(5)[y], r"\(n, 3\)"),
}


@pytest.mark.parametrize(("spoil", "match"), LABELS.values(), ids=LABELS)
def test_bad_labels_are_refused(spoil, match, images, labels):
    with pytest.raises(ValueError, match=match):
        tiny.conditional_gan().fit(images, spoil(labels), verbose=0)


def in_an_array(images, labels):
    return images, labels


def in_a_tensor(images, labels):
    return images, keras.ops.convert_to_tensor(labels)


def in_image_batches(images, labels):
    pixels = ((images + 1) * 127.5).astype("uint8")
    return (
        keras_gan.datasets.ImageBatches(pixels, labels, shuffle=False),
        None,
    )


@pytest.mark.parametrize("make", [tiny.conditional_gan, tiny.ac_gan])
@pytest.mark.parametrize("hold", [in_an_array, in_a_tensor, in_image_batches])
def test_labels_after_the_first_batch_are_looked_at(hold, make, images, labels):
    labels = np.concatenate([labels[:-1], [7]])
    model = make()
    before = tiny.weights(model.discriminator)
    with pytest.raises(ValueError, match=r"\[0, 3\).*from 0 to 7"):
        model.fit(*hold(images, labels), verbose=0)
    for was, now in zip(before, tiny.weights(model.discriminator), strict=True):
        assert np.array_equal(was, now)


def test_images_without_a_label_after_the_first_batch_are_refused(
    images, labels
):
    with pytest.raises(ValueError, match="70 images and 69 labels"):
        tiny.conditional_gan().fit(images, labels[:-1], verbose=0)


def test_an_empty_generator_is_refused():
    with pytest.raises(ValueError, match="empty"):
        tiny.gan().fit((x for x in ()), verbose=0)


GENERATE = {
    "labels without classes": (tiny.gan, {"labels": [0]}, "ConditionalGAN"),
    "label too high": (tiny.conditional_gan, {"labels": [3]}, r"\[0, 3\)"),
    "latents too wide": (tiny.gan, {"latents": np.zeros((2, 9))}, r"\(n, 6\)"),
    "negative": (tiny.gan, {"n": -1}, "n=-1"),
    "sizes differ": (
        tiny.conditional_gan,
        {"latents": np.zeros((2, 6)), "labels": [0]},
        "equally many",
    ),
}


@pytest.mark.parametrize(
    ("make", "settings", "match"), GENERATE.values(), ids=GENERATE
)
def test_generate_refuses(make, settings, match):
    with pytest.raises(ValueError, match=match):
        make().generate(**settings)


def critic_with(layer):
    return keras.Sequential(
        [
            keras.Input(tiny.SHAPE),
            layers.Conv2D(4, 3, padding="same"),
            layer,
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


def test_batch_normalisation_under_a_penalty_warns():
    with pytest.warns(UserWarning, match="mixes the samples"):
        keras_gan.WGANGP(
            tiny.generator(), critic_with(layers.BatchNormalization())
        )


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="the others' second derivatives are right",
)
@pytest.mark.parametrize(
    "make",
    [
        layers.LayerNormalization,
        layers.GroupNormalization,
        lambda groups=2: layers.UpSampling2D(interpolation="bilinear"),
    ],
    ids=["layer norm", "group norm", "bilinear"],
)
def test_layers_with_wrong_second_derivatives_warn(make):
    layer = make(groups=2) if make is layers.GroupNormalization else make()
    with pytest.warns(UserWarning, match="wrong second derivative"):
        keras_gan.WGANGP(tiny.generator(), critic_with(layer))


def test_activity_regularizers_warn():
    layer = layers.Dense(2, activity_regularizer="l2")
    with pytest.warns(UserWarning, match="activity regularizers"):
        keras_gan.GAN(tiny.generator(), critic_with(layer))


# ------------------------------------------------------------- whole networks


def two_heads(units):
    images = keras.Input(tiny.SHAPE)
    x = layers.Flatten()(images)
    return keras.Model(images, [layers.Dense(1)(x), layers.Dense(units)(x)])


def named_heads():
    images = keras.Input(tiny.SHAPE)
    x = layers.Flatten()(images)
    return keras.Model(images, {"score": layers.Dense(1)(x), "features": x})


def two_pictures():
    latents = keras.Input((tiny.LATENT,))
    x = layers.Dense(64, activation="tanh")(latents)
    return keras.Model(latents, [layers.Reshape(tiny.SHAPE)(x), x])


@pytest.mark.parametrize(
    ("generator", "discriminator"),
    [
        (tiny.generator, lambda: two_heads(1)),
        (tiny.generator, lambda: two_heads(3)),
        (tiny.generator, named_heads),
        (two_pictures, tiny.discriminator),
    ],
    ids=["two scores", "score and classes", "by name", "two pictures"],
)
def test_a_network_of_several_outputs_is_refused(generator, discriminator):
    with pytest.raises(ValueError, match="must have one output"):
        keras_gan.GAN(generator(), discriminator())


@pytest.mark.parametrize("frozen", [False, True])
def test_a_layer_that_both_networks_have_is_refused(frozen):
    shared = layers.Dense(64, name="both_have_me", trainable=not frozen)
    generator = keras.Sequential(
        [
            keras.Input((tiny.LATENT,)),
            layers.Dense(64),
            shared,
            layers.Reshape(tiny.SHAPE),
        ]
    )
    judge = keras.Sequential(
        [keras.Input(tiny.SHAPE), layers.Flatten(), shared, layers.Dense(1)]
    )
    with pytest.raises(ValueError, match=r"\['both_have_me'\].*clone_model"):
        keras_gan.GAN(generator, judge)


def test_layers_without_weights_may_be_shared(images):
    flat = layers.Flatten()
    generator = keras.Sequential(
        [
            keras.Input((tiny.LATENT,)),
            flat,
            layers.Dense(64, activation="tanh"),
            layers.Reshape(tiny.SHAPE),
        ]
    )
    judge = keras.Sequential([keras.Input(tiny.SHAPE), flat, layers.Dense(1)])
    keras_gan.GAN(generator, judge).fit(images, verbose=0)


def test_a_torch_module_is_told_its_wrapper():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="TorchModuleWrapper"):
        keras_gan.GAN(torch.nn.Linear(6, 64), tiny.discriminator())


def test_a_fully_convolutional_discriminator_trains(images):
    judge = keras.Sequential(
        [
            keras.Input((None, None, 1)),
            layers.Conv2D(4, 3, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Conv2D(1, 3, padding="same"),
        ]
    )
    model = keras_gan.GAN(tiny.generator(), judge, seed=1)
    history = model.fit(images, verbose=0).history
    assert np.isfinite(history["d_loss"][0])


CHANNELS_LAST = {
    "networks": lambda: keras_gan.networks.dcgan((1, 16, 16), filters=8),
    "DiffAugment": lambda: keras_gan.augment.DiffAugment("translation")(
        np.ones((2, 3, 8, 8), "float32")
    ),
    "LabelPlanes": lambda: keras_gan.layers.LabelPlanes()(
        [np.ones((2, 3, 8, 8), "float32"), np.ones((2, 2), "float32")]
    ),
    "MinibatchStdDev": lambda: keras_gan.layers.MinibatchStdDev()(
        np.ones((2, 3, 8, 8), "float32")
    ),
    "ReflectionPadding2D": lambda: keras_gan.layers.ReflectionPadding2D()(
        np.ones((2, 3, 8, 8), "float32")
    ),
    "SubPixelUpSampling2D": lambda: keras_gan.layers.SubPixelUpSampling2D()(
        np.ones((2, 4, 8, 8), "float32")
    ),
    "CropLike": lambda: keras_gan.layers.CropLike()(
        [np.ones((2, 3, 8, 8), "float32")] * 2
    ),
    "InstanceNormalization": lambda: keras_gan.layers.InstanceNormalization()(
        np.ones((2, 3, 8, 8), "float32")
    ),
}


@pytest.mark.parametrize("name", CHANNELS_LAST)
def test_channels_first_are_refused_where_they_would_be_taken_for_last(name):
    keras.config.set_image_data_format("channels_first")
    try:
        with pytest.raises(ValueError, match=f"{name}.*channels come last"):
            CHANNELS_LAST[name]()
    finally:
        keras.config.set_image_data_format("channels_last")


# ----------------------------------------------------------- between the calls


@pytest.mark.parametrize("name", ["gan.h5", "gan.HDF5"])
def test_the_older_format_of_files_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match=r"\.keras"):
        tiny.gan().save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_the_learning_rate_of_both_players_is_refused():
    model = tiny.gan()
    model.compile()
    assert not hasattr(model.optimizer, "learning_rate")
    with pytest.raises(AttributeError, match="optimizers"):
        model.optimizer.learning_rate = 1e-5


@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize("through", ["fit", "train_on_batch"])
def test_layers_frozen_after_compile_warn(player, through, images):
    model = tiny.gan()
    model.compile()
    getattr(model, player).layers[-1].trainable = False
    with pytest.warns(UserWarning, match=f"{player}.*since `compile`"):
        getattr(model, through)(images)


def test_layers_frozen_before_compile_again_do_not(images):
    model = tiny.gan()
    model.compile()
    model.generator.layers[-1].trainable = False
    model.compile()
    model.fit(images, verbose=0)


def test_compile_names_its_own_arguments():
    with pytest.raises(TypeError, match=r"d_opt and g_opt.*\['d_optimizer'\]"):
        tiny.gan().compile(d_optimizer="adam")


def test_a_classifier_by_name_is_refused_as_one():
    images = keras.Input(tiny.SHAPE)
    x = layers.Flatten()(images)
    heads = {"score": layers.Dense(1)(x), "cls": layers.Dense(3)(x)}
    with pytest.raises(ValueError, match=r"\[scores, class_logits\]"):
        keras_gan.ACGAN(tiny.generator(True), keras.Model(images, heads))


def test_two_numbers_for_each_image_warn(images):
    judge = keras.Sequential(
        [keras.Input(tiny.SHAPE), layers.Flatten(), layers.Dense(2)]
    )
    with pytest.warns(UserWarning, match="2 numbers for each image") as caught:
        keras_gan.GAN(tiny.generator(), judge, seed=1).fit(images, verbose=0)
    assert sum("2 numbers" in str(each.message) for each in caught) == 1


def test_the_spectral_normalisation_of_keras_warns():
    layer = layers.SpectralNormalization(layers.Conv2D(2, 3))
    with pytest.warns(UserWarning, match="keras_gan.layers.SpectralNorm"):
        keras_gan.GAN(tiny.generator(), critic_with(layer))


@pytest.mark.parametrize(
    ("make", "found", "match"),
    [
        (
            tiny.pix2pix,
            lambda: datasets.pairs("outlines", "test", limit=4),
            r"PairBatches\(pairs\).*Received: Pairs 'outlines' of 4 images",
        ),
        (
            tiny.cycle_gan,
            lambda: datasets.unpaired("sneakers_to_boots", "test", limit=4),
            r"UnpairedBatches\(sides\).*Received: Unpaired",
        ),
        (
            tiny.gan,
            lambda: datasets.source("digits", limit=4),
            r"ImageBatches\(source.images.*Received: Source 'digits'",
        ),
        (tiny.pix2pix, lambda: "maps/", r"datasets\.pairs, two sides by"),
    ],
    ids=["pairs", "sides", "source", "path"],
)
def test_what_says_where_data_are_is_told_how_to_be_given(make, found, match):
    check(lambda: make().fit(found(), verbose=0), ValueError, match)
