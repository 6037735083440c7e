"""A Keras model with its own `train_step`, in the way of keras.io's examples.

Everything that `compile` and `fit` can be told is left at its default.
"""

import keras
import tensorflow as tf

from tests.benchmarks.contestants import keras_parts
from tests.benchmarks.peers_rows import GP_WEIGHT, LATENT_DIM


def train(workload, images, turns):
    first, second = keras_parts.networks(workload)
    if workload.critic_steps == 1:
        gan = StockGAN(first, second)
        loss = keras.losses.BinaryCrossentropy(from_logits=workload.logits)
    else:
        # It takes all steps of the critic on the one batch it is given.
        images = images[: len(images) // workload.critic_steps]
        gan = StockWGANGP(first, second, workload.critic_steps)
        loss = None
    gan.compile(keras_parts.adam(workload), keras_parts.adam(workload), loss)
    keras_parts.fit(
        gan,
        lambda images: keras_parts.tf_batches(images, workload.batch_size),
        images,
        workload.batch_size,
        turns,
    )


class Stock(keras.Model):
    """What both have in common."""

    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.d_tracker = keras.metrics.Mean(name="d_loss")
        self.g_tracker = keras.metrics.Mean(name="g_loss")

    def compile(self, d_opt, g_opt, loss_fn):
        super().compile()
        self.d_opt, self.g_opt, self.loss_fn = d_opt, g_opt, loss_fn

    @property
    def metrics(self):
        return [self.d_tracker, self.g_tracker]

    def logs(self, d_loss, g_loss):
        self.d_tracker.update_state(d_loss)
        self.g_tracker.update_state(g_loss)
        return {each.name: each.result() for each in self.metrics}


class StockGAN(Stock):
    def train_step(self, real):
        size = tf.shape(real)[0]
        fake = self.generator(
            tf.random.normal((size, LATENT_DIM)), training=True
        )
        combined = tf.concat([fake, real], axis=0)
        labels = tf.concat([tf.zeros((size, 1)), tf.ones((size, 1))], axis=0)
        with tf.GradientTape() as tape:
            scores = self.discriminator(combined, training=True)
            d_loss = self.loss_fn(labels, scores)
        apply(self.d_opt, tape, d_loss, self.discriminator)

        latents = tf.random.normal((size, LATENT_DIM))
        with tf.GradientTape() as tape:
            fake = self.generator(latents, training=True)
            scores = self.discriminator(fake, training=True)
            g_loss = self.loss_fn(tf.ones((size, 1)), scores)
        apply(self.g_opt, tape, g_loss, self.generator)
        return self.logs(d_loss, g_loss)


class StockWGANGP(Stock):
    def __init__(self, generator, critic, critic_steps):
        super().__init__(generator, critic)
        self.critic_steps = critic_steps

    def gradient_penalty(self, size, real, fake):
        share = tf.random.uniform((size, 1, 1, 1))
        mixed = real + share * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(mixed)
            scores = self.discriminator(mixed, training=True)
        gradients = tape.gradient(scores, mixed)
        norms = tf.sqrt(tf.reduce_sum(gradients**2, axis=[1, 2, 3]) + 1e-12)
        return tf.reduce_mean((norms - 1.0) ** 2)

    def train_step(self, real):
        size = tf.shape(real)[0]
        for _ in range(self.critic_steps):
            latents = tf.random.normal((size, LATENT_DIM))
            with tf.GradientTape() as tape:
                fake = self.generator(latents, training=True)
                d_loss = tf.reduce_mean(
                    self.discriminator(fake, training=True)
                ) - tf.reduce_mean(self.discriminator(real, training=True))
                penalty = self.gradient_penalty(size, real, fake)
                d_loss += GP_WEIGHT * penalty
            apply(self.d_opt, tape, d_loss, self.discriminator)

        latents = tf.random.normal((size, LATENT_DIM))
        with tf.GradientTape() as tape:
            fake = self.generator(latents, training=True)
            scores = self.discriminator(fake, training=True)
            g_loss = -tf.reduce_mean(scores)
        apply(self.g_opt, tape, g_loss, self.generator)
        return self.logs(d_loss, g_loss)


def apply(optimizer, tape, loss, network):
    variables = network.trainable_variables
    gradients = tape.gradient(loss, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
