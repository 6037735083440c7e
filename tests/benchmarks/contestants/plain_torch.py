"""A PyTorch loop, as PyTorch's tutorials have it."""

import numpy as np
import torch

from tests.benchmarks.contestants.torch_networks import NETWORKS
from tests.benchmarks.peers_rows import GP_WEIGHT, LATENT_DIM


def train(workload, images, turns, compiled=lambda network: network):
    make = gan_epoch if workload.critic_steps == 1 else wgan_gp_epoch
    epoch = make(workload, compiled)
    size = workload.batch_size
    epoch(loader(images[: size * workload.critic_steps], size))
    turns.stepped()
    batches = loader(images, size)
    for _ in range(turns.epochs):
        turns.begin()
        epoch(batches)
        turns.end()


def loader(images, batch_size):
    floats = images.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1.0
    return torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.from_numpy(floats)),
        batch_size,
        shuffle=True,
        drop_last=True,
    )


def adam(workload, network):
    rate, *betas = workload.adam
    return torch.optim.Adam(network.parameters(), rate, betas=tuple(betas))


def gan_epoch(workload, compiled):
    networks = NETWORKS[workload.name]()
    g_opt, d_opt = (adam(workload, network) for network in networks)
    generator, discriminator = map(compiled, networks)
    losses = torch.nn.BCEWithLogitsLoss, torch.nn.BCELoss
    criterion = losses[0]() if workload.logits else losses[1]()
    ones = torch.ones(workload.batch_size, 1)
    zeros = torch.zeros(workload.batch_size, 1)

    def train_step(real):
        d_opt.zero_grad()
        real_loss = criterion(discriminator(real), ones)
        real_loss.backward()
        fake = generator(torch.randn(workload.batch_size, LATENT_DIM))
        fake_loss = criterion(discriminator(fake.detach()), zeros)
        fake_loss.backward()
        d_opt.step()

        g_opt.zero_grad()
        g_loss = criterion(discriminator(fake), ones)
        g_loss.backward()
        g_opt.step()
        return real_loss.item() + fake_loss.item(), g_loss.item()

    def epoch(batches):
        for (real,) in batches:
            train_step(real)

    return epoch


def wgan_gp_epoch(workload, compiled):
    networks = NETWORKS[workload.name]()
    g_opt, c_opt = (adam(workload, network) for network in networks)
    generator, critic = map(compiled, networks)
    shape = workload.batch_size, LATENT_DIM

    def critic_step(real):
        c_opt.zero_grad()
        with torch.no_grad():
            fake = generator(torch.randn(shape))
        loss = critic(fake).mean() - critic(real).mean()
        # Not the compiled one: `torch.compile` has no second derivatives.
        loss = loss + GP_WEIGHT * gradient_penalty(networks[1], real, fake)
        loss.backward()
        c_opt.step()
        return loss.item()

    def generator_step():
        g_opt.zero_grad()
        loss = -critic(generator(torch.randn(shape))).mean()
        loss.backward()
        g_opt.step()
        return loss.item()

    def epoch(batches):
        for step, (real,) in enumerate(batches, 1):
            critic_step(real)
            if step % workload.critic_steps == 0:
                generator_step()

    return epoch


def gradient_penalty(critic, real, fake):
    share = torch.rand(len(real), 1, 1, 1)
    mixed = (real + share * (fake - real)).requires_grad_()
    scores = critic(mixed)
    (gradients,) = torch.autograd.grad(scores.sum(), mixed, create_graph=True)
    norms = (gradients.square().sum((1, 2, 3)) + 1e-12).sqrt()
    return (norms - 1.0).square().mean()
