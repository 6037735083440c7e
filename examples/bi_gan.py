"""BiGAN: the generator's other half finds the latents of a real picture.

The discriminator judges pairs: a real picture with the latents that the encoder
finds, or latents with the picture that the generator makes of them. Donahue et
al., 2017, arXiv 1605.09782.
"""

import keras
from keras import layers, ops

import keras_gan
from keras_gan import backend


@keras.saving.register_keras_serializable("examples")
class BiGAN(keras_gan.AdversarialModel):
    def __init__(self, generator, encoder, discriminator, **kwargs):
        makers = {"generator": generator, "encoder": encoder}
        players = [
            keras_gan.Player("discriminator", {"discriminator": discriminator}),
            keras_gan.Player("generator", makers),
        ]
        super().__init__(players, **kwargs)

    @property
    def log_names(self):
        return [*super().log_names, "d_real", "d_fake"]

    def make(self, batch, training=True):
        shape = (ops.shape(batch)[0], *self.generator.input_shape[1:])
        seeds = self.seeds(training)
        latents = backend.draw(keras.random.normal, shape, seeds)
        fake = self.generator(latents, training=training)
        code = self.encoder(batch, training=training)
        return {
            "latents": latents,
            "fake": ops.cast(fake, "float32"),
            "code": ops.cast(code, "float32"),
        }

    def player_loss(self, player, batch, outputs, training=True):
        def judge(images, latents):
            pair = [images, latents]
            judged = self.discriminator(pair, training=training)
            return self.scores("discriminator", judged)

        real = judge(batch, outputs["code"])
        fake = judge(outputs["fake"], outputs["latents"])
        if player == "discriminator":
            loss = self.adversarial_loss.discriminator(real, fake)
            return loss, {"d_real": real, "d_fake": fake}
        # Both halves want the pairs to be taken for each other.
        return self.adversarial_loss.discriminator(fake, real)

    def pictures(self, batch):
        code = self.encoder(batch, training=False)
        return {"real": batch, "again": self.generator(code, training=False)}


def networks(shape=(28, 28, 1), latent_dim=32, units=256):
    def dense(x, size, activation=None):
        x = layers.LeakyReLU(0.2)(layers.Dense(units)(x))
        x = layers.LeakyReLU(0.2)(layers.Dense(units)(x))
        return layers.Dense(size, activation=activation)(x)

    images, latents = keras.Input(shape), keras.Input((latent_dim,))
    flat = layers.Flatten()(images)
    made = dense(latents, shape[0] * shape[1] * shape[2], "tanh")
    generator = keras.Model(latents, layers.Reshape(shape)(made))
    encoder = keras.Model(images, dense(flat, latent_dim))
    judged = dense(layers.Concatenate()([flat, latents]), 1)
    return generator, encoder, keras.Model([images, latents], judged)


if __name__ == "__main__":
    images, _ = keras_gan.datasets.load("fashion_mnist_sample")
    snapshots = keras_gan.callbacks.ImageSnapshot("pictures", num_images=8)
    gan = BiGAN(*networks())
    gan.fit(images / 127.5 - 1.0, epochs=20, callbacks=[snapshots])
