"""CycleGAN on `AdversarialModel`: how `keras_gan.CycleGAN` could be written.

Two generators, one each way, must bring a picture back to where it came from;
two discriminators judge each side. Zhu et al., 2017, arXiv 1703.10593.
"""

import keras
from keras import layers, ops

import keras_gan


@keras.saving.register_keras_serializable("examples")
class CycleGAN(keras_gan.AdversarialModel):
    default_loss = "least_squares"

    def __init__(self, a_to_b, b_to_a, judge_a, judge_b, **kwargs):
        judges = {"judge_a": judge_a, "judge_b": judge_b}
        makers = {"a_to_b": a_to_b, "b_to_a": b_to_a}
        sides = {"discriminator": judges, "generator": makers}.items()
        super().__init__([keras_gan.Player(*each) for each in sides], **kwargs)

    @property
    def log_names(self):
        return [*super().log_names, "g_cycle", "g_identity"]

    def unpack(self, data):
        return {"a": data[0], "b": data[1]}

    def make(self, batch, training=True):
        def to(side, images):
            network = self.a_to_b if side == "b" else self.b_to_a
            return ops.cast(network(images, training=training), "float32")

        a, b = to("a", batch["b"]), to("b", batch["a"])
        again = {"a": to("a", b), "b": to("b", a)}
        same = {side: to(side, batch[side]) for side in batch}
        return {"made": {"a": a, "b": b}, "again": again, "same": same}

    def player_loss(self, player, batch, outputs, training=True):
        def scores(side, images):
            judge = getattr(self, f"judge_{side}")
            judged = judge(images, training=training)
            return self.scores(f"judge_{side}", judged)

        fake = {side: scores(side, outputs["made"][side]) for side in "ab"}
        if player == "discriminator":
            loss = self.adversarial_loss.discriminator
            return sum(loss(scores(s, batch[s]), fake[s]) for s in "ab")
        loss = sum(self.adversarial_loss.generator(fake[s]) for s in "ab")
        cycle, identity = (
            sum(ops.mean(ops.abs(batch[s] - outputs[kind][s])) for s in "ab")
            for kind in ("again", "same")
        )
        logs = {"g_cycle": cycle, "g_identity": identity}
        return loss + 10.0 * cycle + 5.0 * identity, logs

    def pictures(self, batch):
        made = self.make(batch, training=False)["made"]
        return {**batch, "b from a": made["b"], "a from b": made["a"]}


def networks(size=28, filters=32):
    def network(activation, strides):
        inputs = keras.Input((size, size, 1))
        x = layers.Conv2D(filters, 4, strides, "same")(inputs)
        x = layers.Conv2D(filters, 3, padding="same")(layers.LeakyReLU(0.2)(x))
        x = layers.Conv2D(1, 3, padding="same", activation=activation)(x)
        return keras.Model(inputs, x)

    makers = (network("tanh", 1) for _ in "ab")
    return *makers, *(network(None, 2) for _ in "ab")


if __name__ == "__main__":
    shoes = keras_gan.datasets.unpaired("sneakers_to_boots")
    batches = keras_gan.datasets.UnpairedBatches(shoes, batch_size=32)
    snapshots = keras_gan.callbacks.ImageSnapshot("pictures", num_images=8)
    CycleGAN(*networks()).fit(batches, epochs=3, callbacks=[snapshots])
