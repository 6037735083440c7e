"""The same PyTorch loop, with both networks compiled by `torch.compile`."""

import torch

from tests.gpu import plain_torch


class Training(plain_torch.Training):
    compiled = staticmethod(torch.compile)
