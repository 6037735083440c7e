"""Whatever form data come in, they train alike or are refused by a sentence."""

import itertools
import pickle

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from tests import tiny

BACKEND = keras.backend.backend()
TEXT = np.array(["a"] * 70)


def trained(data, make=tiny.gan, **settings):
    """The weights after an epoch in the order in which the data come."""
    keras.utils.set_random_seed(1)
    model = make()
    fit = {"epochs": 1, "verbose": 0, **settings}
    model.fit(data, **fit)
    return model.get_weights()


def alike(left, right):
    for a, b in zip(left, right, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def loader(images, labels, alone, batch_size):
    torch = pytest.importorskip("torch")

    class Pictures(torch.utils.data.Dataset):
        def __len__(self):
            return len(images)

        def __getitem__(self, index):
            image = torch.from_numpy(images[index])
            if alone:
                return image
            return {"image": image, "label": int(labels[index]), "id": "a"}

    return torch.utils.data.DataLoader(Pictures(), batch_size=batch_size)


@pytest.mark.parametrize(
    "hold",
    [
        list,
        lambda x: [x],
        lambda x: {"image": x},
        lambda x: {"images": x, "id": TEXT[: len(x)], "label": None},
        lambda x: (x, TEXT[: len(x)]),
        lambda x: x.astype("float64").tolist(),
    ],
    ids=["pictures", "list", "dict", "text beside", "text labels", "numbers"],
)
def test_images_in_memory_train_in_every_form(hold, images):
    images = images[:16]
    expected = trained(images, batch_size=8)
    alike(expected, trained(hold(images), batch_size=8))


@pytest.mark.parametrize(
    "hold",
    [
        lambda x, y: ((x, y),),
        lambda x, y: ([x, y.tolist()],),
        lambda x, y: ({"image": x, "label": y, "name": TEXT[:16]},),
        lambda x, y: (list(x), list(y)),
    ],
    ids=["pair", "list", "dict", "lists"],
)
def test_images_and_labels_in_memory_train_in_every_form(hold, images, labels):
    x, y = images[:16], labels[:16]
    runs = []
    for data in ((x, y), hold(x, y)):
        keras.utils.set_random_seed(1)
        model = tiny.conditional_gan()
        model.fit(*data, epochs=1, batch_size=8, verbose=0)
        runs.append(model.get_weights())
    alike(*runs)


def batches(images):
    return [images[:8], images[8:16]]


@pytest.mark.parametrize(
    "hold",
    [
        lambda x: (each for each in batches(x)),
        lambda x: ([each] for each in batches(x)),
        lambda x: ({"image": each, "id": TEXT[:8]} for each in batches(x)),
        lambda x: (list(each) for each in batches(x)),
        lambda x: iter(batches(x)),
        lambda x: itertools.chain(batches(x)),
    ],
    ids=["alone", "list", "dict", "pictures", "iterator", "chain"],
)
def test_generators_train_in_every_form(hold, images):
    expected = trained(images[:16], batch_size=8, shuffle=False)
    alike(expected, trained(hold(images), steps_per_epoch=2))


@pytest.mark.parametrize(
    "change",
    [
        ops.convert_to_tensor,
        lambda x: [x],
        list,
        lambda x: {"image": x, "id": TEXT[:8]},
    ],
    ids=["tensor", "list", "pictures", "dict with text"],
)
def test_py_datasets_train_in_every_form(change, images):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return change(images[8 * index : 8 * index + 8])

    expected = trained(images[:16], batch_size=8, shuffle=False)
    alike(expected, trained(Batches(), shuffle=False))


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "dict"])
@pytest.mark.parametrize("size", [2, 8])
def test_data_loaders_train_in_every_form(alone, size, images, labels):
    data = loader(images[:16], labels, alone, size)
    expected = trained(images[:16], batch_size=size, shuffle=False)
    alike(expected, trained(data))
    alike(expected, trained(pickle.loads(pickle.dumps(expected)) and data))


def test_tf_data_with_text_beside_the_images_trains(images, labels):
    tf = pytest.importorskip("tensorflow")
    columns = {"image": images[:16], "label": labels[:16], "id": TEXT[:16]}
    data = tf.data.Dataset.from_tensor_slices(columns).batch(8)
    runs = []
    for given in ((data,), (images[:16], labels[:16])):
        keras.utils.set_random_seed(1)
        model = tiny.conditional_gan()
        model.fit(*given, batch_size=None, verbose=0, shuffle=False)
        runs.append(model)
    assert all(int(each.optimizer.iterations.numpy()) for each in runs)


def unbatched_tf_data(images):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices(images)


REFUSED = {
    "other sizes": (
        lambda x: [x[0], x[1, :7]],
        r"of one shape|must have one shape.*\(7, 8, 1\)",
    ),
    "ragged": (
        lambda x: np.array([x[0], x[1, :7]], dtype=object),
        "must have one shape",
    ),
    "files": (lambda x: ["a.png", "b.png"], r"'a.png'.*datasets\.load"),
    "one image": (lambda x: x[0], r"single images.*\[None\]"),
    "unbatched": (unbatched_tf_data, r"single images.*\.batch\(32\)"),
    "unbatched loader": (
        lambda x: loader(x, TEXT, True, None),
        "single images.*batch_size",
    ),
    "one by one": (lambda x: (each for each in x), "single images"),
    "nothing": (lambda x: None, "x=None"),
    "no image column": (
        lambda x: {"pixels": x},
        r"no images.*columns \['pixels'\]",
    ),
    "empty list": (lambda x: [], "empty"),
    "weights": (lambda x: (x, x[:, 0, 0, 0], np.ones(70)), "`sample_weight`"),
    "weights in batches": (
        lambda x: ((x, x[:, 0, 0, 0], np.ones(70)) for _ in range(2)),
        "`sample_weight`",
    ),
    "four": (lambda x: (x, x, x, x), "4 arrays"),
}


@pytest.mark.parametrize(("make", "match"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_trained_on_is_refused(make, match, images):
    model = tiny.gan()
    before = tiny.weights(model.discriminator)
    with pytest.raises(ValueError, match=match):
        model.fit(make(images), verbose=0)
    for was, now in zip(before, tiny.weights(model.discriminator), strict=True):
        assert np.array_equal(was, now)


@pytest.mark.parametrize("through", ["fit", "evaluate", "train_on_batch"])
@pytest.mark.parametrize("name", ["sample_weight", "class_weight"])
def test_weights_of_samples_are_refused_by_name(name, through, images):
    value = np.ones(70) if name == "sample_weight" else {0: 2.0}
    with pytest.raises(ValueError, match=f"takes no `{name}`"):
        getattr(tiny.gan(), through)(images, **{name: value})


def test_an_unpack_of_the_users_own_may_use_weights(images):
    seen = []

    class Weighted(keras_gan.GAN):
        def unpack(self, data):
            seen.append(len(data))
            return super().unpack(data[:2])

    data = ((images[:8], np.zeros(8), np.ones(8)) for _ in range(2))
    Weighted(*tiny.pair()).fit(data, steps_per_epoch=2, verbose=0)
    assert set(seen) == {3}


BAD = {
    "size": (lambda x, y: (x[:, :7], y), "shape"),
    "bytes": (lambda x, y: (((x + 1) * 127).astype("uint8"), y), "127"),
    "NaN": (lambda x, y: (x * np.nan, y), "finite"),
    "labels": (lambda x, y: (x, y + 1), r"\[0, 3\)"),
}


@pytest.mark.parametrize(("spoil", "match"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("where", ["dict", "validation", "validation dict"])
def test_bad_data_are_refused_wherever_they_are(
    spoil, match, where, images, labels
):
    x, y = spoil(images, labels)
    given = (images, labels)
    settings = {}
    if where == "dict":
        given = ({"image": x, "label": y},)
    elif where == "validation":
        settings = {"validation_data": (x, y)}
        match = f"`validation_data`: .*{match}"
    else:
        settings = {"validation_data": {"image": x, "label": y}}
    model = tiny.conditional_gan()
    with pytest.raises(ValueError, match=match):
        model.fit(*given, verbose=0, **settings)
    assert int(ops.convert_to_numpy(model.optimizer.iterations)) == 0


def test_the_part_of_a_validation_split_is_looked_at(images):
    spoiled = images.copy()
    spoiled[-1] = np.nan
    with pytest.raises(ValueError, match="`validation_split`: .*finite"):
        tiny.gan().fit(spoiled, validation_split=0.1, verbose=0)


def test_a_validation_split_is_the_last_part(images):
    runs = []
    for settings in (
        {"x": images, "validation_split": 0.3},
        {"x": images[:49], "validation_data": images[49:]},
    ):
        keras.utils.set_random_seed(1)
        model = tiny.gan()
        runs.append(model.fit(**settings, epochs=2, verbose=0).history)
    assert runs[0] == runs[1]


def test_validation_data_may_be_image_batches_beside_floats(images):
    pixels = np.rint((images + 1) * 127.5).astype("uint8")
    floats = pixels / np.float32(127.5) - 1
    of_bytes = keras_gan.datasets.ImageBatches(pixels, batch_size=32)
    keras.utils.set_random_seed(1)
    model = tiny.gan()
    validation = model.fit(floats, validation_data=of_bytes, verbose=0).history
    logs = model.evaluate(floats, verbose=0, return_dict=True)
    assert validation["val_d_real"][0] == pytest.approx(logs["d_real"], rel=1e-4)


@pytest.mark.parametrize("through", ["train_on_batch", "test_on_batch"])
def test_a_batch_of_another_form_is_looked_at_too(through, images):
    model = tiny.gan()
    model.train_on_batch(images)
    getattr(model, through)(images)
    with pytest.raises(ValueError, match="127"):
        getattr(model, through)(((images + 1) * 127).astype("uint8"))


def test_a_list_of_pictures_is_a_batch(images):
    logs = [
        tiny.gan().test_on_batch(x, return_dict=True)
        for x in (images, list(images))
    ]
    assert logs[0] == pytest.approx(logs[1], rel=1e-6)


def test_a_generator_that_ends_early_says_so(images):
    data = (x for x in batches(images))
    with pytest.warns(UserWarning, match="ran out of data"):
        tiny.gan().fit(data, steps_per_epoch=2, epochs=2, verbose=0)


def test_a_training_without_an_update_of_the_generator_says_so(images):
    model = tiny.wgan_gp(discriminator_steps=5)
    with pytest.warns(UserWarning, match=r"3 steps.*discriminator_steps=5"):
        model.fit(images, verbose=0)
    model.fit(images, verbose=0)


def adding(kind):
    class Penalised(keras.layers.Layer):
        def call(self, x):
            kind(self, x)
            return x

    return Penalised()


@pytest.mark.parametrize("place", ["generator", "discriminator", "within"])
def test_added_losses_warn(place):
    layer = adding(lambda self, x: None)
    type(layer).call = lambda self, x: (self.add_loss(ops.mean(x)), x)[1]
    generator, discriminator = tiny.pair()
    flat = keras.layers.Flatten()
    if place == "generator":
        generator = keras.Sequential(
            [
                keras.Input((tiny.LATENT,)),
                layer,
                keras.layers.Dense(64, activation="tanh"),
                keras.layers.Reshape(tiny.SHAPE),
            ]
        )
    elif place == "discriminator":
        discriminator = keras.Sequential(
            [keras.Input(tiny.SHAPE), flat, layer, keras.layers.Dense(1)]
        )
    else:
        inner = keras.Sequential([flat, layer])
        discriminator = keras.Sequential(
            [keras.Input(tiny.SHAPE), inner, keras.layers.Dense(1)]
        )
    with pytest.warns(UserWarning, match=r"Penalised.*add_loss is not part of"):
        keras_gan.GAN(generator, discriminator)
