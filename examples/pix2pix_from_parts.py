"""pix2pix on `AdversarialModel`: how `keras_gan.Pix2Pix` could be written.

The discriminator judges a picture beside its source; the generator also pays
for every pixel that is not the target's. Isola et al., 2017, arXiv 1611.07004.
"""

import keras
import numpy as np
from keras import layers, ops

import keras_gan


@keras.saving.register_keras_serializable("examples")
class Pix2Pix(keras_gan.AdversarialModel):
    def __init__(self, generator, discriminator, *, l1_weight=100.0, **kwargs):
        players = [
            keras_gan.Player("discriminator", {"discriminator": discriminator}),
            keras_gan.Player("generator", {"generator": generator}),
        ]
        super().__init__(players, **kwargs)
        self.l1_weight = l1_weight

    @property
    def log_names(self):
        return [*super().log_names, "g_l1"]

    def unpack(self, data):
        source, target = data
        return {"source": source, "target": target}

    def make(self, batch, training=True):
        made = self.generator(batch["source"], training=training)
        return {"fake": ops.cast(made, "float32")}

    def player_loss(self, player, batch, outputs, training=True):
        def judge(images):
            pair = [batch["source"], images]
            judged = self.discriminator(pair, training=training)
            return self.scores("discriminator", judged)

        fake = judge(outputs["fake"])
        if player == "discriminator":
            real = judge(batch["target"])
            return self.adversarial_loss.discriminator(real, fake)
        l1 = ops.mean(ops.abs(batch["target"] - outputs["fake"]))
        loss = self.adversarial_loss.generator(fake)
        return loss + self.l1_weight * l1, {"g_l1": l1}

    def pictures(self, batch):
        made = self.generator(batch["source"], training=False)
        return {**batch, "made": made}

    def get_config(self):
        return {**super().get_config(), "l1_weight": self.l1_weight}


def networks(size=28, filters=32):
    """A generator that sees the source at two scales, and a patch judge."""
    source, other = keras.Input((size, size, 1)), keras.Input((size, size, 1))
    wide = layers.Conv2D(filters, 3, padding="same", activation="relu")(source)
    x = layers.Conv2D(2 * filters, 4, 2, "same", activation="relu")(wide)
    x = layers.Conv2D(2 * filters, 3, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(filters, 4, 2, "same", activation="relu")(x)
    x = layers.Concatenate()([x, wide])
    x = layers.Conv2D(1, 3, padding="same", activation="tanh")(x)
    y = layers.Concatenate()([source, other])
    y = layers.LeakyReLU(0.2)(layers.Conv2D(filters, 4, 2, "same")(y))
    y = layers.Conv2D(1, 4, padding="same")(y)
    return keras.Model(source, x), keras.Model([source, other], y)


if __name__ == "__main__":
    images, _ = keras_gan.datasets.load("fashion_mnist_sample")
    targets = images.astype("float32") / 127.5 - 1.0
    steps = [np.abs(np.diff(targets, axis=a, append=-1.0)) for a in (1, 2)]
    outlines = np.clip(steps[0] + steps[1], 0.0, 2.0) - 1.0
    snapshots = keras_gan.callbacks.ImageSnapshot("pictures", num_images=8)
    Pix2Pix(*networks()).fit(outlines, targets, epochs=3, callbacks=[snapshots])
