"""The recommended recipes: the default, and others for special needs."""

from dataclasses import replace

from keras_gan.recipes.recipe import Recipe

__all__ = ["RECOMMENDED"]

_ADAM = {
    "name": "adam",
    "learning_rate": 2e-4,
    "beta_1": 0.5,
    "beta_2": 0.99,
}

_QUICK_ADAM = {**_ADAM, "learning_rate": 1e-3, "beta_1": 0.0}
"""Five times the usual rate: R1 and averaged weights keep it stable."""

QUICK = Recipe(
    name="quick",
    system="the default: the best pictures for a minute of CPU time",
    networks={
        "name": "dcgan",
        "filters": 32,
        # Takes a third more time than two stages of 5 x 5, and halves the FID.
        "stages": 3,
        "kernel_size": 4,
        "generator_activation": "relu",
        # As in the DCGAN paper.
        "activate_projection": True,
        # Beside R1 as in StyleGAN2 (Karras et al., 2020, arXiv 1912.04958).
        "minibatch_std_dev": True,
        "dropout": 0.0,
    },
    model={"name": "GAN", "ema_decay": 0.9995},
    # As in R3GAN (Huang et al., 2024, arXiv 2501.05441), whose R2 at every
    # step costs two fifths more time, and gives less in the same time.
    loss={"name": "relativistic_pairing"},
    d_opt=_QUICK_ADAM,
    g_opt=_QUICK_ADAM,
    # Where it falls from the start, the FID of one epoch is a quarter higher.
    schedule={"name": "cosine", "hold": 0.75},
    regularizer={"name": "r1", "weight": 1.0, "interval": 4},
    # With batches of 16, the FID of one epoch is a third higher.
    batch_size=32,
    epochs=None,
    # About three minutes on two slow cores, from start to report.
    budget=80_000,
)

AC_GAN = replace(
    QUICK,
    name="ac-gan",
    system="the default, told the class: a row of pictures for each",
    networks={**QUICK.networks, "conditioning": "auxiliary"},
    model={**QUICK.model, "name": "ACGAN"},
)

# With one discriminator step, these rates and batches of 32 the FID is 14 after
# 240 CPU seconds; with the paper's five steps, rates of 2e-4 and batches of 64
# it is 82 after 866.
_SNGAN_ADAM = {**_ADAM, "learning_rate": 1e-3, "beta_1": 0.0, "beta_2": 0.9}

SNGAN = Recipe(
    name="sngan",
    system="residual networks, hinge loss, spectral normalisation",
    networks={
        "name": "residual",
        "filters": 32,
        "discriminator_normalization": "spectral",
    },
    model={"name": "GAN", "ema_decay": 0.999},
    loss={"name": "hinge"},
    # Two rates as in Heusel et al., 2017, arXiv 1706.08500.
    d_opt={**_SNGAN_ADAM, "learning_rate": 2e-3},
    g_opt=_SNGAN_ADAM,
    schedule=QUICK.schedule,
    batch_size=QUICK.batch_size,
    epochs=20,
)

FEW_IMAGES = replace(
    QUICK,
    name="few-images",
    system="500 images are enough: real and fake are augmented alike",
    # Its FID is half of that with DiffAugment at full strength.
    augment={"name": "ada"},
    limit=500,
    epochs=300,
    budget=None,
)

QUICK_64 = replace(
    QUICK,
    name="quick-64",
    system="the default for colour pictures of 64x64 from your folder",
    # Transposed convolutions leave a woven texture on photos.
    networks={**QUICK.networks, "stages": 4, "upsampling": "nearest"},
    # Folders are often small. With many images its strength stays near 0.
    augment={"name": "ada", "ramp_images": 100_000},
    data=None,
    image_size=64,
    channels=3,
    budget=300_000,
)

QUICK_128 = replace(
    QUICK_64,
    name="quick-128",
    system="the same at 128x128",
    # At half the filters it takes twice the time of 64x64.
    networks={**QUICK_64.networks, "filters": 16, "stages": 5},
    image_size=128,
)

_STYLE_ADAM = {
    "name": "adam",
    # The networks scale their weights, so that a step changes them less than
    # in others. After 30,000 images, with the paper's loss, mixing and path
    # lengths, its 2e-3 has an FID of 150, 8e-3 of 59, and 2e-2 of 654.
    "learning_rate": 1.2e-2,
    "beta_1": 0.0,
    "beta_2": 0.99,
    "epsilon": 1e-8,
}

STYLE_GAN = Recipe(
    name="style-gan",
    system="styles that can be mixed, and pulled to their mean",
    networks={
        "name": "style_gan",
        # A quarter of the multiplications that 16 takes.
        "filters": 8,
        # As many as in the authors' settings for small images.
        "mapping_layers": 2,
    },
    model={
        "name": "StyleGAN",
        # As in the paper.
        "ema_decay": {"name": "half_life", "images": 10_000.0},
        # As in the authors' settings for CIFAR-10 (Karras et al., 2020, arXiv
        # 2006.06676). After 30,000 images path lengths make an FID of 28 one
        # of 36, in a third more time.
        "style_mixing": 0.0,
        "path_length_weight": 0.0,
    },
    # The non-saturating loss has 28 where this one has 23.
    loss={"name": "relativistic_pairing"},
    d_opt=_STYLE_ADAM,
    g_opt=_STYLE_ADAM,
    schedule=QUICK.schedule,
    regularizer={"name": "r1", "weight": 1.0, "interval": 16},
    batch_size=QUICK.batch_size,
    epochs=None,
    budget=120_000,
)

STYLE_GAN_64 = replace(
    STYLE_GAN,
    name="style-gan-64",
    system="the same in colour at 64x64, from your folder",
    # With a tanh and the rates of `style-gan` all pictures were one saturated
    # colour after 500 steps; with noise and lower rates, grain. Colours that
    # end linear are the paper's.
    networks={**STYLE_GAN.networks, "noise": False, "output_activation": None},
    # At 5e-3 for both, the discriminator stays ahead of blurs.
    d_opt={**_STYLE_ADAM, "learning_rate": 5e-3},
    regularizer={"name": "r1", "weight": 1.0, "interval": 4},
    augment=QUICK_64.augment,
    data=None,
    image_size=64,
    channels=3,
    # More steps for as many images.
    batch_size=16,
    budget=QUICK_64.budget,
)

_PAIRING_ADAM = {**_QUICK_ADAM, "learning_rate": 2e-3}

_FALLING = {"name": "cosine", "start": 1.0, "end": 0.1}
"""As in R3GAN, whose penalties fall to a tenth."""

_PAPER_ADAM = {
    **_PAIRING_ADAM,
    "beta_2": {"name": "cosine", "start": 0.9, "end": 0.99},
}

R3GAN = Recipe(
    name="r3gan",
    system="the modern baseline: no normalisation, R1 and R2",
    # Huang et al., 2024, arXiv 2501.05441, at the size of a CPU: penalties at
    # each step that fall to a tenth, and beta_2 that rises.
    networks={"name": "r3gan", "filters": 16},
    model={"name": "GAN", "ema_decay": 0.9995},
    loss={"name": "relativistic_pairing"},
    d_opt=_PAPER_ADAM,
    g_opt=_PAPER_ADAM,
    schedule=QUICK.schedule,
    # At half the filters and R1 alone, a weight of 0.1 has half as much FID
    # again as 1 has, after 60,000 images.
    regularizer=(
        {"name": "r1", "weight": _FALLING},
        {"name": "r2", "weight": _FALLING},
    ),
    batch_size=QUICK.batch_size,
    epochs=None,
    budget=300_000,
)

STACKED_MNIST = Recipe(
    name="stacked-mnist",
    system="1,000 modes: the benchmark of mode collapse",
    networks={**QUICK.networks, "filters": 48},
    model={"name": "GAN", "ema_decay": 0.9995},
    # As in R3GAN (Huang et al., 2024, arXiv 2501.05441), but for R2. The KL
    # ends at 0.026; with 32 filters, and R1 and R2 at each of 700,000 images,
    # it was 0.035.
    loss={"name": "relativistic_pairing"},
    d_opt=_PAIRING_ADAM,
    g_opt=_PAIRING_ADAM,
    # With a rate that stays, the KL stays at 0.05 from 150,000 images on.
    schedule={"name": "cosine"},
    regularizer={"name": "r1", "weight": _FALLING, "interval": 4},
    data="stacked_mnist",
    batch_size=64,
    epochs=None,
    budget=900_000,
    # 1,000 modes need several samples each.
    evaluation={"name": "kl", "num_samples": 10_000},
)

_GRID_WEIGHT = {**_FALLING, "start": 0.1, "end": 0.01}
"""At a tenth of it and half the rate, 22 modes were found in 8 epochs."""

GRID = Recipe(
    name="grid",
    system="points of 25 Gaussians: see in 2-D whether a GAN drops modes",
    networks={
        "name": "dense",
        "latent_dim": 2,
        "generator_units": [128, 128, 128],
        "discriminator_units": [128, 128, 128],
        "output_activation": None,
    },
    model={"name": "GAN", "ema_decay": 0.999},
    loss={"name": "relativistic_pairing"},
    d_opt=_PAIRING_ADAM,
    g_opt=_PAIRING_ADAM,
    schedule={"name": "cosine"},
    regularizer=(
        {"name": "r1", "weight": _GRID_WEIGHT},
        {"name": "r2", "weight": _GRID_WEIGHT},
    ),
    data="grid",
    batch_size=100,
    # All modes are found early; more make the bridges between them thinner.
    epochs=120,
    # As many samples as in PacGAN (Lin et al., 2018, arXiv 1712.04086).
    evaluation={"name": "kl", "num_samples": 2500},
)

_RING_WEIGHT = {**_FALLING, "start": 0.004, "end": 0.0004}
"""From the grid's, times the squared ratio of the Gaussians' deviations."""

RING = replace(
    GRID,
    name="ring",
    system="points of 8 Gaussians on a circle: a small test of modes",
    regularizer=(
        {"name": "r1", "weight": _RING_WEIGHT},
        {"name": "r2", "weight": _RING_WEIGHT},
    ),
    data="ring",
)

RECOMMENDED = (
    QUICK,
    AC_GAN,
    SNGAN,
    FEW_IMAGES,
    QUICK_64,
    QUICK_128,
    R3GAN,
    STYLE_GAN,
    STYLE_GAN_64,
    STACKED_MNIST,
    GRID,
    RING,
)
