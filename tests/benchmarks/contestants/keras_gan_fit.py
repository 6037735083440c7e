"""This package: `fit` of a recipe's GAN."""

import keras

from keras_gan import datasets, recipes
from tests.benchmarks.contestants import keras_parts


def train(workload, images, turns):
    size = workload.batch_size
    backend = keras.backend.backend()

    def batches(images):
        if backend == "tensorflow":
            return keras_parts.tf_batches(images, size)
        if backend == "torch":
            return keras_parts.torch_batches(images, size)
        return datasets.ImageBatches(
            images, batch_size=size, drop_remainder=True
        )

    gan = recipes.assemble(keras_parts.recipe(workload), (28, 28, 1), seed=0)
    keras_parts.fit(
        gan,
        batches,
        images,
        size * workload.critic_steps,
        turns,
        # These shuffle themselves.
        **({"shuffle": False} if backend == "jax" else {}),
    )
