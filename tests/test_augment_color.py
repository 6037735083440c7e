"""ADA's colours, against the matrices of the paper's code."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import augment, backend
from keras_gan.augment import gradients
from tests import tiny

RNG = np.random.default_rng(11)
COLOR = ("brightness", "contrast", "luma_flip", "hue", "saturation")


def numpy(x):
    return ops.convert_to_numpy(x)


def tensor(x):
    return ops.convert_to_tensor(np.asarray(x), "float32")


def images(n=4, channels=3):
    return RNG.uniform(-0.8, 0.8, (n, 4, 4, channels)).astype("float32")


def color(*transforms, **kwargs):
    settings = {"probability": 1.0, "seed": 0, **kwargs}
    return augment.ColorAugment(transforms, **settings)


def matrix(name, uniform, normal):
    """A transform as a 4x4 matrix of (red, green, blue, 1)."""
    grey = np.array([1.0, 1.0, 1.0, 0.0]) / np.sqrt(3)
    along, one = np.outer(grey, grey), np.eye(4)
    if name == "brightness":
        one[:3, 3] = 0.2 * normal
    if name == "contrast":
        one[:3] *= 2 ** (0.5 * normal)
    if name == "luma_flip":
        one -= 2 * along * np.floor(2 * uniform)
    if name == "hue":
        angle = np.pi * (2 * uniform - 1)
        x, y, z = grey[:3]
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        # Rodrigues' formula.
        one[:3, :3] += np.sin(angle) * cross
        one[:3, :3] += (1 - np.cos(angle)) * cross @ cross
    if name == "saturation":
        rest = np.diag([1.0, 1, 1, 0]) - along
        one += (2**normal - 1) * rest
    return one


@pytest.mark.parametrize("transforms", [*((n,) for n in COLOR), COLOR], ids=str)
def test_colors_are_those_of_the_matrices(transforms):
    x = images(20)
    y = numpy(color(*transforms)(tensor(x)))
    drawn = color(*transforms).draw(tensor(x), len(transforms))
    for index, (before, after) in enumerate(zip(x, y, strict=True)):
        whole = np.eye(4)
        for name, numbers in zip(transforms, drawn, strict=True):
            uniform = numpy(numbers.uniform)[index, 0]
            normal = numpy(numbers.normal)[index, 0]
            whole = matrix(name, uniform, normal) @ whole
        expected = before @ whole[:3, :3].T + whole[:3, 3]
        np.testing.assert_allclose(after, expected, atol=2e-5)


def test_grey_images_become_what_grey_colors_become():
    x = images(10, channels=1)
    grey = numpy(color(*COLOR)(tensor(x)))
    colored = numpy(color(*COLOR)(tensor(np.repeat(x, 3, axis=-1))))
    np.testing.assert_allclose(colored, np.repeat(grey, 3, axis=-1), atol=1e-5)


@pytest.mark.parametrize("name", COLOR)
@pytest.mark.parametrize("p", [0.0, 0.3])
def test_images_are_changed_with_the_probability(name, p):
    x = images(2000)
    y = numpy(color(name, probability=p)(tensor(x)))
    changed = np.any(np.abs(y - x) > 1e-4, axis=(1, 2, 3)).mean()
    # A flip is drawn for half of those that meet it.
    share = p / 2 if name == "luma_flip" else p
    assert changed == pytest.approx(share, abs=0.04)


def test_a_value_range_is_a_change_of_units():
    x = images()
    one, other = color(*COLOR), color(*COLOR, value_range=(0, 1))
    np.testing.assert_allclose(
        numpy(one(tensor(x))),
        2 * numpy(other(tensor((x + 1) / 2))) - 1,
        atol=1e-5,
    )


def test_a_gan_gives_it_the_range_of_its_generator():
    gan = tiny.gan(augment=augment.AdaptiveAugment("bgc"))
    sigmoid = augment.get("ada-bgc", (8, 8, 1), (0.0, 1.0))
    assert gan.augment.augment[1].value_range is None
    assert sigmoid.augment[1].value_range == (0.0, 1.0)


class Critic:
    def __init__(self, score, variables):
        self.score, self.variables = score, variables

    def __call__(self, x):
        return self.score(x)


def test_the_gradient_is_that_of_finite_differences():
    x, direction, weight = images(), images(), images()
    layer, again, base = (color(*COLOR) for _ in range(3))
    gradient = backend.input_gradient(
        Critic(lambda x: layer(x) * tensor(weight), layer.variables), tensor(x)
    )
    change = numpy(again(tensor(x + direction))) - numpy(base(tensor(x)))
    expected = np.sum(change * weight)
    found = np.sum(numpy(gradient) * direction)
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_a_penalty_has_a_right_gradient():
    # D(x) = a * sum(T(x)^2), T affine: the penalty |dD/dx|^2 is quadratic in a,
    # so that a * d penalty / da = 2 * penalty.
    layer, x = color(*COLOR), tensor(images())
    scale = keras.Variable(1.5)
    seen = [scale, *layer.variables]
    critic = Critic(lambda x: scale * ops.square(layer(x)), seen)

    def objective():
        gradient = backend.input_gradient(critic, x)
        penalty = ops.sum(ops.square(gradient))
        return penalty, ops.stop_gradient(penalty)

    penalty, (slope,) = backend.value_and_grad(objective, [scale], seen)
    assert 1.5 * float(numpy(slope)) == pytest.approx(
        2 * float(numpy(penalty)), rel=1e-4
    )


def test_the_numerical_check_accepts_it():
    augment.check_gradient(color(*COLOR))
    gradients._try(color(*COLOR), (4, 4, 3))


def test_it_round_trips():
    layer = color("hue", value_range=(0, 1), seed=4)
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert copy.get_config() == layer.get_config()
