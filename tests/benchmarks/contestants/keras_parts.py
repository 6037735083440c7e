"""What the contestants that use Keras share: networks, data, turns of `fit`."""

from dataclasses import replace

import keras
import numpy as np

from keras_gan import recipes


class Turn(keras.callbacks.Callback):
    """Makes an epoch of `fit` a turn."""

    async_safe = True

    def __init__(self, turns):
        super().__init__()
        self.turns = turns

    def on_epoch_begin(self, epoch, logs=None):
        self.turns.begin()

    def on_epoch_end(self, epoch, logs=None):
        self.turns.end()


def recipe(workload):
    found = recipes.get(workload.recipe)
    return replace(
        found,
        batch_size=workload.batch_size,
        # Without label smoothing, which the others don't have.
        loss={"name": found.loss["name"]},
    )


def networks(workload):
    gan = recipes.assemble(recipe(workload), (28, 28, 1), seed=0)
    return gan.generator, gan.discriminator


def adam(workload):
    rate, beta_1, beta_2 = workload.adam
    return keras.optimizers.Adam(rate, beta_1=beta_1, beta_2=beta_2)


def fit(model, batches, images, first, turns, **options):
    """Fits the model to the first images, then, by turns, to all."""
    model.fit(batches(images[:first]), **options)
    turns.stepped()
    model.fit(
        batches(images),
        epochs=turns.epochs,
        callbacks=[Turn(turns)],
        **options,
    )


def floats(images):
    return images.astype(np.float32) / 127.5 - 1.0


def tf_batches(images, batch_size):
    """The pipeline of TensorFlow's tutorials, not tuned.

    The longer a process waits for its turn, up to a minute, the longer the
    tuning of its last epoch would hold up the next one.
    """
    import tensorflow as tf

    untuned = tf.data.Options()
    untuned.autotune.enabled = False
    dataset = tf.data.Dataset.from_tensor_slices(floats(images))
    dataset = dataset.shuffle(60_000).batch(batch_size, drop_remainder=True)
    return dataset.with_options(untuned)


def torch_batches(images, batch_size):
    """The loader of PyTorch's tutorials."""
    import torch

    dataset = torch.utils.data.TensorDataset(torch.from_numpy(floats(images)))
    return torch.utils.data.DataLoader(
        dataset, batch_size, shuffle=True, drop_last=True
    )
