"""Geometric augmentation, against numpy, scipy and finite differences."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import ndimage

import keras_gan
from keras_gan import augment, backend
from keras_gan.augment import gradients, resampling
from keras_gan.recipes.components import make_component
from tests import tiny

RNG = np.random.default_rng(7)
BLIT = ("flip", "quarter_turn", "integer_translation")
GENERAL = (
    "isotropic_scaling",
    "rotation",
    "anisotropic_scaling",
    "fractional_translation",
)
ALL = (*BLIT, *GENERAL)


def numpy(x):
    return ops.convert_to_numpy(x)


def tensor(x):
    return ops.convert_to_tensor(np.asarray(x), "float32")


def images(n=4, height=8, width=8, channels=3):
    shape = (n, height, width, channels)
    return RNG.uniform(-0.8, 0.8, shape).astype("float32")


def geometric(*transforms, **kwargs):
    settings = {"probability": 1.0, "seed": 0, **kwargs}
    return augment.GeometricAugment(transforms, **settings)


def maps(matrices):
    """The maps of matrices (n, 2, 3)."""
    last = np.broadcast_to([[[0.0, 0.0, 1.0]]], (len(matrices), 1, 3))
    return np.concatenate([matrices, last], axis=1)


def mirrored(image, rows, columns):
    """An image shifted by whole pixels, mirrored about its edge pixels."""
    height, width = image.shape[:2]
    padded = np.pad(
        image, ((height - 1,) * 2, (width - 1,) * 2, (0, 0)), mode="reflect"
    )
    top, left = height - 1 - rows, width - 1 - columns
    return padded[top : top + height, left : left + width]


# Resampling.


@pytest.mark.parametrize("size", [(8, 8), (5, 9)], ids=str)
def test_resampling_is_that_of_scipy(size):
    x = images(6, *size)
    matrices = RNG.normal(0.0, 1.0, (6, 2, 3)) * [1.0, 1.0, 4.0]
    y = numpy(resampling.resample(tensor(x), tensor(maps(matrices))))
    centre = (np.array(size) - 1) / 2
    rows, columns = np.indices(size)
    for image, result, matrix in zip(x, y, matrices, strict=True):
        places = np.stack([columns - centre[1], rows - centre[0], 1 + 0 * rows])
        across, down = np.tensordot(matrix, places, 1)
        places = [down + centre[0], across + centre[1]]
        for channel in range(3):
            expected = ndimage.map_coordinates(
                image[..., channel], places, order=1, mode="mirror"
            )
            np.testing.assert_allclose(
                result[..., channel], expected, atol=1e-5
            )


def test_the_identity_changes_no_bit():
    x = images(3, 5, 8)
    y = resampling.resample(tensor(x), tensor([np.eye(3)] * 3))
    np.testing.assert_array_equal(numpy(y), x)


def test_maps_one_after_the_other_are_products_of_matrices():
    one, two = (maps(RNG.normal(size=(5, 2, 3))) for _ in range(2))
    found = resampling.product(tensor(one), tensor(two))
    np.testing.assert_allclose(numpy(found), one @ two, rtol=1e-4, atol=1e-5)


# Exact transforms.


@pytest.mark.parametrize("width", [7, 8])
def test_flips_are_exact_and_meet_half_of_the_images(width):
    x = images(300, 8, width)
    y = numpy(geometric("flip")(tensor(x)))
    flipped = np.array(
        [np.array_equal(a, b[:, ::-1]) for a, b in zip(y, x, strict=True)]
    )
    np.testing.assert_array_equal(y[~flipped], x[~flipped])
    assert flipped.mean() == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("side", [7, 8])
def test_quarter_turns_are_exact_and_equally_frequent(side):
    x = images(400, side, side)
    y = numpy(geometric("quarter_turn")(tensor(x)))
    same = np.array(
        [
            [np.array_equal(a, np.rot90(b, k)) for k in range(4)]
            for a, b in zip(y, x, strict=True)
        ]
    )
    assert (same.sum(1) == 1).all()
    np.testing.assert_allclose(same.mean(0), 0.25, atol=0.07)


@pytest.mark.parametrize("transforms", [BLIT[1:2], ALL], ids=len)
def test_images_that_are_not_square_keep_their_shape(transforms):
    x = images(50, 6, 10)
    y = numpy(geometric(*transforms)(tensor(x)))
    assert y.shape == x.shape


def test_a_quarter_turn_of_a_wide_image_turns_its_middle():
    x = images(40, 6, 10)
    y = numpy(geometric("quarter_turn")(tensor(x)))
    for before, after in zip(x, y, strict=True):
        turns = [np.rot90(before[:, 2:8], k) for k in range(4)]
        assert any(np.array_equal(after[:, 2:8], turn) for turn in turns)


def test_translations_by_whole_pixels_are_exact_and_mirror_the_edge():
    x = images(200)
    layer = geometric("integer_translation", translation=0.25)
    y = numpy(layer(tensor(x)))
    seen = set()
    steps = range(-2, 3)
    for before, after in zip(x, y, strict=True):
        shifts = [
            (rows, columns)
            for rows in steps
            for columns in steps
            if np.array_equal(mirrored(before, rows, columns), after)
        ]
        assert len(shifts) == 1
        seen.add(shifts[0])
    assert {rows for rows, _ in seen} == set(steps)
    assert {columns for _, columns in seen} == set(steps)


# What the other transforms do, shown on ramps, which they keep flat.


def slopes(transforms, n=500, **kwargs):
    """By how much places move: matrices (n, 2, 3) read off the centre."""
    columns, rows = np.meshgrid(np.arange(65.0), np.arange(65.0))
    ramps = np.stack([columns - 32, rows - 32], -1)
    x = np.broadcast_to(ramps, (n, 65, 65, 2))
    y = numpy(geometric(*transforms, **kwargs)(tensor(x)))
    middle = y[:, 32, 32]
    return np.stack(
        [y[:, 32, 33] - middle, y[:, 33, 32] - middle, middle], axis=-1
    )


def test_isotropic_scaling_is_log_normal():
    found = slopes(["isotropic_scaling"])
    octaves = -np.log2(found[:, 0, 0])
    np.testing.assert_allclose(found[:, 1, 1], found[:, 0, 0], rtol=1e-4)
    np.testing.assert_allclose(found[:, 0, 1], 0.0, atol=1e-5)
    assert octaves.std() == pytest.approx(0.2, rel=0.1)
    assert octaves.mean() == pytest.approx(0.0, abs=0.03)


def test_anisotropic_scaling_keeps_areas():
    found = slopes(["anisotropic_scaling"])
    np.testing.assert_allclose(found[:, 0, 0] * found[:, 1, 1], 1.0, rtol=1e-4)
    octaves = -np.log2(found[:, 0, 0])
    assert octaves.std() == pytest.approx(0.2, rel=0.1)


def test_rotations_turn_and_change_no_size():
    found = slopes(["rotation"], rotation=20)
    np.testing.assert_allclose(np.linalg.det(found[..., :2]), 1.0, rtol=1e-4)
    np.testing.assert_allclose(found[:, 0, 0], found[:, 1, 1], atol=1e-4)
    angles = np.degrees(np.arctan2(found[:, 1, 0], found[:, 0, 0]))
    # Twice up to 20 degrees, so that the sum is a triangle up to 40.
    assert 30 < np.abs(angles).max() <= 40
    assert angles.std() == pytest.approx(40 / np.sqrt(6), rel=0.1)


def test_fractional_translations_are_normal_shares_of_the_size():
    found = slopes(["fractional_translation"], translation=0.1)
    np.testing.assert_allclose(found[..., :2], [np.eye(2)] * 500, atol=1e-4)
    assert found[:, 0, 2].std() == pytest.approx(6.5, rel=0.1)
    assert found[:, 1, 2].std() == pytest.approx(6.5, rel=0.1)


def matrix(name, size, coin, chance, uniform, normal):
    """The inverse of one transform, as the paper's code has it."""
    one = np.eye(3)
    if name == "rotation":
        chance = 1 - np.sqrt(1 - chance)
    if coin >= chance:
        return one
    if name == "flip":
        one[0, 0] = 1 - 2 * np.floor(2 * uniform[0])
    if name == "quarter_turn":
        one = turn(np.pi / 2 * np.floor(4 * uniform[0]))
    if name == "integer_translation":
        one[:2, 2] = np.round(0.125 * (2 * uniform - 1) * size)
    if name == "isotropic_scaling":
        one[:2] /= 2 ** (0.2 * normal[0])
    if name == "rotation":
        one = turn(np.pi * (2 * uniform[0] - 1))
    if name == "anisotropic_scaling":
        one[0] /= 2 ** (0.2 * normal[0])
        one[1] *= 2 ** (0.2 * normal[0])
    if name == "fractional_translation":
        one[:2, 2] = 0.125 * normal * size
    return one


def turn(angle):
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1.0]])


@pytest.mark.parametrize("p", [0.4, 1.0])
def test_the_whole_is_the_product_of_the_papers_matrices(p):
    x = images(20, 9, 6)
    y = numpy(geometric(*ALL, probability=p)(tensor(x)))
    order = [*ALL[:6], "rotation", ALL[6]]
    drawn = geometric(*ALL).draw(tensor(x), len(order))
    whole = np.broadcast_to(np.eye(3), (20, 3, 3)).copy()
    for name, numbers in zip(order, drawn, strict=True):
        coin, uniform, normal = (numpy(each) for each in numbers)
        for i in range(20):
            size = np.array([6, 9])
            whole[i] = whole[i] @ matrix(
                name, size, coin[i], p, uniform[i], normal[i]
            )
    expected = numpy(resampling.resample(tensor(x), tensor(whole)))
    np.testing.assert_allclose(y, expected, atol=2e-4)


# Probability.


@pytest.mark.parametrize("name", GENERAL)
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_images_are_changed_with_the_probability(name, p):
    x = images(1000, 4, 4, 1)
    y = numpy(geometric(name, probability=p)(tensor(x)))
    changed = np.any(y != x, axis=(1, 2, 3))
    assert changed.mean() == pytest.approx(p, abs=0.05)


def test_each_transform_is_met_by_itself():
    found = slopes(
        ["isotropic_scaling", "fractional_translation"], probability=0.5
    )
    scaled = np.abs(found[:, 0, 0] - 1) > 1e-4
    moved = np.abs(found[:, 0, 2]) > 1e-4
    for one in (True, False):
        for other in (True, False):
            share = np.mean((scaled == one) & (moved == other))
            assert share == pytest.approx(0.25, abs=0.08)


@pytest.mark.parametrize("p", [0.0, 0.4])
def test_the_adaptive_probability_takes_the_place_of_the_layers(p):
    layer = augment.AdaptiveAugment(
        geometric("rotation", probability=0.9), seed=1
    )
    x = images(800, 4, 4, 1)
    layer.build(x.shape)
    layer.probability.assign(p)
    changed = np.any(numpy(layer(tensor(x))) != x, axis=(1, 2, 3))
    assert changed.mean() == pytest.approx(p, abs=0.05)


def test_outside_training_nothing_changes():
    x = images()
    layer = augment.GeometricAugment(probability=1.0)
    np.testing.assert_array_equal(numpy(layer(tensor(x), training=False)), x)


def test_a_seed_decides_what_is_drawn():
    x = tensor(images())
    one, same, other = (
        augment.GeometricAugment(probability=1.0, seed=seed)
        for seed in (3, 3, 4)
    )
    first = numpy(one(x))
    np.testing.assert_array_equal(first, numpy(same(x)))
    assert np.any(first != numpy(other(x)))
    assert np.any(first != numpy(one(x)))


# Gradients.


class Critic:
    def __init__(self, score, variables):
        self.score, self.variables = score, variables

    def __call__(self, x):
        return self.score(x)


def test_the_gradient_is_that_of_finite_differences():
    x, direction, weight = images(), images(), images()

    def make():
        return geometric(*ALL, seed=1)

    layer = make()
    gradient = backend.input_gradient(
        Critic(lambda x: layer(x) * tensor(weight), layer.variables), tensor(x)
    )
    # The layer is linear in the image.
    expected = np.sum(numpy(make()(tensor(direction))) * weight)
    found = np.sum(numpy(gradient) * direction)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_the_gradient_of_a_penalty_is_that_of_finite_differences():
    # D(x) = sum(w * T(x)^3) / 3, penalty |dD/dx|^2, and its slope by w.
    x, weight, direction = images(), images(), images()
    layer = geometric(*ALL, seed=2)
    weights = keras.Variable(weight)

    def penalty():
        layer.seed_generator.state.assign(state)
        critic = Critic(
            lambda x: weights * layer(x) ** 3 / 3.0,
            [weights, *layer.variables],
        )
        return ops.sum(ops.square(backend.input_gradient(critic, tensor(x))))

    def objective():
        value = penalty()
        return value, ops.stop_gradient(value)

    layer(tensor(x))
    state = numpy(layer.seed_generator.state.value).copy()
    _, (gradient,) = backend.value_and_grad(
        objective, [weights], [weights, *layer.variables]
    )
    values = []
    for step in (1e-2, -1e-2):
        weights.assign(weight + step * direction)
        values.append(float(numpy(penalty())))
    expected = (values[0] - values[1]) / 2e-2
    found = np.sum(numpy(gradient) * direction)
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_the_numerical_check_accepts_it():
    augment.check_gradient(augment.GeometricAugment())
    gradients._try(geometric(*ALL), (9, 7, 3))


@pytest.mark.slow
def test_it_stands_under_a_penalty_in_a_compiled_step():
    gan = tiny.gan(
        augment=[augment.GeometricAugment(seed=1), "brightness"],
        regularizer=keras_gan.regularizers.R1(1.0),
    )
    logs = gan.fit(images(8, channels=1), batch_size=4, verbose=0).history
    assert np.isfinite(logs["r1"]).all()


# Names, sets, saving.


@pytest.mark.parametrize(
    ("name", "sets"),
    [
        ("b", [BLIT]),
        ("bg", [ALL]),
        ("bgc", [ALL, augment.ColorAugment().transforms]),
    ],
)
def test_the_papers_sets_have_names(name, sets):
    for layer in (
        augment.AdaptiveAugment(name),
        augment.get(f"ada-{name}"),
        make_component("augment", {"name": f"ada-{name}", "target": 0.5}),
    ):
        assert [each.transforms for each in layer.augment] == sets


def test_an_unknown_set_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'b', 'bg', 'bgc'"):
        augment.AdaptiveAugment("bgcfn")


def test_a_recipe_chooses_transforms():
    settings = {"name": "geometric", "transforms": ["flip", "rotation"]}
    layer = make_component("augment", settings)
    assert layer.transforms == ("flip", "rotation")


def test_a_policy_is_a_name_for_a_recipe():
    assert make_component("augment", {"name": "color"}).policy == "color"


def test_adaptive_geometry_is_saved_with_a_gan(tmp_path):
    gan = tiny.gan(augment=augment.AdaptiveAugment("bgc", seed=3))
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert loaded.augment.augment[0].transforms == ALL
    x = tensor(images(channels=1))
    for layer in (gan.augment, loaded.augment):
        layer.probability.assign(0.5)
    np.testing.assert_array_equal(
        numpy(gan.augment(x)), numpy(loaded.augment(x))
    )


def test_it_round_trips():
    layer = augment.GeometricAugment(
        ["rotation"], probability=0.2, rotation=9, scaling=0.1, seed=5
    )
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert copy.get_config() == layer.get_config()


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: augment.GeometricAugment(["spin"]), "transforms"),
        (lambda: augment.GeometricAugment(["flip", "flip"]), "each once"),
        (lambda: augment.GeometricAugment([]), "at least one"),
        (lambda: augment.GeometricAugment(rotation=200), "rotation"),
        (lambda: augment.GeometricAugment()(np.zeros((2, 5))), "n, H, W, C"),
        (
            lambda: augment.GeometricAugment()(np.zeros((2, 1, 5, 1))),
            "2x2 pixels",
        ),
    ],
    ids=["name", "twice", "none", "angle", "vectors", "thin"],
)
def test_bad_input_is_refused(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_transforms_that_are_one_text_are_refused():
    with pytest.raises(TypeError, match="list of names"):
        augment.GeometricAugment("flip,rotation")


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_half_precision_keeps_whole_pixels_whole(policy):
    layer = geometric(*BLIT, dtype=policy)
    plain = geometric(*BLIT)
    x = images(20).astype(layer.compute_dtype)
    y = layer(ops.convert_to_tensor(x))
    np.testing.assert_array_equal(
        numpy(y), numpy(plain(ops.convert_to_tensor(x)))
    )
