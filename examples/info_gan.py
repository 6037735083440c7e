"""InfoGAN: the generator gets a class of its own choice, and keeps to it.

A small head on the discriminator's features reads the class back from the
picture. It is trained with the generator. Chen et al., 2016, arXiv 1606.03657.
"""

import keras
import numpy as np
from keras import layers, ops

import keras_gan
from keras_gan import backend


@keras.saving.register_keras_serializable("examples")
class InfoGAN(keras_gan.GAN):
    def __init__(self, generator, discriminator, reader, *, codes=10, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.add_network("reader", reader, player="generator")
        self.codes = codes

    @property
    def log_names(self):
        return [*super().log_names, "g_code"]

    def make(self, batch, training=True):
        count = ops.shape(batch[0])[0]
        latents = self.draw_latents(count, training)
        shape = (count, self.codes)
        draws = backend.draw(keras.random.uniform, shape, self.seeds(training))
        code = ops.one_hot(ops.argmax(draws, axis=-1), self.codes)
        inputs = ops.concatenate([code, latents[:, self.codes :]], axis=-1)
        fake = self.call_generator(self.generator, inputs, (), training)
        return {"fake": ops.cast(fake, "float32"), "code": code}

    def call_discriminator(self, images, condition, training):
        return self.discriminator(images, training=training)  # scores, features

    def player_loss(self, player, batch, outputs, training=True):
        if player == "discriminator":
            return super().player_loss(player, batch, outputs, training)
        scores, features = self.judge(outputs["fake"], (), training)
        read = ops.cast(self.reader(features, training=training), "float32")
        surprise = ops.categorical_crossentropy(
            outputs["code"], read, from_logits=True
        )
        loss = self.adversarial_loss.generator(scores)
        return loss + ops.mean(surprise), {"g_code": surprise}

    def latents(self, n, seed=None):
        latents = super().latents(n, seed)
        latents[:, : self.codes] = np.eye(self.codes)[np.arange(n) % self.codes]
        return latents

    def get_config(self):
        return {**super().get_config(), "codes": self.codes}


def networks(shape=(28, 28, 1), latent_dim=74, codes=10):
    generator, plain = keras_gan.networks.dcgan(shape, latent_dim=latent_dim)
    features = plain.layers[-2].output
    outputs = [layers.Dense(1)(features), features]
    read = keras.Input(features.shape[1:])
    reader = keras.Model(read, layers.Dense(codes)(read))
    return generator, keras.Model(plain.input, outputs), reader


if __name__ == "__main__":
    images, _ = keras_gan.datasets.load("fashion_mnist_sample")
    gan = InfoGAN(*networks())
    snapshots = keras_gan.callbacks.ImageSnapshot("pictures", num_images=100)
    gan.fit(images / 127.5 - 1.0, epochs=10, callbacks=[snapshots])
