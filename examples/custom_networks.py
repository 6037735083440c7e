"""Networks of your own: any Keras models, Sequential or subclassed."""

import keras
from keras import layers

import keras_gan

generator = keras.Sequential(
    [
        keras.Input((64,)),
        layers.Dense(7 * 7 * 32, activation="relu"),
        layers.Reshape((7, 7, 32)),
        layers.UpSampling2D(),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.UpSampling2D(),
        layers.Conv2D(1, 3, padding="same", activation="tanh"),
    ],
    name="generator",
)


class Patches(keras.Model):
    """Scores each patch of an image instead of the whole."""

    def __init__(self):
        super().__init__(name="patches")
        spectral = keras_gan.layers.SpectralNormalization
        self.first = spectral(layers.Conv2D(32, 4, 2, "same"))
        self.second = spectral(layers.Conv2D(64, 4, 2, "same"))
        self.scores = spectral(layers.Conv2D(1, 3, padding="same"))

    def call(self, images):
        x = keras.ops.leaky_relu(self.first(images), 0.2)
        x = keras.ops.leaky_relu(self.second(x), 0.2)
        return self.scores(x)


images, _ = keras_gan.datasets.load("fashion_mnist_sample")
gan = keras_gan.GAN(generator, Patches(), augment="color,translation")
gan.compile(loss="hinge")
gan.fit(
    images / 127.5 - 1.0,
    epochs=10,
    batch_size=64,
    callbacks=[keras_gan.callbacks.ImageSnapshot("pictures")],
)
