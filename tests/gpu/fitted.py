"""This package: `fit` of a recipe's GAN."""

import keras

from keras_gan import recipes
from tests.gpu import groups

POLICIES = {
    "float32": "float32",
    "bfloat16": "mixed_bfloat16",
    "float16": "mixed_float16",
}


class Training:
    """Trains when it is told to; so do those of the other modules.

    Args:
        group: What is trained.
        images: uint8 (n, size, size, channels), an epoch of them.
        device: Waits.
    """

    def __init__(self, group, images, device):
        keras.config.set_dtype_policy(POLICIES[group.dtype])
        self.recipe, self.images, self.device = (
            groups.recipe_of(group),
            images,
            device,
        )
        self.gan = recipes.assemble(self.recipe, images.shape[1:], seed=0)
        self.logs = {}

    def first_step(self, images):
        """Trains until both players have made a step: once through these."""
        self._fit(images, 1)

    def epochs(self, count):
        """Trains through all images so many times, until it is done."""
        self._fit(self.images, count)

    def losses(self):
        """The losses of the last epoch."""
        return [self.logs["d_loss"], self.logs["g_loss"]]

    def _fit(self, images, epochs):
        batches = recipes.batches(self.recipe, images, seed=0)
        history = self.gan.fit(batches, epochs=epochs, verbose=0).history
        self.device.wait([v.value for v in self.gan.variables])
        self.logs = {name: values[-1] for name, values in history.items()}
