"""The recipes' networks, layer by layer, as PyTorch's users write them."""

from torch import nn

from tests.benchmarks.peers_rows import LATENT_DIM

SHAPE = (1, 28, 28)
PIXELS = 28 * 28


def small():
    generator = nn.Sequential(
        *(nn.Linear(LATENT_DIM, 128), nn.LeakyReLU(0.2)),
        *(nn.Linear(128, 128), nn.LeakyReLU(0.2)),
        *(nn.Linear(128, PIXELS), nn.Tanh(), nn.Unflatten(1, SHAPE)),
    )
    discriminator = nn.Sequential(
        nn.Flatten(),
        *(nn.Linear(PIXELS, 128), nn.LeakyReLU(0.2)),
        *(nn.Linear(128, 128), nn.LeakyReLU(0.2)),
        nn.Linear(128, 1),
    )
    return generator, discriminator


def vanilla():
    def normalized(size):
        return nn.BatchNorm1d(size, eps=0.8, momentum=0.9)

    generator = nn.Sequential(
        *(nn.Linear(LATENT_DIM, 128), nn.LeakyReLU(0.2)),
        *(nn.Linear(128, 256), normalized(256), nn.LeakyReLU(0.2)),
        *(nn.Linear(256, 512), normalized(512), nn.LeakyReLU(0.2)),
        *(nn.Linear(512, 1024), normalized(1024), nn.LeakyReLU(0.2)),
        *(nn.Linear(1024, PIXELS), nn.Tanh(), nn.Unflatten(1, SHAPE)),
    )
    discriminator = nn.Sequential(
        nn.Flatten(),
        *(nn.Linear(PIXELS, 512), nn.LeakyReLU(0.2)),
        *(nn.Linear(512, 256), nn.LeakyReLU(0.2)),
        *(nn.Linear(256, 1), nn.Sigmoid()),
    )
    return generator, discriminator


def dcgan():
    discriminator = nn.Sequential(
        *(*halved(1, 64), nn.Dropout(0.4)),
        *(*halved(64, 128), nn.Dropout(0.4)),
        *(nn.Flatten(), nn.Linear(128 * 7 * 7, 1), nn.Sigmoid()),
    )
    return convolutional_generator(), discriminator


def wgan_gp():
    critic = nn.Sequential(
        *(*halved(1, 64), nn.Dropout(0.2)),
        *(*halved(64, 256), nn.Dropout(0.2)),
        *(*halved(256, 128), nn.Dropout(0.2)),
        *(nn.Flatten(), nn.Linear(128 * 4 * 4, 1)),
    )
    return convolutional_generator(), critic


def convolutional_generator():
    def normalized(channels):
        return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)

    return nn.Sequential(
        nn.Linear(LATENT_DIM, 128 * 7 * 7),
        *(nn.Unflatten(1, (128, 7, 7)), normalized(128)),
        *(doubled(128, 64), nn.SELU(), normalized(64)),
        *(doubled(64, 1), nn.Tanh()),
    )


def halved(before, after):
    convolution = nn.Conv2d(before, after, 5, stride=2, padding=2)
    return convolution, nn.LeakyReLU(0.2)


def doubled(before, after):
    return nn.ConvTranspose2d(
        before, after, 5, stride=2, padding=2, output_padding=1
    )


NETWORKS = {
    "small": small,
    "vanilla": vanilla,
    "dcgan": dcgan,
    "wgan-gp": wgan_gp,
}
