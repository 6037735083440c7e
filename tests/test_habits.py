"""What is written elsewhere is understood, or answered by what to write."""

import inspect

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import callbacks, losses
from tests import tiny

NAMES = ("T-shirt", "Coat", "Bag")


@pytest.mark.parametrize(
    "name",
    ["binary_crossentropy", "bce", keras.losses.binary_crossentropy],
    ids=["long", "short", "function"],
)
def test_the_cross_entropy_of_keras_is_the_default_loss(name):
    assert isinstance(losses.get(name), losses.NonSaturating)


@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_the_cross_entropy_is_right_for_logits_and_probabilities(
    images, activation
):
    judge = tiny.discriminator(activation=activation, dropout=0)
    gan = keras_gan.GAN(tiny.generator(), judge, seed=5)
    gan.compile(loss="binary_crossentropy")
    logs = gan.test_on_batch(images, return_dict=True)
    gan._restart_evaluation_noise()  # The noise is the same each time.
    made = gan.make((images, ()), training=False)["fake"]
    wanted = keras.losses.BinaryCrossentropy(from_logits=activation is None)
    real_scores, fake_scores = (
        judge(x, training=False) for x in (images, made)
    )
    ones, zeros = np.ones((70, 1)), np.zeros((70, 1))
    expected = wanted(ones, real_scores) + wanted(zeros, fake_scores)
    assert logs["d_loss"] == pytest.approx(float(expected), rel=1e-4)
    expected = float(wanted(ones, fake_scores))
    assert logs["g_loss"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mse", keras.losses.MeanSquaredError),
        ("mean_squared_error", keras.losses.MeanSquaredError),
        ("squared_hinge", keras.losses.SquaredHinge),
    ],
)
def test_functions_of_keras_losses_are_known_by_their_names(name, kind):
    assert type(losses.get(name).loss) is kind


@pytest.mark.parametrize(
    ("argument", "answer"),
    [
        ("optimizer", "`d_opt=keras.optimizers.Adam"),
        ("d_optimizer", "`d_opt=...`"),
        ("g_optimizer", "`g_opt=...`"),
        ("loss_fn", "`loss=...`"),
        ("g_loss_fn", r"`loss=\(d_loss, g_loss\)`"),
        ("learning_rate", ".*two optimizers"),
    ],
)
@pytest.mark.parametrize("make", [tiny.gan, tiny.cycle_gan])
def test_arguments_of_other_libraries_are_answered(make, argument, answer):
    model = make()
    kind = type(model).__name__
    with pytest.raises(
        TypeError, match=f"of {kind} .*{argument} write {answer}"
    ):
        model.compile(**{argument: None})


def test_arguments_without_a_name_are_counted():
    with pytest.raises(TypeError, match=r"of GAN .* in this order.*: 2"):
        tiny.gan().compile(None, None, None, [], 1)


def test_a_loss_in_the_place_of_an_optimizer_is_named():
    with pytest.raises(ValueError, match=r"generator's optimizer.*'hinge'"):
        tiny.gan().compile("adam", "hinge")


def public_classes():
    found = {}
    for name in keras_gan.__all__:
        module = getattr(keras_gan, name)
        for each in getattr(module, "__all__", ()):
            value = getattr(module, each)
            if isinstance(value, type):
                found[each] = value
    return found


def test_pythons_errors_name_public_classes_alone():
    classes = public_classes()
    private = set()
    for kind in classes.values():
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            owner = method.__qualname__.rpartition(".")[0]
            ours = method.__module__.startswith("keras_gan")
            spoken = name == "__init__" or name[0] != "_"
            steps = method.__module__.startswith("keras_gan.backend")
            if ours and spoken and owner and owner not in classes and not steps:
                private.add(method.__qualname__)
    assert private == set()


def test_a_missing_argument_names_no_private_class():
    with pytest.raises(TypeError, match=r"^__init__\(\) takes"):
        losses.NonSaturating(1, 2, 3)


@pytest.fixture
def named():
    gan = tiny.conditional_gan()
    gan.class_names = NAMES
    return gan


def test_classes_are_asked_for_by_name(named):
    latents = named.latents(2, seed=0)
    by_name = named.generate(latents=latents, labels=["Bag", "Coat"])
    by_number = named.generate(latents=latents, labels=[2, 1])
    np.testing.assert_array_equal(by_name, by_number)


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_names_come_in_any_sequence(named, kind):
    shown = named.show(labels=kind(["Bag", "Coat"]), seed=0)
    same = named.show(labels=[2, 1], seed=0)
    np.testing.assert_array_equal(np.asarray(shown), np.asarray(same))


def mean(real, made):
    return made.mean()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ImageSnapshot", "TensorBoard", "Evaluation"])
def test_callbacks_take_names(named, kind, images, labels, tmp_path):
    """Their pictures and numbers are those of the classes' numbers."""
    named.save(tmp_path / "gan.keras")

    def seen(folder, classes):
        if kind == "Evaluation":
            watch = callbacks.Evaluation(
                mean, images, num_samples=2, labels=classes, k=1
            )
        else:
            watch = getattr(callbacks, kind)(folder, labels=classes)
        gan = keras.saving.load_model(tmp_path / "gan.keras")
        log = gan.fit(
            images[:8], labels[:8], callbacks=[watch], verbose=0
        ).history
        pictures = [path.read_bytes() for path in folder.glob("**/*.png")]
        assert watch.get_config()["labels"] == classes
        return pictures, log.get("mean")

    by_name = seen(tmp_path / "names", ["Bag", "Coat"])
    assert by_name == seen(tmp_path / "numbers", [2, 1])
    assert kind == "TensorBoard" or any(by_name)


def test_an_unknown_name_is_refused_with_those_that_are_known(named):
    with pytest.raises(ValueError, match=r"`labels`.*'Bag'.*Received.*'Boot'"):
        named.generate(labels=["Boot"])


@pytest.mark.parametrize("labels", [["Coat"], "Coat", ["Coat", 1]])
def test_a_model_without_classes_says_so(labels):
    with pytest.raises(ValueError, match="told classes, such as Conditional"):
        tiny.gan().generate(labels=labels)


@pytest.mark.parametrize("labels", ["Coat", ["Coat", 1]])
def test_names_are_a_list_of_names(named, labels):
    with pytest.raises(ValueError, match=r"list of names, such as \['Coat'"):
        named.generate(labels=labels)


def test_names_need_to_be_told():
    with pytest.raises(ValueError, match=r"gan\.class_names = "):
        tiny.conditional_gan().generate(labels=["Coat"])


@pytest.mark.parametrize(
    "wrong", [("a", "b"), ("a", "b", "b"), (1, 2, 3), "abc"]
)
def test_names_of_classes_are_different_texts(wrong):
    with pytest.raises(ValueError, match=r"`class_names`.*3.*Received"):
        tiny.conditional_gan().class_names = wrong


def test_names_of_classes_are_saved(named, tmp_path):
    named.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.class_names == NAMES
