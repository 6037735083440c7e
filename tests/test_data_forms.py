"""Whatever form data come in, they train alike or are refused by a sentence."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from keras_gan.models import data_forms, ordering
from keras_gan.models.first_batch import look_at
from tests import tiny

TEXT = np.array(["a"] * 16)


@pytest.fixture(scope="module")
def plain():
    return tiny.gan()


@pytest.fixture(scope="module")
def told():
    return tiny.conditional_gan()


def looked_at(model, x, y=None):
    """All images and labels, as `unpack` gets them."""
    looked = look_at(model, x, y, 8)
    images, labels = data_forms.images_and_labels((looked.x, looked.y))
    if not hasattr(images, "shape"):
        parts = [data_forms.images_and_labels(each) for each in looked.x]
        images = np.concatenate([ops.convert_to_numpy(x) for x, _ in parts])
        if parts[0][1] is not None:
            parts = [ops.convert_to_numpy(y) for _, y in parts]
            labels = np.concatenate(parts)
    return images, labels


def seen_by(data, labels=None, **settings):
    """The images of each batch that `fit` shows to `unpack`."""
    seen = []

    class Watching(keras_gan.GAN):
        pass

    def unpack(self, data):
        real, condition = keras_gan.GAN.unpack(self, data)
        seen.append(ops.convert_to_numpy(real))
        return real, condition

    # Its module is the package's: nothing here splits batches otherwise.
    unpack.__module__ = keras_gan.GAN.__module__
    Watching.unpack = unpack
    model = Watching(*tiny.pair(), seed=1)
    model.compile(run_eagerly=True, jit_compile=False)
    model.fit(data, labels, verbose=0, **settings)
    # Before training the first batch is looked at.
    return np.concatenate(seen[1:])


def loader(images, labels, batch_size, **settings):
    torch = pytest.importorskip("torch")

    class Pictures(torch.utils.data.Dataset):
        def __len__(self):
            return len(images)

        def __getitem__(self, index):
            image = torch.from_numpy(images[index])
            if labels is None:
                return image
            return {"image": image, "label": int(labels[index]), "id": "a"}

    return torch.utils.data.DataLoader(Pictures(), batch_size, **settings)


IMAGES_ALONE = {
    "pictures": list,
    "list": lambda x: [x],
    "dict": lambda x: {"image": x},
    "text beside": lambda x: {"images": x, "id": TEXT, "label": None},
    "text labels": lambda x: (x, TEXT),
    "numbers": lambda x: x.tolist(),
    "objects": lambda x: objects(x),
    "generator": lambda x: (each for each in halves(x)),
    "generator of lists": lambda x: ([each] for each in halves(x)),
    "generator of pictures": lambda x: (list(each) for each in halves(x)),
    "generator of text": lambda x: (
        {"image": each, "id": TEXT[:8]} for each in halves(x)
    ),
    "iterator": lambda x: iter(halves(x)),
    "data set": lambda x: Batches(x),
    "data set of tensors": lambda x: Batches(x, ops.convert_to_tensor),
    "data set of lists": lambda x: Batches(x, lambda part: [part]),
    "data set of pictures": lambda x: Batches(x, list),
    "data set of text": lambda x: Batches(
        x, lambda part: {"image": part, "id": TEXT[:8]}
    ),
    "loader": lambda x: loader(x, None, 8),
    "loader by two": lambda x: loader(x, None, 2),
    "loader of text": lambda x: loader(x, np.zeros(16), 8),
    "loader of pictures": lambda x: loader(x, None, 8, collate_fn=list),
}


class Batches(keras.utils.PyDataset):
    def __init__(self, images, change=lambda part: part):
        super().__init__()
        self._images = images
        self._change = change

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return self._change(self._images[8 * index : 8 * index + 8])


def halves(images):
    return [images[:8], images[8:16]]


def objects(images):
    made = np.empty(len(images), dtype=object)
    made[:] = list(images)
    return made


@pytest.mark.parametrize("hold", IMAGES_ALONE.values(), ids=IMAGES_ALONE)
def test_images_come_in_every_form(hold, plain, images):
    found, labels = looked_at(plain, hold(images[:16]))
    np.testing.assert_array_equal(found, images[:16].astype(found.dtype))
    assert labels is None or labels.dtype.kind != "U"


IMAGES_AND_LABELS = {
    "pair": lambda x, y: ((x, y),),
    "list": lambda x, y: ([x, y.tolist()],),
    "dict": lambda x, y: ({"image": x, "label": y, "name": TEXT},),
    "dict in a tuple": lambda x, y: (({"image": x}, y),),
    "lists": lambda x, y: (list(x), list(y)),
    "loader": lambda x, y: (loader(x, y, 8),),
}


@pytest.mark.parametrize(
    "hold", IMAGES_AND_LABELS.values(), ids=IMAGES_AND_LABELS
)
def test_labels_come_in_every_form(hold, told, images, labels):
    found = looked_at(told, *hold(images[:16], labels[:16]))
    np.testing.assert_array_equal(found[0], images[:16])
    np.testing.assert_array_equal(found[1], labels[:16])


@pytest.mark.parametrize(
    "kind",
    ["dict", "generator of text", "loader of pictures", "loader of text"],
)
def test_fit_shows_every_form_to_unpack(kind, images):
    data = IMAGES_ALONE[kind](images[:16])
    steps = 2 if "generator" in kind else None
    found = seen_by(data, shuffle=False, batch_size=8, steps_per_epoch=steps)
    np.testing.assert_allclose(found, images[:16], atol=1e-6)


def test_a_dict_of_arrays_is_shuffled_as_plain_arrays_are(images, labels):
    orders = [
        seen_by(*data, batch_size=8)
        for data in (
            (images[:16], labels[:16]),
            ({"image": images[:16], "label": labels[:16]},),
        )
    ]
    np.testing.assert_array_equal(*orders)
    assert not np.array_equal(orders[0], images[:16])


def test_tf_data_with_text_beside_the_images_trains(images, labels):
    tf = pytest.importorskip("tensorflow")
    columns = {"image": images[:16], "label": labels[:16], "id": TEXT}
    data = tf.data.Dataset.from_tensor_slices(columns).batch(8)
    np.testing.assert_allclose(seen_by(data), images[:16])


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
    "folder": (lambda x: "faces/", r"'faces/'.*datasets\.load"),
    "numbers": (lambda x: (each[0, 0, 0] for each in x), "single numbers"),
    "one image": (lambda x: x[0], r"single images.*\[None\]"),
    "unbatched": (unbatched_tf_data, r"single images.*\.batch\(32\)"),
    "unbatched loader": (
        lambda x: loader(x, None, None),
        "single images.*batch_size",
    ),
    "one by one": (lambda x: (each for each in x), "single images"),
    "one by one with labels": (
        lambda x: ((each, 0) for each in x),
        "single images",
    ),
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
def test_what_cannot_be_trained_on_is_refused(make, match, plain, images):
    before = tiny.weights(plain.discriminator)
    with pytest.raises(ValueError, match=match):
        plain.fit(make(images), verbose=0)
    for was, now in zip(before, tiny.weights(plain.discriminator), strict=True):
        assert np.array_equal(was, now)


@pytest.mark.parametrize("through", ["fit", "evaluate", "train_on_batch"])
@pytest.mark.parametrize("name", ["sample_weight", "class_weight"])
def test_weights_of_samples_are_refused_by_name(name, through, plain, images):
    value = np.ones(70) if name == "sample_weight" else {0: 2.0}
    with pytest.raises(ValueError, match=f"takes no `{name}`"):
        getattr(plain, through)(images, **{name: value})


def test_an_unpack_of_the_users_own_may_use_weights(images):
    class Weighted(keras_gan.GAN):
        def unpack(self, data):
            return super().unpack(data[:2])

    model = Weighted(*tiny.pair())
    data = (images[:8], np.zeros(8), np.ones(8))
    looked = look_at(model, (data for _ in range(2)), None, None)
    assert [len(batch) for batch in looked.x] == [3, 3]


BAD = {
    "size": (lambda x, y: (x[:, :7], y), "shape"),
    "bytes": (lambda x, y: (((x + 1) * 127).astype("uint8"), y), "127"),
    "NaN": (lambda x, y: (x * np.nan, y), "finite"),
    "labels": (lambda x, y: (x, y + 1), r"\[0, 3\)"),
}


@pytest.mark.parametrize(("spoil", "match"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("where", ["dict", "validation", "validation dict"])
def test_bad_data_are_refused_wherever_they_are(
    spoil, match, where, told, images, labels
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
    with pytest.raises(ValueError, match=match):
        told.fit(*given, verbose=0, **settings)
    assert int(ops.convert_to_numpy(told.optimizer.iterations)) == 0


def test_the_part_of_a_validation_split_is_looked_at(plain, images, tmp_path):
    spoiled = images.copy()
    spoiled[-1] = np.nan
    with pytest.raises(ValueError, match=r"finite.*images\[69\]"):
        plain.fit(spoiled, validation_split=0.1, verbose=0)
    # Of a file that is mapped into memory, not all is read first.
    np.save(tmp_path / "spoiled.npy", spoiled)
    mapped = np.load(tmp_path / "spoiled.npy", mmap_mode="r")
    with pytest.raises(ValueError, match=r"`validation_split`: .*finite"):
        plain.fit(mapped, validation_split=0.1, verbose=0)


def test_a_validation_split_is_the_last_part(images, labels):
    train, rest = ordering.split({"image": images}, labels, 0.3)
    np.testing.assert_array_equal(train[0]["image"], images[:49])
    np.testing.assert_array_equal(train[1], labels[:49])
    np.testing.assert_array_equal(rest[0]["image"], images[49:])


def test_validation_data_may_be_image_batches_beside_floats(images):
    pixels = np.rint((images + 1) * 127.5).astype("uint8")
    floats = pixels / np.float32(127.5) - 1
    of_bytes = keras_gan.datasets.ImageBatches(pixels, batch_size=32)
    model = tiny.gan()
    model.compile(run_eagerly=True, jit_compile=False)
    validation = model.fit(floats, validation_data=of_bytes, verbose=0).history
    logs = model.evaluate(floats, verbose=0, return_dict=True)
    assert validation["val_d_real"][0] == pytest.approx(
        logs["d_real"], rel=1e-4
    )


@pytest.mark.parametrize("through", ["train_on_batch", "test_on_batch"])
def test_a_batch_of_another_form_is_looked_at_too(through, images):
    model = tiny.gan()
    model.compile(run_eagerly=True, jit_compile=False)
    getattr(model, through)(images)
    getattr(model, through)(list(images[:3]))
    with pytest.raises(ValueError, match="127"):
        getattr(model, through)(((images + 1) * 127).astype("uint8"))


def test_a_batch_of_no_images_is_passed_over(images):
    weights = []
    for parts in ([4, 8], [4, 4, 8, 8]):
        keras.utils.set_random_seed(0)
        gan = tiny.gan()
        batches = np.split(images[:8], parts)[:-1]
        gan.fit(iter(batches), steps_per_epoch=2, verbose=0)
        assert int(gan.optimizer.iterations) == 2
        weights.append(gan.get_weights())
    for with_all, with_none in zip(*weights, strict=True):
        np.testing.assert_array_equal(with_all, with_none)


def test_a_generator_that_ends_early_says_so(images):
    with pytest.warns(UserWarning, match="ran out of data"):
        seen_by((x for x in halves(images)), steps_per_epoch=2, epochs=2)


@pytest.mark.slow_on_tensorflow
def test_a_training_without_an_update_of_the_generator_says_so(images):
    model = tiny.wgan_gp(discriminator_steps=5)
    with pytest.warns(UserWarning, match=r"3 steps.*discriminator_steps=5"):
        model.fit(images, verbose=0)
    model.fit(images, verbose=0)


class Penalised(keras.layers.Layer):
    def call(self, x):
        self.add_loss(ops.mean(x))
        return x


@pytest.mark.parametrize("place", ["generator", "discriminator"])
def test_added_losses_warn(place):
    generator, discriminator = tiny.pair()
    if place == "generator":
        generator = keras.Sequential(
            [
                keras.Input((tiny.LATENT,)),
                Penalised(),
                keras.layers.Dense(64, activation="tanh"),
                keras.layers.Reshape(tiny.SHAPE),
            ]
        )
    else:
        inner = keras.Sequential([keras.layers.Flatten(), Penalised()])
        discriminator = keras.Sequential(
            [keras.Input(tiny.SHAPE), inner, keras.layers.Dense(1)]
        )
    with pytest.warns(UserWarning, match=r"Penalised.*add_loss is not part of"):
        keras_gan.GAN(generator, discriminator)
