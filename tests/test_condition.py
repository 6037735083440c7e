"""How networks are told a class, several labels, or a number."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan.models.condition import ConditionInput, are_classes
from tests import tiny

CLASSES = tiny.CLASSES


def one_hot(labels):
    return np.eye(CLASSES, dtype="float32")[labels]


# ------------------------------------------------------------------- encoding


@pytest.mark.parametrize("given", ["index", "column", "one-hot"])
@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (ConditionInput(None), one_hot([2, 0])),
        (ConditionInput((3,)), one_hot([2, 0])),
        (ConditionInput((), "int32"), np.array([2, 0])),
        (ConditionInput((1,), "int32"), np.array([[2], [0]])),
        (ConditionInput((1,)), np.array([[2.0], [0.0]])),
    ],
    ids=["unknown", "vector", "index", "column", "number"],
)
def test_each_form_of_a_class_becomes_what_a_network_takes(
    given, taken, expected
):
    labels = {
        "index": np.array([2, 0]),
        "column": np.array([[2], [0]]),
        "one-hot": one_hot([2, 0]),
    }[given]
    encoded = taken.encode(ops.convert_to_tensor(labels), CLASSES)
    assert keras.backend.standardize_dtype(encoded.dtype) == taken.dtype
    assert np.array_equal(ops.convert_to_numpy(encoded), expected)


@pytest.mark.parametrize(
    ("shape", "given"),
    [
        ((3,), [[0.1, 70.0, 1.0], [0.0, 1.0, 1.0]]),
        ((1,), [[0.25], [0.5]]),
        ((2, 2), [[[1.0, 2.0], [3.0, 4.0]]]),
    ],
    ids=["vector", "number", "map"],
)
def test_numbers_stay_as_they_are(shape, given):
    given = np.array(given, "float32")
    tensor = ops.convert_to_tensor(given)
    encoded = ConditionInput(shape).encode(tensor, None)
    assert np.array_equal(ops.convert_to_numpy(encoded), given)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([0, 2, 1], True),
        ([[0.0], [2.0]], True),
        (one_hot([0, 2]), True),
        ([0.5, 1.0], False),
        ([[1, 1, 0]], False),
        ([[0, 0, 0]], False),
        ([[2, 0, -1]], False),
    ],
)
def test_classes_are_told_from_numbers(labels, classes):
    assert are_classes(labels) == classes


# ------------------------------------------------------------------- networks


def maker(width, first=False, names=("noise", "y"), dtype="float32", **embed):
    latents = keras.Input((tiny.LATENT,), name=names[0])
    label = keras.Input((width,), dtype=dtype, name=names[1])
    y = label
    if embed:
        y = layers.Flatten()(layers.Embedding(embed["classes"], 4)(label))
    x = layers.Dense(64, activation="tanh")(layers.Concatenate()([latents, y]))
    inputs = [label, latents] if first else [latents, label]
    return keras.Model(inputs, layers.Reshape(tiny.SHAPE)(x))


def judge(width, first=False, names=("x", "y"), dtype="float32", **embed):
    images = keras.Input(tiny.SHAPE, name=names[0])
    label = keras.Input((width,), dtype=dtype, name=names[1])
    y = label
    if embed:
        y = layers.Flatten()(layers.Embedding(embed["classes"], 4)(label))
    x = layers.Concatenate()([layers.Flatten()(images), y])
    inputs = [label, images] if first else [images, label]
    return keras.Model(inputs, layers.Dense(1)(x))


def by_name():
    generator = maker(CLASSES, names=("noise", "label"))
    discriminator = judge(CLASSES, names=("x", "label"))
    return (
        keras.Model(
            dict(zip(("noise", "label"), generator.inputs, strict=True)),
            generator.outputs[0],
        ),
        keras.Model(
            dict(zip(("x", "label"), discriminator.inputs, strict=True)),
            discriminator.outputs[0],
        ),
    )


OTHER_ORDERS = {
    "integers first": lambda: (
        maker(1, True, dtype="int32", classes=CLASSES),
        judge(1, True, dtype="int32", classes=CLASSES),
    ),
    "named labels first": lambda: (
        maker(CLASSES, True, ("z", "the_labels")),
        judge(CLASSES, True, ("x", "the_class")),
    ),
    "images are told by their shape": lambda: (
        maker(CLASSES),
        judge(CLASSES, True, ("a", "b")),
    ),
    "by name": by_name,
    "a float that is embedded": lambda: (
        maker(1, classes=CLASSES),
        judge(1, classes=CLASSES),
    ),
}


@pytest.mark.parametrize("name", OTHER_ORDERS)
def test_labels_are_found_wherever_they_are(name, images, labels, tmp_path):
    keras.utils.set_random_seed(3)
    generator, discriminator = OTHER_ORDERS[name]()
    model = keras_gan.ConditionalGAN(generator, discriminator, seed=1)
    assert (model.latent_dim, model.num_classes) == (tiny.LATENT, CLASSES)
    model.fit(images, labels, verbose=0)
    pictures = model.generate(latents=np.zeros((3, 6)), labels=[0, 1, 2])
    # The same latents for each class: only the class can make a difference.
    assert len(np.unique(pictures.reshape(3, -1), axis=0)) == 3
    model.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert np.array_equal(again.generate(4, seed=2), model.generate(4, seed=2))


class TwoArguments(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = layers.Dense(64)
        self.shaped = layers.Reshape(tiny.SHAPE)

    def call(self, latents, labels, training=False):
        return self.shaped(self.out(ops.concatenate([latents, labels], -1)))


def test_a_network_of_two_arguments_is_told_how_to_take_them():
    with pytest.raises(ValueError, match=r"\[latents, labels\].*in one list"):
        keras_gan.ConditionalGAN(
            TwoArguments(), judge(CLASSES), num_classes=CLASSES, latent_dim=6
        )


# -------------------------------------------------------------------- numbers


def measurements(count):
    random = np.random.default_rng(0)
    return np.stack(
        [random.uniform(0.1, 0.5, count), random.integers(45, 75, count)], 1
    ).astype("float32")


@pytest.mark.slow_on_tensorflow
def test_vectors_of_numbers_train_and_are_what_pictures_are_made_of(
    images, tmp_path
):
    numbers = measurements(len(images))
    model = keras_gan.ConditionalGAN(maker(2), judge(2), seed=1)
    assert model.num_classes == 2
    model.fit(images, numbers, verbose=0)
    assert model.num_classes is None
    asked_for = model.generate(latents=model.latents(3, 1), labels=numbers[:3])
    assert np.array_equal(asked_for, model.generate(3, seed=1))
    model.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.num_classes is None
    assert np.array_equal(asked_for, again.generate(3, seed=1))


@pytest.mark.parametrize("shape", [(70,), (70, 1)])
def test_one_number_trains(shape, images):
    ages = np.linspace(0.0, 1.0, 70, dtype="float32").reshape(shape)
    model = keras_gan.ConditionalGAN(maker(1), judge(1), seed=1)
    assert model.num_classes is None
    model.fit(images, ages, verbose=0)
    assert model.generate(5).shape == (5, *tiny.SHAPE)
    assert model.generate(labels=[0.1, 0.9]).shape == (2, *tiny.SHAPE)


def test_several_labels_at_once_train(images):
    labels = np.random.default_rng(0).integers(0, 2, (70, CLASSES))
    model = tiny.conditional_gan()
    model.fit(images, labels, verbose=0)
    assert model.num_classes is None


def test_numbers_are_asked_for_before_any_were_seen():
    model = keras_gan.ConditionalGAN(maker(1), judge(1))
    with pytest.raises(ValueError, match=r"labels=\.\.\."):
        model.generate(2)


def test_snapshots_of_numbers_need_no_labels(images, tmp_path):
    model = keras_gan.ConditionalGAN(maker(2), judge(2), seed=1)
    snapshot = keras_gan.callbacks.ImageSnapshot(tmp_path, num_images=4)
    numbers = measurements(len(images))
    model.fit(images, numbers, verbose=0, callbacks=[snapshot])
    assert (tmp_path / "epoch-0001.png").exists()


BAD = {
    "text": (np.array(["cat", "dog", "cow", "cat"]), "numpy.unique"),
    "objects": (np.array(["cat", 1, 2, 0], dtype=object), "numpy.unique"),
    "NaN": (np.array([0, 1, np.nan, 2]), "1 NaN"),
    "infinite": (np.array([0, 1, np.inf, 2]), "infinite"),
    "huge": (np.array([0, 1, 2, 2**63], "uint64"), r"\[0, 3\)"),
    "two ones": (np.array([[1, 1, 0]] * 4), "single 1.*row 0"),
    "no one": (one_hot([0, 1, 2, 2]) * [1, 1, 0], "single 1.*row 2"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_labels_are_named_for_networks_that_take_classes(name, images):
    labels, match = BAD[name]
    model = keras_gan.ConditionalGAN(
        maker(1, dtype="int32", classes=CLASSES),
        judge(1, dtype="int32", classes=CLASSES),
    )
    with pytest.raises(ValueError, match=match):
        model.fit(images[:4], labels, verbose=0)


def test_a_classifier_is_trained_on_classes_alone(images):
    labels = np.random.default_rng(0).uniform(size=(70, CLASSES))
    with pytest.raises(ValueError, match="single 1"):
        tiny.ac_gan().fit(images, labels, verbose=0)


# --------------------------------------------------- where names say nothing


def of_dict(main, told):
    latents, label = keras.Input((10,), name=main), keras.Input((3,), name=told)
    x = layers.Dense(64, activation="tanh")(
        layers.Concatenate()([latents, label])
    )
    made = layers.Reshape(tiny.SHAPE)(x)
    return keras.Model({main: latents, told: label}, made)


@pytest.mark.parametrize(
    ("main", "told"), [("latent", "digit"), ("z", "c"), ("noise", "cls")]
)
def test_labels_are_found_by_the_size_that_the_discriminator_says(main, told):
    model = keras_gan.ConditionalGAN(of_dict(main, told), judge(3))
    assert (model.latent_dim, model.num_classes) == (10, 3)


@pytest.mark.parametrize("settings", [{"num_classes": 3}, {"latent_dim": 10}])
def test_labels_are_found_by_the_size_that_is_given(settings):
    heads = tiny.ac_gan().discriminator
    model = keras_gan.ACGAN(maker_of_sizes(), heads, **settings)
    assert (model.latent_dim, model.num_classes) == (10, 3)


def maker_of_sizes():
    """Labels first, in a list, and no name that says so."""
    label, latents = keras.Input((3,), name="a"), keras.Input((10,), name="b")
    x = layers.Dense(64)(layers.Concatenate()([latents, label]))
    return keras.Model([label, latents], layers.Reshape(tiny.SHAPE)(x))


def test_a_dict_that_says_nothing_is_asked_for():
    heads = tiny.ac_gan().discriminator
    with pytest.raises(ValueError, match="cannot be told which input"):
        keras_gan.ACGAN(of_dict("a", "b"), heads)


# ------------------------------------------------------ subclassed networks


class Embedded(keras.Model):
    """Takes class numbers, and makes something of them as most do."""

    def __init__(self, way, score=False):
        super().__init__()
        self.embedding = layers.Embedding(3, 4) if way == "embedding" else None
        self.flat = layers.Flatten()
        self.out = layers.Dense(1 if score else 64)
        self.shaped = None if score else layers.Reshape(tiny.SHAPE)

    def call(self, inputs):
        main, labels = inputs
        if self.embedding is not None:
            told = self.flat(self.embedding(labels))
        else:
            told = ops.one_hot(labels, 3)
        x = self.out(ops.concatenate([self.flat(main), told], -1))
        return x if self.shaped is None else self.shaped(x)


@pytest.mark.parametrize("way", ["embedding", "one-hot"])
def test_subclassed_networks_may_take_class_numbers(way, images, labels):
    model = keras_gan.ConditionalGAN(
        Embedded(way), Embedded(way, True), latent_dim=4, num_classes=3, seed=1
    )
    model.compile()
    model.fit(images, labels, verbose=0)
    same = np.zeros((3, 4), "float32")
    pictures = model.generate(latents=same, labels=[0, 1, 2])
    assert len(np.unique(pictures.reshape(3, -1), axis=0)) == 3


def test_what_takes_labels_in_no_form_says_what_was_tried():
    with pytest.raises(ValueError, match=r"one-hot vectors \(n, 3\) and as"):
        keras_gan.ConditionalGAN(
            TwoArguments(), judge(CLASSES), num_classes=CLASSES, latent_dim=6
        )
