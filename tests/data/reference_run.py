"""Trains two tiny GANs by hand in plain torch and writes what they end at.

`python tests/data/reference_run.py` writes `reference_run.json` beside it.
"""

import json
from pathlib import Path

import numpy as np
import torch

NOISE = torch.from_numpy(
    np.linspace(-1.5, 1.5, 64 * 6).reshape(64, 6).astype("float32")
)
SHARE = (NOISE[:, :1] + 1.5) / 3.0
REAL = torch.from_numpy(
    np.cos(np.arange(64 * 8)).reshape(64, 8).astype("float32")
)


def parameters(shapes, scale):
    count, made = 0, []
    for shape in shapes:
        size = int(np.prod(shape))
        numbers = np.arange(count, count + size)
        count += size
        value = scale * np.sin(0.7 * numbers).reshape(shape)
        made.append(torch.tensor(value.astype("float32"), requires_grad=True))
    return made


def generate(p):
    return torch.tanh(torch.relu(NOISE @ p[0] + p[1]) @ p[2] + p[3])


def judge(p, x):
    return torch.tanh(x @ p[0] + p[1]) @ p[2] + p[3]


def squared_gradient(p, x):
    x = x.detach().requires_grad_(True)
    (g,) = torch.autograd.grad(judge(p, x).sum(), x, create_graph=True)
    return (g**2).sum(dim=1)


def descend(loss, p):
    for value, gradient in zip(p, torch.autograd.grad(loss, p), strict=True):
        value.data -= 0.05 * gradient


def run(name):
    g = parameters([(6, 16), (16,), (16, 8), (8,)], 0.3)
    d = parameters([(8, 16), (16,), (16, 1), (1,)], 0.4)
    softplus = torch.nn.functional.softplus
    for step in range(6):
        fake = generate(g).detach()
        real_score, fake_score = judge(d, REAL), judge(d, fake)
        if name == "wgan_gp":
            between = REAL + SHARE * (fake - REAL)
            norm = (squared_gradient(d, between) + 1e-12).sqrt()
            loss = fake_score.mean() - real_score.mean()
            loss = loss + 10.0 * ((norm - 1) ** 2).mean()
        else:
            loss = softplus(-real_score).mean() + softplus(fake_score).mean()
            loss = loss + 10.0 / 2 * squared_gradient(d, REAL).mean()
        descend(loss, d)
        if name == "wgan_gp":
            if step % 2 == 1:
                descend(-judge(d, generate(g)).mean(), g)
        else:
            descend(softplus(-judge(d, generate(g))).mean(), g)

    def fingerprint(p):
        return [[float(w.sum()), float(w.abs().sum())] for w in p]

    return {"generator": fingerprint(g), "discriminator": fingerprint(d)}


if __name__ == "__main__":
    result = {name: run(name) for name in ("non_saturating_r1", "wgan_gp")}
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(result, indent=1) + "\n")
