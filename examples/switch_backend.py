"""One script for three backends: `python switch_backend.py jax`."""

import os
import sys

os.environ["KERAS_BACKEND"] = sys.argv[1]  # Before Keras is imported.

import keras
import keras_gan

images, _ = keras_gan.datasets.load("fashion_mnist_sample")
gan = keras_gan.GAN(*keras_gan.networks.dense(images.shape[1:]))
history = gan.fit(images / 127.5 - 1.0, epochs=2, batch_size=128)
print(keras.backend.backend(), history.history["g_loss"])
