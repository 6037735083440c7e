"""The recipes that translate images into images."""

from keras_gan.recipes.recipe import Recipe

__all__ = ["IMAGE_TO_IMAGE"]

_ADAM = {
    "name": "adam",
    "learning_rate": 1e-3,
    "beta_1": 0.5,
    "beta_2": 0.99,
}
"""Five times the papers' rate, because a CPU makes only some 1,000 updates."""

_FALLING = {"name": "cosine", "hold": 0.5}
"""As in CycleGAN, where the rates fall in the second half."""

_MEASURED = {"name": "kid", "num_samples": 1000}

PIX2PIX = Recipe(
    name="pix2pix",
    system="from pairs of images, such as outlines and clothes",
    networks={
        "name": "pix2pix",
        "filters": 16,
        "discriminator_filters": 16,
        # Small batches are then no worse than large ones.
        "normalization": "instance",
        "discriminator_normalization": "instance",
    },
    model={"name": "Pix2Pix"},
    d_opt=_ADAM,
    g_opt=_ADAM,
    schedule=_FALLING,
    data="outlines",
    batch_size=16,
    epochs=None,
    budget=60_000,
    evaluation=_MEASURED,
)

CYCLE_GAN = Recipe(
    name="cyclegan",
    system="without pairs, both ways, as sneakers and boots",
    networks={
        "name": "cycle_gan",
        # Resizing in place of its transposed convolutions has a KID of 73
        # where they have 48, in more time.
        "filters": 16,
        "blocks": 3,
        "discriminator_filters": 16,
    },
    model={
        "name": "CycleGAN",
        # The paper's balance of the terms.
        "adversarial_weight": 2.0,
        # With 0.5, as for paintings in the paper, KID after 8 epochs is 424 and
        # 460, not 204 and 90, and an epoch takes longer.
        "identity_weight": 0.0,
    },
    d_opt=_ADAM,
    g_opt=_ADAM,
    schedule=_FALLING,
    data="sneakers_to_boots",
    batch_size=8,
    epochs=None,
    budget=12_000,
    evaluation=_MEASURED,
)

SUPER_RESOLUTION = Recipe(
    name="super-resolution",
    system="four times as large, such as 28x28 from 7x7",
    networks={
        "name": "srgan",
        "filters": 32,
        "blocks": 4,
        "discriminator_filters": 16,
    },
    model={
        "name": "Pix2Pix",
        # Content alone for half of the run, as in SRGAN, then texture, too.
        "adversarial_weight": {
            "name": "cosine",
            "start": 0.0,
            "end": 2.0,
            "hold": 0.5,
        },
    },
    d_opt=_ADAM,
    g_opt=_ADAM,
    schedule=_FALLING,
    data="small_clothes",
    scale=4,
    batch_size=32,
    epochs=None,
    budget=60_000,
    evaluation=_MEASURED,
)

IMAGE_TO_IMAGE = (PIX2PIX, CYCLE_GAN, SUPER_RESOLUTION)
