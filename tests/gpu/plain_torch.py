"""A PyTorch loop with automatic mixed precision, as its users write it."""

import contextlib

import torch
from torch.nn import functional

from tests.gpu import groups
from tests.gpu.plans import PLANS
from tests.gpu.torch_networks import networks


class Training:
    """As `fitted.Training`."""

    @staticmethod
    def compiled(network):
        return network

    def __init__(self, group, images, device):
        self.plan, self.group = PLANS[group.recipe], group
        self.wait, self.device = device.wait, device.device
        self.images = self._channels_first(images)
        pair = networks(group.recipe, group.size, groups.CHANNELS)
        self.plain = [network.to(self.device) for network in pair]
        self.generator, self.discriminator = map(self.compiled, self.plain)
        self.average = [p.detach().clone() for p in self.plain[0].parameters()]
        self.optimizers = [self._adam(network) for network in self.plain]
        self.scalers = [
            torch.amp.GradScaler(
                self.device.type, enabled=group.dtype == "float16"
            )
            for _ in pair
        ]
        self.step, self.last = 0, (torch.zeros(()), torch.zeros(()))

    def first_step(self, images):
        self._train(self._channels_first(images))

    def epochs(self, count):
        for _ in range(count):
            self._train(self.images[torch.randperm(len(self.images))])

    def losses(self):
        return [float(loss) for loss in self.last]

    @staticmethod
    def _channels_first(images):
        return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()

    def _adam(self, network):
        rate, *betas = self.plan.adam
        return torch.optim.Adam(network.parameters(), rate, betas=tuple(betas))

    def _train(self, images):
        for pixels in images.split(self.group.batch_size):
            real = pixels.to(self.device, non_blocking=True)
            real = real.float() / 127.5 - 1.0
            d_loss, g_loss = self._discriminator_step(real), self.last[1]
            self.step += 1
            if self.step % self.plan.critic_steps == 0:
                g_loss = self._generator_step(real)
            self.last = d_loss, g_loss
        self.wait()

    def _latents(self):
        shape = self.group.batch_size, self.plan.latent_dim
        return torch.randn(shape, device=self.device)

    def _precision(self):
        if self.group.dtype == "float32":
            return contextlib.nullcontext()
        dtype = getattr(torch, self.group.dtype)
        return torch.autocast(self.device.type, dtype)

    def _discriminator_step(self, real):
        with self._precision():
            with torch.no_grad():
                fake = self.generator(self._latents())
            scores = self.discriminator(real), self.discriminator(fake)
            loss = d_loss(self.plan.loss, *(s.float() for s in scores))
            if self.step % self.plan.interval == 0:
                loss = loss + self._penalty(real, fake.float())
        self._update(1, loss)
        return loss.detach()

    def _generator_step(self, real):
        with self._precision():
            fake = self.discriminator(self.generator(self._latents())).float()
            real_scores = None
            if self.plan.loss == "pairing":
                with torch.no_grad():
                    real_scores = self.discriminator(real).float()
            loss = g_loss(self.plan.loss, real_scores, fake)
        self._update(0, loss)
        if self.plan.decay is not None:
            weights = [p.detach() for p in self.plain[0].parameters()]
            torch._foreach_lerp_(self.average, weights, 1 - self.plan.decay)
        return loss.detach()

    def _update(self, player, loss):
        # Its own weights alone: the other player's are not differentiated.
        weights = list(self.plain[player].parameters())
        scaler, optimizer = self.scalers[player], self.optimizers[player]
        optimizer.zero_grad()
        scaler.scale(loss).backward(inputs=weights)
        scaler.step(optimizer)
        scaler.update()

    def _penalty(self, real, fake):
        plan, total = self.plan, 0.0
        if plan.r1:
            total = total + plan.r1 / 2 * self._squares(real).mean()
        if plan.r2:
            total = total + plan.r2 / 2 * self._squares(fake).mean()
        if plan.gp_weight:
            share = torch.rand(len(real), 1, 1, 1, device=self.device)
            squares = self._squares(real + share * (fake - real))
            norms = (squares + 1e-12).sqrt()
            total = total + plan.gp_weight * (norms - 1.0).square().mean()
        return total

    def _squares(self, images):
        """The squared norm of each image's gradient."""
        images = images.detach().requires_grad_()
        # Not the compiled one: `torch.compile` has no second derivatives.
        scores = self.plain[1](images)
        (gradients,) = torch.autograd.grad(
            scores.float().sum(), images, create_graph=True
        )
        return gradients.square().sum((1, 2, 3))


def d_loss(kind, real, fake):
    if kind == "wasserstein":
        return fake.mean() - real.mean()
    if kind == "pairing":
        return functional.softplus(fake - real).mean()
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


def g_loss(kind, real, fake):
    if kind == "wasserstein":
        return -fake.mean()
    if kind == "pairing":
        return functional.softplus(real - fake).mean()
    return functional.softplus(-fake).mean()
