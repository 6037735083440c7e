"""The same PyTorch loop, with both networks compiled by `torch.compile`."""

import torch

from tests.benchmarks.contestants import plain_torch


def train(workload, images, turns):
    plain_torch.train(workload, images, turns, torch.compile)
