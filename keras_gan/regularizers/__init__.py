"""Regularisers: penalties on the gradient of a network by its input.

One on a discriminator is called as `regularizer(critic, real, fake, seed)`:
`critic` is any function from images to scores. One on a generator, such as
`PathLength`, is called as `regularizer(generator, latents, seed)`. Each returns
a float32 scalar, its weight included, that is added to the player's loss.
"""

from keras_gan.regularizers.gradient_norm import DRAGAN, GradientPenalty
from keras_gan.regularizers.identifiers import for_generator as for_generator
from keras_gan.regularizers.identifiers import get
from keras_gan.regularizers.input_gradient import (
    gradient_scale as gradient_scale,
)
from keras_gan.regularizers.own_function import (
    FunctionGeneratorRegularizer,
    FunctionRegularizer,
)
from keras_gan.regularizers.path_length import PathLength
from keras_gan.regularizers.penalty import (
    GeneratorRegularizer,
    Penalty,
    Regularizer,
)
from keras_gan.regularizers.zero_centered import R1, R2

__all__ = [
    "DRAGAN",
    "R1",
    "R2",
    "FunctionGeneratorRegularizer",
    "FunctionRegularizer",
    "GeneratorRegularizer",
    "GradientPenalty",
    "PathLength",
    "Penalty",
    "Regularizer",
    "get",
]
