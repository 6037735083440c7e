"""A loop by hand around a `tf.function`, as TensorFlow's tutorials have it."""

import keras
import tensorflow as tf

from tests.benchmarks.contestants import keras_parts
from tests.benchmarks.peers_rows import GP_WEIGHT, LATENT_DIM


def train(workload, images, turns):
    make = gan_epoch if workload.critic_steps == 1 else wgan_gp_epoch
    epoch = make(workload)
    size = workload.batch_size
    epoch(keras_parts.tf_batches(images[: size * workload.critic_steps], size))
    turns.stepped()
    batches = keras_parts.tf_batches(images, size)
    for _ in range(turns.epochs):
        turns.begin()
        epoch(batches)
        turns.end()


def gan_epoch(workload):
    generator, discriminator = keras_parts.networks(workload)
    g_opt, d_opt = keras_parts.adam(workload), keras_parts.adam(workload)
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=workload.logits)

    @tf.function
    def train_step(images):
        noise = tf.random.normal([workload.batch_size, LATENT_DIM])
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake = generator(noise, training=True)
            real_output = discriminator(images, training=True)
            fake_output = discriminator(fake, training=True)
            g_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
            d_loss = cross_entropy(
                tf.ones_like(real_output), real_output
            ) + cross_entropy(tf.zeros_like(fake_output), fake_output)
        apply(g_opt, g_tape, g_loss, generator)
        apply(d_opt, d_tape, d_loss, discriminator)

    def epoch(batches):
        for images in batches:
            train_step(images)
        wait_for(discriminator)

    return epoch


def wgan_gp_epoch(workload):
    generator, critic = keras_parts.networks(workload)
    g_opt, c_opt = keras_parts.adam(workload), keras_parts.adam(workload)
    shape = [workload.batch_size, LATENT_DIM]

    def gradient_penalty(real, fake):
        share = tf.random.uniform([workload.batch_size, 1, 1, 1])
        mixed = real + share * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(mixed)
            scores = critic(mixed, training=True)
        gradients = tape.gradient(scores, mixed)
        norms = tf.sqrt(tf.reduce_sum(gradients**2, axis=[1, 2, 3]) + 1e-12)
        return tf.reduce_mean((norms - 1.0) ** 2)

    @tf.function
    def critic_step(real):
        fake = generator(tf.random.normal(shape), training=True)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(critic(fake, training=True))
            loss -= tf.reduce_mean(critic(real, training=True))
            loss += GP_WEIGHT * gradient_penalty(real, fake)
        apply(c_opt, tape, loss, critic)

    @tf.function
    def generator_step():
        with tf.GradientTape() as tape:
            fake = generator(tf.random.normal(shape), training=True)
            loss = -tf.reduce_mean(critic(fake, training=True))
        apply(g_opt, tape, loss, generator)

    def epoch(batches):
        for step, images in enumerate(batches, 1):
            critic_step(images)
            if step % workload.critic_steps == 0:
                generator_step()
        wait_for(generator)

    return epoch


def apply(optimizer, tape, loss, network):
    variables = network.trainable_variables
    gradients = tape.gradient(loss, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))


def wait_for(network):
    network.trainable_variables[0].numpy()
