"""What we would train: the default, and two for special needs."""

from keras_gan.recipes.recipe import Recipe

__all__ = ["OURS"]

_ADAM = {
    "name": "adam",
    "learning_rate": 2e-4,
    "beta_1": 0.5,
    "beta_2": 0.99,
}

QUICK = Recipe(
    name="quick",
    system="the default: the best pictures for a minute of CPU time",
    networks={"name": "dcgan", "filters": 32, "dropout": 0.0},
    model={"name": "GAN", "ema_decay": 0.999},
    loss={"name": "non_saturating"},
    d_opt=_ADAM,
    g_opt=_ADAM,
    regularizer={"name": "r1", "weight": 1.0, "interval": 4},
    batch_size=64,
    epochs=None,
    budget=120_000,
)

SNGAN = Recipe(
    name="sngan",
    system="residual networks, hinge loss, spectral normalisation",
    networks={
        "name": "residual",
        "filters": 32,
        "discriminator_normalization": "spectral",
    },
    model={"name": "GAN", "ema_decay": 0.999, "discriminator_steps": 5},
    loss={"name": "hinge"},
    d_opt={**_ADAM, "beta_1": 0.0, "beta_2": 0.9},
    g_opt={**_ADAM, "beta_1": 0.0, "beta_2": 0.9},
    batch_size=64,
    epochs=20,
)

FEW_IMAGES = Recipe(
    name="few-images",
    system="500 images are enough: real and fake are augmented alike",
    networks={"name": "dcgan", "filters": 32, "dropout": 0.0},
    model={"name": "GAN", "ema_decay": 0.999},
    loss={"name": "non_saturating"},
    d_opt=_ADAM,
    g_opt=_ADAM,
    regularizer={"name": "r1", "weight": 1.0, "interval": 4},
    augment={"name": "diffaugment"},
    limit=500,
    batch_size=50,
    epochs=300,
)

OURS = (QUICK, SNGAN, FEW_IMAGES)
