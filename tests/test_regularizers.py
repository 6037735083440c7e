import pickle

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend, regularizers

ABSTRACT = {"GeneratorRegularizer", "Penalty", "Regularizer"}
OF_A_FUNCTION = {"FunctionGeneratorRegularizer", "FunctionRegularizer"}
ALL = sorted(set(regularizers.__all__) - ABSTRACT - OF_A_FUNCTION - {"get"})
SLOPE = np.array([[3.0], [-4.0]], "float32")  # |slope| = 5
REAL = np.array([[0.0, 1.0], [2.0, -1.0], [0.5, 0.5]], "float32")
FAKE = np.array([[1.0, 1.0], [0.0, -2.0], [1.5, 0.0]], "float32")


def linear(x):
    return ops.matmul(ops.cast(x, "float32"), SLOPE)


def cubic(x):
    return ops.sum(x**3, axis=1, keepdims=True)


def value(regularizer, critic=linear, real=REAL, fake=FAKE):
    seed = keras.random.SeedGenerator(1)
    real, fake = ops.convert_to_tensor(real), ops.convert_to_tensor(fake)
    return float(ops.convert_to_numpy(regularizer(critic, real, fake, seed)))


@pytest.mark.parametrize(
    ("regularizer", "expected"),
    [
        (regularizers.GradientPenalty(10.0), 10 * 4**2),
        (regularizers.GradientPenalty(2.0, target=0.0), 2 * 5**2),
        (regularizers.GradientPenalty(2.0, target=7.0), 2 * 2**2),
        (regularizers.GradientPenalty(2.0, target=7.0, one_sided=True), 0),
        (regularizers.GradientPenalty(2.0, target=3.0, one_sided=True), 8),
        (regularizers.GradientPenalty(0.0), 0),
        (regularizers.DRAGAN(10.0), 10 * 4**2),
        (regularizers.R1(10.0), 10 / 2 * 5**2),
        (regularizers.R2(4.0), 4 / 2 * 5**2),
    ],
    ids=[
        "gp",
        "target 0",
        "target above",
        "one-sided below",
        "one-sided above",
        "weight 0",
        "dragan",
        "r1",
        "r2",
    ],
)
def test_a_linear_critic_has_its_slope_as_gradient(regularizer, expected):
    assert value(regularizer) == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_r1_looks_at_real_and_r2_at_fake():
    # The gradient of sum(x^3) is 3 x^2.
    def squares(x):
        return 0.5 * np.mean(np.sum((3 * x**2) ** 2, axis=1))

    assert value(regularizers.R1(1.0), cubic) == pytest.approx(
        squares(REAL), 1e-5
    )
    assert value(regularizers.R2(1.0), cubic) == pytest.approx(
        squares(FAKE), 1e-5
    )


def test_the_gradient_penalty_interpolates_with_one_share_a_sample():
    seen = []

    def critic(x):
        seen.append(ops.convert_to_numpy(ops.stop_gradient(x)))
        return linear(x)

    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2, 500, 2)).astype("float32")
    if keras.backend.backend() == "jax":
        pytest.skip("The points are traced on JAX.")
    value(regularizers.GradientPenalty(), critic, real, fake)
    share = (seen[0] - real) / (fake - real)
    np.testing.assert_allclose(share[:, 0], share[:, 1], rtol=2e-2, atol=2e-2)
    # Uniform on [0, 1], not normal: mean 1/2, standard deviation 1/sqrt(12).
    assert 0 <= share.min() <= 0.05
    assert 0.95 <= share.max() <= 1.01
    assert share.std() == pytest.approx(12**-0.5, rel=0.1)


def test_a_flat_critic_gives_no_nan_gradient():
    network = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")]
    )

    def objective():
        penalty = regularizers.GradientPenalty(1.0)(
            network,
            ops.convert_to_tensor(REAL),
            ops.convert_to_tensor(FAKE),
            keras.random.SeedGenerator(0),
        )
        return penalty, penalty

    _, gradients = backend.value_and_grad(
        objective, network.trainable_variables[:1], network.variables
    )
    assert np.isfinite(ops.convert_to_numpy(gradients[0])).all()


def test_float16_gradients_do_not_underflow():
    # Each is 3e-6, where float16 has 2 digits left.
    network = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(1, use_bias=False, dtype="mixed_float16"),
        ]
    )
    network.set_weights([np.full((2, 1), 3.1e-6, "float32")])

    class Half:
        compute_dtype = "float16"
        variables = network.variables

        def __call__(self, x):
            return network(x) * 1.0

    squared = value(regularizers.R1(2.0), Half())
    rounded = np.float16(3.1e-6).astype(float)
    assert squared == pytest.approx(2 * rounded**2, rel=1e-3)


@pytest.mark.parametrize("name", ALL)
def test_a_regularizer_round_trips(name):
    regularizer = getattr(regularizers, name)(3.0, interval=4)
    config = keras.saving.serialize_keras_object(regularizer)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(regularizer)
    assert again.get_config() == regularizer.get_config()


@pytest.mark.parametrize("name", ALL)
def test_a_regularizer_is_found_by_the_module_that_earlier_files_name(name):
    saved = keras.saving.serialize_keras_object(getattr(regularizers, name)())
    earlier = {**saved, "module": "keras_gan.regularizers"}
    again = keras.saving.deserialize_keras_object(earlier)
    assert type(again) is getattr(regularizers, name)
    assert saved["registered_name"] == f"keras_gan>{name}"


@pytest.mark.parametrize("name", regularizers.__all__)
def test_a_pickle_of_the_earlier_module_finds_its_regularizer(name):
    written = b"ckeras_gan.regularizers\n" + name.encode() + b"\n."
    assert pickle.loads(written) is getattr(regularizers, name)


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        *((name, 10.0) for name in ("gradient_penalty", "r1", "r2", "dragan")),
        ("path_length", 2.0),
    ],
)
def test_get_knows_the_names(name, weight):
    (found,) = regularizers.get(name)
    assert found.weight == weight


class Linear:
    """Images of latents by one matrix, as a penalty is given a generator."""

    def __init__(self, matrix, behind=None):
        self.matrix, self.behind = matrix, behind

    def then(self, function, seed):
        return Linear(self.matrix, function)

    def __call__(self, latents):
        images = ops.reshape(ops.matmul(latents, self.matrix), (-1, 2, 3, 1))
        return self.behind(images) if self.behind else images


def test_the_path_length_of_a_linear_generator_is_that_of_its_matrix(
    monkeypatch,
):
    random = np.random.default_rng(0)
    matrix = random.normal(size=(4, 6)).astype("float32")
    noise = random.normal(size=(5, 2, 3, 1)).astype("float32")
    monkeypatch.setattr(
        backend, "draw", lambda *args: ops.convert_to_tensor(noise)
    )
    penalty = regularizers.PathLength(3.0, decay=0.25)
    penalty.mean.assign(2.0)
    latents = ops.convert_to_tensor(random.normal(size=(5, 4)), "float32")
    seed = keras.random.SeedGenerator(0)
    found = penalty(Linear(ops.convert_to_tensor(matrix)), latents, seed)
    slopes = noise.reshape(5, 6) @ matrix.T / np.sqrt(6)
    length = np.linalg.norm(slopes, axis=1)
    mean = 2.0 + 0.25 * (length.mean() - 2.0)
    assert float(ops.convert_to_numpy(penalty.mean)) == pytest.approx(mean)
    expected = 3.0 * np.mean((length - mean) ** 2)
    assert float(ops.convert_to_numpy(found)) == pytest.approx(expected, 1e-5)


@pytest.mark.parametrize("decay", [0.0, 1.5, -1.0])
def test_an_impossible_decay_of_the_path_length_is_refused(decay):
    with pytest.raises(ValueError, match="decay="):
        regularizers.PathLength(decay=decay)


@pytest.mark.parametrize(
    "settings",
    [
        {"weight": -1.0},
        {"weight": float("nan")},
        {"weight": float("inf")},
        {"interval": 0},
        {"interval": 1.5},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ALL)
def test_impossible_settings_are_refused(name, settings):
    key = next(iter(settings))
    with pytest.raises(ValueError, match=f"{key}="):
        getattr(regularizers, name)(**settings)


@pytest.mark.parametrize(
    ("given", "error"),
    [("gp2", ValueError), (3, TypeError), (["r1", "r1"], ValueError)],
    ids=["typo", "number", "twice"],
)
def test_unknown_regularizers_are_refused(given, error):
    with pytest.raises(error):
        regularizers.get(given)
