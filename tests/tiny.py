"""Networks small enough that a test can train them in a second."""

import keras
import pytest
from keras import layers

import keras_gan

LATENT = 6
CLASSES = 3
SHAPE = (8, 8, 1)


def generator(conditional=False, activation="tanh", batch_norm=True):
    latents = keras.Input((LATENT,))
    inputs, x = latents, latents
    if conditional:
        labels = keras.Input((CLASSES,))
        inputs = [latents, labels]
        x = layers.Concatenate()(inputs)
    x = layers.Dense(4 * 4 * 4)(x)
    if batch_norm:
        x = layers.BatchNormalization(momentum=0.8)(x)
    x = layers.Reshape((4, 4, 4))(layers.ReLU()(x))
    x = layers.Conv2DTranspose(
        1, 3, strides=2, padding="same", activation=activation
    )(x)
    return keras.Model(inputs, x, name="generator")


def discriminator(conditional=False, activation=None, dropout=0.2):
    images = keras.Input(SHAPE)
    inputs = images
    x = layers.Conv2D(4, 3, strides=2, padding="same")(images)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Dropout(dropout, seed=3)(x)
    x = layers.Flatten()(x)
    if conditional:
        labels = keras.Input((CLASSES,))
        inputs = [images, labels]
        x = layers.Concatenate()([x, labels])
    x = layers.Dense(1, activation=activation)(x)
    return keras.Model(inputs, x, name="discriminator")


def pair(conditional=False):
    return generator(conditional), discriminator(conditional)


def gan(**kwargs):
    return keras_gan.GAN(*pair(), **{"seed": 5, **kwargs})


def gan_r1_ema(**kwargs):
    regularizer = keras_gan.regularizers.R1(10.0, interval=2)
    return gan(**{"regularizer": regularizer, "ema_decay": 0.9, **kwargs})


def wgan_gp(**kwargs):
    settings = {"seed": 5, "discriminator_steps": 2, **kwargs}
    return keras_gan.WGANGP(*pair(), **settings)


def conditional_gan(**kwargs):
    return keras_gan.ConditionalGAN(*pair(True), **{"seed": 5, **kwargs})


def conditional_wgan_gp(**kwargs):
    settings = {"seed": 5, "discriminator_steps": 2, **kwargs}
    return keras_gan.ConditionalWGANGP(*pair(True), **settings)


def ac_gan(**kwargs):
    images = keras.Input(SHAPE)
    x = layers.Conv2D(4, 3, strides=2, padding="same")(images)
    x = layers.Flatten()(layers.LeakyReLU(negative_slope=0.2)(x))
    heads = [layers.Dense(1)(x), layers.Dense(CLASSES)(x)]
    judge = keras.Model(images, heads, name="discriminator")
    return keras_gan.ACGAN(generator(True), judge, **{"seed": 5, **kwargs})


def style_gan(**kwargs):
    """All the state there is: both lazy penalties, averages, mixed styles."""
    settings = {
        "regularizer": keras_gan.regularizers.R1(1.0, interval=2),
        "path_length_interval": 2,
        "ema_decay": keras_gan.schedules.HalfLife(50),
        "seed": 5,
        **kwargs,
    }
    return keras_gan.StyleGAN(*style_pair(), **settings)


def style_pair(num_classes=None, **kwargs):
    settings = {"style_dim": 4, "filters": 2, "mapping_layers": 1, "seed": 0}
    return keras_gan.networks.style_gan(
        SHAPE,
        LATENT,
        num_classes=num_classes,
        conditioning="concat",
        **{**settings, **kwargs},
    )


def conditional_style_gan(**kwargs):
    return keras_gan.ConditionalStyleGAN(
        *style_pair(CLASSES), **{"seed": 5, **kwargs}
    )


MODELS = [
    gan,
    gan_r1_ema,
    wgan_gp,
    conditional_gan,
    conditional_wgan_gp,
    ac_gan,
    style_gan,
    conditional_style_gan,
]

# The others are made of the same parts, in other pairs.
_OFTEN = (gan_r1_ema, wgan_gp, conditional_gan, ac_gan)
every_model = pytest.mark.parametrize(
    "make",
    [
        pytest.param(make, marks=() if make in _OFTEN else pytest.mark.slow)
        for make in MODELS
    ],
    ids=lambda make: make.__name__,
)


def made_afresh(make, seed=1):
    """A model with the names and weights that a new process would give it.

    TensorFlow adds gradients in an order that names of layers decide, and those
    count on: "conv2d_10" comes before "conv2d_9", and "conv2d_8" too.
    """
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    return make()


def state(model):
    """Everything that a run goes on from, as numpy arrays."""
    variables = [*model.variables, *model.optimizer.variables]
    return [keras.ops.convert_to_numpy(v) for v in variables]


def weights(network):
    return [w.copy() for w in network.get_weights()]


def translator(channels=1, made=1, *, size=8, halvings=1, scale=1):
    """A generator of images from images, with skips at each size."""
    source = keras.Input((size, size, channels))
    skips, x = [], source
    for _ in range(halvings):
        skips.append(x)
        x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
    for skip in reversed(skips):
        x = layers.Conv2DTranspose(
            4, 3, strides=2, padding="same", activation="relu"
        )(x)
        x = layers.Concatenate()([x, skip])
    if scale > 1:
        x = layers.UpSampling2D(scale)(x)
    x = layers.Conv2D(made, 3, padding="same", activation="tanh")(x)
    return keras.Model(source, x)


def patch_judge(channels=1, *, source=None, size=8, scale=1):
    """A discriminator with a score for each patch, of pairs with `source`."""
    image = keras.Input((size, size, channels))
    inputs, x = image, image
    if source is not None:
        small = None if size is None else size // scale
        beside = keras.Input((small, small, source))
        inputs = [beside, image]
        large = layers.UpSampling2D(scale)(beside) if scale > 1 else beside
        x = layers.Concatenate()([large, image])
    x = layers.Conv2D(4, 3, strides=2, padding="same")(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    return keras.Model(inputs, layers.Conv2D(1, 3, padding="same")(x))


def pix2pix(**kwargs):
    """All the state there is: averaged weights, lazy penalty, a schedule."""
    settings = {
        "regularizer": keras_gan.regularizers.R1(1.0, interval=2),
        "l1_weight": keras_gan.schedules.Cosine(50.0, 100.0, 9),
        "ema_decay": 0.9,
        "seed": 5,
        **kwargs,
    }
    return keras_gan.Pix2Pix(translator(), patch_judge(source=1), **settings)


def cycle_gan(**kwargs):
    """Pools that are smaller than two batches, so that they exchange."""
    networks = [translator(), translator(), patch_judge(), patch_judge()]
    return keras_gan.CycleGAN(
        *networks, **{"pool_size": 40, "seed": 5, **kwargs}
    )
