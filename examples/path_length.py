"""A lazy penalty on the generator: StyleGAN2's path length.

A step in the latents shall change every picture equally far. The length that
all paths are drawn to is remembered from step to step, and saved with the
model. Karras et al., 2020, arXiv 1912.04958, section 3.2.
"""

import math

import keras
from keras import ops

import keras_gan
from keras_gan import backend, regularizers


@keras.saving.register_keras_serializable("examples")
class PathLength(regularizers.GeneratorRegularizer):
    """`weight * mean((|J^T y| - a)^2)`, with `a` the moving mean of `|J^T y|`.

    `J` is the derivative of the images by the latents, and `y` an image of
    noise whose length does not depend on the image's size.
    """

    name = "path_length"

    def __init__(self, weight=2.0, *, decay=0.01, interval=4):
        super().__init__(weight, interval=interval)
        self.decay = decay
        self.mean = keras.Variable(
            0.0, trainable=False, aggregation="mean", name="mean_path_length"
        )

    @property
    def variables(self):
        return [self.mean]

    def __call__(self, generator, latents, seed):
        def towards_noise(images):
            noise = backend.draw(keras.random.normal, ops.shape(images), seed)
            return images * noise / math.sqrt(math.prod(images.shape[1:3]))

        path = generator.then(towards_noise, seed)
        gradient = backend.input_gradient(path, latents)
        axes = tuple(range(1, len(gradient.shape)))
        length = ops.sqrt(ops.sum(ops.square(gradient), axis=axes) + 1e-12)
        now = ops.stop_gradient(backend.global_mean(length))
        mean = self.mean + self.decay * (now - self.mean)
        self.mean.assign(mean)
        return self.weight * ops.mean(ops.square(length - mean))

    def get_config(self):
        return {**super().get_config(), "decay": self.decay}


if __name__ == "__main__":
    images, _ = keras_gan.datasets.load("fashion_mnist_sample")
    generator, discriminator = keras_gan.networks.dcgan(images.shape[1:])
    gan = keras_gan.GAN(
        generator,
        discriminator,
        regularizer=regularizers.R1(interval=16),
        generator_regularizer=PathLength(),
        ema_decay=0.999,
    )
    snapshots = keras_gan.callbacks.ImageSnapshot(
        "pictures", interpolation=True
    )
    gan.fit(images / 127.5 - 1.0, epochs=10, callbacks=[snapshots])
