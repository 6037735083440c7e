"""Trains small GANs on one of several replicas, and keeps what came out.

    python replica_run.py ENGINE COUNT RANK PORT IMAGES PATH

ENGINE is `one`, `mirrored`, `multiworker`, `jax`, `jax-processes` or `torch`.
Writes the weights and the logs of every kind of GAN to PATH, an .npz.
"""

import sys

from tests import engine_setup

ENGINE, COUNT, RANK, PORT, IMAGES, PATH = sys.argv[1:]
COUNT, RANK, IMAGES = int(COUNT), int(RANK), int(IMAGES)
engine_setup.prepare(ENGINE, COUNT, RANK, PORT)

import keras
import numpy as np
from keras import layers

import keras_gan
from tests import variants

SGD = keras.optimizers.SGD
BATCH, CLASSES = 32, 3


def networks(conditional=False, auxiliary=False):
    latents, images = keras.Input((6,)), keras.Input((8,))
    labels = keras.Input((CLASSES,))
    made, judged = latents, images
    if conditional:
        made = layers.Concatenate()([latents, labels])
    if conditional and not auxiliary:
        judged = layers.Concatenate()([images, labels])
    made = layers.Dense(16, "relu")(made)
    made = layers.Dense(8, "tanh")(made)
    judged = layers.Dense(16, "tanh")(judged)
    score = layers.Dense(1)(judged)
    generator = keras.Model([latents, labels] if conditional else latents, made)
    if auxiliary:
        score = [score, layers.Dense(CLASSES)(judged)]
        return generator, keras.Model(images, score)
    return generator, keras.Model(
        [images, labels] if conditional else images, score
    )


def gan(loss="non_saturating", d_opt=None, **kwargs):
    model = keras_gan.GAN(*networks(), seed=3, **kwargs)
    model.compile(d_opt or SGD(0.05), SGD(0.05), loss)
    return model


def wgan_gp():
    model = keras_gan.WGANGP(
        *networks(), discriminator_steps=2, ema_decay=0.9, seed=3
    )
    model.compile(SGD(0.05), SGD(0.05))
    return model


def conditional():
    model = keras_gan.ConditionalGAN(*networks(True), seed=3)
    model.compile(SGD(0.05), SGD(0.05))
    return model


def ac_gan():
    model = keras_gan.ACGAN(*networks(True, True), seed=3)
    model.compile(SGD(0.05), SGD(0.05))
    return model


def scheduled():
    cosine = keras_gan.schedules.Cosine
    return gan(
        d_opt=keras_gan.optimizers.Adam(1e-3, 0.5, cosine(0.9, 0.99, 6)),
        regularizer=keras_gan.regularizers.R1(cosine(5.0, 1.0, 6)),
        ema_decay=keras_gan.schedules.HalfLife(cosine(0.0, 90.0, 6)),
        augment=keras_gan.augment.RandomApply(
            keras_gan.augment.InstanceNoise(0.1, seed=1),
            probability=cosine(0.0, 0.9, 6),
            seed=2,
        ),
    )


def geometric():
    """Each replica must transform its images as one device would."""
    generator = keras.Sequential(
        [keras.Input((6,)), layers.Dense(64, "tanh"), layers.Reshape((8, 8, 1))]
    )
    critic = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(1)]
    )
    model = keras_gan.GAN(
        generator,
        critic,
        augment=[
            keras_gan.augment.GeometricAugment(seed=4),
            keras_gan.augment.ColorAugment(seed=5),
        ],
        seed=3,
    )
    model.compile(SGD(0.01), SGD(0.01))
    return model


smoothed = keras.losses.BinaryCrossentropy(
    from_logits=True, label_smoothing=0.1
)
regularizers = keras_gan.regularizers
KINDS = {
    **{
        name: lambda name=name: gan(name)
        for name in (
            "non_saturating",
            "minimax",
            "least_squares",
            "hinge",
            "wasserstein",
            "relativistic",
            "relativistic_pairing",
        )
    },
    "smoothed": lambda: gan(smoothed),
    **{
        name: lambda name=name: gan(regularizer=name)
        for name in ("gradient_penalty", "r1", "r2", "dragan")
    },
    "lazy": lambda: gan(regularizer=regularizers.R1(10.0, interval=2)),
    "clipped": lambda: gan(d_opt=SGD(0.5, global_clipnorm=0.01)),
    "adam": lambda: gan(d_opt=keras.optimizers.Adam(1e-3)),
    "noisy": lambda: gan(augment=keras_gan.augment.InstanceNoise(0.1)),
    "scheduled": scheduled,
    "geometric": geometric,
    "wgan_gp": wgan_gp,
    "conditional": conditional,
    "ac_gan": ac_gan,
}


def variant(make):
    model = make()
    # Small: an L1 loss turns a rounded 0 into a step of either sign.
    rates = [SGD(1e-4), SGD(1e-4)]
    named = (keras_gan.GAN, keras_gan.Pix2Pix, keras_gan.CycleGAN)
    if isinstance(model, named):
        model.compile(*rates)
    else:
        model.compile(dict(zip(model.players, rates, strict=True)))
    return model


VARIANTS = {
    **{make.__name__: make for make in variants.VARIANTS},
    **{f"own_{make.__name__}": make for make in variants.TRANSLATORS},
}
KINDS |= {
    name: lambda make=make: variant(make) for name, make in VARIANTS.items()
}
if keras.backend.backend() in engine_setup.FEWER:
    for each in engine_setup.TRIED_ELSEWHERE:
        del KINDS[each]


def data(name):
    pictures = name in VARIANTS or name == "geometric"
    shape = (IMAGES, 8, 8, 1) if pictures else (IMAGES, 8)
    images = np.cos(np.arange(np.prod(shape))).reshape(shape).astype("float32")
    labels = np.arange(IMAGES) % CLASSES
    if name in VARIANTS:
        images, labels = variants.data(VARIANTS[name], images, labels)
    arrays = images if labels is None else (images, labels)
    return engine_setup.batches(ENGINE, COUNT, RANK, arrays, BATCH)


def train(name, model, first=0):
    history = model.fit(
        data(name), epochs=3, initial_epoch=first, verbose=0, shuffle=False
    )
    return np.array(list(history.history.values()))


results = {}
with engine_setup.scope(ENGINE, COUNT, RANK, PORT):
    for name, make in KINDS.items():
        keras.utils.set_random_seed(1)
        model = make()
        results[f"{name}/logs"] = train(name, model)
        for index, weight in enumerate(model.get_weights()):
            results[f"{name}/{index}"] = weight
    # The same again, in two parts.
    keras.utils.set_random_seed(1)
    model = wgan_gp()
    model.fit(data("wgan_gp"), epochs=1, verbose=0, shuffle=False)
    model.save_weights(f"{PATH}.weights.h5")
    model = wgan_gp()
    model.load_weights(f"{PATH}.weights.h5")
    train("wgan_gp", model, first=1)
    for index, weight in enumerate(model.get_weights()):
        results[f"resumed/{index}"] = weight
np.savez(PATH, **results)
