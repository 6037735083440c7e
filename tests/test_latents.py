"""Latents: searched for, walked through, and read off the first weights."""

import io
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers, ops
from PIL import Image

import keras_gan
from keras_gan import networks
from keras_gan.latents import linear, spherical
from keras_gan.latents.distance import Distance
from keras_gan.latents.mixing import taken_styles
from keras_gan.latents.paths import through, traverse
from tests import tiny

STYLES, STYLE_DIM = 3, 5
SILENT = {"starts": 2, "verbose": False}
QUICK = {"steps": 30, **SILENT}


def linear_gan(outputs=6):
    """A generator that is one matrix; its images can be made exactly."""
    latents = keras.Input((6,))
    x = layers.Dense(outputs, use_bias=False, kernel_initializer="orthogonal")(
        latents
    )
    generator = keras.Model(latents, layers.Reshape((outputs // 2, 2, 1))(x))
    inputs = keras.Input((outputs // 2, 2, 1))
    judge = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(inputs)))
    return keras_gan.GAN(generator, judge, seed=5)


class Modulation(layers.Layer):
    """Multiplies channels by what a dense layer makes of one of the styles."""

    def __init__(self, index, channels, **kwargs):
        super().__init__(**kwargs)
        self.index = index
        self.affine = layers.Dense(channels, bias_initializer="ones")

    def build(self, input_shape):
        self.affine.build((None, input_shape[1][-1]))

    def call(self, inputs):
        x, styles = inputs
        return x * self.affine(styles[:, self.index])[:, None, None, :]


def style_generator(conditional=False):
    latents = keras.Input((tiny.LATENT,))
    inputs, x = latents, latents
    if conditional:
        inputs = [latents, keras.Input((tiny.CLASSES,))]
        x = layers.Concatenate()(inputs)
    mapping = keras.Model(
        inputs,
        layers.Dense(STYLE_DIM, activation="tanh")(x),
        name="mapping",
    )
    styles = keras.Input((STYLES, STYLE_DIM))
    x = layers.Dense(2 * 2 * 4)(ops.ones_like(styles[:, 0, :1]))
    x = layers.Reshape((2, 2, 4))(x)
    for index in range(STYLES):
        x = Modulation(index, 4)([x, styles])
        x = layers.Conv2D(4, 3, padding="same", activation="tanh")(x)
        x = layers.UpSampling2D()(x) if index < 2 else x
    image = layers.Conv2D(1, 1, activation="tanh")(x)
    synthesis = keras.Model(styles, image, name="synthesis")
    repeated = layers.RepeatVector(STYLES)(mapping(inputs))
    return keras.Model(inputs, synthesis(repeated), name="generator")


def style_gan(conditional=False, **kwargs):
    kind = keras_gan.ConditionalGAN if conditional else keras_gan.GAN
    return kind(
        style_generator(conditional),
        tiny.discriminator(conditional),
        seed=5,
        **kwargs,
    )


# ------------------------------------------------------------------------ paths


def test_a_line_has_its_middle_halfway():
    start, end = np.zeros((2, 3)), np.full((2, 3), 4.0)
    np.testing.assert_array_equal(
        linear(start, end, 3), np.stack([start, (start + end) / 2, end])
    )


def test_a_spherical_path_keeps_the_length_of_latents():
    start, end = np.eye(2, 8, dtype="float32") * 3.0
    path = spherical(start, end, 5)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), 3.0, rtol=1e-6)
    np.testing.assert_allclose(path[2, :2], 3.0 / np.sqrt(2.0), rtol=1e-6)
    np.testing.assert_allclose(path[[0, -1]], [start, end], atol=1e-6)


def test_between_opposite_latents_the_path_is_a_line():
    end = np.full(4, 2.0)
    np.testing.assert_allclose(spherical(-end, end, 3)[1], 0.0, atol=1e-6)


def test_a_closed_walk_ends_where_it_began():
    points = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    walk = through(points, 5, "spherical", closed=True)
    assert walk.shape == (3, 5, 4)
    np.testing.assert_allclose(walk[-1, -1], points[0], atol=1e-6)


def test_traversal_changes_one_dimension():
    path = traverse(np.full(4, 0.5, "float32"), 2, 3)
    expected = [[0.5, 0.5, x, 0.5] for x in (-2.0, 0.0, 2.0)]
    np.testing.assert_array_equal(path, np.array(expected, "float32"))


# --------------------------------------------------------------------- distance


def test_the_distance_is_that_of_numpy():
    rng = np.random.default_rng(0)
    made, given = rng.normal(size=(2, 5, 4, 4, 1)).astype("float32")
    weights = rng.normal(size=(16, 3)).astype("float32")
    distance = Distance(
        lambda x: ops.reshape(x, (-1, 16)) @ ops.convert_to_tensor(weights), 0.5
    )
    rms = np.sqrt(((made - given) ** 2).mean((1, 2, 3)))
    f, g = (each.reshape(5, 16) @ weights for each in (made, given))
    relative = np.linalg.norm(f - g, axis=1) / np.linalg.norm(g, axis=1)
    expected = rms + 0.5 * relative
    seen = distance.seen(given, 2)
    found = distance.each((made, given, seen), 2)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    table = distance.table((given, seen), (made, distance.seen(made, 5)))
    np.testing.assert_allclose(np.diag(table), expected, rtol=1e-5)


@pytest.mark.parametrize("size", [8, 28])
def test_differentiable_features_are_those_that_are_extracted(size):
    extractor = keras_gan.features.classifier("fashion_mnist")
    pixels = np.random.default_rng(0).integers(0, 256, (3, size, size, 1))
    if size == 8:  # Smooth, so that ways of resizing agree.
        pixels = np.linspace(0, 255, size * size).reshape(1, size, size, 1)
    pixels = pixels.astype("uint8")
    floats = ops.convert_to_tensor(pixels.astype("float32"))
    found = ops.convert_to_numpy(extractor.differentiable(floats))
    np.testing.assert_allclose(found, extractor(pixels), rtol=1e-3, atol=1e-3)


# -------------------------------------------------------------------- inversion


def test_the_latents_of_a_matrix_are_those_that_solve_it():
    gan = linear_gan()
    (kernel,) = gan.generator.get_weights()
    # Adam's steps end near the point, within a learning rate that falls to 0.
    latents = gan.latents(3, seed=7)
    found = gan.invert(gan.generate(latents=latents), steps=400, verbose=False)
    solved = np.linalg.solve(kernel.T, found.given.reshape(3, 6).T).T
    np.testing.assert_allclose(found.latents, solved, atol=2e-3)
    assert found.distances.max() < 1e-3


def test_what_a_generator_made_is_found_again():
    gan = tiny.gan(ema_decay=0.9)
    images = gan.generate(3, seed=11)
    found = gan.invert(images, steps=200, verbose=False)
    assert found.distances.max() < 0.05
    np.testing.assert_allclose(
        found.images, gan.generate(latents=found.latents), atol=1e-6
    )
    rms = np.sqrt(((found.images - images) ** 2).mean((1, 2, 3)))
    np.testing.assert_allclose(found.distances, rms, rtol=1e-4)


def test_a_search_changes_nothing_else(images):
    gan = tiny.gan_r1_ema()
    gan.compile()
    before = [each.copy() for each in tiny.state(gan)]
    gan.invert(images[:2], **QUICK)
    for one, other in zip(before, tiny.state(gan), strict=True):
        np.testing.assert_array_equal(one, other)


def test_images_are_found_one_by_one_whatever_the_batch(images):
    gan = tiny.gan()
    whole = gan.invert(images[:3], **QUICK)
    parts = gan.invert(images[:3], batch_size=2, **QUICK)
    np.testing.assert_allclose(whole.latents, parts.latents, atol=1e-3)


@pytest.mark.slow
def test_more_steps_come_closer(images):
    gan = tiny.gan()
    few, many = (
        gan.invert(images[:4], steps=steps, starts=1, verbose=False)
        for steps in (1, 60)
    )
    assert (many.distances < few.distances).all()


@pytest.mark.slow
def test_pixels_are_what_floats_are(images):
    gan = tiny.gan()
    pixels = keras_gan.images.to_uint8(images[:2])
    floats = keras_gan.images.to_float(pixels)
    one, other = (gan.invert(each, **QUICK) for each in (pixels, floats))
    np.testing.assert_array_equal(one.latents, other.latents)


def class_gan():
    """Each class is a grey value of its own; latents change little."""
    gan = tiny.conditional_gan()
    inputs = [keras.Input((tiny.LATENT,)), keras.Input((tiny.CLASSES,))]
    grey = layers.Dense(1, use_bias=False)(inputs[1])
    little = layers.Dense(1, use_bias=False)(inputs[0]) * 0.01
    image = layers.Reshape(tiny.SHAPE)(layers.RepeatVector(64)(grey + little))
    generator = keras.Model(inputs, image)
    kernel = np.array([[-0.8], [0.0], [0.8]])
    for layer in generator.layers:
        if layer.weights and layer.weights[0].shape == (tiny.CLASSES, 1):
            layer.set_weights([kernel])
    return keras_gan.ConditionalGAN(generator, gan.discriminator, seed=5)


def test_the_class_of_an_image_is_found():
    greys = np.array([0.75, -0.8, 0.05], "float32")
    images = np.broadcast_to(greys[:, None, None, None], (3, *tiny.SHAPE))
    found = class_gan().invert(images, **QUICK)
    assert found.labels.tolist() == [2, 0, 1]
    assert found.distances.max() < 0.05


def test_a_class_that_is_given_is_kept():
    images = np.full((2, *tiny.SHAPE), 0.8, "float32")
    gan = class_gan()
    found = gan.invert(images, labels=[2, 0], **QUICK)
    assert found.labels.tolist() == [2, 0]
    assert found.distances[0] < 0.1 < 1.0 < found.distances[1]
    np.testing.assert_allclose(
        found.images,
        gan.generate(latents=found.latents, labels=[2, 0]),
        atol=1e-6,
    )


@pytest.mark.slow
def test_a_generator_that_takes_class_numbers_is_inverted():
    gan = keras_gan.ConditionalGAN(
        *networks.dense(
            tiny.SHAPE,
            latent_dim=4,
            generator_units=(8,),
            discriminator_units=(8,),
            num_classes=3,
            conditioning="embedding",
        )
    )
    images = gan.generate(3, seed=1)
    found = gan.invert(images, steps=60, verbose=False)
    assert found.labels.shape == (3,)
    assert found.latents.shape == (3, 4)


def test_features_draw_the_search(images):
    inputs = keras.Input(tiny.SHAPE)
    model = keras.Model(inputs, layers.Flatten()(layers.Rescaling(1.0)(inputs)))
    extractor = keras_gan.features.from_model(model)
    gan = tiny.gan()
    found = gan.invert(images[:2], extractor=extractor, **QUICK)
    pixels = (each * 127.5 + 127.5 for each in (found.images, images[:2]))
    f, g = (each.reshape(2, -1) for each in pixels)
    relative = np.linalg.norm(f - g, axis=1) / np.linalg.norm(g, axis=1)
    rms = np.sqrt(((found.images - images[:2]) ** 2).mean((1, 2, 3)))
    np.testing.assert_allclose(found.distances, rms + relative, rtol=1e-4)


@pytest.mark.slow_on_tensorflow
def test_styles_come_closer_than_latents(images):
    gan = style_gan()
    found = gan.invert(images[:2], **QUICK)
    assert found.styles.shape == (2, STYLES, STYLE_DIM)
    by_latents = gan.generate(latents=found.latents)
    rms = np.sqrt(((by_latents - images[:2]) ** 2).mean((1, 2, 3)))
    assert (found.distances < rms).all()
    synthesis = gan.generator.get_layer("synthesis")
    np.testing.assert_allclose(
        found.images,
        ops.convert_to_numpy(synthesis(found.styles)),
        atol=1e-5,
    )


@pytest.mark.slow
def test_points_are_inverted_too():
    gan = keras_gan.GAN(
        *networks.dense(
            (2,),
            latent_dim=3,
            generator_units=(8,),
            discriminator_units=(8,),
            output_activation=None,
        )
    )
    found = gan.invert(gan.generate(5, seed=3), steps=100, verbose=False)
    assert found.distances.max() < 0.05
    with pytest.raises(ValueError, match="Pictures have the shape"):
        found.grid()


@pytest.mark.parametrize(
    ("verbose", "lines"), [(0, 0), (1, 1), (2, 1), (False, 0), (True, 1)]
)
def test_progress_is_shown_in_one_line(verbose, lines, images, capsys):
    tiny.gan().invert(images[:1], steps=2, verbose=verbose)
    assert capsys.readouterr().out.count("distance") == lines


def test_the_picture_has_given_images_above_those_found(images, tmp_path):
    gan = tiny.gan()
    found = gan.invert(images[:3], **QUICK)
    picture = np.asarray(found.grid(columns=2))
    scale = round(56 / 8)
    # Two rows of pairs: given, found, given, found.
    assert picture.shape == (4 * (8 * scale + 2) + 2, 2 * (8 * scale + 2) + 2)
    cell = picture[2 : 2 + 8 * scale : scale, 2 : 2 + 8 * scale : scale]
    np.testing.assert_array_equal(
        cell, keras_gan.images.to_uint8(images[0])[..., 0]
    )
    assert found.save(tmp_path / "both.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": np.zeros((2, 9, 8, 1))}, r"of the shape.*\(n, 8, 8, 1\)"),
        ({"images": np.full((1, 8, 8, 1), np.nan)}, "finite"),
        ({"images": np.full((1, 8, 8, 1), 200.0)}, "uint8 pixels, or floats"),
        ({"labels": [1, 2]}, "not conditional"),
        ({"space": "styles"}, "no styles"),
        ({"space": "w"}, "one of"),
        ({"steps": 0}, "`steps`"),
        ({"starts": 513}, "`starts`"),
        ({"learning_rate": 0.0}, "`learning_rate`"),
    ],
)
def test_what_cannot_be_inverted_is_said(images, arguments, message):
    with pytest.raises(ValueError, match=message):
        tiny.gan().invert(
            **{"images": images[:2], "verbose": False, **arguments}
        )


def test_an_extractor_with_a_function_of_arrays_is_refused(images):
    inputs = keras.Input(tiny.SHAPE)
    model = keras.Model(inputs, layers.Flatten()(inputs))
    extractor = keras_gan.features.from_model(model, preprocess=lambda x: x)
    with pytest.raises(ValueError, match="`preprocess`"):
        tiny.gan().invert(images[:1], extractor=extractor, verbose=False)


# ------------------------------------------------------------------------ walks


def halves():
    """An extractor of the mean brightness of an image's two columns."""
    pixels = keras.Input((3, 2, 1))
    x = layers.Flatten()(layers.AveragePooling2D((3, 1))(pixels))
    return keras_gan.features.from_model(keras.Model(pixels, x), name="halves")


def test_a_path_length_is_the_slope_of_the_walks():
    gan, n = linear_gan(), 40
    gan.pixel_range = (-1.0, 1.0)
    found = gan.path_length(halves(), n, seed=4, batch_size=16)
    one, other = np.split(gan.latents(2 * n, 4).astype("float64"), 2)
    share = np.random.default_rng(4).uniform(0.0, 0.999, n)[:, None] + 5e-4
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    angle = np.arccos((one * other).sum(1) / lengths)[:, None]
    # The derivative of the walk, and what a matrix makes of it.
    slope = np.cos(share * angle) * other - np.cos((1 - share) * angle) * one
    slope *= angle / np.sin(angle)
    kernel = gan.generator.layers[1].get_weights()[0]
    columns = (slope @ kernel).reshape(n, 3, 2).mean(1) * 127.5
    assert found == pytest.approx((columns**2).sum(1).mean(), rel=1e-3)


def test_a_generator_that_always_makes_the_same_has_no_path_length():
    gan = style_gan()
    gan.generator.get_layer("mapping").layers[-1].set_weights(
        [np.zeros((tiny.LATENT, STYLE_DIM)), np.ones(STYLE_DIM)]
    )
    extractor = keras_gan.features.classifier("fashion_mnist")
    for space in ("latents", "styles"):
        assert gan.path_length(extractor, 20, space=space) == 0.0


def test_many_searches_do_not_make_tensorflow_warn(caplog):
    gan = tiny.gan()
    images = gan.generate(2, seed=0)
    for _ in range(8):
        gan.invert(images, steps=1, starts=1, verbose=False)
    assert "retracing" not in caplog.text


@pytest.mark.slow_on_tensorflow
def test_what_is_found_is_shown_in_a_line():
    gan = tiny.style_gan()
    found = gan.interpolate(2, steps=3, seed=0)
    assert f"images=<float32 {found.images.shape}>" in repr(found)
    several = [found, gan.directions(2), gan.mix_styles(2, 2, seed=0)]
    several.append(gan.invert(found.images[0], **QUICK))
    for each in several:
        assert repr(each).startswith(f"{type(each).__name__}(")
        assert len(repr(each)) < 400
        assert "\n" not in repr(each)


@pytest.mark.slow_on_tensorflow
def test_a_notebook_shows_pictures():
    gan = tiny.style_gan()
    walk = gan.interpolate(2, steps=3, seed=0)
    several = [walk, gan.mix_styles(2, 2, seed=0)]
    several.append(gan.invert(walk.images[0], **QUICK))
    for each in several:
        grid = each.strip() if each is walk else each.grid()
        with Image.open(io.BytesIO(each._repr_png_())) as shown:
            np.testing.assert_array_equal(np.asarray(shown), np.asarray(grid))


def test_a_notebook_shows_what_is_no_picture_as_a_line():
    walk = tiny.style_gan().interpolate(2, steps=3, seed=0)
    points = replace(walk, images=np.zeros((1, 3, 5), "float32"))
    assert points._repr_png_() is None


def test_latents_of_a_generator_of_models_have_directions():
    """Its first layer, the mapping, is a model that latents are given to."""
    gan = tiny.style_gan()
    found = gan.directions(2, space="latents")
    mapping = gan.generator.get_layer("mapping")
    first = next(each for each in mapping.layers if each.weights)
    kernel = ops.convert_to_numpy(first.kernel)
    left, stretched, _ = np.linalg.svd(kernel)
    for number in range(2):
        vector = np.ravel(found.vectors[number])
        vector = vector / np.linalg.norm(vector)
        assert abs(vector @ left[:, number]) == pytest.approx(1.0, abs=1e-4)
    assert stretched[0] > stretched[1]


def test_path_lengths_of_styles_are_those_of_lines_between_them():
    gan, extractor = style_gan(), keras_gan.features.classifier("fashion_mnist")
    found = gan.path_length(extractor, 30, seed=1, epsilon=0.01)
    mapping = gan.generator.get_layer("mapping")
    synthesis = gan.generator.get_layer("synthesis")
    one, other = np.split(mapping.predict(gan.latents(60, 1), verbose=0), 2)
    shares = np.random.default_rng(1).uniform(0.0, 0.99, 30)[:, None]
    seen = []
    for share in (shares, shares + 0.01):
        styles = np.repeat((one + share * (other - one))[:, None], STYLES, 1)
        pixels = (synthesis.predict(styles, verbose=0) + 1.0) * 127.5
        features = extractor.differentiable(ops.convert_to_tensor(pixels))
        seen.append(ops.convert_to_numpy(features))
    expected = np.square(seen[1] - seen[0]).sum(1).mean() / 0.01**2
    assert found == pytest.approx(expected, rel=1e-2)


def test_all_classes_take_turns_on_the_paths():
    gan = class_gan()
    extractor = keras_gan.features.classifier("fashion_mnist")
    assert gan.path_length(extractor, 20, seed=0) > 0.0


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"extractor": "fid"}, TypeError, "an extractor of keras_gan.features"),
        ({"n": 0}, ValueError, "`n` must"),
        ({"epsilon": 1.0}, ValueError, "`epsilon` must"),
        ({"space": "styles"}, ValueError, "no styles"),
    ],
)
def test_what_has_no_path_length_is_said(arguments, error, match):
    given = {"extractor": halves(), **arguments}
    with pytest.raises(error, match=match):
        linear_gan().path_length(given.pop("extractor"), **given)


def test_a_walk_begins_and_ends_at_its_images():
    gan = tiny.gan()
    walk = gan.interpolate(3, steps=4, seed=2)
    assert walk.images.shape == (2, 4, *tiny.SHAPE)
    ends = gan.generate(3, seed=2)
    np.testing.assert_allclose(walk.images[:, 0], ends[:2], atol=1e-6)
    np.testing.assert_allclose(walk.images[:, -1], ends[1:], atol=1e-6)


def test_latents_are_walked_through_on_the_sphere():
    gan = tiny.gan()
    start, end = gan.latents(2, seed=2)
    walk = gan.interpolate(2, steps=5, seed=2)
    np.testing.assert_allclose(walk.points[0], spherical(start, end, 5))
    straight = gan.interpolate(2, steps=5, seed=2, method="linear")
    np.testing.assert_allclose(straight.points[0], linear(start, end, 5))


def test_each_point_of_a_walk_has_its_class():
    gan = tiny.conditional_gan()
    walk = gan.interpolate(steps=2, latents=gan.latents(3, 0), labels=[2, 0, 1])
    expected = gan.generate(latents=walk.points[1], labels=[0, 0])
    np.testing.assert_allclose(walk.images[1], expected, atol=1e-6)


def test_styles_are_walked_through_on_a_line():
    gan = style_gan(conditional=True)
    latents = gan.latents(2, seed=1)
    walk = gan.interpolate(latents=latents, labels=[0, 2], steps=3)
    mapping = gan.generator.get_layer("mapping")
    made = ops.convert_to_numpy(mapping([latents, np.eye(3)[[0, 2]]]))
    np.testing.assert_allclose(
        walk.points[0, 1], np.tile(made.mean(0), (STYLES, 1)), atol=1e-5
    )
    np.testing.assert_allclose(
        walk.images[0, [0, -1]],
        gan.generate(latents=latents, labels=[0, 2]),
        atol=1e-5,
    )


def test_walks_go_between_styles_of_the_users_own():
    gan = style_gan()
    styles = np.random.default_rng(0).normal(size=(2, STYLES, STYLE_DIM))
    walk = gan.interpolate(styles=styles, steps=2)
    made = gan.generator.get_layer("synthesis")(styles.astype("float32"))
    np.testing.assert_allclose(
        walk.images[0], ops.convert_to_numpy(made), atol=1e-5
    )


def test_a_film_has_each_image_once(tmp_path):
    walk = tiny.gan().interpolate(3, steps=4, seed=0)
    with Image.open(walk.save(tmp_path / "walk.gif")) as film:
        # Two rows of four that share an image.
        assert film.n_frames == 7
    with Image.open(walk.save(tmp_path / "walk.png")) as strip:
        assert strip.size == (4 * (56 + 2) + 2, 2 * (56 + 2) + 2)


def test_rows_that_move_together_go_forth_and_back(tmp_path):
    walk = tiny.gan().traverse(np.ones(tiny.LATENT), 2, steps=5, seed=0)
    assert len(list(walk.frames())) == 5 + 3


def test_without_ffmpeg_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("keras_gan._mp4.find_spec", lambda name: None)
    walk = tiny.gan().interpolate(2, steps=2, seed=0)
    with pytest.raises(
        ValueError, match=r"pip install imageio-ffmpeg"
    ) as error:
        walk.save(tmp_path / "walk.mp4")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_ffmpeg_gets_all_frames(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nfor last; do :; done\ncat > "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    walk = tiny.gan().interpolate(2, steps=3, seed=0)
    path = walk.save(tmp_path / "walk.mp4")
    frames = list(walk.frames())
    expected = b"".join(each.convert("RGB").tobytes() for each in frames)
    assert path.read_bytes() == expected


def test_what_ffmpeg_cannot_do_is_said(tmp_path, monkeypatch):
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\ncat > /dev/null\necho no x264 >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    walk = tiny.gan().interpolate(2, steps=2, seed=0)
    with pytest.raises(ValueError, match="no x264"):
        walk.save(tmp_path / "walk.mp4")
    assert not (tmp_path / "walk.mp4").exists()


def test_points_have_no_strip():
    gan = keras_gan.GAN(
        *networks.dense(
            (2,), latent_dim=3, generator_units=(4,), discriminator_units=(4,)
        )
    )
    walk = gan.interpolate(2, steps=3, seed=0)
    assert walk.images.shape == (1, 3, 2)
    with pytest.raises(ValueError, match="Pictures have the shape"):
        walk.strip()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 1}, "at least 2 points"),
        ({"n": 3, "latents": np.zeros((2, tiny.LATENT))}, "as many"),
        ({"styles": np.zeros((2, 3, 5))}, "no styles"),
        ({"labels": 1}, "not conditional"),
        ({"method": "cubic"}, "`method`"),
        ({"steps": 1}, "`steps`"),
    ],
)
def test_what_cannot_be_walked_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        tiny.gan().interpolate(**arguments)


# ------------------------------------------------------------------- directions


def test_directions_are_the_singular_vectors_of_the_first_kernel():
    gan = tiny.gan()
    kernel = gan.generator.layers[1].get_weights()[0]
    found = gan.directions(tiny.LATENT)
    left, values, _ = np.linalg.svd(kernel.astype("float64"))
    np.testing.assert_allclose(found.strengths, values, rtol=1e-5)
    np.testing.assert_allclose(
        np.abs((found.vectors * left.T).sum(1)), 1.0, rtol=1e-5
    )


def test_a_label_beside_the_latents_is_no_direction():
    gan = tiny.conditional_gan()
    dense = next(x for x in gan.generator.layers if "dense" in x.name)
    kernel = dense.get_weights()[0][: tiny.LATENT]
    found = gan.directions(2)
    assert found.vectors.shape == (2, tiny.LATENT)
    np.testing.assert_allclose(
        found.strengths, np.linalg.svd(kernel)[1][:2], rtol=1e-5
    )


def effects(gan, layer_output):
    """What each latent number alone changes, by calling the network."""
    inputs = gan.generator.inputs
    until = keras.Model(inputs, layer_output)
    points = np.concatenate(
        [np.zeros((1, gan.latent_dim)), np.eye(gan.latent_dim)]
    )
    made = ops.convert_to_numpy(until([points.astype("float32")]))
    return (made[1:] - made[:1]).reshape(4, -1)


def first_layer_gan(first):
    latents = keras.Input((4,))
    x = layers.Reshape((1, 1, 4))(latents)
    x = first(x)
    generator = keras.Model(latents, layers.Activation("tanh")(x))
    inputs = keras.Input(generator.output_shape[1:])
    judge = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(inputs)))
    return keras_gan.GAN(generator, judge), x


@pytest.mark.parametrize(
    "first",
    [
        lambda: layers.Conv2DTranspose(3, 4),
        lambda: layers.Conv2D(3, 1),
        lambda: keras.Sequential([keras.Input((1, 1, 4)), layers.Dense(3)]),
        lambda: keras_gan.layers.SpectralNormalization(layers.Dense(3)),
    ],
    ids=["transposed", "convolution", "nested", "wrapped"],
)
def test_directions_see_what_the_first_layer_does(first):
    gan, x = first_layer_gan(first())
    _, values, _ = np.linalg.svd(effects(gan, x).astype("float64"))
    found = gan.directions(3).strengths
    # Spectral normalisation divides all of them by one number.
    np.testing.assert_allclose(
        found / found[0], values[:3] / values[0], rtol=1e-4
    )


@pytest.mark.parametrize(
    "name",
    [
        "r3gan",
        *(
            pytest.param(each, marks=pytest.mark.slow)
            for each in ("dcgan", "residual", "resize_conv")
        ),
    ],
)
def test_the_networks_of_the_package_show_their_directions(name):
    small = {"latent_dim": 3, "seed": 0}
    if name == "resize_conv":
        small |= {
            "start_filters": 2,
            "discriminator_filters": (2, 2),
            "discriminator_kernel_sizes": (3, 3),
        }
    else:
        small["filters"] = 2
    pair = getattr(networks, name)((8, 8, 1), **small)
    assert keras_gan.GAN(*pair).directions(3).vectors.shape == (3, 3)


def test_the_directions_of_styles_are_those_of_all_modulations():
    gan = style_gan()
    synthesis = gan.generator.get_layer("synthesis")
    kernels = [
        each.affine.get_weights()[0]
        for each in synthesis.layers
        if isinstance(each, Modulation)
    ]
    joined = np.concatenate(kernels, axis=1).astype("float64")
    found = gan.directions(3)
    assert found.space == "styles"
    np.testing.assert_allclose(
        found.strengths, np.linalg.svd(joined)[1][:3], rtol=1e-5
    )


def test_a_subclassed_generator_shows_no_directions():
    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(64)
            self.shape = layers.Reshape(tiny.SHAPE)

        def call(self, latents):
            return self.shape(self.dense(latents))

    gan = keras_gan.GAN(Subclassed(), tiny.discriminator(), latent_dim=3)
    with pytest.raises(ValueError, match="subclassed"):
        gan.directions()


def test_there_are_no_more_directions_than_numbers():
    with pytest.raises(ValueError, match=r"`n`.*at most 6"):
        tiny.gan().directions(7)


def test_the_middle_of_a_traversal_has_not_moved():
    gan = tiny.gan()
    walk = gan.traverse([0, 2, 0, 0, 0, 0], 2, reach=1.5, steps=3, seed=4)
    np.testing.assert_allclose(
        walk.images[:, 1], gan.generate(2, seed=4), atol=1e-6
    )
    moved = walk.points - walk.points[:, 1:2]
    expected = np.zeros((2, 3, 6))
    expected[:, :, 1] = [-1.5, 0.0, 1.5]
    np.testing.assert_allclose(moved, expected, atol=1e-6)


def test_styles_move_by_their_own_deviation():
    gan = style_gan()
    walk = gan.traverse(np.eye(STYLE_DIM)[2], 1, reach=2.0, steps=3, seed=4)
    mapping = gan.generator.get_layer("mapping")
    styles = ops.convert_to_numpy(mapping(gan.latents(1024, 0)))
    moved = walk.points[0, 2] - walk.points[0, 1]
    np.testing.assert_allclose(moved[:, 2], 2 * styles[:, 2].std(), rtol=1e-4)
    np.testing.assert_allclose(np.delete(moved, 2, axis=1), 0.0, atol=1e-6)


@pytest.mark.parametrize(
    "direction", [np.zeros(6), np.ones(5), np.ones((1, 6))]
)
def test_a_direction_has_a_length_and_the_size_of_latents(direction):
    with pytest.raises(ValueError, match="`direction`"):
        tiny.gan().traverse(direction)


# ----------------------------------------------------------------------- mixing


def test_mixed_images_take_the_styles_of_their_column():
    gan = style_gan()
    grid = gan.mix_styles(2, 3, levels="fine", seed=0)
    assert grid.taken == (2, 3)
    mapping = gan.generator.get_layer("mapping")
    styles = ops.convert_to_numpy(mapping(gan.latents(5, 0)))
    row, column = styles[1], styles[2 + 2]
    mixed = np.stack([row, row, column])[None]
    expected = gan.generator.get_layer("synthesis")(mixed)
    np.testing.assert_allclose(
        grid.images[1, 2], ops.convert_to_numpy(expected)[0], atol=1e-5
    )
    np.testing.assert_allclose(
        np.concatenate([grid.row_images, grid.column_images]),
        gan.generate(5, seed=0),
        atol=1e-5,
    )


def test_a_grid_of_mixed_styles_has_its_sources_at_the_edge(tmp_path):
    path = style_gan().mix_styles(2, 3, seed=0).save(tmp_path / "mixing.png")
    with Image.open(path) as picture:
        assert picture.size == (4 * (56 + 2) + 2, 3 * (56 + 2) + 2)


def test_only_generators_with_styles_mix_them():
    with pytest.raises(ValueError, match=r"no styles.*`mapping`.*`synthesis`"):
        tiny.gan().mix_styles()


@pytest.mark.parametrize(
    ("levels", "count", "expected"),
    [
        ("coarse", 12, (0, 4)),
        ("middle", 12, (4, 8)),
        ("fine", 10, (7, 10)),
        ("fine", 2, (1, 2)),
        ((1, 3), 4, (1, 3)),
    ],
)
def test_levels_are_thirds_of_the_styles(levels, count, expected):
    assert taken_styles(levels, count) == expected


@pytest.mark.parametrize("levels", ["large", (2, 2), (0, 9), 3])
def test_unknown_levels_are_refused(levels):
    with pytest.raises(ValueError, match="`levels`"):
        style_gan().mix_styles(1, 1, levels=levels)


# ----------------------------------------------------- the package's StyleGAN


@pytest.mark.slow_on_tensorflow
def test_the_style_of_an_image_of_a_style_gan_is_found():
    gan = tiny.style_gan()
    given = gan.generate(2, seed=9)
    found = gan.invert(given, steps=60, **SILENT)
    assert found.styles.shape == (2, gan.num_styles, 4)
    assert (found.distances < 0.5 * np.abs(given).mean()).all()
    synthesis = gan.ema_generator.get_layer("synthesis")
    np.testing.assert_allclose(
        found.images, ops.convert_to_numpy(synthesis(found.styles)), atol=1e-5
    )


def test_the_directions_of_a_style_gan_are_those_of_all_its_affine_layers():
    gan = tiny.style_gan()
    synthesis = gan.ema_generator.get_layer("synthesis")
    kernels = [
        ops.convert_to_numpy(layer.kernel)
        for layer in synthesis.layers
        if layer.name.endswith("_affine")
    ]
    assert len(kernels) >= gan.num_styles
    expected = np.linalg.svd(np.concatenate(kernels, axis=1))[1]
    np.testing.assert_allclose(gan.directions(4).strengths, expected, rtol=1e-4)


def test_mixed_styles_of_a_style_gan_make_its_images():
    gan = tiny.style_gan()
    mixed = gan.mix_styles(2, 3)
    assert mixed.images.shape == (2, 3, 8, 8, 1)
