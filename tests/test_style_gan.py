"""`StyleGAN`: mixing, path length, truncation, and a step in float64."""

import math

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan
from keras_gan import backend, regularizers, schedules
from tests import tiny

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None
needs_torch = pytest.mark.skipif(
    torch is None, reason="the other implementation is in torch"
)

RNG = np.random.default_rng(3)
IMAGES = RNG.uniform(-1, 1, (8, *tiny.SHAPE)).astype("float32")


def numpy(x):
    return ops.convert_to_numpy(x)


# Tracing so many operations takes TensorFlow longer than running them once.
EAGERLY = {"run_eagerly": keras.backend.backend() == "tensorflow"}


def trained(make=tiny.style_gan, data=(IMAGES,), **kwargs):
    gan = make(**kwargs)
    gan.compile(**EAGERLY)
    gan.fit(*data, batch_size=4, epochs=1, verbose=0)
    return gan


@pytest.fixture(scope="module")
def gan():
    """One that was trained for two steps; tests leave it as it is."""
    return trained()


# An implementation of its own, in float64: torch, one kernel for each sample.


def tensor(x):
    return torch.tensor(np.asarray(x, "float64"), requires_grad=True)


def weights_of(network):
    """The weights by the layer's name, and those without one by its class."""
    found = {}
    counts = {}
    for layer in sorted(backend.flat_layers(network), key=made_at):
        if not layer.weights or isinstance(layer, keras.Model):
            continue
        kind = type(layer).__name__
        name = layer.name
        if name.startswith(("equalized", "modulated", "constant")):
            name = f"{kind} {counts.setdefault(kind, 0)}"
            counts[kind] += 1
        for weight in layer.weights:
            found[f"{name} {weight.name}"] = weight
    return found


def made_at(layer):
    end = layer.name.rpartition("_")[2]
    return int(end) if end.isdigit() else 0


def leaky(x):
    return math.sqrt(2) * F.leaky_relu(x, 0.2)


def dense(w, name, x, multiplier=1.0):
    kernel = w[f"{name} kernel"] * multiplier / math.sqrt(x.shape[-1])
    y = x @ kernel
    bias = f"{name} bias"
    return y + w[bias] * multiplier if bias in w else y


def filtered(x, stride=1, gain=1.0):
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=torch.float64) / 8
    kernel = gain * (taps[:, None] * taps).repeat(x.shape[1], 1, 1, 1)
    return F.conv2d(x, kernel, stride=stride, groups=x.shape[1])


def enlarged(x):
    n, c, h, w = x.shape
    wide = torch.zeros((n, c, 2 * h, 2 * w), dtype=torch.float64)
    wide[:, :, ::2, ::2] = x
    return wide


def modulated(w, name, x, style, up=False, demodulate=True):
    """Each sample by a kernel of its own."""
    kernel = w[f"{name} kernel"].permute(3, 2, 0, 1)
    kernel = kernel / math.sqrt(kernel[0].numel())
    factors = dense(w, f"{name}_affine", style)
    made = []
    for image, factor in zip(x, factors, strict=True):
        own = kernel * factor[None, :, None, None]
        if demodulate:
            squares = own.square().sum(dim=(1, 2, 3), keepdim=True)
            own = own / (squares + 1e-8).sqrt()
        border = own.shape[-1] // 2
        if up:
            wide = F.pad(enlarged(image[None]), (4, 4, 4, 4))
            wide = filtered(F.conv2d(wide, own, padding=border), gain=4.0)
            size = 2 * image.shape[-1]
            made.append(wide[:, :, 2 : 2 + size, 2 : 2 + size])
        else:
            made.append(F.conv2d(image[None], own, padding=border))
    return torch.cat(made) + w[f"{name} bias"][None, :, None, None]


def noisy(w, index, x):
    noise = w[f"noise_{index} noise"].detach()[None, None, :, :, 0]
    return leaky(x + w[f"noise_{index} strength"] * noise)


def mapped(w, latents):
    size = latents.square().sum(dim=1, keepdim=True).sqrt()
    x = latents / size * math.sqrt(latents.shape[1])
    return leaky(dense(w, "EqualizedDense 0", x, 0.01))


def synthesised(w, styles):
    """Images of 8 x 8 pixels, of styles (n, 4, d)."""
    constant = w["ConstantInput 0 constant"].permute(2, 0, 1)
    x = constant[None].repeat(len(styles), 1, 1, 1)
    x = noisy(w, 0, modulated(w, "convolution_0", x, styles[:, 0]))
    colours = modulated(w, "colours_0", x, styles[:, 1], demodulate=False)
    x = modulated(w, "convolution_1", x, styles[:, 1], up=True)
    x = noisy(w, 1, x)
    x = noisy(w, 2, modulated(w, "convolution_2", x, styles[:, 2]))
    more = modulated(w, "colours_1", x, styles[:, 3], demodulate=False)
    large = F.interpolate(colours, scale_factor=2, mode="bilinear")
    return torch.tanh(large + more)


def convolved(w, index, x, down=False):
    kernel = w[f"EqualizedConv2D {index} kernel"].permute(3, 2, 0, 1)
    kernel = kernel / math.sqrt(kernel[0].numel())
    bias = w[f"EqualizedConv2D {index} bias"]
    if down:
        smooth = filtered(F.pad(x, (2, 2, 2, 2)))
        return leaky(F.conv2d(smooth, kernel, bias, stride=2))
    return leaky(F.conv2d(x, kernel, bias, padding=1))


def over_channels(w, index, x):
    y = dense(w, f"EqualizedDense {index}", x.permute(0, 2, 3, 1))
    return y.permute(0, 3, 1, 2)


def scored(w, images):
    x = leaky(over_channels(w, 0, images))
    main = convolved(w, 1, convolved(w, 0, x), down=True)
    around = F.pad(x, (1, 1, 1, 1), mode="replicate")
    short = over_channels(w, 1, filtered(around, stride=2))
    x = (main + short) * math.sqrt(0.5)
    deviation = ((x - x.mean(dim=0)).square().mean(dim=0) + 1e-8).sqrt().mean()
    plane = torch.ones_like(x[:, :1]) * deviation
    x = convolved(w, 2, torch.cat([x, plane], dim=1))
    x = x.permute(0, 2, 3, 1).reshape(len(x), -1)
    return dense(w, "score", leaky(dense(w, "EqualizedDense 2", x)))


def gradients(loss, w):
    names = [name for name in w if not name.endswith(" noise")]
    found = torch.autograd.grad(loss, [w[name] for name in names])
    return dict(zip(names, found, strict=True))


def paths(w, latents, noise):
    """The lengths `|J^T y|` by the styles, one for each sample."""
    styles = mapped(w, latents)[:, None].repeat(1, 4, 1)
    images = synthesised(w, styles)
    product = (images * noise).sum() / math.sqrt(64)
    (slope,) = torch.autograd.grad(product, styles, create_graph=True)
    return slope.square().sum(dim=2).mean(dim=1).sqrt()


class Told(keras_gan.StyleGAN):
    """One whose latents are always the same."""

    def draw_latents(self, batch_size, training=True):
        return ops.convert_to_tensor(self.told)


def told(**kwargs):
    """A small StyleGAN without chance, with its numbers in float64."""
    gan = Told(
        *tiny.style_pair(),
        style_mixing=0.0,
        path_length_interval=1,
        regularizer=regularizers.R1(3.0),
        seed=5,
        **kwargs,
    )
    gan.told = RNG.normal(size=(4, tiny.LATENT)).astype("float32")
    for layer in backend.flat_layers(gan.generator):
        if isinstance(layer, keras_gan.layers.NoiseInjection):
            layer.fixed = True
            layer.strength.assign(0.3)
    networks = (gan.generator, gan.discriminator)
    return gan, [
        {name: tensor(numpy(v)) for name, v in weights_of(each).items()}
        for each in networks
    ]


@pytest.fixture
def noise(monkeypatch):
    """What the path length draws, the same each time."""
    drawn = RNG.normal(size=(4, *tiny.SHAPE))
    constant = drawn.astype("float32")
    monkeypatch.setattr(
        backend, "draw", lambda *args: ops.convert_to_tensor(constant)
    )
    return tensor(constant).detach().permute(0, 3, 1, 2)


@needs_torch
def test_the_path_length_is_that_of_another_implementation(noise):
    gan, (made, _) = told()
    penalty = gan.players["generator"].regularizers[0]
    penalty.mean.assign(0.4)
    batch = (ops.convert_to_tensor(IMAGES[:4]), ())
    found = float(numpy(gan.penalty("generator", penalty, batch, {}, False)))
    length = paths(made, tensor(gan.told), noise)
    mean = 0.4 + 0.01 * (length.mean().item() - 0.4)
    expected = 2.0 * (length - mean).square().mean().item()
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert float(numpy(penalty.mean)) == pytest.approx(mean, rel=1e-6)


@needs_torch
def test_a_step_is_that_of_another_implementation(noise):
    gan, (made, judged) = told()
    gan.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.5), **EAGERLY)
    gan.train_on_batch(IMAGES[:4])

    latents = tensor(gan.told).detach()
    real = tensor(IMAGES[:4].transpose(0, 3, 1, 2))
    styles = mapped(made, latents)[:, None].repeat(1, 4, 1)
    fake = synthesised(made, styles)
    score = scored(judged, real)
    (slope,) = torch.autograd.grad(score.sum(), real, create_graph=True)
    d_loss = (
        F.softplus(-score).mean()
        + F.softplus(scored(judged, fake.detach())).mean()
    )
    d_loss = d_loss + 1.5 * slope.square().sum(dim=(1, 2, 3)).mean()
    after = {
        name: (judged[name] - 0.5 * each).detach()
        for name, each in gradients(d_loss, judged).items()
    }
    length = paths(made, latents, noise)
    mean = 0.01 * length.mean().item()
    g_loss = F.softplus(-scored(after, fake)).mean()
    g_loss = g_loss + 2.0 * (length - mean).square().mean()
    after_g = {
        name: (made[name] - 0.5 * each).detach()
        for name, each in gradients(g_loss, made).items()
    }
    for network, before, expected in (
        (gan.discriminator, judged, after),
        (gan.generator, made, after_g),
    ):
        found = weights_of(network)
        for name, value in expected.items():
            np.testing.assert_allclose(
                numpy(found[name]), value, rtol=1e-6, atol=1e-6, err_msg=name
            )
        moved = [
            (value - before[name]).detach().abs().max().item()
            for name, value in expected.items()
        ]
        assert min(moved) > 1e-5
        assert max(moved) > 1e-2
    moved = 0.005 * mapped(made, latents).mean(dim=0).detach()
    np.testing.assert_allclose(
        numpy(gan.style_mean), moved, rtol=1e-5, atol=1e-7
    )


# The derivatives of the path length, which are second ones.


def smooth():
    """A generator of the layers of a style generator, without a kink.

    Across the kink of a ReLU the path length jumps, and differences with it.
    """
    layers = keras_gan.layers
    latents, styles = keras.Input((6,)), keras.Input((2, 3))
    dense = layers.EqualizedDense(3, learning_rate_multiplier=0.1)
    style = keras.layers.Activation("tanh")(dense(latents))
    mapping = keras.Model(latents, style, name="mapping")
    x = layers.ConstantInput(4, 4, 3)(styles)
    for index, up_sampling in enumerate((False, True)):
        affine = layers.EqualizedDense(3, bias_initializer="ones")
        layer = layers.ModulatedConv2D(3, 3, up_sampling=up_sampling)
        x = layer([x, affine(styles[:, index])])
        noise = layers.NoiseInjection(strength_initializer="ones")
        x = keras.layers.Activation("tanh")(noise(x))
    affine = layers.EqualizedDense(3)
    colours = layers.ModulatedConv2D(1, 1, demodulate=False)
    x = keras.layers.Activation("tanh")(colours([x, affine(styles[:, 1])]))
    synthesis = keras.Model(styles, x, name="synthesis")
    inputs = keras.Input((6,))
    repeated = keras.layers.RepeatVector(2)(mapping(inputs))
    return keras.Model(inputs, synthesis(repeated))


@pytest.mark.slow_on_tensorflow
def test_the_path_length_has_the_slope_of_its_differences(monkeypatch):
    noise = RNG.normal(size=(4, *tiny.SHAPE)).astype("float32")
    latents = RNG.normal(size=(4, 6)).astype("float32")
    gan = Told(smooth(), tiny.discriminator(), style_mixing=0.0, seed=0)
    gan.told = latents
    monkeypatch.setattr(
        backend, "draw", lambda *args: ops.convert_to_tensor(noise)
    )
    (penalty,) = gan.players["generator"].regularizers
    penalty.decay = 0.0  # Its mean is a constant to the derivative.
    penalty.mean.assign(0.3)
    batch = (ops.convert_to_tensor(IMAGES[:4]), ())

    def objective():
        return gan.penalty("generator", penalty, batch, {}, False), ()

    weights = gan.generator.trainable_variables
    _, found = backend.value_and_grad(objective, weights, gan.variables)
    for variable, gradient in zip(weights, found, strict=True):
        # The last bias is no part of the derivative of the product.
        gradient = 0.0 if gradient is None else numpy(gradient)
        start = numpy(variable).copy()
        direction = RNG.normal(size=start.shape)
        direction *= max(1.0, np.abs(start).mean())
        ends = []
        for sign in (1, -1):
            variable.assign(start + sign * 3e-3 * direction)
            ends.append(float(numpy(objective()[0])))
        variable.assign(start)
        slope = (ends[0] - ends[1]) / 6e-3
        expected = np.sum(gradient * direction)
        assert slope == pytest.approx(expected, rel=0.01, abs=2e-3), (
            variable.path
        )


# Mixing.


def test_a_share_of_the_images_is_made_of_two_styles():
    gan = tiny.style_gan(style_mixing=0.7)
    styles = numpy(gan.draw_styles(2000))
    assert styles.shape == (2000, 4, 4)
    other = np.abs(styles - styles[:, :1]).max(axis=2) > 1e-6
    # Where it begins, it goes on to the last layer.
    assert (np.diff(other.astype(int), axis=1) >= 0).all()
    mixed = other[:, -1]
    assert mixed.mean() == pytest.approx(0.7, abs=0.04)
    begins = 4 - other[mixed].sum(axis=1)
    shares = np.bincount(begins, minlength=4) / mixed.sum()
    np.testing.assert_allclose(shares, [0, 1 / 3, 1 / 3, 1 / 3], atol=0.05)


@pytest.mark.parametrize(
    ("training", "mixing"), [(False, 0.9), (True, 0.0)], ids=["off", "none"]
)
def test_nothing_is_mixed_otherwise(training, mixing):
    gan = tiny.style_gan(style_mixing=mixing)
    styles = numpy(gan.draw_styles(5, (), training))
    np.testing.assert_array_equal(styles, np.repeat(styles[:, :1], 4, axis=1))


# The mean of the styles.


def test_the_mean_moves_in_training_alone(gan):
    mean = numpy(gan.style_mean)
    assert np.abs(mean).max() > 1e-4
    gan.evaluate(IMAGES, verbose=0)
    gan.generate(3)
    np.testing.assert_array_equal(numpy(gan.style_mean), mean)


def test_truncation_pulls_styles_to_the_mean(gan):
    latents = gan.latents(5, seed=1)
    network = gan.ema_generator
    style = numpy(network.get_layer("mapping")(latents))
    mean = numpy(gan.style_mean)
    style = mean + 0.6 * (style - mean)
    styles = np.repeat(style[:, None], 4, axis=1)
    expected = numpy(network.get_layer("synthesis")(styles))
    found = gan.generate(latents=latents, truncation=0.6, batch_size=2)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    whole = gan.generate(latents=latents)
    assert np.abs(found - whole).max() > 1e-4
    one = gan.generate(latents=latents, truncation=0)
    np.testing.assert_allclose(one, np.repeat(one[:1], 5, axis=0), atol=1e-6)
    np.testing.assert_array_equal(
        gan.generate(latents=latents, truncation=1), whole
    )


@pytest.mark.slow_on_tensorflow
def test_the_mean_is_saved_with_the_model(gan, tmp_path):
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert type(loaded) is keras_gan.StyleGAN
    np.testing.assert_array_equal(
        numpy(loaded.style_mean), numpy(gan.style_mean)
    )
    np.testing.assert_allclose(
        loaded.generate(3, seed=0, truncation=0.5),
        gan.generate(3, seed=0, truncation=0.5),
        atol=1e-6,
    )


@pytest.mark.parametrize("value", [-0.1, "0.7", float("nan"), True])
def test_a_bad_truncation_is_refused(gan, value):
    with pytest.raises(ValueError, match=r"`truncation`.*Received"):
        gan.generate(2, truncation=value)


# The rest.


@pytest.mark.slow
def test_the_conditional_one_makes_a_class_that_is_asked_for():
    labels = np.arange(8) % tiny.CLASSES
    gan = trained(tiny.conditional_style_gan, (IMAGES, labels))
    same = np.repeat(gan.latents(1, seed=0), 3, axis=0)
    made = gan.generate(latents=same, labels=[0, 1, 2], truncation=0.8)
    assert made.shape == (3, *tiny.SHAPE)
    assert np.abs(made[0] - made[1]).max() > 1e-4
    assert gan.num_classes == tiny.CLASSES


def test_a_weight_of_0_leaves_the_path_length_out():
    gan = tiny.style_gan(path_length_weight=0.0)
    assert gan.penalty_names == ["r1"]
    assert tiny.style_gan().penalty_names == ["r1", "path_length"]


def test_another_regularizer_comes_on_top():
    class Small(regularizers.GeneratorRegularizer):
        name = "small"

        def __call__(self, generator, latents, seed):
            return self.weight * ops.mean(ops.square(generator(latents)))

    gan = tiny.style_gan(generator_regularizer=Small(1.0))
    assert gan.penalty_names == ["r1", "path_length", "small"]
    assert len(gan.get_config()["generator_regularizer"]) == 1


def test_the_weight_of_the_path_length_can_be_a_schedule():
    weight = schedules.Cosine(0.0, 2.0, 10)
    gan = tiny.style_gan(path_length_weight=weight)
    assert gan.players["generator"].updates is not None
    again = keras_gan.StyleGAN.from_config(gan.get_config())
    assert again.path_length_weight.get_config() == weight.get_config()


@pytest.mark.slow
def test_it_trains_with_adaptive_augmentation():
    gan = trained(augment="ada")
    assert np.isfinite(gan.generate(2, seed=0)).all()


def test_a_generator_of_ones_own_needs_both_parts_to_fit():
    with pytest.raises(ValueError, match=r"`mapping` .* and `synthesis`"):
        keras_gan.StyleGAN(*tiny.pair())


@pytest.mark.slow
def test_a_generator_of_ones_own_works():
    gan = keras_gan.StyleGAN(smooth(), tiny.discriminator(), seed=0)
    gan.compile(**EAGERLY)
    gan.fit(IMAGES, batch_size=4, verbose=0)
    assert gan.num_styles == 2
    assert gan.generate(3, truncation=0.7).shape == (3, *tiny.SHAPE)


def test_layers_with_an_equalised_rate_get_the_papers_optimizer():
    gan = tiny.style_gan()
    gan.compile()
    for optimizer in (gan.optimizer.discriminator, gan.optimizer.generator):
        assert float(numpy(optimizer.learning_rate)) == pytest.approx(0.002)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.0, 0.99)
