"""The recipes' networks for square images, as PyTorch's users write them."""

from itertools import pairwise
from math import log2

import torch
from torch import nn

from tests.gpu.plans import PLANS

SLOPE = 0.2


def networks(recipe, size, channels):
    """Returns generator and discriminator of a recipe, which ends in logits."""
    make = {
        "quick": quick,
        "dcgan": dcgan,
        "wgan-gp": wgan_gp,
        "r3gan": r3gan,
    }[recipe]
    return make(size, channels, PLANS[recipe].latent_dim)


def quick(size, channels, latent_dim):
    stages = max(3, int(log2(size)) - 2)
    widths = [32 * 2**stage for stage in range(stages)]
    generator = convolutional_generator(
        size, channels, latent_dim, widths, 4, nn.ReLU, activated=True
    )
    discriminator = nn.Sequential(
        *halvings(channels, widths, 4, dropout=0.0),
        MinibatchStdDev(),
        nn.Flatten(),
        nn.Linear((widths[-1] + 1) * (size // 2**stages) ** 2, 1),
    )
    return generator, discriminator


def dcgan(size, channels, latent_dim):
    widths = doubling_widths(size)
    discriminator = nn.Sequential(
        *halvings(channels, widths, 5, dropout=0.4),
        nn.Flatten(),
        nn.Linear(widths[-1] * (size // 2 ** len(widths)) ** 2, 1),
    )
    generator = convolutional_generator(
        size, channels, latent_dim, widths, 5, nn.SELU
    )
    return generator, discriminator


def wgan_gp(size, channels, latent_dim):
    halved = max(3, int(log2(size)) - 2)
    filters = [64, *[256] * (halved - 2), 128]
    critic = nn.Sequential(
        *halvings(channels, filters, 5, dropout=0.2),
        nn.Flatten(),
        nn.Linear(128 * (size // 2**halved) ** 2, 1),
    )
    generator = convolutional_generator(
        size, channels, latent_dim, doubling_widths(size), 5, nn.SELU
    )
    return generator, critic


def doubling_widths(size):
    return [64 * 2**stage for stage in range(max(1, int(log2(size)) - 2))]


def convolutional_generator(
    size, channels, latent_dim, widths, kernel, activation, activated=False
):
    """The widths are those beside the image first."""
    start, widest = size // 2 ** len(widths), widths[-1]
    layers = [
        nn.Linear(latent_dim, start * start * widest),
        nn.Unflatten(1, (widest, start, start)),
        normalized(widest),
    ]
    if activated:
        layers.append(activation())
    for before, after in zip(widths[:0:-1], widths[-2::-1], strict=True):
        layers += [doubled(before, after, kernel), activation()]
        layers.append(normalized(after))
    return nn.Sequential(
        *layers, doubled(widths[0], channels, kernel), nn.Tanh()
    )


def normalized(channels):
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def doubled(before, after, kernel):
    odd = kernel % 2
    return nn.ConvTranspose2d(
        before,
        after,
        kernel,
        stride=2,
        padding=kernel // 2 - 1 + odd,
        output_padding=odd,
    )


def halvings(channels, widths, kernel, dropout):
    layers = []
    for before, after in zip([channels, *widths], widths, strict=False):
        padding = kernel // 2 - 1 + kernel % 2
        layers.append(nn.Conv2d(before, after, kernel, 2, padding))
        layers.append(nn.LeakyReLU(SLOPE))
        if dropout:
            layers.append(nn.Dropout(dropout))
    return layers


class MinibatchStdDev(nn.Module):
    """Appends the deviation in groups of four as a channel."""

    def forward(self, x):
        groups = -(-len(x) // 4)
        index = torch.arange(len(x), device=x.device) % groups
        same = (index[:, None] == index[None, :]).float()
        weights = same / same.sum(1, keepdim=True)
        flat = x.flatten(1).float()
        with torch.autocast(x.device.type, enabled=False):
            variance = weights @ (flat - weights @ flat).square()
        deviation = (variance + 1e-8).sqrt().mean(1).to(x.dtype)
        plane = deviation[:, None, None, None].expand(-1, 1, *x.shape[2:])
        return torch.cat([x, plane], 1)


# ------------------------------------------------------------------- r3gan


def r3gan(size, channels, latent_dim):
    stages = max(1, int(log2(size)) - 2)
    widths = [16 * 2 ** (stages - index) for index in range(stages + 1)]
    start = size // 2**stages
    up = [nn.Linear(latent_dim, widths[0], bias=False)]
    up += [BasisExpansion(widths[0], start), Block(widths[0])]
    for before, after in pairwise(widths):
        up += [pointwise(before, after), Doubled(), Block(after)]
    up += [pointwise(widths[-1], channels), nn.Tanh()]
    down = [pointwise(channels, widths[-1])]
    for before, after in pairwise(reversed(widths)):
        down += [Block(before), Halved(), pointwise(before, after)]
    down += [Block(widths[0]), BasisReduction(widths[0], start)]
    down.append(nn.Linear(widths[0], 1, bias=False))
    return nn.Sequential(*up), nn.Sequential(*down)


def pointwise(before, after, bias=False):
    return nn.Conv2d(before, after, 1, bias=bias)


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        inner = 2 * width
        last = pointwise(inner, width)
        nn.init.zeros_(last.weight)
        self.layers = nn.Sequential(
            *(pointwise(width, inner, bias=True), nn.LeakyReLU(SLOPE)),
            nn.Conv2d(inner, inner, 3, padding=1, groups=max(1, inner // 16)),
            *(nn.LeakyReLU(SLOPE), last),
        )

    def forward(self, x):
        return x + self.layers(x)


class BasisExpansion(nn.Module):
    def __init__(self, width, size):
        super().__init__()
        self.basis = nn.Parameter(torch.randn(width, size, size))

    def forward(self, x):
        return self.basis.to(x.dtype) * x[:, :, None, None]


class BasisReduction(nn.Module):
    def __init__(self, width, size):
        super().__init__()
        self.basis = nn.Parameter(torch.randn(width, size, size) / size)

    def forward(self, x):
        return (x * self.basis.to(x.dtype)).sum((2, 3))


class Doubled(nn.Module):
    def forward(self, x):
        return nn.functional.interpolate(x, scale_factor=2.0, mode="bilinear")


class Halved(nn.Module):
    """The filter [1, 3, 3, 1] / 8 along both axes, the border repeated."""

    def forward(self, x):
        line = torch.tensor([1.0, 3.0, 3.0, 1.0], device=x.device) / 8.0
        kernel = (line[:, None] * line[None, :]).to(x.dtype)
        kernel = kernel.expand(x.shape[1], 1, 4, 4)
        x = nn.functional.pad(x, (1, 1, 1, 1), mode="replicate")
        return nn.functional.conv2d(x, kernel, stride=2, groups=x.shape[1])
