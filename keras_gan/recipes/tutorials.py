"""The systems that tutorials teach, with the tutorials' own settings."""

from keras_gan.recipes.recipe import Recipe

__all__ = ["TUTORIALS"]

_CLASSIC_ADAM = {"name": "adam", "learning_rate": 2e-4, "beta_1": 0.5}
_WGAN_ADAM = {
    "name": "adam",
    "learning_rate": 1e-4,
    "beta_1": 0.0,
    "beta_2": 0.9,
}
"""The optimizer of Algorithm 1 in the paper."""

_FAST_WGAN_ADAM = {**_WGAN_ADAM, "learning_rate": 1e-3}
"""A higher rate, because a CPU makes only a few thousand updates."""

VANILLA = Recipe(
    name="vanilla",
    system="dense networks, the first GAN of most courses",
    networks={
        "name": "dense",
        "generator_units": [128, 256, 512, 1024],
        "discriminator_units": [512, 256],
        "generator_activation": 0.2,
        "discriminator_activation": 0.2,
        "batch_normalization": True,
        "batch_norm_momentum": 0.1,
        "batch_norm_epsilon": 0.8,
        "score_activation": "sigmoid",
        "kernel_initializer": "he_uniform",
    },
    loss={"name": "non_saturating"},
    d_opt={**_CLASSIC_ADAM, "beta_2": 0.999},
    g_opt={**_CLASSIC_ADAM, "beta_2": 0.999},
    batch_size=128,
    epochs=200,
)

# The next three tutorials halve the discriminator's loss, real plus fake.
# Adam's step does not change when the loss is scaled.
DENSE_SELU = Recipe(
    name="dense-selu",
    system="two-layer dense networks with selu: shirts, little variety",
    networks={
        "name": "dense",
        "generator_units": [256, 512],
        "discriminator_units": [512, 256],
        "generator_activation": "selu",
        "discriminator_activation": "relu",
        "output_activation": "sigmoid",
        "score_activation": "sigmoid",
    },
    loss={"name": "non_saturating"},
    d_opt=_CLASSIC_ADAM,
    g_opt=_CLASSIC_ADAM,
    value_range=(0.0, 1.0),
    batch_size=32,
    epochs=20,
)

DCGAN = Recipe(
    name="dcgan",
    system="convolutional networks: dresses and finer items appear",
    networks={
        "name": "dcgan",
        "filters": 64,
        "kernel_size": 5,
        "generator_activation": "selu",
        "discriminator_activation": 0.2,
        "dropout": 0.4,
        "score_activation": "sigmoid",
    },
    loss={"name": "non_saturating"},
    d_opt=_CLASSIC_ADAM,
    g_opt=_CLASSIC_ADAM,
    batch_size=32,
    epochs=20,
)

WGAN_GP = Recipe(
    name="wgan-gp",
    system="Wasserstein distance with gradient penalty: more variety",
    networks={
        "name": "wgan_gp",
        "filters": 64,
        "kernel_size": 5,
        "generator_activation": "selu",
        "critic_filters": [64, 256, 128],
        "critic_activation": 0.2,
        "dropout": 0.2,
    },
    model={"name": "WGANGP", "gp_weight": 10.0, "discriminator_steps": 5},
    loss={"name": "wasserstein"},
    d_opt=_FAST_WGAN_ADAM,
    g_opt=_FAST_WGAN_ADAM,
    batch_size=DCGAN.batch_size,
    epochs=20,
)

CONDITIONAL_WGAN_GP = Recipe(
    name="conditional-wgan-gp",
    system="the same, told the class: a row of pictures for each",
    networks={**WGAN_GP.networks, "conditioning": "concat"},
    model={**WGAN_GP.model, "name": "ConditionalWGANGP"},
    loss=WGAN_GP.loss,
    # After 2 epochs a classifier finds the class in 0.76 of its images. With
    # 1e-3 in 0.50: all scores drift, on which planes of labels are a lever.
    d_opt={**_WGAN_ADAM, "learning_rate": 3e-4},
    g_opt={**_WGAN_ADAM, "learning_rate": 3e-4},
    batch_size=WGAN_GP.batch_size,
    epochs=20,
)

# Folders hold fewer and larger pictures than the sets above. With half the
# filters a CPU makes many more updates in its time.
DCGAN_64 = Recipe(
    name="dcgan-64",
    system="dcgan for colour pictures of 64x64 from your folder",
    networks={**DCGAN.networks, "filters": 32, "stages": 4},
    loss=DCGAN.loss,
    d_opt=_CLASSIC_ADAM,
    g_opt=_CLASSIC_ADAM,
    data=None,
    image_size=64,
    channels=3,
    batch_size=DCGAN.batch_size,
    epochs=100,
)

WGAN_GP_64 = Recipe(
    name="wgan-gp-64",
    system="wgan-gp for colour pictures of 64x64 from your folder",
    networks={
        **WGAN_GP.networks,
        "filters": 32,
        "stages": 4,
        "critic_filters": [32, 128, 64],
    },
    model=WGAN_GP.model,
    loss=WGAN_GP.loss,
    d_opt=_FAST_WGAN_ADAM,
    g_opt=_FAST_WGAN_ADAM,
    data=None,
    image_size=64,
    channels=3,
    batch_size=WGAN_GP.batch_size,
    epochs=100,
)

RESIZE_CONV = Recipe(
    name="resize-conv",
    system="resizing before convolutions: smooth, no checkerboard",
    networks={
        "name": "resize_conv",
        "filters": 32,
        "start_filters": 100,
        "generator_activation": 0.3,
        "discriminator_activation": 0.3,
        "dropout": 0.3,
    },
    loss={"name": "minimax"},
    d_opt={"name": "adam", "learning_rate": 1e-3},
    g_opt={"name": "adam", "learning_rate": 1e-3},
    clipping={"name": "gradient", "value": 1.0, "player": "discriminator"},
    data="mnist",
    batch_size=128,
    epochs=50,
)

SINGLE_CLASS_DENSE = Recipe(
    name="single-class-dense",
    system="zeros alone, dense, pixels 0 to 255: shows mode collapse",
    networks={
        "name": "dense",
        "generator_units": [100, 150],
        "discriminator_units": [150, 100],
        "generator_activation": "relu",
        "discriminator_activation": "relu",
        "output_activation": "relu",
        "score_activation": "sigmoid",
    },
    loss={"name": "non_saturating"},
    d_opt={"name": "adam"},
    g_opt={"name": "adam"},
    data="mnist",
    label=0,
    value_range=(0.0, 255.0),
    batch_size=32,
    epochs=10,
)

SINGLE_CLASS_DCGAN = Recipe(
    name="single-class-dcgan",
    system="zeros alone, convolutional: visibly more variety",
    networks={
        "name": "dcgan",
        "filters": 64,
        "kernel_size": 5,
        "generator_activation": "relu",
        "discriminator_activation": 0.3,
        "dropout": 0.5,
        "score_activation": "sigmoid",
    },
    loss={"name": "non_saturating"},
    d_opt={"name": "adam"},
    g_opt={"name": "adam"},
    data="mnist",
    label=0,
    batch_size=32,
    epochs=10,
)

DENSE_LOGITS = Recipe(
    name="dense-logits",
    system="dense networks, logits, smoothed real labels",
    networks={
        "name": "dense",
        "generator_units": [128, 128],
        "discriminator_units": [128, 128],
    },
    loss={"name": "non_saturating", "label_smoothing": 0.1},
    d_opt={"name": "adam", "learning_rate": 1e-3},
    g_opt={"name": "adam", "learning_rate": 1e-3},
    data="mnist",
    batch_size=100,
    epochs=100,
)

TUTORIALS = (
    VANILLA,
    DENSE_SELU,
    DCGAN,
    WGAN_GP,
    CONDITIONAL_WGAN_GP,
    DCGAN_64,
    WGAN_GP_64,
    RESIZE_CONV,
    SINGLE_CLASS_DENSE,
    SINGLE_CLASS_DCGAN,
    DENSE_LOGITS,
)
