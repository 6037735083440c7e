"""What is in a batch that a GAN is trained on?"""

from typing import NamedTuple

from keras_gan._typing import Tensor

Condition = tuple[Tensor, ...]


class Batch(NamedTuple):
    """What a batch holds.

    Attributes:
        real: Real images, float32, shape `(n, ...)`.
        condition: What they are conditioned on: labels, or nothing.
    """

    real: Tensor
    condition: Condition = ()
